"""Planners: pure functions from a question to readings of it.

    Planner = (Question, Catalogue, Context) -> Readings

A planner sees the question, the catalogue (specs and stored vocabulary) and the clock. It has no
tools, no rows and no secrets. `cascade` puts a question to the planners in turn; `ask.py` chooses
among readings, runs them, asks back or refuses.

The rules planner (`rules`), in the order a question passes through:

    words, grammar              tokens, stems, numbers in words; words that only serve
    phrasing/                   greetings, misspelt words and turns of phrase
    times/                      windows and buckets of time
    literals                    quoted text, numbers compared with, codes
    vocabulary, lexicon         every phrase of the catalogue and what it may mean
    spans, inflected, around    the phrases found in the question, judged by the words around them
    graph, source               which collection is meant, and the ways to the others
    asked                       all that holds of the question under every root
    clauses/                    read piece by piece, each piece with its effect
    shape/                      read by its shape under one root: items, slots, a checked plan
    marks, confidence, odds     what speaks for each of the two readings, weighed
    shown, refusal, describe    the columns a person expects; why not; a plan in a sentence

Of data that nobody described the trained `network` is asked, too: `choice` weighs what both read,
by their `meaning`s and by what the plans bring when `ask.py` runs them.

Beside it: `followup` edits the plan before, where a question goes on from one; `languages` puts
questions of other languages into English before anybody else reads them. What an answer shows of
its reading is `orchestrator.evidence`'s.
"""
