"""Deleting records past the `retention_days` of their collection, in rows and segments, a bounded
part per call. A segment that is past as a whole retires at once; of others, single rows become
dead, and compaction takes them out. Never what is under legal hold; never what has no time.

What was stored late, a history that was just loaded, stays for `RETENTION_NOTICE_DAYS` more. And
because the clock decides what is gone for good, it is not believed at once when it jumps: after
more than `RETENTION_GAP_DAYS` without a run, a day has to pass first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

import anyio
import apsw

from mcp_servers.ports import Watch
from mcp_servers.segments import Segment, State
from mcp_servers.stores import sqlite_holds as holds
from mcp_servers.stores import sqlite_ledger as ledger
from mcp_servers.stores import sqlite_retain as retain
from mcp_servers.stores.sqlite_retain import Past
from mcp_servers.stores.sqlite_schema import Table
from mcp_servers.tiered import Tiered
from registry.clock import Clock
from registry.limits import (
    RETENTION_GAP_DAYS,
    RETENTION_NOTICE_DAYS,
    RETENTION_ROWS,
    RETENTION_ROWS_MAX,
)
from registry.moment import US_DAY


@dataclass(slots=True)
class Retained:
    """What a run did: {collection: records deleted}, segments that went whole. `more`: the bound
    was reached."""

    deleted: dict[str, int] = field(default_factory=dict)
    segments: int = 0
    more: bool = False

    @property
    def count(self) -> int:
        """All records."""
        return sum(self.deleted.values())


def here_since(days: Sequence[tuple[int, int]], now_us: int) -> int | None:
    """The last change that was made long enough ago to be deleted, `None`: none was, or the clock
    is not believed yet. `days`: (instant, last change by then), oldest first."""
    steady = now_us
    for at_us, _ in reversed(days):
        if steady - at_us > RETENTION_GAP_DAYS * US_DAY:
            if now_us - steady < US_DAY:
                return None
            break
        steady = at_us
    old = [seq for at_us, seq in days if now_us - at_us >= RETENTION_NOTICE_DAYS * US_DAY]
    return old[-1] if old else None


class Retention:
    """Works on one tenant's records of one domain."""

    def __init__(self, store: Tiered, tenant: str, clock: Clock) -> None:
        self._store = store
        self._rows = store.mover.store
        self._tenant = tenant
        self._clock = clock

    async def run(self) -> Retained:
        """Delete what is past, as far as the bound reaches."""
        out = Retained()
        bounds = list(self._bounds())
        if not bounds:
            return out
        seq = here_since(await self._rows.change(retain.days), self._clock.now_us())
        for table, time in bounds if seq is not None else ():
            await self._run(table, retain.Past(time, seq or 0), out)
        return out

    def _bounds(self) -> Iterator[tuple[Table, int]]:
        """Collections with a retention, and the time before which their records are past it."""
        now_us = self._clock.now_us()
        for table in self._rows.schema.tables.values():
            days, time = table.spec.retention_days, table.spec.time
            if days is not None and time is not None:
                first = now_us - days * US_DAY
                yield table, first // US_DAY if table.spec.fields[time].type == "date" else first

    async def _run(self, table: Table, bound: Past, out: Retained) -> None:
        count = await self._run_rows(table, bound, out)
        for segment in await self._store.mover.segments():
            if out.count + count >= RETENTION_ROWS_MAX:
                out.more = True
                break
            mine = (segment.tenant, segment.collection) == (self._tenant, table.name)
            if mine and segment.state is State.COLD and segment.count:
                count += await self._run_segment(table, segment, bound, out)
        if count:
            out.deleted[table.name] = count

    async def _run_rows(self, table: Table, bound: Past, out: Retained) -> int:
        count = after = 0
        while found := await self._rows.look(self._past_rows(table, bound, after)):
            if out.count + count >= RETENTION_ROWS_MAX:
                out.more = True
                break
            ids = [id for _, id in found]
            step = partial(retain.drop_rows, table=table, tenant=self._tenant, ids=ids)
            count += await self._rows.change(step, rows=len(ids))
            after = found[-1][0]
        return count

    def _past_rows(
        self, table: Table, bound: Past, after: int
    ) -> Callable[[apsw.Connection, Watch], list[tuple[int, str]]]:
        return lambda c, _: retain.past(c, table, self._tenant, bound, after)

    async def _run_segment(self, table: Table, segment: Segment, bound: Past, out: Retained) -> int:
        assert table.spec.time is not None
        time, seq = segment.spans.get(table.spec.time), segment.spans.get("_seq")
        if time is None or time.low is None or time.low >= bound.time:
            return 0
        whole = seq is not None and seq.high <= bound.seq
        mover = self._store.mover
        async with mover.alone():
            if whole and time.high < bound.time and not time.nulls:
                count = await mover.in_step(lambda t: retain.drop_segment(t, segment))
                if count:
                    out.segments += 1
                    return count
            rows = await self._past_in(table, segment, bound)
            count = 0
            for first in range(0, len(rows), RETENTION_ROWS):
                some = rows[first : first + RETENTION_ROWS]
                step = partial(retain.bury, segment=segment, rows=some)
                count += await mover.in_step(step, rows=len(some))
            return count

    async def _past_in(self, table: Table, segment: Segment, bound: Past) -> list[int]:
        """The live rows of a segment that are past and not held."""
        dead, held = await self._rows.look(lambda c, _: _known(c, segment))
        live = [row for row in range(segment.live) if (segment.number, row) not in dead]
        name = table.spec.time or ""
        fields = table.fields if held else (name,)
        read = partial(self._store.mover.cold.read, segment, live, fields)
        at = fields.index(name)
        return [
            row.row
            for row in await anyio.to_thread.run_sync(read)
            if row.values[at] is not None
            and row.values[at] < bound.time
            and row.seq <= bound.seq
            and (not held or held.why(row.id, table.fields, row.values) is None)
        ]


def _known(
    connection: apsw.Connection, segment: Segment
) -> tuple[set[tuple[int, int]], holds.Held]:
    dead = set(ledger.dead(connection, [segment.number]))
    return dead, holds.of(connection, segment.tenant, segment.collection)
