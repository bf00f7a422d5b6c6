"""A domain's MCP server: a spec and a store in, a `Surface` with the standard and the domain's own
tools out.

Everything is made from the spec; a thirteenth domain needs no code. `evolve` replaces the spec
while clients are connected, and tells them.
"""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Final

from mcp_servers import arguments, domains, views
from mcp_servers.places import Places
from mcp_servers.serving.door import Door
from mcp_servers.serving.tools import Built, build
from mcp_servers.soundness import Soundness
from mcp_servers.subjects import Subjects
from mcp_servers.tiered import Tiered
from mcp_servers.upkeep import Upkeep
from mcp_servers.verbs import Verbs
from registry.clock import Clock
from registry.domain import DomainSpec
from registry.errors import BadInput, shown
from registry.tool import Call, Hint, Params, Prompt, Resource, Surface, Tool

VERSION: Final = "0.1.0"


_Row = tuple[str, str, str, type[Params], Hint]
#: name, title ("{}": the domain), description, arguments, hint; in the order an agent reads them
_STANDARD: Final[tuple[_Row, ...]] = (
    (
        "query",
        "Query {}",
        "Filter, join, group and measure records by a typed plan. Read-only.",
        arguments.QueryParams,
        "read",
    ),
    (
        "search",
        "Search {}",
        "Find records by words in their texts; returns ids, labels and snippets.",
        arguments.SearchParams,
        "read",
    ),
    (
        "get",
        "Get from {}",
        "Read records by id. Ids that do not exist come back in `missing`.",
        arguments.GetParams,
        "read",
    ),
    (
        "describe",
        "Describe {}",
        "Collections, fields, types, allowed values, row counts and time ranges.",
        arguments.DescribeParams,
        "read",
    ),
    (
        "stats",
        "Size of {}",
        "Rows, time range and tier of each collection, and how the cache does.",
        arguments.StatsParams,
        "read",
    ),
    (
        "put",
        "Write to {}",
        "Store whole records; same id or key: replaced. All or none of them, unless partial.",
        arguments.PutParams,
        "write",
    ),
    (
        "delete",
        "Delete in {}",
        "Delete records by id. Ids that do not exist are ignored.",
        arguments.DeleteParams,
        "destructive",
    ),
    (
        "load",
        "Load into {}",
        "Load a table of a staged source into a collection; loading it twice stores it once.",
        arguments.LoadParams,
        "write",
    ),
)
_INTERNAL: Final = frozenset({"load"})
#: a repeat may store more: records without key and id get a new one each time
_NOT_IDEMPOTENT: Final = frozenset({"put"})


def standard_tools(verbs: Verbs) -> tuple[Tool, ...]:
    """The tools that every domain has."""
    called = verbs.spec.title or verbs.spec.domain
    return tuple(
        Tool(
            name,
            title.format(called),
            description,
            params,
            getattr(verbs, name),
            hint=hint,
            idempotent=name not in _NOT_IDEMPOTENT,
            internal=name in _INTERNAL,
        )
        for name, title, description, params, hint in _STANDARD
    )


class DomainServer:
    """One domain's running server. `built.server` goes to a transport or an in-memory client."""

    built: Built

    def __init__(self, verbs: Verbs, door: Door, rng: Random) -> None:
        self._verbs = verbs
        self._renew()
        spec = verbs.spec
        surface = Surface(
            name=spec.domain,
            title=spec.title or spec.domain,
            instructions=views.instructions(spec),
            version=VERSION,
            tools=lambda: self._tools,
            resources=lambda: self._resources,
            prompts=lambda: self._prompts,
            read=self._read,
            complete=self._complete,
        )
        self.built = build(surface, door, rng=rng)

    @property
    def spec(self) -> DomainSpec:
        return self._verbs.spec

    def _renew(self) -> None:
        spec = self._verbs.spec
        self._tools: tuple[Tool, ...] = (
            *standard_tools(self._verbs),
            *domains.extend(self._verbs, self._verbs.store),
            *Places(self._verbs).tools(),
            *Upkeep(self._verbs).tools(),
            *Subjects(self._verbs).tools(),
            *Soundness(self._verbs).tools(),
        )
        self._resources: tuple[Resource, ...] = views.resources(spec)
        self._prompts: tuple[Prompt, ...] = views.prompts(spec)

    async def _read(self, call: Call, uri: str) -> str:
        return await views.read(self._verbs, call, uri)

    async def _complete(self, call: Call, ref: str, argument: str, prefix: str) -> list[str]:
        return list(await views.complete(self._verbs, call, ref, argument, prefix))

    async def evolve(self, spec: DomainSpec) -> None:
        """Take a new spec of the same domain; `Conflict` where data would be lost, and nothing
        changes.
        """
        if spec.domain != self.spec.domain:
            raise BadInput(f"This server holds {self.spec.domain}, not {shown(spec.domain)}.")
        await self._verbs.store.evolve(spec)
        self._verbs.renew()
        self._renew()
        self.built.server.instructions = views.instructions(spec)
        await self.built.changed()

    async def close(self) -> None:
        await self._verbs.store.close()


def build_server(
    spec: DomainSpec, store: Tiered, *, folder: Path, clock: Clock, door: Door, rng: Random
) -> DomainServer:
    """The server of a domain over its open store. `folder`: the data folder; `rng`: ids of records
    without a key.
    """
    if store.spec.domain != spec.domain:
        raise BadInput(f"The store holds {store.spec.domain}, not {shown(spec.domain)}.")
    return DomainServer(Verbs(store, folder=folder, clock=clock, rng=rng), door, rng)
