"""A question cut into clauses before it is read.

sentence     the question as tokens, one letter per meaningful stretch
cutting      where the head ends, and what is asked for afterwards
request      what is asked, in collections and fields, before any join is known
sense        which collection each word means, given the others
read         all of it in turn, into a draft
  ordering   in what order
  grouping   what there is one row for
  ranking    a superlative, and (ranked) what it does to the request
  conditions which records: comparisons, values, times, absences, and how they go together
  asking     what is shown
lower        a request as a plan: root, joins, plans within plans
evidence     what speaks for the reading and what against it
planner      all of that as one reading
"""
