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

-- What percentage of our teams is on the free plan?
select 100.0 * count(*) filter (where plan = 'free') / count(*) from teams

-- Each browser's share of all sessions
select browser, count(*)::double / (select count(*) from sessions) from sessions group by 1

-- What fraction of the erasure requests got rejected?
select count(*) filter (where status = 'rejected')::double / count(*) from requests where kind = 'erasure'

-- What percentage of deliveries needed more than one attempt?
select 100.0 * count(*) filter (where attempts > 1) / count(*) from deliveries

-- share of articles that are still drafts
select count(*) filter (where status = 'draft')::double / count(*) from articles

-- percent of all seats that belong to enterprise teams
select 100.0 * sum(seats) filter (where plan = 'enterprise') / sum(seats) from teams

-- What percent of all tickets got a rating of 5?
select 100.0 * count(*) filter (where rating = 5) / count(*) from conversations

-- What proportion of sessions came from iOS?
select count(*) filter (where os = 'iOS')::double / count(*) from sessions

-- for each sign-in method, the percentage of attempts that failed
select method, 100.0 * count(*) filter (where outcome = 'failed') / count(*) from logins group by 1

-- what share of workflow runs was started by a person?
select count(*) filter (where started_by is not null)::double / count(*) from runs

-- For each provider, the percentage of its connections that are broken
select provider, 100.0 * count(*) filter (where status = 'broken') / count(*) from connections group by 1

-- percent of comments that were left on billing articles
select 100.0 * count(*) filter (where a.category = 'billing') / count(*) from comments k join articles a on a.id = k.article

-- What share of the total amount invoiced came from pro plans?
select sum(amount) filter (where plan = 'pro')::double / sum(amount) from invoices

-- For every agent, what percentage of their tickets was urgent?
select u.name, 100.0 * count(*) filter (where c.priority = 'urgent') / count(*) from conversations c join users u on u.id = c.agent group by 1

-- percentage of snapshots taken in September that failed
select 100.0 * count(*) filter (where status = 'failed') / count(*) from snapshots where within(started_at, '2026-09-01', '2026-10-01')

-- What percentage of all data requests are erasure requests?
select 100.0 * count(*) filter (where kind = 'erasure') / count(*) from requests

-- which fraction of marketing cost goes to email
select sum(cost) filter (where channel = 'email')::double / sum(cost) from daily

-- failure rate of logins per country in percent
select country, 100.0 * count(*) filter (where outcome = 'failed') / count(*) from logins group by 1

-- What percentage of all messages carry at least one attachment?
select 100.0 * count(*) filter (where attachments > 0) / count(*) from messages

-- tell me which fraction of sign-in attempts used a magic link
select count(*) filter (where method = 'magic_link')::double / count(*) from logins

-- By trigger, the percentage of runs that succeeded
select d."trigger", 100.0 * count(*) filter (where r.status = 'succeeded') / count(*) from runs r join definitions d on d.id = r.workflow group by 1

-- of all the tasks, what percentage is done?
select 100.0 * count(*) filter (where status = 'done') / count(*) from tasks

-- Proportion of deliveries with http status 503
select count(*) filter (where http_status = 503)::double / count(*) from deliveries

-- what percentage of our monthly fees comes from each industry
select industry, 100.0 * sum(monthly_fee) / (select sum(monthly_fee) from teams) from teams group by 1
