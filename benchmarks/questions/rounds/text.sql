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
