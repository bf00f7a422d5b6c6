"""Taking a person out of one domain: their records first, then every trace of them in its files.

take    live records go, in rows and segments (a tombstone there), and with them out of search
empty   references to the person in records of others are emptied
scrub   segments that still hold a dead copy are rewritten, housekeeping forgets ids and quotes,
        the row database is written anew without its free pages, its log is emptied

Each is repeatable and finds nothing the second time. What a segment held is gone with its object,
one grace later. Which records are whose is decided by the caller; what is under legal hold stays.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import anyio

from mcp_servers.segments import Segment, State
from mcp_servers.stores import sqlite_erase as erase
from mcp_servers.stores.sqlite_schema import Table
from mcp_servers.stores.sqlite_writer import Transaction
from mcp_servers.tiered import Tiered
from mcp_servers.tiers.mover import Mover
from registry.domain import CollectionSpec
from registry.errors import Conflict, TooBusy
from registry.limits import ERASE_ROWS, LEASE_SECONDS, PLAN_VALUES_MAX, SEGMENT_GRACE_SECONDS
from registry.plan import In, Or, Order, Predicate, QueryPlan
from registry.record import INT64_MAX, Canonical

_VALUES_AT_ONCE: Final = PLAN_VALUES_MAX // 4
_PAUSE_S: Final = 0.5
_ATTEMPTS: Final = int(1.25 * LEASE_SECONDS / _PAUSE_S)
_US: Final = 1_000_000
#: {field: texts that may name the subject}
Named = Mapping[str, Sequence[str]]


@dataclass(slots=True)
class Scrubbed:
    """`ends_us`: when the last old object goes, `None`: none is left. `log_empty`: nothing of the
    database waits outside its file, and nothing that was loaded outside of the ledger.
    `pinned`: segments that a legal hold keeps as they are."""

    rewritten: int = 0
    forgotten: int = 0
    ends_us: int | None = None
    log_empty: bool = True
    pinned: list[str] = field(default_factory=list)


def values_of(spec: CollectionSpec, named: Named) -> dict[str, list[Canonical]]:
    """The values as the fields hold them; a text that is no value of a field cannot be in it."""
    out: dict[str, list[Canonical]] = {}
    for name, texts in named.items():
        whole = spec.field(name).type == "int"
        found = [_whole(t) for t in texts] if whole else list(texts)
        out[name] = [value for value in found if value is not None]
    return {name: found for name, found in out.items() if found}


def _whole(text: str) -> int | None:
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 19):
        return None
    number = int(text)
    return number if -INT64_MAX - 1 <= number <= INT64_MAX else None


class Eraser:
    """Works on one tenant's records of one domain. `erasure`: whose counts it adds to."""

    def __init__(self, store: Tiered, tenant: str, erasure: str = "") -> None:
        self._erasure = erasure
        self._store = store
        self._rows = store.mover.store
        self._tenant = tenant

    # -- records ---------------------------------------------------------------------------------

    async def ids(self, collection: str, named: Named) -> AsyncIterator[list[str]]:
        """The ids of the records in which a field has one of its values, each once, a page at a
        time."""
        plans = _plans(self._store.spec.domain, collection, self._table(collection), named)
        seen: set[str] = set()
        for plan in plans:
            cursor: str | None = None
            while True:
                page = await self._store.query(self._tenant, plan, cursor=cursor)
                found = [row[0] for row in page.rows if row[0] not in seen]
                if len(plans) > 1:
                    seen.update(found)
                if found:
                    yield found
                cursor = page.cursor
                if cursor is None:
                    break

    async def take(self, collection: str, named: Named) -> int:
        """Delete these records, but for held ones; how many."""
        order = self._order(collection)
        return await self._each(collection, named, partial(erase.take, order=order))

    async def empty(self, collection: str, named: Named) -> int:
        """Take the values out of these fields, but for held records; how many changed."""
        order = self._order(collection)
        values = values_of(order.table.spec, named)
        return await self._each(collection, named, partial(erase.empty, order=order, values=values))

    async def counted(self, collection: str) -> tuple[int, int]:
        """Deleted and emptied by this erasure, over all its runs."""
        order = self._order(collection)
        return await self._rows.look(lambda c, _: erase.counted(c, order))

    def _order(self, collection: str) -> erase.Order:
        return erase.Order(self._erasure, self._tenant, self._table(collection))

    async def _each(self, collection: str, named: Named, step: Callable[..., int]) -> int:
        """Until a whole look finds nothing to do: others may write meanwhile."""
        count = -1
        total = 0
        while count:
            count = 0
            async for ids in self.ids(collection, named):
                count += await self._rows.change(_with(partial(step, ids=ids)), rows=len(ids))
            total += count
        return total

    # -- files -----------------------------------------------------------------------------------

    async def scrub(self, named: Mapping[str, Named], names: Sequence[str] | None) -> Scrubbed:
        """Every trace of these values in {collection: {field: texts}}, and of `names` (`None`:
        whatever it is) in what housekeeping remembers. While another process moves segments, or a
        dead one's lease lasts, it is tried again; `TooBusy` or `Conflict` when that goes on."""
        out = Scrubbed()
        for left in reversed(range(_ATTEMPTS)):
            try:
                return await self._scrub(named, names, out)
            except (Conflict, TooBusy):
                if not left:
                    raise
                out.pinned.clear()
                await anyio.sleep(_PAUSE_S)
        raise AssertionError("the last attempt returns or raises")

    async def _scrub(
        self, named: Mapping[str, Named], names: Sequence[str] | None, out: Scrubbed
    ) -> Scrubbed:
        mover = self._store.mover
        await mover.resume()
        for collection, fields in named.items():
            await self._rewrite(collection, fields, out)
        loading = await mover.spares_strays()  # asked first: what a sweep spared may end meanwhile
        await mover.sweep()
        out.ends_us = await self._ends_us(mover)
        out.forgotten += await self._rows.change(
            lambda t: erase.forget(t, self._tenant, names), rows=1
        )
        await self._rows.change(lambda t: erase.settle_words(t, t.schema))
        self._store.forget()
        emptied = await anyio.to_thread.run_sync(erase.scrub, self._rows.path)
        out.log_empty = emptied and not loading
        return out

    async def _rewrite(self, collection: str, named: Named, out: Scrubbed) -> None:
        table, compactor = self._table(collection), self._store.compactor
        values = values_of(table.spec, named)
        for segment in await self._store.mover.segments():
            if not self._is_mine(segment) or segment.collection != table.name:
                continue
            if segment.state is State.RETIRED or not await compactor.loses(segment, values):
                continue
            if await compactor.pinned(segment):
                out.pinned.append(segment.name)
            else:
                await compactor.rewrite([segment])
                out.rewritten += 1

    async def _ends_us(self, mover: Mover) -> int | None:
        known = await mover.segments()
        retired = [s.changed_us for s in known if s.state is State.RETIRED and self._is_mine(s)]
        return max(retired) + SEGMENT_GRACE_SECONDS * _US if retired else None

    def _is_mine(self, segment: Segment) -> bool:
        return segment.tenant == self._tenant

    def _table(self, collection: str) -> Table:
        return self._rows.schema.table(collection)


def _with(work: Callable[..., int]) -> Callable[[Transaction], int]:
    return lambda transaction: work(transaction)


def _plans(domain: str, collection: str, table: Table, named: Named) -> list[QueryPlan]:
    """Plans that together list the ids of all records with one of the values. By time, as segments
    lie: a page of ids is then a few row groups, not a few records of each."""
    parts: list[In] = []
    for name, values in values_of(table.spec, named).items():
        for first in range(0, len(values), _VALUES_AT_ONCE):
            some: Any = tuple(values[first : first + _VALUES_AT_ONCE])
            parts.append(In(field=name, values=some))
    fits = sum(len(part.values) for part in parts) <= _VALUES_AT_ONCE
    wholes: list[Predicate] = list(parts)
    if fits and len(parts) > 1:
        wholes = [Or(args=tuple(parts))]
    time = table.spec.time
    whole = QueryPlan(
        source=f"{domain}.{collection}",
        select=("id",),
        order=() if time is None else (Order(by=time),),
        limit=ERASE_ROWS,
    )
    return [whole.model_copy(update={"where": where}) for where in wholes]
