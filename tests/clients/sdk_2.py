"""The same with the SDK's second generation, in the newer era: python sdk_2.py stdio|http|sse USER TARGET…"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from mcp import Client, StdioServerParameters
from mcp.client.sse import sse_client


def transport(kind: str, target: list[str]) -> Any:
    if kind == "stdio":
        return StdioServerParameters(command=target[0], args=target[1:])
    return sse_client(target[0]) if kind == "sse" else target[0]


async def main(kind: str, target: list[str], user: str) -> dict[str, Any]:
    async with Client(transport(kind, target)) as client:
        tools = await client.list_tools()

        async def call(name: str, **arguments: Any) -> Any:
            result = await client.call_tool(name, arguments)
            assert result.content and result.content[0].type == "text", result
            assert not result.is_error, result.content[0].text
            return result.structured_content

        receipt = await call("ingest", records=[{"id": user, "name": "Ann"}], into="user.users")
        answer = await call("ask", question="how many users are there?")
        got = await call("get", collection="user.users", ids=[user])
        read = await client.read_resource(f"user://users/{user}")
        prompts = await client.list_prompts()
        message = await client.get_prompt(prompts.prompts[0].name, {})
        wrong = await client.call_tool("get", {"collection": "user.users", "ids": [user], "x": 1})
        return {
            "era": client.session.protocol_version,
            "tools": [tool.name for tool in tools.tools],
            "bytes": len(tools.model_dump_json(by_alias=True, exclude_none=True)),
            "stored": receipt["accepted"] + receipt["duplicate"],
            "status": answer["status"],
            "rows": answer["rows"],
            "got": got["records"],
            "read": json.loads(read.contents[0].text),
            "prompts": [prompt.name for prompt in prompts.prompts],
            "message": message.messages[0].content.text,
            "wrong": wrong.is_error,
        }


print(json.dumps(asyncio.run(main(sys.argv[1], sys.argv[3:], sys.argv[2]))))
