"""Legal holds and erasures, as DATA/system.db keeps them: who may not be erased and why, which
erasures are under way, and a receipt of each that was.

While an erasure is under way its subject stands here by name, so that it can be gone on with; when
it is done, only a digest with the folder's own secret is left. Nothing here decides what is whose.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import apsw
import orjson

from mcp_servers.stores import sqlite_erase
from mcp_servers.stores.sqlite_connection import connect, translated
from registry.clock import Clock
from registry.errors import Denied, NotFound, TooLarge, shown
from registry.limits import CUSTODY_LOG_MAX, HOLDS_MAX, SEGMENT_GRACE_SECONDS
from registry.moment import time_text

T = TypeVar("T")
_SUBJECT: Final = "subject"
_ERASURES: Final = "SELECT tenant, digest, subject, begun_us, done_us, work, receipt FROM erasure"
_OPEN: Final = f"{_ERASURES} WHERE done_us IS NULL ORDER BY begun_us"
_HOLDERS: Final = "SELECT DISTINCT tenant FROM custody_log WHERE action IN ('hold', 'release')"
_HELD: Final = "SELECT tenant, target FROM hold WHERE kind = 'subject'"


@dataclass(frozen=True, slots=True)
class Erasure:
    """One erasure. `subject` is `None` when it is done; `work`: what it found to be theirs."""

    tenant: str
    digest: str
    subject: str | None
    begun_us: int
    done_us: int | None
    work: dict[str, Any]
    receipt: dict[str, Any]


class Custody:
    """One connection behind a lock; each change is on disk when it returns."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._path = folder / "system.db"
        self._clock = clock
        self._lock = threading.Lock()
        self._db = connect(self._path, query_only=False)
        self._secret: bytes = self._db.execute("SELECT value FROM secret").get

    # -- holds -----------------------------------------------------------------------------------

    def hold(self, tenant: str, kind: str, target: str, *, reason: str, by: str) -> bool:
        """Put a hold; whether it is new. `TooLarge` past `HOLDS_MAX`."""

        def work(db: apsw.Connection) -> bool:
            count = db.execute("SELECT count(*) FROM hold WHERE tenant = ?", (tenant,)).get
            if count >= HOLDS_MAX:
                raise TooLarge(f"There are {HOLDS_MAX:,} holds already; remove one first.")
            db.execute(
                "INSERT OR IGNORE INTO hold VALUES (?, ?, ?, ?, ?, ?)",
                (tenant, kind, target, reason, by, self._clock.now_us()),
            )
            if not db.changes():
                return False
            self._log(db, tenant, by, ("hold", kind, target, reason))
            return True

        return self._run(work)

    def release(self, tenant: str, kind: str, target: str, *, by: str) -> None:
        """Lift a hold; `NotFound` without one."""

        def work(db: apsw.Connection) -> None:
            db.execute(
                "DELETE FROM hold WHERE tenant = ? AND kind = ? AND target = ?",
                (tenant, kind, target),
            )
            if not db.changes():
                raise NotFound(f"There is no hold on {kind} {shown(target)}; list the holds.")
            self._log(db, tenant, by, ("release", kind, target, ""))

        self._run(work)

    def holds(self, tenant: str) -> list[dict[str, Any]]:
        """The tenant's holds, oldest first."""
        sql = "SELECT kind, target, reason, by, at_us FROM hold WHERE tenant = ? ORDER BY at_us"
        rows: Any = self._run(lambda db: db.execute(sql, (tenant,)).fetchall())
        return [
            {"kind": kind, "target": target, "reason": why, "by": by, "since": time_text(at)}
            for kind, target, why, by, at in rows
        ]

    def log(self, tenant: str) -> list[dict[str, Any]]:
        """What was done to holds and by erasures, oldest first. Subjects stand as digests."""
        sql = (
            "SELECT at_us, by, action, kind, target, reason FROM custody_log WHERE tenant = ?"
            " ORDER BY seq"
        )
        rows: Any = self._run(lambda db: db.execute(sql, (tenant,)).fetchall())
        names = ("by", "action", "kind", "target", "reason")
        return [{"at": time_text(at), **dict(zip(names, rest, strict=True))} for at, *rest in rows]

    # -- erasures --------------------------------------------------------------------------------

    def begin(self, tenant: str, subject: str, *, by: str) -> Erasure:
        """The subject's erasure: a new one, or the one that was begun before. `Denied` under
        hold."""

        def work(db: apsw.Connection) -> Erasure:
            self._refuse_held(db, tenant, subject)
            key = (tenant, self._digest(subject))
            known = self._one(db, *key)
            if known is not None and known.done_us is None:
                return known
            self._log(db, tenant, by, ("erase", _SUBJECT, subject, ""))
            db.execute(
                "INSERT INTO erasure VALUES (?, ?, ?, ?, NULL, '{}', '{}')",
                (*key, subject, max(self._clock.now_us(), known.begun_us + 1 if known else 0)),
            )
            found = self._one(db, *key)
            assert found is not None
            return found

        return self._run(work)

    def check(self, tenant: str, subject: str) -> None:
        """`Denied` while the subject is under hold."""
        self._run(lambda db: self._refuse_held(db, tenant, subject))

    def keep(
        self, tenant: str, subject: str, *, work: dict[str, Any], receipt: dict[str, Any]
    ) -> None:
        """How far an erasure has come. `Denied` when the subject has come under hold."""

        def change(db: apsw.Connection) -> None:
            self._refuse_held(db, tenant, subject)
            db.execute(
                "UPDATE erasure SET work = ?, receipt = ? WHERE tenant = ? AND digest = ?"
                " AND done_us IS NULL",
                (_json(work), _json(receipt), tenant, self._digest(subject)),
            )

        self._run(change)

    def finish(self, tenant: str, subject: str, receipt: dict[str, Any]) -> None:
        """The erasure is done; nothing but its digest names the subject from now on."""

        def change(db: apsw.Connection) -> None:
            db.execute(
                "UPDATE erasure SET subject = NULL, work = '{}', receipt = ?, done_us = ?"
                " WHERE tenant = ? AND digest = ? AND done_us IS NULL",
                (_json(receipt), self._clock.now_us(), tenant, self._digest(subject)),
            )

        self._run(change)

    def erasures(self, tenant: str) -> list[Erasure]:
        """A tenant's, oldest first."""
        sql = f"{_ERASURES} WHERE tenant = ? ORDER BY begun_us"
        return self._run(lambda db: [_erasure(row) for row in db.execute(sql, (tenant,))])

    def due(self) -> list[Erasure]:
        """All tenants' that are under way, but for those that wait for their last files to go, and
        those whose subject has come under hold."""

        def work(db: apsw.Connection) -> list[Erasure]:
            held = set(db.execute(_HELD))
            found = [_erasure(row) for row in db.execute(_OPEN)]
            return [e for e in found if (e.tenant, e.subject) not in held]

        # one that ends later than that was written down by a clock that has been set back since
        now_us = self._clock.now_us()
        last_us = now_us + SEGMENT_GRACE_SECONDS * 1_000_000
        found = self._run(work)
        return [e for e in found if not now_us < e.receipt.get("ends_us", 0) <= last_us]

    def holders(self) -> list[str]:
        """The tenants that have, or had, something under hold."""
        return self._run(lambda db: [tenant for (tenant,) in db.execute(_HOLDERS)])

    def scrub(self) -> bool:
        """Write system.db anew without what it still holds of deleted rows; whether its log is
        empty."""
        return sqlite_erase.scrub(self._path)

    def close(self) -> None:
        with self._lock:
            self._db.close(True)

    # -- inside ----------------------------------------------------------------------------------

    def _refuse_held(self, db: apsw.Connection, tenant: str, subject: str) -> None:
        found: Any = db.execute(
            "SELECT reason, at_us FROM hold WHERE tenant = ? AND kind = ? AND target = ?",
            (tenant, _SUBJECT, subject),
        ).fetchone()
        if found is not None:
            raise Denied(
                f"{shown(subject)} is under legal hold since {time_text(found[1])}"
                f" ({shown(found[0])}). When it is over: `isotherm hold remove subject"
                f" {subject}`, then erase again."
            )

    def _log(
        self, db: apsw.Connection, tenant: str, by: str, what: tuple[str, str, str, str]
    ) -> None:
        action, kind, target, reason = what
        name = self._digest(target) if kind == _SUBJECT else target
        db.execute(
            "INSERT INTO custody_log(tenant, at_us, by, action, kind, target, reason)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (tenant, self._clock.now_us(), by, action, kind, name, reason),
        )
        db.execute(
            "DELETE FROM custody_log WHERE seq <= (SELECT max(seq) - ? FROM custody_log)",
            (CUSTODY_LOG_MAX,),
        )

    def _one(self, db: apsw.Connection, tenant: str, digest: str) -> Erasure | None:
        found = db.execute(
            f"{_ERASURES} WHERE tenant = ? AND digest = ? ORDER BY begun_us DESC LIMIT 1",
            (tenant, digest),
        ).fetchone()
        return None if found is None else _erasure(found)

    def _digest(self, subject: str) -> str:
        return hashlib.blake2b(subject.encode(), key=self._secret, digest_size=16).hexdigest()

    def _run(self, work: Callable[[apsw.Connection], T]) -> T:
        """In a transaction of its own."""
        with self._lock, translated(self._path):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                done = work(self._db)
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
            return done


def _erasure(row: Any) -> Erasure:
    tenant, digest, subject, begun, done, work, receipt = row
    return Erasure(tenant, digest, subject, begun, done, orjson.loads(work), orjson.loads(receipt))


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
