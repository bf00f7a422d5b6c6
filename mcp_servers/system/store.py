"""What the orchestrator remembers, in DATA/system.db: conversations and the epoch of the domain
list. Its tables of legal holds and erasures are `custody`'s, that of lessons is `lessons`'.

Every row carries its tenant. Everything is bounded and expires; nothing here is a user's record.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import apsw
import orjson

from mcp_servers.stores import sqlite_sums as sums
from mcp_servers.stores.sqlite_check import page_faults, structure_faults
from mcp_servers.stores.sqlite_connection import enter_wal
from registry import limits
from registry.clock import Clock
from registry.errors import Corrupt, IsothermError, StorageFull, TooBusy, TooLarge, Unavailable

T = TypeVar("T")
KEPT_SECONDS: Final = 86_400
NOTE_BYTES_MAX: Final = 512 << 10  # of one conversation or lease
NOTES_MAX: Final = 10_000  # conversations of one tenant
_FORMAT: Final = 3  # kept in user_version; 0: a new file
_DAMAGED: Final = "system.db is damaged; restore it from a backup or set it aside."
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS note(
  tenant TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL,
  body BLOB NOT NULL, at_us INTEGER NOT NULL,
  PRIMARY KEY (tenant, kind, id)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS note_age ON note(kind, at_us);
CREATE TABLE IF NOT EXISTS epoch(
  one INTEGER PRIMARY KEY CHECK (one = 1), epoch INTEGER NOT NULL, signature TEXT NOT NULL);
INSERT OR IGNORE INTO epoch VALUES (1, 1, '');
CREATE TABLE IF NOT EXISTS hold(
  tenant TEXT NOT NULL, kind TEXT NOT NULL, target TEXT NOT NULL,
  reason TEXT NOT NULL, by TEXT NOT NULL, at_us INTEGER NOT NULL,
  PRIMARY KEY (tenant, kind, target)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS custody_log(
  seq INTEGER PRIMARY KEY, tenant TEXT NOT NULL, at_us INTEGER NOT NULL, by TEXT NOT NULL,
  action TEXT NOT NULL, kind TEXT NOT NULL, target TEXT NOT NULL, reason TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS erasure(
  tenant TEXT NOT NULL, digest TEXT NOT NULL, subject TEXT, begun_us INTEGER NOT NULL,
  done_us INTEGER, work TEXT NOT NULL, receipt TEXT NOT NULL,
  PRIMARY KEY (tenant, digest, begun_us)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS secret(one INTEGER PRIMARY KEY CHECK (one = 1), value BLOB NOT NULL);
INSERT OR IGNORE INTO secret VALUES (1, randomblob(32));
CREATE TABLE IF NOT EXISTS lesson(
  tenant TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL,
  body BLOB NOT NULL, at_us INTEGER NOT NULL,
  PRIMARY KEY (tenant, kind, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS lesson_epoch(tenant TEXT PRIMARY KEY, epoch INTEGER NOT NULL)
  WITHOUT ROWID;
PRAGMA user_version = 3;
"""


class SystemStore:
    """One connection behind a lock; calls are short: inline or in a worker thread."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._clock = clock
        self._path = folder / "system.db"
        self._lock = threading.Lock()
        with _translated():
            self._db = _open(self._path)

    def epoch(self, signature: str) -> int:
        """The epoch of the domain list; one more when `signature` is new. All processes see the
        same.
        """

        def work(db: apsw.Connection) -> int:
            known = "SELECT epoch FROM epoch WHERE signature = ?"
            epoch = db.execute(known, (signature,)).get
            return self._bump(db, signature) if epoch is None else int(epoch)

        return self._run(work)

    def _bump(self, db: apsw.Connection, signature: str) -> int:
        # Another process may have seen the same change first: the condition keeps it one step.
        with _immediate(db):
            db.execute(
                "UPDATE epoch SET epoch = epoch + 1, signature = ? WHERE signature <> ?",
                (signature, signature),
            )
            return int(db.execute("SELECT epoch FROM epoch").get)

    def note(self, tenant: str, kind: str, key: str) -> Any | None:
        """A kept body, or `None` when unknown or older than a day."""
        oldest = self._oldest_us()

        def work(db: apsw.Connection) -> Any | None:
            row = db.execute(
                "SELECT body FROM note WHERE tenant = ? AND kind = ? AND id = ? AND at_us > ?",
                (tenant, kind, key, oldest),
            ).fetchone()
            return None if row is None else orjson.loads(row[0])

        return self._run(work)

    def keep(self, tenant: str, kind: str, key: str, change: Callable[[Any | None], Any]) -> Any:
        """Replace a body by `change(body or None)` in one transaction; the new body."""

        def work(db: apsw.Connection) -> Any:
            with _immediate(db):
                self._expire(db, tenant, kind)
                row = db.execute(
                    "SELECT body FROM note WHERE tenant = ? AND kind = ? AND id = ?",
                    (tenant, kind, key),
                ).fetchone()
                body = change(None if row is None else orjson.loads(row[0]))
                db.execute(
                    "INSERT OR REPLACE INTO note VALUES (?, ?, ?, ?, ?)",
                    (tenant, kind, key, _packed(body), self._clock.now_us()),
                )
                return body

        return self._run(work)

    def drop(self, tenant: str, kind: str, key: str) -> Any | None:
        """Forget a body at once; what it was, or `None` where none was known."""

        def work(db: apsw.Connection) -> Any | None:
            with _immediate(db):
                row = db.execute(
                    "DELETE FROM note WHERE tenant = ? AND kind = ? AND id = ? RETURNING body",
                    (tenant, kind, key),
                ).fetchone()
                return None if row is None else orjson.loads(row[0])

        return self._run(work)

    def faults(self) -> list[str]:
        """What is wrong with the file, read to the last byte."""
        return file_faults(self._path)

    def forget(self, tenant: str) -> dict[str, int]:
        """Drop all conversations of a tenant: they may quote anybody. {kind: how
        many}."""

        def work(db: apsw.Connection) -> dict[str, int]:
            with _immediate(db):
                found: Any = db.execute(
                    "SELECT kind, count(*) FROM note WHERE tenant = ? GROUP BY kind", (tenant,)
                ).fetchall()
                db.execute("DELETE FROM note WHERE tenant = ?", (tenant,))
                return dict(found)

        return self._run(work)

    def close(self) -> None:
        with self._lock, _translated():
            self._db.close()

    def _expire(self, db: apsw.Connection, tenant: str, kind: str) -> None:
        db.execute("DELETE FROM note WHERE kind = ? AND at_us <= ?", (kind, self._oldest_us()))
        db.execute(
            "DELETE FROM note WHERE tenant = ?1 AND kind = ?2 AND id IN (SELECT id FROM note "
            "WHERE tenant = ?1 AND kind = ?2 ORDER BY at_us DESC LIMIT -1 OFFSET ?3)",
            (tenant, kind, NOTES_MAX - 1),
        )

    def _oldest_us(self) -> int:
        return self._clock.now_us() - KEPT_SECONDS * 1_000_000

    def _run(self, work: Callable[[apsw.Connection], T]) -> T:
        with self._lock, _translated():
            return work(self._db)


def file_faults(path: Path) -> list[str]:
    """What is wrong with a system.db, read to the last byte."""
    try:
        with _translated():
            found = page_faults(path)
            db = sums.open_file(path)
            try:
                made = int(db.execute("PRAGMA user_version").get)
                newer = [f"it has format {made}, made by a newer version"] if made > _FORMAT else []
                return found + structure_faults(db) + newer
            finally:
                db.close()
    except IsothermError as refusal:
        return [refusal.message]


@dataclass(frozen=True, slots=True)
class Since:
    """How many erasures began after a moment, and how many of the holds were put after it."""

    erased: int = 0
    held: int = 0


def custody_since(path: Path, since_us: int) -> Since:
    """What a system.db knows of that an older backup does not."""
    with _translated():
        db = sums.open_file(path)
        try:
            if not db.execute("SELECT 1 FROM sqlite_schema WHERE name = 'erasure'").get:
                return Since()
            erased = db.execute("SELECT count(*) FROM erasure WHERE begun_us > ?", (since_us,)).get
            held = db.execute("SELECT count(*) FROM hold WHERE at_us > ?", (since_us,)).get
            return Since(int(erased), int(held))
        finally:
            db.close()


def _open(path: Path) -> apsw.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        sums.add(path)
    db = sums.open_file(path)
    db.set_busy_timeout(limits.BUSY_MS_MAX)
    # NORMAL: a power cut may take the last turns of a conversation, never the file's wholeness; an
    # fsync would cost each question more than its answer.
    enter_wal(db)
    db.execute("PRAGMA synchronous=NORMAL; PRAGMA trusted_schema=OFF")
    version = int(db.execute("PRAGMA user_version").get)
    if version > _FORMAT:
        db.close()
        raise Unavailable(
            f"system.db has format {version}, made by a newer version; this one reads"
            f" up to {_FORMAT}. Upgrade Isotherm, or use another data folder."
        )
    if version < _FORMAT:
        with _immediate(db):
            db.execute(_SCHEMA)
    return db


def _packed(body: Any) -> bytes:
    packed = orjson.dumps(body)
    if len(packed) > NOTE_BYTES_MAX:
        raise TooLarge(
            f"A conversation is larger than {NOTE_BYTES_MAX >> 10} KiB; start a new one."
        )
    return packed


@contextmanager
def _immediate(db: apsw.Connection) -> Iterator[None]:
    """A write transaction that takes its lock at once, so that two processes queue and do not
    deadlock.
    """
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except IsothermError:
        raise
    except (apsw.BusyError, apsw.LockedError):
        raise TooBusy("system.db is busy; try again.", retry_after_ms=200) from None
    except apsw.FullError:
        raise StorageFull("The disk is full: system.db cannot grow. Free some space.") from None
    except (apsw.CorruptError, apsw.NotADBError):
        raise Corrupt(_DAMAGED) from None
    except (apsw.Error, OSError) as bad:
        if isinstance(bad, apsw.Error) and sums.told(bad):
            raise Corrupt(_DAMAGED) from None
        raise Unavailable(f"system.db cannot be used: {bad}. Check the data folder.") from None
