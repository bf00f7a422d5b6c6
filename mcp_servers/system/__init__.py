"""The `system` server: what the orchestrator remembers, behind MCP like every other server."""
