"""A question read by its shape under one root: its words as items, one letter each, which slots
turn into a plan. Beside `clauses`, which reads it piece by piece."""
