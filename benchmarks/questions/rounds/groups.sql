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

-- Number of users per interface language
select language, count(*) from users group by 1

-- what rating does each support agent get on average?
select u.name, avg(c.rating) from conversations c join users u on u.id = c.agent group by 1

-- give me a tally of deliveries by HTTP status code
select http_status, count(*) from deliveries group by 1

-- seats sold, per country of the team
select country, sum(seats) from teams group by 1

-- mean latency for each integration provider
select c.provider, avg(d.latency_ms) from deliveries d join connections c on c.id = d.connection group by 1

-- break the page views down by referrer, leave out those that have none
select referrer, count(*) from page_views where referrer is not null group by 1

-- skipped tasks: how many per assignee?
select u.name, count(*) from tasks t join users u on u.id = t.assignee where t.status = 'skipped' group by 1

-- For the auditors: number of audit trail entries for every combination of action and outcome
select action, outcome, count(*) from audit group by 1, 2

-- How many runs ended up in each status?
select status, count(*) from runs group by 1

-- avg seats for every industry
select industry, avg(seats) from teams group by 1

-- How do log lines split by level?
select level, count(*) from entries group by 1

-- total euros invoiced, per plan
select plan, sum(amount) from invoices group by 1

-- comments by number of stars, only the rated ones
select stars, count(*) from comments where stars is not null group by 1

-- how many workflow runs were there for each kind of trigger?
select d."trigger", count(*) from runs r join definitions d on d.id = r.workflow group by 1

-- Deliveries per event and status, please
select event, status, count(*) from deliveries group by 1, 2

-- for each support topic the median time to first reply in seconds
select topic, median(first_reply_s) from conversations group by 1

-- breakdown of teams by country
select country, count(*) from teams group by 1

-- Please show the mean number of views an article gets in each category.
select category, avg(views) from articles group by 1

-- open tasks by assignee, how many has each
select u.name, count(*) from tasks t join users u on u.id = t.assignee where t.status = 'open' group by 1

-- How often was each audit action denied?
select action, count(*) from audit where outcome = 'denied' group by 1

-- contracts on file per country of the customer's head office
select t.country, count(*) from documents d join teams t on t.id = d.team where d.kind = 'contract' group by 1

-- show the number of log lines by service and level
select service, level, count(*) from entries group by 1, 2

-- How do logins split up by method? just counts
select method, count(*) from logins group by 1

-- longest load time in ms for each page path
select path, max(load_ms) from page_views group by 1

-- split the failed logins by country
select country, count(*) from logins where outcome = 'failed' group by 1

-- mean alert duration in seconds, for each severity
select severity, avg(duration_s) from alerts group by 1

-- I want the number of documents each person has filed, by name.
select u.name, count(*) from documents d join users u on u.id = d.owner group by 1

-- For each channel: average first reply in seconds, and number of tickets
select channel, avg(first_reply_s), count(*) from conversations group by 1

-- avg invoice amount for each plan
select plan, avg(amount) from invoices group by 1

-- How many articles did every author write?
select u.name, count(*) from articles a join users u on u.id = a.author group by 1

-- matrix of users by role and status (role, status, count)
select role, status, count(*) from users group by 1, 2

-- median visit length in seconds per operating system
select os, median(duration_s) from sessions group by 1
