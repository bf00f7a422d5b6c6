-- teams without a single invoice, number of
select count(*) from teams where id not in (select team from invoices)

-- how many sessions were on anything other than Chrome?
select count(*) from sessions where browser <> 'Chrome'

-- list the staff members who never acknowledged an alert
select name from users where role = 'staff' and id not in (select acknowledged_by from alerts where acknowledged_by is not null)

-- published articles nobody has commented on: titles
select title from articles where status = 'published' and id not in (select article from comments)

-- enterprise customers that don't have a broken connection - how many teams?
select count(*) from teams where plan = 'enterprise' and id not in (select team from connections where status = 'broken')

-- which connections have not had a single failed delivery? count
select count(*) from connections where id not in (select connection from deliveries where status = 'failed')

-- not-enabled workflows
select name from definitions where not enabled
-- @further

-- count tickets that aren't about billing nor login
select count(*) from conversations where topic not in ('billing', 'login')

-- how many customers haven't logged in even once?
select count(*) from users where id not in (select "user" from logins)

-- services that did not log a fatal line
select distinct service from entries where service not in (select service from entries where level = 'fatal')

-- tickets which did not come in through the web or by mail, number
select count(*) from conversations where channel not in ('web', 'email')

-- workflows no one ever launched by hand
select name from definitions where id not in (select workflow from runs where started_by is not null)
-- @further

-- all teams except the free ones, count
select count(*) from teams where plan <> 'free'

-- articles lacking any rating, how many published ones?
select count(*) from articles where status = 'published' and id not in (select article from comments where stars is not null)

-- users of the enterprise plan who have never shared a link: how many
select count(*) from users where plan = 'enterprise' and id not in (select "user" from events where name = 'shared_link')

-- which hosts raised no critical alert since September 1
select distinct host from alerts where host not in (select host from alerts where severity = 'critical' and raised_at >= '2026-09-01')
-- @zero

-- give me the agents without a single phone conversation
select name from users where id in (select agent from conversations) and id not in (select agent from conversations where channel = 'phone')
-- @further

-- how many enterprise teams have no open invoice
select count(*) from teams where plan = 'enterprise' and id not in (select team from invoices where status = 'open')

-- agents who did not answer any phone ticket about performance
select name from users where id in (select agent from conversations) and id not in (select agent from conversations where channel = 'phone' and topic = 'performance')
-- @further

-- count of documents which do not belong to a team
select count(*) from documents where team is null

-- users without two things: no login and no session ever. how many
select count(*) from users where id not in (select "user" from logins) and id not in (select "user" from sessions)

-- which providers have zero broken connections?
select distinct provider from connections where provider not in (select provider from connections where status = 'broken')

-- published help articles outside the news and billing categories, how many
select count(*) from articles where status = 'published' and category not in ('news', 'billing')

-- how many sessions neither on desktop nor on tablet?
select count(*) from sessions where device not in ('desktop', 'tablet')

-- customers that we never sent an invoice to (teams), count
select count(*) from teams where id not in (select team from invoices)

-- number of users who didn't give a single consent (none granted)
select count(*) from users where id not in (select "user" from consents where granted)

-- how many of our users aren't active?
select count(*) from users where status <> 'active'

-- connections set up but never synced, count
select count(*) from connections where last_sync_at is null

-- teams not paying anything, how many
select count(*) from teams where monthly_fee = 0

-- number of articles that have not received a single comment
select count(*) from articles where id not in (select article from comments)

-- list workflows w/o any failed run
select name from definitions where id not in (select workflow from runs where status = 'failed')
-- @further

-- which admins of enterprise teams never opened a ticket? how many
select count(*) from users where role = 'admin' and plan = 'enterprise' and id not in (select customer from conversations)

-- alerts excluding info ones on web-1 and web-2, total
select count(*) from alerts where severity <> 'info' and host in ('web-1', 'web-2')

-- teams where nobody has ever logged in, count
select count(*) from teams where id not in (select u.team from users u join logins l on l."user" = u.id)

-- count the connections that are not connected
select count(*) from connections where status <> 'connected'

-- users who signed up but never came back (no session), number
select count(*) from users where id not in (select "user" from sessions)

-- how many teams didn't open any support ticket in 2026
select count(*) from teams where id not in (select u.team from users u join conversations c on c.customer = u.id where within(c.opened_at, '2026-01-01', '2027-01-01'))

-- workflows that have not been executed since September: how many?
select count(*) from definitions where id not in (select workflow from runs where started_at >= '2026-09-01')

-- backup jobs with no partial copy
select name from jobs where name not in (select job from snapshots where status = 'partial')
-- @further

-- how many logins were not made with a password
select count(*) from logins where method <> 'password'

-- non-enterprise teams with more than 40 seats, count
select count(*) from teams where plan <> 'enterprise' and seats > 40

-- How many of our users have never opened a support ticket?
select count(*) from users where id not in (select customer from conversations)

-- count the sessions that weren't on a desktop
select count(*) from sessions where device <> 'desktop'

-- Who among the staff has never written an article? Names please.
select name from users where role = 'staff' and id not in (select author from articles)

-- How many customer teams don't have a single connection to another product?
select count(*) from teams where id not in (select team from connections)

-- staff members who have never written an article, names please
select name from users where role = 'staff' and id not in (select author from articles)

-- failed deliveries about anything but export.finished, number
select count(*) from deliveries where status = 'failed' and event <> 'export.finished'

-- Which providers do not have a single broken connection?
select distinct provider from connections where provider not in (select provider from connections where status = 'broken')

-- How many tickets are not solved yet?
select count(*) from conversations where status <> 'solved'

-- teams without any user from Germany, how many are there
select count(*) from teams where id not in (select team from users where country = 'Germany')

-- published articles that nobody has commented on yet - count
select count(*) from articles where status = 'published' and id not in (select article from comments)

-- In which industries don't we have any enterprise team?
-- @further
select distinct industry from teams where industry not in (select industry from teams where plan = 'enterprise')

-- page views that were neither on /dashboards nor on /projects: how many
select count(*) from page_views where path not in ('/dashboards', '/projects')

-- How many alerts were not critical?
select count(*) from alerts where severity <> 'critical'

-- number of page views by strangers, that is without a signed-in user
select count(*) from page_views where "user" is null

-- which of the published integrations articles have no comments? titles
select title from articles where status = 'published' and category = 'integrations' and id not in (select article from comments)

-- how many teams on a paid plan (that is, not free) have not been invoiced even once?
select count(*) from teams where plan <> 'free' and id not in (select team from invoices)

-- Users who never gave any consent decision: how many are they?
select count(*) from users where id not in (select "user" from consents)

-- workflow runs which didn't succeed, by status
select status, count(*) from runs where status <> 'succeeded' group by 1

-- users that never commented on any article, how many?
select count(*) from users where id not in (select author from comments)

-- How many of the finished runs did not succeed?
select count(*) from runs where finished_at is not null and status <> 'succeeded'

-- contracts without "data processing" in the title: how many?
select count(*) from documents where kind = 'contract' and title not ilike '%data processing%'

-- finance teams that have no contract on file, how many are those
select count(*) from teams where industry = 'finance' and id not in (select team from documents where kind = 'contract')

-- How many users don't have a single session?
select count(*) from users where id not in (select "user" from sessions)

-- tickets per channel, but without the web ones
select channel, count(*) from conversations where channel <> 'web' group by 1
