-- either German or Polish teams that pay over 500 a month, how many
select count(*) from teams where country in ('Germany', 'Poland') and monthly_fee > 500

-- number of people who are owner or admin and got suspended
select count(*) from users where role in ('owner', 'admin') and status = 'suspended'

-- teams with both a Slack and a GitHub connection: names
select name from teams where id in (select team from connections where provider = 'Slack') and id in (select team from connections where provider = 'GitHub')

-- deliveries answered with 401 or 404, total
select count(*) from deliveries where http_status in (401, 404)

-- sessions from France on a Mac using Safari that lasted longer than half an hour
select id from sessions where country = 'France' and os = 'macOS' and browser = 'Safari' and duration_s > 1800
-- @further

-- open or waiting tickets with high or urgent priority: how many
select count(*) from conversations where status in ('open', 'waiting') and priority in ('high', 'urgent')

-- contracts bigger than 3 MB or policies, count
select count(*) from documents where (kind = 'contract' and size_bytes > 3000000) or kind = 'policy'

-- German users who speak English
select name from users where country = 'Germany' and language = 'English'
-- @further

-- runs that were cancelled or took more than five minutes, total number
select count(*) from runs where status = 'cancelled' or duration_ms > 300000

-- failed logins with a wrong password from Spain and Italy, how often
select count(*) from logins where outcome = 'failed' and reason = 'wrong_password' and country in ('Spain', 'Italy')

-- how many people use both Chrome and Safari
select count(*) from (select "user" from sessions where browser = 'Chrome' intersect select "user" from sessions where browser = 'Safari')

-- admins or owners on the free plan from Italy: count
select count(*) from users where role in ('admin', 'owner') and plan = 'free' and country = 'Italy'

-- members located in Berlin or Munich who are suspended or closed, how many
select count(*) from users where role = 'member' and city in ('Berlin', 'Munich') and status in ('suspended', 'closed')

-- tickets by phone and with a rating of 5
select id from conversations where channel = 'phone' and rating = 5
-- @further

-- teams that have either a broken or a paused connection: how many teams
select count(*) from teams where id in (select team from connections where status in ('broken', 'paused'))

-- logins with sso or google that failed in September
select id from logins where method in ('sso', 'google') and outcome = 'failed' and within("at", '2026-09-01', '2026-10-01')
-- @further

-- show tickets that are urgent and either open or waiting
select id from conversations where priority = 'urgent' and status in ('open', 'waiting')
-- @further

-- suspended or closed accounts in the US, number
select count(*) from users where status in ('suspended', 'closed') and country = 'United States'

-- how many teams are in retail and have at least 50 seats
select count(*) from teams where industry = 'retail' and seats >= 50

-- failed runs with the error "rate limit reached, 429" or more than 3 attempts: count
select count(*) from runs where status = 'failed' and (error = 'rate limit reached, 429' or attempts > 3)

-- users who both commented on an article and opened a ticket: how many?
select count(*) from users where id in (select author from comments) and id in (select customer from conversations)

-- how many alerts were critical or lasted over an hour?
select count(*) from alerts where severity = 'critical' or duration_s > 3600

-- tickets with low or normal priority which came by phone: count
select count(*) from conversations where priority in ('low', 'normal') and channel = 'phone'

-- enterprise teams from Sweden or India, names
select name from teams where plan = 'enterprise' and country in ('Sweden', 'India')

-- number of failed deliveries to Jira or Zapier
select count(*) from deliveries d join connections c on c.id = d.connection where d.status = 'failed' and c.provider in ('Jira', 'Zapier')

-- How many urgent or high-priority tickets reached us by phone or Slack?
select count(*) from conversations where priority in ('urgent', 'high') and channel in ('phone', 'slack')

-- failed sign-ins with Google or SSO that came from the United States - how many?
select count(*) from logins where outcome = 'failed' and method in ('google', 'sso') and country = 'United States'

-- tickets with high or urgent priority that are not solved yet, how many
select count(*) from conversations where priority in ('high', 'urgent') and status <> 'solved'

-- visits on iOS or Android from Spain or Italy that lasted longer than 600 seconds - count
select count(*) from sessions where os in ('iOS', 'Android') and country in ('Spain', 'Italy') and duration_s > 600

-- How many users in Berlin or Munich are active and not guests?
select count(*) from users where city in ('Berlin', 'Munich') and status = 'active' and role <> 'guest'

-- retail or finance teams with over 100 seats: which are they? only the names
select name from teams where industry in ('retail', 'finance') and seats > 100

-- guest accounts that are either suspended or closed: how many
select count(*) from users where role = 'guest' and status in ('suspended', 'closed')

-- How many backup copies were completed and verified and took less than 60 seconds?
select count(*) from snapshots where status = 'completed' and verified and duration_s < 60

-- How many closed or suspended accounts are there in the US?
select count(*) from users where status in ('closed', 'suspended') and country = 'United States'

-- billing tickets that got 1 or 2 stars as rating, number please
select count(*) from conversations where topic = 'billing' and rating in (1, 2)

-- admins or owners in Sweden with an active account, count please
select count(*) from users where role in ('admin', 'owner') and country = 'Sweden' and status = 'active'

-- info alerts on db-1 plus critical alerts on any host: how many altogether?
select count(*) from alerts where (severity = 'info' and host = 'db-1') or severity = 'critical'

-- How many log entries of level warning or error did web-1 or web-2 write?
select count(*) from entries where level in ('warning', 'error') and host in ('web-1', 'web-2')

-- teams outside the US with more than 40 seats and a monthly fee under 1,500 euros (names)
select name from teams where country <> 'United States' and seats > 40 and monthly_fee < 1500

-- failed google or sso logins from countries other than Germany, count
select count(*) from logins where outcome = 'failed' and method in ('google', 'sso') and country <> 'Germany'

-- How many log lines are either fatal, or errors written by the worker service?
select count(*) from entries where level = 'fatal' or (level = 'error' and service = 'worker')
