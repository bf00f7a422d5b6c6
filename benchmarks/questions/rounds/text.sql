-- how many support subjects talk about umlauts
select count(*) from conversations where subject ilike '%umlaut%'

-- any comments saying "outdated"? count them
select count(*) from comments where body ilike '%outdated%'

-- give me the titles of contracts with Falcon Insurance in them
select title from documents where kind = 'contract' and title ilike '%Falcon Insurance%'

-- log lines where the message contains "mailbox": how many by host
select host, count(*) from entries where message ilike '%mailbox%' group by 1

-- workflows whose description mentions managers
select name from definitions where description ilike '%manager%'
-- @further

-- tickets where a customer complains about being charged twice (subject), count
select count(*) from conversations where subject ilike '%charged twice%'

-- is there any task concerning release notes? how many
select count(*) from tasks where title ilike '%release notes%'

-- articles with "GitHub" in the headline
select title from articles where title ilike '%github%'
-- @further

-- run errors containing the word token, how many
select count(*) from runs where error ilike '%token%'

-- people whose surname is Laurent
select name from users where name like '% Laurent'
-- @further

-- alerts whose title begins with Memory, number of them
select count(*) from alerts where title like 'Memory%'

-- how often do comments mention a screenshot
select count(*) from comments where body ilike '%screenshot%'

-- documents called something with "Travel policy": how many
select count(*) from documents where title ilike '%travel policy%'

-- find the teams whose name starts with "Iron"
select name from teams where name like 'Iron%'
-- @further

-- log messages with "declined" by the billing service since Oct 1, count
select count(*) from entries where service = 'billing' and message ilike '%declined%' and "at" >= '2026-10-01'

-- users with an address ending in ironkestrelcapital.example, how many
select count(*) from users where email like '%ironkestrelcapital.example'

-- how many conversations are about dashboards (in the subject)?
select count(*) from conversations where subject ilike '%dashboard%'

-- comments that contain the word "menu", count
select count(*) from comments where body ilike '%menu%'

-- search alerts titled "Disk too high": how many hits
select count(*) from alerts where title ilike '%disk too high%'

-- teams with Insurance in their name
select name from teams where name ilike '%insurance%'
-- @further

-- which runs died because of a timeout? how many
select count(*) from runs where error ilike '%timeout%'

-- how many tickets have "password reset" in their subject?
select count(*) from conversations where subject ilike '%password reset%'

-- comments mentioning the mobile app, number please
select count(*) from comments where body ilike '%mobile app%'

-- workflows with invoices in the name
select name from definitions where name ilike '%invoice%'
-- @further

-- how many log lines say "too many requests"
select count(*) from entries where message ilike '%too many requests%'

-- How many ticket subjects mention dark mode?
select count(*) from conversations where subject ilike '%dark mode%'

-- count the comments saying something is "outdated"
select count(*) from comments where body ilike '%outdated%'

-- how many documents have "board meeting" in the title
select count(*) from documents where title ilike '%board meeting%'

-- customer messages that contain the word "dashboard", how many?
select count(*) from messages where author_role = 'customer' and body ilike '%dashboard%'

-- How many log lines contain "declined"?
select count(*) from entries where message ilike '%declined%'

-- workflows with "invoice" in the name
-- @further
select name from definitions where name ilike '%invoice%'

-- tickets with a subject starting with "Charged twice", how many
select count(*) from conversations where subject ilike 'charged twice%'

-- How many log lines say that a card was declined?
select count(*) from entries where message ilike '%declined%'

-- How many documents have "Data processing agreement" in the title?
select count(*) from documents where title ilike '%data processing agreement%'

-- tickets having 'VAT' in their subject - number of them, please
select count(*) from conversations where subject ilike '%VAT%'

-- how many contracts mention Hamburg in their text
select count(*) from documents where kind = 'contract' and body ilike '%hamburg%'

-- tasks with "overdue invoice" in the title that are still open - count
select count(*) from tasks where title ilike '%overdue invoice%' and status = 'open'

-- how many tasks have "discount" in the title
select count(*) from tasks where title ilike '%discount%'

-- how many users have an e-mail address at swiftshop.example
select count(*) from users where email ilike '%@swiftshop.example'

-- how many people with the last name Müller have an account
select count(*) from users where name like '% Müller'

-- log lines that say "out of memory": time and host
select "at", host from entries where message ilike '%out of memory%'
