-- by how many percent did revenue grow in September compared to August?
select 100.0 * (a - b) / b from (select sum(amount) filter (where within(issued_at, '2026-09-01', '2026-10-01'))::double a, sum(amount) filter (where within(issued_at, '2026-08-01', '2026-09-01'))::double b from invoices)

-- failed logins this week minus failed logins last week
select count(*) filter (where "at" >= '2026-10-12') - count(*) filter (where within("at", '2026-10-05', '2026-10-12')) from logins where outcome = 'failed' 

-- sign-ups last month and sign-ups the month before that, as two columns
select count(*) filter (where within(signed_up_at, '2026-09-01', '2026-10-01')), count(*) filter (where within(signed_up_at, '2026-08-01', '2026-09-01')) from users

-- month over month growth of revenue in 2026 in percent, from February on
select m, 100.0 * (s - p) / p from (select m, s, lag(s) over (order by m) p from (select date_trunc('month', issued_at)::date m, sum(amount)::double s from invoices where issued_at >= '2026-01-01' group by 1)) where p is not null

-- How much did the number of sessions change between August and September, in percent?
select 100.0 * (a - b) / b from (select count(*) filter (where within(started_at, '2026-09-01', '2026-10-01')) a, count(*) filter (where within(started_at, '2026-08-01', '2026-09-01')) b from sessions)

-- visitors per channel, August and September as two columns
select channel, sum(visitors) filter (where day >= '2026-08-01' and day < '2026-09-01'), sum(visitors) filter (where day >= '2026-09-01' and day < '2026-10-01') from daily group by 1

-- revenue Q3 vs Q2 growth rate as a ratio (Q3 divided by Q2)
select sum(amount) filter (where within(issued_at, '2026-07-01', '2026-10-01'))::double / sum(amount) filter (where within(issued_at, '2026-04-01', '2026-07-01')) from invoices

-- how many more errors were logged yesterday than the day before?
select count(*) filter (where within("at", '2026-10-14', '2026-10-15')) - count(*) filter (where within("at", '2026-10-13', '2026-10-14')) from entries where level = 'error'

-- how many more conversations were opened in September than in August?
select count(*) filter (where within(opened_at, '2026-09-01', '2026-10-01')) - count(*) filter (where within(opened_at, '2026-08-01', '2026-09-01')) from conversations

-- percent change of failed workflow runs, September against August
select 100.0 * (a - b) / b from (select count(*) filter (where within(started_at, '2026-09-01', '2026-10-01')) a, count(*) filter (where within(started_at, '2026-08-01', '2026-09-01')) b from runs where status = 'failed')

-- revenue of the third quarter 2026 and of the third quarter 2025, side by side in one row
select sum(amount) filter (where within(issued_at, '2026-07-01', '2026-10-01')), sum(amount) filter (where within(issued_at, '2025-07-01', '2025-10-01')) from invoices

-- average rating this quarter minus average rating last quarter
select avg(rating) filter (where opened_at >= '2026-10-01') - avg(rating) filter (where within(opened_at, '2026-07-01', '2026-10-01')) from conversations
