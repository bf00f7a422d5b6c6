-- three teams with the most people
select t.name from users u join teams t on t.id = u.team group by 1 order by count(*) desc limit 3
-- @further

-- for every category, the most viewed article
select category, title from (select category, title, row_number() over (partition by category order by views desc) n from articles) where n = 1

-- bottom 3 countries by sessions, with the numbers
select country, count(*) from sessions group by 1 order by 2 limit 3

-- rank the providers by number of connections, best four
select provider from connections group by 1 order by count(*) desc limit 4
-- @further

-- ten longest runs: workflow name and duration
select d.name, r.duration_ms from runs r join definitions d on d.id = r.workflow order by r.duration_ms desc limit 10

-- two cheapest paid teams in Germany
select name from teams where country = 'Germany' and plan <> 'free' order by monthly_fee limit 2
-- @further

-- per topic the agent with most tickets
select topic, name from (select c.topic, u.name, row_number() over (partition by c.topic order by count(*) desc, u.name) n from conversations c join users u on u.id = c.agent group by 1, 2) where n = 1

-- Give me a top five of authors by comments received
select u.name from comments k join articles a on a.id = k.article join users u on u.id = a.author group by 1 order by count(*) desc limit 5
-- @further

-- the 3 noisiest hosts when it comes to alerts, incl. how many
select host, count(*) from alerts group by 1 order by 2 desc limit 3
