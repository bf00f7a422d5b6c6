"""The composition root: settings in, a running orchestrator out.

The one place where everything meets.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random, SystemRandom
from typing import Final

import anyio
import structlog

from mcp_servers.serving.door import door_local, door_signed
from mcp_servers.serving.keyfile import load_key
from mcp_servers.serving.tools import Built, build
from mcp_servers.system.server import build_system
from orchestrator.admin import Actions
from orchestrator.ask import Asker
from orchestrator.catalogue import LiveCatalogue
from orchestrator.cooling import Cooling
from orchestrator.links import Links, in_process
from orchestrator.planner import cascade
from orchestrator.planner.network import planner as network
from orchestrator.planner.reading import Further, Planner
from orchestrator.server import FrontDoor
from orchestrator.supervisor import Supervisor
from orchestrator.toolbox import Toolbox
from registry.clock import Clock, SystemClock
from registry.domain import DomainSpec, parse_spec
from registry.errors import IsothermError
from registry.settings import Settings

log: Final = structlog.get_logger("app")
_WATCH_SECONDS: Final = 1.0


@dataclass(slots=True)
class App:
    """A running orchestrator. `built` is its MCP server."""

    settings: Settings
    links: Links
    supervisor: Supervisor
    asker: Asker
    toolbox: Toolbox
    clock: Clock
    epoch: int = -1
    faults: dict[str, str] = field(default_factory=dict)
    _built: Built | None = None
    _lock: anyio.Lock = field(default_factory=anyio.Lock)

    @property
    def catalogue(self) -> LiveCatalogue:
        return self.asker.catalogue

    @property
    def built(self) -> Built:
        assert self._built is not None, "set before `running` yields"
        return self._built

    async def refresh(self) -> None:
        """Take over what changed in the list of domains; announce it."""
        async with self._lock:
            data = await self.links.call(
                "system", "domains", {"since_epoch": self.epoch}, retry=True
            )
            if "domains" not in data:
                return
            wanted = {spec.domain: spec for spec in map(parse_spec, data["domains"])}
            self.faults = dict(data["faults"])
            specs = await self._settle(wanted)
            self.catalogue.adopt(specs)
            self.toolbox.adopt(specs)
            self.epoch = data["epoch"]
        if self._built is not None:
            await self._built.changed()

    async def _settle(self, wanted: dict[str, DomainSpec]) -> dict[str, DomainSpec]:
        """Start, change and stop domains; returns the specs that are now in force."""
        had = self.catalogue.specs
        for name in had.keys() - wanted.keys():
            await self.supervisor.detach(name)
        in_force: dict[str, DomainSpec] = {}

        async def settle(name: str, spec: DomainSpec) -> None:
            try:
                if name not in had or self.links.refused(name):
                    await self.supervisor.attach(spec)
                elif had[name] != spec:
                    await self.supervisor.adopt(spec)
                in_force[name] = spec
            except IsothermError as refusal:
                self.faults[name] = refusal.message
                log.warning("domain-refused", domain=name, code=refusal.code)
                if name in had:
                    in_force[name] = had[name]
                else:
                    # It is there all the same: whoever asks for it hears why it does not answer.
                    self.links.refuse(name, refusal)
                    in_force[name] = spec

        async with anyio.create_task_group() as tasks:
            for name, spec in wanted.items():
                tasks.start_soon(settle, name, spec)
        return {name: in_force[name] for name in wanted if name in in_force}

    async def watch(self) -> None:
        """Once the first callers are served, prepare for questions; then notice what other
        processes did to the list of domains."""
        await anyio.sleep(_WATCH_SECONDS)
        await anyio.to_thread.run_sync(network.ready, await self.asker.warm())
        while True:
            await anyio.sleep(_WATCH_SECONDS)
            try:
                await self.refresh()
            except IsothermError as failure:
                log.warning("watch-failed", code=failure.code)


@asynccontextmanager
async def running(
    settings: Settings,
    *,
    clock: Clock | None = None,
    rng: Random | None = None,
    planner: Planner = cascade.default,
) -> AsyncIterator[App]:
    """A running orchestrator on a data folder; everything is closed when the block ends."""
    clock, rng = clock or SystemClock(), rng or SystemRandom()
    key = load_key(settings.data, rng)
    system = build_system(
        settings.data,
        clock=clock,
        door=door_signed("system", key, clock),
        rng=rng,
        roots=settings.roots,
        backups=settings.backups,
    )
    async with anyio.create_task_group() as tasks:
        links = Links(tasks, clock=clock, key=key)
        supervisor = Supervisor(settings, links, clock=clock, key=key, rng=rng)
        try:
            await links.add("system", in_process(system.built.server, system.built.call))
            catalogue = LiveCatalogue(links.call, clock)
            links.wrote = catalogue.wrote
            further = _further(settings, clock, rng)
            asker = Asker(links.call, catalogue, planner, clock, settings, further)
            app = App(settings, links, supervisor, asker, Toolbox(links), clock)
            await app.refresh()
            app._built = build(_front(app).surface(), door_local(), rng=rng)
            tasks.start_soon(app.watch)
            if settings.cool_every_seconds:
                tasks.start_soon(_cooling(app, rng).run)
            yield app
        finally:
            with anyio.CancelScope(shield=True):
                tasks.cancel_scope.cancel()
                await supervisor.close()
                await system.close()


def _further(settings: Settings, clock: Clock, rng: Random) -> Further | None:
    """The language model that is set up, if one is."""
    if settings.llm_provider is None:
        return None
    # Late: without one, nobody waits for what only it needs.
    from orchestrator.planner.llm.planner import planner

    return planner(settings, clock, rng)


def _cooling(app: App, rng: Random) -> Cooling:
    return Cooling(
        app.links,
        lambda: app.catalogue.specs,
        app.clock,
        rng,
        every_s=app.settings.cool_every_seconds,
        holder=f"{rng.getrandbits(64):016x}",
    )


def _front(app: App) -> FrontDoor:
    actions = Actions(
        links=app.links,
        catalogue=app.catalogue,
        settings=app.settings,
        specs=lambda: app.catalogue.specs,
        faults=lambda: app.faults,
        refresh=app.refresh,
        evolve=app.supervisor.evolve,
        clock=app.clock,
    )
    return FrontDoor(asker=app.asker, links=app.links, toolbox=app.toolbox, actions=actions)
