"""A copy of a database as of one moment, while others write to it.

Made by `VACUUM INTO`, in one snapshot: only what is stored is in it, no page that was freed and
nothing of what was deleted, and equal contents give equal bytes. It is read and written by its
checksums like every database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import apsw

from mcp_servers.segments import Segment, State
from mcp_servers.stores import sqlite_ledger as ledger
from mcp_servers.stores import sqlite_sums as sums
from mcp_servers.stores.sqlite_connection import connect, in_our_words, translated
from registry.errors import StorageFull, shown

_LEDGER: Final = "SELECT 1 FROM sqlite_schema WHERE name = '_segments'"


@dataclass(frozen=True, slots=True)
class Content:
    """What a row database holds. `segments`: those whose objects it needs."""

    format: int
    spec: str
    seq: int
    segments: list[Segment]


def copy(path: Path, to: Path) -> None:
    """Write the copy; a file that is there is replaced. Leases are nobody's in it."""
    to.unlink(missing_ok=True)
    with translated(path):
        connection = connect(path, query_only=False)
    try:
        connection.execute("VACUUM INTO ?", (str(to),))
    except apsw.FullError as bad:  # nothing is written to but the copy
        raise StorageFull(
            f"A copy of {shown(path.name)} does not fit into {shown(to.parent)}; free some space"
            " there, then try again."
        ) from bad
    except apsw.Error as bad:
        raise in_our_words(bad, path) from bad
    finally:
        connection.close(True)
    with _opened(to) as copied:
        if copied.execute(_LEDGER).get:
            copied.execute("PRAGMA secure_delete = ON")
            copied.execute("DELETE FROM _leases")


def content(path: Path) -> Content:
    """What a copy of a row database holds."""
    with _opened(path) as connection:
        pairs: Any = connection.execute("SELECT name, value FROM _meta").fetchall()
        known = dict(pairs)
        seq = connection.execute("SELECT max(seq) FROM _changes").get or 0
        found = ledger.every(connection) if connection.execute(_LEDGER).get else []
        needed = [s for s in found if s.state is not State.RETIRED]
        return Content(int(known["format"]), str(known["spec_hash"]), int(seq), needed)


class Pin:
    """Keeps the objects of a domain where they are. Renewed by whoever holds it."""

    def __init__(self, path: Path, holder: str) -> None:
        self._path = path
        self._holder = holder

    def until(self, until_us: int) -> None:
        """Hold it until then."""
        self._change(lambda connection: ledger.pin(connection, self._holder, until_us))

    def drop(self) -> None:
        """Give it back."""
        self._change(lambda connection: ledger.unpin(connection, self._holder))

    def _change(self, work: Callable[[apsw.Connection], None]) -> None:
        with translated(self._path):
            connection = connect(self._path, query_only=False)
            try:
                if connection.execute(_LEDGER).get:
                    work(connection)
            finally:
                connection.close(True)


def in_use(path: Path) -> bool:
    """Whether any process has the database open."""
    with translated(path):
        connection = sums.open_file(path)
        try:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            return bool(connection.execute("PRAGMA journal_mode = DELETE").get != "delete")
        except (apsw.BusyError, apsw.LockedError):
            return True
        finally:
            connection.close(True)


@contextmanager
def _opened(path: Path) -> Iterator[apsw.Connection]:
    with translated(path):
        connection = sums.open_file(path)
        try:
            yield connection
        finally:
            connection.close(True)
