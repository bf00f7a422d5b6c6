-- What are the names of the staff?
select name from users where role = 'staff'

-- list the enterprise teams
-- @further
select name from teams where plan = 'enterprise'

-- give me the email addresses of all suspended users
select email from users where status = 'suspended'

-- Show names and seats of the manufacturing teams
select name, seats from teams where industry = 'manufacturing'

-- which providers do we integrate with?
select distinct provider from connections

-- names of the broken connections
select name from connections where status = 'broken'

-- what kinds of documents are there?
select distinct kind from documents

-- Titles of all articles that are retired.
select title from articles where status = 'retired'

-- list draft articles
-- @further
select title from articles where status = 'draft'

-- which backup jobs go to the us-vault?
select name from jobs where target = 'us-vault'

-- show me the weekly backup jobs with their source
-- @further
select name, source from jobs where schedule = 'weekly'

-- what metrics do we record, and in which unit?
select name, unit from series

-- Which automations are triggered by a webhook?
select name from definitions where "trigger" = 'webhook'

-- subjects of the conversations that are still open
select subject from conversations where status = 'open'

-- list the fatal log messages with the time they were written
select "at", message from entries where level = 'fatal'

-- invoice numbers and amounts of everything overdue
select number, amount from invoices where status = 'overdue'

-- show the rejected data requests
-- @further
select received_at from requests where status = 'rejected'

-- what are the different reasons a login fails?
select distinct reason from logins where outcome = 'failed'

-- which marketing channels do we track
select distinct channel from daily

-- Give the titles and sizes of the policies on file, newest first.
select title, size_bytes from documents where kind = 'policy' order by filed_at desc

-- List the Polish teams alphabetically
-- @further
select name from teams where country = 'Poland' order by name

-- all browsers people use
select distinct browser from sessions

-- show the ten most recent failed runs
-- @further
select started_at from runs where status = 'failed' order by started_at desc limit 10

-- the last 5 messages customers wrote, text only
select body from messages where author_role = 'customer' order by sent_at desc limit 5

-- show the latest 3 error lines of the mailer
-- @further
select "at", message from entries where service = 'mailer' and level = 'error' order by "at" desc limit 3

-- which users from Japan are admins? name and city
select name, city from users where country = 'Japan' and role = 'admin'

-- first 5 people who ever signed up
-- @further
select name from users order by signed_up_at limit 5

-- What purposes do we ask consent for?
select distinct purpose from consents

-- list all published security articles by views, most read first
-- @further
select title from articles where category = 'security' and status = 'published' order by views desc
