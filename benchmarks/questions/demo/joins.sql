-- names of the customers with an open conversation
-- @further
select distinct u.name from conversations c join users u on u.id = c.customer where c.status = 'open'

-- how many comments did each article category receive?
select a.category, count(*) from comments c join articles a on a.id = c.article group by 1

-- average stars by author of the article
select u.name, avg(c.stars) from comments c join articles a on a.id = c.article join users u on u.id = a.author group by 1

-- number of failed deliveries per provider
select c.provider, count(*) from deliveries d join connections c on c.id = d.connection where d.status = 'failed' group by 1

-- runs per trigger of their workflow
select d."trigger", count(*) from runs r join definitions d on d.id = r.workflow group by 1

-- how many open tasks does each assignee have?
select u.name, count(*) from tasks t join users u on u.id = t.assignee where t.status = 'open' group by 1

-- tasks per workflow (through the run that made them)
select d.name, count(*) from tasks t join runs r on r.id = t.run join definitions d on d.id = r.workflow group by 1

-- users per industry of their team
select t.industry, count(*) from users u join teams t on t.id = u.team group by 1

-- messages written by agents per conversation topic
select c.topic, count(*) from messages m join conversations c on c.id = m.conversation where m.author_role = 'agent' group by 1

-- conversations per agent
select u.name, count(*) from conversations c join users u on u.id = c.agent group by 1

-- who are the members of team Summit Software that are admins?
select u.name from users u join teams t on t.id = u.team where t.name = 'Summit Software' and u.role = 'admin'

-- how many people work at Vale Software
select count(*) from users u join teams t on t.id = u.team where t.name = 'Vale Software'

-- failed snapshots by target
select j.target, count(*) from snapshots s join jobs j on j.name = s.job where s.status = 'failed' group by 1

-- total bytes copied per schedule of the job
select j.schedule, sum(s.size_bytes) from snapshots s join jobs j on j.name = s.job group by 1

-- alerts per unit of the series they watch
select s.unit, count(*) from alerts a join series s on s.name = a.series group by 1

-- how many alerts did each person acknowledge?
select u.name, count(*) from alerts a join users u on u.id = a.acknowledged_by group by 1

-- which workflows does Ella Davis own?
select d.name from definitions d join users u on u.id = d.owner where u.name = 'Ella Davis'

-- titles of the articles written by Chloé Durand that are published
select a.title from articles a join users u on u.id = a.author where u.name = 'Chloé Durand' and a.status = 'published'

-- page views per device of their session
select s.device, count(*) from page_views p join sessions s on s.id = p.session group by 1

-- which backup jobs belong to James Webb
-- @further
select j.name from jobs j join users u on u.id = j.owner where u.name = 'James Webb'

-- how many messages does Clara Vogel's support history have, counting only what she wrote herself
select count(*) from messages m join users u on u.id = m.author where u.name = 'Clara Vogel'

-- number of connections created by each role
select u.role, count(*) from connections c join users u on u.id = c.created_by group by 1

-- deliveries of the connections of Beacon Market, how many?
select count(*) from deliveries d join connections c on c.id = d.connection join teams t on t.id = c.team where t.name = 'Beacon Market'
