# ruff: noqa: S608 - identifiers come from a checked spec and are quoted; values are always bound
"""What is stored in a collection, in all its tiers: how much, from when to when, and the words its
text fields hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Final, TypeAlias

import apsw

from mcp_servers.ports import Cold, Part, Watch
from mcp_servers.segments import Segment, State
from mcp_servers.stores import sqlite_ledger as ledger
from mcp_servers.stores.sqlite_cold import all_rows, columns_of, packed, snapshot
from mcp_servers.stores.sqlite_names import quoted
from mcp_servers.stores.sqlite_schema import Table
from registry.catalog import Facts, FieldValues
from registry.limits import VALUE_CHARS_MAX, VALUES_PER_FIELD_MAX

_DAY_US: Final = 86_400_000_000
_SAMPLE_ROWS: Final = 500
_LONG_TEXT_CHARS: Final = (
    60  # a searched field whose values are longer than this on average is prose
)
#: runs a statement in which {rows} stands for the tenant's records, as in `FROM {rows} AND …`
Select: TypeAlias = Callable[[str], list[Any]]


def facts_of(
    connection: apsw.Connection,
    table: Table,
    tenant: str,
    *,
    seq: int,
    values: bool,
    cold: Cold | None,
    watch: Watch,
) -> Facts:
    """One collection's facts for one tenant, from one snapshot."""
    with snapshot(connection):
        every = ledger.segments(connection, tenant, table.name) if cold else []
        sick = [s for s in every if s.state is State.QUARANTINED]
        known = [s for s in every if s not in sick]
        if cold is None or not known:
            return _with_sick(_facts(_rows(connection, table, tenant), table, seq, values), sick)
        part = _part(connection, cold, table, tenant, known, values=values)
    return _with_sick(_facts(_scan(cold, table, part, watch), table, seq, values), sick)


def _with_sick(facts: Facts, sick: Sequence[Segment]) -> Facts:
    """The facts with what nobody can read now: how many records, as the ledger has it. Their
    values are not known."""
    if not sick:
        return facts
    values = {name: replace(found, complete=False) for name, found in facts.values.items()}
    return replace(facts, rows=facts.rows + sum(s.count for s in sick), values=values)


def _rows(connection: apsw.Connection, table: Table, tenant: str) -> Select:
    def select(sql: str) -> list[Any]:
        rows = f"{table.sql} WHERE _tenant = ?"
        return connection.execute(sql.format(rows=rows), (tenant,)).fetchall()

    return select


def _scan(cold: Cold, table: Table, part: Part, watch: Watch) -> Select:
    def select(sql: str) -> list[Any]:
        statement = sql.format(rows=f"{table.sql} WHERE TRUE")
        return cold.scan(statement, (), [part], watch, most=VALUES_PER_FIELD_MAX + 1)

    return select


def _part(
    connection: apsw.Connection,
    cold: Cold,
    table: Table,
    tenant: str,
    segments: Sequence[Segment],
    *,
    values: bool,
) -> Part:
    names = [*filter(None, [table.spec.time])]
    names += [n for n, f in table.spec.fields.items() if values and f.type == "text"]
    columns = columns_of(table, names)
    dead = ledger.dead(connection, [s.number for s in segments if s.dead])
    batches, rows = packed(connection, cold, all_rows(table, tenant, columns))
    return Part(table.sql, columns, batches, rows, segments, dead)


def _facts(select: Select, table: Table, seq: int, values: bool) -> Facts:
    time = table.spec.time
    span = f"min({quoted(time)}), max({quoted(time)})" if time else "NULL, NULL"
    rows, first, last = select(f"SELECT count(*), {span} FROM {{rows}}")[0]
    day = time is not None and table.spec.fields[time].type == "date"
    unit = _DAY_US if day else 1
    return Facts(
        rows=rows,
        time_min_us=None if first is None else first * unit,
        time_max_us=None if last is None else last * unit,
        seq=seq,
        values=dict(_vocabulary(select, table)) if values and rows else {},
    )


def _vocabulary(select: Select, table: Table) -> Iterator[tuple[str, FieldValues]]:
    for name, field in table.spec.fields.items():
        if field.type == "text" and not (field.search and _is_prose(select, name)):
            yield name, _values(select, name)


def _is_prose(select: Select, name: str) -> bool:
    column = quoted(name)
    length = select(
        f"SELECT avg(length({column})) FROM (SELECT {column} FROM {{rows}}"
        f" AND {column} IS NOT NULL LIMIT {_SAMPLE_ROWS})"
    )[0][0]
    return (length or 0) > _LONG_TEXT_CHARS


def _values(select: Select, name: str) -> FieldValues:
    """Most frequent first, equal frequencies in text order."""
    column = quoted(name)
    found = select(
        f"SELECT {column}, length({column}) <= {VALUE_CHARS_MAX} FROM {{rows}}"
        f" AND {column} IS NOT NULL GROUP BY {column} ORDER BY count(*) DESC, {column}"
        f" LIMIT {VALUES_PER_FIELD_MAX + 1}"
    )
    kept = tuple(value for value, short in found[:VALUES_PER_FIELD_MAX] if short)
    return FieldValues(kept, complete=len(kept) == len(found))
