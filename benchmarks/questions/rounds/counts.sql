-- I need the headcount of guests on our books
select count(*) from users where role = 'guest'

-- tally up the log lines that came from worker-1 at level warning
select count(*) from entries where host = 'worker-1' and level = 'warning'

-- how often did somebody tamper with a policy?
select count(*) from audit where action = 'changed_policy'

-- from how many different countries do visits arrive?
select count(distinct country) from sessions

-- how many separate customers ever wrote to support by phone
select count(distinct customer) from conversations where channel = 'phone'

-- how many companies have at least one broken connection
select count(distinct team) from connections where status = 'broken'

-- quick one: how many owners are there across all companies?
select count(*) from users where role = 'owner'

-- I'd like the amount of snapshots that only partially went through
select count(*) from snapshots where status = 'partial'

-- how many individual people ran a search in the product?
select count(distinct user) from events where name = 'ran_search'

-- tell me how many hosts have ever raised an alert
select count(distinct host) from alerts

-- number of users that have logged in with google at least one time
select count(distinct user) from logins where method = 'google'

-- could you count the backup copies nobody has test-restored yet?
select count(*) from snapshots where not verified

-- how many of our contracts are filed for a customer
select count(*) from documents where kind = 'contract' and team is not null

-- what number of automations are switched off?
select count(*) from definitions where not enabled

-- how many cities do our users live in
select count(distinct city) from users

-- unique people who left a comment, count
select count(distinct author) from comments

-- whats the number of invited people who have not joined
select count(*) from users where status = 'invited'

-- can i get a count of tablet visits
select count(*) from sessions where device = 'tablet'

-- number of different features people touched on mobile
select count(distinct feature) from events where device = 'mobile'

-- in how many countries do we have client companies
select count(distinct country) from teams

-- how many agents answered at least one conversation
select count(distinct agent) from conversations

-- amount of rectification requests in total
select count(*) from requests where kind = 'rectification'

-- how many staff accounts exist?
select count(*) from users where role = 'staff'

-- total count of desktop page loads... i mean events on desktop
select count(*) from events where device = 'desktop'

-- number of different machines that wrote fatal lines
select count(distinct host) from entries where level = 'fatal'

-- how many customers ever rated us five?
select count(distinct customer) from conversations where rating = 5
