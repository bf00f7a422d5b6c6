"""Training the network that writes sketches (`isotherm train`; needs the extra `train`).

Imported by that command only; what it makes is a folder of weights that `planner.network` reads.

    gold, render           SQL as sketches, and sketches as SQL over the source
    spider, wikisql        the given questions, seen through catalogues as ingest makes them
    catalogues             those catalogues, made once by ingesting each database
    transplant             the same question about other data
    inventions             schemas of several tables that nobody has
    prepare, model, learn  arrays, the network, the loop
    measure                how often the right rows come out, on databases kept apart
    quarters, export       embeddings in four bits; the files of a folder of weights
    rounds, train          what is learned when; all of it, with a report
"""
