-- which is our biggest number?
-- how many are there in Germany?
-- what's the average per month?
clarify

-- how much is it in total?
-- what is the share of failed ones?
clarify

-- average per customer?
-- the total please
-- compare the two
clarify

-- what was the rate?
-- how many open?
-- average duration by status
clarify

-- how many?
-- percentage please
clarify
