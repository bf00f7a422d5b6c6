-- what is our MRR?
select sum(monthly_fee) from teams

-- average number of seats per team
select avg(seats) from teams

-- How many seats have we sold in total on the pro plan?
select sum(seats) from teams where plan = 'pro'

-- what's the highest monthly fee any team pays?
select max(monthly_fee) from teams

-- average satisfaction rating of the support conversations
select avg(rating) from conversations

-- mean time to first reply for urgent tickets, in seconds
select avg(first_reply_s) from conversations where priority = 'urgent'

-- median first reply time of all conversations
select median(first_reply_s) from conversations

-- average length of a session in seconds
select avg(duration_s) from sessions

-- p95 of the page load time
select quantile_cont(load_ms, 0.95) from page_views

-- 99th percentile latency of the webhook deliveries?
select quantile_cont(latency_ms, 0.99) from deliveries

-- what is the average latency over slack connections
select avg(d.latency_ms) from deliveries d join connections c on c.id = d.connection where c.provider = 'Slack'

-- Total advertising cost so far for paid ads?
select sum(cost) from daily where channel = 'paid_ads'

-- total visitors over all channels
select sum(visitors) from daily

-- average load time of /reports
select avg(load_ms) from page_views where path = '/reports'

-- how many words do published articles have on average?
select avg(word_count) from articles where status = 'published'

-- sum of all article views
select sum(views) from articles

-- average stars of the comments
select avg(stars) from comments

-- longest workflow run in milliseconds
select max(duration_ms) from runs

-- median run duration of the failed runs
select median(duration_ms) from runs where status = 'failed'

-- what is the total amount of all overdue invoices?
select sum(amount) from invoices where status = 'overdue'

-- total revenue ever invoiced
select sum(amount) from invoices

-- average invoice amount for enterprise
select avg(amount) from invoices where plan = 'enterprise'

-- smallest and largest invoice amount
select min(amount), max(amount) from invoices

-- how big is our document archive altogether, in bytes
select sum(size_bytes) from documents

-- average size of a completed backup copy in bytes
select avg(size_bytes) from snapshots where status = 'completed'

-- what is the longest time a backup took, in seconds?
select max(duration_s) from snapshots

-- average cpu_percent on web-1
select avg(value) from points where series = 'cpu_percent' and host = 'web-1'

-- maximum response_ms we ever measured
select max(value) from points where series = 'response_ms'

-- average duration of critical alerts, seconds
select avg(duration_s) from alerts where severity = 'critical'

-- 90th percentile of request duration of the api service in the logs
select quantile_cont(duration_ms, 0.9) from entries where service = 'api'

-- mean number of pages seen per visit
select avg(page_count) from sessions

-- how many attachments were sent in all messages together?
select sum(attachments) from messages

-- average number of attempts for deliveries that failed
select avg(attempts) from deliveries where status = 'failed'

-- minimum and average disk_percent of db-1
select min(value), avg(value) from points where series = 'disk_percent' and host = 'db-1'

-- what do we collect on average per pro team each month?
select avg(monthly_fee) from teams where plan = 'pro'
