"""The Python SDK: the ten tools as methods, over an orchestrator in this process or at a URL.

async with connect(settings) as client:
    answer = await client.ask("how many users signed up last week?")
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from mcp import Client as McpClient

from orchestrator.app import running
from orchestrator.planner import cascade
from orchestrator.planner.reading import Planner
from registry.clock import Clock
from registry.errors import Bug, from_dict
from registry.settings import Settings


class Client:
    """Each method calls the tool of its name and returns its structured data; refusals raise
    IsothermError.
    """

    def __init__(self, mcp: McpClient) -> None:
        self.mcp = mcp

    async def call(self, tool: str, /, **arguments: Any) -> dict[str, Any]:
        """Any of the ten tools. Arguments that are `None` are left out."""
        given = {name: value for name, value in arguments.items() if value is not None}
        result = await self.mcp.call_tool(tool, given)
        data = result.structured_content
        if not isinstance(data, dict):
            raise Bug(f"{tool} answered without data.")
        if result.is_error and "error" in data:
            raise from_dict(data["error"])
        return data

    async def ask(self, question: str, **options: Any) -> dict[str, Any]:
        return await self.call("ask", question=question, **options)

    async def query(self, plan: dict[str, Any], *, cursor: str | None = None) -> dict[str, Any]:
        return await self.call("query", plan=plan, cursor=cursor)

    async def get(self, collection: str, *ids: str) -> dict[str, Any]:
        return await self.call("get", collection=collection, ids=list(ids))

    async def describe(self, name: str | None = None) -> dict[str, Any]:
        return await self.call("describe", name=name)

    async def ingest(self, **arguments: Any) -> dict[str, Any]:
        return await self.call("ingest", **arguments)

    async def tool(self, name: str, /, **arguments: Any) -> dict[str, Any]:
        """A domain's own tool that reads, by `domain__tool`."""
        return await self.call("call_read", name=name, arguments=arguments)

    async def write(self, name: str, /, **arguments: Any) -> dict[str, Any]:
        """A domain's own tool that writes, by `domain__tool`."""
        return await self.call("call_write", name=name, arguments=arguments)


@asynccontextmanager
async def connect(
    settings: Settings, *, clock: Clock | None = None, planner: Planner = cascade.default
) -> AsyncIterator[Client]:
    """A client of an orchestrator that runs in this process for as long as the block lasts."""
    async with (
        running(settings, clock=clock, planner=planner) as app,
        McpClient(app.built.server, cache=None) as mcp,
    ):
        yield Client(mcp)


@asynccontextmanager
async def connect_url(url: str) -> AsyncIterator[Client]:
    """A client of an orchestrator that serves at a URL (`…/mcp`)."""
    async with McpClient(url, cache=None) as mcp:
        yield Client(mcp)
