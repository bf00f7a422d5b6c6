-- How many accounts were opened in September?
-- september signups - count
select count(*) from users where within(signed_up_at, '2026-09-01', '2026-10-01')

-- Who has been with us the longest? First three people by sign-up date.
-- names of the three users that signed up earliest
select name from users order by signed_up_at limit 3

-- headcount per country
-- In each country, how many people have an account?
select country, count(*) from users group by 1

-- how much do all teams pay us a month altogether
-- total monthly fee over all customers
select sum(monthly_fee) from teams

-- What does a team pay per month on average, by plan?
-- mean monthly fee for each plan
select plan, avg(monthly_fee) from teams group by 1

-- how many people tried to sign in with a wrong password
-- number of distinct users with a login that failed because of a wrong password
select count(distinct "user") from logins where reason = 'wrong_password'

-- sign-in attempts by country
-- from which countries do people try to log in, and how many times each?
select country, count(*) from logins group by 1

-- typical visit length (median seconds) on a tablet
-- median duration in seconds of sessions from tablets
select median(duration_s) from sessions where device = 'tablet'

-- how many support cases are unresolved, that is open or waiting
-- count conversations whose status is open or waiting
select count(*) from conversations where status in ('open', 'waiting')

-- what do customers complain about the most? topic only
-- most frequent topic of the support conversations
select topic from conversations group by 1 order by count(*) desc limit 1

-- how happy are customers on average, per topic?
-- mean rating by topic
select topic, avg(rating) from conversations group by 1

-- How many messages did our agents write in October?
-- agent messages sent since 1 October 2026, count
select count(*) from messages where author_role = 'agent' and sent_at >= '2026-10-01'

-- How often was there an alert because of the disk?
-- number of alerts on disk_percent
select count(*) from alerts where series = 'disk_percent'

-- mean value of requests_per_s per machine
-- for every host, the average of requests_per_s
select host, avg(value) from points where series = 'requests_per_s' group by 1

-- how many projects were created in the product in September?
-- count of created_project events, September 2026
select count(*) from events where name = 'created_project' and within("at", '2026-09-01', '2026-10-01')

-- what did each channel cost us in total?
-- total cost by marketing channel
select channel, sum(cost) from daily group by 1

-- Where do anonymous visitors come from? Count the page views by referrer where there is one.
-- page views per referring site, leaving out those without a referrer
select referrer, count(*) from page_views where referrer is not null group by 1

-- how long are our articles on average in words, by category
-- average word count per article category
select category, avg(word_count) from articles group by 1

-- who comments most? top 3 with number of comments
-- the three readers that wrote the most comments and how many
select u.name, count(*) from comments c join users u on u.id = c.author group by 1 order by 2 desc limit 3

-- average time a run of Rebuild search index takes, ms
-- How many milliseconds does "Rebuild search index" run on average?
select avg(r.duration_ms) from runs r join definitions d on d.id = r.workflow where d.name = 'Rebuild search index'

-- which errors do failed runs have and how often?
-- failed runs grouped by error
select error, count(*) from runs where status = 'failed' group by 1

-- what is still to do for Mason Hughes? number of open tasks
-- count the open tasks assigned to Mason Hughes
select count(*) from tasks t join users u on u.id = t.assignee where u.name = 'Mason Hughes' and t.status = 'open'

-- connections per status
-- how many integrations are connected, paused, broken?
select status, count(*) from connections group by 1

-- average response time of the calls to Salesforce in ms
-- mean latency_ms of deliveries over Salesforce connections
select avg(d.latency_ms) from deliveries d join connections c on c.id = d.connection where c.provider = 'Salesforce'

-- How much money is outstanding? Sum of all open invoices.
-- total amount of invoices with status open
select sum(amount) from invoices where status = 'open'

-- what did we charge each month of 2025?
-- invoiced amount per month, 2025
select date_trunc('month', issued_at)::date, sum(amount) from invoices where within(issued_at, '2025-01-01', '2026-01-01') group by 1

-- how much refund did we give (sum of refunded invoices)
-- total amount of refunded invoices
select sum(amount) from invoices where status = 'refunded'

-- How many papers were filed each year?
-- documents per year
select date_trunc('year', filed_at)::date, count(*) from documents group by 1

-- how noisy is each service: log lines per service in the past 7 days
-- per service number of log entries, last 7 days
select service, count(*) from entries where "at" >= ago(interval 7 day) group by 1

-- average request duration in the logs for search
-- mean duration_ms of the search service's log entries
select avg(duration_ms) from entries where service = 'search'

-- How many bytes do the completed backups take altogether?
-- sum of size_bytes over completed snapshots
select sum(size_bytes) from snapshots where status = 'completed'

-- which errors stop our backups and how often
-- snapshot errors with counts, only where there is an error
select error, count(*) from snapshots where error is not null group by 1

-- How many requests to have one's data erased are there in each status?
-- erasure requests per status
select status, count(*) from requests where kind = 'erasure' group by 1

-- who changed policies, and how many times?
-- number of changed_policy audit entries per actor name
select u.name, count(*) from audit a join users u on u.id = a.actor where a.action = 'changed_policy' group by 1

-- what percentage of the answers about product analytics was a yes?
-- percent of product_analytics consents that were granted
select 100.0 * count(*) filter (where granted) / count(*) from consents where purpose = 'product_analytics'

-- when was the most recent backup of users-daily made
-- start of the latest snapshot of job users-daily
select max(started_at) from snapshots where job = 'users-daily'
