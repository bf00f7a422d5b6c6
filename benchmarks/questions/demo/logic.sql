-- how many users are from Spain or Italy
select count(*) from users where country in ('Spain', 'Italy')

-- how many active owners are in the UK
select count(*) from users where status = 'active' and role = 'owner' and country = 'United Kingdom'

-- errors or fatals from api and auth: how many log lines
select count(*) from entries where level in ('error', 'fatal') and service in ('api', 'auth')

-- number of failed password logins from Germany
select count(*) from logins where outcome = 'failed' and method = 'password' and country = 'Germany'

-- urgent or high priority bugs, how many in total
select count(*) from conversations where topic = 'bug' and priority in ('urgent', 'high')

-- software teams with more than 30 seats on pro: names
select name from teams where industry = 'software' and seats > 30 and plan = 'pro'

-- how many mobile sessions were on android and longer than 10 minutes
select count(*) from sessions where device = 'mobile' and os = 'Android' and duration_s > 600

-- sessions with between 5 and 10 pages, both included: how many
select count(*) from sessions where page_count between 5 and 10

-- invoices over 1000 EUR that are open or overdue: number and amount
select number, amount from invoices where amount > 1000 and status in ('open', 'overdue')

-- deliveries with http status 429 or 503 in the past 30 days, count
select count(*) from deliveries where http_status in (429, 503) and sent_at >= ago(interval 30 day)

-- how many comments have 1 or 2 stars
select count(*) from comments where stars in (1, 2)

-- how many billing conversations via email were rated 5
select count(*) from conversations where topic = 'billing' and channel = 'email' and rating = 5

-- critical alerts on web-1 or web-2, count
select count(*) from alerts where severity = 'critical' and host in ('web-1', 'web-2')

-- how many runs failed with more than 3 attempts
select count(*) from runs where status = 'failed' and attempts > 3

-- access requests that were rejected, plus all erasure requests that are open: how many altogether?
select count(*) from requests where (kind = 'access' and status = 'rejected') or (kind = 'erasure' and status = 'open')

-- role changes and user deletions that were denied, how many
select count(*) from audit where outcome = 'denied' and action in ('changed_role', 'deleted_user')

-- contracts and policies bigger than 500000 bytes: how many?
select count(*) from documents where kind in ('contract', 'policy') and size_bytes > 500000

-- events on tablets in the calendar or budgets, count
select count(*) from events where device = 'tablet' and feature in ('calendar', 'budgets')

-- days and channels with more than 4 signups
select day, channel from daily where signups > 4

-- paused connections to slack or github: names
select name from connections where status = 'paused' and provider in ('Slack', 'GitHub')

-- copies that failed or are partial of jobs going to the us-vault, how many
select count(*) from snapshots s join jobs j on j.name = s.job where s.status in ('failed', 'partial') and j.target = 'us-vault'

-- measurements of cpu_percent above 60 on api-1, db-1 or worker-1: how many?
select count(*) from points where series = 'cpu_percent' and value > 60 and host in ('api-1', 'db-1', 'worker-1')
