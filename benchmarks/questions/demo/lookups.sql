-- what is the email of Clara Vogel?
select email from users where name = 'Clara Vogel'

-- When did Ben F. Hughes sign up?
select signed_up_at from users where name = 'Ben F. Hughes'

-- which plan is Swift Shop on?
select plan from teams where name = 'Swift Shop'

-- how much does Beacon Market pay per month
select monthly_fee from teams where name = 'Beacon Market'

-- how many seats has Lantern Partners
select seats from teams where name = 'Lantern Partners'

-- what industry is Copper Metals in?
select industry from teams where name = 'Copper Metals'

-- status of user u-0621?
select status from users where id = 'u-0621'

-- In which city does Álvaro Herrera live?
select city from users where name = 'Álvaro Herrera'

-- what's the role of Hanna Lis
select role from users where name = 'Hanna Lis'

-- when was Maciej Kowalski last seen
select last_seen_at from users where name = 'Maciej Kowalski'

-- amount of invoice 2026-00042
select amount from invoices where number = '2026-00042'

-- Is invoice 2026-00689 paid? What is its status?
select status from invoices where number = '2026-00689'

-- who wrote "Five tips for audit logs"?
select u.name from articles a join users u on u.id = a.author where a.title = 'Five tips for audit logs'

-- How many views does the article "Common questions about invoices" have?
select views from articles where title = 'Common questions about invoices'

-- what does the workflow Rotate access keys do?
select description from definitions where name = 'Rotate access keys'

-- who owns the automation Renew certificates
select u.name from definitions d join users u on u.id = d.owner where d.name = 'Renew certificates'

-- How is "Approve discounts" triggered?
select "trigger" from definitions where name = 'Approve discounts'

-- what is the alert threshold of response_ms?
select alert_above from series where name = 'response_ms'

-- what does cpu_percent mean
select description from series where name = 'cpu_percent'

-- what is backed up by files-weekly?
select source from jobs where name = 'files-weekly'

-- where do the copies of invoices-daily go to
select target from jobs where name = 'invoices-daily'

-- What is the schedule of the job users-hourly?
select schedule from jobs where name = 'users-hourly'

-- which agent handles conversation c-0900?
select u.name from conversations c join users u on u.id = c.agent where c.id = 'c-0900'

-- status and priority of ticket c-0900
select status, priority from conversations where id = 'c-0900'

-- what was the message of log entry g-02960?
select message from entries where id = 'g-02960'

-- http status of delivery d-01912
select http_status from deliveries where id = 'd-01912'

-- Retrieve the due date of data request q-0150.
select due_on from requests where id = 'q-0150'

-- who handles request q-0150
select u.name from requests r join users u on u.id = r.handled_by where r.id = 'q-0150'

-- how long did run x-02496 take, in ms?
select duration_ms from runs where id = 'x-02496'

-- who is the task j-0320 assigned to?
select u.name from tasks t join users u on u.id = t.assignee where t.id = 'j-0320'

-- what is u-0013 called?
select name from users where id = 'u-0013'

-- how many bytes has document f-0230
select size_bytes from documents where id = 'f-0230'
