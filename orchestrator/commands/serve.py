"""`isotherm serve`: the orchestrator over stdio or HTTP, until its peer or a signal ends it."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from orchestrator.commands import options, screen
from orchestrator.commands.session import with_app

if TYPE_CHECKING:
    from orchestrator.app import App


class Transport(StrEnum):
    stdio = "stdio"
    http = "http"


class Topology(StrEnum):
    inproc = "inproc"
    processes = "processes"
    remote = "remote"


TransportOption = Annotated[
    Transport, typer.Option("--transport", help="http: /mcp, legacy SSE at /sse, /healthz.")
]
Host = Annotated[str | None, typer.Option("--host", help="Address to bind, 127.0.0.1 unless told.")]
Port = Annotated[
    int | None, typer.Option("--port", min=0, max=65_535, help="8700 unless told; 0: a free one.")
]


def serve(
    transport: TransportOption = Transport.stdio,
    host: Host = None,
    port: Port = None,
    topology: Annotated[
        Topology | None, typer.Option(help="Where the domains run; inproc unless told.")
    ] = None,
    data: options.Data = None,
    config: options.Config = None,
) -> None:
    """Serve the orchestrator to MCP clients."""
    where = None if topology is None else topology.value
    settings = options.settings_of(data, config, topology=where, host=host, port=port)
    hint_on_terminal(transport)

    async def work(app: App) -> None:
        # Late: the web server, which only this command needs.
        from mcp_servers.serving.runtime import serve as run

        await run(app.built, settings, transport=transport.value)

    with_app(settings, work)


def hint_on_terminal(transport: Transport) -> None:
    """A person at a keyboard sees nothing happen on stdio: say what is being waited for."""
    if transport is Transport.stdio and sys.stdin.isatty():
        screen.note(
            "Waiting for an MCP client on stdin; Ctrl-D ends it. `isotherm connect` sets a client "
            "up, `--transport http` serves a port."
        )
