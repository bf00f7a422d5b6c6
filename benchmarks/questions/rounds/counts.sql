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

-- Could you tell me how many different people have left a comment on our articles?
select count(distinct author) from comments

-- nr of connections to Slack
select count(*) from connections where provider = 'Slack'

-- How many articles are live right now?
select count(*) from articles where status = 'published'

-- how many policies are on file
select count(*) from documents where kind = 'policy'

-- consent decisions that came in through the sign-up form, how many are there?
select count(*) from consents where source = 'sign-up form'

-- How many people at Copper Market have an account with us?
select count(*) from users u join teams t on t.id = u.team where t.name = 'Copper Market'

-- How many pages were viewed in total?
select count(*) from page_views

-- total no. of contracts on file
select count(*) from documents where kind = 'contract'

-- Count how many admins there are.
select count(*) from users where role = 'admin'

-- number of tasks that got skipped
select count(*) from tasks where status = 'skipped'

-- On how many different hosts have our services written logs?
select count(distinct host) from entries

-- how often did somebody invite a teammate
select count(*) from events where name = 'invited_teammate'

-- how many policies have been filed
select count(*) from documents where kind = 'policy'

-- I'd like to know the number of healthcare companies we serve.
select count(*) from teams where industry = 'healthcare'

-- From how many different countries did people try to sign in?
select count(distinct country) from logins

-- how many different automations have been run so far
select count(distinct workflow) from runs

-- number of portability requests on record
select count(*) from requests where kind = 'portability'

-- I need the count of deliveries that came back with a 429
select count(*) from deliveries where http_status = 429

-- users in London, how many have we got
select count(*) from users where city = 'London'

-- Quick one: how many backup jobs exist?
select count(*) from jobs

-- How many audit entries are about a changed role?
select count(*) from audit where action = 'changed_role'

-- how many snapshots exist for files-weekly?
select count(*) from snapshots where job = 'files-weekly'

-- from how many different readers do we have comments
select count(distinct author) from comments

-- data requests that Inès Laurent handles: how many in all?
select count(*) from requests r join users u on u.id = r.handled_by where u.name = 'Inès Laurent'
