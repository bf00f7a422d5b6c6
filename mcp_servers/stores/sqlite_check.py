# ruff: noqa: S608 - identifiers come from a checked spec and are quoted; values are always bound
"""What is wrong with a row database: its pages, its structure, its indexes, its ledger. Only looks,
over a connection of its own, so that every page comes from the disk.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import apsw

from mcp_servers.stores import sqlite_sums as sums
from mcp_servers.stores.sqlite_names import search_name
from mcp_servers.stores.sqlite_schema import Schema, Table

_SHOWN_MAX: Final = 10
_STATES: Final = ("cooling", "cold", "warming", "retired", "quarantined")
_LEDGER: Final = (
    (
        "its borders are out of order",
        "SELECT number FROM _segments WHERE NOT (0 <= dead AND dead <= live AND live <= rows)",
    ),
    (
        "its count of dead records is not that of its tombstones",
        "SELECT number FROM _segments WHERE dead <> (SELECT count(*) FROM _dead"
        " WHERE segment = number AND row >= 0 AND row < live)",
    ),
    (
        "it is not there but has tombstones",
        "SELECT DISTINCT segment FROM _dead WHERE segment NOT IN (SELECT number FROM _segments)",
    ),
    (
        "its state is not one",
        f"SELECT number FROM _segments WHERE state NOT IN {_STATES}",
    ),
)


def page_faults(path: Path) -> list[str]:
    """Pages that are not what was written. Errors are apsw's, as below."""
    bad = sums.rotten(path)
    if not bad:
        return []
    named = ", ".join(map(str, bad[:_SHOWN_MAX])) + ("…" if len(bad) > _SHOWN_MAX else "")
    return [f"{len(bad)} of its pages are not what was written ({named})"]


def structure_faults(connection: apsw.Connection) -> list[str]:
    """What SQLite's own check says of tables, indexes and full-text indexes."""
    found: Any = connection.execute(f"PRAGMA integrity_check({_SHOWN_MAX})").fetchall()
    return [] if found == [("ok",)] else [str(line) for (line,) in found]


def search_faults(connection: apsw.Connection, schema: Schema) -> Iterator[str]:
    """Full-text indexes that do not hold just the rows there are."""
    for table in schema.tables.values():
        if table.searched and _strays(connection, table):
            yield f"the search index of {table.name} is not that of its rows"


def _strays(connection: apsw.Connection, table: Table) -> bool:
    indexed = f'SELECT id FROM {search_name(table.name)[:-1]}_docsize"'
    rows = f"SELECT _row FROM {table.sql}"
    return bool(
        connection.execute(
            f"SELECT EXISTS({indexed} EXCEPT {rows}) OR EXISTS({rows} EXCEPT {indexed})"
        ).get
    )


def ledger_faults(connection: apsw.Connection) -> Iterator[str]:
    """Where the ledger contradicts itself."""
    for what, sql in _LEDGER:
        found: Any = connection.execute(sql).fetchall()
        for (number,) in found[:_SHOWN_MAX]:
            yield f"segment {number}: {what}"
