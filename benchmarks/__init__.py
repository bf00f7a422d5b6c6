"""Measures Isotherm against named things, in one run each. `python3 -m benchmarks.hop` and so on."""
