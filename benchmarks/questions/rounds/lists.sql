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
