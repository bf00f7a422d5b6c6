"""One domain's server without an orchestrator: a spec and a data folder in, a served domain out."""

from __future__ import annotations

from random import SystemRandom

import anyio
import anyio.to_thread

from mcp_servers.server import build_server
from mcp_servers.serving.door import door_signed
from mcp_servers.serving.keyfile import load_key
from mcp_servers.serving.runtime import Transport, serve
from mcp_servers.tiered import open_store
from registry.access import LOCAL
from registry.clock import SystemClock
from registry.domain import DomainSpec
from registry.settings import Settings


async def serve_alone(
    spec: DomainSpec, settings: Settings, *, transport: Transport, signed: bool
) -> None:
    """Serve until the peer or a signal ends it.

    `signed`: an orchestrator's child, which answers that orchestrator only; otherwise whoever gets
    through the transport is the local administrator, or whom their bearer token names.
    """
    clock, rng = SystemClock(), SystemRandom()
    key = load_key(settings.data, rng)
    store = await anyio.to_thread.run_sync(open_store, spec, settings.data, clock)
    server = build_server(
        spec,
        store,
        folder=settings.data,
        clock=clock,
        door=door_signed(spec.domain, key, clock, fallback=None if signed else LOCAL),
        rng=rng,
    )
    try:
        async with anyio.create_task_group() as group:
            if settings.cool_every_seconds:
                group.start_soon(store.heat.flush_every, settings.cool_every_seconds)
            await serve(server.built, settings, transport=transport)
            group.cancel_scope.cancel()
    finally:
        with anyio.CancelScope(shield=True):
            await server.close()
