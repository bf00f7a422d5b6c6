-- how many users were never seen in the product (last seen is empty)?
select count(*) from users where last_seen_at is null

-- how many conversations are not closed yet (no closing time)
select count(*) from conversations where closed_at is null

-- how many comments come without stars
select count(*) from comments where stars is null

-- log lines without a user, count per service
select service, count(*) from entries where "user" is null group by 1

-- unpaid invoices, i.e. without a payment date: how many
select count(*) from invoices where paid_at is null

-- number of runs nobody started by hand (no starter)
select count(*) from runs where started_by is null

-- which metric has no alert threshold?
select name from series where alert_above is null

-- how many page views have a referrer
select count(*) from page_views where referrer is not null

-- Jira connections that have never synced: names
select name from connections where last_sync_at is null and provider = 'Jira'

-- articles with no publication date, how many
select count(*) from articles where published_at is null

-- number of data requests that have no completion date yet
select count(*) from requests where completed_at is null

-- tasks with no done date by status
select status, count(*) from tasks where done_at is null group by 1

-- documents that have a customer team attached, how many?
select count(*) from documents where team is not null

-- number of sessions that have not ended
select count(*) from sessions where ended_at is null

-- percentage of alerts without an acknowledger
select 100.0 * count(*) filter (where acknowledged_by is null) / count(*) from alerts
