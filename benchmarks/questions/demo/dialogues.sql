-- @talk failed-logins
-- how many failed logins were there in september?
select count(*) from logins where outcome = 'failed' and within("at", '2026-09-01', '2026-10-01')

-- and in August?
select count(*) from logins where outcome = 'failed' and within("at", '2026-08-01', '2026-09-01')

-- only those from Germany
select count(*) from logins where outcome = 'failed' and within("at", '2026-08-01', '2026-09-01') and country = 'Germany'

-- by reason
select reason, count(*) from logins where outcome = 'failed' and within("at", '2026-08-01', '2026-09-01') and country = 'Germany' group by 1

-- @talk runs
-- how many workflow runs were there last month?
select count(*) from runs where within(started_at, '2026-09-01', '2026-10-01')

-- only the failed ones
select count(*) from runs where within(started_at, '2026-09-01', '2026-10-01') and status = 'failed'

-- per workflow
select d.name, count(*) from runs r join definitions d on d.id = r.workflow where within(r.started_at, '2026-09-01', '2026-10-01') and r.status = 'failed' group by 1

-- top 1
select d.name, count(*) from runs r join definitions d on d.id = r.workflow where within(r.started_at, '2026-09-01', '2026-10-01') and r.status = 'failed' group by 1 order by 2 desc limit 1

-- @talk revenue
-- what was the revenue in Q3?
select sum(amount) from invoices where within(issued_at, '2026-07-01', '2026-10-01')

-- and in Q2?
select sum(amount) from invoices where within(issued_at, '2026-04-01', '2026-07-01')

-- by plan
select plan, sum(amount) from invoices where within(issued_at, '2026-04-01', '2026-07-01') group by 1

-- just enterprise, by month
-- @further
select date_trunc('month', issued_at)::date, sum(amount) from invoices where within(issued_at, '2026-04-01', '2026-07-01') and plan = 'enterprise' group by 1

-- @talk users
-- how many active users do we have
select count(*) from users where status = 'active'

-- by country
select country, count(*) from users where status = 'active' group by 1

-- what about the closed ones?
select country, count(*) from users where status = 'closed' group by 1

-- the two biggest
select country, count(*) from users where status = 'closed' group by 1 order by 2 desc limit 2

-- @talk tickets
-- average first reply time in seconds this month
select avg(first_reply_s) from conversations where opened_at >= '2026-10-01'

-- and last month?
select avg(first_reply_s) from conversations where within(opened_at, '2026-09-01', '2026-10-01')

-- split by agent
select u.name, avg(c.first_reply_s) from conversations c join users u on u.id = c.agent where within(c.opened_at, '2026-09-01', '2026-10-01') group by 1

-- only urgent and high
select u.name, avg(c.first_reply_s) from conversations c join users u on u.id = c.agent where within(c.opened_at, '2026-09-01', '2026-10-01') and c.priority in ('urgent', 'high') group by 1

-- @talk logs
-- how many errors did we log yesterday
select count(*) from entries where level = 'error' and within("at", '2026-10-14', '2026-10-15')

-- by service
select service, count(*) from entries where level = 'error' and within("at", '2026-10-14', '2026-10-15') group by 1

-- and the day before yesterday?
select service, count(*) from entries where level = 'error' and within("at", '2026-10-13', '2026-10-14') group by 1

-- same for warnings
select service, count(*) from entries where level = 'warning' and within("at", '2026-10-13', '2026-10-14') group by 1

-- @talk backups
-- how many backups failed this month?
select count(*) from snapshots where status = 'failed' and started_at >= '2026-10-01'

-- which jobs?
-- @further
select distinct job from snapshots where status = 'failed' and started_at >= '2026-10-01'

-- and in September?
-- @further
select distinct job from snapshots where status = 'failed' and within(started_at, '2026-09-01', '2026-10-01')

-- @talk deliveries
-- number of webhook deliveries in september
select count(*) from deliveries where within(sent_at, '2026-09-01', '2026-10-01')

-- how many of them failed?
select count(*) from deliveries where within(sent_at, '2026-09-01', '2026-10-01') and status = 'failed'

-- per provider please
select c.provider, count(*) from deliveries d join connections c on c.id = d.connection where within(d.sent_at, '2026-09-01', '2026-10-01') and d.status = 'failed' group by 1

-- without slack
select c.provider, count(*) from deliveries d join connections c on c.id = d.connection where within(d.sent_at, '2026-09-01', '2026-10-01') and d.status = 'failed' and c.provider <> 'Slack' group by 1

-- @talk teams
-- which industries pay us the most? sum of monthly fees per industry, highest first
select industry, sum(monthly_fee) from teams group by 1 order by 2 desc

-- only the top 3
select industry, sum(monthly_fee) from teams group by 1 order by 2 desc limit 3

-- and only teams from the United States
select industry, sum(monthly_fee) from teams where country = 'United States' group by 1 order by 2 desc limit 3

-- @talk privacy
-- how many data requests are open?
select count(*) from requests where status = 'open'

-- of which kind?
select kind, count(*) from requests where status = 'open' group by 1

-- and the completed ones?
select kind, count(*) from requests where status = 'completed' group by 1

-- @talk articles
-- how many articles were published in 2026
select count(*) from articles where published_at >= '2026-01-01'

-- per category
select category, count(*) from articles where published_at >= '2026-01-01' group by 1

-- and in 2025?
select category, count(*) from articles where within(published_at, '2025-01-01', '2026-01-01') group by 1

-- average views instead
select category, avg(views) from articles where within(published_at, '2025-01-01', '2026-01-01') group by 1

-- @talk alerts
-- alerts per host in September
select host, count(*) from alerts where within(raised_at, '2026-09-01', '2026-10-01') group by 1

-- only critical
select host, count(*) from alerts where within(raised_at, '2026-09-01', '2026-10-01') and severity = 'critical' group by 1

-- what about August?
select host, count(*) from alerts where within(raised_at, '2026-08-01', '2026-09-01') and severity = 'critical' group by 1

-- @talk funnel
-- how many visitors did we have last week
select sum(visitors) from daily where day >= '2026-10-05' and day < '2026-10-12'

-- by channel
select channel, sum(visitors) from daily where day >= '2026-10-05' and day < '2026-10-12' group by 1

-- and signups?
-- @further
select channel, sum(signups) from daily where day >= '2026-10-05' and day < '2026-10-12' group by 1

-- @talk sessions
-- average session length per device this month
select device, avg(duration_s) from sessions where started_at >= '2026-10-01' group by 1

-- and the month before?
select device, avg(duration_s) from sessions where within(started_at, '2026-09-01', '2026-10-01') group by 1

-- now per browser
select browser, avg(duration_s) from sessions where within(started_at, '2026-09-01', '2026-10-01') group by 1

-- How many teams are on the free plan?
select count(*) from teams where plan = 'free'

-- @talk tasks
-- how many tasks are open
select count(*) from tasks where status = 'open'

-- who are they assigned to? count per person
select u.name, count(*) from tasks t join users u on u.id = t.assignee where t.status = 'open' group by 1

-- only those due before today
select u.name, count(*) from tasks t join users u on u.id = t.assignee where t.status = 'open' and t.due_on < '2026-10-15' group by 1

-- @talk audit
-- how often was data exported according to the audit log in the last quarter?
select count(*) from audit where action = 'exported_data' and within("at", '2026-07-01', '2026-10-01')

-- who did it? with counts
select u.name, count(*) from audit a join users u on u.id = a.actor where a.action = 'exported_data' and within(a."at", '2026-07-01', '2026-10-01') group by 1

-- only the denied ones
select u.name, count(*) from audit a join users u on u.id = a.actor where a.action = 'exported_data' and within(a."at", '2026-07-01', '2026-10-01') and a.outcome = 'denied' group by 1
