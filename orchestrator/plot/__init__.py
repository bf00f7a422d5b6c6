"""Answers as drawings: an answer in its wire form goes in (`chart_of`), lines for a terminal
(`terminal.lines`) or the bytes of a PNG (`png.png`) come out.

Pure. What cannot be drawn is no error: `chart_of` says why in one line. It never runs or changes a
plan, and never draws a number that the answer does not hold.
"""
