-- mean satisfaction score each support agent gets
select u.name, avg(c.rating) from conversations c join users u on u.id = c.agent group by 1

-- invoices that went to Dutch companies: number and total
select count(*), sum(i.amount) from invoices i join teams t on t.id = i.team where t.country = 'Netherlands'

-- who among the enterprise users opened an urgent ticket? names, once each
select distinct u.name from users u join conversations c on c.customer = u.id where u.plan = 'enterprise' and c.priority = 'urgent'

-- failed logins of people whose account is suspended, count please
select count(*) from logins l join users u on u.id = l.user where l.outcome = 'failed' and u.status = 'suspended'

-- average article stars given by readers on the pro plan
select avg(c.stars) from comments c join users u on u.id = c.author where u.plan = 'pro'

-- what's the total size of contracts held for software companies
select sum(d.size_bytes) from documents d join teams t on t.id = d.team where d.kind = 'contract' and t.industry = 'software'

-- p90 latency over HubSpot connections
select quantile_cont(d.latency_ms, 0.9) from deliveries d join connections c on c.id = d.connection where c.provider = 'HubSpot'

-- how many members does each industry have?
select t.industry, count(*) from users u join teams t on t.id = u.team where u.role = 'member' group by 1

-- invoices belonging to software firms, total euros
select sum(i.amount) from invoices i join teams t on t.id = i.team where t.industry = 'software'

-- tickets from people in Spain that are still open or waiting, number of
select count(*) from conversations c join users u on u.id = c.customer where u.country = 'Spain' and c.status in ('open', 'waiting')

-- page views made by users who live in the US, counted per path
select v.path, count(*) from page_views v join users u on u.id = v.user where u.country = 'United States' group by 1

-- error messages of services, how many per country of the affected user
select u.country, count(*) from entries e join users u on u.id = e.user where e.level = 'error' group by 1

-- number of broken Slack connections owned by enterprise teams
select count(*) from connections c join teams t on t.id = c.team where c.provider = 'Slack' and c.status = 'broken' and t.plan = 'enterprise'

-- @zero
-- how many suspended users still have an open task
select count(distinct u.id) from users u join tasks k on k.assignee = u.id where u.status = 'suspended' and k.status = 'open'

-- give me 95th percentile of run duration for Rebuild search index
select quantile_cont(r.duration_ms, 0.95) from runs r join definitions d on d.id = r.workflow where d.name = 'Rebuild search index'

-- who of the agents handled how many tickets?
select u.name, count(*) from conversations c join users u on u.id = c.agent group by 1

-- invoices: average amount by industry of the paying team
select t.industry, avg(i.amount) from invoices i join teams t on t.id = i.team group by 1

-- documents of customers in healthcare, how many
select count(*) from documents d join teams t on t.id = d.team where t.industry = 'healthcare'

-- revenue from companies located in France
select sum(i.amount) from invoices i join teams t on t.id = i.team where t.country = 'France'

-- average session length in seconds of users on the free plan
select avg(s.duration_s) from sessions s join users u on u.id = s.user where u.plan = 'free'

-- count the events done by guests
select count(*) from events e join users u on u.id = e.user where u.role = 'guest'

-- which of our Polish users have a failed login? names
select distinct u.name from users u join logins l on l.user = u.id where u.country = 'Poland' and l.outcome = 'failed'

-- tickets per country of the customer
select u.country, count(*) from conversations c join users u on u.id = c.customer group by 1

-- who wrote most comments? and how many did they write (top person only)
select u.name, count(*) from comments c join users u on u.id = c.author group by 1 order by 2 desc limit 1

-- articles per author name
select u.name, count(*) from articles a join users u on u.id = a.author group by 1

-- what is the mean latency per provider
select c.provider, avg(d.latency_ms) from deliveries d join connections c on c.id = d.connection group by 1

-- @zero
-- overdue invoices owed by media companies, how many
select count(*) from invoices i join teams t on t.id = i.team where i.status = 'overdue' and t.industry = 'media'

-- sum of open invoices of teams based in the UK
select sum(i.amount) from invoices i join teams t on t.id = i.team where i.status = 'open' and t.country = 'United Kingdom'

-- logins by the plan of the user
select u.plan, count(*) from logins l join users u on u.id = l.user group by 1

-- average rating given by customers from Italy
select avg(c.rating) from conversations c join users u on u.id = c.customer where u.country = 'Italy'

-- how many connections do logistics teams have per provider?
select c.provider, count(*) from connections c join teams t on t.id = c.team where t.industry = 'logistics' group by 1

-- which owners have filed an erasure request? their names
select distinct u.name from users u join requests r on r.subject = u.id where u.role = 'owner' and r.kind = 'erasure'

-- number of messages written by customers in urgent conversations
select count(*) from messages m join conversations c on c.id = m.conversation where m.author_role = 'customer' and c.priority = 'urgent'

-- average load time of pages seen by admins
select avg(v.load_ms) from page_views v join users u on u.id = v.user where u.role = 'admin'

-- comments under security articles: count
select count(*) from comments c join articles a on a.id = c.article where a.category = 'security'

-- how many exports did enterprise users do?
select count(*) from events e join users u on u.id = e.user where e.name = 'exported_report' and u.plan = 'enterprise'

-- number of documents filed by each owner
select u.name, count(*) from documents d join users u on u.id = d.owner group by 1

-- how many urgent tickets did German customers open
select count(*) from conversations c join users u on u.id = c.customer where c.priority = 'urgent' and u.country = 'Germany'

-- revenue by country of the team
select t.country, sum(i.amount) from invoices i join teams t on t.id = i.team group by 1

-- names of admins that were denied something in the audit log
select distinct u.name from audit a join users u on u.id = a.actor where a.outcome = 'denied' and u.role = 'admin'

-- mean delivery latency in ms for each provider
select c.provider, avg(d.latency_ms) from deliveries d join connections c on c.id = d.connection group by 1

-- How many comments did the articles of each author collect?
select u.name, count(*) from comments c join articles a on a.id = c.article join users u on u.id = a.author group by 1

-- List the automations Mason Hughes looks after
-- @further
select d.name from definitions d join users u on u.id = d.owner where u.name = 'Mason Hughes'

-- e-mail addresses of everybody who has filed a contract
select distinct u.email from documents d join users u on u.id = d.owner where d.kind = 'contract'

-- Number of messages for each ticket topic
select c.topic, count(*) from messages m join conversations c on c.id = m.conversation group by 1

-- how much has been invoiced to each industry in September?
select t.industry, sum(i.amount) from invoices i join teams t on t.id = i.team where within(i.issued_at, '2026-09-01', '2026-10-01') group by 1

-- what team does Álvaro Fernández belong to?
select t.name from users u join teams t on t.id = u.team where u.name = 'Álvaro Fernández'

-- open erasure requests: who is handling them and when are they due
select u.name, r.due_on from requests r join users u on u.id = r.handled_by where r.kind = 'erasure' and r.status = 'open'

-- How many snapshots do we have for each target?
select j.target, count(*) from snapshots s join jobs j on j.name = s.job group by 1

-- average run duration in ms by kind of trigger
select d."trigger", avg(r.duration_ms) from runs r join definitions d on d.id = r.workflow group by 1

-- connections of Kestrel Bank: provider, who set it up, and when
select c.provider, u.name, c.connected_at from connections c join teams t on t.id = c.team join users u on u.id = c.created_by where t.name = 'Kestrel Bank'

-- backup jobs under Rin Yamada's care
-- @further
select j.name from jobs j join users u on u.id = j.owner where u.name = 'Rin Yamada'

-- comments per article category, but only the ones with 5 stars
select a.category, count(*) from comments c join articles a on a.id = c.article where c.stars = 5 group by 1

-- What's the average number of stars readers gave in each category of articles?
select a.category, avg(c.stars) from comments c join articles a on a.id = c.article group by 1

-- overdue enterprise invoices: invoice number and the name of the team
select i.number, t.name from invoices i join teams t on t.id = i.team where i.status = 'overdue' and i.plan = 'enterprise'

-- who gave one star to a billing article? names
select distinct u.name from comments k join users u on u.id = k.author join articles a on a.id = k.article where k.stars = 1 and a.category = 'billing'
