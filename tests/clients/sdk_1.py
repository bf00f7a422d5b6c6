"""What an MCP client of the SDK's first generation does: python sdk_1.py stdio|http|sse USER TARGET…

TARGET is a URL or a command line. Prints one JSON object of what it saw.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from mcp import ClientSession, StdioServerParameters
from mcp.client.sse import sse_client
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamablehttp_client


def transport(kind: str, target: list[str]) -> Any:
    if kind == "stdio":
        return stdio_client(StdioServerParameters(command=target[0], args=target[1:]))
    return sse_client(target[0]) if kind == "sse" else streamablehttp_client(target[0])


async def main(kind: str, target: list[str], user: str) -> dict[str, Any]:
    async with transport(kind, target) as streams, ClientSession(*streams[:2]) as session:
        greeting = await session.initialize()
        tools = await session.list_tools()

        async def call(name: str, **arguments: Any) -> Any:
            result = await session.call_tool(name, arguments)
            assert result.content and result.content[0].type == "text", result
            assert not result.isError, result.content[0].text
            return result.structuredContent

        receipt = await call("ingest", records=[{"id": user, "name": "Ann"}], into="user.users")
        answer = await call("ask", question="how many users are there?")
        got = await call("get", collection="user.users", ids=[user])
        read = await session.read_resource(f"user://users/{user}")  # type: ignore[arg-type]
        prompts = await session.list_prompts()
        message = await session.get_prompt(prompts.prompts[0].name, {})
        wrong = await session.call_tool("get", {"collection": "user.users", "ids": [user], "x": 1})
        return {
            "era": greeting.protocolVersion,
            "tools": [tool.name for tool in tools.tools],
            "bytes": len(tools.model_dump_json(by_alias=True, exclude_none=True)),
            "stored": receipt["accepted"] + receipt["duplicate"],
            "status": answer["status"],
            "rows": answer["rows"],
            "got": got["records"],
            "read": json.loads(read.contents[0].text),
            "prompts": [prompt.name for prompt in prompts.prompts],
            "message": message.messages[0].content.text,
            "wrong": wrong.isError,
        }


print(json.dumps(asyncio.run(main(sys.argv[1], sys.argv[3:], sys.argv[2]))))
