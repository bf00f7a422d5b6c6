"""Where the domain servers live: in this process, in children, or elsewhere.

One room knows; nobody else asks.

A child is the same program (`isotherm domain serve NAME`) over stdio; its link respawns it when it
dies.
"""

from __future__ import annotations

import sys
from pathlib import Path
from random import Random
from typing import Any

import anyio.to_thread
from mcp import StdioServerParameters

import orchestrator
from mcp_servers.server import DomainServer, build_server
from mcp_servers.serving.door import door_signed
from mcp_servers.tiered import Tiered, open_store
from orchestrator.links import Links, Target, in_process
from registry.clock import Clock
from registry.domain import DomainSpec
from registry.errors import BadInput, shown
from registry.settings import Settings


class Supervisor:
    """Starts, changes and stops domain servers as the topology says.

    One instance per orchestrator.
    """

    def __init__(
        self, settings: Settings, links: Links, *, clock: Clock, key: bytes, rng: Random
    ) -> None:
        self._settings = settings
        self._links = links
        self._clock = clock
        self._key = key
        self._rng = rng
        self._hosted: dict[str, DomainServer] = {}

    async def attach(self, spec: DomainSpec) -> None:
        """Start a domain's server and link it."""
        await self._links.add(spec.domain, await self._target(spec))

    async def _target(self, spec: DomainSpec) -> Target:
        if self._settings.topology == "remote":
            url = self._settings.remotes.get(spec.domain)
            if url is None:
                raise BadInput(f"topology remote: no URL for {spec.domain} under `remotes`.")
            return lambda: url
        if self._settings.topology == "processes":
            return lambda: _child(spec.domain, self._settings.data)
        built = (await self._host(spec)).built
        return in_process(built.server, built.call)

    async def _host(self, spec: DomainSpec) -> DomainServer:
        store = await self._open(spec)
        hosted = self._hosted[spec.domain] = build_server(
            spec,
            store,
            folder=self._settings.data,
            clock=self._clock,
            door=door_signed(spec.domain, self._key, self._clock),
            rng=self._rng,
        )
        return hosted

    async def _open(self, spec: DomainSpec) -> Tiered:
        """A new file takes an fsync or two: not on the event loop."""
        return await anyio.to_thread.run_sync(open_store, spec, self._settings.data, self._clock)

    async def evolve(self, spec: DomainSpec) -> None:
        """Make the stored rows fit a spec; raises `Conflict` where that would lose data.

        Starts nothing.
        """
        hosted = self._hosted.get(spec.domain)
        if hosted is not None:
            await hosted.evolve(spec)
        elif self._settings.topology == "remote":
            raise BadInput(f"{shown(spec.domain)} runs elsewhere; change it there.")
        else:
            store = await self._open(spec)
            await store.close()

    async def adopt(self, spec: DomainSpec) -> None:
        """A running domain takes a changed spec."""
        if spec.domain in self._hosted:
            await self._hosted[spec.domain].evolve(spec)
            return
        await self.evolve(spec)
        await self._links.remove(spec.domain)
        await self.attach(spec)

    async def detach(self, name: str) -> None:
        """Unlink a domain and stop its server."""
        await self._links.remove(name)
        hosted = self._hosted.pop(name, None)
        if hosted is not None:
            await hosted.close()

    async def close(self) -> None:
        """Close what this process hosts. Children end with their links."""
        for hosted in self._hosted.values():
            await hosted.close()
        self._hosted.clear()


def _child(name: str, data: Path) -> Any:
    arguments = ["-m", "orchestrator.cli", "domain", "serve", name, "--data", str(data), "--signed"]
    home = Path(orchestrator.__file__).parent.parent
    return StdioServerParameters(command=sys.executable, args=arguments, cwd=home)
