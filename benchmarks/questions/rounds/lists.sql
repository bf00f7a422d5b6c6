-- pull up everybody at Copper Metals, just their names
select u.name from users u join teams t on t.id = u.team where t.name = 'Copper Metals'

-- which cities do our Swedish users live in?
select distinct city from users where country = 'Sweden'

-- get me the numbers of every overdue invoice
select number from invoices where status = 'overdue'

-- what automations does Uwe Maier look after?
select d.name from definitions d join users u on u.id = d.owner where u.name = 'Uwe Maier'
-- @further

-- urgent tickets that are still open or waiting: subject please
select subject from conversations where priority = 'urgent' and status <> 'solved'

-- who are the admins of Beacon Market?
select u.name from users u join teams t on t.id = u.team where t.name = 'Beacon Market' and u.role = 'admin'
-- @further

-- What operating systems did visitors use?
select distinct os from sessions

-- could you name the workflows that are triggered by a webhook?
select name from definitions where "trigger" = 'webhook'

-- everyone from Lyon, names + mail addresses
select name, email from users where city = 'Lyon'

-- print job name and target for anything that gets backed up to tape
select name, target from jobs where target = 'tape'

-- what do we store in documents of the kind policy? titles
select title from documents where kind = 'policy'

-- refunded invoices from 2026 with number and amount
select number, amount from invoices where status = 'refunded' and within(issued_at, '2026-01-01', '2027-01-01')

-- which pages can people look at?
select distinct path from page_views

-- who works at Raven Software and is an owner or admin there? names please
select u.name from users u join teams t on t.id = u.team where t.name = 'Raven Software' and u.role in ('owner', 'admin')

-- hey, quick one: list every healthcare customer (team names)
select name from teams where industry = 'healthcare'

-- open compliance requests, id and deadline
select id, due_on from requests where status = 'open'

-- distinct languages our users have set
select distinct language from users

-- the metrics that are measured in percent
select name from series where unit = '%'

-- I'd like to see the manual workflows
select name from definitions where "trigger" = 'manual'
-- @further

-- which team leads, I mean owners, are there at Vale Software
select u.name from users u join teams t on t.id = u.team where t.name = 'Vale Software' and u.role = 'owner'

-- get titles of retired posts
select title from articles where status = 'retired'

-- dump all French logistics teams with their seat counts
select name, seats from teams where country = 'France' and industry = 'logistics'

-- what are the possible outcomes of a backup?
select distinct status from snapshots

-- all German teams on the starter plan with their seats
select name, seats from teams where country = 'Germany' and plan = 'starter'

-- which users have been suspended? give me email addresses
select email from users where status = 'suspended'

-- show Emil Krüger's workflows
select d.name from definitions d join users u on u.id = d.owner where u.name = 'Emil Krüger'
-- @further

-- list the sources that backup jobs copy
select distinct source from jobs

-- I want to know the names of teams with a paused connection
select distinct t.name from connections c join teams t on t.id = c.team where c.status = 'paused'

-- Titles of our unpublished drafts, in alphabetical order
select title from articles where status = 'draft' order by title

-- I need email and city of every suspended account.
select email, city from users where status = 'suspended'

-- Which cities do our French users live in?
select distinct city from users where country = 'France'

-- overdue invoices over 1000 euros: number, amount and which team
select i.number, i.amount, t.name from invoices i join teams t on t.id = i.team where i.status = 'overdue' and i.amount > 1000

-- List the backup jobs whose copies end up in the us-vault.
-- @further
select name from jobs where target = 'us-vault'

-- the last five policy changes in the audit log, when and by whom
select a."at", u.name from audit a join users u on u.id = a.actor where a.action = 'changed_policy' order by a."at" desc limit 5

-- show me the numbers of all overdue invoices with the amounts
select number, amount from invoices where status = 'overdue'

-- Who are the owners in Poland? I'd like name and e-mail.
select name, email from users where role = 'owner' and country = 'Poland'

-- industries of our Spanish teams
select distinct industry from teams where country = 'Spain'

-- All fatal log lines: time, service and message.
select "at", service, message from entries where level = 'fatal'

-- give me the titles of the retired articles
select title from articles where status = 'retired'

-- which connections are broken at the moment? name and provider
select name, provider from connections where status = 'broken'

-- What backup jobs do we have, and how often does each one run?
select name, schedule from jobs

-- Give me the subjects of all urgent tickets that are not solved
select subject from conversations where priority = 'urgent' and status <> 'solved'

-- manual workflows
-- @further
select name from definitions where "trigger" = 'manual'

-- name and city of everyone on our staff, please
select name, city from users where role = 'staff'

-- Which data requests got rejected? kind and when it was received
select kind, received_at from requests where status = 'rejected'

-- the 4 newest connections: name and when each was set up, newest first
select name, connected_at from connections order by connected_at desc limit 4

-- list workflow names and who owns them
select d.name, u.name from definitions d join users u on u.id = d.owner

-- Show the last 5 failed snapshots, newest first.
-- @further
select started_at from snapshots where status = 'failed' order by started_at desc limit 5

-- browsers our visitors use?
select distinct browser from sessions

-- which metric series do we collect and in what unit
select name, unit from series

-- enterprise teams from the United States with their seats, biggest first
select name, seats from teams where plan = 'enterprise' and country = 'United States' order by seats desc

-- I want to see policies filed in 2026: title plus filing date
select title, filed_at from documents where kind = 'policy' and filed_at >= '2026-01-01'
