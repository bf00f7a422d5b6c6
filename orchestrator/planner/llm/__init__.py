"""The last planner: a language model, asked where no other planner is sure, and only if one is set
up. Off by default.

    excerpt     the part of the catalogue that it is told
    message     what it is asked, the question and the catalogue as data
    reply       the form of its reply
    provider    llama-index: one message, one reply (`transport`: its bounds)
    grounds     whether a plan says only what the question or the catalogue said
    asking      tries, deadlines, one correction
    planner     readings of the reply beside those of the other planners

What it replies is only ever parsed as a plan and checked like one: a hostile reply can be refused
and nothing else. None of its words reach an answer but names in its plan.
"""
