-- who has sent the most messages among our agents?
select u.name from messages m join users u on u.id = m.author where m.author_role = 'agent' group by 1 order by count(*) desc limit 1

-- what was the longest session ever, in seconds
select max(duration_s) from sessions

-- which country has the fewest teams?
select country from teams group by 1 order by count(*) limit 1

-- newest member of staff? no wait, the newest user overall
select name from users order by signed_up_at desc limit 1
-- @further

-- On which day did the api write the most errors
select date_trunc('day', "at")::date from entries where service = 'api' and level = 'error' group by 1 order by count(*) desc limit 1
