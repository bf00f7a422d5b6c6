-- who is the tallest of our customers?
-- which teams have a golden retriever
-- list the salaries of the support agents
-- articles in the category gardening
-- invoices mentioning the purchase order, who approved them?
-- what's the phone number of Hanna Lis?
-- show me the sessions from Atlantis
-- users whose favourite colour is blue
refuse
