-- Give me a month-by-month count of connections set up this year
select date_trunc('month', connected_at)::date, count(*) from connections where connected_at >= '2026-01-01' group by 1

-- plot new users for every week of the third quarter
select date_trunc('week', signed_up_at)::date, count(*) from users where within(signed_up_at, '2026-07-01', '2026-10-01') group by 1

-- error lines hour by hour, yesterday only
select date_trunc('hour', "at"), count(*) from entries where level = 'error' and within("at", '2026-10-14', '2026-10-15') group by 1

-- weekly average of the first reply time since August
select date_trunc('week', opened_at)::date, avg(first_reply_s) from conversations where opened_at >= '2026-08-01' group by 1

-- how has the median load time of pages moved month after month?
select date_trunc('month', "at")::date, median(load_ms) from page_views group by 1

-- for each quarter of 2025, what was our turnover?
select date_trunc('quarter', issued_at)::date, sum(amount) from invoices where within(issued_at, '2025-01-01', '2026-01-01') group by 1

-- time series of critical alerts, one figure a week
select date_trunc('week', raised_at)::date, count(*) from alerts where severity = 'critical' group by 1

-- log errors by the hour for today
select date_trunc('hour', "at"), count(*) from entries where level = 'error' and "at" >= '2026-10-15' group by 1

-- can you break down revenue by calendar month for the current year
select date_trunc('month', issued_at)::date, sum(amount) from invoices where issued_at >= '2026-01-01' group by 1

-- evolution of the average satisfaction rating, monthly
select date_trunc('month', opened_at)::date, avg(rating) from conversations group by 1

-- day-by-day count of failed runs from 1 to 14 October
select date_trunc('day', started_at)::date, count(*) from runs where status = 'failed' and within(started_at, '2026-10-01', '2026-10-15') group by 1

-- how many people signed up each quarter
select date_trunc('quarter', signed_up_at)::date, count(*) from users group by 1

-- weekly ad spend since the beginning of August
select date_trunc('week', day)::date, sum(cost) from daily where day >= '2026-08-01' group by 1

-- track the number of mobile visits week after week since mid-year, i.e. since July 1
select date_trunc('week', started_at)::date, count(*) from sessions where device = 'mobile' and started_at >= '2026-07-01' group by 1

-- p95 of the api latency in webhook calls, per day, last 7 days
select date_trunc('day', sent_at)::date, quantile_cont(latency_ms, 0.95) from deliveries where sent_at >= ago(interval 7 day) group by 1

-- how did visitor numbers per week look in the third quarter
select date_trunc('week', day)::date, sum(visitors) from daily where day >= '2026-07-01' and day < '2026-10-01' group by 1

-- chart of alerts per day for the past two weeks, critical ones only
select date_trunc('day', raised_at)::date, count(*) from alerts where severity = 'critical' and raised_at >= ago(interval 14 day) group by 1

-- number of distinct customers who wrote to support, month by month
select date_trunc('month', opened_at)::date, count(distinct customer) from conversations group by 1

-- hourly mean of cpu_percent for yesterday
select date_trunc('hour', "at"), avg(value) from points where series = 'cpu_percent' and within("at", '2026-10-14', '2026-10-15') group by 1

-- in which month of 2026 did we publish the most articles?
-- @further
select date_trunc('month', published_at)::date from articles where published_at >= '2026-01-01' group by 1 order by count(*) desc limit 1

-- cost per day of paid ads, this month
select day, sum(cost) from daily where channel = 'paid_ads' and day >= '2026-10-01' group by 1

-- total size of new documents by year
select date_trunc('year', filed_at)::date, sum(size_bytes) from documents group by 1

-- weekly trend of the conversion rate since July
select date_trunc('week', day)::date, sum(signups)::double / sum(visitors) from daily where day >= '2026-07-01' group by 1

-- average duration of workflow runs per month in seconds
select date_trunc('month', started_at)::date, avg(duration_ms) / 1000 from runs group by 1

-- how many exports happened each month this year
select date_trunc('month', "at")::date, count(*) from events where name = 'exported_report' and "at" >= '2026-01-01' group by 1

-- messages per month by author role
select date_trunc('month', sent_at)::date, author_role, count(*) from messages group by 1, 2

-- login failures by day for the current month
select date_trunc('day', "at")::date, count(*) from logins where outcome = 'failed' and "at" >= '2026-10-01' group by 1

-- quarterly invoiced amount per plan in 2025
select date_trunc('quarter', issued_at)::date, plan, sum(amount) from invoices where within(issued_at, '2025-01-01', '2026-01-01') group by 1, 2

-- give me new tickets per week for the last quarter
select date_trunc('week', opened_at)::date, count(*) from conversations where within(opened_at, '2026-07-01', '2026-10-01') group by 1

-- how has the number of active... of new teams changed over the months of 2026?
select date_trunc('month', created_at)::date, count(*) from teams where created_at >= '2026-01-01' group by 1

-- page views by hour of yesterday
select date_trunc('hour', "at"), count(*) from page_views where within("at", '2026-10-14', '2026-10-15') group by 1

-- maximum latency of deliveries for each day of this week
select date_trunc('day', sent_at)::date, max(latency_ms) from deliveries where sent_at >= '2026-10-12' group by 1

-- monthly totals of the amounts invoiced to enterprise customers since January
select date_trunc('month', issued_at)::date, sum(amount) from invoices where plan = 'enterprise' and issued_at >= '2026-01-01' group by 1

-- what's our weekly number of backups, failed ones only?
select date_trunc('week', started_at)::date, count(*) from snapshots where status = 'failed' group by 1

-- show the daily conversion rate in September
select day, sum(signups)::double / sum(visitors) from daily where day >= '2026-09-01' and day < '2026-10-01' group by 1

-- number of new teams by quarter since the start of 2025
select date_trunc('quarter', created_at)::date, count(*) from teams where created_at >= '2025-01-01' group by 1

-- daily signups from organic over the last 14 days
select day, sum(signups) from daily where channel = 'organic' and day >= '2026-10-02' group by 1

-- what does the trend of failed logins look like, week by week, since August?
select date_trunc('week', "at")::date, count(*) from logins where outcome = 'failed' and "at" >= '2026-08-01' group by 1

-- average stars of comments, quarter by quarter
select date_trunc('quarter', posted_at)::date, avg(stars) from comments group by 1

-- yesterday's webhook calls, one row per hour
select date_trunc('hour', sent_at), count(*) from deliveries where within(sent_at, '2026-10-14', '2026-10-15') group by 1

-- graph the number of urgent tickets per month over the last half year
select date_trunc('month', opened_at)::date, count(*) from conversations where priority = 'urgent' and opened_at >= '2026-04-15 14:30:00' group by 1

-- weekly median of first reply times in minutes since September 1
select date_trunc('week', opened_at)::date, median(first_reply_s) / 60 from conversations where opened_at >= '2026-09-01' group by 1

-- how many distinct users logged in each day of last week?
select date_trunc('day', "at")::date, count(distinct "user") from logins where within("at", '2026-10-05', '2026-10-12') group by 1

-- number of sessions per day and device this week
select date_trunc('day', started_at)::date, device, count(*) from sessions where started_at >= '2026-10-12' group by 1, 2

-- paid invoices by month of payment in 2026
select date_trunc('month', paid_at)::date, count(*) from invoices where status = 'paid' and paid_at >= '2026-01-01' group by 1

-- revenue week by week in September
select date_trunc('week', issued_at)::date, sum(amount) from invoices where within(issued_at, '2026-09-01', '2026-10-01') group by 1

-- number of alerts per severity for every month since July
select date_trunc('month', raised_at)::date, severity, count(*) from alerts where raised_at >= '2026-07-01' group by 1, 2

-- average session length per week in minutes, last quarter
select date_trunc('week', started_at)::date, avg(duration_s) / 60 from sessions where within(started_at, '2026-07-01', '2026-10-01') group by 1

-- how many comments came in per quarter in 2026?
select date_trunc('quarter', posted_at)::date, count(*) from comments where posted_at >= '2026-01-01' group by 1

-- show me daily failed deliveries for October
select date_trunc('day', sent_at)::date, count(*) from deliveries where status = 'failed' and sent_at >= '2026-10-01' group by 1

-- number of erasure requests by quarter
select date_trunc('quarter', received_at)::date, count(*) from requests where kind = 'erasure' group by 1

-- how much did we spend on paid ads in each month?
select date_trunc('month', day)::date, sum(cost) from daily where channel = 'paid_ads' group by 1

-- hourly count of log entries for yesterday
select date_trunc('hour', "at"), count(*) from entries where within("at", '2026-10-14', '2026-10-15') group by 1

-- desktop visits per week, August through September
select date_trunc('week', started_at)::date, count(*) from sessions where device = 'desktop' and within(started_at, '2026-08-01', '2026-10-01') group by 1

-- critical alerts per month
select date_trunc('month', raised_at)::date, count(*) from alerts where severity = 'critical' group by 1

-- How many new conversations did we get on each day of last week?
select date_trunc('day', opened_at)::date, count(*) from conversations where within(opened_at, '2026-10-05', '2026-10-12') group by 1

-- error lines per day since Monday
select date_trunc('day', "at")::date, count(*) from entries where level = 'error' and "at" >= '2026-10-12' group by 1

-- ad spend by month, all channels together
select date_trunc('month', day)::date, sum(cost) from daily group by 1

-- how did total visitors develop month by month?
select date_trunc('month', day)::date, sum(visitors) from daily group by 1

-- weekly count of failed runs since August 3rd
select date_trunc('week', started_at)::date, count(*) from runs where status = 'failed' and started_at >= '2026-08-03' group by 1

-- granted consents month by month in 2026
select date_trunc('month', decided_at)::date, count(*) from consents where granted and decided_at >= '2026-01-01' group by 1

-- visitors per day from 5 to 11 October, all channels added up
select day, sum(visitors) from daily where day >= '2026-10-05' and day <= '2026-10-11' group by 1

-- Show me the daily number of failed deliveries for the first week of October (1st to 7th).
select date_trunc('day', sent_at)::date, count(*) from deliveries where status = 'failed' and within(sent_at, '2026-10-01', '2026-10-08') group by 1

-- average ticket rating by month of opening
select date_trunc('month', opened_at)::date, avg(rating) from conversations group by 1

-- deliveries by week since 7 September
select date_trunc('week', sent_at)::date, count(*) from deliveries where sent_at >= '2026-09-07' group by 1

-- role changes per quarter
select date_trunc('quarter', "at")::date, count(*) from audit where action = 'changed_role' group by 1

-- data requests received per month in 2026
select date_trunc('month', received_at)::date, count(*) from requests where received_at >= '2026-01-01' group by 1

-- average cpu_percent for every day since 10 October
select date_trunc('day', "at")::date, avg(value) from points where series = 'cpu_percent' and "at" >= '2026-10-10' group by 1

-- average rating of support conversations by the month they were opened
select date_trunc('month', opened_at)::date, avg(rating) from conversations group by 1

-- bytes backed up per month (all copies together)
select date_trunc('month', started_at)::date, sum(size_bytes) from snapshots group by 1
