-- who is the tallest of our customers?
-- which teams have a golden retriever
-- list the salaries of the support agents
-- articles in the category gardening
-- invoices mentioning the purchase order, who approved them?
-- what's the phone number of Hanna Lis?
-- show me the sessions from Atlantis
-- users whose favourite colour is blue
refuse

-- what's the weather in Hamburg today
-- users with a moustache
-- which teams are blocked by their bank?
-- list all suppliers
-- articles written by Shakespeare
-- conversations in the channel fax
-- remove every draft article please
-- how far is the moon?
-- shoe size of the admins
-- tickets escalated to the CEO
refuse
