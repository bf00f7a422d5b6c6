-- how many page views took longer than 2 seconds?
select count(*) from page_views where load_ms > 2000

-- sessions longer than half an hour, count
select count(*) from sessions where duration_s > 1800

-- documents over 1 MB, how many (1 MB = 1,000,000 bytes)
select count(*) from documents where size_bytes > 1000000

-- deliveries slower than 1.5 s, how many
select count(*) from deliveries where latency_ms > 1500

-- how often was the cpu above 50 %?
select count(*) from points where series = 'cpu_percent' and value > 50

-- runs that took more than 5 minutes, how many?
select count(*) from runs where duration_ms > 300000

-- conversations where the customer waited over 2 hours for the first reply, count
select count(*) from conversations where first_reply_s > 7200

-- alerts shorter than ten minutes: how many
select count(*) from alerts where duration_s < 600

-- log entries of requests over 1s by service
select service, count(*) from entries where duration_ms > 1000 group by 1

-- teams paying at least €1,000 a month
-- @further
select name from teams where monthly_fee >= 1000

-- invoices under 20 euros: how many?
select count(*) from invoices where amount < 20

-- payloads larger than 10,000 bytes, count the deliveries
select count(*) from deliveries where payload_bytes > 10000

-- how many times did response_ms exceed 500 ms
select count(*) from points where series = 'response_ms' and value > 500

-- backups that ran for more than 1 hour: number per job
select job, count(*) from snapshots where duration_s > 3600 group by 1

-- visits shorter than 1 minute, how many?
select count(*) from sessions where duration_s < 60
