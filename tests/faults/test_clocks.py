"""Clocks that jump, back and forth, and that disagree: nothing is lost, doubled, removed under a reader, or waited
for longer than a lease.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from threading import Thread
from typing import Any

import pytest

from mcp_servers.ports import Draft
from mcp_servers.segments import State
from mcp_servers.stores.sqlite_copy import Pin
from mcp_servers.tiered import Tiered, open_store
from registry.errors import IsothermError, TooBusy
from registry.limits import BACKUP_PIN_SECONDS, SEGMENT_GRACE_SECONDS
from registry.plan import parse_plan
from tests.faults.figures import figure
from tests.faults.moving import SPEC, draft

SEED = 20261123
STEPS = 80
NOW = 1_700_000_000_000_000
ALL = parse_plan({"from": "club.notes", "select": ["id", "n"], "limit": 10_000})
HOUR_US = 3_600_000_000
#: an hour back, a day on, the leap of a second, five minutes either way, and past 2038 and back again
JUMPS_US = (-HOUR_US, 24 * HOUR_US, -1_000_000, 300_000_000, -300_000_000)
PAST_2038 = (2**31 + 100) * 1_000_000


class Jumping:
    """A wall clock that is set by hand, beside a stopwatch that only goes on."""

    def __init__(self) -> None:
        self.us = NOW
        self.went_s = 0.0

    def now_us(self) -> int:
        self.us += 1_000
        return self.us

    def monotonic(self) -> float:
        self.went_s += 0.001
        return self.went_s

    def jump(self, chance: Random) -> None:
        if chance.random() < 0.1:
            self.us = PAST_2038 if self.us < PAST_2038 else NOW
        else:
            self.us += chance.choice(JUMPS_US)


class House:
    """Two stores on one folder, each with its own clock, and a plain dict of what is true."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.chance = Random(seed)
        self.clocks = [Jumping(), Jumping()]
        self.stores = [open_store(SPEC, folder, clock) for clock in self.clocks]
        self.truth: dict[str, int] = {}
        self.wrong: list[str] = []
        self.done: Counter[str] = Counter()

    async def live(self) -> None:
        steps: list[Callable[[Tiered], Any]] = [
            self.write,
            self.write,
            self.again,
            self.delete,
            self.cool,
        ]
        steps += [self.warm, self.tend, self.look, self.look]  # fmt: skip
        for _ in range(STEPS):
            if self.chance.random() < 0.5:
                self.chance.choice(self.clocks).jump(self.chance)
                self.done["jump"] += 1
            step = self.chance.choice(steps)
            try:
                await step(self.chance.choice(self.stores))
                self.done[step.__name__] += 1
            except TooBusy:
                self.done["refused"] += 1

    async def write(self, store: Tiered) -> None:
        n = self.chance.randrange(10**6)
        drafts = [draft(place, n) for place in self.chance.sample(range(20), 3)]
        await store.write("t", "notes", drafts, on_conflict="update")
        self.truth |= {d.id: n for d in drafts}

    async def again(self, store: Tiered) -> None:
        """The same key within its time stores nothing twice, and the record's version does not rise."""
        n = self.chance.randrange(10**6)
        one = [draft(self.chance.randrange(20), n)]
        first = await store.write("t", "notes", one, on_conflict="update", idempotency_key=f"k{n}")
        second = await store.write("t", "notes", one, on_conflict="update", idempotency_key=f"k{n}")
        self.truth[one[0].id] = n
        if [w.version for w in first] != [w.version for w in second]:
            self.wrong.append(f"sent twice: {first} {second}")

    async def delete(self, store: Tiered) -> None:
        id = draft(self.chance.randrange(20), 0).id
        await store.delete("t", "notes", [id])
        self.truth.pop(id, None)

    async def cool(self, store: Tiered) -> None:
        for bucket in await store.mover.buckets("t", "notes"):
            await store.mover.cool("t", "notes", bucket)

    async def warm(self, store: Tiered) -> None:
        for segment in await store.mover.segments():
            if segment.state is State.COLD:
                await store.mover.warm(segment.number)

    async def tend(self, store: Tiered) -> None:
        await store.mover.resume()
        await store.compactor.run()
        await store.mover.sweep()

    async def look(self, store: Tiered) -> None:
        rows = (await store.query("t", ALL)).rows
        if rows != [[id, n] for id, n in sorted(self.truth.items())]:
            self.wrong.append(f"list: {rows} instead of {self.truth}")
        found = {r.id: r.values["n"] for r in store.get("t", "notes", sorted(self.truth))}
        if found != self.truth:
            self.wrong.append(f"get: {found} instead of {self.truth}")


@pytest.mark.parametrize(
    "seeds",
    [8, pytest.param(400, marks=[pytest.mark.full, pytest.mark.timeout(1_800)])],
    ids=["quick", "full"],
)
def test_clocks_that_jump_lose_and_double_nothing(tmp_path: Path, seeds: int) -> None:
    done: Counter[str] = Counter()

    async def go(seed: int) -> House:
        house = House(tmp_path / str(seed), seed)
        try:
            await house.live()
            for store in house.stores:
                await house.look(store)
            house.wrong += [str(fault) for fault in (await house.stores[0].inspect()).faults]
        except IsothermError as refusal:
            house.wrong.append(f"{type(refusal).__name__}: {refusal.message}")
        finally:
            for store in house.stores:
                await store.close()
        return house

    for seed in range(SEED, SEED + seeds):
        house = asyncio.run(go(seed))
        assert not house.wrong, f"seed {seed}: {house.wrong[:3]}"
        done.update(house.done)
    figure("F9 clocks", seed=SEED, seeds=seeds, wrong=0, **dict(sorted(done.items())))


def test_a_question_whose_segments_went_while_it_hung_is_answered_from_where_they_are(
    tmp_path: Path,
) -> None:
    """The clock jumps past the grace in the middle of a question, or its process is stopped for as long."""

    async def go() -> None:
        clock = Jumping()
        one, two = (open_store(SPEC, tmp_path, clock) for _ in range(2))
        drafts = [draft(place, place) for place in range(20)]
        await one.write("t", "notes", drafts, on_conflict="error")

        async def elsewhere() -> None:
            for segment in await two.mover.segments():
                if segment.state is State.COLD:
                    await two.mover.warm(segment.number)
            clock.us += (SEGMENT_GRACE_SECONDS + 1) * 1_000_000
            await two.mover.sweep()

        def hung(door: Callable[..., Any]) -> Callable[..., Any]:
            waits = [1]

            def then(*given: Any, **how: Any) -> Any:
                while waits:
                    waits.pop()
                    other = Thread(target=lambda: asyncio.run(elsewhere()))
                    other.start()
                    other.join()
                return door(*given, **how)

            return then

        async def cooled() -> None:
            for bucket in await two.mover.buckets("t", "notes"):
                await two.mover.cool("t", "notes", bucket)

        wanted = [[d.id, d.values["n"]] for d in drafts]
        await cooled()
        one.mover.cold.scan = hung(one.mover.cold.scan)  # type: ignore[method-assign]
        assert (await one.query("t", ALL)).rows == wanted
        await cooled()
        one.mover.cold.seek = hung(one.mover.cold.seek)  # type: ignore[method-assign]
        assert [[r.id, r.values["n"]] for r in one.get("t", "notes", [d.id for d in drafts])] == wanted  # fmt: skip
        for store in (one, two):
            await store.close()

    asyncio.run(go())


def test_a_lease_of_a_clock_that_was_set_back_is_not_waited_for(tmp_path: Path) -> None:
    async def go() -> None:
        clock = Jumping()
        one, two = (open_store(SPEC, tmp_path, clock) for _ in range(2))
        await one.write("t", "notes", [Draft("a", {"at": 0, "n": 1})], on_conflict="error")
        clock.us += 24 * HOUR_US
        async with one.mover.alone():  # it dies here, and the clock is set right
            clock.us -= 24 * HOUR_US
            await two.mover.cool("t", "notes", "1970-01")
            with pytest.raises(TooBusy):
                await one.mover.in_step(lambda transaction: None)
        assert [s.state for s in await two.mover.segments()] == [State.COLD]
        for store in (one, two):
            await store.close()

    asyncio.run(go())


@pytest.mark.promise(11)
def test_what_retired_under_a_clock_that_was_set_back_goes_one_grace_later(tmp_path: Path) -> None:
    async def go() -> None:
        clock = Jumping()
        store = open_store(SPEC, tmp_path, clock)
        await store.write("t", "notes", [Draft("a", {"at": 0, "n": 1})], on_conflict="error")
        await store.mover.cool("t", "notes", "1970-01")
        clock.us += 24 * HOUR_US
        await store.delete("t", "notes", ["a"])
        pin = Pin(tmp_path / "rows" / f"{SPEC.domain}.db", "a backup that died")
        pin.until(clock.now_us() + BACKUP_PIN_SECONDS * 1_000_000)
        await store.mover.sweep()
        clock.us -= 24 * HOUR_US
        await store.mover.sweep()
        clock.us += (SEGMENT_GRACE_SECONDS + 1) * 1_000_000
        assert await store.mover.sweep() == 1
        await store.close()

    asyncio.run(go())
    assert not list(tmp_path.rglob("*.parquet"))
