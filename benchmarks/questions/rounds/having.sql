-- which agents handled over 100 tickets?
select u.name from conversations c join users u on u.id = c.agent group by 1 having count(*) > 100
-- @further

-- cities where fewer than 20 of our users live
select city from users group by 1 having count(*) < 20
-- @further

-- customers who opened 8 or more conversations, how many are there
select count(*) from (select customer from conversations group by 1 having count(*) >= 8)

-- providers whose deliveries take longer than 400 ms on average
select c.provider from deliveries d join connections c on c.id = d.connection group by 1 having avg(d.latency_ms) > 400
-- @further

-- articles that got 10 comments or more
select a.title from comments k join articles a on a.id = k.article group by a.id, 1 having count(*) >= 10
-- @further

-- browsers with under 500 sessions
select browser from sessions group by 1 having count(*) < 500
-- @further

-- who has more than 30 tasks assigned?
select u.name from tasks t join users u on u.id = t.assignee group by 1 having count(*) > 30
-- @further

-- industries whose teams pay more than 5000 EUR a month altogether
select industry from teams group by 1 having sum(monthly_fee) > 5000
-- @further

-- number of users that signed in from at least 3 different countries
select count(*) from (select "user" from logins group by 1 having count(distinct country) >= 3)

-- hosts that raised at least 20 alerts, with how many
select host, count(*) from alerts group by 1 having count(*) >= 20

-- pages viewed fewer than 100 times
select path from page_views group by 1 having count(*) < 100
-- @further

-- workflows with an average run time above 20 seconds
select d.name from runs r join definitions d on d.id = r.workflow group by 1 having avg(r.duration_ms) > 20000
-- @further

-- how many teams have more than 30 members?
select count(*) from (select team from users group by 1 having count(*) > 30)

-- staff that acknowledged more than 15 alerts
select u.name from alerts a join users u on u.id = a.acknowledged_by group by 1 having count(*) > 15
-- @further

-- workflows that failed more than 15 times
select d.name from runs r join definitions d on d.id = r.workflow where r.status = 'failed' group by 1 having count(*) > 15
-- @further

-- teams with at least three connections: how many are there?
select count(*) from (select team from connections group by 1 having count(*) >= 3)

-- agents having an average rating under 4.2
select u.name from conversations c join users u on u.id = c.agent group by 1 having avg(c.rating) < 4.2
-- @further

-- countries in which we have more than 10 teams
select country from teams group by 1 having count(*) > 10
-- @further

-- which reasons for failed logins occurred more than 50 times?
select reason from logins where outcome = 'failed' group by 1 having count(*) > 50
-- @further

-- authors with more than 20 articles and how many each wrote
select u.name, count(*) from articles a join users u on u.id = a.author group by 1 having count(*) > 20

-- teams having over 60 users
select t.name from users u join teams t on t.id = u.team group by t.id, 1 having count(*) > 60
-- @further

-- number of articles with fewer than 3 comments but at least one
select count(*) from (select article from comments group by 1 having count(*) < 3)

-- Which machines raised more than 26 alerts? I need host and count.
select host, count(*) from alerts group by 1 having count(*) > 26

-- teams with at least 50 users, names plus number of users
select t.name, count(*) from users u join teams t on t.id = u.team group by 1 having count(*) >= 50

-- teams that have received more than 20 invoices so far
-- @further
select t.name from invoices i join teams t on t.id = i.team group by 1 having count(*) > 20

-- which pages got over 200 views, and how many exactly?
select path, count(*) from page_views group by 1 having count(*) > 200

-- List every workflow that failed at least 12 times, together with the number of failures.
select d.name, count(*) from runs r join definitions d on d.id = r.workflow where r.status = 'failed' group by 1 having count(*) >= 12

-- Which agents have an average rating under 4?
select u.name from conversations c join users u on u.id = c.agent group by 1 having avg(c.rating) < 4

-- countries where we've got fewer than 50 users
-- @further
select country from users group by 1 having count(*) < 50

-- Agents with more than 100 support conversations and how many each of them has
select u.name, count(*) from conversations c join users u on u.id = c.agent group by 1 having count(*) > 100

-- any IP addresses with 8 or more failed logins? list them
-- @further
select ip from logins where outcome = 'failed' group by 1 having count(*) >= 8

-- Articles that received more than 20 comments, with how many they received
select a.title, count(*) from comments c join articles a on a.id = c.article group by 1 having count(*) > 20

-- articles with more than ten comments (titles only)
-- @further
select a.title from comments k join articles a on a.id = k.article group by 1 having count(*) > 10

-- Which workflows failed at least 10 times? give the count too
select d.name, count(*) from runs r join definitions d on d.id = r.workflow where r.status = 'failed' group by 1 having count(*) >= 10

-- which industries pay us over 5,000 EUR a month altogether? Industry and sum of the fees
select industry, sum(monthly_fee) from teams group by 1 having sum(monthly_fee) > 5000

-- people who were handed more than 20 tasks, and how many each of them got
select u.name, count(*) from tasks t join users u on u.id = t.assignee group by 1 having count(*) > 20

-- users with more than three failed sign-ins
-- @further
select u.name from logins l join users u on u.id = l."user" where l.outcome = 'failed' group by 1 having count(*) > 3

-- cities in which at least 70 users live, and how many live there
select city, count(*) from users group by 1 having count(*) >= 70
