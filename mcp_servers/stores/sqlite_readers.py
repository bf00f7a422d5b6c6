"""A few read-only connections for scans, each query in a worker thread with a deadline the engine
itself keeps."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

import apsw

from mcp_servers.stores.sqlite_connection import connect, translated
from registry.clock import Clock
from registry.errors import TooBusy, TooSlow, Unavailable
from registry.limits import CALLS_IN_FLIGHT_MAX, QUERY_MS_MAX, READERS_MAX

T = TypeVar("T")
_STEPS: Final = 20_000  # of SQLite's machine between two looks at the clock, about a millisecond


@dataclass(frozen=True, slots=True)
class Watch:
    """How long one query may still run."""

    clock: Clock
    deadline: float
    stop: threading.Event = field(default_factory=threading.Event)

    def late(self) -> bool:
        return self.stop.is_set() or self.clock.monotonic() > self.deadline

    def left_s(self) -> float:
        return self.deadline - self.clock.monotonic()


class Readers:
    """Runs `work(connection)` on one of at most `READERS_MAX` connections, opened as they are
    needed."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._threads: ThreadPoolExecutor | None = None
        self._idle: list[apsw.Connection] = []
        self._lock = threading.Lock()
        self._waiting = 0
        self._closed = False

    async def run(self, work: Callable[[apsw.Connection, Watch], T]) -> T:
        """`work`'s result; `TooSlow` past `QUERY_MS_MAX`, waiting included; `TooBusy` when too
        many wait."""
        watch = Watch(self._clock, self._clock.monotonic() + QUERY_MS_MAX / 1_000)
        threads = self._enter()
        try:
            return await asyncio.get_running_loop().run_in_executor(
                threads, self._work, work, watch
            )
        except asyncio.CancelledError:
            watch.stop.set()  # nobody wants the answer any more
            raise
        finally:
            with self._lock:
                self._waiting -= 1

    def _enter(self) -> ThreadPoolExecutor:
        with self._lock:
            if self._closed:
                raise Unavailable(f"{self._path.name} is closed; open it again.")
            if self._waiting >= CALLS_IN_FLIGHT_MAX:
                raise TooBusy("Too many queries wait for this domain.", retry_after_ms=200)
            self._waiting += 1
            if self._threads is None:
                self._threads = ThreadPoolExecutor(READERS_MAX, f"reader {self._path.name}")
            return self._threads

    def _work(self, work: Callable[[apsw.Connection, Watch], T], watch: Watch) -> T:
        if watch.late():
            raise TooSlow("The query waited too long for its turn; try again.")
        with translated(self._path):
            connection = self._take()
            connection.set_progress_handler(watch.late, _STEPS)
            try:
                return work(connection, watch)
            finally:
                connection.set_progress_handler(None)
                self._give(connection)

    def _take(self) -> apsw.Connection:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return connect(self._path, query_only=True)

    def _give(self, connection: apsw.Connection) -> None:
        with self._lock:
            if not self._closed:
                self._idle.append(connection)
                return
        connection.close(True)

    async def close(self) -> None:
        """Let running queries end, then close the connections."""
        with self._lock:
            self._closed = True
            threads, self._threads = self._threads, None
        if threads is not None:
            await asyncio.get_running_loop().run_in_executor(None, threads.shutdown)
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close(True)
