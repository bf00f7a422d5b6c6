# ruff: noqa: S608 - identifiers come from a checked spec and are quoted; values are always bound
"""The row database's side of moving records: reading what shall go, letting rows out, taking rows
in. Each function is one part of somebody's transaction; opens and commits nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final

import apsw
import orjson

from mcp_servers.segments import NO_TIME, ColdRow, Segment, State, bucket_of, month_bounds
from mcp_servers.stores import sqlite_ledger as ledger
from mcp_servers.stores.sqlite_names import quoted
from mcp_servers.stores.sqlite_recall import bring_back
from mcp_servers.stores.sqlite_schema import Table
from mcp_servers.stores.sqlite_writer import Transaction
from registry.errors import Conflict
from registry.limits import SEGMENT_BYTES_MAX, SEGMENT_ROWS_MAX

_ROW_BYTES: Final = 64  # what a row takes beside its texts, about
_SAMPLE: Final = 100  # rows that tell how large one is


def buckets(connection: apsw.Connection, table: Table, tenant: str) -> dict[str, int]:
    """{bucket: rows} of the rows that are not in segments."""
    if table.spec.time is None:
        ids: Any = connection.execute(f"SELECT id FROM {table.sql} WHERE _tenant = ?", (tenant,))
        return dict(sorted(Counter(bucket_of(table.spec, id, None) for (id,) in ids).items()))
    out: dict[str, int] = {}
    first = f"SELECT min({quoted(table.spec.time)}) FROM {table.sql} WHERE _tenant = ?"
    later = f"{first} AND {quoted(table.spec.time)} >= ?"
    time: Any = connection.execute(first, (tenant,)).get
    while time is not None:  # from month to month along the index
        bucket = bucket_of(table.spec, "", time)
        out[bucket] = _count(connection, table, tenant, bucket)
        following = _inside(table, bucket)[1][1]
        time = connection.execute(later, (tenant, following)).get
    none = _count(connection, table, tenant, NO_TIME)
    return {**out, **({NO_TIME: none} if none else {})}


def tenants(connection: apsw.Connection, tables: Iterable[Table]) -> list[str]:
    """Whose records there are, in rows or segments; from one to the next along the indexes."""
    names = [table.sql for table in tables]
    following = " UNION ALL ".join(
        f"SELECT min({column}) AS tenant FROM {name} WHERE {column} > ?1"
        for name, column in [*((name, "_tenant") for name in names), ("_segments", "tenant")]
    )
    out: list[str] = []
    while True:
        last = out[-1] if out else ""
        found = connection.execute(f"SELECT min(tenant) FROM ({following})", (last,)).get
        if found is None:
            return out
        out.append(str(found))


def row_bytes(connection: apsw.Connection, table: Table, tenant: str) -> int:
    """About what a row takes, by the first few."""
    found: Any = connection.execute(
        f"SELECT {table.columns} FROM {table.sql} WHERE _tenant = ? LIMIT ?", (tenant, _SAMPLE)
    ).fetchall()
    return sum(map(_size, found)) // len(found) if found else 0


def _size(row: Sequence[Any]) -> int:
    return _ROW_BYTES + sum(len(cell) for cell in row if isinstance(cell, (str, bytes)))


def _count(connection: apsw.Connection, table: Table, tenant: str, bucket: str) -> int:
    condition, values = _inside(table, bucket)
    return int(
        connection.execute(
            f"SELECT count(*) FROM {table.sql} WHERE _tenant = ? AND {condition}", (tenant, *values)
        ).get
    )


def bucket_rows(
    connection: apsw.Connection, table: Table, tenant: str, bucket: str
) -> list[tuple[Any, ...]]:
    """The first rows of a bucket, in the order of their segment: id, version, _seq, extra,
    fields."""
    condition, values = _inside(table, bucket)
    order = f"{quoted(table.spec.time)}, id" if table.spec.time else "id"
    found: Any = connection.execute(
        f"SELECT {table.columns} FROM {table.sql} WHERE _tenant = ? AND {condition}"
        f" ORDER BY {order}",
        (tenant, *values),
    )
    out: list[tuple[Any, ...]] = []
    size = 0
    for row in _of_bucket(found, table, bucket):
        size += _size(row)
        out.append(row)
        if len(out) == SEGMENT_ROWS_MAX or size > SEGMENT_BYTES_MAX:
            break
    return out


def bucket_ids(
    connection: apsw.Connection, table: Table, tenant: str, bucket: str, most: int
) -> list[str]:
    """Of the first rows of a bucket."""
    condition, values = _inside(table, bucket)
    found: Any = connection.execute(
        f"SELECT id FROM {table.sql} WHERE _tenant = ? AND {condition}", (tenant, *values)
    )
    return [id for (id,) in islice(_of_bucket(found, table, bucket), most)]


def _inside(table: Table, bucket: str) -> tuple[str, tuple[int, ...]]:
    time = table.spec.time
    if time is None:
        return "TRUE", ()
    if bucket == NO_TIME:
        return f"{quoted(time)} IS NULL", ()
    unit_us = table.spec.fields[time].type == "time"
    return f"{quoted(time)} >= ? AND {quoted(time)} < ?", month_bounds(bucket, unit_us=unit_us)


def _of_bucket(found: Any, table: Table, bucket: str) -> Iterator[tuple[Any, ...]]:
    if table.spec.time is not None:
        return iter(found)
    return (row for row in found if bucket_of(table.spec, row[0], None) == bucket)


def let_out(
    transaction: Transaction, table: Table, segment: Segment, moved: Sequence[ColdRow]
) -> Segment:
    """Rows leave for the segment, whose border moves over them. What changed since it was copied
    stays, and is dead in the segment."""
    _expect(transaction, segment)
    connection = transaction.connection
    wanted = orjson.dumps([row.id for row in moved]).decode()
    stored: Any = connection.execute(
        f"SELECT id, version, _seq, _row FROM {table.sql}"
        " WHERE _tenant = ? AND id IN (SELECT value FROM json_each(?))",
        (segment.tenant, wanted),
    ).fetchall()
    places = {(id, version, seq): place for id, version, seq, place in stored}
    leaving, changed = [], []
    for row in moved:
        place = places.get((row.id, row.version, row.seq))
        if place is None:
            changed.append((segment.number, row.row))
        else:
            leaving.append((place,))
    connection.executemany(table.delete, leaving)
    if table.searched:
        connection.executemany(table.search_delete, leaving)
    live = moved[-1].row + 1
    state = State.COLD if live == segment.rows else State.COOLING
    ledger.set_live(connection, segment, live, state, transaction.now_us)
    ledger.bury(connection, changed)
    return now(transaction, segment)


def take_in(
    transaction: Transaction, table: Table, segment: Segment, moved: Sequence[ColdRow]
) -> Segment:
    """The last live rows of the segment come back as rows, and its border moves below them."""
    _expect(transaction, segment)
    connection = transaction.connection
    gone = ledger.buried(connection, [(segment.number, row.row) for row in moved])
    back = [row for row in moved if (segment.number, row.row) not in gone]
    bring_back(transaction, table, segment, back)
    live = moved[0].row
    state = State.WARMING if live else State.RETIRED
    ledger.set_live(connection, segment, live, state, transaction.now_us)
    return now(transaction, segment)


def take_some(
    transaction: Transaction, table: Table, segment: Segment, wanted: Sequence[ColdRow]
) -> list[int]:
    """Single live records of the segment come back as rows; which of its rows they were."""
    connection = transaction.connection
    places = [(segment.number, row.row) for row in wanted]
    gone = ledger.buried(connection, places)
    back = [
        row for row in wanted if row.row < segment.live and (segment.number, row.row) not in gone
    ]
    bring_back(transaction, table, segment, back)
    ledger.bury(connection, [(segment.number, row.row) for row in back])
    return [row.row for row in back]


def swap(
    transaction: Transaction,
    sources: Sequence[Segment],
    copied: Sequence[tuple[int, int]],
    new: Segment | None,
) -> Segment | None:
    """`new` takes the place of `sources`, which retire; `copied`: the (segment, row) that each of
    its rows was copied from. What was replaced or deleted since is dead in it. The new one as it is
    entered."""
    for source in sources:
        _expect(transaction, source)
    connection = transaction.connection
    gone = set(ledger.dead(connection, [source.number for source in sources]))
    for source in sources:
        ledger.set_live(connection, source, 0, State.RETIRED, transaction.now_us)
    if new is None:
        return None
    entered = ledger.enter(connection, new, transaction.now_us)
    buried = [(entered.number, row) for row, place in enumerate(copied) if place in gone]
    ledger.bury(connection, buried)
    return entered


def _expect(transaction: Transaction, segment: Segment) -> None:
    found = now(transaction, segment)
    if (found.state, found.live) != (segment.state, segment.live):
        raise Conflict(f"Segment {segment.number} was moved by another process; look again.")


def now(transaction: Transaction, segment: Segment) -> Segment:
    """The segment as the ledger has it; `Conflict` when it is no more."""
    found = ledger.one(transaction.connection, segment.number)
    if found is None or found.name != segment.name:
        raise Conflict(f"Segment {segment.number} is gone; look again.")
    return found
