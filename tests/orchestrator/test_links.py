"""A link calls a real MCP server; when that falls sick, only its own calls suffer, and it comes back."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import anyio
import pytest

from mcp_servers.serving.door import door_signed
from mcp_servers.serving.tools import build
from orchestrator.links import Links, in_process
from registry.access import Principal
from registry.clock import SystemClock
from registry.errors import Conflict, Denied, IsothermError, Unavailable, UnknownDomain
from registry.tool import Call, Params, Reply, Surface, Tool

pytestmark = pytest.mark.anyio
KEY = bytes(32)
CLOCK = SystemClock()


class Nothing(Params):
    pass


async def who(call: Call, params: Nothing) -> Reply:
    return Reply(
        {
            "subject": call.principal.subject,
            "tenant": call.principal.tenant,
            "internal": call.internal,
        }
    )


async def refuse(call: Call, params: Nothing) -> Reply:
    raise Conflict("somebody was faster", retry_after_ms=7)


def server(name: str, key: bytes = KEY):  # type: ignore[no-untyped-def]
    tools = (
        Tool("who", "Who", "Says who calls.", Nothing, who),
        Tool("refuse", "Refuse", "Says no.", Nothing, refuse),
    )
    surface = Surface(name, name, "", "1", tools=lambda: tools)
    return build(surface, door_signed(name, key, CLOCK), rng=Random(1)).server


@asynccontextmanager
async def links() -> AsyncIterator[Links]:
    async with anyio.create_task_group() as tasks:
        yield Links(tasks, clock=CLOCK, key=KEY)
        tasks.cancel_scope.cancel()


async def test_the_principal_travels_signed_and_the_call_is_internal() -> None:
    async with links() as found:
        await found.add("a", in_process(server("a")))
        data = await found.call("a", "who", {}, principal=Principal("ada", "acme", ("reader",)))
        assert data == {"subject": "ada", "tenant": "acme", "internal": True}


async def test_a_token_of_another_key_is_denied() -> None:
    async with links() as found:
        await found.add("a", in_process(server("a", key=bytes(31) + b"x")))
        with pytest.raises(Denied):
            await found.call("a", "who", {})


async def test_a_refusal_comes_back_as_the_error_it_was() -> None:
    async with links() as found:
        await found.add("a", in_process(server("a")))
        with pytest.raises(Conflict, match="somebody was faster") as caught:
            await found.call("a", "refuse", {})
        assert caught.value.retry_after_ms == 7


async def test_an_unknown_domain_is_named() -> None:
    async with links() as found:
        with pytest.raises(UnknownDomain, match="'nope'"):
            await found.call("nope", "who", {})


@pytest.mark.promise(9)
async def test_a_domain_that_cannot_start_harms_only_its_own_calls() -> None:
    def broken() -> object:
        raise OSError("no such program")

    async with links() as found:
        await found.add("bad", broken)
        await found.add("good", in_process(server("good")))
        assert (await found.call("good", "who", {}))["internal"]
        health = {h["domain"]: h for h in found.health()}
        assert health["good"]["up"] and not health["bad"]["up"]
        assert health["bad"]["error"] == "OSError"


CHILD = """
import sys
sys.path.insert(0, sys.argv[1])
import anyio
from mcp.server.stdio import stdio_server
from tests.orchestrator.test_links import server

async def main():
    made = server("child")
    async with stdio_server() as (read, write):
        await made.run(read, write, made.create_initialization_options())

anyio.run(main)
"""


@pytest.mark.promise(9)
async def test_a_killed_child_is_started_again() -> None:
    from mcp import StdioServerParameters

    root = str(Path(__file__).parents[2])
    target = StdioServerParameters(command=sys.executable, args=["-c", CHILD, root])
    async with links() as found:
        await found.add("child", lambda: target)
        assert (await found.call("child", "who", {}))["internal"]
        found._links["child"].broken.set()
        with anyio.fail_after(30):
            while True:
                try:
                    await found.call("child", "who", {}, retry=True)
                except Unavailable:
                    await anyio.lowlevel.checkpoint()
                else:
                    if found._links["child"].restarts:
                        break


async def test_a_removed_domain_is_gone() -> None:
    async with links() as found:
        await found.add("a", in_process(server("a")))
        await found.remove("a")
        with pytest.raises(IsothermError):
            await found.call("a", "who", {})
        assert found.domains == ()
