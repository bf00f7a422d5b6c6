-- top 3 countries by number of users
-- @further
select country from users group by 1 order by count(*) desc limit 3

-- Which five customers contacted support most often, and how many conversations did each open?
select u.name, count(*) from conversations c join users u on u.id = c.customer group by 1 order by 2 desc limit 5

-- top 5 teams by monthly fee with the fee
select name, monthly_fee from teams order by monthly_fee desc limit 5

-- the 3 workflows that failed most, and how often
select d.name, count(*) from runs r join definitions d on d.id = r.workflow where r.status = 'failed' group by 1 order by 2 desc limit 3

-- top ten articles by views
-- @further
select title from articles order by views desc limit 10

-- five biggest teams (seats)
-- @further
select name from teams order by seats desc limit 5

-- What are the two most used browsers?
-- @further
select browser from sessions group by 1 order by count(*) desc limit 2

-- top 3 pages by number of views and how many they got
select path, count(*) from page_views group by 1 order by 2 desc limit 3

-- slowest 5 page views: path and load time
select path, load_ms from page_views order by load_ms desc limit 5

-- the 3 highest invoices: number, amount
select number, amount from invoices order by amount desc limit 3

-- which three services logged the most errors? with counts
select service, count(*) from entries where level = 'error' group by 1 order by 2 desc limit 3

-- rank the hosts by number of alerts, worst first
select host, count(*) from alerts group by 1 order by 2 desc

-- the four largest documents, title and size
select title, size_bytes from documents order by size_bytes desc limit 4

-- five longest workflow runs: name of the workflow and duration
select d.name, r.duration_ms from runs r join definitions d on d.id = r.workflow order by r.duration_ms desc limit 5

-- for each industry, the team with the highest monthly fee
-- @further
select industry, name from (select industry, name, row_number() over (partition by industry order by monthly_fee desc) n from teams) where n = 1

-- top 2 automations per trigger by number of runs, with the number
select "trigger", name, runs from (select d."trigger", d.name, count(*) runs, row_number() over (partition by d."trigger" order by count(*) desc) n from runs r join definitions d on d.id = r.workflow group by 1, 2) where n <= 2

-- most read article of each category
-- @further
select category, title from (select category, title, row_number() over (partition by category order by views desc) n from articles) where n = 1

-- Top 2 cities per country among our users for Germany and the United States, with user counts
select country, city, c from (select country, city, count(*) c, row_number() over (partition by country order by count(*) desc) n from users where country in ('Germany', 'United States') group by 1, 2) where n <= 2

-- three best paying industries (sum of monthly fees), with the sum
select industry, sum(monthly_fee) from teams group by 1 order by 2 desc limit 3

-- which 3 agents solved the most conversations, how many each
select u.name, count(*) from conversations c join users u on u.id = c.agent where c.status = 'solved' group by 1 order by 2 desc limit 3

-- bottom 3 marketing channels by sign-ups
-- @further
select channel from daily group by 1 order by sum(signups) limit 3

-- top 3 users by number of sessions in the past 30 days
-- @further
select u.name from sessions s join users u on u.id = s."user" where s.started_at >= ago(interval 30 day) group by 1 order by count(*) desc limit 3

-- the 3 backup jobs whose copies are largest on average, and that average in bytes
select job, avg(size_bytes) from snapshots group by 1 order by 2 desc limit 3

-- the provider with the slowest average delivery, then the next two; show the averages as well
select c.provider, avg(d.latency_ms) from deliveries d join connections c on c.id = d.connection group by 1 order by 2 desc limit 3

-- 5 oldest open invoices, numbers only
select number from invoices where status = 'open' order by issued_at limit 5

-- who did the most in the audit log? top 3 with counts
select u.name, count(*) from audit a join users u on u.id = a.actor group by 1 order by 2 desc limit 3
