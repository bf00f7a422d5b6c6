-- combined seats of our healthcare clients
select sum(seats) from teams where industry = 'healthcare'

-- what does a typical enterprise invoice come to? mean is fine
select avg(amount) from invoices where plan = 'enterprise'

-- on average how many pages does somebody on a tablet look at per visit
select avg(page_count) from sessions where device = 'tablet'

-- in the middle, how long does a snapshot of users-daily take? (median, seconds)
select median(duration_s) from snapshots where job = 'users-daily'

-- 75th percentile of the request time that the search service logs
select quantile_cont(duration_ms, 0.75) from entries where service = 'search'

-- what did paid ads cost us all in all, and how many signups did we get for it?
select sum(cost), sum(signups) from daily where channel = 'paid_ads'

-- range of the first reply times, i.e. fastest and slowest
select min(first_reply_s), max(first_reply_s) from conversations

-- what is the headline figure for sign-ups via referral, summed over all days?
select sum(signups) from daily where channel = 'referral'

-- average payload of a failed delivery in bytes
select avg(payload_bytes) from deliveries where status = 'failed'

-- how satisfied are customers who contacted us by phone, on average?
select avg(rating) from conversations where channel = 'phone'

-- what's the heaviest document we store, in bytes?
select max(size_bytes) from documents

-- mean number of words of a published article
select avg(word_count) from articles where status = 'published'

-- sum up the seats sold on the pro plan
select sum(seats) from teams where plan = 'pro'

-- shortest and longest visit we ever recorded, in seconds
select min(duration_s), max(duration_s) from sessions

-- total attachments sent by agents
select sum(attachments) from messages where author_role = 'agent'

-- average number of pages per session on Safari
select avg(page_count) from sessions where browser = 'Safari'

-- what is the typical waiting time until first reply for billing tickets? median please
select median(first_reply_s) from conversations where topic = 'billing'

-- how much have we spent on marketing altogether?
select sum(cost) from daily

-- how much did referral bring us in visitors in total
select sum(visitors) from daily where channel = 'referral'

-- average memory_percent and its maximum on worker-1
select avg(value), max(value) from points where series = 'memory_percent' and host = 'worker-1'

-- what's our average monthly fee for retail companies
select avg(monthly_fee) from teams where industry = 'retail'

-- give the average lifetime of critical alerts, seconds
select avg(duration_s) from alerts where severity = 'critical'

-- on average, how big are the contracts? bytes
select avg(size_bytes) from documents where kind = 'contract'

-- the median word count over published articles
select median(word_count) from articles where status = 'published'

-- largest number of pages anyone looked at in one visit
select max(page_count) from sessions

-- what is the sum of visitors that came by email
select sum(visitors) from daily where channel = 'email'

-- how long does our slowest page take to load? ms
select max(load_ms) from page_views

-- average number of attempts of a failed run
select avg(attempts) from runs where status = 'failed'

-- what do we bill on average per invoice?
select avg(amount) from invoices

-- p99 of session duration
select quantile_cont(duration_s, 0.99) from sessions

-- add together the article views for the billing category
select sum(views) from articles where category = 'billing'

-- what's the smallest team size in seats among enterprise customers
select min(seats) from teams where plan = 'enterprise'

-- mean and median duration of backups
select avg(duration_s), median(duration_s) from snapshots

-- What's the median amount on an invoice?
select median(amount) from invoices

-- p95 of page load time in ms please
select quantile_cont(load_ms, 0.95) from page_views

-- Add up the size of all completed snapshots, in bytes.
select sum(size_bytes) from snapshots where status = 'completed'

-- what's the median payload size over all deliveries?
select median(payload_bytes) from deliveries

-- typical load time of the pricing page (median is fine)
select median(load_ms) from page_views where path = '/pricing'

-- Add up what all marketing channels together cost us in September.
select sum(cost) from daily where day >= '2026-09-01' and day < '2026-10-01'

-- How long does a run of a workflow take on average, in ms?
select avg(duration_ms) from runs

-- highest disk_percent value we ever measured
select max(value) from points where series = 'disk_percent'

-- i want to know the average monthly fee of the teams on pro
select avg(monthly_fee) from teams where plan = 'pro'

-- how many bytes do all copies of logs-daily add up to?
select sum(size_bytes) from snapshots where job = 'logs-daily'

-- avg stars that readers gave to articles in the security category
select avg(k.stars) from comments k join articles a on a.id = k.article where a.category = 'security'

-- compute the 95th percentile of load_ms over all page views
select quantile_cont(load_ms, 0.95) from page_views

-- sum of monthly fees of all teams in the United Kingdom
select sum(monthly_fee) from teams where country = 'United Kingdom'

-- Shortest and longest session, in seconds.
select min(duration_s), max(duration_s) from sessions

-- average delivery latency of HubSpot connections, milliseconds
select avg(d.latency_ms) from deliveries d join connections c on c.id = d.connection where c.provider = 'HubSpot'

-- largest payload we have ever sent, in bytes
select max(payload_bytes) from deliveries

-- Please calculate the average number of attempts per workflow run.
select avg(attempts) from runs

-- average duration in seconds of the copies of the chat database?
select avg(s.duration_s) from snapshots s join jobs j on j.name = s.job where j.source = 'chat database'

-- avg attachments per message sent by customers
select avg(attachments) from messages where author_role = 'customer'

-- What is the total number of views across all published articles?
select sum(views) from articles where status = 'published'

-- Compute the 90th percentile of first reply time, in seconds, over all support conversations.
select quantile_cont(first_reply_s, 0.9) from conversations

-- shortest and longest time to first reply, in seconds
select min(first_reply_s), max(first_reply_s) from conversations

-- Mean number of seats for teams on the starter plan?
select avg(seats) from teams where plan = 'starter'

-- all the signups that came via referral, summed up
select sum(signups) from daily where channel = 'referral'
