"""The trained network: a question beside a schema, read by a small encoder, becomes a sketch that a
small decoder writes token by token, only ever what the grammar allows.

    schema, narrow         the catalogue as numbered tables and columns; the part that is meant
    mentions               literals of the question, and the stored texts they equal
    sketch, tokens, states what a question means; as numbers; what may follow what
    pieces, features       arrays for the encoder
    sessions, names        the graphs as they run; what was read of names, kept
    search                 the likeliest sketches
    plans, unplanned       sketches as checked plans; plans of others as sketches
    engine, planner        all of it; the door to it, behind the planners' signature

Nothing here trains: that is `orchestrator.training`, which no other room imports.
"""
