-- which customers opened more than 15 conversations?
select u.name from conversations c join users u on u.id = c.customer group by 1 having count(*) > 15

-- countries with at least 100 users and how many
select country, count(*) from users group by 1 having count(*) >= 100

-- Workflows with more than 10 failed runs, with the number of failures
select d.name, count(*) from runs r join definitions d on d.id = r.workflow where r.status = 'failed' group by 1 having count(*) > 10

-- teams that have been invoiced more than 20,000 EUR in total
select t.name from invoices i join teams t on t.id = i.team group by 1 having sum(i.amount) > 20000

-- pages whose average load time is above 400 ms, with that average
select path, avg(load_ms) from page_views group by 1 having avg(load_ms) > 400

-- which cities have fewer than 20 users?
select city from users group by 1 having count(*) < 20

-- topics where the average rating is below 4.15
-- @further
select topic from conversations group by 1 having avg(rating) < 4.15

-- which backup jobs failed more than twice? how often
select job, count(*) from snapshots where status = 'failed' group by 1 having count(*) > 2

-- days in October with more than 10 logged errors
-- @further
select date_trunc('day', "at")::date from entries where level = 'error' and "at" >= '2026-10-01' group by 1 having count(*) > 10

-- ip addresses with more than 10 failed logins
-- @further
select ip from logins where outcome = 'failed' group by 1 having count(*) > 10

-- articles with at least 15 comments: title and number of comments
select a.title, count(*) from comments c join articles a on a.id = c.article group by 1 having count(*) >= 15

-- staff with more than 50 entries in the audit trail
-- @further
select u.name from audit a join users u on u.id = a.actor where u.role = 'staff' group by 1 having count(*) > 50

-- integrations providers having over 100 deliveries
-- @further
select c.provider from deliveries d join connections c on c.id = d.connection group by 1 having count(*) > 100

-- users with 50 sessions or more and their session counts
select u.name, count(*) from sessions s join users u on u.id = s."user" group by 1 having count(*) >= 50

-- hosts with more than 5 critical alerts
-- @further
select host from alerts where severity = 'critical' group by 1 having count(*) > 5
