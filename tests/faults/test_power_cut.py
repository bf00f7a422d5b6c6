"""The power goes at any moment of puts, updates, deletes, loads, moves and sweeps; what was not synced is lost,
torn or out of order. Whatever was acknowledged is there, once, and every object is what the ledger says.
"""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest

import mcp_servers.tiers.mover
from mcp_servers.loading.load import load
from mcp_servers.segments import State
from mcp_servers.stores import files, parquet_bytes, sqlite, sqlite_connection
from mcp_servers.tiered import Tiered, open_store
from mcp_servers.tiers.mover import Mover
from registry.clock import ManualClock, SystemClock
from registry.domain import DomainSpec
from registry.errors import IsothermError, TooSlow
from registry.limits import SEGMENT_GRACE_SECONDS
from registry.plan import parse_plan
from registry.shape.mapping import Mapping, To
from tests.faults.disk import Disk, any_cut
from tests.faults.figures import figure
from tests.faults.moving import COLD, SPEC, compact, draft
from tests.sources import TENANT, stage, write

SEED = 20261123
RECORDS, LOADED, WRITERS, CUTS = 90, 60, 3, 10
NOW = 1_700_000_000_000_000
PLAN = parse_plan({"from": "club.notes", "select": ["id", "n"], "limit": 10_000})
MAPPING = Mapping({name: To(name) for name in ("id", "at", "n", "text")})
#: what a record is: its number; None: there is none
Value = int | None
#: of each record what was acknowledged last, and what was asked for last
Known = dict[str, tuple[Value, Value]]


@dataclass
class Verdict:
    cuts: int = 0
    acked: int = 0
    loads: int = 0
    lost: int = 0
    doubled: int = 0
    unsound: int = 0
    refused: list[str] = field(default_factory=list)
    caught: Counter[str] = field(default_factory=Counter)

    @property
    def clean(self) -> bool:
        return self.cuts > 0 and not (self.lost or self.doubled or self.unsound or self.refused)


class Town:
    """A store at work until enough cuts are made. `known`: of each record what was acknowledged last, and what
    was asked for last."""

    specs = (SPEC, COLD)
    pause = 300  # writes and syncs between two cuts, at most

    def __init__(self, folder: Path, chance: Random) -> None:
        self.folder, self.chance = folder, chance
        self.spec = chance.choice(self.specs)
        self.root = folder / "disk"
        self.root.mkdir(parents=True)
        self.disk = Disk(self.root, self._event)
        self.clock = ManualClock(NOW)
        self.known: Known = {}
        self.images: list[tuple[Path, Known]] = []
        self.numbers = itertools.count(1)
        self.left = 40
        self.loads = 0  # acknowledged

    @property
    def done(self) -> bool:
        return len(self.images) >= CUTS

    def _event(self, what: str) -> None:
        """Moves sync seldom, so their moments count for more."""
        self.left -= 6 if what == "object" else 1
        if self.left <= 0 and not self.done:
            self.left = self.chance.randrange(1, self.pause)
            image = self.folder / f"image{len(self.images)}"
            known = self.known.copy()
            self.disk.image(image, any_cut(self.chance))
            self.images.append((image, known))

    async def live(self) -> None:
        with self.disk.watched():
            store = open_store(self.spec, self.root / "data", self.clock)
            workers = [asyncio.ensure_future(work) for work in self.work(store)]
            try:
                await asyncio.gather(*workers)
            finally:
                self.left = 1 << 40
                for worker in workers:
                    worker.cancel()
                await asyncio.gather(*workers, return_exceptions=True)
                await store.close()

    def work(self, store: Tiered) -> list[Coroutine[Any, Any, None]]:
        return [
            *(self.change(store, n) for n in range(WRITERS)),
            self.move(store),
            self.load(store),
        ]

    async def asked(self, wanted: dict[str, Value], work: Awaitable[Any]) -> None:
        for id, value in wanted.items():
            self.known[id] = (self.known.get(id, (None, None))[0], value)
        await work
        for id, value in wanted.items():
            self.known[id] = (value, value)

    async def change(self, store: Tiered, worker: int) -> None:
        chance = Random(self.chance.random())
        mine = range(worker, RECORDS, WRITERS)
        while not self.done:
            places = chance.sample(mine, chance.randrange(1, 6))
            if chance.random() < 0.2:
                ids = [draft(place, 0).id for place in places]
                await self.asked(dict.fromkeys(ids), store.delete(TENANT, "notes", ids))
            else:
                drafts = [draft(place, next(self.numbers)) for place in places]
                wanted: dict[str, Value] = {d.id: d.values["n"] for d in drafts}  # type: ignore[misc]
                writing = store.write(TENANT, "notes", drafts, on_conflict="update")
                await self.asked(wanted, writing)

    async def move(self, store: Tiered) -> None:
        chance, mover = Random(self.chance.random()), store.mover
        while not self.done:
            for bucket in await mover.buckets(TENANT, "notes"):
                if chance.random() < 0.7:
                    await mover.cool(TENANT, "notes", bucket)
            for segment in await mover.segments():
                if segment.state is State.COLD and chance.random() < 0.4:
                    await mover.warm(segment.number)
                elif segment.state is State.COLD and chance.random() < 0.4:
                    await mover.promote(segment.number, range(0, segment.rows, 3))
            if chance.random() < 0.3:
                await compact(store, chance)
            if chance.random() < 0.5:
                self.clock.advance(SEGMENT_GRACE_SECONDS + 1)
            await mover.sweep()
            await asyncio.sleep(0)

    async def load(self, store: Tiered) -> None:
        with suppress(TooSlow):  # the clock, which jumps, may pass the end of its wait
            await self.source(store, {f"l{n:03}": -n for n in range(LOADED)})

    async def source(self, store: Tiered, wanted: dict[str, Value]) -> None:
        lines = [f"{id},1970-{n % 6 + 1:02}-{n % 28 + 1:02}T00:00:00Z,{value},note {id}" for n, (id, value) in enumerate(wanted.items())]  # fmt: skip
        path = write(
            self.folder, f"notes{self.loads}.csv", "\n".join(["id,at,n,text", *lines]) + "\n"
        )
        staged = stage(self.root / "data", path)
        loading = load(
            store, self.spec, folder=self.root / "data", tenant=TENANT, handle=staged.handle, table=None,
            collection="notes", mapping=MAPPING, on_conflict="update", clock=SystemClock(),
        )  # fmt: skip
        await self.asked(wanted, loading)
        self.loads += 1


class Port(Town):
    """Sources go straight to segments, one after the other; some of a source's records replace
    those of the one before."""

    specs = (COLD,)
    pause = 400

    def work(self, store: Tiered) -> list[Coroutine[Any, Any, None]]:
        return [self.load(store)]

    async def load(self, store: Tiered) -> None:
        while not self.done:
            first = self.loads * LOADED // 2
            numbers = range(first, first + LOADED)
            await self.source(store, {f"l{n:03}": self.loads * 10_000 + n for n in numbers})
            await store.mover.sweep()


# -- what a cut left -----------------------------------------------------------------------------


async def look(spec: DomainSpec, image: Path, known: Known, verdict: Verdict) -> None:
    """Open it, look, finish what was begun, look again, write."""
    verdict.cuts += 1
    verdict.acked += sum(old is not None for old, _ in known.values())
    store = open_store(spec, image / "data", ManualClock(NOW * 2))
    try:
        found = await compare(store, known, verdict)
        mover = store.mover
        verdict.caught.update(s.state.value for s in await mover.segments())
        verdict.unsound += len((await store.inspect()).faults)
        await mover.resume()
        await mover.sweep()
        assert await compare(store, known, verdict) == found
        (written,) = await store.write(TENANT, "notes", [draft(0, 10**9)], on_conflict="update")
        assert written.outcome in ("accepted", "updated")
    finally:
        await store.close()


async def compare(store: Tiered, known: Known, verdict: Verdict) -> dict[str, Any]:
    rows = (await store.query(TENANT, PLAN)).rows
    found = dict(rows)
    verdict.doubled += len(rows) - len(found)
    verdict.lost += sum(found.get(id) not in states for id, states in known.items())
    verdict.lost += len(found.keys() - known.keys())
    single = store.get(TENANT, "notes", list(known))
    verdict.unsound += {row.id: row.values["n"] for row in single} != found
    return found


async def cut_and_look(
    folder: Path, runs: int, *, kind: type[Town] = Town, seed: int = SEED, until_dirty: bool = False
) -> Verdict:
    verdict = Verdict()
    for run in range(runs):
        town = kind(folder / f"run{run}", Random(f"{seed} {run}"))
        await town.live()
        verdict.loads += town.loads
        for image, known in town.images:
            try:
                await look(town.spec, image, known, verdict)
            except IsothermError as refusal:
                verdict.refused.append(f"{image}: {refusal.code} {refusal.message}")
        if until_dirty and not verdict.clean:
            break
    return verdict


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Moves of many steps of few records."""
    monkeypatch.setattr(mcp_servers.tiers.mover, "MOVE_ROWS", 16)
    monkeypatch.setattr(parquet_bytes, "ROW_GROUP_ROWS", 16)


@pytest.mark.promise(1)
@pytest.mark.promise(4)
@pytest.mark.parametrize(
    "runs",
    [2, pytest.param(40, marks=[pytest.mark.full, pytest.mark.timeout(3_600)])],
    ids=["quick", "full"],
)
def test_what_was_acknowledged_outlives_a_power_cut_at_any_moment(
    tmp_path: Path, runs: int
) -> None:
    verdict = asyncio.run(cut_and_look(tmp_path, runs))
    figure(
        "F5 power-cut", seed=SEED, cuts=verdict.cuts, acked=verdict.acked, lost=verdict.lost,
        doubled=verdict.doubled, unsound=verdict.unsound, refused=len(verdict.refused),
        **{f"segments_{state}": count for state, count in sorted(verdict.caught.items())},
    )  # fmt: skip
    assert verdict.clean, verdict


@pytest.mark.promise(1)
@pytest.mark.promise(4)
@pytest.mark.parametrize(
    "runs",
    [1, pytest.param(20, marks=[pytest.mark.full, pytest.mark.timeout(3_600)])],
    ids=["quick", "full"],
)
def test_what_was_loaded_straight_to_segments_outlives_a_power_cut_at_any_moment(
    tmp_path: Path, runs: int
) -> None:
    verdict = asyncio.run(cut_and_look(tmp_path, runs, kind=Port))
    figure(
        "F5 power-cut-bulk", seed=SEED, cuts=verdict.cuts, loads=verdict.loads, acked=verdict.acked,
        lost=verdict.lost, doubled=verdict.doubled, unsound=verdict.unsound,
        refused=len(verdict.refused),
        **{f"segments_{state}": count for state, count in sorted(verdict.caught.items())},
    )  # fmt: skip
    assert verdict.clean, verdict


# -- mutants -------------------------------------------------------------------------------------


def _nothing(path: Path) -> None:
    """A sync that is none."""


def no_sync_of_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    setup = tuple(p.replace("synchronous = FULL", "synchronous = OFF") for p in sqlite_connection._SETUP)  # fmt: skip
    assert setup != sqlite_connection._SETUP
    monkeypatch.setattr(sqlite_connection, "_SETUP", setup)


def no_sync_of_objects(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_sync", _nothing)


def no_sync_of_folders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "sync_folder", _nothing)


def no_sync_of_the_folders_of_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "sync_folder", _nothing)


def ledger_before_the_object_is_durable(monkeypatch: pytest.MonkeyPatch) -> None:
    later: list[Path] = []
    sync, sync_folder, in_step = files._sync, files.sync_folder, Mover.in_step
    monkeypatch.setattr(
        files, "_sync", lambda part: later.append(part.with_suffix("").with_suffix(""))
    )
    monkeypatch.setattr(files, "sync_folder", later.append)

    async def then_sync(self: Any, work: Any, *, rows: int = 1) -> Any:
        found = await in_step(self, work, rows=rows)
        while rows > 1 and later:  # it was the first that takes rows out
            path = later.pop(0)
            (sync_folder if path.is_dir() else sync)(path)
        return found

    monkeypatch.setattr(Mover, "in_step", then_sync)


@pytest.mark.parametrize(
    "mutant",
    [
        no_sync_of_rows,
        no_sync_of_objects,
        no_sync_of_folders,
        no_sync_of_the_folders_of_rows,
        ledger_before_the_object_is_durable,
    ],
)
def test_a_store_that_syncs_too_little_or_too_late_is_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mutant: Callable[[pytest.MonkeyPatch], None]
) -> None:
    mutant(monkeypatch)
    verdict = asyncio.run(cut_and_look(tmp_path, 200, until_dirty=True))
    assert not verdict.clean


@pytest.mark.parametrize("mutant", [no_sync_of_objects, no_sync_of_folders])
def test_a_load_that_syncs_too_little_is_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mutant: Callable[[pytest.MonkeyPatch], None]
) -> None:
    mutant(monkeypatch)
    verdict = asyncio.run(cut_and_look(tmp_path, 60, kind=Port, until_dirty=True))
    assert not verdict.clean
