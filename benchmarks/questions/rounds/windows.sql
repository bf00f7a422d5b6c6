-- so far this quarter, how many tickets have come in?
select count(*) from conversations where opened_at >= '2026-10-01'

-- pls count the sessions from over the weekend
select count(*) from sessions where within(started_at, '2026-10-10', '2026-10-12')

-- Number of documents archived between Monday and Wednesday
select count(*) from documents where within(filed_at, '2026-10-12', '2026-10-15')

-- alerts that fired during the week of the 5th of October, how many were there
select count(*) from alerts where within(raised_at, '2026-10-05', '2026-10-12')

-- before noon today, how many webhook calls did we send out?
select count(*) from deliveries where within(sent_at, '2026-10-15', '2026-10-15 12:00:00')

-- total amount invoiced in H1
select sum(amount) from invoices where within(issued_at, '2026-01-01', '2026-07-01')

-- in the last fortnight how many people created an account
select count(*) from users where signed_up_at >= ago(interval 14 day)

-- user deletions in the audit trail since the start of September - count
select count(*) from audit where action = 'deleted_user' and "at" >= '2026-09-01'

-- how many backups started between midnight and 6 am today?
select count(*) from snapshots where within(started_at, '2026-10-15', '2026-10-15 06:00:00')

-- what was the highest cpu_percent we measured on Sunday?
select max(value) from points where series = 'cpu_percent' and within("at", '2026-10-11', '2026-10-12')

-- comments left by readers in the second half of September: how many?
select count(*) from comments where within(posted_at, '2026-09-16', '2026-10-01')

-- how many invoices fall due next week?
select count(*) from invoices where due_on >= '2026-10-19' and due_on < '2026-10-26'

-- count login attempts made this morning
select count(*) from logins where within("at", '2026-10-15', '2026-10-15 12:00:00')

-- tell me how many customers registered between the 1st and the 10th of October
select count(*) from users where within(signed_up_at, '2026-10-01', '2026-10-11')

-- has to be for the board: turnover from April through June
select sum(amount) from invoices where within(issued_at, '2026-04-01', '2026-07-01')

-- @zero
-- how often did somebody fail to log in on Tuesday night, after 6 pm
select count(*) from logins where outcome = 'failed' and within("at", '2026-10-13 18:00:00', '2026-10-14')

-- in the 30 days leading up to 1 October, how many tickets were opened by phone?
select count(*) from conversations where channel = 'phone' and within(opened_at, '2026-09-01', '2026-10-01')

-- number of page views, 2026-09-14 to 2026-09-20
select count(*) from page_views where within("at", '2026-09-14', '2026-09-21')

-- privacy requests that came in during the second quarter of this year: total
select count(*) from requests where within(received_at, '2026-04-01', '2026-07-01')

-- what did we spend on paid ads in the first two weeks of September?
select sum(cost) from daily where channel = 'paid_ads' and day >= '2026-09-01' and day < '2026-09-15'

-- backups that broke since last Friday - give me the count
select count(*) from snapshots where status = 'failed' and started_at >= '2026-10-09'

-- how many workflow runs were kicked off yesterday afternoon
select count(*) from runs where within(started_at, '2026-10-14 12:00:00', '2026-10-14 18:00:00')

-- articles that went live in the course of 2025, count them
select count(*) from articles where within(published_at, '2025-01-01', '2026-01-01')

-- count events of the past 36 hours
select count(*) from events where "at" >= ago(interval 36 hour)

-- @zero
-- any critical alerts over the last weekend? how many
select count(*) from alerts where severity = 'critical' and within(raised_at, '2026-10-10', '2026-10-12')

-- messages sent on Mon or Tue this week, how many in all?
select count(*) from messages where within(sent_at, '2026-10-12', '2026-10-14')

-- how many consents were given no later than 31 March 2026
select count(*) from consents where granted and decided_at < '2026-04-01'

-- what's the number of sessions we had on the 12th?
select count(*) from sessions where within(started_at, '2026-10-12', '2026-10-13')

-- During the most recent full month, how many help articles got published?
select count(*) from articles where within(published_at, '2026-09-01', '2026-10-01')

-- invoices issued within the first ten days of this month: how much money in all?
select sum(amount) from invoices where within(issued_at, '2026-10-01', '2026-10-11')

-- failed deliveries between 2026-10-01T00:00:00Z and 2026-10-08T00:00:00Z, count
select count(*) from deliveries where status = 'failed' and within(sent_at, '2026-10-01', '2026-10-08')

-- How many tasks were created in the last three calendar weeks?
select count(*) from tasks where within(created_at, '2026-09-21', '2026-10-12')

-- i need the count of data exports in audit log, from 1 august till end of september
select count(*) from audit where action = 'exported_data' and within("at", '2026-08-01', '2026-10-01')

-- no. of tickets closed on Tuesday and Wednesday of this week
select count(*) from conversations where within(closed_at, '2026-10-13', '2026-10-15')

-- who signed in today before 8 in the morning? just how many logins
select count(*) from logins where within("at", '2026-10-15', '2026-10-15 08:00:00')

-- year-to-date turnover
select sum(amount) from invoices where within(issued_at, '2026-01-01', '2026-10-15 14:30:00')

-- tickets older than three months which are still not solved: how many
-- @zero
select count(*) from conversations where opened_at < '2026-07-15 14:30:00' and status <> 'solved'

-- number of sign-ups in each of the weeks of September
select date_trunc('week', signed_up_at)::date, count(*) from users where within(signed_up_at, '2026-09-01', '2026-10-01') group by 1

-- how many connections were set up in late 2025, October to December?
select count(*) from connections where within(connected_at, '2025-10-01', '2026-01-01')

-- log lines of level fatal in the last 10 days, how many
select count(*) from entries where level = 'fatal' and "at" >= ago(interval 10 day)

-- How many enterprise customers joined during the past half year?
select count(*) from users where plan = 'enterprise' and signed_up_at >= '2026-04-15 14:30:00'

-- quick one: orders placed last month, how many and what were they worth in total
select count(*), sum(amount) from invoices where within(issued_at, '2026-09-01', '2026-10-01')

-- Were there any failed backups in the night of 13 October, i.e. between midnight and 5 am on 13 October? count
-- @zero
select count(*) from snapshots where status = 'failed' and within(started_at, '2026-10-13', '2026-10-13 05:00:00')

-- report all rejected privacy requests since the turn of the year... since 1 January that is. number only
select count(*) from requests where status = 'rejected' and received_at >= '2026-01-01'

-- count {collection: sessions, device: tablet, window: last 7 days}
select count(*) from sessions where device = 'tablet' and started_at >= ago(interval 7 day)

-- tasks due by the end of this month and still open: how many?
select count(*) from tasks where status = 'open' and due_on < '2026-11-01'

-- how many of the tickets opened last week are urgent
select count(*) from conversations where priority = 'urgent' and within(opened_at, '2026-10-05', '2026-10-12')

-- give me the ad spend for Q3 as one figure
select sum(cost) from daily where day >= '2026-07-01' and day < '2026-10-01'

-- between the 14th and the 20th of September, how many comments came in?
select count(*) from comments where within(posted_at, '2026-09-14', '2026-09-21')

-- peak value of response_ms in the last six hours
select max(value) from points where series = 'response_ms' and "at" >= ago(interval 6 hour)

-- documents filed before this year: how many are there?
select count(*) from documents where filed_at < '2026-01-01'

-- which users have last been seen more than a year ago? number of them please
select count(*) from users where last_seen_at < '2025-10-15 14:30:00'

-- log warnings of the api service from yesterday 9:00 to yesterday 17:00, how many
select count(*) from entries where level = 'warning' and service = 'api' and within("at", '2026-10-14 09:00:00', '2026-10-14 17:00:00')

-- How many integrations have been added since spring, say from March 1st?
select count(*) from connections where connected_at >= '2026-03-01'

-- number of chat messages written by customers on October 14th
select count(*) from messages where author_role = 'customer' and within(sent_at, '2026-10-14', '2026-10-15')

-- invoiced between New Year and Easter... make it 1 Jan to 5 April 2026, total in EUR
select sum(amount) from invoices where within(issued_at, '2026-01-01', '2026-04-06')

-- logins on the last day of September, count
select count(*) from logins where within("at", '2026-09-30', '2026-10-01')

-- reports filed in the last three months of 2025: how many?
select count(*) from documents where kind = 'report' and within(filed_at, '2025-10-01', '2026-01-01')

-- how many runs finished in the last hour?
select count(*) from runs where finished_at >= ago(interval 1 hour)

-- do we have alerts from the previous 5 days? tell me the number
select count(*) from alerts where raised_at >= ago(interval 5 day)

-- How many people gave up their account... no wait: how many registered in week 40?
select count(*) from users where within(signed_up_at, '2026-09-28', '2026-10-05')

-- failed runs, 15 Sep - 30 Sep, how many
select count(*) from runs where status = 'failed' and within(started_at, '2026-09-15', '2026-10-01')

-- how many sessions began after lunch yesterday, I mean after 1 pm
select count(*) from sessions where within(started_at, '2026-10-14 13:00:00', '2026-10-15')

-- how many events were tracked on Saturday and Sunday
select count(*) from events where within("at", '2026-10-10', '2026-10-12')

-- total visitors from 1st July up to and including 31st August
select sum(visitors) from daily where day >= '2026-07-01' and day < '2026-09-01'

-- sum of invoices that were paid last week
select sum(amount) from invoices where within(paid_at, '2026-10-05', '2026-10-12')

-- how many customers were last seen within the past month?
select count(*) from users where last_seen_at >= '2026-09-15 14:30:00'

-- How many emails... sorry, messages did agents send in the week beginning 5 October?
select count(*) from messages where author_role = 'agent' and within(sent_at, '2026-10-05', '2026-10-12')

-- deliveries that failed in the last 90 minutes or so? count
-- @zero
select count(*) from deliveries where status = 'failed' and sent_at >= ago(interval 90 minute)

-- Number of people who joined in the third week of September (14th to 20th)
select count(*) from users where within(signed_up_at, '2026-09-14', '2026-09-21')

-- newsletter consents withdrawn or refused since the 1st of June
select count(*) from consents where purpose = 'newsletter' and not granted and decided_at >= '2026-06-01'

-- the number of comments posted this year until the end of June
select count(*) from comments where within(posted_at, '2026-01-01', '2026-07-01')

-- how much did we charge enterprise teams between July 1 and today?
select sum(amount) from invoices where plan = 'enterprise' and within(issued_at, '2026-07-01', '2026-10-16')

-- what was the average cpu_percent on db-1 on 2026-10-10?
select avg(value) from points where series = 'cpu_percent' and host = 'db-1' and within("at", '2026-10-10', '2026-10-11')

-- tickets from the day before yesterday, how many are they
select count(*) from conversations where within(opened_at, '2026-10-13', '2026-10-14')

-- how many tasks fell due in September?
select count(*) from tasks where due_on >= '2026-09-01' and due_on < '2026-10-01'

-- count page views of /pricing during Q3
select count(*) from page_views where path = '/pricing' and within("at", '2026-07-01', '2026-10-01')

-- how many visits by mobile between 18:00 and 22:00 yesterday
-- @zero
select count(*) from sessions where device = 'mobile' and within(started_at, '2026-10-14 18:00:00', '2026-10-14 22:00:00')

-- which alerts were raised overnight... between 10 pm yesterday and 7 am today? count them
-- @zero
select count(*) from alerts where within(raised_at, '2026-10-14 22:00:00', '2026-10-15 07:00:00')

-- all in all, how many role changes has the audit log seen over the past twelve months?
select count(*) from audit where action = 'changed_role' and "at" >= '2025-10-15 14:30:00'

-- how many chats did we close in the first half of October so far?
select count(*) from conversations where within(closed_at, '2026-10-01', '2026-10-16')

-- revenue for the twelve months ending 30 September 2026
select sum(amount) from invoices where within(issued_at, '2025-10-01', '2026-10-01')

-- sign-ins from Poland in the two weeks starting September 14, how many
select count(*) from logins where country = 'Poland' and within("at", '2026-09-14', '2026-09-28')

-- how many snapshots were taken on 1 and 2 October?
select count(*) from snapshots where within(started_at, '2026-10-01', '2026-10-03')

-- alerts acknowledged by someone, raised in Sept '26: number
select count(*) from alerts where acknowledged_by is not null and within(raised_at, '2026-09-01', '2026-10-01')

-- total number of requests for erasure received in H2 2025 and H1 2026
select count(*) from requests where kind = 'erasure' and within(received_at, '2025-07-01', '2026-07-01')

-- give me the number of shared links during the working week from Monday 5 to Friday 9 October
select count(*) from events where name = 'shared_link' and within("at", '2026-10-05', '2026-10-10')

-- @zero
-- how many runs got started between 02:00 and 03:00 today
select count(*) from runs where within(started_at, '2026-10-15 02:00:00', '2026-10-15 03:00:00')

-- cost of email marketing in the month before last
select sum(cost) from daily where channel = 'email' and day >= '2026-08-01' and day < '2026-09-01'

-- how many users signed up later than 10 October?
select count(*) from users where signed_up_at >= '2026-10-11'

-- how many new connections did we get in the current quarter?
select count(*) from connections where connected_at >= '2026-10-01'

-- sum of ad costs for the week of September 21
select sum(cost) from daily where day >= '2026-09-21' and day < '2026-09-28'

-- tickets about exports opened after the 10th of September: count
select count(*) from conversations where topic = 'export' and opened_at >= '2026-09-11'

-- how many people logged in with google on Sunday evening?
-- @zero
select count(*) from logins where method = 'google' and within("at", '2026-10-11 18:00:00', '2026-10-12')

-- how many documents of kind minutes were filed between January and March 2026?
select count(*) from documents where kind = 'minutes' and within(filed_at, '2026-01-01', '2026-04-01')

-- in the preceding month, how many snapshots were only partial
-- @zero
select count(*) from snapshots where status = 'partial' and within(started_at, '2026-09-01', '2026-10-01')

-- how many invoices were issued on the first day of October
select count(*) from invoices where within(issued_at, '2026-10-01', '2026-10-02')

-- number of visits from France over the past 3 days
select count(*) from sessions where country = 'France' and started_at >= ago(interval 3 day)

-- count of warnings logged since 10 am
select count(*) from entries where level = 'warning' and "at" >= '2026-10-15 10:00:00'

-- total invoiced in the final quarter of last year
select sum(amount) from invoices where within(issued_at, '2025-10-01', '2026-01-01')

-- how many sessions from India did we see on October 8 and 9?
select count(*) from sessions where country = 'India' and within(started_at, '2026-10-08', '2026-10-10')

-- What did we invoice in the second quarter of last year?
select sum(amount) from invoices where within(issued_at, '2025-04-01', '2025-07-01')

-- number of messages sent yesterday evening
-- @zero
select count(*) from messages where within(sent_at, '2026-10-14 18:00:00', '2026-10-15')

-- tally the policy changes in the audit log for 2026 up to now
select count(*) from audit where action = 'changed_policy' and "at" >= '2026-01-01'

-- how many runs were cancelled in the past fortnight?
-- @zero
select count(*) from runs where status = 'cancelled' and started_at >= ago(interval 14 day)

-- orders from the 20th to the 25th of last month, number
select count(*) from invoices where within(issued_at, '2026-09-20', '2026-09-26')

-- highest memory_percent between 6 am and noon today
select max(value) from points where series = 'memory_percent' and within("at", '2026-10-15 06:00:00', '2026-10-15 12:00:00')

-- how many people from Berlin signed up in the first nine months of 2026?
select count(*) from users where city = 'Berlin' and within(signed_up_at, '2026-01-01', '2026-10-01')

-- How many tickets were opened in the past 7 days?
select count(*) from conversations where opened_at >= ago(interval 7 day)

-- How many sign-in attempts have there been today so far?
select count(*) from logins where within("at", '2026-10-15', '2026-10-16')

-- total amount of all invoices we sent in Q2 this year
select sum(amount) from invoices where within(issued_at, '2026-04-01', '2026-07-01')

-- number of comments posted in August
select count(*) from comments where within(posted_at, '2026-08-01', '2026-09-01')

-- failed logins from Monday to Wednesday this week (12 to 14 October), how many?
select count(*) from logins where outcome = 'failed' and within("at", '2026-10-12', '2026-10-15')

-- Number of documents filed in the first half of 2026
select count(*) from documents where within(filed_at, '2026-01-01', '2026-07-01')

-- how many deliveries went out in the past 3 hours?
select count(*) from deliveries where sent_at >= ago(interval 3 hour)

-- GDPR requests received in August or September 2026, by kind
select kind, count(*) from requests where within(received_at, '2026-08-01', '2026-10-01') group by 1

-- How many new users signed up in the last 30 days?
select count(*) from users where signed_up_at >= ago(interval 30 day)

-- errors logged since midnight, how many?
select count(*) from entries where level = 'error' and "at" >= '2026-10-15'

-- total number of runs in July and August together
select count(*) from runs where within(started_at, '2026-07-01', '2026-09-01')

-- What did we invoice last week in total?
select sum(amount) from invoices where within(issued_at, '2026-10-05', '2026-10-12')

-- what did we bill in the first quarter of 2026
select sum(amount) from invoices where within(issued_at, '2026-01-01', '2026-04-01')

-- Count alerts raised on or after 9 October.
select count(*) from alerts where raised_at >= '2026-10-09'

-- articles started (created) in the last 30 days, how many?
select count(*) from articles where created_at >= ago(interval 30 day)

-- how many sign-in attempts were there yesterday between 8:00 and 10:00
select count(*) from logins where within("at", '2026-10-14 08:00', '2026-10-14 10:00')

-- how many alerts were raised in September?
select count(*) from alerts where within(raised_at, '2026-09-01', '2026-10-01')

-- tickets solved yesterday (closed, I mean): how many
select count(*) from conversations where within(closed_at, '2026-10-14', '2026-10-15')

-- number of audit entries in the last 90 days
select count(*) from audit where "at" >= ago(interval 90 day)

-- how many invoices did we send in the first quarter
select count(*) from invoices where within(issued_at, '2026-01-01', '2026-04-01')

-- users who joined between 1 and 7 October 2026 (both included), how many?
select count(*) from users where within(signed_up_at, '2026-10-01', '2026-10-08')

-- tasks due next week: title and due date
select title, due_on from tasks where due_on >= '2026-10-19' and due_on < '2026-10-26'

-- what happened in the audit log during the last 48 hours? time and action
select "at", action from audit where "at" >= ago(interval 48 hour)

-- deletions of projects in July, count
select count(*) from events where name = 'deleted_project' and within("at", '2026-07-01', '2026-08-01')

-- how much revenue did we make in August
select sum(amount) from invoices where within(issued_at, '2026-08-01', '2026-09-01')

-- page views in the past 48 hours, total
select count(*) from page_views where "at" >= ago(interval 48 hour)

-- How many sessions started on Tuesday, 13 October?
select count(*) from sessions where within(started_at, '2026-10-13', '2026-10-14')

-- number of articles published so far this year
select count(*) from articles where published_at >= '2026-01-01'

-- How many visits did we have on Sunday, 11 October?
select count(*) from sessions where within(started_at, '2026-10-11', '2026-10-12')

-- invoices whose payment came in during September 2026: how many, and what total amount
select count(*), sum(amount) from invoices where within(paid_at, '2026-09-01', '2026-10-01')

-- contracts filed in Q4 2025, count
select count(*) from documents where kind = 'contract' and within(filed_at, '2025-10-01', '2026-01-01')

-- backup copies started in the last 7 days that did not complete: job, status and start
select job, status, started_at from snapshots where status <> 'completed' and started_at >= ago(interval 7 day)
