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

-- name the 4 industries with the most seats in total
select industry from teams group by 1 order by sum(seats) desc limit 4
-- @further

-- best rated agent of each channel (average rating)
select channel, name from (select c.channel, u.name, row_number() over (partition by c.channel order by avg(c.rating) desc) n from conversations c join users u on u.id = c.agent where c.rating is not null group by 1, 2) where n = 1

-- worst 3 workflows by failed runs
select d.name from runs r join definitions d on d.id = r.workflow where r.status = 'failed' group by 1 order by count(*) desc limit 3
-- @further

-- our five highest paying teams, what do they pay?
select name, monthly_fee from teams order by monthly_fee desc limit 5

-- last 3 users who signed up in Poland
select name from users where country = 'Poland' order by signed_up_at desc limit 3
-- @further

-- top three languages apart from English
select language from users where language <> 'English' group by 1 order by count(*) desc limit 3
-- @further

-- five customers with the highest bill in total: team and sum
select t.name, sum(i.amount) from invoices i join teams t on t.id = i.team group by 1 order by 2 desc limit 5

-- the newest document per kind, title please
select kind, title from (select kind, title, row_number() over (partition by kind order by filed_at desc) n from documents) where n = 1

-- 3 slowest pages by average load time
select path from page_views group by 1 order by avg(load_ms) desc limit 3
-- @further

-- show the two agents with the best average rating
select u.name from conversations c join users u on u.id = c.agent group by 1 order by avg(c.rating) desc limit 2
-- @further

-- top 4 cities by number of users, with the number
select city, count(*) from users group by 1 order by 2 desc limit 4

-- the five latest critical alerts: title and when
select title, raised_at from alerts where severity = 'critical' order by raised_at desc limit 5

-- most used feature per device
select device, feature from (select device, feature, row_number() over (partition by device order by count(*) desc) n from events group by 1, 2) where n = 1

-- top five cities by number of users, with the numbers
select city, count(*) from users group by 1 order by 2 desc limit 5

-- Give me the three biggest invoices ever: invoice number and amount
select number, amount from invoices order by amount desc limit 3

-- the 4 things people do most in the product and how often each was done
select name, count(*) from events group by 1 order by 2 desc limit 4

-- five most viewed published articles: title plus views
select title, views from articles where status = 'published' order by views desc limit 5

-- 3 providers with the most failed deliveries
-- @further
select c.provider from deliveries d join connections c on c.id = d.connection where d.status = 'failed' group by 1 order by count(*) desc limit 3

-- which two colleagues have filed the most documents, and how many is that each?
select u.name, count(*) from documents d join users u on u.id = d.owner group by 1 order by 2 desc limit 2

-- 5 companies with the highest monthly fee
-- @further
select name from teams order by monthly_fee desc limit 5

-- Of the tickets opened in September, which three agents got the most? Name and number of tickets.
select u.name, count(*) from conversations c join users u on u.id = c.agent where within(c.opened_at, '2026-09-01', '2026-10-01') group by 1 order by 2 desc limit 3

-- Which three referrers send us the most page views?
-- @further
select referrer from page_views where referrer is not null group by 1 order by count(*) desc limit 3

-- five industries with the most users, and how many users each
select t.industry, count(*) from users u join teams t on t.id = u.team group by 1 order by 2 desc limit 5

-- 3 largest teams in Germany by seats (name, seats)
select name, seats from teams where country = 'Germany' order by seats desc limit 3

-- Which three countries did most of the visits come from last month, with the number of visits?
select country, count(*) from sessions where within(started_at, '2026-09-01', '2026-10-01') group by 1 order by 2 desc limit 3

-- top 3 industries by seats sold
-- @further
select industry from teams group by 1 order by sum(seats) desc limit 3

-- which four services log the most errors? show the service and number of errors
select service, count(*) from entries where level = 'error' group by 1 order by 2 desc limit 4

-- five most recent sign-ups: name and time
select name, signed_up_at from users order by signed_up_at desc limit 5

-- top three topics in support by number of tickets, plus the numbers
select topic, count(*) from conversations group by 1 order by 2 desc limit 3

-- the 5 teams which brought in the most invoiced money: name and total
select t.name, sum(i.amount) from invoices i join teams t on t.id = i.team group by 1 order by 2 desc limit 5

-- 2 most frequent error texts of failed workflow runs
-- @further
select error from runs where status = 'failed' and error is not null group by 1 order by count(*) desc limit 2

-- Top 3 workflows by average run duration
-- @further
select d.name from runs r join definitions d on d.id = r.workflow group by 1 order by avg(r.duration_ms) desc limit 3

-- the two channels bringing the most sign-ups in September, with the sign-ups
select channel, sum(signups) from daily where day >= '2026-09-01' and day < '2026-10-01' group by 1 order by 2 desc limit 2

-- Please return the 3 teams that were invoiced the most overall, with the amounts.
select t.name, sum(i.amount) from invoices i join teams t on t.id = i.team group by 1 order by 2 desc limit 3

-- 3 most used features on mobile incl. how often each
select feature, count(*) from events where device = 'mobile' group by 1 order by 2 desc limit 3

-- five slowest deliveries of this month: when they were sent and the latency
select sent_at, latency_ms from deliveries where sent_at >= '2026-10-01' order by latency_ms desc limit 5

-- the two hosts with the highest average cpu_percent
-- @further
select host from points where series = 'cpu_percent' group by 1 order by avg(value) desc limit 2
