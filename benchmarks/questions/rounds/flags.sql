-- how many copies have been verified so far?
select count(*) from snapshots where verified

-- newsletter opt-ins vs. opt-outs
select granted, count(*) from consents where purpose = 'newsletter' group by 1

-- workflows that are switched off, how many
select count(*) from definitions where not enabled
