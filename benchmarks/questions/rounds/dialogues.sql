-- @talk t1-billing
-- how many complaints about billing did we get in September?
select count(*) from conversations where topic = 'billing' and within(opened_at, '2026-09-01', '2026-10-01')

-- @zero
-- and how many of these were urgent?
select count(*) from conversations where topic = 'billing' and priority = 'urgent' and within(opened_at, '2026-09-01', '2026-10-01')

-- make that high priority
select count(*) from conversations where topic = 'billing' and priority = 'high' and within(opened_at, '2026-09-01', '2026-10-01')

-- @zero
-- now the same for this month so far
select count(*) from conversations where topic = 'billing' and priority = 'high' and opened_at >= '2026-10-01'

-- regardless of priority
select count(*) from conversations where topic = 'billing' and opened_at >= '2026-10-01'

-- per agent please
select u.name, count(*) from conversations c join users u on u.id = c.agent where c.topic = 'billing' and c.opened_at >= '2026-10-01' group by 1

-- @talk t1-sales
-- what revenue did we make last quarter
select sum(amount) from invoices where within(issued_at, '2026-07-01', '2026-10-01')

-- split that by plan
select plan, sum(amount) from invoices where within(issued_at, '2026-07-01', '2026-10-01') group by 1

-- leave out starter
select plan, sum(amount) from invoices where within(issued_at, '2026-07-01', '2026-10-01') and plan <> 'starter' group by 1

-- same thing for the quarter before
select plan, sum(amount) from invoices where within(issued_at, '2026-04-01', '2026-07-01') and plan <> 'starter' group by 1

-- different topic: how many teams do we have in Germany?
select count(*) from teams where country = 'Germany'

-- broken down by industry
select industry, count(*) from teams where country = 'Germany' group by 1

-- @talk t2-oncall
-- show the number of alerts per host for the last two weeks
select host, count(*) from alerts where raised_at >= ago(interval 14 day) group by 1

-- just critical, please
select host, count(*) from alerts where raised_at >= ago(interval 14 day) and severity = 'critical' group by 1

-- ok, and warnings?
select host, count(*) from alerts where raised_at >= ago(interval 14 day) and severity = 'warning' group by 1

-- @talk t2-product
-- how many searches did people run in September?
select count(*) from events where name = 'ran_search' and within("at", '2026-09-01', '2026-10-01')

-- on mobile?
select count(*) from events where name = 'ran_search' and device = 'mobile' and within("at", '2026-09-01', '2026-10-01')

-- and what about exports, same month
select count(*) from events where name = 'exported_report' and device = 'mobile' and within("at", '2026-09-01', '2026-10-01')

-- give me that per week
select date_trunc('week', "at")::date, count(*) from events where name = 'exported_report' and device = 'mobile' and within("at", '2026-09-01', '2026-10-01') group by 1

-- thanks. new question: average words of published articles?
select avg(word_count) from articles where status = 'published'

-- per category, longest first
select category, avg(word_count) from articles where status = 'published' group by 1 order by 2 desc

-- @talk t3-compliance
-- list the open privacy requests
-- @further
select id from requests where status = 'open'

-- how many is that?
select count(*) from requests where status = 'open'

-- by kind
select kind, count(*) from requests where status = 'open' group by 1

-- and the completed ones?
select kind, count(*) from requests where status = 'completed' group by 1

-- limit it to those received since July
select kind, count(*) from requests where status = 'completed' and received_at >= '2026-07-01' group by 1

-- @talk t3-manager
-- average cost of email marketing in September
select avg(cost) from daily where channel = 'email' and day >= '2026-09-01' and day < '2026-10-01'

-- total instead
select sum(cost) from daily where channel = 'email' and day >= '2026-09-01' and day < '2026-10-01'

-- for every channel
select channel, sum(cost) from daily where day >= '2026-09-01' and day < '2026-10-01' group by 1

-- now only the three most expensive
select channel, sum(cost) from daily where day >= '2026-09-01' and day < '2026-10-01' group by 1 order by 2 desc limit 3

-- what was it in August?
select channel, sum(cost) from daily where day >= '2026-08-01' and day < '2026-09-01' group by 1 order by 2 desc limit 3

-- btw how many staff members do we have
select count(*) from users where role = 'staff'

-- @talk t4-support
-- average rating of tickets closed in September
select avg(rating) from conversations where within(closed_at, '2026-09-01', '2026-10-01')

-- by agent
select u.name, avg(c.rating) from conversations c join users u on u.id = c.agent where within(c.closed_at, '2026-09-01', '2026-10-01') group by 1

-- ok but only phone and email
select u.name, avg(c.rating) from conversations c join users u on u.id = c.agent where within(c.closed_at, '2026-09-01', '2026-10-01') and c.channel in ('phone', 'email') group by 1

-- what about the same for August?
select u.name, avg(c.rating) from conversations c join users u on u.id = c.agent where within(c.closed_at, '2026-08-01', '2026-09-01') and c.channel in ('phone', 'email') group by 1

-- @talk t4-growth
-- how many new teams this quarter?
select count(*) from teams where created_at >= '2026-10-01'

-- last quarter?
select count(*) from teams where within(created_at, '2026-07-01', '2026-10-01')

-- of which how many in retail
select count(*) from teams where within(created_at, '2026-07-01', '2026-10-01') and industry = 'retail'

-- and in software?
select count(*) from teams where within(created_at, '2026-07-01', '2026-10-01') and industry = 'software'

-- list them
-- @further
select name from teams where within(created_at, '2026-07-01', '2026-10-01') and industry = 'software'

-- @talk t5-agent
-- count failed runs in the last 30 days
select count(*) from runs where status = 'failed' and started_at >= ago(interval 30 day)

-- and cancelled?
select count(*) from runs where status = 'cancelled' and started_at >= ago(interval 30 day)

-- go back to failed, grouped by workflow
select d.name, count(*) from runs r join definitions d on d.id = r.workflow where r.status = 'failed' and r.started_at >= ago(interval 30 day) group by 1

-- top 1 only
select d.name, count(*) from runs r join definitions d on d.id = r.workflow where r.status = 'failed' and r.started_at >= ago(interval 30 day) group by 1 order by 2 desc limit 1

-- new topic. what is the average rating of tickets in October?
select avg(rating) from conversations where opened_at >= '2026-10-01'

-- compared to that, what was it in September?
select avg(rating) from conversations where within(opened_at, '2026-09-01', '2026-10-01')

-- @talk t5-finance
-- total outstanding amount
select sum(amount) from invoices where status in ('open', 'overdue')

-- per plan
select plan, sum(amount) from invoices where status in ('open', 'overdue') group by 1

-- only overdue
select plan, sum(amount) from invoices where status = 'overdue' group by 1

-- how many invoices are these?
select count(*) from invoices where status = 'overdue'

-- show them with number and amount
-- @further
select number, amount from invoices where status = 'overdue'

-- @talk t6-ops
-- how many backups failed this year
select count(*) from snapshots where status = 'failed' and started_at >= '2026-01-01'

-- which jobs were they from?
-- @further
select distinct job from snapshots where status = 'failed' and started_at >= '2026-01-01'

-- @talk t6-web
-- page views per path last month
select path, count(*) from page_views where within("at", '2026-09-01', '2026-10-01') group by 1

-- show me just the five biggest
select path, count(*) from page_views where within("at", '2026-09-01', '2026-10-01') group by 1 order by 2 desc limit 5

-- the month before?
select path, count(*) from page_views where within("at", '2026-08-01', '2026-09-01') group by 1 order by 2 desc limit 5

-- ok. now average load time instead of the count
select path, avg(load_ms) from page_views where within("at", '2026-08-01', '2026-09-01') group by 1 order by 2 desc limit 5

-- by the way, how many visitors did the site have in September in total?
select sum(visitors) from daily where day >= '2026-09-01' and day < '2026-10-01'

-- and the costs?
select sum(cost) from daily where day >= '2026-09-01' and day < '2026-10-01'

-- break it down by channel
select channel, sum(cost) from daily where day >= '2026-09-01' and day < '2026-10-01' group by 1

-- @talk t7-hr
-- how many tasks are assigned to Ella Davis?
select count(*) from tasks where assignee = 'u-0001'

-- and to Mia Lange?
select count(*) from tasks where assignee = 'u-0003'

-- only open ones
select count(*) from tasks where assignee = 'u-0003' and status = 'open'

-- which are they?
-- @further
select title from tasks where assignee = 'u-0003' and status = 'open'

-- @talk t7-geo
-- sessions by country in September
select country, count(*) from sessions where within(started_at, '2026-09-01', '2026-10-01') group by 1

-- europe aside, just Germany and France please
select country, count(*) from sessions where within(started_at, '2026-09-01', '2026-10-01') and country in ('Germany', 'France') group by 1

-- and as weekly numbers
select date_trunc('week', started_at)::date, country, count(*) from sessions where within(started_at, '2026-09-01', '2026-10-01') and country in ('Germany', 'France') group by 1, 2

-- something else: how many articles are still drafts?
select count(*) from articles where status = 'draft'

-- who wrote them?
select distinct u.name from articles a join users u on u.id = a.author where a.status = 'draft'

-- @talk t8-cs
-- how many tickets came in via slack last month
select count(*) from conversations where channel = 'slack' and within(opened_at, '2026-09-01', '2026-10-01')

-- via web?
select count(*) from conversations where channel = 'web' and within(opened_at, '2026-09-01', '2026-10-01')

-- split by priority
select priority, count(*) from conversations where channel = 'web' and within(opened_at, '2026-09-01', '2026-10-01') group by 1

-- without the low ones
select priority, count(*) from conversations where channel = 'web' and priority <> 'low' and within(opened_at, '2026-09-01', '2026-10-01') group by 1

-- same for this month
select priority, count(*) from conversations where channel = 'web' and priority <> 'low' and opened_at >= '2026-10-01' group by 1

-- now I want to know something else: how many invoices are overdue?
select count(*) from invoices where status = 'overdue'

-- their total?
select sum(amount) from invoices where status = 'overdue'

-- @talk t9-a
-- number of logins per method in September
select method, count(*) from logins where within("at", '2026-09-01', '2026-10-01') group by 1

-- failed ones only
select method, count(*) from logins where outcome = 'failed' and within("at", '2026-09-01', '2026-10-01') group by 1

-- for August
select method, count(*) from logins where outcome = 'failed' and within("at", '2026-08-01', '2026-09-01') group by 1

-- by country instead
select country, count(*) from logins where outcome = 'failed' and within("at", '2026-08-01', '2026-09-01') group by 1

-- the three countries with most
select country, count(*) from logins where outcome = 'failed' and within("at", '2026-08-01', '2026-09-01') group by 1 order by 2 desc limit 3

-- unrelated: how many critical alerts did we have in August?
select count(*) from alerts where severity = 'critical' and within(raised_at, '2026-08-01', '2026-09-01')

-- @talk a1-overdue
-- how many invoices are overdue at the moment?
select count(*) from invoices where status = 'overdue'

-- what do they add up to?
select sum(amount) from invoices where status = 'overdue'

-- split that by plan
select plan, sum(amount) from invoices where status = 'overdue' group by 1

-- and for the open ones instead?
select plan, sum(amount) from invoices where status = 'open' group by 1

-- @talk b1-snapshots
-- How many snapshots were started in September?
select count(*) from snapshots where within(started_at, '2026-09-01', '2026-10-01')

-- and how many of those failed?
select count(*) from snapshots where within(started_at, '2026-09-01', '2026-10-01') and status = 'failed'

-- break that down by job
select job, count(*) from snapshots where within(started_at, '2026-09-01', '2026-10-01') and status = 'failed' group by 1

-- same for October so far please
select job, count(*) from snapshots where started_at >= '2026-10-01' and status = 'failed' group by 1

-- @talk a2-cpu
-- What was the average cpu_percent on web-1 yesterday?
select avg(value) from points where series = 'cpu_percent' and host = 'web-1' and within("at", '2026-10-14', '2026-10-15')

-- and the maximum?
select max(value) from points where series = 'cpu_percent' and host = 'web-1' and within("at", '2026-10-14', '2026-10-15')

-- same for db-1
select max(value) from points where series = 'cpu_percent' and host = 'db-1' and within("at", '2026-10-14', '2026-10-15')

-- @talk b2-invoices
-- how many invoices are overdue right now
select count(*) from invoices where status = 'overdue'

-- what do they add up to?
select sum(amount) from invoices where status = 'overdue'

-- and per plan?
select plan, sum(amount) from invoices where status = 'overdue' group by 1

-- now the open ones instead
select plan, sum(amount) from invoices where status = 'open' group by 1

-- @talk a3-signups
-- How many people signed up in September?
select count(*) from users where within(signed_up_at, '2026-09-01', '2026-10-01')

-- And how did that break down by country?
select country, count(*) from users where within(signed_up_at, '2026-09-01', '2026-10-01') group by 1

-- just Germany and France
select country, count(*) from users where within(signed_up_at, '2026-09-01', '2026-10-01') and country in ('Germany', 'France') group by 1

-- what was it in August?
select country, count(*) from users where within(signed_up_at, '2026-08-01', '2026-09-01') and country in ('Germany', 'France') group by 1

-- @talk b3-support
-- how many tickets did Mia Lange get in September?
select count(*) from conversations c join users u on u.id = c.agent where u.name = 'Mia Lange' and within(c.opened_at, '2026-09-01', '2026-10-01')

-- and Thomas Shaw?
select count(*) from conversations c join users u on u.id = c.agent where u.name = 'Thomas Shaw' and within(c.opened_at, '2026-09-01', '2026-10-01')

-- how many of his were about login?
select count(*) from conversations c join users u on u.id = c.agent where u.name = 'Thomas Shaw' and within(c.opened_at, '2026-09-01', '2026-10-01') and c.topic = 'login'

-- and in August?
select count(*) from conversations c join users u on u.id = c.agent where u.name = 'Thomas Shaw' and within(c.opened_at, '2026-08-01', '2026-09-01') and c.topic = 'login'

-- @talk a4-bugs
-- how many bug tickets were opened this month
select count(*) from conversations where topic = 'bug' and opened_at >= '2026-10-01'

-- by priority please
select priority, count(*) from conversations where topic = 'bug' and opened_at >= '2026-10-01' group by 1

-- now the same for September
select priority, count(*) from conversations where topic = 'bug' and within(opened_at, '2026-09-01', '2026-10-01') group by 1

-- without the low ones
select priority, count(*) from conversations where topic = 'bug' and within(opened_at, '2026-09-01', '2026-10-01') and priority <> 'low' group by 1

-- @talk b4-searches
-- How many searches were run in the product in September?
select count(*) from events where name = 'ran_search' and within("at", '2026-09-01', '2026-10-01')

-- on which devices? with the numbers
select device, count(*) from events where name = 'ran_search' and within("at", '2026-09-01', '2026-10-01') group by 1

-- only those in dashboards
select device, count(*) from events where name = 'ran_search' and within("at", '2026-09-01', '2026-10-01') and feature = 'dashboards' group by 1

-- what about August?
select device, count(*) from events where name = 'ran_search' and within("at", '2026-08-01', '2026-09-01') and feature = 'dashboards' group by 1
