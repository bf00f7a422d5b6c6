-- which automations are disabled?
select name from definitions where not enabled

-- how many workflows are switched on
select count(*) from definitions where enabled

-- number of verified backups
select count(*) from snapshots where verified

-- completed but unverified copies, how many?
select count(*) from snapshots where status = 'completed' and not verified

-- how many consents were granted?
select count(*) from consents where granted

-- how many people said no to third parties
select count(distinct "user") from consents where purpose = 'third_parties' and not granted

-- consents given vs refused
select granted, count(*) from consents group by 1

-- verified copies per job
select job, count(*) from snapshots where verified group by 1

-- enabled automations by trigger
select "trigger", count(*) from definitions where enabled group by 1

-- share of third party consents that were granted
select count(*) filter (where granted)::double / count(*) from consents where purpose = 'third_parties'

-- are all backup jobs enabled? count the enabled ones
select count(*) from jobs where enabled

-- personalisation allowed: how many decisions came from the cookie banner
select count(*) from consents where purpose = 'personalisation' and granted and source = 'cookie banner'

-- latest verified copy: when did it start and of which job is it
select started_at, job from snapshots where verified order by started_at desc limit 1
