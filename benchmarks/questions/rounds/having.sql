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
