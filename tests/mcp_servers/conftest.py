"""Fixtures of the middle floor."""

from tests.mcp_servers.houses import run

__all__ = ["run"]
