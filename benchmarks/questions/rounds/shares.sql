-- out of all our logins, what part went wrong? (as a fraction)
select count(*) filter (where outcome = 'failed') / count(*) from logins

-- what slice of the teams is on the free plan, in percent?
select 100.0 * count(*) filter (where plan = 'free') / count(*) from teams
