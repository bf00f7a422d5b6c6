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

-- who owns the workflow "Nightly invoice export"?
select u.name from definitions d join users u on u.id = d.owner where d.name = 'Nightly invoice export'

-- what plan is Cedar Learning on
select plan from teams where name = 'Cedar Learning'

-- size of document f-0042 in bytes
select size_bytes from documents where id = 'f-0042'

-- since when do we have Copper Metals as a customer?
select created_at from teams where name = 'Copper Metals'

-- how many times was delivery d-00500 attempted
select attempts from deliveries where id = 'd-00500'

-- which vault receives the copies of chat-daily?
select target from jobs where name = 'chat-daily'

-- tell me the country and city of Gustav Karlsson
select country, city from users where name = 'Gustav Karlsson'

-- severity of alert a-0050?
select severity from alerts where id = 'a-0050'

-- invoice 2025-00100: amount and team
select i.amount, t.name from invoices i join teams t on t.id = i.team where i.number = '2025-00100'

-- is the workflow "Answer data requests" enabled?
select enabled from definitions where name = 'Answer data requests'

-- what's the subject line of ticket c-0123
select subject from conversations where id = 'c-0123'

-- how much was invoice 2026-00300 for
select amount from invoices where number = '2026-00300'

-- who raised request q-0042 (whose data)?
select u.name from requests r join users u on u.id = r.subject where r.id = 'q-0042'

-- give me language + status of Maciej Kowalski
select language, status from users where name = 'Maciej Kowalski'

-- when is data request q-0120 due?
select due_on from requests where id = 'q-0120'

-- who acknowledged alert a-0001?
select u.name from alerts a join users u on u.id = a.acknowledged_by where a.id = 'a-0001'

-- country of team Raven Software?
select country from teams where name = 'Raven Software'

-- duration of snapshot z-0100
select duration_s from snapshots where id = 'z-0100'

-- what's the name of the team Clara Vogel belongs to?
select t.name from users u join teams t on t.id = u.team where u.name = 'Clara Vogel'

-- By when do we have to answer data request q-0148?
select due_on from requests where id = 'q-0148'

-- Which plan is Hazel Medical on and how many seats do they have?
select plan, seats from teams where name = 'Hazel Medical'

-- when is invoice 2026-00689 due
select due_on from invoices where number = '2026-00689'

-- how many seats does Iron Kestrel Capital have
select seats from teams where name = 'Iron Kestrel Capital'

-- Who looks after the workflow 'Rotate access keys'?
select u.name from definitions d join users u on u.id = d.owner where d.name = 'Rotate access keys'

-- what is the schedule of archive-weekly and where do its copies go
select schedule, target from jobs where name = 'archive-weekly'

-- above which value does response_ms raise an alert?
select alert_above from series where name = 'response_ms'

-- since when is Aspen Learning with us? (creation date of the team)
select created_at from teams where name = 'Aspen Learning'

-- What threshold raises an alert for response_ms?
select alert_above from series where name = 'response_ms'

-- how much do Lantern Partners pay us each month?
select monthly_fee from teams where name = 'Lantern Partners'

-- What does the automation "Rotate access keys" do? I need its description.
select description from definitions where name = 'Rotate access keys'

-- pls tell me industry and country of Lantern Partners
select industry, country from teams where name = 'Lantern Partners'

-- What does the workflow "Score new leads" do?
select description from definitions where name = 'Score new leads'

-- delivery d-01000: latency and http status?
select latency_ms, http_status from deliveries where id = 'd-01000'

-- which role does Clara Vogel have, and in which city is she
select role, city from users where name = 'Clara Vogel'
