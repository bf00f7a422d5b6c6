# ruff: noqa: S608 - identifiers come from a checked spec and are quoted; values are always bound
"""Where the rows of a domain meet its segments: finding records by id, and making the parts of a
scan, each inside one snapshot of the row database. Opens and commits nothing but that snapshot.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Final, Protocol

import apsw

from mcp_servers.ports import Cold, Part, Row
from mcp_servers.segments import ENVELOPE, PHYSICAL, PLACE, ColdRow, Segment, reached
from mcp_servers.sql.compile import Compiled, Given
from mcp_servers.sql.match import fts5
from mcp_servers.sql.predicates import Conditions, Values
from mcp_servers.stores import sqlite_ledger as ledger
from mcp_servers.stores.sqlite_names import quoted, search_name
from mcp_servers.stores.sqlite_schema import Schema, Table
from registry.plan import (
    Match,
    Predicate,
    QueryPlan,
    conjoin,
    conjuncts,
    leaves,
    paths_of,
    split_path,
)
from registry.record import Type
from registry.tier import Tier

_ROWS_AT_ONCE: Final = 20_000


@contextmanager
def snapshot(connection: apsw.Connection) -> Iterator[None]:
    """Everything read inside is of one moment."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        if connection.in_transaction:  # an interrupt may have ended it
            connection.execute("COMMIT")


# -- single records ------------------------------------------------------------------------------


def find(
    connection: apsw.Connection, cold: Cold, table: Table, tenant: str, ids: Collection[str]
) -> dict[str, ColdRow]:
    """{id: record} of those of these ids that are in segments now."""
    if not ids or not ledger.epoch(connection):
        return {}
    known = ledger.segments(connection, tenant, table.name)
    places = [(s, row) for s, row in cold.seek(known, ids) if row < s.live]
    gone = ledger.buried(connection, [(s.number, row) for s, row in places if s.dead])
    by_segment: dict[int, tuple[Segment, list[int]]] = {}
    for segment, row in places:
        if (segment.number, row) not in gone:
            by_segment.setdefault(segment.number, (segment, []))[1].append(row)
    wanted = set(ids)
    return {
        found.id: found
        for segment, rows in by_segment.values()
        for found in cold.read(segment, rows, table.fields)
        if found.id in wanted
    }


def row_of(table: Table, found: ColdRow) -> Row:
    """A record of a segment as the port gives it."""
    cells = zip(table.fields, found.values, strict=True)
    kept = {name: value for name, value in cells if value is not None}
    at = (found.segment, found.row)
    return Row(found.id, found.version, found.seq, kept, found.extra, Tier.COLD, at)


# -- scans ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reach:
    """The segments that a plan has to read, by address."""

    segments: Mapping[str, list[Segment]]

    def __bool__(self) -> bool:
        return any(self.segments.values())


def reach(connection: apsw.Connection, schema: Schema, tenant: str, plan: QueryPlan) -> Reach:
    """Which segments may hold a record that the plan needs."""
    if not ledger.epoch(connection):
        return Reach({})
    found = {}
    for address in plan.own:
        table = schema.table(address)
        known = ledger.segments(connection, tenant, table.name)
        found[address] = reached(known, table.spec, own_parts(plan, address)) if known else known
    return Reach(found)


def own_parts(plan: QueryPlan, address: str) -> list[Predicate]:
    """The parts of `where` that only records of this collection can fail, if it is read once."""
    aliases: list[str | None] = [None] if address == plan.source else []
    joined = [join for join in plan.joins if join.to == address]
    if len(aliases) + len(joined) != 1 or any(join.kind != "inner" for join in joined):
        return []
    aliases += [join.alias for join in joined]
    return [part for part in conjuncts(plan.where) if _aliases(part) <= set(aliases)]


def _aliases(part: Predicate) -> set[str | None]:
    return {split_path(path)[0] for leaf in leaves(part) for path in paths_of(leaf)}


class Question(Protocol):
    """What `sqlite_ask.Asked` is."""

    @property
    def plan(self) -> QueryPlan: ...
    @property
    def schema(self) -> Schema: ...
    @property
    def tenant(self) -> str: ...


def part_of(
    connection: apsw.Connection,
    asked: Question,
    compiled: Compiled,
    address: str,
    segments: Sequence[Segment],
) -> Part:
    """What a compiled plan reads of a collection's segments, in the caller's snapshot."""
    table = asked.schema.table(address)
    wanted = {fts5(part.text) for part in own_parts(asked.plan, address) if isinstance(part, Match)}
    words = {name: words for name, at, words in compiled.searches if at == address}
    return Part(
        table.sql,
        columns_of(table, sorted(compiled.reads[address])),
        (),
        0,
        segments,
        ledger.dead(connection, [s.number for s in segments if s.dead]),
        table.searched,
        {name: (text, ()) for name, text in words.items()},
        frozenset(name for name, text in words.items() if text in wanted),
    )


def with_rows(
    connection: apsw.Connection,
    cold: Cold,
    table: Table,
    tenant: str,
    part: Part,
    given: Given,
) -> Part:
    """The same with the rows that a statement gives, and the places of those that match."""
    batches, rows = packed(connection, cold, given)
    matches = {
        name: (words, matching(connection, table, tenant, words))
        for name, (words, _) in part.matches.items()
    }
    return replace(part, batches=batches, rows=rows, matches=matches)


def columns_of(table: Table, names: Sequence[str]) -> dict[str, str]:
    """How these columns of a record lie in an object; the place, where there are none."""
    known = {**ENVELOPE, PLACE: "int64"}
    return {
        name: known[name] if name in known else PHYSICAL[table.spec.fields[name].type]
        for name in names or [PLACE]
    }


def packed(connection: apsw.Connection, cold: Cold, given: Given) -> tuple[list[Any], int]:
    """The rows that a statement gives, packed; how many."""
    cursor: Any = connection.execute(given.sql, given.values)
    batches, count = [], 0
    while rows := list(islice(cursor, _ROWS_AT_ONCE)):
        batches.append(cold.pack(given.columns, rows))
        count += len(rows)
    return batches, count


def all_rows(
    table: Table, tenant: str, columns: Mapping[str, str], own: Sequence[Predicate] = ()
) -> Given:
    """These columns of the rows for which all of `own`, but what searches, are true."""
    values = Values()
    condition = f"t._tenant = {values.bind(tenant)}"

    def resolve(path: str) -> tuple[str, Type]:
        name = split_path(path)[1]
        return f"t.{quoted(name)}", table.spec.field(name).kind

    wanted = conjoin([part for part in own if not _searches(part)])
    if wanted is not None:
        condition += f" AND {Conditions(values, resolve, _never).sql(wanted)}"
    names = ", ".join("t._row" if name == PLACE else f"t.{quoted(name)}" for name in columns)
    sql = f"SELECT {names} FROM {table.sql} AS t WHERE {condition}"
    return Given(sql, tuple(values.bound), columns)


def _searches(part: Predicate) -> bool:
    return any(isinstance(leaf, Match) for leaf in leaves(part))


def _never(node: Match) -> str:
    raise AssertionError("searches are not pushed down")


def matching(connection: apsw.Connection, table: Table, tenant: str, words: str) -> list[int]:
    """The places of the rows whose texts match."""
    index = search_name(table.name)
    found: Any = connection.execute(
        f"SELECT _row FROM {table.sql} WHERE _tenant = ?"
        f" AND _row IN (SELECT rowid FROM {index} WHERE {index} MATCH ?)",
        (tenant, words),
    ).fetchall()
    return [row for (row,) in found]
