"""The live catalogue: what domains there are and what is stored in them, kept fresh over MCP.

Each tenant sees the vocabulary of its own rows only. A snapshot stays the same object until
something changed, so planners may cache by it.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any, Final

import anyio

from orchestrator.links import Call
from registry.access import Principal, allowed
from registry.catalog import Catalogue, Facts, FieldValues
from registry.clock import Clock
from registry.domain import DomainSpec
from registry.errors import IsothermError
from registry.moment import time_us
from registry.taught import NOTHING, Taught

#: what others wrote is looked for again after this many times what the last look took
_REST_RATIO: Final = 5.0
#: a silent domain is asked again after this
_SILENT_SECONDS: Final = 1.0
#: lessons change seldom; those taught here are seen at once
_LESSONS_SECONDS: Final = 1.0
_TENANTS_MAX: Final = 100


@dataclass(slots=True)
class _Shelf:
    """One tenant's facts, and per domain the seq they are from and when to look again (seconds,
    monotonic).
    """

    facts: dict[str, Facts] = field(default_factory=dict)
    seq: dict[str, int] = field(default_factory=dict)
    due: dict[str, float] = field(default_factory=dict)
    #: domains written to through this orchestrator since their facts were asked for
    written: set[str] = field(default_factory=set)
    snapshots: dict[tuple[str, ...], Catalogue] = field(default_factory=dict)
    #: for planners: the same with what the tenant taught
    lessons: dict[tuple[str, ...], Catalogue] = field(default_factory=dict)
    defaulted: dict[str, tuple[DomainSpec, DomainSpec]] = field(default_factory=dict)
    taught: Taught = NOTHING
    taught_epoch: int = -1
    taught_due: float = 0.0

    def clear(self) -> None:
        self.snapshots.clear()
        self.lessons.clear()


class LiveCatalogue:
    """Specs come by `adopt`; facts are fetched when a question needs them.

    A question sees all that was written through this orchestrator before it, and what others wrote
    up to a moment ago.
    """

    def __init__(self, call: Call, clock: Clock) -> None:
        self._call = call
        self._clock = clock
        self._specs: dict[str, DomainSpec] = {}
        self._shelves: OrderedDict[str, _Shelf] = OrderedDict()
        self._lock = anyio.Lock()

    @property
    def specs(self) -> dict[str, DomainSpec]:
        return dict(self._specs)

    def adopt(self, specs: dict[str, DomainSpec]) -> None:
        """The domains there are from now on."""
        changed = {
            name for name in {*specs, *self._specs} if specs.get(name) != self._specs.get(name)
        }
        self._specs = dict(specs)
        for shelf in self._shelves.values():
            shelf.clear()
            for name in changed:
                _forget(shelf, name)

    def wrote(self, tenant: str, domain: str) -> None:
        """Somebody wrote through this orchestrator: the next question sees it."""
        shelf = self._shelf(tenant)
        shelf.written.add(domain)
        shelf.due.pop(domain, None)

    def learned(self, tenant: str) -> None:
        """Somebody taught, or made forget, through this orchestrator: the next question knows."""
        self._shelf(tenant).taught_due = 0.0

    def bare(self, principal: Principal) -> Catalogue:
        """Specs that the principal may read, with whatever facts are known; no I/O."""
        return self._snapshot(self._shelf(principal.tenant), self._reach(principal))

    async def fresh(self, principal: Principal, *, force: bool = False) -> Catalogue:
        """The same after asking every domain whose facts are due (`force`: all), with what the
        tenant taught. A silent domain keeps its old facts.
        """
        shelf = self._shelf(principal.tenant)
        reach = self._reach(principal)
        now = self._clock.monotonic()
        due = [name for name in reach if force or shelf.due.get(name, 0.0) <= now]
        learn = force or shelf.taught_due <= now
        if due or learn:
            async with self._lock, anyio.create_task_group() as tasks:
                for name in due:
                    tasks.start_soon(self._fetch, shelf, name, principal)
                if learn:
                    tasks.start_soon(self._learn, shelf, principal)
        return self._taught(shelf, reach)

    def _reach(self, principal: Principal) -> tuple[str, ...]:
        return tuple(name for name in self._specs if allowed(principal, "read", name))

    def _shelf(self, tenant: str) -> _Shelf:
        shelf = self._shelves.setdefault(tenant, _Shelf())
        self._shelves.move_to_end(tenant)
        while len(self._shelves) > _TENANTS_MAX:
            self._shelves.popitem(last=False)
        return shelf

    def _snapshot(self, shelf: _Shelf, reach: tuple[str, ...]) -> Catalogue:
        found = shelf.snapshots.get(reach)
        if found is None:
            kept = {a: f for a, f in shelf.facts.items() if a.partition(".")[0] in reach}
            found = Catalogue([self._specs[name] for name in reach if name in self._specs], kept)
            shelf.snapshots[reach] = found
        return found

    def _taught(self, shelf: _Shelf, reach: tuple[str, ...]) -> Catalogue:
        bare = self._snapshot(shelf, reach)
        if shelf.taught is NOTHING:
            return bare
        found = shelf.lessons.get(reach)
        if found is None:
            specs = [self._defaulted(shelf, spec) for spec in bare.domains.values()]
            found = shelf.lessons[reach] = Catalogue(specs, bare.facts, shelf.taught)
        return found

    def _defaulted(self, shelf: _Shelf, spec: DomainSpec) -> DomainSpec:
        """One object for equal specs: planners keep what they made of it."""
        known = shelf.defaulted.get(spec.domain)
        if known is None or known[0] is not spec:
            known = shelf.defaulted[spec.domain] = (spec, shelf.taught.over(spec))
        return known[1]

    async def _learn(self, shelf: _Shelf, principal: Principal) -> None:
        shelf.taught_due = self._clock.monotonic() + _LESSONS_SECONDS
        asked = {"since_epoch": shelf.taught_epoch}
        try:
            data = await self._call("system", "lessons", asked, principal=principal, retry=True)
        except IsothermError:
            return
        if "lessons" in data:
            shelf.taught = Taught.from_wire(data["lessons"]) if data["lessons"] else NOTHING
            shelf.taught_epoch = data["epoch"]
            shelf.lessons.clear()
            shelf.defaulted.clear()

    async def _fetch(self, shelf: _Shelf, name: str, principal: Principal) -> None:
        began = self._clock.monotonic()
        shelf.written.discard(name)
        arguments: dict[str, Any] = {"values": True}
        if name in shelf.seq:
            arguments["since_seq"] = shelf.seq[name]
        try:
            data = await self._call(name, "describe", arguments, principal=principal, retry=True)
        except IsothermError:
            shelf.due[name] = self._clock.monotonic() + _SILENT_SECONDS
            return
        now = self._clock.monotonic()
        if name not in shelf.written:
            shelf.due[name] = now + _REST_RATIO * (now - began)
        if "facts" in data:
            _forget(shelf, name, due=False)
            shelf.facts.update({a: facts_from_wire(f) for a, f in data["facts"].items()})
            shelf.clear()
        shelf.seq[name] = data["seq"]


def _forget(shelf: _Shelf, domain: str, *, due: bool = True) -> None:
    for address in [a for a in shelf.facts if a.partition(".")[0] == domain]:
        del shelf.facts[address]
    shelf.seq.pop(domain, None)
    if due:
        shelf.due.pop(domain, None)


def facts_from_wire(data: dict[str, Any]) -> Facts:
    """`Facts` from a domain's `describe`."""
    values = {
        name: FieldValues(tuple(v["values"]), bool(v["complete"]))
        for name, v in (data.get("values") or {}).items()
    }
    return Facts(
        rows=data["rows"],
        time_min_us=_instant(data.get("time_min")),
        time_max_us=_instant(data.get("time_max")),
        seq=data.get("seq", 0),
        values=values,
    )


def _instant(text: str | None) -> int | None:
    return None if text is None else time_us(text)
