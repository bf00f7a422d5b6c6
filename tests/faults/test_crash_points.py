"""Every moment at which an operation touches the disk is a point where it may end: by a kill, which leaves all that
was written, and by a power cut, which leaves all that was synced and nothing else. What each leaves is opened:
the operation has happened or has not, nothing is unsound, and doing it again does it once.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest

import mcp_servers.tiers.mover
from mcp_servers.loading.load import load
from mcp_servers.safety import backup, restore
from mcp_servers.segments import State
from mcp_servers.stores import files, parquet_bytes, sqlite_moves
from mcp_servers.tiered import Tiered, open_store
from mcp_servers.tiers.erasure import Eraser
from mcp_servers.tiers.mover import Mover
from registry.clock import ManualClock, SystemClock
from registry.domain import DomainSpec
from registry.errors import IsothermError
from registry.limits import SEGMENT_GRACE_SECONDS
from registry.plan import parse_plan
from registry.shape.mapping import Mapping, To
from tests.faults import moving
from tests.faults.disk import Cut, Disk
from tests.faults.figures import figure
from tests.faults.moving import COLD, SPEC, draft
from tests.mcp_servers import old_folder
from tests.mcp_servers.test_old_folders import unpacked
from tests.sources import TENANT, stage, write

SEED = 20261123
NOW = 1_700_000_000_000_000
MAPPING = Mapping({name: To(name) for name in ("id", "at", "n", "text")})
PLAN = parse_plan({"from": "club.notes", "select": ["id", "n"], "limit": 10_000})
OLD_PLAN = parse_plan({"from": "old.notes", "select": ["id", "n"], "limit": 10_000})
Rows = list[list[Any]]
Work = Callable[[Tiered, Path], Awaitable[Any]]


async def nothing(store: Tiered, folder: Path) -> None:
    """Opening is all."""


async def put(store: Tiered, folder: Path) -> None:
    drafts = [draft(place, 1_000 + place) for place in (1, 2, 3, 200, 201)]
    await store.write(TENANT, "notes", drafts, on_conflict="update", idempotency_key="put")


async def delete(store: Tiered, folder: Path) -> None:
    await store.delete(TENANT, "notes", ["r001", "r002", "r003"])


async def from_file(store: Tiered, folder: Path) -> None:
    lines = [f"l{n},1970-06-01T00:00:00Z,{n},note" for n in range(20)]
    path = write(folder.parent, "notes.csv", "\n".join(["id,at,n,text", *lines]) + "\n")
    await load(
        store, store.spec, folder=folder, tenant=TENANT, handle=stage(folder, path).handle, table=None,
        collection="notes", mapping=MAPPING, on_conflict="error", clock=SystemClock(),
    )  # fmt: skip


async def cool(store: Tiered, folder: Path) -> None:
    await store.mover.resume()
    for bucket in await store.mover.buckets(TENANT, "notes"):
        await store.mover.cool(TENANT, "notes", bucket)


async def warm(store: Tiered, folder: Path) -> None:
    await store.mover.resume()
    for segment in await store.mover.segments():
        if segment.state is State.COLD:
            await store.mover.warm(segment.number)


async def promote(store: Tiered, folder: Path) -> None:
    for segment in await store.mover.segments():
        if segment.state is State.COLD:
            await store.mover.promote(segment.number, range(segment.rows // 2))


async def compact(store: Tiered, folder: Path) -> None:
    cold = [s for s in await store.mover.segments() if s.state is State.COLD]
    for segment in [s for s in cold if s.dead]:
        await store.compactor.rewrite([segment])


async def sweep(store: Tiered, folder: Path) -> None:
    store.mover.store._clock.advance(SEGMENT_GRACE_SECONDS + 1)  # type: ignore[attr-defined]
    await store.mover.sweep()


async def erase(store: Tiered, folder: Path) -> None:
    eraser, named = Eraser(store, TENANT), {"text": ["note 4", "note 5"]}
    await eraser.take("notes", named)
    await eraser.scrub({"notes": named}, ["note 4", "note 5"])


async def back_up(store: Tiered, folder: Path) -> None:
    await asyncio.to_thread(backup.take, folder, folder.with_name("target"), ManualClock(NOW))


async def bring_back(store: Tiered, folder: Path) -> None:
    """The folder that comes back is looked at wherever it stands."""
    into = folder.with_name("again")
    if not into.is_dir():
        await asyncio.to_thread(restore.restore, folder.with_name("target"), into)
    again = open_store(SPEC, into, ManualClock(NOW))
    try:
        assert not (await again.inspect()).faults
        assert (await again.query(TENANT, PLAN)).rows == (await store.query(TENANT, PLAN)).rows
    finally:
        await again.close()


@dataclass(frozen=True)
class Operation:
    """`before`: what is done ahead of it. `whole`: readers see it wholly or not at all."""

    work: Work
    before: tuple[Work, ...] = ()
    whole: bool = True
    spec: DomainSpec = SPEC

    @property
    def old(self) -> bool:
        return self.spec is old_folder.SPEC

    async def rows(self, store: Tiered) -> Rows:
        if self.old:
            return (await store.query("one", OLD_PLAN)).rows
        return (await store.query(TENANT, PLAN)).rows


OPERATIONS = {
    "put": Operation(put, (cool,)),
    "delete": Operation(delete, (cool,)),
    "load": Operation(from_file, whole=False),
    "bulk-load": Operation(from_file, (cool, put), whole=False, spec=COLD),
    "cool": Operation(cool),
    "warm": Operation(warm, (cool,)),
    "promote": Operation(promote, (cool,)),
    "compact": Operation(compact, (cool, delete, put)),
    "sweep": Operation(sweep, (cool, warm)),
    "erase": Operation(erase, (cool,), whole=False),
    "migrate": Operation(nothing, spec=old_folder.SPEC),
    "backup": Operation(back_up, (cool, put)),
    "restore": Operation(bring_back, (cool, put, back_up)),
}


@dataclass
class Verdict:
    points: int = 0
    wrong: list[str] = field(default_factory=list)


async def prepared(operation: Operation, folder: Path) -> Rows:
    """A data folder just before the operation; its rows."""
    if operation.old:
        unpacked(folder, 1)
        copy = shutil.copytree(folder, folder.with_name("copy"))
        store = open_store(operation.spec, copy, ManualClock(NOW))
    else:
        store = open_store(operation.spec, folder, ManualClock(NOW))
        drafts = [draft(place, place) for place in range(40)]
        await store.write(TENANT, "notes", drafts, on_conflict="error")
    for work in operation.before:
        await work(store, folder)
    rows = await operation.rows(store)
    await store.close()
    return rows


async def swept(operation: Operation, folder: Path, chance: Random, share: float) -> Verdict:
    """Run it once, keep what each of a share of its points would leave, and look at all of that."""
    root = folder / "disk"
    before, images = await prepared(operation, root / "data"), []

    def keep(what: str) -> None:
        if chance.random() < share:
            image = folder / f"image{len(images)}"
            disk.image(image, Cut(chance, len(images) % 2, None))
            images.append(image)

    disk = Disk(root, keep)
    with disk.watched():
        store = open_store(operation.spec, root / "data", ManualClock(NOW))
        await operation.work(store, root / "data")
        after = await operation.rows(store)
        await store.close()
    verdict = Verdict(len(images))
    for image in images:
        try:
            wrong = await look(operation, image, before, after)
        except IsothermError as refusal:
            wrong = [f"{type(refusal).__name__}: {refusal.message}"]
        verdict.wrong += [f"{image.name}: {bad}" for bad in wrong]
        shutil.rmtree(image)
    return verdict


async def look(operation: Operation, image: Path, before: Rows, after: Rows) -> list[str]:
    """Open what is left, look, do it again, clear up, look."""
    wrong = []
    store = open_store(operation.spec, image / "data", ManualClock(NOW * 2))
    try:
        found = await operation.rows(store)
        either = [row for row in found if row not in before and row not in after]
        if either or len(dict(found)) != len(found) or (operation.whole and found not in (before, after)):  # type: ignore[arg-type] # fmt: skip
            wrong.append(f"{found} is neither before nor after")
        wrong += [f"unsound: {fault}" for fault in (await store.inspect()).faults]
        await store.mover.resume()
        await operation.work(store, image / "data")
        if await operation.rows(store) != after:
            wrong.append(f"again gave {await operation.rows(store)}")
        await sweep(store, image / "data")
        inspected = await store.inspect()
        wrong += [f"in the end: {fault}" for fault in inspected.faults]
        wrong += ["objects of nobody are left"] * bool(inspected.strays)
    finally:
        await store.close()
    return wrong


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Moves of many steps of few records."""
    monkeypatch.setattr(mcp_servers.tiers.mover, "MOVE_ROWS", 8)
    monkeypatch.setattr(parquet_bytes, "ROW_GROUP_ROWS", 8)


@pytest.mark.promise(1)
@pytest.mark.promise(2)
@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize(
    "points",
    [3, pytest.param(0, marks=[pytest.mark.full, pytest.mark.timeout(1_800)])],
    ids=["quick", "full"],
)
def test_an_operation_that_ends_anywhere_has_happened_or_has_not(
    tmp_path: Path, name: str, points: int
) -> None:
    """`points`: about how many are looked at; 0: all there are."""
    chance = Random(f"{SEED} {name}")
    verdict = asyncio.run(swept(OPERATIONS[name], tmp_path, chance, points / 100 or 1.0))
    figure(f"F3 crash-points {name}", seed=SEED, points=verdict.points, violations=len(verdict.wrong))  # fmt: skip
    assert not verdict.wrong, verdict.wrong[:5]


@pytest.mark.parametrize(
    "broken",
    [moving.visible_before_the_rows_are_gone, moving.rows_gone_before_it_is_visible],
)
def test_a_move_in_two_halves_is_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: Callable[..., Any]
) -> None:
    monkeypatch.setattr(sqlite_moves, "let_out", broken)
    monkeypatch.setattr(Mover, "in_step", moving.in_two_halves)
    verdict = asyncio.run(swept(OPERATIONS["cool"], tmp_path, Random(SEED), 0.05))
    moving._halves.clear()
    assert any("neither before nor after" in wrong for wrong in verdict.wrong)


def test_an_object_that_is_not_synced_is_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_sync", lambda path: None)
    verdict = asyncio.run(swept(OPERATIONS["cool"], tmp_path, Random(SEED), 0.06))
    assert any("unsound" in wrong or "Corrupt" in wrong for wrong in verdict.wrong)
