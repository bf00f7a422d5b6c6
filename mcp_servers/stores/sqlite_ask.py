"""Answering a plan inside one snapshot: from the rows alone, or, where a segment may hold a record
that it needs, from both tiers in one scan.

The rows give to a scan as little as it takes: of a list, those that may stand on the page; of what
decomposes, its groups, folded; of all else, the columns that the plan reads.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import apsw

from mcp_servers.ports import Cold, Part, Watch
from mcp_servers.segments import PLACE, Segment
from mcp_servers.sql.compile import (
    FOLDED,
    Compiled,
    compile_first,
    compile_merged,
    compile_pieces,
    compile_plan,
)
from mcp_servers.sql.dialect import DUCKDB, SQLITE, Dialect
from mcp_servers.sql.known import known
from mcp_servers.sql.late import MANY, Late
from mcp_servers.sql.partial import decomposes
from mcp_servers.sql.rank import Rank, steps_of
from mcp_servers.stores.sqlite_cold import (
    Reach,
    all_rows,
    own_parts,
    part_of,
    reach,
    snapshot,
    with_rows,
)
from mcp_servers.stores.sqlite_page import Cut, cut_of, run
from mcp_servers.stores.sqlite_schema import Schema
from registry.errors import Unavailable
from registry.plan import QueryPlan
from registry.record import Canonical
from registry.tier import Tier

#: (address, tier, rows scanned)
Scanned: TypeAlias = list[tuple[str, str, int]]


@dataclass(frozen=True, slots=True)
class Asked:
    """A plan, for a tenant, behind the order keys of a page before."""

    plan: QueryPlan
    schema: Schema
    tenant: str
    after: Sequence[Canonical] | None

    def compiled(self, dialect: Dialect) -> Compiled:
        return compile_plan(
            self.plan, self.schema.catalogue, self.tenant, after=self.after, dialect=dialect
        )


def ask(
    connection: apsw.Connection, asked: Asked, cold: Cold | None, watch: Watch
) -> tuple[Cut, Scanned]:
    """The page, and what was read for it. For rows alone `rows scanned` are those listed or
    folded."""
    with snapshot(connection):
        reached = reach(connection, asked.schema, asked.tenant, asked.plan)
        if not reached:
            cut = run(connection, asked.compiled(SQLITE))
            return cut, [(a, Tier.WARM.value, cut.scanned) for a in asked.plan.own]
        if cold is None:
            raise Unavailable("This store was opened without its segments; open it with them.")
        scan = _scan_of(connection, cold, asked, reached)
    return scan.run(cold, watch)


@dataclass(frozen=True, slots=True)
class _Scan:
    """A statement and what it reads. Of the first part's segments it reads as many as the steps
    say, until the page is full and none of the rest can stand on it.

    `warm`: how many rows of each collection went in. `passed`: how many records of segments did
    that are not read. `late`: how to tell a page's records before all of them is read.
    """

    compiled: Compiled
    parts: Sequence[Part]
    addresses: Sequence[str]
    warm: Sequence[int]
    steps: Sequence[int] = ()
    rank: Rank | None = None
    passed: int = 0
    late: Late | None = None

    def run(self, cold: Cold, watch: Watch) -> tuple[Cut, Scanned]:
        """The page, and what was read."""
        compiled, (first, *others) = self.compiled, self.parts
        parts: list[Part] = [first, *others]
        found: list[tuple[Any, ...]] = []
        for seen in self.steps or (len(first.segments),):
            parts[0] = replace(first, segments=first.segments[:seen])
            most = compiled.limit + 1
            shown = [self._page(cold, parts[0], watch), *others]
            found = cold.scan(compiled.sql, compiled.values, shown, watch, most=most)
            if self._full(found, first.segments[seen:]):
                break
        return cut_of(found, compiled), list(self._scanned(parts))

    def _page(self, cold: Cold, part: Part, watch: Watch) -> Part:
        """Of many records those that stand on the page, where that is sooner told than read."""
        late, most = self.late, self.compiled.limit + 1
        if late is None or sum(s.count for s in part.segments) < MANY:
            return part
        border = late.border()
        first = cold.scan(*border, [part], watch, most=most) if border else []
        places = cold.scan(*late.places(first), [part], watch, most=most)
        return cold.narrowed(part, [place for (place,) in places])

    def _full(self, found: Sequence[tuple[Any, ...]], rest: Sequence[Segment]) -> bool:
        if self.rank is None or len(found) <= self.compiled.limit:
            return False
        value = found[-1][self.compiled.keys[0]]
        return all(self.rank.behind(segment, value) for segment in rest)

    def _scanned(self, parts: Sequence[Part]) -> Iterator[tuple[str, str, int]]:
        for address, rows, part in zip(self.addresses, self.warm, parts, strict=False):
            cold = self.passed + sum(s.count for s in part.segments)
            if rows or not cold:
                yield address, Tier.WARM.value, rows
            if cold:
                yield address, Tier.COLD.value, cold


def _scan_of(connection: apsw.Connection, cold: Cold, asked: Asked, reached: Reach) -> _Scan:
    plan = asked.plan
    if decomposes(plan):
        return _folded(connection, cold, asked, reached.segments[plan.source])
    if plan.joins or plan.aggregates or plan.distinct or plan.compute or plan.per:
        return _together(connection, cold, asked, reached)
    return _listed(connection, cold, asked, reached.segments[plan.source])


def _together(connection: apsw.Connection, cold: Cold, asked: Asked, reached: Reach) -> _Scan:
    """All rows that may count, beside the segments."""
    compiled = asked.compiled(DUCKDB)
    parts = []
    for address, segments in reached.segments.items():
        table = asked.schema.table(address)
        part = part_of(connection, asked, compiled, address, segments)
        given = all_rows(table, asked.tenant, part.columns, own_parts(asked.plan, address))
        parts.append(with_rows(connection, cold, table, asked.tenant, part, given))
    return _Scan(compiled, parts, list(reached.segments), [part.rows for part in parts])


def _folded(
    connection: apsw.Connection, cold: Cold, asked: Asked, segments: Sequence[Segment]
) -> _Scan:
    """The groups of the rows, and of segments that the ledger knows enough about, beside the
    others."""
    plan, catalogue = asked.plan, asked.schema.catalogue
    given = compile_pieces(plan, catalogue, asked.tenant)
    rows: list[Any] = connection.execute(given.sql, given.values).fetchall()
    count = len(rows) if given.matched is None else sum(row[given.matched] for row in rows)
    lines, rest = known(plan, asked.schema.table(plan.source).spec, segments)
    if not count and not lines:
        compiled = asked.compiled(DUCKDB)
        part = part_of(connection, asked, compiled, plan.source, segments)
        return _Scan(compiled, [part], [plan.source], [0])
    compiled = compile_merged(plan, catalogue, asked.tenant, after=asked.after)
    part = part_of(connection, asked, compiled, plan.source, rest)
    rows += lines
    folded = Part(FOLDED, given.columns, [cold.pack(given.columns, rows)], len(rows), (), ())
    passed = sum(s.count for s in segments) - sum(s.count for s in rest)
    return _Scan(compiled, [part, folded], [plan.source], [count], passed=passed)


def _listed(
    connection: apsw.Connection, cold: Cold, asked: Asked, segments: Sequence[Segment]
) -> _Scan:
    """The first rows, beside the segments that may hold better ones."""
    plan = asked.plan
    compiled, table = asked.compiled(DUCKDB), asked.schema.table(plan.source)
    rank = Rank.of(plan, table.spec)
    if asked.after is not None:
        segments = [s for s in segments if not rank.before(s, asked.after[0])]
    part = part_of(connection, asked, compiled, plan.source, rank.ranked(segments))
    late = Late.of(plan, asked.schema.catalogue, asked.tenant, after=asked.after)
    if late is not None:
        part = replace(part, columns={**part.columns, PLACE: "int64"})
    given = compile_first(
        plan, asked.schema.catalogue, asked.tenant, part.columns, after=asked.after
    )
    part = with_rows(connection, cold, table, asked.tenant, part, given)
    steps = steps_of(part.segments, compiled.limit + 1)
    if part.rows > compiled.limit:
        steps.insert(0, 0)
    return _Scan(compiled, [part], [plan.source], [part.rows], steps, rank, late=late)
