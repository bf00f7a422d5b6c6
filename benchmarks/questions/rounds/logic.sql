-- either German or Polish teams that pay over 500 a month, how many
select count(*) from teams where country in ('Germany', 'Poland') and monthly_fee > 500

-- number of people who are owner or admin and got suspended
select count(*) from users where role in ('owner', 'admin') and status = 'suspended'

-- teams with both a Slack and a GitHub connection: names
select name from teams where id in (select team from connections where provider = 'Slack') and id in (select team from connections where provider = 'GitHub')

-- deliveries answered with 401 or 404, total
select count(*) from deliveries where http_status in (401, 404)

-- sessions from France on a Mac using Safari that lasted longer than half an hour
select id from sessions where country = 'France' and os = 'macOS' and browser = 'Safari' and duration_s > 1800
-- @further
