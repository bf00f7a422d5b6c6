"""A question that continues the one before: "and last month?", "only the failed ones", "top 3".

cues       whether a question goes on from the one before, or stands alone
forms      turns that make sense only after a plan, each a way to say an edit
edits      those edits: plans in, plans out
periods    the window of time before or after a plan's
elsewhere  the same question of another collection
merge      the parts that a turn names, laid over the plan before
planner    all of it in turn, and what was carried over

A question that stands alone is never merged with an earlier one. Pure: plans in, a plan out.
"""
