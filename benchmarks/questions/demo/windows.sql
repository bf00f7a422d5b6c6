-- how many failed logins were there yesterday?
select count(*) from logins where outcome = 'failed' and within("at", '2026-10-14', '2026-10-15')

-- sign-ups last week, how many?
select count(*) from users where within(signed_up_at, '2026-10-05', '2026-10-12')

-- how many errors in the logs in the past 24 hours
select count(*) from entries where level = 'error' and "at" >= ago(interval 24 hour)

-- Number of new users in March
select count(*) from users where within(signed_up_at, '2026-03-01', '2026-04-01')

-- how many conversations were opened since Monday?
select count(*) from conversations where within(opened_at, '2026-10-12', '2026-10-16')

-- revenue in Q3
select sum(amount) from invoices where within(issued_at, '2026-07-01', '2026-10-01')

-- how much did we invoice between 1 June and 15 June 2026, both days included?
select sum(amount) from invoices where within(issued_at, '2026-06-01', '2026-06-16')

-- how many invoices have gone out this month so far?
select count(*) from invoices where within(issued_at, '2026-10-01', '2026-11-01')

-- invoiced amount in October 2025
select sum(amount) from invoices where within(issued_at, '2025-10-01', '2025-11-01')

-- how many workflow runs started today
select count(*) from runs where within(started_at, '2026-10-15', '2026-10-16')

-- How many runs failed last month?
select count(*) from runs where status = 'failed' and within(started_at, '2026-09-01', '2026-10-01')

-- number of alerts raised in the last 48 hours
select count(*) from alerts where raised_at >= ago(interval 48 hour)

-- how many alerts did we have in august 2026
select count(*) from alerts where within(raised_at, '2026-08-01', '2026-09-01')

-- average cpu_percent yesterday
select avg(value) from points where series = 'cpu_percent' and within("at", '2026-10-14', '2026-10-15')

-- peak memory_percent in the past 12 hours
select max(value) from points where series = 'memory_percent' and "at" >= ago(interval 12 hour)

-- how many sessions were there this week?
select count(*) from sessions where within(started_at, '2026-10-12', '2026-10-19')

-- how many visits in the week before last week
select count(*) from sessions where within(started_at, '2026-09-28', '2026-10-05')

-- total visitors last month
select sum(visitors) from daily where day >= '2026-09-01' and day < '2026-10-01'

-- what did paid ads cost in July?
select sum(cost) from daily where channel = 'paid_ads' and day >= '2026-07-01' and day < '2026-08-01'

-- how many people exported a report since 1 October? each person counted once
select count(distinct "user") from events where name = 'exported_report' and "at" >= '2026-10-01'

-- page views on 10 October 2026
select count(*) from page_views where within("at", '2026-10-10', '2026-10-11')

-- how many articles did we publish in 2025?
select count(*) from articles where within(published_at, '2025-01-01', '2026-01-01')

-- how many comments were posted in the first half of 2026
select count(*) from comments where within(posted_at, '2026-01-01', '2026-07-01')

-- articles published this year
-- @further
select title from articles where published_at >= '2026-01-01'

-- how many deliveries failed between 1 and 7 September?
select count(*) from deliveries where status = 'failed' and within(sent_at, '2026-09-01', '2026-09-08')

-- number of connections set up before 2026
select count(*) from connections where connected_at < '2026-01-01'

-- connections made after August 31, 2026, how many?
select count(*) from connections where connected_at >= '2026-09-01'

-- documents filed last year, how many?
select count(*) from documents where within(filed_at, '2025-01-01', '2026-01-01')

-- How many backups were attempted in the last 24 hours?
select count(*) from snapshots where started_at >= ago(interval 24 hour)

-- failed backups in September 2026
-- @further
select started_at from snapshots where status = 'failed' and within(started_at, '2026-09-01', '2026-10-01')

-- how many data requests came in during the second quarter of 2026?
select count(*) from requests where within(received_at, '2026-04-01', '2026-07-01')

-- which data requests are due before the end of october and still open? give due date and kind
select due_on, kind from requests where status = 'open' and due_on < '2026-11-01'

-- how many audit entries last quarter
select count(*) from audit where within("at", '2026-07-01', '2026-10-01')

-- consents decided in the same month a year ago (October 2025), how many
select count(*) from consents where within(decided_at, '2025-10-01', '2025-11-01')

-- messages sent today before noon, how many
select count(*) from messages where within(sent_at, '2026-10-15', '2026-10-15 12:00')

-- how many log lines were written in the past hour
select count(*) from entries where "at" >= ago(interval 1 hour)

-- Log lines on October 13 between 09:00 and 17:00: how many?
select count(*) from entries where within("at", '2026-10-13 09:00', '2026-10-13 17:00')

-- tasks created on Tuesday this week, how many
select count(*) from tasks where within(created_at, '2026-10-13', '2026-10-14')

-- who signed up the day before yesterday?
select name from users where within(signed_up_at, '2026-10-13', '2026-10-14')

-- how many automations were defined in 2025?
select count(*) from definitions where within(created_at, '2025-01-01', '2026-01-01')

-- tickets opened over the weekend (10 and 11 October), count
select count(*) from conversations where within(opened_at, '2026-10-10', '2026-10-12')

-- how many users have been seen in the past 30 minutes
select count(*) from users where last_seen_at >= ago(interval 30 minute)

-- open tasks that were due before today, how many?
select count(*) from tasks where status = 'open' and due_on < '2026-10-15'

-- teams created in january, february or march of this year - how many?
select count(*) from teams where within(created_at, '2026-01-01', '2026-04-01')
