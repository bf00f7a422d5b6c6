"""Rewriting segments: small ones of a bucket become one, half-dead ones lose their dead rows.

Live rows of a few segments -> one object (whole, synced, read back) -> one transaction that enters
it and retires the segments it was made of, with whatever was replaced or deleted meanwhile dead in
it too. A reader sees the old segments or the new one. The old objects stay for the grace, then
the mover's sweep removes them. What a dead process left is an object that nobody entered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from typing import Any

import anyio

from mcp_servers.segments import ColdRow, Segment, State, readable
from mcp_servers.stores import sqlite_holds as holds
from mcp_servers.stores import sqlite_ledger as ledger
from mcp_servers.stores import sqlite_moves as moves
from mcp_servers.stores.sqlite_schema import Table
from mcp_servers.stores.sqlite_writer import Transaction
from mcp_servers.tiers.mover import Mover, heat_in, same_spec
from registry.limits import (
    COMPACT_GROUPS_MAX,
    DEAD_SHARE_MAX,
    ROW_GROUP_ROWS,
    SEGMENT_BYTES_MAX,
    SEGMENT_ROWS_MAX,
    SMALL_SEGMENT_BYTES,
    SMALL_SEGMENT_ROWS,
    SMALL_SEGMENTS_MAX,
)
from registry.record import Canonical


@dataclass(frozen=True, slots=True)
class Rewritten:
    """What one rewriting did: segments and bytes before, bytes after, records kept."""

    segments: int
    bytes_before: int
    bytes_after: int
    rows: int


@dataclass(frozen=True, slots=True)
class Debt:
    """What compaction would mend: rows that nobody reads, and segments that wait to be merged."""

    dead: int
    small: int


# -- what is due, as values ------------------------------------------------------------------------


def waste(segment: Segment) -> int:
    """Rows of the object that no reader sees."""
    return segment.rows - segment.count


def is_small(segment: Segment) -> bool:
    """Whether it waits to be merged with others of its bucket."""
    return segment.count < SMALL_SEGMENT_ROWS and segment.bytes < SMALL_SEGMENT_BYTES


def debt(segments: Iterable[Segment]) -> Debt:
    """Of these segments; retired ones owe nothing."""
    known = [s for s in segments if s.state is State.COLD and s.count]
    small = sum(map(is_small, known))
    return Debt(sum(map(waste, known)), small if small > 1 else 0)


def due(segments: Iterable[Segment]) -> list[list[Segment]]:
    """The groups to be rewritten, each into one segment: half-dead ones with their bucket's small
    ones, and small ones where there are many."""
    resting = [s for s in segments if s.state is State.COLD and s.count]
    groups: list[list[Segment]] = []
    for _, found in groupby(sorted(resting, key=_place), key=lambda s: _place(s)[:3]):
        known = list(found)
        small = [s for s in known if is_small(s)]
        rotten = [s for s in known if waste(s) > DEAD_SHARE_MAX * s.rows]
        chosen = small + [s for s in rotten if s not in small]
        if rotten or len(small) >= SMALL_SEGMENTS_MAX:
            groups += packed(chosen)
    return [g for g in groups if len(g) > 1 or waste(g[0]) > DEAD_SHARE_MAX * g[0].rows]


def packed(segments: Sequence[Segment]) -> list[list[Segment]]:
    """Segments of one bucket in groups that fit one segment, the small ones together."""
    groups: list[list[Segment]] = []
    for segment in sorted(segments, key=lambda s: (s.count, s.number)):
        last = groups[-1] if groups else []
        if last and sum(s.count for s in last) + segment.count <= SEGMENT_ROWS_MAX:
            last.append(segment)
        else:
            groups.append([segment])
    return groups


def _place(segment: Segment) -> tuple[str, str, str, int]:
    return segment.tenant, segment.collection, segment.bucket, segment.number


# -- doing it --------------------------------------------------------------------------------------


class Compactor:
    """Rewrites the segments of one domain, between the moves of its mover."""

    def __init__(self, mover: Mover) -> None:
        self._mover = mover

    async def run(self) -> tuple[list[Rewritten], bool]:
        """Some of what is due, and whether there is more."""
        groups = [
            group
            for group in due(await self._mover.segments())
            if not any([await self.pinned(s) for s in group if waste(s)])
        ]
        done = [await self.rewrite(group) for group in groups[:COMPACT_GROUPS_MAX]]
        return done, len(groups) > COMPACT_GROUPS_MAX

    async def pinned(self, segment: Segment) -> bool:
        """Whether rewriting would lose what is under legal hold: dead rows too are evidence."""
        tenant, name = segment.tenant, segment.collection
        held = await self._mover.store.look(lambda c, _: holds.of(c, tenant, name))
        if held.every is not None or not held:
            return held.every is not None
        return await self.loses(segment, {n: list(found) for n, found in held.values.items()})

    async def loses(self, segment: Segment, values: Mapping[str, Sequence[Canonical]]) -> bool:
        """Whether a row that rewriting would leave out has one of these values in its field."""
        found = await anyio.to_thread.run_sync(self._traces, segment, values)
        if not found:
            return False
        dead = await self._mover.store.look(lambda c, _: _dead(c, [segment]))
        return any(row >= segment.live or (segment.number, row) in dead for row in found)

    def _traces(self, segment: Segment, values: Mapping[str, Sequence[Canonical]]) -> set[int]:
        # late: a server without segments starts without the engine that reads them
        from mcp_servers.stores.parquet_traces import traces

        return traces(self._mover.cold.shelf.path(readable(segment)), values)

    async def rewrite(self, segments: Sequence[Segment]) -> Rewritten:
        """These segments of one bucket, or as many of them as fit, as one without dead rows.
        `Conflict` when they are not as given any more; nothing happened then."""
        mover = self._mover
        async with mover.alone():
            table, digest = mover.table(segments[0].collection), mover.digest()
            read = await mover.store.look(lambda c, _: _dead(c, segments))
            sources, rows, copied = await anyio.to_thread.run_sync(
                partial(self._live, table, segments, read)
            )
            mover.on_step("copied")
            if len(sources) == 1 and not waste(sources[0]):
                return Rewritten(0, 0, 0, 0)  # their texts are too long to lie together
            new = await self._object(table, sources[0], rows)
            mover.on_step("written")
            await mover.in_step(
                lambda t: _swap(t, sources, copied, new, digest=digest), rows=len(segments)
            )
            mover.on_step("swapped")
        before = sum(s.bytes for s in sources)
        return Rewritten(len(sources), before, new.bytes if new else 0, len(rows))

    async def _object(
        self, table: Table, source: Segment, rows: list[tuple[Any, ...]]
    ) -> Segment | None:
        if not rows:
            return None
        written = await anyio.to_thread.run_sync(
            partial(self._mover.written, table, source.tenant, source.bucket, rows)
        )
        return replace(written, state=State.COLD, live=len(rows))

    def _live(
        self, table: Table, segments: Sequence[Segment], dead: set[tuple[int, int]]
    ) -> tuple[list[Segment], list[tuple[Any, ...]], list[tuple[int, int]]]:
        """The first segments that fit together, their live rows in order, and where each was."""
        found: list[tuple[Segment, list[ColdRow]]] = []
        count = size = 0
        for segment in segments:
            rows = list(self._rows(table, segment, dead))
            size += sum(map(_bytes, rows))
            count += len(rows)
            if found and (size > SEGMENT_BYTES_MAX or count > SEGMENT_ROWS_MAX):
                break
            found.append((segment, rows))
        all_rows = sorted((r for _, rows in found for r in rows), key=_order(table))
        cells = [(r.id, r.version, r.seq, r.extra, *r.values) for r in all_rows]
        return [s for s, _ in found], cells, [(r.segment, r.row) for r in all_rows]

    def _rows(self, table: Table, segment: Segment, dead: set[tuple[int, int]]) -> list[ColdRow]:
        out: list[ColdRow] = []
        for first in range(0, segment.live, ROW_GROUP_ROWS):
            some = range(first, min(first + ROW_GROUP_ROWS, segment.live))
            live = [row for row in some if (segment.number, row) not in dead]
            out += self._mover.cold.read(segment, live, table.fields) if live else []
        return out


def _dead(connection: Any, segments: Sequence[Segment]) -> set[tuple[int, int]]:
    return set(ledger.dead(connection, [s.number for s in segments]))


def _swap(
    transaction: Transaction,
    sources: Sequence[Segment],
    copied: Sequence[tuple[int, int]],
    new: Segment | None,
    *,
    digest: str,
) -> None:
    same_spec(transaction, digest)
    entered = moves.swap(transaction, sources, copied, new)
    if entered is not None:
        heat_in(transaction).rewritten(sources, copied, entered)


def _order(table: Table) -> Any:
    """As the mover sorts the rows of a bucket: by time, then id."""
    time = table.spec.time
    at = None if time is None else table.fields.index(time)
    if at is None:
        return lambda row: row.id
    return lambda row: (row.values[at] is not None, row.values[at] or 0, row.id)


def _bytes(row: ColdRow) -> int:
    texts = (cell for cell in (row.id, row.extra, *row.values) if isinstance(cell, (str, bytes)))
    return sum(map(len, texts))
