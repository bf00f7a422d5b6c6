# ruff: noqa: S608 - identifiers come from a checked spec and are quoted; values are always bound
"""What is stored in a collection, in all its tiers: how much, from when to when, and the words its
text fields hold.

Each tier is looked at by itself. What was found in segments holds as long as the same records of
the same segments are live, so that a write costs a look at the rows alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias

import apsw

from mcp_servers.ports import Cold, Part, Watch
from mcp_servers.segments import Segment, State
from mcp_servers.stores import sqlite_ledger as ledger
from mcp_servers.stores.sqlite_cold import columns_of, snapshot
from mcp_servers.stores.sqlite_names import quoted
from mcp_servers.stores.sqlite_schema import Table
from registry.catalog import Facts, FieldValues
from registry.limits import VALUE_CHARS_MAX, VALUES_PER_FIELD_MAX

_DAY_US: Final = 86_400_000_000
_SAMPLE_ROWS: Final = 500
_LONG_TEXT_CHARS: Final = (
    60  # a searched field whose values are longer than this on average is prose
)
#: runs a statement in which {rows} stands for the tenant's records, as in `FROM {rows} AND …`, and
#: which uses one column or none
Select: TypeAlias = Callable[[str, str | None], list[Any]]


@dataclass(frozen=True, slots=True)
class Side:
    """What one tier holds of a collection. `first`, `last`: in units of the time field. `values`:
    how often each value of a text field is there; `cut`: the fields that have more of them than
    were counted; `prose`: those whose values are not counted at all."""

    rows: int = 0
    first: int | None = None
    last: int | None = None
    values: Mapping[str, Counter[str]] = field(default_factory=dict)
    cut: frozenset[str] = frozenset()
    prose: frozenset[str] = frozenset()


@dataclass(slots=True)
class Remembered:
    """What was found in segments: (in which, and how much of them was live; what)."""

    found: tuple[Any, Side] | None = None


def facts_of(
    connection: apsw.Connection,
    table: Table,
    tenant: str,
    *,
    seq: int,
    values: bool,
    cold: Cold | None,
    watch: Watch,
    remembered: Remembered,
) -> Facts:
    """One collection's facts for one tenant, from one snapshot."""
    with snapshot(connection):
        every = ledger.segments(connection, tenant, table.name) if cold else []
        known = [s for s in every if s.state is not State.QUARANTINED]
        dead = ledger.dead(connection, [s.number for s in known if s.dead])
        select = _rows(connection, table, tenant)
        warm = _side(table, select, select if values else None)
    lost = sum(s.count for s in every) - sum(s.count for s in known)
    if cold is None or not known:
        return _with_lost(_together(table, warm, Side(), seq), lost)
    of = (table.spec, values, [(s.name, s.live, s.dead) for s in known])
    before, side = remembered.found or (None, Side())
    if before != of:
        parts = _Parts(cold, table, known, dead, watch)
        side = _side(table, parts.all, parts.last if values else None)
        remembered.found = (of, side)
    return _with_lost(_together(table, warm, side, seq), lost)


def _with_lost(facts: Facts, lost: int) -> Facts:
    """The facts with the records that nobody can read now: how many, as the ledger has it. Their
    values are not known."""
    if not lost:
        return facts
    values = {name: replace(found, complete=False) for name, found in facts.values.items()}
    return replace(facts, rows=facts.rows + lost, values=values)


def _rows(connection: apsw.Connection, table: Table, tenant: str) -> Select:
    def select(sql: str, _: str | None = None) -> list[Any]:
        rows = f"{table.sql} WHERE _tenant = ?"
        return connection.execute(sql.format(rows=rows), (tenant,)).fetchall()

    return select


@dataclass(frozen=True, slots=True)
class _Parts:
    """Runs statements over the segments of a collection that use one column of it."""

    cold: Cold
    table: Table
    segments: Sequence[Segment]
    dead: Sequence[tuple[int, int]]
    watch: Watch

    def all(self, sql: str, name: str | None) -> list[Any]:
        """Over all of them."""
        return self._scan(sql, name, self.segments)

    def last(self, sql: str, name: str | None) -> list[Any]:
        """Over the last one."""
        return self._scan(sql, name, self.segments[-1:])

    def _scan(self, sql: str, name: str | None, segments: Sequence[Segment]) -> list[Any]:
        columns = columns_of(self.table, [name] if name else [])
        part = Part(self.table.sql, columns, (), 0, segments, self.dead)
        statement = sql.format(rows=f"{self.table.sql} WHERE TRUE")
        return self.cold.scan(statement, (), [part], self.watch, most=VALUES_PER_FIELD_MAX + 1)


def _side(table: Table, select: Select, sample: Select | None) -> Side:
    """`sample` looks at a part of what `select` does, or at all of it; `None`: values are not
    wanted."""
    time = table.spec.time
    span = f"min({quoted(time)}), max({quoted(time)})" if time else "NULL, NULL"
    rows, first, last = select(f"SELECT count(*), {span} FROM {{rows}}", time)[0]
    if sample is None or not rows:
        return Side(rows, first, last)
    texts = {name: field for name, field in table.spec.fields.items() if field.type == "text"}
    prose = {name for name, field in texts.items() if field.search and _is_prose(sample, name)}
    values = {}
    cut = set()
    for name in texts.keys() - prose:
        values[name] = _values(sample, name)
        if len(values[name]) <= VALUES_PER_FIELD_MAX and sample is not select:
            values[name] = _values(select, name)
        if len(values[name]) > VALUES_PER_FIELD_MAX:
            cut.add(name)
    return Side(rows, first, last, values, frozenset(cut), frozenset(prose))


def _is_prose(select: Select, name: str) -> bool:
    column = quoted(name)
    length = select(
        f"SELECT avg(length({column})) FROM (SELECT {column} FROM {{rows}}"
        f" AND {column} IS NOT NULL LIMIT {_SAMPLE_ROWS})",
        name,
    )[0][0]
    return (length or 0) > _LONG_TEXT_CHARS


def _values(select: Select, name: str) -> Counter[str]:
    """One more than a field may have at most, where it has more."""
    column = quoted(name)
    found = select(
        f"SELECT {column}, count(*) FROM {{rows}} AND {column} IS NOT NULL"
        f" GROUP BY {column} ORDER BY count(*) DESC, {column} LIMIT {VALUES_PER_FIELD_MAX + 1}",
        name,
    )
    return Counter(dict(found))


def _together(table: Table, warm: Side, cold: Side, seq: int) -> Facts:
    time = table.spec.time
    unit = _DAY_US if time is not None and table.spec.fields[time].type == "date" else 1
    ends = [end for side in (warm, cold) for end in (side.first, side.last) if end is not None]
    prose = warm.prose | cold.prose
    names = [
        n for n in table.spec.fields if n not in prose and (n in warm.values or n in cold.values)
    ]
    return Facts(
        rows=warm.rows + cold.rows,
        time_min_us=min(ends) * unit if ends else None,
        time_max_us=max(ends) * unit if ends else None,
        seq=seq,
        values={name: _field(name, warm, cold) for name in names},
    )


def _field(name: str, warm: Side, cold: Side) -> FieldValues:
    """Most frequent first, equal frequencies in text order."""
    empty: Counter[str] = Counter()
    counts = warm.values.get(name, empty) + cold.values.get(name, empty)
    found = sorted(counts, key=lambda value: (-counts[value], value))
    kept = tuple(v for v in found[:VALUES_PER_FIELD_MAX] if len(v) <= VALUE_CHARS_MAX)
    cut = name in warm.cut or name in cold.cut
    return FieldValues(kept, complete=not cut and len(kept) == len(found))
