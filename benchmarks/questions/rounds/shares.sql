-- out of all our logins, what part went wrong? (as a fraction)
select count(*) filter (where outcome = 'failed') / count(*) from logins

-- what slice of the teams is on the free plan, in percent?
select 100.0 * count(*) filter (where plan = 'free') / count(*) from teams

-- how big a part of all tickets comes in by e-mail? percent
select 100.0 * count(*) filter (where channel = 'email') / count(*) from conversations

-- what proportion of our articles never got past draft
select count(*) filter (where status = 'draft')::double / count(*) from articles

-- of the automation runs, which fraction was started by a person?
select count(started_by)::double / count(*) from runs

-- per provider: percent of connections that are broken
select provider, 100.0 * count(*) filter (where status = 'broken') / count(*) from connections group by 1

-- ratio of mobile visits to desktop visits
select count(*) filter (where device = 'mobile')::double / count(*) filter (where device = 'desktop') from sessions

-- what percent of the invoiced euros was refunded
select 100.0 * sum(amount) filter (where status = 'refunded') / sum(amount) from invoices

-- visitors to signups conversion of every channel in percent
select channel, 100.0 * sum(signups) / sum(visitors) from daily group by 1

-- which share of the alerts did nobody acknowledge?
select count(*) filter (where acknowledged_by is null)::double / count(*) from alerts

-- in percent, how many of the erasure requests got rejected
select 100.0 * count(*) filter (where status = 'rejected') / count(*) from requests where kind = 'erasure'

-- what fraction of log entries belongs to a signed-in user
select count("user")::double / count(*) from entries

-- urgent tickets as a percentage of all tickets
select 100.0 * count(*) filter (where priority = 'urgent') / count(*) from conversations

-- percentage of log lines at level error, service by service
select service, 100.0 * count(*) filter (where level = 'error') / count(*) from entries group by 1

-- what part of the overall marketing cost goes to paid ads? as a share
select sum(cost) filter (where channel = 'paid_ads')::double / sum(cost) from daily

-- how many tickets per customer on average (customers with at least one ticket)
select count(*)::double / count(distinct customer) from conversations

-- deleted projects divided by created projects
select count(*) filter (where name = 'deleted_project')::double / count(*) filter (where name = 'created_project') from events

-- what % of sessions ran on Linux
select 100.0 * count(*) filter (where os = 'Linux') / count(*) from sessions

-- proportion of tasks skipped
select count(*) filter (where status = 'skipped')::double / count(*) from tasks

-- which percentage of sign-in attempts through sso were unsuccessful?
select 100.0 * count(*) filter (where outcome = 'failed') / count(*) from logins where method = 'sso'

-- share of mobile in sessions for each country
select country, count(*) filter (where device = 'mobile')::double / count(*) from sessions group by 1

-- each industry's share of our MRR
select industry, sum(monthly_fee)::double / (select sum(monthly_fee) from teams) from teams group by 1

-- tickets solved as a fraction of all tickets, per agent name
select u.name, count(*) filter (where c.status = 'solved')::double / count(*) from conversations c join users u on u.id = c.agent group by 1

-- cost per signup for paid ads
select sum(cost)::double / sum(signups) from daily where channel = 'paid_ads'

-- how many messages does a conversation have on average?
select (select count(*) from messages)::double / count(*) from conversations

-- ratio between critical and warning alerts
select count(*) filter (where severity = 'critical')::double / count(*) filter (where severity = 'warning') from alerts

-- rate of unverified copies, in percent
select 100.0 * count(*) filter (where not verified) / count(*) from snapshots

-- what portion of invoices is overdue?
select count(*) filter (where status = 'overdue')::double / count(*) from invoices

-- fraction of users that never came back after signing up (no last seen date)
select count(*) filter (where last_seen_at is null)::double / count(*) from users

-- percentage of five-star ratings among rated conversations
select 100.0 * count(*) filter (where rating = 5) / count(rating) from conversations

-- percent of tasks that are done for each assignee
select u.name, 100.0 * count(*) filter (where k.status = 'done') / count(*) from tasks k join users u on u.id = k.assignee group by 1

-- distribution of users over plans as percentages
select plan, 100.0 * count(*) / sum(count(*)) over () from users group by 1

-- visitors per signup by channel
select channel, sum(visitors)::double / sum(signups) from daily group by 1

-- number of open tickets relative to solved tickets, as a ratio
select count(*) filter (where status = 'open')::double / count(*) filter (where status = 'solved') from conversations

-- deliveries that failed as a percent of all deliveries
select 100.0 * count(*) filter (where status = 'failed') / count(*) from deliveries

-- what's the share of weekly jobs
select count(*) filter (where schedule = 'weekly')::double / count(*) from jobs

-- per topic, what percentage of conversations was solved
select topic, 100.0 * count(*) filter (where status = 'solved') / count(*) from conversations group by 1

-- proportion of invoiced money that is still open
select (sum(amount) filter (where status = 'open') / sum(amount))::double from invoices

-- how many times more searches than shared links were there (ratio)
select count(*) filter (where name = 'ran_search')::double / count(*) filter (where name = 'shared_link') from events
