"""Several processes on one data folder, played by one event loop from one seed: whoever waits for a disk, a
thread or a link waits for its turn, and chance says whose turn it is.

Chance also crashes processes (between two turns, at any step of a move, before and after an object is in its
place), makes them slow, loses replies and sets their clocks apart. Nothing here waits for real time, and
everything runs on one thread, so that a seed gives the same run again.
"""

from __future__ import annotations

import asyncio
import contextvars
import shutil
import zlib
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, TypeVar
from unittest.mock import patch

import anyio.to_thread

import mcp_servers.tiers.mover
from mcp_servers.safety import backup
from mcp_servers.safety.inspection import inspect
from mcp_servers.segments import State
from mcp_servers.stores import files, parquet_bytes, sqlite_connection
from mcp_servers.stores.sqlite_readers import Readers, Watch
from mcp_servers.stores.sqlite_writer import Writer, _Job, _settle
from mcp_servers.tiered import Tiered, open_store
from registry.domain import DomainSpec
from registry.errors import BadInput, Conflict, IsothermError, NotFound, TooBusy, TooSlow
from registry.limits import LEASE_SECONDS, SEGMENT_GRACE_SECONDS
from tests.faults.moving import compact
from tests.faults.stepper import Stepper

T = TypeVar("T")
NOW = 1_700_000_000_000_000
SKEW_S = 300
_here: contextvars.ContextVar[Process] = contextvars.ContextVar("process")
#: what a mover may meet when others move too
_OTHERS_TOO = (TooBusy, Conflict, NotFound, BadInput)


class Crashed(BaseException):
    """The process is no more. No handler of the product's own catches it."""


class Lost(Exception):
    """The caller does not know what became of its call."""


class Clock:
    """A process's wall clock, off by up to `SKEW_S`, and its stopwatch."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.off_us = 0

    def now_us(self) -> int:
        return NOW + round(self._world.time_s * 1_000_000) + self.off_us

    def monotonic(self) -> float:
        return self._world.time_s


@dataclass
class Odds:
    """How often what happens, per turn or per occasion."""

    crash: float = 0.004
    crash_in_step: float = 0.03
    slow: float = 0.01
    skew: float = 0.01
    lost: float = 0.04


@dataclass(eq=False)
class Process:
    """One of the processes: its stores by domain, its clock, whether it lives."""

    world: World
    name: str
    clock: Clock
    stores: dict[str, Tiered] = field(default_factory=dict)
    alive: bool = True
    slow: int = 0  # turns for which it is hardly ever chosen

    def open(self) -> None:
        for spec in self.world.specs:
            store = open_store(spec, self.world.folder, self.clock)
            store.mover.on_step = self._step
            self.stores[spec.domain] = store

    def _step(self, step: str) -> None:
        self.world.seen[f"step-{step}"] += 1
        self.may_crash(f"step-{step}")

    def may_crash(self, where: str) -> None:
        if self.world.stormy and self.world.chance.random() < self.world.odds.crash_in_step:
            self.world.crash(self, where)
            raise Crashed(where)


class World:
    """A seed's run. `work` is what clients and movers do, `violations` what must not be."""

    def __init__(
        self, seed: int, folder: Path, specs: list[DomainSpec], odds: Odds, *, processes: int
    ) -> None:
        self.chance = Random(seed)
        self.folder, self.specs, self.odds = folder, specs, odds
        self.target = folder.with_name("target")
        self.backs_up = self.chance.random() < 0.2
        self.seen: Counter[str] = Counter()
        self.violations: list[str] = []
        self.stormy = True
        self.trace = 0
        self._waiting: list[tuple[Process | None, asyncio.Future[None]]] = []
        self.time_s = 0.0
        self.processes = [Process(self, f"p{n}", Clock(self)) for n in range(processes)]

    # -- turns -----------------------------------------------------------------------------------

    async def turn(self, process: Process | None = None) -> None:
        """Wait until chance says so; `Crashed` when the process ends meanwhile."""
        if process is not None and not process.alive:
            raise Crashed(process.name)
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((process, future))
        await future

    async def run(self, works: list[Awaitable[None]], turns: int) -> None:
        """Give turns until all of the work is done; the weather is calm after so many."""
        tasks = [asyncio.ensure_future(work) for work in works]
        for number in range(100 * turns):
            await asyncio.sleep(0)
            if all(task.done() for task in tasks):
                break
            self.stormy = self.stormy and number < turns
            self._next(number)
        else:
            self.violations.append("the work does not come to an end")
            for task in tasks:
                task.cancel()
        for found in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(found, BaseException):
                raise found

    def _next(self, number: int) -> None:
        chance = self.chance
        if self.stormy:
            self._weather()
        self.time_s += chance.random() * 2
        for process in self.processes:
            process.slow = max(0, process.slow - 1)
        ready = [w for w in self._waiting if w[0] is None or not w[0].slow] or self._waiting
        if ready:
            chosen = ready[chance.randrange(len(ready))]
            self._waiting.remove(chosen)
            said = f"{number} {chosen[0] and chosen[0].name} {len(ready)}"
            self.trace = zlib.crc32(said.encode(), self.trace)
            if not chosen[1].done():
                chosen[1].set_result(None)

    def _weather(self) -> None:
        chance, process = self.chance, self.chance.choice(self.processes)
        if chance.random() < self.odds.crash:
            self.crash(process, "between")
        if chance.random() < self.odds.slow:
            process.slow = chance.randrange(10, 80)
            self.seen["slow"] += 1
        if chance.random() < self.odds.skew:
            process.clock.off_us = chance.randrange(-SKEW_S, SKEW_S) * 1_000_000
            self.seen["skew"] += 1

    def crash(self, process: Process, where: str) -> None:
        """It ends here; whoever waits inside it learns so at once, and can do nothing any more."""
        if not process.alive:
            return
        process.alive = False
        self.seen["crash"] += 1
        self.seen[f"crash-{where}"] += 1
        for waiting in [w for w in self._waiting if w[0] is process]:
            self._waiting.remove(waiting)
            if not waiting[1].done():
                waiting[1].set_exception(Crashed(process.name))

    # -- clients ---------------------------------------------------------------------------------

    async def call(self, domain: str, work: Callable[[Tiered], Awaitable[T]]) -> T:
        """A call to some process; `Lost` when it crashes or its answer gets lost."""
        await self.turn()
        process = self.chance.choice(self.processes)
        if not process.alive:
            raise Lost(process.name)
        token = _here.set(process)
        try:
            found = await work(process.stores[domain])
        except (Crashed, TooBusy, TooSlow) as bad:
            raise Lost(process.name) from bad
        finally:
            _here.reset(token)
        if self.stormy and self.chance.random() < self.odds.lost:
            raise Lost("reply")
        return found

    # -- what each process does by itself --------------------------------------------------------

    async def live(self, process: Process) -> None:
        """Move, compact and sweep until the weather is calm, starting again after each crash."""
        _here.set(process)
        while self.stormy:
            try:
                if not process.alive:
                    await self._restart(process)
                await self._move(process.stores[self.chance.choice(self.specs).domain])
            except Crashed:
                self.seen["restart"] += 1
            except _OTHERS_TOO as refusal:
                self.seen[f"refused-{refusal.code}"] += 1
        if not process.alive:
            await self._restart(process)

    async def _restart(self, process: Process) -> None:
        for _ in range(self.chance.randrange(1, 10)):
            await self.turn()
        await closed(process)
        process.alive, process.slow = True, 0
        process.open()

    async def _move(self, store: Tiered) -> None:
        mover, chance = store.mover, self.chance
        await self.turn(_here.get())
        match chance.randrange(9 if self.backs_up else 8):
            case 8:
                await self._back_up(_here.get())
            case 0 | 1 | 2:
                for collection in store.spec.collections:
                    for bucket in await mover.buckets("t", collection):
                        if chance.random() < 0.6:
                            await mover.cool("t", collection, bucket)
            case 3 | 4:
                cold = [s for s in await mover.segments() if s.state is State.COLD]
                if cold:
                    segment = chance.choice(cold)
                    few = chance.sample(range(segment.rows), min(3, segment.rows))
                    if chance.random() < 0.3:
                        await mover.promote(segment.number, few)
                    else:
                        await mover.warm(segment.number)
            case 5:
                await mover.resume()
            case 6:
                await compact(store, chance)
            case _:
                await mover.sweep()

    async def _back_up(self, process: Process) -> None:
        """A backup, others at work between any two of its steps."""

        def take(on_step: Callable[[str], None]) -> None:
            backup.take(self.folder, self.target, process.clock, on_step=on_step)

        stepper = Stepper(take)
        try:
            while stepper.advance():
                await self.turn(process)
        except (Crashed, asyncio.CancelledError) as end:
            stepper.end(end)
            raise
        self.seen["backup"] += 1

    async def settle(self) -> None:
        """After the storm: what was begun is finished, nothing is left over, every byte is right."""
        process = self.processes[0]
        _here.set(process)
        for spec in self.specs:
            store = process.stores[spec.domain]
            for wait in (LEASE_SECONDS, SEGMENT_GRACE_SECONDS):
                self.time_s += wait + 2 * SKEW_S + 1
                await store.mover.resume()
                await store.mover.sweep()
            for segment in await store.mover.segments():
                if segment.state in (State.COOLING, State.WARMING):
                    self.violations.append(f"segment {segment.number} is {segment.state} for ever")
            found = inspect(store.mover.store.path, store.mover.cold, deep=True)
            self.violations += [f"{f.object}: {f.fault}" for f in found.faults]
            if found.strays:
                self.violations.append(f"{found.strays} objects of nobody are left over")


async def closed(process: Process) -> None:
    """Its files are let go of, as the system does for a dead process."""
    for store in process.stores.values():
        await store.mover.store.close()  # what a living one would write at its end is not written
        store.mover.cold.close()
    process.stores = {}


@contextmanager
def played(world: World) -> Iterator[None]:
    """The product's threads are turns of the world, its syncs are none (a crash loses no write), and moves
    have many steps of few records."""

    async def write(writer: Writer, work: Callable[[Any], T], *, rows: int = 1) -> T:
        process = _here.get()
        await world.turn(process)
        loop = asyncio.get_running_loop()
        job = _Job(work, rows, loop, loop.create_future())
        try:
            writer._commit([job])
        except Exception as bad:
            writer._fail([job], bad)
        await world.turn(process)  # committed, and perhaps never acknowledged
        _settle([job])
        result: T = await job.future
        return result

    async def read(readers: Readers, work: Callable[[Any, Watch], T]) -> T:
        process = _here.get()
        await world.turn(process)
        found = readers._work(work, Watch(readers._clock, readers._clock.monotonic() + 10))
        await world.turn(process)
        return found

    async def run_sync(work: Callable[..., T], *given: Any, **_: Any) -> T:
        process = _here.get()
        await world.turn(process)
        found = work(*given)
        await world.turn(process)
        return found

    put = files.Folder.put

    def put_or_crash(folder: files.Folder, name: str, write: Any) -> int:
        process = _here.get()
        process.may_crash("before-put")
        size = put(folder, name, write)
        process.may_crash("after-put")
        return size

    setup = tuple(p.replace("synchronous = FULL", "synchronous = OFF") for p in sqlite_connection._SETUP)  # fmt: skip
    with (
        patch.object(Writer, "run", write),
        patch.object(Readers, "run", read),
        patch.object(anyio.to_thread, "run_sync", run_sync),
        patch.object(files.Folder, "put", put_or_crash),
        patch.object(files, "_sync", lambda path: None),
        patch.object(files, "sync_folder", lambda path: None),
        patch.object(sqlite_connection, "_SETUP", setup),
        patch.object(mcp_servers.tiers.mover, "MOVE_ROWS", 4),
        patch.object(parquet_bytes, "ROW_GROUP_ROWS", 4),
    ):
        yield


async def played_out(world: World, clients: list[Awaitable[None]], turns: int) -> None:
    """The whole of a run: storm, calm, and what is left."""
    try:
        for process in world.processes:
            process.open()
        lives = [world.live(process) for process in world.processes]
        await world.run([*clients, *lives], turns)
        await world.run([world.settle()], turns)
    except IsothermError as refusal:
        world.violations.append(f"{type(refusal).__name__}: {refusal.message}")
    finally:
        for process in world.processes:
            await closed(process)


def fresh(template: Path, folder: Path) -> Path:
    """A copy of a data folder to play in, with nothing beside it."""
    with suppress(FileNotFoundError):
        shutil.rmtree(folder.parent)
    shutil.copytree(template, folder)
    return folder
