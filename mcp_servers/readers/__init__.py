"""Reading foreign files: CSV, JSON, JSON Lines, Parquet, SQLite, and these packed.

`parent` starts the limited process that does it, `child` is that process. Everything else here runs
in the child only.
"""
