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
