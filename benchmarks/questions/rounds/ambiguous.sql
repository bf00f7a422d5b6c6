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

-- which one was the slowest?
clarify

-- what is the total for September?
clarify

-- how many were late?
clarify

-- can you give me the numbers for Germany?
clarify

-- give me the last ten
clarify

-- what's the highest value we had this year?
clarify

-- how long did it take yesterday?
clarify

-- how many were there last week?
clarify
