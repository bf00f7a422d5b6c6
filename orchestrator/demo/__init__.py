"""The sample company of `isotherm demo`: its records and the questions asked about them.

Pure: everything follows from a seed and an instant. No storage, no MCP, no clock.
"""
