"""What a new spec has to know about the segments of a collection, and the records that come back
among the rows because of it. In the caller's transaction, over all tenants.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import orjson

from mcp_servers.segments import ColdRow, Segment
from mcp_servers.stores import sqlite_ledger as ledger
from mcp_servers.stores.sqlite_rows import index_texts
from mcp_servers.stores.sqlite_schema import Table
from mcp_servers.stores.sqlite_writer import Transaction
from registry.errors import Unavailable
from registry.limits import ROW_GROUP_ROWS

_EXTRA: Final = "extra"


def any_record(transaction: Transaction, table: Table) -> bool:
    """Whether a segment holds a record of the collection."""
    return any(True for _ in _segments(transaction, table))


def any_value(
    transaction: Transaction, table: Table, name: str, wrong: Callable[[Any], bool]
) -> bool:
    """Whether a record in a segment has a value in this field that is `wrong`."""
    for segment in _segments(transaction, table):
        if _empty(segment, name):
            continue
        for rows in _records(transaction, segment, (name,)):
            if any(row.values[0] is not None and wrong(row.values[0]) for row in rows):
                return True
    return False


def recall(transaction: Transaction, table: Table, names: Sequence[str]) -> None:
    """Records whose `extra` holds one of these names become rows again."""
    for segment in _segments(transaction, table):
        if _empty(segment, _EXTRA):
            continue
        for rows in _records(transaction, segment, table.fields):
            wanted = [row for row in rows if row.extra and _has(row.extra, names)]
            if wanted:
                bring_back(transaction, table, segment, wanted)
                ledger.bury(transaction.connection, [(row.segment, row.row) for row in wanted])


def bring_back(
    transaction: Transaction, table: Table, segment: Segment, back: Sequence[ColdRow]
) -> None:
    """Insert live records of a segment as rows, as they are; the caller sees to the segment."""
    connection = transaction.connection
    first = int(connection.execute(table.last_row).get) + 1
    rows = [
        (first + n, segment.tenant, row.id, row.version, row.seq, row.extra, *row.values)
        for n, row in enumerate(back)
    ]
    connection.executemany(table.insert, rows)
    if table.searched:
        index_texts(connection, table, [(row[0], row[5:]) for row in rows])


def _has(extra: str, names: Sequence[str]) -> bool:
    held: dict[str, Any] = orjson.loads(extra)
    return any(held.get(name) is not None for name in names)


def _segments(transaction: Transaction, table: Table) -> Iterator[Segment]:
    for segment in ledger.every(transaction.connection):
        if segment.collection == table.name and segment.count:
            yield segment


def _empty(segment: Segment, name: str) -> bool:
    span = segment.spans.get(name)
    return span is None or span.nulls == segment.rows


def _records(
    transaction: Transaction, segment: Segment, fields: Sequence[str]
) -> Iterator[list[ColdRow]]:
    """The live records of a segment, a row group at a time."""
    if transaction.cold is None:
        raise Unavailable("This store was opened without its segments; open it with them.")
    gone = {row for _, row in ledger.dead(transaction.connection, [segment.number])}
    for first in range(0, segment.live, ROW_GROUP_ROWS):
        last = min(first + ROW_GROUP_ROWS, segment.live)
        rows = [row for row in range(first, last) if row not in gone]
        if rows:
            yield transaction.cold.read(segment, rows, fields)
