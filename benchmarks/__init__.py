"""Isotherm measured against named things, in one run each: `python3 -m benchmarks.hop`, …"""
