"""The ledger inside a row database: segments, tombstones, leases. Knows SQL; opens and commits
nothing.

_segments   one row per object; see `mcp_servers.segments.Segment`
_dead       (segment, row) of records that were replaced or deleted since
_held       records that may not be deleted; see `sqlite_holds`
_days       (instant, last change by then), about one a day; retention tells by it what is how old
_erased     what each erasure took out of a collection, counted where it is taken out
_leases     who does what only one process may do at a time
_meta       `ledger`: moves with every change of the two tables above it

No batches stand here: a move under way is its segment's state, and it may stop anywhere, because
every transaction of it leaves each record in one place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

import apsw
import orjson

from mcp_servers.segments import Segment, Span, State
from registry.errors import TooBusy
from registry.limits import BACKUP_PIN_SECONDS

LEDGER: Final = (
    "CREATE TABLE _segments(number INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE,"
    " tenant TEXT NOT NULL, collection TEXT NOT NULL, bucket TEXT NOT NULL, state TEXT NOT NULL,"
    " rows INTEGER NOT NULL, live INTEGER NOT NULL, dead INTEGER NOT NULL, bytes INTEGER NOT NULL,"
    " checksum TEXT NOT NULL, columns TEXT NOT NULL, spans TEXT NOT NULL,"
    " changed_us INTEGER NOT NULL) STRICT",
    "CREATE INDEX i__segments__place ON _segments(tenant, collection)",
    "CREATE TABLE _dead(segment INTEGER, row INTEGER, PRIMARY KEY (segment, row))"
    " STRICT, WITHOUT ROWID",
    "CREATE TABLE _leases(name TEXT PRIMARY KEY, holder TEXT NOT NULL, until_us INTEGER NOT NULL)"
    " STRICT, WITHOUT ROWID",
    "CREATE TABLE _erased(tenant TEXT, erasure TEXT, collection TEXT, deleted INTEGER NOT NULL,"
    " emptied INTEGER NOT NULL, PRIMARY KEY (tenant, erasure, collection)) STRICT",
    "CREATE TABLE _days(at_us INTEGER PRIMARY KEY, seq INTEGER NOT NULL) STRICT",
    "CREATE TABLE _held(tenant TEXT, collection TEXT, field TEXT, value ANY, reason TEXT NOT NULL,"
    " PRIMARY KEY (tenant, collection, field, value)) STRICT, WITHOUT ROWID",
    "INSERT INTO _meta VALUES ('ledger', 0)",
)
_PIN: Final = "pin "
_COLUMNS: Final = (
    "number, name, tenant, collection, bucket, state, rows, live, dead, bytes, checksum, columns,"
    " spans, changed_us"
)
_SELECT: Final = f"SELECT {_COLUMNS} FROM _segments"  # noqa: S608 - all of it is written here


def epoch(connection: apsw.Connection) -> int:
    """Moves with every change of the ledger; 0: there never was a segment."""
    return int(connection.execute("SELECT value FROM _meta WHERE name = 'ledger'").get or 0)


def segments(connection: apsw.Connection, tenant: str, collection: str) -> list[Segment]:
    """Those with live rows, in order of their numbers."""
    found = connection.execute(
        f"{_SELECT} WHERE tenant = ? AND collection = ? AND live > dead ORDER BY number",
        (tenant, collection),
    )
    return [_segment(cells) for cells in found]


def every(connection: apsw.Connection) -> list[Segment]:
    """All that the ledger knows, retired ones too."""
    return [_segment(cells) for cells in connection.execute(f"{_SELECT} ORDER BY number")]


def one(connection: apsw.Connection, number: int) -> Segment | None:
    """A segment by its number."""
    cells = connection.execute(f"{_SELECT} WHERE number = ?", (number,)).fetchone()
    return None if cells is None else _segment(cells)


def enter(connection: apsw.Connection, new: Segment, now_us: int) -> Segment:
    """A new segment with its number. An object that retired under the same name begins anew."""
    old = connection.execute("SELECT number FROM _segments WHERE name = ?", (new.name,)).get
    if old is not None:
        connection.execute("DELETE FROM _dead WHERE segment = ?", (old,))
        connection.execute("DELETE FROM _segments WHERE number = ?", (old,))
    connection.execute(
        f"INSERT INTO _segments({_COLUMNS}) VALUES (NULL, {', '.join('?' * 13)})",  # noqa: S608 - marks
        (
            new.name, new.tenant, new.collection, new.bucket, new.state.value, new.rows, new.live,
            new.dead, new.bytes, new.checksum, orjson.dumps(dict(new.columns)).decode(),
            orjson.dumps({n: (s.low, s.high, s.nulls) for n, s in new.spans.items()}).decode(),
            now_us,
        ),
    )  # fmt: skip
    _moved(connection)
    found = one(connection, connection.last_insert_rowid())
    assert found is not None
    return found


def set_live(
    connection: apsw.Connection, segment: Segment, live: int, state: State, now_us: int
) -> None:
    """Move the border of what is live. Tombstones past it go with it, and with retirement what the
    segment told of its records' values."""
    connection.execute("DELETE FROM _dead WHERE segment = ? AND row >= ?", (segment.number, live))
    connection.execute(
        "UPDATE _segments SET live = ?1, state = ?2, changed_us = ?3,"
        " dead = (SELECT count(*) FROM _dead WHERE segment = number),"
        " spans = CASE ?2 WHEN ?5 THEN '{}' ELSE spans END WHERE number = ?4",
        (live, state.value, now_us, segment.number, State.RETIRED.value),
    )
    _moved(connection)


def set_state(connection: apsw.Connection, segment: Segment, state: State, now_us: int) -> None:
    """Enter or leave quarantine; what is live stays."""
    connection.execute(
        "UPDATE _segments SET state = ?, changed_us = ? WHERE number = ?",
        (state.value, now_us, segment.number),
    )
    _moved(connection)


def bury(connection: apsw.Connection, places: Sequence[tuple[int, int]]) -> None:
    """Tombstones for (segment, row)."""
    if not places:
        return
    connection.executemany("INSERT INTO _dead(segment, row) VALUES (?, ?)", places)
    connection.executemany(
        "UPDATE _segments SET dead = dead + ? WHERE number = ?",
        [(count, number) for number, count in Counter(n for n, _ in places).items()],
    )
    _moved(connection)


def dead(connection: apsw.Connection, numbers: Sequence[int]) -> list[tuple[int, int]]:
    """The tombstones of these segments."""
    found: Any = connection.execute(
        "SELECT segment, row FROM _dead WHERE segment IN (SELECT value FROM json_each(?))",
        (orjson.dumps(list(numbers)).decode(),),
    ).fetchall()
    return list(found)


def buried(connection: apsw.Connection, places: Sequence[tuple[int, int]]) -> set[tuple[int, int]]:
    """Those of these (segment, row) that have a tombstone."""
    found = set()
    for place in places:
        if connection.execute("SELECT 1 FROM _dead WHERE segment = ? AND row = ?", place).get:
            found.add(place)
    return found


def erase(connection: apsw.Connection, number: int) -> None:
    """Forget a retired segment."""
    connection.execute("DELETE FROM _dead WHERE segment = ?", (number,))
    connection.execute("DELETE FROM _segments WHERE number = ?", (number,))


def stop_moves(connection: apsw.Connection, now_us: int) -> None:
    """Every move under way stays where it is; the rest of its object is never read."""
    connection.execute(
        "UPDATE _segments SET state = ?, changed_us = ? WHERE state IN (?, ?)",
        (State.COLD.value, now_us, State.COOLING.value, State.WARMING.value),
    )
    if connection.changes():
        _moved(connection)


def lease(connection: apsw.Connection, name: str, holder: str, now_us: int, until_us: int) -> None:
    """Take a lease; `TooBusy` while another holds it. One that ends much later than this would was
    made by a clock that has been set back since."""
    found: Any = connection.execute(
        "SELECT holder, until_us FROM _leases WHERE name = ?", (name,)
    ).fetchone()
    late_us = until_us + (until_us - now_us)
    if found is not None and found[0] != holder and now_us < found[1] < late_us:
        raise TooBusy("Another process is moving segments of this domain.", retry_after_ms=1_000)
    connection.execute("INSERT OR REPLACE INTO _leases VALUES (?, ?, ?)", (name, holder, until_us))


def keep(connection: apsw.Connection, name: str, holder: str, until_us: int) -> None:
    """Renew a lease; `TooBusy` when it ran out and another had it since, even for a moment: what
    this holder wrote outside of the ledger may be gone."""
    connection.execute(
        "UPDATE _leases SET until_us = ? WHERE name = ? AND holder = ?", (until_us, name, holder)
    )
    if not connection.changes():
        raise TooBusy(
            "Another process moved segments meanwhile; start again.", retry_after_ms=1_000
        )


def pin(connection: apsw.Connection, holder: str, until_us: int) -> None:
    """Until then no object is removed: somebody copies those of one moment."""
    connection.execute(
        "INSERT OR REPLACE INTO _leases VALUES (?, ?, ?)", (f"{_PIN}{holder}", holder, until_us)
    )


def unpin(connection: apsw.Connection, holder: str) -> None:
    """Give a pin back."""
    release(connection, f"{_PIN}{holder}", holder)


def pinned(connection: apsw.Connection, now_us: int) -> bool:
    """Whether an object that is retired may still be copied. A pin that ends much later than one
    that is made now was made by a clock that has been set back since."""
    late_us = now_us + 2 * BACKUP_PIN_SECONDS * 1_000_000
    found = connection.execute(
        "SELECT EXISTS(SELECT 1 FROM _leases WHERE name GLOB ? AND until_us > ? AND until_us < ?)",
        (f"{_PIN}*", now_us, late_us),
    )
    return bool(found.get)


def release(connection: apsw.Connection, name: str, holder: str) -> None:
    """Give a lease back."""
    connection.execute("DELETE FROM _leases WHERE name = ? AND holder = ?", (name, holder))


def _moved(connection: apsw.Connection) -> None:
    connection.execute("UPDATE _meta SET value = value + 1 WHERE name = 'ledger'")


def _segment(cells: Any) -> Segment:
    *plain, columns, spans, changed = cells
    number, name, tenant, collection, bucket, state, *sizes = plain
    rows, live, dead, bytes_, checksum = sizes
    return Segment(
        number, name, tenant, collection, bucket, State(state), rows, live, dead, bytes_, checksum,
        _columns(columns), _spans(spans), changed,
    )  # fmt: skip


@lru_cache(4_096)
def _columns(text: str) -> Mapping[str, str]:
    found: dict[str, str] = orjson.loads(text)
    return MappingProxyType(found)


@lru_cache(4_096)
def _spans(text: str) -> Mapping[str, Span]:
    return MappingProxyType({name: Span(*span) for name, span in orjson.loads(text).items()})
