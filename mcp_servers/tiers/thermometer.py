"""Takes a domain's temperature: counts its point reads and updates, flushes the counts to the
ledger now and then. A flush that is lost changes no answer, so a failing one fails nobody.
"""

from __future__ import annotations

import threading
from collections import Counter as Counts
from collections.abc import Collection, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Final, TypeAlias

import anyio
import structlog

from mcp_servers.ports import Draft, Row, Written
from mcp_servers.segments import bucket_of
from mcp_servers.stores.sqlite import SqliteStore
from mcp_servers.stores.sqlite_heat import Heat, Warmth
from mcp_servers.tiers.heat import Counter, Place, Record, half_life
from registry.clock import Clock
from registry.domain import CollectionSpec
from registry.errors import IsothermError
from registry.moment import US_DAY
from registry.record import Canonical

_AT_ONCE: Final = 1_024  # reads that are looked at together
_LOOKED_UP: Final = 64  # reads whose place is looked up singly
_BUCKET: Final = attrgetter("bucket")
_COLD: Final = attrgetter("cold")
#: a record's id, its time, and where it is when it is cold
_Touched: TypeAlias = tuple[str, Canonical | None, Record | None]
log: Final = structlog.get_logger("heat")


class Thermometer:
    """The heat of one domain's places. Collections go by their short names.

    A record that was resident before its bucket cooled still counts for the bucket's rows: as long
    as the cache serves it, nobody reads the segment.
    """

    def __init__(self, store: SqliteStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._counter = Counter()
        self._lock = threading.Lock()
        self._waiting: dict[tuple[str, str], list[Row]] = {}
        self._count = 0  # of what is waiting to be looked at

    @property
    def _half(self) -> float:
        return half_life(self._store.spec.policy.max_rows)

    def read(self, tenant: str, collection: str, rows: Collection[Row]) -> None:
        """These records were read by id. Looked at many at a time, which costs a read little."""
        with self._lock:
            self._waiting.setdefault((tenant, collection), []).extend(rows)
            self._count += len(rows)
            waiting = self._taken() if self._count >= _AT_ONCE else {}
        self._look_at(waiting)

    def wrote(
        self, tenant: str, collection: str, drafts: Sequence[Draft], written: Sequence[Written]
    ) -> None:
        """Updates heat. New records do not, but where there is no time to tell a bucket's age by,
        they make it young."""
        spec = self._store.schema.table(collection).spec
        touched: dict[str, list[_Touched]] = {"updated": [], "accepted": []}
        for draft, done in zip(drafts, written, strict=True):
            if done.outcome in touched:
                time = draft.values.get(spec.time or "")
                touched[done.outcome].append((draft.id, time, None))
        self._counter.touch(_places(tenant, collection, spec, touched["updated"]), self._half)
        if spec.time is None:
            self._counter.see(_places(tenant, collection, spec, touched["accepted"]))

    def bucket(self, collection: str, id: str, values: Mapping[str, Canonical]) -> str:
        """The bucket of a record, for rows that will be read many times."""
        spec = self._store.schema.table(collection).spec
        time = values.get(spec.time or "")
        return bucket_of(spec, id, time if isinstance(time, int) else None)

    def see(self, places: Iterable[Place]) -> None:
        """These places are there, and nobody knows since when."""
        self._counter.see(places)

    def places(self, tenant: str, rows: Iterable[tuple[str, Row]]) -> dict[Place, int]:
        """{place: how many of these (collection, row) it has}."""
        by_collection: dict[str, list[_Touched]] = {}
        specs = {name: table.spec for name, table in self._store.schema.tables.items()}
        for name, row in rows:
            if name in specs:
                time = row.values.get(specs[name].time or "")
                by_collection.setdefault(name, []).append((row.id, time, row.cold))
        out: dict[Place, int] = {}
        for name, touched in by_collection.items():
            out |= _places(tenant, name, specs[name], touched)
        return out

    async def stay(self, place: Place) -> None:
        """Somebody wants this place's rows where they are: their stay begins now."""
        half = self._half
        await self._store.change(lambda t: Heat(t.connection, t.now_us, half).came_back(place))

    async def flush(self) -> None:
        """What was counted goes to the ledger, or is forgotten."""
        with self._lock:
            waiting = self._taken()
        self._look_at(waiting)
        touches, half = self._counter.take(), self._half
        if not touches:
            return
        try:
            await self._store.change(lambda t: Heat(t.connection, t.now_us, half).add(touches))
        except IsothermError as failure:
            log.warning("heat-lost", domain=self._store.spec.domain, code=failure.code)

    async def flush_every(self, seconds: float) -> None:
        """Until cancelled: for a server whose counts no orchestrator asks for."""
        while True:
            await anyio.sleep(seconds)
            await self.flush()

    async def look(self, tenant: str) -> Mapping[Place, Warmth]:
        """What is known of the tenant's places that were touched."""
        await self.flush()
        now_us, half = self._clock.now_us(), self._half
        return await self._store.look(lambda c, _: Heat(c, now_us, half).warmths(tenant))

    def _taken(self) -> dict[tuple[str, str], list[Row]]:
        waiting, self._waiting, self._count = self._waiting, {}, 0
        return waiting

    def _look_at(self, waiting: Mapping[tuple[str, str], Sequence[Row]]) -> None:
        for (tenant, collection), rows in waiting.items():
            table = self._store.schema.tables.get(collection)
            if table is not None:  # it may have gone since
                records = [cold for cold in map(_COLD, rows) if cold is not None]
                warm = [row for row in rows if row.cold is None] if records else rows
                places = _read(tenant, collection, table.spec, warm)
                if records:
                    cold = [row for row in rows if row.cold is not None]
                    places |= _looked_up(tenant, collection, table.spec, cold)
                self._counter.touch(places, self._half, records=records)


def _read(
    tenant: str, collection: str, spec: CollectionSpec, rows: Sequence[Row]
) -> dict[Place, int]:
    """{place: how often}, of rows that are in no segment, by what they know of themselves."""
    counts = Counts(map(_BUCKET, rows))
    unknown = [row for row in rows if not row.bucket] if counts.pop("", 0) else []
    out = _looked_up(tenant, collection, spec, unknown)
    for bucket, count in counts.items():
        place = (tenant, collection, bucket, 0)
        out[place] = out.get(place, 0) + count
    return out


def _looked_up(
    tenant: str, collection: str, spec: CollectionSpec, rows: Sequence[Row]
) -> dict[Place, int]:
    """{place: how often}; where the rows are many, each of a few stands for as many."""
    each = 1 + len(rows) // _LOOKED_UP
    time = spec.time or ""
    some = [(row.id, row.values.get(time), row.cold) for row in rows[::each]]
    found = _places(tenant, collection, spec, some)
    return {place: count * each for place, count in found.items()}


def _places(
    tenant: str, collection: str, spec: CollectionSpec, touched: Iterable[_Touched]
) -> dict[Place, int]:
    """{place: how often}. Times are brought to their days first, which is cheap."""
    unit = US_DAY if spec.time is not None and spec.fields[spec.time].type == "time" else 1
    days: Counts[tuple[str, int | None, int]] = Counts(
        (
            id if spec.time is None else "",
            time // unit if isinstance(time, int) else None,
            0 if cold is None else cold[0],
        )
        for id, time, cold in touched
    )
    out: dict[Place, int] = {}
    for (id, day, segment), count in days.items():
        bucket = bucket_of(spec, id, None if day is None else day * unit)
        place = (tenant, collection, bucket, segment)
        out[place] = out.get(place, 0) + count
    return out
