"""What tenants taught their planners, as DATA/system.db keeps it: a lesson by its tenant, kind and
text.

Every lesson is bounded and on disk when it returns. Whether it makes sense is the orchestrator's to
say, before; nothing here reads a plan.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import apsw
import orjson

from mcp_servers.stores.sqlite_connection import connect, translated
from registry.clock import Clock
from registry.errors import NotFound, TooLarge, shown
from registry.limits import LESSON_BYTES_MAX, LESSONS_MAX
from registry.moment import time_text

T = TypeVar("T")
_PUT: Final = "INSERT OR REPLACE INTO lesson VALUES (?, ?, ?, ?, ?)"
_ALL: Final = "SELECT kind, body, at_us FROM lesson WHERE tenant = ? ORDER BY at_us, kind, key"
_DROP: Final = "DELETE FROM lesson WHERE tenant = ? AND kind = ? AND key = ?"
_STEP: Final = (
    "INSERT INTO lesson_epoch VALUES (?, 1) ON CONFLICT(tenant) DO UPDATE SET epoch = epoch + 1"
)


class Lessons:
    """One connection behind a lock."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._path = folder / "system.db"
        self._clock = clock
        self._lock = threading.Lock()
        self._db = connect(self._path, query_only=False)

    def epoch(self, tenant: str) -> int:
        """One more with each change of the tenant's lessons."""
        sql = "SELECT epoch FROM lesson_epoch WHERE tenant = ?"
        with self._lock, translated(self._path):
            return int(self._db.execute(sql, (tenant,)).get or 0)

    def all(self, tenant: str) -> list[dict[str, Any]]:
        """[{kind, body, at}], oldest first."""
        with self._lock, translated(self._path):
            rows: Any = self._db.execute(_ALL, (tenant,)).fetchall()
        return [
            {"kind": kind, "body": orjson.loads(body), "at": time_text(at)}
            for kind, body, at in rows
        ]

    def put(self, tenant: str, kind: str, text: str, body: dict[str, Any]) -> bool:
        """Keep a lesson in place of one about the same text; whether it is new. `TooLarge` past
        `LESSONS_MAX`.
        """
        packed, key = orjson.dumps(body), key_of(text)
        if len(packed) > LESSON_BYTES_MAX:
            raise TooLarge(f"A lesson is larger than {LESSON_BYTES_MAX >> 10} KiB; shorten it.")

        def work(db: apsw.Connection) -> bool:
            known = db.execute(
                "SELECT count(*), coalesce(sum(kind = ? AND key = ?), 0) FROM lesson"
                " WHERE tenant = ?",
                (kind, key, tenant),
            ).fetchone()
            count, same = known or (0, 0)
            if count >= LESSONS_MAX and not same:
                raise TooLarge(f"There are {LESSONS_MAX:,} lessons already; forget one first.")
            db.execute(_PUT, (tenant, kind, key, packed, self._clock.now_us()))
            return not same

        return self._change(tenant, work)

    def drop(self, tenant: str, kind: str, text: str) -> None:
        """Forget a lesson; `NotFound` where there is none about this text."""

        def work(db: apsw.Connection) -> None:
            db.execute(_DROP, (tenant, kind, key_of(text)))
            if not db.changes():
                raise NotFound(f"No {kind} {shown(text)} was taught; `taught` lists what was.")

        self._change(tenant, work)

    def forget(self, tenant: str, names: list[str]) -> int:
        """Forget the lessons that hold one of these names; how many."""
        wanted = [_named(name) for name in names if name]

        def work(db: apsw.Connection) -> int:
            sql = "SELECT kind, key, body FROM lesson WHERE tenant = ?"
            rows: Any = db.execute(sql, (tenant,)).fetchall()
            gone = [
                (tenant, kind, key)
                for kind, key, body in rows
                if any(name.search(said) for name in wanted for said in _texts(body))
            ]
            db.executemany(_DROP, gone)
            return len(gone)

        return self._change(tenant, work)

    def close(self) -> None:
        with self._lock:
            self._db.close(True)

    def _change(self, tenant: str, work: Callable[[apsw.Connection], T]) -> T:
        with self._lock, translated(self._path):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                done = work(self._db)
                self._db.execute(_STEP, (tenant,))
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
            return done


def key_of(text: str) -> str:
    """Texts that differ in case and blanks alone are about the same thing."""
    return " ".join(text.casefold().split())


def _named(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE)


def _texts(body: bytes) -> list[str]:
    """The values of a lesson, a plan's own quotes unpacked."""
    return [str(value).replace('\\"', '"') for value in orjson.loads(body).values()]
