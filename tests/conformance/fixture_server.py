"""The server that the official conformance suite is run against: its fixtures, on our registration
and transport.

`python fixture_server.py [PORT]`; a line on stderr says where it listens.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import anyio
import fixture_contents
import fixture_inputs
import mcp_types as types

from mcp_servers.serving.door import door_local
from mcp_servers.serving.runtime import serve
from mcp_servers.serving.tools import Built, build
from registry.settings import Settings
from registry.tool import Call, Reply, Surface, Tool


class Fixture:
    """The surface, and the server built from it."""

    def __init__(self) -> None:
        change = fixture_contents.tool
        self._tools: tuple[Tool, ...] = (
            *fixture_contents.TOOLS,
            *fixture_inputs.TOOLS,
            change("test_trigger_tool_change", self._change),
            change("test_trigger_prompt_change", self._change),
        )
        surface = Surface(
            name="conformance-fixture",
            title="Conformance fixture",
            instructions="Fixtures of the conformance suite.",
            version="0.1.0",
            tools=lambda: self._tools,
            resources=lambda: fixture_contents.RESOURCES,
            prompts=lambda: fixture_contents.PROMPTS,
            read=fixture_contents.read,
            prompt=self._prompt,
        )
        self.built: Built = build(surface, door_local())
        self._accept_legacy_methods()

    async def _change(self, call: Call, params: Any) -> Reply:
        await self.built.changed()
        return Reply({}, "Changed.")

    async def _prompt(self, call: Call, name: str, given: dict[str, str]) -> Any:
        if name != "test_input_required_result_prompt":
            return fixture_contents.plain_prompt(name, given)
        schema = {
            "type": "object",
            "properties": {"context": {"type": "string"}},
            "required": ["context"],
        }
        asked = {"user_context": fixture_inputs.ask_name("What context?", schema)}
        if fixture_inputs.answers(call, asked) is None:
            return fixture_inputs.needed(asked)
        return "Use the context."

    def _accept_legacy_methods(self) -> None:
        """Methods of the handshake era that our own servers do not offer."""

        async def accept(ctx: Any, params: Any) -> types.EmptyResult:
            return types.EmptyResult()

        for method, params in (
            ("logging/setLevel", types.SetLevelRequestParams),
            ("resources/subscribe", types.SubscribeRequestParams),
            ("resources/unsubscribe", types.UnsubscribeRequestParams),
        ):
            self.built.server.add_request_handler(method, params, accept)


async def main(port: int) -> None:
    await serve(Fixture().built, Settings(data=Path()), transport="http", port=port)


if __name__ == "__main__":
    anyio.run(main, int(sys.argv[1]) if len(sys.argv) > 1 else 0)
