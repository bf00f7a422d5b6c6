-- in which industry does Pine Insurance work?
select industry from teams where name = 'Pine Insurance'

-- I need the e-mail of Gustav Karlsson
select email from users where name = 'Gustav Karlsson'

-- who takes care of the data request q-0100?
select u.name from requests r join users u on u.id = r.handled_by where r.id = 'q-0100'

-- at what value does memory_percent raise an alert
select alert_above from series where name = 'memory_percent'

-- which team does Hanna Lis belong to?
select t.name from users u join teams t on t.id = u.team where u.name = 'Hanna Lis'

-- has invoice 2026-00500 been paid, and when
select status, paid_at from invoices where number = '2026-00500'
