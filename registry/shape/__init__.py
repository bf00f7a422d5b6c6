"""What an unknown table is: pure rules from cells to a collection.

headers, naming    a header becomes a field's name, its unit, its words
cells              text as typed values, a column at a time
infer              the types of a column, from what its cells allow
shape              a table with its columns' types, keys and references
match, mapping     which known collection it fits, and where each column goes
propose            else the domain that would hold it
identity           the id of a row that has no key
"""
