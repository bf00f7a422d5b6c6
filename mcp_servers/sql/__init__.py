"""Plans to SQL, for the engine of the rows and the engine of the segments.

Pure: opens nothing, binds every value.
"""
