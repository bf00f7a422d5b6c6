-- how many users never logged in? (no sign-in attempt on record)
select count(*) from users where id not in (select "user" from logins)

-- How many teams have never been invoiced?
select count(*) from teams where id not in (select team from invoices)

-- which automations never ran
select name from definitions where id not in (select workflow from runs)

-- published articles without any comments: how many
select count(*) from articles where status = 'published' and id not in (select article from comments)

-- how many users are not active
select count(*) from users where status <> 'active'

-- how many sessions that were not on Chrome
select count(*) from sessions where browser <> 'Chrome'

-- how many teams have no connection to any other product?
select count(*) from teams where id not in (select team from connections)

-- connections that never delivered anything, count
select count(*) from connections where id not in (select connection from deliveries)

-- Which pro teams don't have an integration? names
select name from teams where plan = 'pro' and id not in (select team from connections)

-- number of conversations not rated
select count(*) from conversations where rating is null

-- how many users have never contacted support
select count(*) from users where id not in (select customer from conversations)

-- which backup jobs have never failed?
select name from jobs where name not in (select job from snapshots where status = 'failed')

-- users who never decided about any consent, how many
select count(*) from users where id not in (select "user" from consents)

-- count of alerts nobody acknowledged
select count(*) from alerts where acknowledged_by is null

-- how many staff members never handled a data request
select count(*) from users where role = 'staff' and id not in (select handled_by from requests)

-- which workflows had no failures in 2026 although they ran?
select name from definitions where id in (select workflow from runs where within(started_at, '2026-01-01', '2027-01-01')) and id not in (select workflow from runs where status = 'failed' and within(started_at, '2026-01-01', '2027-01-01'))

-- users neither in Germany nor in France, count
select count(*) from users where country not in ('Germany', 'France')

-- how many deliveries did not answer with status 200
select count(*) from deliveries where http_status <> 200

-- documents that concern no customer, count them
select count(*) from documents where team is null

-- articles not written by Bruno Freitas - how many?
select count(*) from articles a join users u on u.id = a.author where u.name <> 'Bruno Freitas'

-- teams without any user from support history, i.e. none of whose people opened a conversation: how many?
select count(*) from teams where id not in (select u.team from users u join conversations c on c.customer = u.id)

-- log lines outside of info and debug, how many
select count(*) from entries where level not in ('info', 'debug')
