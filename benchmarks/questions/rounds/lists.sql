-- pull up everybody at Copper Metals, just their names
select u.name from users u join teams t on t.id = u.team where t.name = 'Copper Metals'

-- which cities do our Swedish users live in?
select distinct city from users where country = 'Sweden'

-- get me the numbers of every overdue invoice
select number from invoices where status = 'overdue'

-- what automations does Uwe Maier look after?
select d.name from definitions d join users u on u.id = d.owner where u.name = 'Uwe Maier'
-- @further

-- urgent tickets that are still open or waiting: subject please
select subject from conversations where priority = 'urgent' and status <> 'solved'

-- who are the admins of Beacon Market?
select u.name from users u join teams t on t.id = u.team where t.name = 'Beacon Market' and u.role = 'admin'
-- @further

-- What operating systems did visitors use?
select distinct os from sessions
