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
