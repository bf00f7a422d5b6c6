"""A small server on stdio, for the tests of the transport. Its tool prints to stdout on purpose."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import anyio

from mcp_servers.serving.door import door_local
from mcp_servers.serving.runtime import serve
from mcp_servers.serving.tools import build
from registry.settings import Settings
from registry.tool import Call, Params, Reply, Surface, Tool


class TextParams(Params):
    text: str = ""


async def echo(call: Call, params: TextParams) -> Reply:
    print("stray print", flush=True)
    await anyio.to_thread.run_sync(subprocess.run, [sys.executable, "-c", "print('stray child')"])
    return Reply({"text": params.text}, params.text)


async def breaks(call: Call, params: TextParams) -> Reply:
    raise KeyError(params.text)


TOOLS = tuple(
    Tool(handler.__name__, "Title", "About it.", TextParams, handler) for handler in (echo, breaks)
)


async def main() -> None:
    surface = Surface("demo", "Demo", "Use it.", "1", lambda: TOOLS)
    await serve(build(surface, door_local()), Settings(data=Path()))
    print("closed", file=sys.stderr, flush=True)


anyio.run(main)
