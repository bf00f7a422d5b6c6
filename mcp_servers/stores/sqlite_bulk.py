# ruff: noqa: S608 - identifiers come from a checked spec and are quoted; values are always bound
"""The row database's side of a bulk load: what stands under the ids of some records, and entering
the segments that take their place. Each function is one part of somebody's transaction or look;
opens and commits nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

import apsw

from mcp_servers.segments import Segment
from mcp_servers.stores import sqlite_holds as holds
from mcp_servers.stores import sqlite_ledger as ledger
from mcp_servers.stores.sqlite_holds import Held
from mcp_servers.stores.sqlite_lists import bound, pieces
from mcp_servers.stores.sqlite_schema import Table
from mcp_servers.stores.sqlite_writer import Transaction

_AT_ONCE: Final = 10_000
#: of a load in the table of leases; the sweep spares objects while one is at work
LEASE: Final = "load/"


@dataclass(frozen=True, slots=True)
class Sight:
    """What a look saw: the last change, the segments with the rows of them that are dead, how many
    rows lie outside of segments, and what is under legal hold."""

    seq: int
    segments: list[Segment]
    dead: set[tuple[int, int]]
    rows: int
    held: Held

    @property
    def borders(self) -> list[tuple[int, int]]:
        """Moves with every segment that comes, goes or is moved."""
        return [(s.number, s.live) for s in self.segments]


def sight(connection: apsw.Connection, table: Table, tenant: str) -> Sight:
    """In the caller's snapshot."""
    segments = ledger.segments(connection, tenant, table.name)
    dead = ledger.dead(connection, [s.number for s in segments if s.dead])
    rows = connection.execute(f"SELECT count(*) FROM {table.sql} WHERE _tenant = ?", (tenant,)).get
    held = holds.of(connection, tenant, table.name)
    return Sight(_last_change(connection), segments, set(dead), int(rows), held)


def all_ids(
    connection: apsw.Connection, table: Table, tenant: str
) -> Iterator[list[tuple[str, int]]]:
    """(id, `_row`) of the rows, some at a time."""
    cursor: Any = connection.execute(
        f"SELECT id, _row FROM {table.sql} WHERE _tenant = ?", (tenant,)
    )
    while some := list(islice(cursor, _AT_ONCE)):
        yield some


def places_of(
    connection: apsw.Connection, table: Table, tenant: str, ids: Sequence[str]
) -> list[int]:
    """`_row` of those of these ids that are rows."""
    found: list[int] = []
    for some in pieces(ids, _AT_ONCE):
        keys: Any = connection.execute(table.select_keys, (tenant, bound(some)))
        found += [place for place, _ in keys]
    return found


def rows_at(
    connection: apsw.Connection, table: Table, places: Sequence[int]
) -> Iterator[list[tuple[Any, ...]]]:
    """`_row`, id, version, _seq, extra and the fields of these rows, some at a time."""
    for some in pieces(places, _AT_ONCE):
        found: Any = connection.execute(
            f"SELECT _row, {table.columns} FROM {table.sql}"
            " WHERE _row IN (SELECT value FROM json_each(?))",
            (bound(some),),
        ).fetchall()
        yield list(found)


def moved_since(
    transaction: Transaction, table: Table, tenant: str, seen: Sight
) -> list[str] | None:
    """The ids that changed since a look; `None` when it cannot be told, or more than ids did."""
    connection = transaction.connection
    now = ledger.segments(connection, tenant, table.name)
    if [(s.number, s.live) for s in now] != seen.borders:
        return None
    if holds.of(connection, tenant, table.name) != seen.held:
        return None
    first = connection.execute("SELECT min(seq) FROM _changes").get
    if first is not None and first > seen.seq + 1:
        return None
    found: Any = connection.execute(
        "SELECT id FROM _changes WHERE seq > ?"
        " AND (collection = '' OR (tenant = ? AND collection = ?))",
        (seen.seq, tenant, table.name),
    ).fetchall()
    ids = [id for (id,) in found]
    return None if "" in ids else ids


def enter(
    transaction: Transaction,
    table: Table,
    tenant: str,
    segments: Sequence[Segment],
    gone: Collection[tuple[int, int]],
) -> None:
    """New segments, and what they replace out of the way."""
    connection = transaction.connection
    for segment in segments:
        ledger.enter(connection, segment, transaction.now_us)
    ledger.bury(connection, [place for place in gone if place[0]])
    rows = [(row,) for number, row in gone if not number]
    connection.executemany(table.delete, rows)
    if table.searched:
        connection.executemany(table.search_delete, rows)
    if segments:
        transaction.log(tenant, table.name, [""])


def loads_at_work(transaction: Transaction) -> bool:
    """Whether a bulk load is at work on the domain. Those whose lease ran out are no more."""
    connection = transaction.connection
    name = f"{LEASE}*"
    connection.execute(
        "DELETE FROM _leases WHERE name GLOB ? AND until_us <= ?", (name, transaction.now_us)
    )
    return bool(connection.execute("SELECT 1 FROM _leases WHERE name GLOB ?", (name,)).get)


def _last_change(connection: apsw.Connection) -> int:
    return int(connection.execute("SELECT max(seq) FROM _changes").get or 0)
