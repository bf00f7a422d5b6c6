-- which backup copies were bigger than 50 GB? 1 GB is a billion bytes
-- @further
select job, started_at from snapshots where size_bytes > 50000000000

-- how many visits went on for more than an hour and a half
select count(*) from sessions where duration_s > 5400

-- mean latency of the webhook calls, in seconds
select avg(latency_ms) / 1000 from deliveries

-- how many requests in the log needed over 2 secs?
select count(*) from entries where duration_ms > 2000

-- companies with a monthly fee upwards of 1.5k euros
-- @further
select name from teams where monthly_fee > 1500

-- number of page views that loaded slower than 800 ms
select count(*) from page_views where load_ms > 800

-- @zero
-- runs that needed 3 minutes or longer this month: how many
select count(*) from runs where duration_ms >= 180000 and started_at >= '2026-10-01'

-- average visit length in minutes per device
select device, avg(duration_s) / 60 from sessions group by 1

-- combined size of all the documents on file in MB (a million bytes each)
select sum(size_bytes) / 1000000 from documents

-- how many of our articles are longer than 50 words
select count(*) from articles where word_count > 50

-- snapshots which took half an hour or more: how many are there
select count(*) from snapshots where duration_s >= 1800

-- biggest document in kilobytes
select max(size_bytes) / 1000 from documents

-- invoices worth between 1k and 2k EUR, number of them
select count(*) from invoices where amount between 1000 and 2000

-- median first response time in hours for urgent tickets
select median(first_reply_s) / 3600 from conversations where priority = 'urgent'

-- number of alerts lasting under 10 min
select count(*) from alerts where duration_s < 600

-- how much data did the completed backups of September hold, in gigabytes?
select sum(size_bytes) / 1e9 from snapshots where status = 'completed' and within(started_at, '2026-09-01', '2026-10-01')

-- page loads taking more than one and a half seconds: count per path
select path, count(*) from page_views where load_ms > 1500 group by 1

-- @zero
-- list the runs that were going for over five minutes in October
-- @further
select id, started_at from runs where duration_ms > 300000 and started_at >= '2026-10-01'

-- webhook calls where the answer took at least 2 s: count by connection status... no, by event
select event, count(*) from deliveries where latency_ms >= 2000 group by 1

-- how long does a workflow run take on average, in seconds
select avg(duration_ms) / 1000 from runs

-- longest visit in hours
select max(duration_s) / 3600 from sessions

-- alerts of between 30 minutes and 1 hour: how many?
select count(*) from alerts where duration_s between 1800 and 3600

-- documents not bigger than 100 kB
-- @further
select title from documents where size_bytes <= 100000

-- how many tickets got their first answer in less than a quarter of an hour?
select count(*) from conversations where first_reply_s < 900

-- teams that pay us less than 100 euros monthly but are not on the free plan
-- @further
select name from teams where monthly_fee < 100 and plan <> 'free'

-- how many deliveries had a payload above 10 KB
select count(*) from deliveries where payload_bytes > 10000

-- p90 of ticket response time in minutes
select quantile_cont(first_reply_s, 0.9) / 60 from conversations

-- backups whose size exceeds 20 GB and that took longer than 45 minutes, how many?
select count(*) from snapshots where size_bytes > 20000000000 and duration_s > 2700

-- average size of contracts in KB
select avg(size_bytes) / 1000 from documents where kind = 'contract'

-- count the visits of under a minute
select count(*) from sessions where duration_s < 60

-- total amount outstanding, in thousands of euros
select sum(amount) / 1000 from invoices where status in ('open', 'overdue')

-- which workflow runs lasted longer than 4 minutes? how many are there
select count(*) from runs where duration_ms > 240000

-- average first response in minutes, per channel
select channel, avg(first_reply_s) / 60 from conversations group by 1

-- number of invoices over 5 thousand euros
select count(*) from invoices where amount > 5000

-- the largest backup in gigabytes
select max(size_bytes) / 1e9 from snapshots

-- how many tickets waited more than 4 hours for the first reply in September?
select count(*) from conversations where first_reply_s > 14400 and within(opened_at, '2026-09-01', '2026-10-01')

-- page views with a load time between half a second and one second: count
select count(*) from page_views where load_ms between 500 and 1000

-- total length of all visits in hours
select sum(duration_s) / 3600 from sessions

-- mean time to first reply in minutes this month
select avg(first_reply_s) / 60 from conversations where opened_at >= '2026-10-01'

-- how many alerts went on for longer than two hours?
select count(*) from alerts where duration_s > 7200

-- files larger than 3 megabytes - names please
-- @further
select title from documents where size_bytes > 3000000

-- average payload in kB by event
select event, avg(payload_bytes) / 1000 from deliveries group by 1

-- how many enterprise teams pay more than €3k per month
select count(*) from teams where plan = 'enterprise' and monthly_fee > 3000

-- number of requests slower than 1500ms per service
select service, count(*) from entries where duration_ms > 1500 group by 1

-- how many visits lasted between five and ten minutes?
select count(*) from sessions where duration_s between 300 and 600

-- slowest delivery of last week in seconds
select max(latency_ms) / 1000 from deliveries where within(sent_at, '2026-10-05', '2026-10-12')

-- count invoices of 2,500 EUR or more
select count(*) from invoices where amount >= 2500

-- jobs' snapshots below 100 MB: how many per job?
select job, count(*) from snapshots where size_bytes < 100000000 group by 1

-- @zero
-- tickets where the customer had to wait over a day for an answer: count
select count(*) from conversations where first_reply_s > 86400

-- average monthly fee of pro teams in the US in thousands? just in euros is fine
select avg(monthly_fee) from teams where plan = 'pro' and country = 'United States'

-- how many runs took less than half a minute this month?
select count(*) from runs where duration_ms < 30000 and started_at >= '2026-10-01'

-- median size of reports in megabytes
select median(size_bytes) / 1000000 from documents where kind = 'report'

-- page views that needed at least 2 seconds to load, how many?
select count(*) from page_views where load_ms >= 2000

-- invoices above EUR 3,000 still unpaid: how many
select count(*) from invoices where amount > 3000 and status in ('open', 'overdue')

-- which teams have a monthly fee beyond 2000 euros?
-- @further
select name from teams where monthly_fee > 2000

-- average backup duration in minutes by job
select job, avg(duration_s) / 60 from snapshots group by 1

-- how many log entries have a duration of 3 seconds or more?
select count(*) from entries where duration_ms >= 3000

-- smallest snapshot in megabytes
select min(size_bytes) / 1e6 from snapshots

-- number of visits that went past the hour mark, i.e. longer than 60 minutes
select count(*) from sessions where duration_s > 3600

-- How many sessions went on for more than 45 minutes?
select count(*) from sessions where duration_s > 2700

-- deliveries that took longer than 3 seconds, count
select count(*) from deliveries where latency_ms > 3000

-- deliveries that took more than 2 seconds to be answered, how many
select count(*) from deliveries where latency_ms > 2000

-- which workflow runs lasted longer than five minutes? workflow name and duration in ms
select d.name, r.duration_ms from runs r join definitions d on d.id = r.workflow where r.duration_ms > 300000

-- How many backups took more than 30 minutes?
select count(*) from snapshots where duration_s > 1800

-- tickets where the first answer came within 10 minutes: count
select count(*) from conversations where first_reply_s <= 600

-- visits of more than one hour, how many were there
select count(*) from sessions where duration_s > 3600

-- logged requests that took longer than 5 seconds, per service
select service, count(*) from entries where duration_ms > 5000 group by 1

-- how many snapshots are larger than 50 GB? (1 GB = 1,000,000,000 bytes)
select count(*) from snapshots where size_bytes > 50000000000

-- page views slower than 1.5 seconds, per page
select path, count(*) from page_views where load_ms > 1500 group by 1

-- backup copies that took less than one minute, number of
select count(*) from snapshots where duration_s < 60

-- How many support conversations waited more than 6 hours for a first reply?
select count(*) from conversations where first_reply_s > 21600

-- how many alerts lasted longer than an hour?
select count(*) from alerts where duration_s > 3600

-- runs quicker than half a second, number please
select count(*) from runs where duration_ms < 500

-- teams which pay between 50 and 100 euros a month - how many?
select count(*) from teams where monthly_fee between 50 and 100

-- workflow runs that took less than half a second, count
select count(*) from runs where duration_ms < 500
