-- which team has the most seats?
select name from teams order by seats desc limit 1

-- Who opened the most support conversations?
select u.name from conversations c join users u on u.id = c.customer group by 1 order by count(*) desc limit 1

-- what is the most read article?
select title from articles order by views desc limit 1

-- which workflow fails most often?
select d.name from runs r join definitions d on d.id = r.workflow where r.status = 'failed' group by 1 order by count(*) desc limit 1

-- most popular page
-- @further
select path from page_views group by 1 order by count(*) desc limit 1

-- who signed up last?
select name from users order by signed_up_at desc limit 1

-- when was the first alert raised
select min(raised_at) from alerts

-- the largest document: title
select title from documents order by size_bytes desc limit 1

-- which provider has the most connections
select provider from connections group by 1 order by count(*) desc limit 1

-- slowest page on average?
-- @further
select path from page_views group by 1 order by avg(load_ms) desc limit 1

-- which marketing channel brings the most signups?
select channel from daily group by 1 order by sum(signups) desc limit 1

-- on which day did we have the most visitors, all channels together?
select day from daily group by 1 order by sum(visitors) desc limit 1

-- busiest host in the log (most lines)
-- @further
select host from entries group by 1 order by count(*) desc limit 1

-- which service has the highest number of warnings?
select service from entries where level = 'warning' group by 1 order by count(*) desc limit 1

-- the most expensive invoice: number and team name
select i.number, t.name from invoices i join teams t on t.id = i.team order by i.amount desc limit 1

-- longest backup: which job and how many seconds
select job, duration_s from snapshots order by duration_s desc limit 1

-- oldest data request that is still open: when was it received?
select received_at from requests where status = 'open' order by received_at limit 1

-- which actor was denied most often in the audit log?
select u.name from audit a join users u on u.id = a.actor where a.outcome = 'denied' group by 1 order by count(*) desc limit 1

-- in which month of 2026 was revenue highest?
-- @further
select date_trunc('month', issued_at)::date from invoices where issued_at >= '2026-01-01' group by 1 order by sum(amount) desc limit 1

-- what hour yesterday had the most sessions?
-- @further
select date_trunc('hour', started_at) from sessions where within(started_at, '2026-10-14', '2026-10-15') group by 1 order by count(*) desc limit 1

-- highest cpu_percent today and on which host
select value, host from points where series = 'cpu_percent' and "at" >= '2026-10-15' order by value desc limit 1

-- which article has the most comments
select a.title from comments c join articles a on a.id = c.article group by 1 order by count(*) desc limit 1

-- least used feature
-- @further
select feature from events group by 1 order by count(*) limit 1
