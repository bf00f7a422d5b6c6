-- teams paying more than the average monthly fee: how many?
select count(*) from teams where monthly_fee > (select avg(monthly_fee) from teams)

-- how many sessions lasted longer than average
select count(*) from sessions where duration_s > (select avg(duration_s) from sessions)

-- articles with more views than the average article: titles
select title from articles where views > (select avg(views) from articles)

-- how many page views of /reports took longer than the average page view of /reports?
select count(*) from page_views where path = '/reports' and load_ms > (select avg(load_ms) from page_views where path = '/reports')

-- invoices above the average invoice amount, count
select count(*) from invoices where amount > (select avg(amount) from invoices)

-- how many runs took longer than the average run?
select count(*) from runs where duration_ms > (select avg(duration_ms) from runs)

-- number of conversations whose first reply was slower than the average first reply
select count(*) from conversations where first_reply_s > (select avg(first_reply_s) from conversations)

-- documents larger than the average document, how many
select count(*) from documents where size_bytes > (select avg(size_bytes) from documents)

-- which countries have more users than Germany?
select country from users group by 1 having count(*) > (select count(*) from users where country = 'Germany')

-- teams with fewer seats than the average of all teams but on enterprise or pro, count
select count(*) from teams where seats < (select avg(seats) from teams) and plan in ('enterprise', 'pro')

-- deliveries slower than the average delivery, per status
select status, count(*) from deliveries where latency_ms > (select avg(latency_ms) from deliveries) group by 1

-- backups that took longer than the mean: how many?
select count(*) from snapshots where duration_s > (select avg(duration_s) from snapshots)

-- how many visits came from another country than the user's own?
select count(*) from sessions s join users u on u.id = s."user" where s.country <> u.country

-- alerts that lasted longer than the average alert: count by severity
select severity, count(*) from alerts where duration_s > (select avg(duration_s) from alerts) group by 1

-- how many tasks were done after they were due
select count(*) from tasks where done_at::date > due_on
