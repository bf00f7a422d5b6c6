"""What is measured: a folder with users in it, and clients of its servers by transport."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from itertools import cycle
from pathlib import Path
from random import Random
from typing import Any

import anyio
from mcp import Client, StdioServerParameters

from benchmarks.measure import ROOT, Op
from mcp_servers.server import build_server
from mcp_servers.serving.door import door_local
from mcp_servers.tiered import Tiered, open_store
from orchestrator.client import connect
from registry.clock import SystemClock
from registry.domain import DomainSpec, load_spec
from registry.settings import Settings, configs_dir

SEED = 7
_COUNTRIES = ("Germany", "France", "Spain", "Italy", "Poland", "Austria")
_PLANS = ("free", "starter", "pro", "enterprise")


@contextmanager
def scratch(where: Path | None) -> Iterator[Path]:
    """A data folder that goes when the block ends."""
    with tempfile.TemporaryDirectory(dir=where, ignore_cleanup_errors=True) as folder:
        yield Path(folder).resolve()


def user_spec() -> DomainSpec:
    return load_spec(configs_dir() / "domains" / "user.yaml")


def users(count: int, *, prefix: str = "u") -> Iterator[dict[str, Any]]:
    """Wire records of `user.users`, about 200 bytes each; the same ones each time."""
    rng = Random(SEED)
    for n in range(count):
        yield {
            "id": f"{prefix}-{n}",
            "name": f"Person {n} of {rng.choice(_COUNTRIES)}",
            "email": f"person{n}@example.org",
            "plan": rng.choice(_PLANS),
            "status": "active",
            "country": rng.choice(_COUNTRIES),
            "signed_up_at": f"2026-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}T08:00:00Z",
        }


async def fill(folder: Path, count: int) -> None:
    """Put `count` users into the folder."""
    records = list(users(count))
    async with connect(Settings(data=folder)) as client:
        for start in range(0, count, 5_000):
            some = records[start : start + 5_000]
            await client.write("user__put", collection="users", records=some)


@asynccontextmanager
async def bare_domain(folder: Path) -> AsyncIterator[tuple[Client, Tiered]]:
    """An in-memory client of the user domain's own server, and its store."""
    spec, clock = user_spec(), SystemClock()
    store = open_store(spec, folder, clock)
    server = build_server(
        spec, store, folder=folder, clock=clock, door=door_local(), rng=Random(SEED)
    )
    try:
        async with Client(server.built.server, cache=None) as client:
            yield client, store
    finally:
        await server.close()


def command(*words: str, folder: Path) -> list[str]:
    """The `isotherm` command of this checkout."""
    return [sys.executable, "-m", "orchestrator.cli", *words, "--data", str(folder)]


@asynccontextmanager
async def over_stdio(*words: str, folder: Path) -> AsyncIterator[Client]:
    """A client of `isotherm WORDS` as a child of this process."""
    program, *rest = command(*words, folder=folder)
    child = StdioServerParameters(command=program, args=rest, cwd=ROOT)
    async with Client(child, cache=None) as client:
        yield client


@asynccontextmanager
async def over_http(*words: str, folder: Path) -> AsyncIterator[Client]:
    """A client of `isotherm WORDS --transport http` as a child of this process."""
    async with http_server(*words, folder=folder) as url, Client(url, cache=None) as client:
        yield client


@asynccontextmanager
async def http_server(*words: str, folder: Path) -> AsyncIterator[str]:
    """The URL that the child says it listens at."""
    line = command(*words, "--transport", "http", "--port", "0", folder=folder)
    async with await anyio.open_process(
        line, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as child:
        assert child.stderr is not None
        lines = b""
        while b'"listening"' not in lines or not lines.endswith(b"\n"):
            lines += await child.stderr.receive()
        said = [json.loads(one) for one in lines.splitlines() if b'"listening"' in one]
        try:
            yield said[0]["url"]
        finally:
            child.terminate()


def calling(client: Client, tool: str, *arguments: dict[str, Any]) -> Op:
    """Calls with these arguments in turn; an answer that is an error ends the benchmark."""
    turns = cycle(arguments)

    async def op() -> Any:
        result = await client.call_tool(tool, next(turns))
        if result.is_error:
            raise RuntimeError(f"{tool}: {result.content}")
        return result.structured_content

    return op


def through(client: Client, tool: str, *arguments: dict[str, Any], write: bool = False) -> Op:
    """The same through the orchestrator: `call_read` or `call_write` of `domain__tool`."""
    wrapped = [{"name": tool, "arguments": one} for one in arguments]
    return calling(client, "call_write" if write else "call_read", *wrapped)
