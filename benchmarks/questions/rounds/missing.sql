-- alerts that nobody acknowledged, on db-1: how many
select count(*) from alerts where acknowledged_by is null and host = 'db-1'

-- how many solved tickets were left without a rating
select count(*) from conversations where status = 'solved' and rating is null

-- tasks with no completion time whose due date has passed: count
select count(*) from tasks where done_at is null and due_on < '2026-10-15'

-- comments without stars, how many do we have
select count(*) from comments where stars is null

-- users we have never seen (no last visit), count
select count(*) from users where last_seen_at is null

-- how many log lines carry no user?
select count(*) from entries where "user" is null

-- which runs haven't finished yet
select id from runs where finished_at is null
-- @further

-- tickets without an end, i.e. never closed: number
select count(*) from conversations where closed_at is null

-- how many runs have an error text?
select count(*) from runs where error is not null

-- page views by strangers (no user), how many
select count(*) from page_views where "user" is null

-- sessions still running
select id from sessions where ended_at is null
-- @further

-- workflow runs lacking a starter on failed status, count
select count(*) from runs where started_by is null and status = 'failed'

-- how many conversations got no rating at all?
select count(*) from conversations where rating is null

-- open tasks that have a due date before today: number
select count(*) from tasks where status = 'open' and due_on < '2026-10-15'

-- log entries that have no duration, how many
select count(*) from entries where duration_ms is null

-- runs started by a person (not by schedule or webhook): count
select count(*) from runs where started_by is not null

-- how many alerts has nobody taken care of?
select count(*) from alerts where acknowledged_by is null

-- How many alerts has nobody acknowledged?
select count(*) from alerts where acknowledged_by is null

-- Tickets without a rating, counted by channel
select channel, count(*) from conversations where rating is null group by 1

-- how many conversations were never rated by the customer?
select count(*) from conversations where rating is null

-- info-level alerts in October that nobody acknowledged: host and when they were raised
select host, raised_at from alerts where severity = 'info' and acknowledged_by is null and raised_at >= '2026-10-01'

-- how many users have we never seen in the product, per country
select country, count(*) from users where last_seen_at is null group by 1

-- number of runs where no error is recorded
select count(*) from runs where error is null

-- invoices without a payment date, how many have we got
select count(*) from invoices where paid_at is null

-- log lines with no user attached, broken down by service
select service, count(*) from entries where "user" is null group by 1

-- Tasks that were never done (no completion time): how many per status?
select status, count(*) from tasks where done_at is null group by 1

-- connections that have never synced, how many
select count(*) from connections where last_sync_at is null

-- users who have never been seen in the product - how many?
select count(*) from users where last_seen_at is null

-- comments without a star rating, by article category
select a.category, count(*) from comments k join articles a on a.id = k.article where k.stars is null group by 1

-- number of invoices with no payment date, for each status
select status, count(*) from invoices where paid_at is null group by 1

-- How many of the log lines have no duration?
select count(*) from entries where duration_ms is null

-- how many automation runs have an error recorded?
select count(*) from runs where error is not null

-- never-synced connections by provider
select provider, count(*) from connections where last_sync_at is null group by 1
