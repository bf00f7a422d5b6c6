"""Measuring how well questions are answered, on suites of questions with known answers.

suite     what a suite folder says, checked
gold      the right rows of a question
same      whether an answer's rows are the right ones
run       each database as a domain in a scratch folder, each question asked
report    the figures
"""
