-- which teams pay more per month than the average team? just names
select name from teams where monthly_fee > (select avg(monthly_fee) from teams)

-- Chrome versus Firefox: sessions by browser
select browser, count(*) from sessions where browser in ('Chrome', 'Firefox') group by 1

-- by how much do solved tickets outnumber waiting ones?
select count(*) filter (where status = 'solved') - count(*) filter (where status = 'waiting') from conversations

-- difference in average load time between /pricing and /blog
select avg(load_ms) filter (where path = '/pricing') - avg(load_ms) filter (where path = '/blog') from page_views

-- did we sign more users in Germany than in France? show both counts
select country, count(*) from users where country in ('Germany', 'France') group by 1

-- how many page views took longer than the average one to load
select count(*) from page_views where load_ms > (select avg(load_ms) from page_views)

-- how many more desktop sessions than mobile sessions do we have?
select count(*) filter (where device = 'desktop') - count(*) filter (where device = 'mobile') from sessions

-- compare the average first reply time of urgent and low priority tickets
select priority, avg(first_reply_s) from conversations where priority in ('urgent', 'low') group by 1

-- articles read more often than the average article: titles
select title from articles where views > (select avg(views) from articles)

-- number of workflow runs that lasted above average
select count(*) from runs where duration_ms > (select avg(duration_ms) from runs)

-- which providers have more connections than Jira?
select provider from connections group by 1 having count(*) > (select count(*) from connections where provider = 'Jira')

-- iOS vs Android sessions, the difference in count
select count(*) filter (where os = 'iOS') - count(*) filter (where os = 'Android') from sessions

-- how much higher is the average enterprise invoice than the average pro invoice
select avg(amount) filter (where plan = 'enterprise') - avg(amount) filter (where plan = 'pro') from invoices

-- do enterprise or pro teams have more seats on average? give the average for both plans
select plan, avg(seats) from teams where plan in ('enterprise', 'pro') group by 1

-- deliveries with a larger payload than usual: how many
select count(*) from deliveries where payload_bytes > (select avg(payload_bytes) from deliveries)

-- which hosts raised more alerts than db-1?
select host from alerts group by 1 having count(*) > (select count(*) from alerts where host = 'db-1')

-- names of teams with more seats than the average team
select name from teams where seats > (select avg(seats) from teams)

-- how many fewer failed logins than successful ones?
select count(*) filter (where outcome = 'succeeded') - count(*) filter (where outcome = 'failed') from logins

-- which teams pay a monthly fee above the average fee? names
select name from teams where monthly_fee > (select avg(monthly_fee) from teams)

-- how many conversations got a rating below the average rating?
select count(*) from conversations where rating < (select avg(rating) from conversations)

-- gap between average load time of /reports and /dashboards in ms
select avg(load_ms) filter (where path = '/reports') - avg(load_ms) filter (where path = '/dashboards') from page_views

-- subtract the number of paused connections from the connected ones
select count(*) filter (where status = 'connected') - count(*) filter (where status = 'paused') from connections

-- documents bigger than the average report, count
select count(*) from documents where size_bytes > (select avg(size_bytes) from documents where kind = 'report')

-- are there more succeeded runs with a webhook than with a schedule trigger? number for each of the two triggers
select d.trigger, count(*) from runs r join definitions d on d.id = r.workflow where r.status = 'succeeded' and d.trigger in ('webhook', 'schedule') group by 1

-- average page count for visits by invited users versus active users
select u.status, avg(s.page_count) from sessions s join users u on u.id = s.user where u.status in ('invited', 'active') group by 1

-- How many teams pay less per month than the average team does?
select count(*) from teams where monthly_fee < (select avg(monthly_fee) from teams)

-- Who has been given more tasks, Mia Lange or Uwe Maier? Give me the number for each of them.
select u.name, count(*) from tasks t join users u on u.id = t.assignee where u.name in ('Mia Lange', 'Uwe Maier') group by 1

-- total article views, security versus billing
select category, sum(views) from articles where category in ('security', 'billing') group by 1

-- Which backup jobs have more failed copies than users-daily has?
-- @further
select job from snapshots where status = 'failed' group by 1 having count(*) > (select count(*) from snapshots where status = 'failed' and job = 'users-daily')

-- Number of sessions that had more pages than the average session
select count(*) from sessions where page_count > (select avg(page_count) from sessions)

-- Did we get more tickets by email or by Slack this year? Both counts please, with the channel.
select channel, count(*) from conversations where channel in ('email', 'slack') and opened_at >= '2026-01-01' group by 1

-- did we log more warnings or more errors this month? I'd like the count of each
select level, count(*) from entries where level in ('warning', 'error') and "at" >= '2026-10-01' group by 1

-- invoices of more than twice the average invoice amount, number of
select count(*) from invoices where amount > 2 * (select avg(amount) from invoices)

-- How many articles have fewer views than the average one?
select count(*) from articles where views < (select avg(views) from articles)

-- Compare Slack and Salesforce: number of failed deliveries over each of the two
select c.provider, count(*) from deliveries d join connections c on c.id = d.connection where c.provider in ('Slack', 'Salesforce') and d.status = 'failed' group by 1

-- product events on mobile vs. product events on desktop, the two counts
select device, count(*) from events where device in ('mobile', 'desktop') group by 1

-- which articles have more words than the longest billing article? titles
select title from articles where word_count > (select max(word_count) from articles where category = 'billing')

-- Sessions on mobile that lasted longer than the average mobile session: how many were there?
select count(*) from sessions where device = 'mobile' and duration_s > (select avg(duration_s) from sessions where device = 'mobile')

-- firefox versus edge, sessions of each
select browser, count(*) from sessions where browser in ('Firefox', 'Edge') group by 1

-- alerts on api-1 compared with db-1, I need both numbers
select host, count(*) from alerts where host in ('api-1', 'db-1') group by 1

-- Number of tasks that were done before the day they were due
select count(*) from tasks where done_at::date < due_on
