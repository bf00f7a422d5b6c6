-- sign-ups per month in 2026
select date_trunc('month', signed_up_at)::date, count(*) from users where signed_up_at >= '2026-01-01' group by 1

-- Show failed logins per day for last week
select date_trunc('day', "at")::date, count(*) from logins where outcome = 'failed' and within("at", '2026-10-05', '2026-10-12') group by 1

-- how many sessions per hour yesterday?
select date_trunc('hour', started_at), count(*) from sessions where within(started_at, '2026-10-14', '2026-10-15') group by 1

-- conversations opened each week since August 3
select date_trunc('week', opened_at)::date, count(*) from conversations where opened_at >= '2026-08-03' group by 1

-- monthly revenue in 2026
select date_trunc('month', issued_at)::date, sum(amount) from invoices where issued_at >= '2026-01-01' group by 1

-- revenue by quarter
select date_trunc('quarter', issued_at)::date, sum(amount) from invoices group by 1

-- workflow failures by week over the last quarter
select date_trunc('week', started_at)::date, count(*) from runs where status = 'failed' and within(started_at, '2026-07-01', '2026-10-01') group by 1

-- daily visitors in september
select day, sum(visitors) from daily where day >= '2026-09-01' and day < '2026-10-01' group by 1

-- ad spend per week since 6 July
select date_trunc('week', day)::date, sum(cost) from daily where day >= '2026-07-06' group by 1

-- alerts per month
select date_trunc('month', raised_at)::date, count(*) from alerts group by 1

-- average response_ms per day this month
select date_trunc('day', "at")::date, avg(value) from points where series = 'response_ms' and "at" >= '2026-10-01' group by 1

-- max cpu_percent per hour today
select date_trunc('hour', "at"), max(value) from points where series = 'cpu_percent' and "at" >= '2026-10-15' group by 1

-- how did the number of errors in the log develop per day in October?
select date_trunc('day', "at")::date, count(*) from entries where level = 'error' and "at" >= '2026-10-01' group by 1

-- number of articles published per year
select date_trunc('year', published_at)::date, count(*) from articles where published_at is not null group by 1

-- average comment stars by month
select date_trunc('month', posted_at)::date, avg(stars) from comments group by 1

-- deliveries per day over the last calendar week with the average latency
select date_trunc('day', sent_at)::date, count(*), avg(latency_ms) from deliveries where within(sent_at, '2026-10-05', '2026-10-12') group by 1

-- documents filed per quarter in 2025 and 2026
select date_trunc('quarter', filed_at)::date, count(*) from documents where filed_at >= '2025-01-01' group by 1

-- bytes copied by backups per day, this week
select date_trunc('day', started_at)::date, sum(size_bytes) from snapshots where started_at >= '2026-10-12' group by 1

-- data requests received per month this year, in order of time
select date_trunc('month', received_at)::date, count(*) from requests where received_at >= '2026-01-01' group by 1 order by 1

-- monthly trend of data exports in the audit log
select date_trunc('month', "at")::date, count(*) from audit where action = 'exported_data' group by 1

-- new teams per quarter
select date_trunc('quarter', created_at)::date, count(*) from teams group by 1

-- weekly active users since September 7 (distinct users with a session, per week)
select date_trunc('week', started_at)::date, count(distinct "user") from sessions where started_at >= '2026-09-07' group by 1

-- searches per month
select date_trunc('month', "at")::date, count(*) from events where name = 'ran_search' group by 1

-- per month: how many tasks were created?
select date_trunc('month', created_at)::date, count(*) from tasks group by 1

-- page views per week in august and september
select date_trunc('week', "at")::date, count(*) from page_views where within("at", '2026-08-01', '2026-10-01') group by 1

-- connections set up per month in 2026
select date_trunc('month', connected_at)::date, count(*) from connections where connected_at >= '2026-01-01' group by 1

-- how many consents were refused per quarter?
select date_trunc('quarter', decided_at)::date, count(*) from consents where not granted group by 1
