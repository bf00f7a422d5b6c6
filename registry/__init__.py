"""The ground floor: nouns and rules. No network, no MCP, no driver."""
