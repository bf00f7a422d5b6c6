"""A question cut into clauses before it is read.

sentence     the question as tokens, one letter per meaningful stretch
cutting      where the head ends, and what is asked for afterwards
request      what is asked, in collections and fields, before any join is known
sense        which collection each word means, given the others
read         all of it in turn, into a draft
  pace       from one calendar bucket to the next
  ordering   in what order
  grouping   what there is one row for
  ranking    a superlative, and (ranked) what it does to the request
  amounts    how long, how much; folds that stand behind; units that are asked for
  conditions which records: comparisons, values, times, absences, and how they go together
  asking     what is shown: columns, extremes, and what comes trailing at the end
  shares     parts of a whole
sides        two sides, each read alone; twofold puts them together
either       values held against each other, of which one has more
figures      several figures, each with its own condition: read and put together likewise
series       tables of many series
lower        a request as a plan: root, joins, plans within plans; outputs are its columns
evidence     what speaks for the reading and what against it
planner      all of that as one reading
"""
