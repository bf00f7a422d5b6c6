"""Adapters: each keeps the contract of one port of `mcp_servers.ports`. None imports another."""
