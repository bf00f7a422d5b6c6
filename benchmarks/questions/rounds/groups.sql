-- break the invoices down by status and give me the euros in each
select status, sum(amount) from invoices group by 1

-- split of visits between operating systems
select os, count(*) from sessions group by 1

-- for each language, how many members use it
select language, count(*) from users where role = 'member' group by 1

-- per host and severity, the number of alerts
select host, severity, count(*) from alerts group by 1, 2

-- average rating broken down by channel and priority
select channel, priority, avg(rating) from conversations group by 1, 2

-- matrix of audit actions against outcomes with counts
select action, outcome, count(*) from audit group by 1, 2

-- count users per country, please
select country, count(*) from users group by 1

-- how do the tasks divide up between open, done and skipped?
select status, count(*) from tasks group by 1

-- number of comments for each star value
select stars, count(*) from comments group by 1

-- median latency for every event type of the deliveries
select event, median(latency_ms) from deliveries group by 1

-- total amount billed per plan and status
select plan, status, sum(amount) from invoices group by 1, 2

-- for every browser and device, how many sessions were there?
select browser, device, count(*) from sessions group by 1, 2

-- give me average seats and average monthly fee by plan
select plan, avg(seats), avg(monthly_fee) from teams group by 1

-- agents against customers: how many messages did each side write?
select author_role, count(*) from messages group by 1

-- users per role, count only
select role, count(*) from users group by 1

-- list every ticket channel together with its average rating
select channel, avg(rating) from conversations group by 1

-- requests under data protection law: how many of each kind have each status?
select kind, status, count(*) from requests group by 1, 2

-- total storage in bytes used by the copies of every backup job
select job, sum(size_bytes) from snapshots group by 1

-- number of page views for each path and referrer, only where there is a referrer
select path, referrer, count(*) from page_views where referrer is not null group by 1, 2

-- show how many events each feature and device got
select feature, device, count(*) from events group by 1, 2

-- visits grouped by browser
select browser, count(*) from sessions group by 1

-- number of snapshots by job and outcome
select job, status, count(*) from snapshots group by 1, 2

-- invoice totals for every status
select status, sum(amount) from invoices group by 1

-- log volume: lines by host and level
select host, level, count(*) from entries group by 1, 2

-- how are conversations spread across priorities
select priority, count(*) from conversations group by 1

-- sessions by device and country, how many each
select device, country, count(*) from sessions group by 1, 2

-- average fee for each industry and plan combination
select industry, plan, avg(monthly_fee) from teams group by 1, 2

-- show me which trigger kinds our automations use and how often
select trigger, count(*) from definitions group by 1

-- how many seats does a paying team have on average? by plan, excluding free
select plan, avg(seats) from teams where plan <> 'free' group by 1
