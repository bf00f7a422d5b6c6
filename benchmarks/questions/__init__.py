"""The in-house questions: what people asked for, and the right rows of each.

book        the questions and their golds as written by hand
tables      the demo company in a database of its own, that no part of the product has touched
workshop    a file of another trade, for questions about data that nobody described
build       writes the suites that `isotherm eval` reads

Golds never pass through the product's planner or engines. See the README beside this file.
"""
