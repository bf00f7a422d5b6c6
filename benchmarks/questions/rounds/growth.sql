-- by how many did the number of alerts go up from August to September?
select count(*) filter (where within(raised_at, '2026-09-01', '2026-10-01')) - count(*) filter (where within(raised_at, '2026-08-01', '2026-09-01')) from alerts

-- in percent, how much did invoiced revenue grow in September compared with August?
select 100.0 * (a - b) / b from (select sum(amount) filter (where within(issued_at, '2026-09-01', '2026-10-01')) a, sum(amount) filter (where within(issued_at, '2026-08-01', '2026-09-01')) b from invoices)

-- difference in ticket volume between Q3 and Q2
select count(*) filter (where within(opened_at, '2026-07-01', '2026-10-01')) - count(*) filter (where within(opened_at, '2026-04-01', '2026-07-01')) from conversations

-- what is the percentage change in sessions, last week against the week before?
select 100.0 * (a - b) / b from (select count(*) filter (where within(started_at, '2026-10-05', '2026-10-12')) a, count(*) filter (where within(started_at, '2026-09-28', '2026-10-05')) b from sessions)

-- how many fewer tickets did we have in September than in July?
select count(*) filter (where within(opened_at, '2026-07-01', '2026-08-01')) - count(*) filter (where within(opened_at, '2026-09-01', '2026-10-01')) from conversations

-- ratio of last month's sign-ups to the sign-ups of the month before
select count(*) filter (where within(signed_up_at, '2026-09-01', '2026-10-01'))::double / count(*) filter (where within(signed_up_at, '2026-08-01', '2026-09-01')) from users

-- monthly revenue this year plus the change against the previous month
select date_trunc('month', issued_at)::date, sum(amount), sum(amount) - lag(sum(amount)) over (order by date_trunc('month', any_value(issued_at))) from invoices where issued_at >= '2026-01-01' group by 1

-- what was the increase in invoiced amount from Q2 to Q3, as a percentage
select 100.0 * (a - b) / b from (select sum(amount) filter (where within(issued_at, '2026-07-01', '2026-10-01')) a, sum(amount) filter (where within(issued_at, '2026-04-01', '2026-07-01')) b from invoices)

-- compare sign-ups of August and September, side by side
select count(*) filter (where within(signed_up_at, '2026-08-01', '2026-09-01')), count(*) filter (where within(signed_up_at, '2026-09-01', '2026-10-01')) from users

-- is there growth in revenue? percent change Q3 over Q2 please
select 100.0 * (a - b) / b from (select sum(amount) filter (where within(issued_at, '2026-07-01', '2026-10-01')) a, sum(amount) filter (where within(issued_at, '2026-04-01', '2026-07-01')) b from invoices)

-- how much did the average first reply time change from August to September, in seconds
select avg(first_reply_s) filter (where within(opened_at, '2026-09-01', '2026-10-01')) - avg(first_reply_s) filter (where within(opened_at, '2026-08-01', '2026-09-01')) from conversations

-- how did the number of sessions change, in percent, from July to August?
select 100.0 * (a - b) / b from (select count(*) filter (where within(started_at, '2026-08-01', '2026-09-01')) a, count(*) filter (where within(started_at, '2026-07-01', '2026-08-01')) b from sessions)

-- revenue Q2 2026 compared with Q2 2025: give both numbers
select sum(amount) filter (where within(issued_at, '2026-04-01', '2026-07-01')), sum(amount) filter (where within(issued_at, '2025-04-01', '2025-07-01')) from invoices

-- by what percentage did ad spend fall or rise in September relative to August
select 100.0 * (a - b) / b from (select sum(cost) filter (where day >= '2026-09-01' and day < '2026-10-01') a, sum(cost) filter (where day >= '2026-08-01' and day < '2026-09-01') b from daily)

-- how many more page views yesterday than the day before?
select count(*) filter (where within("at", '2026-10-14', '2026-10-15')) - count(*) filter (where within("at", '2026-10-13', '2026-10-14')) from page_views

-- growth of sign-ups from Q2 to Q3 in percent
select 100.0 * (a - b) / b from (select count(*) filter (where within(signed_up_at, '2026-07-01', '2026-10-01')) a, count(*) filter (where within(signed_up_at, '2026-04-01', '2026-07-01')) b from users)

-- how much more revenue did September bring than August?
select sum(amount) filter (where within(issued_at, '2026-09-01', '2026-10-01')) - sum(amount) filter (where within(issued_at, '2026-08-01', '2026-09-01')) from invoices

-- month-over-month growth of tickets in percent, for this year
select date_trunc('month', opened_at)::date, 100.0 * (count(*) - lag(count(*)) over (order by date_trunc('month', any_value(opened_at)))) / lag(count(*)) over (order by date_trunc('month', any_value(opened_at))) from conversations where opened_at >= '2026-01-01' group by 1

-- ratio between errors logged today and errors logged yesterday
select count(*) filter (where "at" >= '2026-10-15')::double / count(*) filter (where within("at", '2026-10-14', '2026-10-15')) from entries where level = 'error'

-- did the number of comments increase in Q3 over Q2? give me the difference
select count(*) filter (where within(posted_at, '2026-07-01', '2026-10-01')) - count(*) filter (where within(posted_at, '2026-04-01', '2026-07-01')) from comments

-- percentage growth of new connections, August to September
select 100.0 * (a - b) / b from (select count(*) filter (where within(connected_at, '2026-09-01', '2026-10-01')) a, count(*) filter (where within(connected_at, '2026-08-01', '2026-09-01')) b from connections)

-- how many more failed runs were there this month than in the whole of September
select count(*) filter (where started_at >= '2026-10-01') - count(*) filter (where within(started_at, '2026-09-01', '2026-10-01')) from runs where status = 'failed'

-- change in average load time between August and September, in ms
select avg(load_ms) filter (where within("at", '2026-09-01', '2026-10-01')) - avg(load_ms) filter (where within("at", '2026-08-01', '2026-09-01')) from page_views

-- what's the week-over-week change in tickets: last week minus the week before
select count(*) filter (where within(opened_at, '2026-10-05', '2026-10-12')) - count(*) filter (where within(opened_at, '2026-09-28', '2026-10-05')) from conversations

-- searches in September as a multiple of searches in July (ratio)
select count(*) filter (where within("at", '2026-09-01', '2026-10-01'))::double / count(*) filter (where within("at", '2026-07-01', '2026-08-01')) from events where name = 'ran_search'

-- net increase in sessions from last week to this week
select count(*) filter (where started_at >= '2026-10-12') - count(*) filter (where within(started_at, '2026-10-05', '2026-10-12')) from sessions

-- by how many percent did failed logins go up in September versus August?
select 100.0 * (a - b) / b from (select count(*) filter (where within("at", '2026-09-01', '2026-10-01')) a, count(*) filter (where within("at", '2026-08-01', '2026-09-01')) b from logins where outcome = 'failed')

-- tickets in Q3 and in Q2, next to each other
select count(*) filter (where within(opened_at, '2026-07-01', '2026-10-01')), count(*) filter (where within(opened_at, '2026-04-01', '2026-07-01')) from conversations

-- how many fewer alerts were raised last week than the week before that?
select count(*) filter (where within(raised_at, '2026-09-28', '2026-10-05')) - count(*) filter (where within(raised_at, '2026-10-05', '2026-10-12')) from alerts

-- percentage change in the number of invoices between Q2 and Q3
select 100.0 * (a - b) / b from (select count(*) filter (where within(issued_at, '2026-07-01', '2026-10-01')) a, count(*) filter (where within(issued_at, '2026-04-01', '2026-07-01')) b from invoices)

-- By what percentage did the number of new support tickets change from August to September?
select 100.0 * (a - b) / b from (select count(*) filter (where within(opened_at, '2026-09-01', '2026-10-01')) a, count(*) filter (where within(opened_at, '2026-08-01', '2026-09-01')) b from conversations)

-- How much more did paid ads cost in September than in August, in euros?
select sum(cost) filter (where day >= '2026-09-01' and day < '2026-10-01') - sum(cost) filter (where day >= '2026-08-01' and day < '2026-09-01') from daily where channel = 'paid_ads'

-- By how many percent did spending on paid ads change from August to September?
select 100.0 * (b - a) / a from (select sum(cost) filter (where day >= '2026-08-01' and day < '2026-09-01') a, sum(cost) filter (where day >= '2026-09-01' and day < '2026-10-01') b from daily where channel = 'paid_ads')

-- how many more invoices did we issue in Q3 than in Q2 of this year?
select count(*) filter (where within(issued_at, '2026-07-01', '2026-10-01')) - count(*) filter (where within(issued_at, '2026-04-01', '2026-07-01')) from invoices

-- New users in Q3 compared with Q2: what's the change in percent?
select 100.0 * (a - b) / b from (select count(*) filter (where within(signed_up_at, '2026-07-01', '2026-10-01')) a, count(*) filter (where within(signed_up_at, '2026-04-01', '2026-07-01')) b from users)

-- how many more backups failed in September than in August?
select count(*) filter (where within(started_at, '2026-09-01', '2026-10-01')) - count(*) filter (where within(started_at, '2026-08-01', '2026-09-01')) from snapshots where status = 'failed'

-- number of sessions last week minus number of sessions in the week before that
select count(*) filter (where within(started_at, '2026-10-05', '2026-10-12')) - count(*) filter (where within(started_at, '2026-09-28', '2026-10-05')) from sessions

-- percentage change in new user accounts from Q2 to Q3 2026
select 100.0 * (b - a) / a from (select count(*) filter (where within(signed_up_at, '2026-04-01', '2026-07-01')) a, count(*) filter (where within(signed_up_at, '2026-07-01', '2026-10-01')) b from users)

-- Revenue: percentage change of Q3 2026 over Q2 2026
select 100.0 * (a - b) / b from (select sum(amount) filter (where within(issued_at, '2026-07-01', '2026-10-01'))::double a, sum(amount) filter (where within(issued_at, '2026-04-01', '2026-07-01'))::double b from invoices)

-- How many fewer sessions did we have last week than the week before?
select count(*) filter (where within(started_at, '2026-09-28', '2026-10-05')) - count(*) filter (where within(started_at, '2026-10-05', '2026-10-12')) from sessions

-- what was the change in invoiced revenue, in percent, from August to September 2026?
select 100.0 * (b - a) / a from (select sum(amount) filter (where within(issued_at, '2026-08-01', '2026-09-01')) a, sum(amount) filter (where within(issued_at, '2026-09-01', '2026-10-01')) b from invoices)

-- difference in the number of failed deliveries, September minus August
select count(*) filter (where within(sent_at, '2026-09-01', '2026-10-01')) - count(*) filter (where within(sent_at, '2026-08-01', '2026-09-01')) from deliveries where status = 'failed'

-- percent change in visitors, September against August, all channels together
select 100.0 * (a - b) / b from (select sum(visitors) filter (where day >= '2026-09-01' and day < '2026-10-01') a, sum(visitors) filter (where day >= '2026-08-01' and day < '2026-09-01') b from daily)

-- Number of critical alerts in August and in September, two columns
select count(*) filter (where within(raised_at, '2026-08-01', '2026-09-01')), count(*) filter (where within(raised_at, '2026-09-01', '2026-10-01')) from alerts where severity = 'critical'

-- signups of the marketing funnel: September total minus August total
select sum(signups) filter (where day >= '2026-09-01' and day < '2026-10-01') - sum(signups) filter (where day >= '2026-08-01' and day < '2026-09-01') from daily

-- By what percentage did the number of new support tickets change from July to August?
select 100.0 * (b - a) / a from (select count(*) filter (where within(opened_at, '2026-07-01', '2026-08-01')) a, count(*) filter (where within(opened_at, '2026-08-01', '2026-09-01')) b from conversations)
