"""Thousands of seeded runs of several processes that crash, lag and disagree about the time, on one data folder:
the bank keeps its sum, the set its members, the ring its shape. `ISOTHERM_SIM_SEED=N` plays one seed again.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest

from mcp_servers.safety import restore
from mcp_servers.safety.vault import Vault
from mcp_servers.stores import sqlite_ledger, sqlite_moves
from mcp_servers.tiered import Tiered, open_store
from mcp_servers.tiers.mover import Moved, Mover
from registry.clock import ManualClock
from registry.errors import IsothermError
from tests.faults import moving
from tests.faults.figures import figure
from tests.faults.simulation import NOW, Odds, World, fresh, played, played_out
from tests.faults.workloads import Bank, Ring, Set, fill, spec_of

SEED = 20261123
TURNS = 400
SPECS = [spec_of("d0", "warm"), spec_of("d1", "hot"), spec_of("d2", "warm")]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template") / "data"

    async def make() -> None:
        for spec in SPECS:
            store = open_store(spec, folder, ManualClock(NOW))
            await fill(store)
            await store.close()

    asyncio.run(make())
    return folder


def play(seed: int, template: Path, folder: Path) -> World:
    """One seed's run, in a folder of its own."""
    chance = Random(f"world {seed}")
    specs = SPECS[: chance.choice([2, 2, 2, 3])]
    world = World(
        seed, fresh(template, folder), specs, Odds(), processes=chance.choice([1, 2, 2, 3])
    )

    bank, ring = Bank(world, "d0"), Ring(world, "d1")

    async def go() -> None:
        items = Set(world, specs[-1].domain)
        clients = [bank.transfer(), bank.audit(), ring.turn(), items.add()]
        await played_out(world, clients, TURNS)

    with played(world):
        asyncio.run(go())
    if Vault(world.target).ids():
        asyncio.run(look_at_backup(world, bank, ring))
    return world


async def look_at_backup(world: World, bank: Bank, ring: Ring) -> None:
    """What the last backup brings back is of one moment in each domain."""
    again = world.folder.with_name("again")
    restore.restore(world.target, again)
    for spec, look, plan in ((SPECS[0], bank.look, bank.all), (SPECS[1], ring.look, ring.all)):
        store = open_store(spec, again, ManualClock(NOW))
        try:
            world.violations += [f"restored: {f}" for f in (await store.inspect()).faults]
            look((await store.query("t", plan)).rows)
        finally:
            await store.close()
    world.seen["restored"] += 1


def asked_for() -> int | None:
    given = os.environ.get("ISOTHERM_SIM_SEED")
    return None if given is None else int(given)


@pytest.mark.promise(3)
@pytest.mark.parametrize(
    "seeds",
    [24, pytest.param(2_000, marks=[pytest.mark.full, pytest.mark.timeout(7_200)])],
    ids=["quick", "full"],
)
def test_no_seed_loses_doubles_or_tears_anything(
    tmp_path: Path, template: Path, seeds: int
) -> None:
    one = asked_for()
    chosen = range(SEED, SEED + seeds) if one is None else [one]
    seen: Counter[str] = Counter()
    for seed in chosen:
        world = play(seed, template, tmp_path / "run" / "data")
        seen.update(world.seen)
        assert not world.violations, f"ISOTHERM_SIM_SEED={seed}: {world.violations[:5]}"
    figure("F14 simulation", seed=SEED, seeds=len(chosen), violations=0, **dict(sorted(seen.items())))  # fmt: skip
    assert one is not None or (seen["crash"] and seen["audit-cold"] and seen["ring-turn"])


def test_a_seed_gives_the_same_run_again(tmp_path: Path, template: Path) -> None:
    first, second = (play(SEED, template, tmp_path / "run" / "data") for _ in range(2))
    assert (first.trace, first.seen) == (second.trace, second.seen)


# -- mutants -------------------------------------------------------------------------------------


async def no_recovery(self: Mover) -> list[Moved]:
    return []


def never_catches_up(self: Tiered) -> None:
    """The cache is right as long as nobody else writes."""


MUTANTS: dict[str, list[tuple[Any, str, Any]]] = {
    "visible-before-flip": [
        (sqlite_moves, "let_out", moving.visible_before_the_rows_are_gone),
        (Mover, "in_step", moving.in_two_halves),
    ],
    "delete-before-flip": [
        (sqlite_moves, "let_out", moving.rows_gone_before_it_is_visible),
        (Mover, "in_step", moving.in_two_halves),
    ],
    "ignored-cancel": [(sqlite_moves, "let_out", moving.ignores_changes)],
    "no-tombstone": [(sqlite_ledger, "bury", lambda connection, places: None)],
    "no-recovery": [(Mover, "resume", no_recovery)],
    "stale-cache": [(Tiered, "_catch_up", never_catches_up)],
}


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_broken_product_is_caught_by_some_seed(
    tmp_path: Path, template: Path, monkeypatch: pytest.MonkeyPatch, mutant: str
) -> None:
    for where, name, broken in MUTANTS[mutant]:
        monkeypatch.setattr(where, name, broken)
    for seed in range(SEED, SEED + 60):
        if caught(seed, template, tmp_path / "run" / "data"):
            print(f"F14 mutant {mutant} caught by seed {seed}, {seed - SEED + 1} tried")
            return
    pytest.fail(f"no seed caught {mutant}")


def caught(seed: int, template: Path, folder: Path) -> bool:
    """Whether the run shows that something is broken; a mutant may trip over itself, too."""
    try:
        return bool(play(seed, template, folder).violations)
    except (IsothermError, AssertionError):
        return True
    finally:
        moving._halves.clear()
