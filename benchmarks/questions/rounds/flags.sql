-- how many copies have been verified so far?
select count(*) from snapshots where verified

-- newsletter opt-ins vs. opt-outs
select granted, count(*) from consents where purpose = 'newsletter' group by 1

-- workflows that are switched off, how many
select count(*) from definitions where not enabled

-- how many unverified copies completed last month
select count(*) from snapshots where not verified and status = 'completed' and within(started_at, '2026-09-01', '2026-10-01')

-- of the personalisation consents, count yes and no
select granted, count(*) from consents where purpose = 'personalisation' group by 1

-- disabled automations and who owns them
select d.name, u.name from definitions d join users u on u.id = d.owner where not d.enabled

-- how many completed snapshots were never verified
select count(*) from snapshots where status = 'completed' and not verified

-- users who agreed to product analytics, number of
select count(distinct "user") from consents where purpose = 'product_analytics' and granted

-- are there workflows that are disabled? which ones
select name from definitions where not enabled
-- @further

-- consents for third parties that were refused, number
select count(*) from consents where purpose = 'third_parties' and not granted

-- how many jobs are enabled and weekly?
select count(*) from jobs where enabled and schedule = 'weekly'

-- which copies of files-weekly were verified? how many
select count(*) from snapshots where job = 'files-weekly' and verified

-- How many newsletter consents were refused?
select count(*) from consents where purpose = 'newsletter' and not granted

-- how many of our automations are switched off at the moment?
select count(*) from definitions where not enabled

-- which automations are enabled and start by hand (manual trigger)? just names
select name from definitions where enabled and "trigger" = 'manual'

-- newsletter consent: how many yes, how many no?
select granted, count(*) from consents where purpose = 'newsletter' group by 1

-- number of failed or partial snapshots that were nonetheless verified
-- @zero
select count(*) from snapshots where status <> 'completed' and verified

-- number of backup copies that have not been verified, per job
select job, count(*) from snapshots where not verified group by 1

-- per purpose, how many consents were given (granted)?
select purpose, count(*) from consents where granted group by 1

-- Consents granted, split by where we asked (source)
select source, count(*) from consents where granted group by 1
