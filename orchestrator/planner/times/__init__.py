"""Time in a question: windows, and buckets of it. Works on words alone; knows no data."""
