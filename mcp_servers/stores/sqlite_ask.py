"""Answering a plan inside one snapshot: from the rows alone, or, where a segment may hold a record
that it needs, from both tiers in one scan.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import apsw

from mcp_servers.compile import Compiled, compile_plan
from mcp_servers.dialect import DUCKDB, SQLITE, Dialect
from mcp_servers.ports import Cold, Part, Watch
from mcp_servers.stores.sqlite_cold import parts_of, reach, snapshot
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
    compiled = asked.compiled(SQLITE)
    with snapshot(connection):
        reached = reach(connection, asked.schema, asked.tenant, asked.plan)
        if not reached:
            cut = run(connection, compiled)
            return cut, [(a, Tier.WARM.value, cut.scanned) for a in asked.plan.collections]
        if cold is None:
            raise Unavailable("This store was opened without its segments; open it with them.")
        compiled = asked.compiled(DUCKDB)
        parts = parts_of(connection, cold, asked, compiled, reached)
    found = cold.scan(compiled.sql, compiled.values, parts, watch, most=compiled.limit + 1)
    return cut_of(found, compiled), _scanned(asked.plan, parts)


def _scanned(plan: QueryPlan, parts: Sequence[Part]) -> Scanned:
    out: Scanned = []
    for address, part in zip(plan.collections, parts, strict=True):
        if part.rows or not part.segments:
            out.append((address, Tier.WARM.value, part.rows))
        if part.segments:
            out.append((address, Tier.COLD.value, sum(s.count for s in part.segments)))
    return out
