-- three teams with the most people
select t.name from users u join teams t on t.id = u.team group by 1 order by count(*) desc limit 3
-- @further

-- for every category, the most viewed article
select category, title from (select category, title, row_number() over (partition by category order by views desc) n from articles) where n = 1

-- bottom 3 countries by sessions, with the numbers
select country, count(*) from sessions group by 1 order by 2 limit 3

-- rank the providers by number of connections, best four
select provider from connections group by 1 order by count(*) desc limit 4
-- @further
