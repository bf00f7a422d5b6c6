"""Running an MCP server over a transport, for the orchestrator and for a single domain alike.

`serve` returns when the peer closes stdin, on SIGTERM or SIGINT, or when it is cancelled; closing
stores is the caller's part. On stdio, stdout belongs to the protocol: stray prints go to stderr.
"""

from __future__ import annotations

import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, Literal

import anyio
import structlog
import uvicorn
from anyio.abc import TaskStatus
from starlette.types import ASGIApp

from mcp_servers.serving import logs
from mcp_servers.serving.http import bind, http_app, tokens_for
from mcp_servers.serving.stdio import standard_streams
from mcp_servers.serving.tools import Built
from registry import limits
from registry.settings import Settings

log = structlog.get_logger("runtime")
Transport = Literal["stdio", "http"]
_GRACE_SECONDS: Final = 2  # for open streams to end when the server stops


async def serve(
    built: Built,
    settings: Settings,
    *,
    transport: Transport = "stdio",
    host: str | None = None,
    port: int | None = None,
    task_status: TaskStatus[int] = anyio.TASK_STATUS_IGNORED,
) -> None:
    """Serve until told to stop. `host` and `port` override the settings'; port 0 takes a free one.

    Started through a task group, `task_status` gives the bound port (0 for stdio) once requests are
    taken. A line `{"event": "listening", "url": …, "port": …}` on stderr says the same. Raises
    `BadInput` for a bind that would be open to other machines without tokens and allowed hosts,
    `Unavailable` for a port that is taken.
    """
    logs.to_stderr()
    if transport == "stdio":
        async with anyio.create_task_group() as group:
            group.start_soon(_on_signal, group.cancel_scope.cancel)
            await _serve_stdio(built, task_status)
            group.cancel_scope.cancel()
    else:
        host = settings.host if host is None else host
        port = settings.port if port is None else port
        await _serve_http(built, settings, host, port, task_status)


async def _serve_stdio(built: Built, task_status: TaskStatus[int]) -> None:
    async with standard_streams() as (read, write):
        task_status.started(0)
        options = built.server.create_initialization_options()
        await built.server.run(read, write, options)


async def _on_signal(stop: Callable[[], None]) -> None:
    """Call `stop` at SIGTERM or SIGINT, where this thread and system can be told of them."""
    if sys.platform == "win32" or threading.current_thread() is not threading.main_thread():
        return
    with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as received:
        async for _ in received:
            stop()
            return


class _Uvicorn(uvicorn.Server):
    """Uvicorn that says when it listens, and leaves signals to `_on_signal` where that works."""

    def __init__(self, config: uvicorn.Config, listening: Callable[[], None]) -> None:
        super().__init__(config)
        self._listening = listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._listening()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        if sys.platform == "win32":
            with super().capture_signals():
                yield
        else:
            yield


async def _serve_http(
    built: Built, settings: Settings, host: str, port: int, task_status: TaskStatus[int]
) -> None:
    app = http_app(built.server, settings, tokens_for(host, settings))
    bound = bind(host, port)
    port = bound.getsockname()[1]

    def listening() -> None:
        log.info("listening", url=f"http://{host}:{port}/mcp", port=port, server=built.server.name)
        task_status.started(port)

    server = _Uvicorn(_config(app), listening)
    finished = anyio.Event()

    def stop() -> None:
        server.should_exit = True
        built.hang_up()
        app.hang_up()

    async def run() -> None:
        # Shielded: a cancelled server would leave its sessions behind; it is asked to stop instead.
        with anyio.CancelScope(shield=True):
            await server.serve([bound])
        finished.set()

    with bound:
        async with anyio.create_task_group() as group:
            group.start_soon(run)
            group.start_soon(_on_signal, stop)
            try:
                await finished.wait()
            finally:
                stop()
                group.cancel_scope.cancel()


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        ws="none",
        limit_concurrency=limits.HTTP_CONNECTIONS_MAX,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
