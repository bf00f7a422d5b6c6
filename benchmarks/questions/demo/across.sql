-- conversations by the plan of the customer
select u.plan, count(*) from conversations c join users u on u.id = c.customer group by 1

-- sessions by industry of the user's team
select t.industry, count(*) from sessions s join users u on u.id = s."user" join teams t on t.id = u.team group by 1

-- how much revenue comes from German teams?
select sum(i.amount) from invoices i join teams t on t.id = i.team where t.country = 'Germany'

-- total invoiced per industry
select t.industry, sum(i.amount) from invoices i join teams t on t.id = i.team group by 1

-- invoiced amount for team Swift Shop in 2026
select sum(i.amount) from invoices i join teams t on t.id = i.team where t.name = 'Swift Shop' and i.issued_at >= '2026-01-01'

-- which teams have overdue invoices? names only
select distinct t.name from invoices i join teams t on t.id = i.team where i.status = 'overdue'

-- failed logins per plan of the user
select u.plan, count(*) from logins l join users u on u.id = l."user" where l.outcome = 'failed' group by 1

-- erasure requests by country of the person
select u.country, count(*) from requests r join users u on u.id = r.subject where r.kind = 'erasure' group by 1

-- number of connections per plan of the team
select t.plan, count(*) from connections c join teams t on t.id = c.team group by 1

-- newsletter opt-ins by country
select u.country, count(*) from consents c join users u on u.id = c."user" where c.purpose = 'newsletter' and c.granted group by 1

-- how many reports were exported by people on the enterprise plan?
select count(*) from events e join users u on u.id = e."user" where e.name = 'exported_report' and u.plan = 'enterprise'

-- error log lines caused by users from France, count
select count(*) from entries e join users u on u.id = e."user" where e.level = 'error' and u.country = 'France'

-- who of the users with a rejected data request is still active? names
select distinct u.name from requests r join users u on u.id = r.subject where r.status = 'rejected' and u.status = 'active'

-- runs started by each staff member this month
-- @further
select u.name, count(*) from runs r join users u on u.id = r.started_by where r.started_at >= '2026-10-01' group by 1

-- top 3 teams by number of support conversations of their people, with numbers
select t.name, count(*) from conversations c join users u on u.id = c.customer join teams t on t.id = u.team group by 1 order by 2 desc limit 3

-- comments per role of the commenter
select u.role, count(*) from comments c join users u on u.id = c.author group by 1

-- contracts on file for teams in the finance industry, count
select count(*) from documents d join teams t on t.id = d.team where d.kind = 'contract' and t.industry = 'finance'

-- how many backup jobs does each owner have (by name)?
select u.name, count(*) from jobs j join users u on u.id = j.owner group by 1

-- Average first reply time for customers on the free plan versus pro, per plan
select u.plan, avg(c.first_reply_s) from conversations c join users u on u.id = c.customer where u.plan in ('free', 'pro') group by 1

-- active users of which teams searched in October? just the number of distinct teams
select count(distinct u.team) from events e join users u on u.id = e."user" where e.name = 'ran_search' and e."at" >= '2026-10-01' and u.status = 'active'
