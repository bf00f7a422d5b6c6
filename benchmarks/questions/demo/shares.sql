-- What percentage of logins failed?
select 100.0 * count(*) filter (where outcome = 'failed') / count(*) from logins

-- what share of sessions is mobile?
select count(*) filter (where device = 'mobile')::double / count(*) from sessions

-- percentage of users on the free plan
select 100.0 * count(*) filter (where plan = 'free') / count(*) from users

-- failure rate of workflow runs in percent
select 100.0 * count(*) filter (where status = 'failed') / count(*) from runs

-- ratio of failed to succeeded runs
select count(*) filter (where status = 'failed')::double / count(*) filter (where status = 'succeeded') from runs

-- percentage of failed runs per workflow
select d.name, 100.0 * count(*) filter (where r.status = 'failed') / count(*) from runs r join definitions d on d.id = r.workflow group by 1

-- what fraction of the conversations got a rating?
select count(rating)::double / count(*) from conversations

-- share of urgent tickets per topic
select topic, count(*) filter (where priority = 'urgent')::double / count(*) from conversations group by 1

-- delivery success rate by provider, percent
select c.provider, 100.0 * count(*) filter (where d.status = 'delivered') / count(*) from deliveries d join connections c on c.id = d.connection group by 1

-- error share of log lines for each service
select service, count(*) filter (where level = 'error')::double / count(*) from entries group by 1

-- percent of backups that completed
select 100.0 * count(*) filter (where status = 'completed') / count(*) from snapshots

-- what percentage of completed copies was verified
select 100.0 * count(*) filter (where verified) / count(*) from snapshots where status = 'completed'

-- opt-in rate of the newsletter as a percentage
select 100.0 * count(*) filter (where granted) / count(*) from consents where purpose = 'newsletter'

-- share of consents granted, by purpose
select purpose, count(*) filter (where granted)::double / count(*) from consents group by 1

-- conversion from visitors to signups per channel as a ratio
select channel, sum(signups)::double / sum(visitors) from daily group by 1

-- cost per sign-up of paid ads
select sum(cost)::double / sum(signups) from daily where channel = 'paid_ads'

-- what share of revenue comes from the enterprise plan?
select sum(amount) filter (where plan = 'enterprise')::double / sum(amount) from invoices

-- percentage of invoices that are overdue
select 100.0 * count(*) filter (where status = 'overdue') / count(*) from invoices

-- percent of audit actions that were denied, by action
select action, 100.0 * count(*) filter (where outcome = 'denied') / count(*) from audit group by 1

-- what part of the page views had no signed in user? answer as a fraction
select count(*) filter (where "user" is null)::double / count(*) from page_views

-- MRR per seat
select sum(monthly_fee)::double / sum(seats) from teams

-- what percentage of alerts on each host is critical
select host, 100.0 * count(*) filter (where severity = 'critical') / count(*) from alerts group by 1

-- Compute the proportion of users whose status is closed.
select count(*) filter (where status = 'closed')::double / count(*) from users

-- percentage of comments with 5 stars among those with stars
select 100.0 * count(*) filter (where stars = 5) / count(*) from comments where stars is not null
