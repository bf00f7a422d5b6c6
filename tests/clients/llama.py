"""LlamaIndex's MCP tool spec lists the tools and uses two of them: python llama.py stdio|http|sse USER TARGET…"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from llama_index.tools.mcp import BasicMCPClient, McpToolSpec


async def main(target: list[str], user: str) -> dict[str, Any]:
    client = BasicMCPClient(target[0], args=target[1:])
    tools = {
        tool.metadata.name: tool for tool in await McpToolSpec(client=client).to_tool_list_async()
    }
    answer = await tools["ask"].acall(question="how many users are there?")
    got = await tools["get"].acall(collection="user.users", ids=[user])
    return {"tools": list(tools), "answer": str(answer), "got": str(got)}


print(json.dumps(asyncio.run(main(sys.argv[3:], sys.argv[2]))))
