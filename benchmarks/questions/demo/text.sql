-- how many log messages mention "timeout"?
select count(*) from entries where message ilike '%timeout%'

-- conversations with invoice in the subject, count
select count(*) from conversations where subject ilike '%invoice%'

-- how many messages contain the word refund
select count(*) from messages where regexp_matches(lower(body), '\brefund\b')

-- which articles are about dark mode? titles containing it
select title from articles where title ilike '%dark mode%'

-- teams whose name starts with Alder
-- @further
select name from teams where name like 'Alder %'

-- users called Hughes
-- @further
select name from users where name like '% Hughes'

-- team names ending in "Bank"
-- @further
select name from teams where name like '% Bank'

-- log lines saying "wrong password" in the past 24 hours, how many?
select count(*) from entries where message ilike '%wrong password%' and "at" >= ago(interval 24 hour)

-- how many runs have an error that mentions the rate limit?
select count(*) from runs where error ilike '%rate limit%'

-- documents with "Security policy" in the title, count
select count(*) from documents where title ilike '%security policy%'

-- number of comments that say something is outdated
select count(*) from comments where body ilike '%outdated%'

-- Find the subjects that mention dark mode; how many conversations?
select count(*) from conversations where subject ilike '%dark mode%'

-- which workflows have "invoice" or "invoices" in their name?
select name from definitions where name ilike '%invoice%'

-- how many tasks are about ordering a laptop
select count(*) from tasks where title ilike '%order a laptop%'

-- snapshots whose error mentions checksum: count per job
select job, count(*) from snapshots where error ilike '%checksum%' group by 1

-- log messages of the auth service containing "bad signature", count
select count(*) from entries where service = 'auth' and message ilike '%bad signature%'

-- emails ending with @swiftshop.example, how many users
select count(*) from users where email like '%@swiftshop.example'

-- connections named for "Summit Software"
-- @further
select name from connections where name like '%Summit Software'

-- how many audit entries touch a policy (object begins with policy)?
select count(*) from audit where object like 'policy%'

-- number of articles whose text mentions webhooks or a webhook
select count(*) from articles where body ilike '%webhook%'

-- page views of paths starting with /re, count
select count(*) from page_views where path like '/re%'
