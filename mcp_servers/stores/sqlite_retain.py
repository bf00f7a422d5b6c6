# ruff: noqa: S608 - identifiers come from a checked spec and are quoted; values are always bound
"""Records past their time, inside a row database: which rows they are, and taking them out of rows
and segments. Each function is one part of somebody's transaction; opens and commits nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import apsw

from mcp_servers.segments import Segment, State
from mcp_servers.stores import sqlite_holds as holds
from mcp_servers.stores import sqlite_ledger as ledger
from mcp_servers.stores import sqlite_moves as moves
from mcp_servers.stores.sqlite_erase import free
from mcp_servers.stores.sqlite_names import quoted
from mcp_servers.stores.sqlite_rows import delete
from mcp_servers.stores.sqlite_schema import Table
from mcp_servers.stores.sqlite_writer import Transaction
from registry.errors import Conflict
from registry.limits import RETENTION_NOTICE_DAYS, RETENTION_ROWS
from registry.moment import US_DAY

_KEPT_US: Final = 2 * RETENTION_NOTICE_DAYS * US_DAY


@dataclass(frozen=True, slots=True)
class Past:
    """Records whose time is earlier than `time` and whose last change is no later than `seq`."""

    time: int
    seq: int


def days(transaction: Transaction) -> list[tuple[int, int]]:
    """(instant, last change by then), oldest first, with today's. Instants that are still to come
    are of a clock that was wrong."""
    connection = transaction.connection
    now_us = transaction.now_us
    connection.execute("DELETE FROM _days WHERE at_us > ?", (now_us,))
    last = connection.execute("SELECT max(at_us) FROM _days").get
    if last is None or now_us - last >= US_DAY:
        connection.execute("INSERT INTO _days VALUES (?, ?)", (now_us, transaction.seq))
        connection.execute(
            "DELETE FROM _days WHERE at_us < (SELECT max(at_us) FROM _days WHERE at_us <= ?)",
            (now_us - _KEPT_US,),
        )
    found: Any = connection.execute("SELECT at_us, seq FROM _days ORDER BY at_us").fetchall()
    return list(found)


def past(
    connection: apsw.Connection, table: Table, tenant: str, bound: Past, after: int
) -> list[tuple[int, str]]:
    """(place, id) of the first rows that are past, behind place `after`."""
    assert table.spec.time is not None
    found: Any = connection.execute(
        f"SELECT _row, id FROM {table.sql} WHERE _tenant = ? AND {quoted(table.spec.time)} < ?"
        " AND _seq <= ? AND _row > ? ORDER BY _row LIMIT ?",
        (tenant, bound.time, bound.seq, after, RETENTION_ROWS),
    ).fetchall()
    return list(found)


def drop_rows(transaction: Transaction, table: Table, tenant: str, ids: Sequence[str]) -> int:
    """Delete those of these records that are not held; how many."""
    loose = free(transaction, table, tenant, ids)
    return delete(transaction, table, tenant, loose, None) if loose else 0


def drop_segment(transaction: Transaction, segment: Segment) -> int:
    """A segment retires with all that is live in it; how many records. None where something of the
    collection is held."""
    connection = transaction.connection
    found = _same(transaction, segment)
    if holds.of(connection, segment.tenant, segment.collection):
        return 0
    ledger.set_live(connection, segment, 0, State.RETIRED, transaction.now_us)
    transaction.log(segment.tenant, segment.collection, [""])
    return found.count


def bury(transaction: Transaction, segment: Segment, rows: Sequence[int]) -> int:
    """Tombstones for these rows of a segment; how many were live."""
    connection = transaction.connection
    _same(transaction, segment)
    places = [(segment.number, row) for row in rows if row < segment.live]
    gone = ledger.buried(connection, places)
    live = [place for place in places if place not in gone]
    ledger.bury(connection, live)
    if live:
        transaction.log(segment.tenant, segment.collection, [""])
    return len(live)


def _same(transaction: Transaction, segment: Segment) -> Segment:
    found = moves.now(transaction, segment)
    if (found.state, found.live) != (segment.state, segment.live):
        raise Conflict(f"Segment {segment.number} was moved by another process; look again.")
    return found
