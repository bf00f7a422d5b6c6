-- how many repairs did we do altogether?
select count(*) from repairs

-- which mechanic did the most jobs
select mechanic from repairs group by 1 order by count(*) desc limit 1

-- average hours for a full service?
select avg(hours) from repairs where repair = 'full service'

-- what did labour bring us for the jobs that came in in september
select sum(labour_cost) from repairs where received >= '2026-09-01' and received < '2026-10-01'

-- jobs per month this year (by the day they came in)
select date_trunc('month', received)::date, count(*) from repairs group by 1

-- how many bikes haven't been collected yet
select count(*) from repairs where collected is null

-- who hasn't paid although the bike was already collected? customers
-- @further
select distinct customer from repairs where not paid and collected is not null

-- parts cost by brand
select brand, sum(parts_cost) from repairs group by 1

-- how many e-bikes did Anneke work on?
select count(*) from repairs where bike_type = 'e-bike' and mechanic = 'Anneke'

-- top 3 customers by number of repairs
-- @further
select customer from repairs group by 1 order by count(*) desc limit 3

-- most common repair
select repair from repairs group by 1 order by count(*) desc limit 1

-- what share of the jobs is paid in cash, as a fraction of all jobs
select count(*) filter (where payment = 'cash')::double / count(*) from repairs

-- how many punctures on city bikes came in since July 1
select count(*) from repairs where repair = 'puncture' and bike_type = 'city' and received >= '2026-07-01'

-- average labour cost per mechanic
select mechanic, avg(labour_cost) from repairs group by 1

-- how many repairs took longer than 2 hours?
select count(*) from repairs where hours > 2

-- what's the most expensive job in parts, give job number and customer
select job, customer from repairs order by parts_cost desc limit 1

-- number of jobs by repair and bike type
select repair, bike_type, count(*) from repairs group by 1, 2

-- when did Lin Zhao last bring a bike?
select max(received) from repairs where customer = 'Lin Zhao'

-- gear adjustments or brake services on a Trek: how many?
select count(*) from repairs where repair in ('gear adjustment', 'brake service') and brand = 'Trek'

-- how many invoices went to suppliers?
refuse
