"""Planners: pure functions from a question to readings of it.

    Planner = (Question, Catalogue, Context) -> Readings

A planner sees the question, the catalogue (specs and stored vocabulary) and the clock. It has no
tools, no rows and no secrets. `ask.py` chooses among readings, runs them, asks back or refuses.
"""
