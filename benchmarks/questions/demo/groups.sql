-- users by country
select country, count(*) from users group by 1

-- How many teams are there in each industry?
select industry, count(*) from teams group by 1

-- MRR by plan
select plan, sum(monthly_fee) from teams group by 1

-- average seats per plan
select plan, avg(seats) from teams group by 1

-- number of users by plan and status
select plan, status, count(*) from users group by 1, 2

-- breakdown of conversations by topic
select topic, count(*) from conversations group by 1

-- average rating per channel
select channel, avg(rating) from conversations group by 1

-- mean first reply seconds by priority
select priority, avg(first_reply_s) from conversations group by 1

-- tickets by topic and priority
select topic, priority, count(*) from conversations group by 1, 2

-- how many sessions per device?
select device, count(*) from sessions group by 1

-- avg session duration by browser
select browser, avg(duration_s) from sessions group by 1

-- visits per operating system and device
select os, device, count(*) from sessions group by 1, 2

-- failed logins by reason
select reason, count(*) from logins where outcome = 'failed' group by 1

-- logins per method and outcome
select method, outcome, count(*) from logins group by 1, 2

-- log lines per service
select service, count(*) from entries group by 1

-- count of errors by host
select host, count(*) from entries where level = 'error' group by 1

-- how many log entries of each level per service?
select service, level, count(*) from entries group by 1, 2

-- alerts per host and severity
select host, severity, count(*) from alerts group by 1, 2

-- alerts by what was measured
select series, count(*) from alerts group by 1

-- average response_ms by host
select host, avg(value) from points where series = 'response_ms' group by 1

-- average memory_percent per region
select region, avg(value) from points where series = 'memory_percent' group by 1

-- events by name
select name, count(*) from events group by 1

-- which features are used how often
select feature, count(*) from events group by 1

-- visitors, signups and cost per channel
select channel, sum(visitors), sum(signups), sum(cost) from daily group by 1

-- average load time by page
select path, avg(load_ms) from page_views group by 1

-- views by article category
select category, sum(views) from articles group by 1

-- articles per category and status
select category, status, count(*) from articles group by 1, 2

-- runs by status
select status, count(*) from runs group by 1

-- how many automations per kind of trigger?
select "trigger", count(*) from definitions group by 1

-- tasks by status, please
select status, count(*) from tasks group by 1

-- connections per provider
select provider, count(*) from connections group by 1

-- deliveries per event
select event, count(*) from deliveries group by 1

-- http status codes of failed deliveries with counts
select http_status, count(*) from deliveries where status = 'failed' group by 1

-- invoiced amount by plan and status
select plan, status, sum(amount) from invoices group by 1, 2

-- how many documents of each kind, and their total size
select kind, count(*), sum(size_bytes) from documents group by 1

-- average duration of the backups per job
select job, avg(duration_s) from snapshots group by 1

-- snapshots by status
select status, count(*) from snapshots group by 1

-- number of backup jobs for each target
select target, count(*) from jobs group by 1

-- data requests by kind and status
select kind, status, count(*) from requests group by 1, 2

-- count consents per purpose and source
select purpose, source, count(*) from consents group by 1, 2

-- audit entries by action
select action, count(*) from audit group by 1
