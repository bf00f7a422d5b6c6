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
