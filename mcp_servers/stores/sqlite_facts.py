# ruff: noqa: S608 - identifiers come from a checked spec and are quoted; values are always bound
"""What is stored in a collection: how much, from when to when, and the words its text fields
hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import apsw

from mcp_servers.stores.sqlite_names import quoted
from mcp_servers.stores.sqlite_schema import Table
from registry.catalog import Facts, FieldValues
from registry.limits import VALUE_CHARS_MAX, VALUES_PER_FIELD_MAX

_DAY_US: Final = 86_400_000_000
_SAMPLE_ROWS: Final = 500
_LONG_TEXT_CHARS: Final = (
    60  # a searched field whose values are longer than this on average is prose
)


def facts_of(
    connection: apsw.Connection, table: Table, tenant: str, *, seq: int, values: bool
) -> Facts:
    """One collection's facts for one tenant, from one snapshot."""
    time = table.spec.time
    span = f"min({quoted(time)}), max({quoted(time)})" if time else "NULL, NULL"
    found: Any = connection.execute(
        f"SELECT count(*), {span} FROM {table.sql} WHERE _tenant = ?", (tenant,)
    ).fetchone()
    rows, first, last = found
    day = time is not None and table.spec.fields[time].type == "date"
    unit = _DAY_US if day else 1
    words = dict(_vocabulary(connection, table, tenant)) if values and rows else {}
    return Facts(
        rows=rows,
        time_min_us=None if first is None else first * unit,
        time_max_us=None if last is None else last * unit,
        seq=seq,
        values=words,
    )


def _vocabulary(
    connection: apsw.Connection, table: Table, tenant: str
) -> Iterator[tuple[str, FieldValues]]:
    for name, field in table.spec.fields.items():
        if field.type == "text" and not _is_prose(connection, table, tenant, name):
            yield name, _values(connection, table, tenant, name)


def _is_prose(connection: apsw.Connection, table: Table, tenant: str, name: str) -> bool:
    if not table.spec.fields[name].search:
        return False
    column = quoted(name)
    length = connection.execute(
        f"SELECT avg(length({column})) FROM (SELECT {column} FROM {table.sql}"
        f" WHERE _tenant = ? AND {column} IS NOT NULL LIMIT ?)",
        (tenant, _SAMPLE_ROWS),
    ).get
    return (length or 0) > _LONG_TEXT_CHARS


def _values(connection: apsw.Connection, table: Table, tenant: str, name: str) -> FieldValues:
    """Most frequent first, equal frequencies in text order."""
    column = quoted(name)
    found: list[Any] = connection.execute(
        f"SELECT {column}, length({column}) <= ? FROM {table.sql}"
        f" WHERE _tenant = ? AND {column} IS NOT NULL"
        f" GROUP BY {column} ORDER BY count(*) DESC, {column} LIMIT ?",
        (VALUE_CHARS_MAX, tenant, VALUES_PER_FIELD_MAX + 1),
    ).fetchall()
    kept = tuple(value for value, short in found[:VALUES_PER_FIELD_MAX] if short)
    return FieldValues(kept, complete=len(kept) == len(found))
