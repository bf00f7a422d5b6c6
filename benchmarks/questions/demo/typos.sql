-- how mny users are ther
select count(*) from users

-- nubmer of faild logins yesterdy
select count(*) from logins where outcome = 'failed' and within("at", '2026-10-14', '2026-10-15')

-- avarage seats per team
select avg(seats) from teams

-- number of convesations by topik
select topic, count(*) from conversations group by 1

-- how many user in germny
select count(*) from users where country = 'Germany'

-- totl revenue in septmber
select sum(amount) from invoices where within(issued_at, '2026-09-01', '2026-10-01')

-- overdu invoces count
select count(*) from invoices where status = 'overdue'

-- medain first reply time of the conversations
select median(first_reply_s) from conversations

-- how manny workflow runs faild last week?
select count(*) from runs where status = 'failed' and within(started_at, '2026-10-05', '2026-10-12')

-- critcal alerts per hots
select host, count(*) from alerts where severity = 'critical' group by 1

-- teams on the entreprise plan, how many
select count(*) from teams where plan = 'enterprise'

-- sesions per devise
select device, count(*) from sessions group by 1

-- wich article has the most veiws?
select title from articles order by views desc limit 1

-- artcles in catagory secuirty, count
select count(*) from articles where category = 'security'

-- broken conections: names
select name from connections where status = 'broken'

-- deliverys by statuss
select status, count(*) from deliveries group by 1

-- sum of montly fee by indutry
select industry, sum(monthly_fee) from teams group by 1

-- erors in the logs by servise
select service, count(*) from entries where level = 'error' group by 1

-- how many backps failled in octber
select count(*) from snapshots where status = 'failed' and within(started_at, '2026-10-01', '2026-11-01')

-- erazure requests open, how many
select count(*) from requests where kind = 'erasure' and status = 'open'

-- how many consnets were granted for newsleter
select count(*) from consents where granted and purpose = 'newsletter'

-- adit entries with outcome denyed, number
select count(*) from audit where outcome = 'denied'

-- visiters per chanel last month
select channel, sum(visitors) from daily where day >= '2026-09-01' and day < '2026-10-01' group by 1

-- averge load time of /dashbords
select avg(load_ms) from page_views where path = '/dashboards'

-- opne tasks asigned to Ella Davis, how many
select count(*) from tasks t join users u on u.id = t.assignee where t.status = 'open' and u.name = 'Ella Davis'

-- how many persns work at Swfit Shop?
select count(*) from users u join teams t on t.id = u.team where t.name = 'Swift Shop'

-- what is the email of clara vogle
select email from users where name = 'Clara Vogel'

-- users form the Netherland, how many
select count(*) from users where country = 'Netherlands'

-- percentge of sessions on mobil
select 100.0 * count(*) filter (where device = 'mobile') / count(*) from sessions

-- contrcts filed in 2025, number of
select count(*) from documents where kind = 'contract' and within(filed_at, '2025-01-01', '2026-01-01')

-- hwo many runs wer canceled
select count(*) from runs where status = 'cancelled'

-- maximun cpu_precent on api-1
select max(value) from points where series = 'cpu_percent' and host = 'api-1'

-- comment per articel category
select a.category, count(*) from comments c join articles a on a.id = c.article group by 1

-- top 3 countrys by useres
-- @further
select country from users group by 1 order by count(*) desc limit 3
