"""Questions in other languages than English, put into the planners' own words before they read.

pack        one language's words as data (`configs/languages`): grammar, calendar, numbers, names
detect      which language a question is in, told by its function words
translate   a question word by word, with where each English word came from
planner     a planner that understands all of them

No grammar of a language is known here: the planners look for words, so words are what is changed.
An English question passes through as it is.
"""
