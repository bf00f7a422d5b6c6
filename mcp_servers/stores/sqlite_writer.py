"""One writer thread for one row database: queued jobs share a transaction, and nobody hears "done"
before COMMIT.

Each job runs in a savepoint, so that one's `Conflict` leaves its neighbours alone; a storage
failure fails them all. The thread starts with the first job and ends by itself when there has been
nothing to do for a while, so an interpreter that forgets `close` still exits. It must never run a
job twice.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

import apsw

from mcp_servers.ports import Cold
from mcp_servers.stores.sqlite_connection import connect, in_our_words
from mcp_servers.stores.sqlite_schema import Schema
from registry.clock import Clock
from registry.errors import Bug, IsothermError, TooBusy, Unavailable
from registry.limits import (
    CHANGES_KEPT_MAX,
    GROUP_COMMIT_MAX,
    WRITE_QUEUE_MAX,
    WRITE_QUEUE_ROWS_MAX,
)

T = TypeVar("T")
_IDLE_S: Final = 1.0
_GROUP_ROWS_MAX: Final = 20_000  # rows of one shared transaction, so that small writes wait little
_TEND_ROWS: Final = 1_000  # rows written before the engine first looks at its indexes
_TRIM_EVERY: Final = 1_000  # changes between two trims of the log
_LOGGED_MAX: Final = 500  # more changed rows in one write are logged as one "whole collection"
_BROKEN: Final = (
    apsw.FullError,
    apsw.IOError,
    apsw.CorruptError,
    apsw.NotADBError,
    apsw.NoMemError,
    apsw.ReadOnlyError,
    apsw.CantOpenError,
    apsw.BusyError,
    apsw.LockedError,
)


class Source(Protocol):
    """What the writer needs from its store."""

    path: Path
    cold: Cold | None

    def current(self, connection: apsw.Connection) -> Schema:
        """The schema as the file has it now."""
        ...

    def adopt(self, schema: Schema) -> None:
        """A committed schema becomes the store's."""
        ...


class Transaction:
    """What a job sees: the connection inside BEGIN IMMEDIATE, the schema, the time and the change
    log."""

    def __init__(
        self, connection: apsw.Connection, schema: Schema, now_us: int, cold: Cold | None = None
    ) -> None:
        self.connection = connection
        self.cold = cold
        self.schema = schema
        self.now_us = now_us
        found = connection.execute("SELECT max(seq) FROM _changes").get
        self.seq: int = found or 0
        self.first_seq = self.seq

    def log(
        self, tenant: str, collection: str, ids: Sequence[str], *, new: bool = False
    ) -> Sequence[int]:
        """Number the changes of these ids, in order. Many ids are one change of the whole
        collection; if they are `new` it is told as one of a single record, for nobody can have
        kept an older form of them."""
        if len(ids) > _LOGGED_MAX:
            return [self.log(tenant, collection, [ids[0] if new else ""])[0]] * len(ids)
        first = self.seq + 1
        self.connection.executemany(
            "INSERT INTO _changes(seq, tenant, collection, id) VALUES (?, ?, ?, ?)",
            [(first + n, tenant, collection, id) for n, id in enumerate(ids)],
        )
        self.seq += len(ids)
        return range(first, self.seq + 1)

    def trim(self) -> None:
        """Keep the log short; called before COMMIT."""
        if self.seq // _TRIM_EVERY != self.first_seq // _TRIM_EVERY:
            self.connection.execute(
                "DELETE FROM _changes WHERE seq <= ?", (self.seq - CHANGES_KEPT_MAX,)
            )


@dataclass(slots=True, eq=False)
class _Job:
    work: Callable[[Transaction], Any]
    rows: int
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]
    result: Any = None
    error: IsothermError | None = None


class Writer:
    """Runs jobs in group commits. `run` may be called from any number of tasks and event loops."""

    def __init__(self, store: Source, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._wake = threading.Condition()
        self._jobs: deque[_Job] = deque()
        self._rows = 0
        self._thread: threading.Thread | None = None
        self._closing = False
        self._connection: apsw.Connection | None = None
        self._grown, self._tend_at = 0, _TEND_ROWS

    async def run(self, work: Callable[[Transaction], T], *, rows: int = 1) -> T:
        """`work`'s result once it is on disk. A caller that stops waiting may or may not have
        written."""
        loop = asyncio.get_running_loop()
        job = _Job(work, rows, loop, loop.create_future())
        self._enqueue(job)
        result: T = await job.future
        return result

    def _enqueue(self, job: _Job) -> None:
        with self._wake:
            if self._closing:
                raise Unavailable(f"{self._store.path.name} is closed; open it again.")
            full = self._rows and self._rows + job.rows > WRITE_QUEUE_ROWS_MAX
            if full or len(self._jobs) >= WRITE_QUEUE_MAX:
                raise TooBusy(
                    f"{len(self._jobs)} writes wait for {self._store.path.name}; try again.",
                    retry_after_ms=200,
                )
            self._jobs.append(job)
            self._rows += job.rows
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._loop, name=f"writer {self._store.path.name}"
                )
                self._thread.start()
            else:
                self._wake.notify()

    async def close(self) -> None:
        """Write what is queued, then stop."""
        with self._wake:
            self._closing = True
            self._wake.notify()
            thread = self._thread
        if thread is not None:
            await asyncio.get_running_loop().run_in_executor(None, thread.join)
        self._drop_connection()

    # -- the thread ------------------------------------------------------------------------------

    def _loop(self) -> None:
        while batch := self._take():
            try:
                self._commit(batch)
            except Exception as bad:  # whatever happens, nobody is left waiting
                self._fail(batch, bad)
            _tell(batch)
            self._tend(sum(job.rows for job in batch))

    def _take(self) -> list[_Job]:
        """The next jobs to share a transaction; empty when the thread shall end."""
        with self._wake:
            if not self._jobs and not self._closing:
                self._wake.wait(_IDLE_S)
            while self._jobs:
                if batch := self._pick():
                    return batch
            self._thread = None
            return []

    def _pick(self) -> list[_Job]:
        """Jobs off the queue within the group's bounds, without those nobody waits for."""
        batch: list[_Job] = []
        rows = 0
        while self._jobs and len(batch) < GROUP_COMMIT_MAX:
            if batch and rows + self._jobs[0].rows > _GROUP_ROWS_MAX:
                break
            job = self._jobs.popleft()
            self._rows -= job.rows
            if not job.future.cancelled():
                rows += job.rows
                batch.append(job)
        return batch

    def _commit(self, batch: list[_Job]) -> None:
        connection = self._connection = self._connection or connect(
            self._store.path, query_only=False
        )
        connection.execute("BEGIN IMMEDIATE")
        schema = self._store.current(connection)
        transaction = Transaction(connection, schema, self._clock.now_us(), self._store.cold)
        for job in batch:
            _attempt(job, transaction)
        transaction.trim()
        connection.execute("COMMIT")
        if transaction.schema is not schema:
            self._store.adopt(transaction.schema)

    def _fail(self, batch: list[_Job], bad: Exception) -> None:
        """Nothing of the batch is stored; start from a fresh connection next time."""
        self._drop_connection()
        for job in batch:
            job.error = job.error or _own_words(bad, self._store.path)

    def _tend(self, rows: int) -> None:
        """After growth, let the engine look at its indexes again, so that it picks well."""
        self._grown += rows
        if self._grown < self._tend_at or self._connection is None:
            return
        self._grown, self._tend_at = 0, 2 * self._tend_at
        try:
            self._connection.execute("PRAGMA optimize = 0x10002").fetchall()
        except apsw.Error:
            self._drop_connection()  # a hint only: what was written is on disk already

    def _drop_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close(True)


def _attempt(job: _Job, transaction: Transaction) -> None:
    """Run one job in its savepoint; its own refusal stays its own."""
    connection, seq, schema = transaction.connection, transaction.seq, transaction.schema
    connection.execute("SAVEPOINT job")
    try:
        job.result = job.work(transaction)
    except _BROKEN:
        raise
    except Exception as bad:
        if not connection.in_transaction:
            raise
        connection.execute("ROLLBACK TO job")
        transaction.seq, transaction.schema = seq, schema
        job.error = _own_words(bad, Path("the store"))
    connection.execute("RELEASE job")


def _own_words(bad: Exception, path: Path) -> IsothermError:
    if isinstance(bad, IsothermError):
        return bad
    if isinstance(bad, apsw.Error):
        return in_our_words(bad, path)
    return _bug(bad)


def _bug(bad: Exception) -> Bug:
    error = Bug(f"The store failed with {type(bad).__name__}; please report it.")
    error.__cause__ = bad
    return error


def _tell(batch: list[_Job]) -> None:
    """Hand every caller its outcome: one wake-up per event loop, not one per job."""
    by_loop: dict[asyncio.AbstractEventLoop, list[_Job]] = {}
    for job in batch:
        by_loop.setdefault(job.loop, []).append(job)
    for loop, jobs in by_loop.items():
        try:
            loop.call_soon_threadsafe(_settle, jobs)
        except RuntimeError:  # the loop is closed, so nobody is waiting any more
            continue


def _settle(jobs: list[_Job]) -> None:
    for job in jobs:
        if job.future.done():
            continue
        if job.error is not None:
            job.future.set_exception(job.error)
        else:
            job.future.set_result(job.result)
