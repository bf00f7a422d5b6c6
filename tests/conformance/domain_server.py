"""A built-in domain alone over HTTP, for the conformance suite. `python domain_server.py FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path
from random import Random

import anyio

from mcp_servers.server import build_server
from mcp_servers.serving.door import door_local
from mcp_servers.serving.runtime import serve
from mcp_servers.tiered import open_store
from registry.clock import SystemClock
from registry.domain import load_spec
from registry.settings import Settings, configs_dir


async def main(folder: Path) -> None:
    spec, clock = load_spec(configs_dir() / "domains" / "chat.yaml"), SystemClock()
    store = open_store(spec, folder, clock)
    server = build_server(spec, store, folder=folder, clock=clock, door=door_local(), rng=Random(1))
    try:
        await serve(server.built, Settings(data=folder), transport="http", port=0)
    finally:
        await server.close()


if __name__ == "__main__":
    anyio.run(main, Path(sys.argv[1]))
