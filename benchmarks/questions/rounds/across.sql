-- visits by the industry that the visitor's company is in
select t.industry, count(*) from sessions s join users u on u.id = s.user join teams t on t.id = u.team group by 1

-- number of deliveries that went out for every team industry
select t.industry, count(*) from deliveries d join connections c on c.id = d.connection join teams t on t.id = c.team group by 1

-- give me the number of open tasks for each workflow
select d.name, count(*) from tasks k join runs r on r.id = k.run join definitions d on d.id = r.workflow where k.status = 'open' group by 1

-- names of users who both filed an erasure request and gave newsletter consent
select name from users where id in (select subject from requests where kind = 'erasure') and id in (select "user" from consents where purpose = 'newsletter' and granted)

-- mean rating of conversations grouped by the industry of the customer's company
select t.industry, avg(c.rating) from conversations c join users u on u.id = c.customer join teams t on t.id = u.team group by 1

-- number of failed deliveries for each provider and team industry
select c.provider, t.industry, count(*) from deliveries d join connections c on c.id = d.connection join teams t on t.id = c.team where d.status = 'failed' group by 1, 2

-- number of sessions of users who belong to education companies
-- how many visits came from people in the education industry?
select count(*) from sessions s join users u on u.id = s.user join teams t on t.id = u.team where t.industry = 'education'

-- deliveries per country of the team that owns the connection
select t.country, count(*) from deliveries d join connections c on c.id = d.connection join teams t on t.id = c.team group by 1

-- How many tickets did people from enterprise teams open in September?
select count(*) from conversations c join users u on u.id = c.customer join teams t on t.id = u.team where t.plan = 'enterprise' and within(c.opened_at, '2026-09-01', '2026-10-01')

-- average number of pages per visit, broken down by the industry of the visitor's team
select t.industry, avg(s.page_count) from sessions s join users u on u.id = s."user" join teams t on t.id = u.team group by 1

-- How many support conversations came from people at enterprise-plan retail companies?
select count(*) from conversations c join users u on u.id = c.customer join teams t on t.id = u.team where t.plan = 'enterprise' and t.industry = 'retail'

-- data protection requests broken down by the industry of the requester's company
select t.industry, count(*) from requests r join users u on u.id = r.subject join teams t on t.id = u.team group by 1

-- Sum of invoice amounts to teams in the software industry so far this year
select sum(i.amount) from invoices i join teams t on t.id = i.team where t.industry = 'software' and i.issued_at >= '2026-01-01'

-- erasure requests per plan of the person who asked
select u.plan, count(*) from requests r join users u on u.id = r.subject where r.kind = 'erasure' group by 1

-- Slack connections of teams with a head office in Germany, how many are there?
select count(*) from connections c join teams t on t.id = c.team where c.provider = 'Slack' and t.country = 'Germany'

-- what have we invoiced healthcare customers in total so far
select sum(i.amount) from invoices i join teams t on t.id = i.team where t.industry = 'healthcare'

-- For each plan, the average rating that customers on it gave our support
select u.plan, avg(c.rating) from conversations c join users u on u.id = c.customer group by 1

-- names of the users from Swift Shop who had a failed login
select distinct u.name from logins l join users u on u.id = l."user" join teams t on t.id = u.team where t.name = 'Swift Shop' and l.outcome = 'failed'

-- For tomorrow's call: how many deliveries to Google Drive failed for retail companies?
select count(*) from deliveries d join connections c on c.id = d.connection join teams t on t.id = c.team where c.provider = 'Google Drive' and d.status = 'failed' and t.industry = 'retail'

-- stars our readers give, on average, by the plan they are on
select u.plan, avg(k.stars) from comments k join users u on u.id = k.author group by 1

-- Which teams have an overdue invoice and at least one broken connection? Team names.
select distinct t.name from teams t where t.id in (select team from invoices where status = 'overdue') and t.id in (select team from connections where status = 'broken')

-- count the page views per role of the signed-in person
select u.role, count(*) from page_views v join users u on u.id = v."user" group by 1

-- how many comments have readers living in France left under security articles
select count(*) from comments k join users u on u.id = k.author join articles a on a.id = k.article where u.country = 'France' and a.category = 'security'

-- support tickets about performance, counted per plan of the customer's team
select t.plan, count(*) from conversations c join users u on u.id = c.customer join teams t on t.id = u.team where c.topic = 'performance' group by 1
