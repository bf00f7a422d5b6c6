-- how many wrokflows are trigerred manualy
select count(*) from definitions where "trigger" = 'manual'

-- avrage seats of enterprize teams
select avg(seats) from teams where plan = 'enterprise'

-- wich hosts had critcal alrets? 
select distinct host from alerts where severity = 'critical'
