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

-- which employees are on holiday next week?
-- documents signed by a notary
-- how loud is the server room
-- teams sorted by their stock price
-- logins with a fingerprint
-- invoices in the status disputed
-- give me a recipe for pancakes
-- could you reboot web-1 for me
-- which articles did Santa Claus write?
-- users older than 40 years
refuse

-- which agent drinks the most coffee?
-- teams with a fleet of trucks
-- blood type of the users
-- tickets in the status frozen
-- what time is it in Tokyo?
-- users living on Mars
-- please merge the two Summit teams
-- how many lines of code does the api have
-- invoices paid in bitcoin
refuse

-- average salary of the support agents
-- how many parking spaces does each team have
-- share of users with a driving licence
-- invoices by payment card brand
-- gender split of our customers
-- how many users in the town of Atlantis?
refuse

-- average height of our users
-- how many cars does the company own
-- revenue by sales representative
-- percentage of employees working from home
-- number of tickets written on paper
-- churn reason by industry
refuse

-- average age of the customers
-- how many invoices were paid in bitcoin
-- percentage of users with children
-- tickets by mood of the customer
-- number of drones per warehouse
-- share of revenue that comes from resellers
refuse

-- average commute time of our staff
-- how many patents does each team hold
-- share of invoices paid with a credit card
-- which customers own a dog?
-- tickets by weather
-- number of meetings per employee
refuse

-- which customers have a dog?
-- how much do we spend on rent
-- sessions with a virtual reality headset
-- tickets written in Klingon
-- show me the passwords of the users
-- who won the world cup?
-- average height of the support agents
-- articles in the category cooking
-- please assign ticket c-0001 to Ella Davis
refuse

-- which users smoke?
-- number of employees per office
-- revenue per square meter
-- average shoe size by country
refuse

-- What discount did we give Alder Goods when they signed?
-- reset the password of Ben Hall please
-- how many goals did Germany score at the last world cup
refuse

-- How many kilometres did our sales reps drive last month?
-- what's the wifi password of the Hamburg office
-- please close all tickets that are older than a year
refuse

-- which of our agents has a dog?
-- refund invoice 2026-00588
-- what time is it in Tokyo when it is noon in New York?
refuse

-- how many parking spaces do we have at the office
-- who is the CEO of Microsoft?
-- assign ticket c-0100 to Mia Lange
refuse

-- how much do we pay for our AWS servers each month?
-- archive all tickets older than a year
-- what's a good restaurant near our Hamburg office
refuse

-- average commute time of our employees
-- convert 5 miles to kilometers
-- which of our customers will not pay their next invoice?
refuse

-- what blood type does Clara Vogel have
-- how many tickets will come in next week?
-- how many users on the platinum plan pay by cheque?
refuse

-- what is the monthly rent of our office?
-- how do I center a div in CSS
-- resend all the failed deliveries
refuse
