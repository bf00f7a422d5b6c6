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
