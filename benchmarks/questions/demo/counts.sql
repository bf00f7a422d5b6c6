-- How many users do we have?
select count(*) from users

-- number of customer teams on the enterprise plan
select count(*) from teams where plan = 'enterprise'

-- how many people live in Germany
select count(*) from users where country = 'Germany'

-- Count the suspended accounts please.
select count(*) from users where status = 'suspended'

-- how many different countries do our users come from?
select count(distinct country) from users

-- what's the total number of support conversations?
select count(*) from conversations

-- how many tickets are still waiting?
select count(*) from conversations where status = 'waiting'

-- how many urgent support conversations have there been
select count(*) from conversations where priority = 'urgent'

-- How many conversations came in by phone?
select count(*) from conversations where channel = 'phone'

-- how many customers have ever contacted support (each counted once)?
select count(distinct customer) from conversations

-- how many critical alerts are on record?
select count(*) from alerts where severity = 'critical'

-- number of alerts raised on db-1
select count(*) from alerts where host = 'db-1'

-- how many log lines did the exporter write at level error
select count(*) from entries where service = 'exporter' and level = 'error'

-- Determine the count of fatal log entries.
select count(*) from entries where level = 'fatal'

-- how many login attempts failed?
select count(*) from logins where outcome = 'failed'

-- how many google sign-ins succeeded
select count(*) from logins where method = 'google' and outcome = 'succeeded'

-- how many visits came from phones?
select count(*) from sessions where device = 'mobile'

-- sessions in safari, how many
select count(*) from sessions where browser = 'Safari'

-- how many articles are still drafts?
select count(*) from articles where status = 'draft'

-- How many blog and help articles are about security?
select count(*) from articles where category = 'security'

-- How many workflow runs were cancelled?
select count(*) from runs where status = 'cancelled'

-- how many automations are started by hand
select count(*) from definitions where "trigger" = 'manual'

-- how many tasks are open right now?
select count(*) from tasks where status = 'open'

-- How many connections are broken?
select count(*) from connections where status = 'broken'

-- number of webhook deliveries that failed
select count(*) from deliveries where status = 'failed'

-- how many distinct providers are connected to us
select count(distinct provider) from connections

-- how many invoices are overdue?
select count(*) from invoices where status = 'overdue'

-- How many contracts do we have on file?
select count(*) from documents where kind = 'contract'

-- how many backup jobs run every day
select count(*) from jobs where schedule = 'daily'

-- how many backup copies failed?
select count(*) from snapshots where status = 'failed'

-- how many erasure requests have we received?
select count(*) from requests where kind = 'erasure'

-- how many times was access denied according to the audit log
select count(*) from audit where outcome = 'denied'

-- how often did somebody upgrade their plan?
select count(*) from events where name = 'upgraded_plan'

-- how many page views did /pricing get?
select count(*) from page_views where path = '/pricing'
