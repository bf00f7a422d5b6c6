"""The middle floor: one MCP server per domain, and the only rooms that touch record bytes."""
