-- who has sent the most messages among our agents?
select u.name from messages m join users u on u.id = m.author where m.author_role = 'agent' group by 1 order by count(*) desc limit 1

-- what was the longest session ever, in seconds
select max(duration_s) from sessions

-- which country has the fewest teams?
select country from teams group by 1 order by count(*) limit 1

-- newest member of staff? no wait, the newest user overall
select name from users order by signed_up_at desc limit 1
-- @further

-- On which day did the api write the most errors
select date_trunc('day', "at")::date from entries where service = 'api' and level = 'error' group by 1 order by count(*) desc limit 1

-- the agent who closed the most tickets
select u.name from conversations c join users u on u.id = c.agent where c.closed_at is not null group by 1 order by count(*) desc limit 1

-- what's the cheapest enterprise subscription we have? team and fee
select name, monthly_fee from teams where plan = 'enterprise' order by monthly_fee limit 1

-- least popular page of the site
select path from page_views group by 1 order by count(*) limit 1
-- @further

-- which customer waits longest for a first reply? name
select u.name from conversations c join users u on u.id = c.customer order by c.first_reply_s desc limit 1

-- oldest unpaid invoice: number and due date
select number, due_on from invoices where paid_at is null order by issued_at limit 1

-- in what month did most people sign up
select date_trunc('month', signed_up_at)::date from users group by 1 order by count(*) desc limit 1

-- which connection fails the most? name
select c.name from deliveries d join connections c on c.id = d.connection where d.status = 'failed' group by 1 order by count(*) desc limit 1
-- @further

-- who uploaded the heaviest document?
select u.name from documents d join users u on u.id = d.owner order by d.size_bytes desc limit 1

-- which city is home to the most users
select city from users group by 1 order by count(*) desc limit 1

-- the most recent failed backup: job and time
select job, started_at from snapshots where status = 'failed' order by started_at desc limit 1

-- which team spent the most on invoices so far
select t.name from invoices i join teams t on t.id = i.team group by 1 order by sum(i.amount) desc limit 1

-- what is the slowest delivery we ever had (ms)?
select max(latency_ms) from deliveries

-- the feature people use least
select feature from events group by 1 order by count(*) limit 1
-- @further

-- who is the latest person to have joined Alder Goods?
select u.name from users u join teams t on t.id = u.team where t.name = 'Alder Goods' order by u.signed_up_at desc limit 1

-- what is our biggest customer by number of seats?
select name from teams order by seats desc limit 1

-- the workflow with the longest average run
select d.name from runs r join definitions d on d.id = r.workflow group by 1 order by avg(r.duration_ms) desc limit 1

-- most frequent reason for failed logins
select reason from logins where outcome = 'failed' group by 1 order by count(*) desc limit 1

-- earliest contract we have on file: title
select title from documents where kind = 'contract' order by filed_at limit 1

-- who commented the most?
select u.name from comments k join users u on u.id = k.author group by 1 order by count(*) desc limit 1

-- our busiest support agent (tickets handled)
select u.name from conversations c join users u on u.id = c.agent group by 1 order by count(*) desc limit 1

-- the most expensive team in Spain, and its fee
select name, monthly_fee from teams where country = 'Spain' order by monthly_fee desc limit 1

-- most common error of failed runs
select error from runs where status = 'failed' group by 1 order by count(*) desc limit 1

-- who is the newest admin?
select name from users where role = 'admin' order by signed_up_at desc limit 1

-- In which browser do sessions last longest on average?
select browser from sessions group by 1 order by avg(duration_s) desc limit 1

-- Who of us has filed the most documents?
select u.name from documents d join users u on u.id = d.owner group by 1 order by count(*) desc limit 1

-- cheapest invoice we ever sent: what was the amount?
select min(amount) from invoices

-- slowest page view we ever recorded - which path was it and how many ms did it take
select path, load_ms from page_views order by load_ms desc limit 1

-- On which day did paid ads cost the most?
select day from daily where channel = 'paid_ads' order by cost desc limit 1

-- what's the title of the biggest document on file
select title from documents order by size_bytes desc limit 1

-- Which published article about security has been read the most?
select title from articles where status = 'published' and category = 'security' order by views desc limit 1

-- which staff member has the most open tasks on their plate?
select u.name from tasks t join users u on u.id = t.assignee where t.status = 'open' group by 1 order by count(*) desc limit 1

-- When did the most recent critical alert start?
select max(raised_at) from alerts where severity = 'critical'

-- who has opened the most support conversations?
select u.name from conversations c join users u on u.id = c.customer group by 1 order by count(*) desc limit 1

-- the very first document we filed: its title and when that was
select title, filed_at from documents order by filed_at limit 1

-- which service wrote the most log lines yesterday
-- @further
select service from entries where within("at", '2026-10-14', '2026-10-15') group by 1 order by count(*) desc limit 1

-- which workflow has run most often?
select d.name from runs r join definitions d on d.id = r.workflow group by 1 order by count(*) desc limit 1

-- What is the largest backup ever made - which job, and how many bytes?
select job, size_bytes from snapshots order by size_bytes desc limit 1

-- rarest topic among our tickets
-- @further
select topic from conversations group by 1 order by count(*) limit 1

-- what automation has been around the longest?
-- @further
select name from definitions order by created_at limit 1

-- Which provider has the lowest average latency?
-- @further
select c.provider from deliveries d join connections c on c.id = d.connection group by 1 order by avg(d.latency_ms) limit 1

-- the month with the most new teams
-- @further
select date_trunc('month', created_at)::date from teams group by 1 order by count(*) desc limit 1

-- which German city has the most users?
select city from users where country = 'Germany' group by 1 order by count(*) desc limit 1

-- What was our busiest day this month in terms of sessions?
-- @further
select date_trunc('day', started_at)::date from sessions where started_at >= '2026-10-01' group by 1 order by count(*) desc limit 1

-- Slowest delivery ever: how many ms did it take?
select max(latency_ms) from deliveries

-- highest invoice ever issued: number, team name, amount
select i.number, t.name, i.amount from invoices i join teams t on t.id = i.team order by i.amount desc limit 1

-- Who was the last person to log in successfully?
select u.name from logins l join users u on u.id = l."user" where l.outcome = 'succeeded' order by l."at" desc limit 1

-- which workflow takes longest on average?
-- @further
select d.name from runs r join definitions d on d.id = r.workflow group by 1 order by avg(r.duration_ms) desc limit 1
