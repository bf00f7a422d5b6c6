-- how many wrokflows are trigerred manualy
select count(*) from definitions where "trigger" = 'manual'

-- avrage seats of enterprize teams
select avg(seats) from teams where plan = 'enterprise'

-- wich hosts had critcal alrets? 
select distinct host from alerts where severity = 'critical'

-- how many suspnded acounts do we hav
select count(*) from users where status = 'suspended'

-- lst of drfat articels
select title from articles where status = 'draft'
-- @further

-- totl revenu in setpember
select sum(amount) from invoices where within(issued_at, '2026-09-01', '2026-10-01')

-- shw me the suport agnts
select distinct u.name from conversations c join users u on u.id = c.agent

-- larjest team by numbr of seats
select name from teams order by seats desc limit 1
-- @further

-- cuont of overdue invioces
select count(*) from invoices where status = 'overdue'

-- longst sesion in secnds
select max(duration_s) from sessions

-- numer of tickets form Germny
select count(*) from conversations c join users u on u.id = c.customer where u.country = 'Germany'

-- avarage amout of refunded invoces
select avg(amount) from invoices where status = 'refunded'

-- articels wthout coments, count
select count(*) from articles where id not in (select article from comments)

-- how meny tickts have the satus open
select count(*) from conversations where status = 'open'

-- avrage session duraton in secods per devise
select device, avg(duration_s) from sessions group by 1

-- hwo many acounts are suspendid
select count(*) from users where status = 'suspended'

-- averge latncy of delivries to Salesfroce
select avg(d.latency_ms) from deliveries d join connections c on c.id = d.connection where c.provider = 'Salesforce'

-- waht is the total amont of overdue invocies
select sum(amount) from invoices where status = 'overdue'

-- top 3 contries by nubmer of sesions
-- @further
select country from sessions group by 1 order by count(*) desc limit 3

-- how meny invoces wer refundet
select count(*) from invoices where status = 'refunded'

-- nubmer of conections by provder
select provider, count(*) from connections group by 1

-- numbr of artcles per categry
select category, count(*) from articles group by 1

-- hwo many users form the Netherlans signed up this yaer
select count(*) from users where country = 'Netherlands' and signed_up_at >= '2026-01-01'

-- wich artcles are draf? titels please
select title from articles where status = 'draft'

-- how many alrets on web-2 in septmber
select count(*) from alerts where host = 'web-2' and within(raised_at, '2026-09-01', '2026-10-01')

-- wich teem pays the higest montly fee
select name from teams order by monthly_fee desc limit 1

-- falied runs lats week, how meny
select count(*) from runs where status = 'failed' and within(started_at, '2026-10-05', '2026-10-12')

-- lsit the staf in Hambrug
-- @further
select name from users where role = 'staff' and city = 'Hamburg'

-- wat percentage of invocies has the statsu paid
select 100.0 * count(*) filter (where status = 'paid') / count(*) from invoices
