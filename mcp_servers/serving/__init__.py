"""An MCP server over its transports: requests in, replies out; who calls; what is listed.

Knows no data.
"""
