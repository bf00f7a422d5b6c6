"""The command line's rooms: one file per command, and beside them what commands share.

Commands read options, run an orchestrator in this process and print. They decide nothing about
data.
"""
