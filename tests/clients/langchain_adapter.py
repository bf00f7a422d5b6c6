"""LangChain's MCP adapter lists the tools and uses two of them: python langchain_adapter.py stdio|http|sse USER TARGET…"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from langchain_mcp_adapters.client import MultiServerMCPClient


async def main(kind: str, target: list[str], user: str) -> dict[str, Any]:
    connection: dict[str, Any] = {"transport": kind, "url": target[0]}
    if kind == "http":
        connection["transport"] = "streamable_http"
    if kind == "stdio":
        connection = {"transport": "stdio", "command": target[0], "args": target[1:]}
    client = MultiServerMCPClient({"isotherm": connection})  # type: ignore[dict-item]
    tools = {tool.name: tool for tool in await client.get_tools()}
    answer = await tools["ask"].ainvoke({"question": "how many users are there?"})
    got = await tools["get"].ainvoke({"collection": "user.users", "ids": [user]})
    return {"tools": list(tools), "answer": str(answer), "got": str(got)}


print(json.dumps(asyncio.run(main(sys.argv[1], sys.argv[3:], sys.argv[2]))))
