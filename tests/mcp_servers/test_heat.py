"""Heat is counted by point reads and updates, fades with accesses and time, and adds up over
processes; nothing depends on it but where records are."""

from __future__ import annotations

import asyncio
from typing import Any

import anyio
import anyio.lowlevel
import pytest

from mcp_servers.ports import Draft
from mcp_servers.segments import State
from mcp_servers.tiered import Tiered
from mcp_servers.tiers.heat import Counter, Place, fade, half_life
from registry.errors import Conflict, NotFound
from registry.limits import HEAT_HALF_LIFE_DAYS, HEAT_PLACES_MAX, HEAT_RECORDS_MAX
from registry.moment import US_DAY
from registry.plan import parse_plan
from registry.tier import Tier
from tests.mcp_servers.houses import DAY, House, cool, everything, notes, put

ROWS: Place = ("t", "notes", "1970-01", 0)
ALL = [f"n{n:05}" for n in range(10)]


# -- counting ------------------------------------------------------------------------------------


def test_an_access_is_worth_half_after_a_half_life_of_accesses_or_of_time() -> None:
    half = half_life(1_000)
    assert half == 16_000
    assert fade(half, 0, half) == pytest.approx(0.5)
    assert fade(0, HEAT_HALF_LIFE_DAYS * US_DAY, half) == pytest.approx(0.5)
    assert fade(half, HEAT_HALF_LIFE_DAYS * US_DAY, half) == pytest.approx(0.25)
    assert fade(0, -US_DAY, half) == 1.0


def test_later_accesses_outweigh_earlier_ones_however_many_there_are() -> None:
    counter = Counter()
    old, new = ("t", "c", "old", 0), ("t", "c", "new", 0)
    for place, count in ((old, 4_000), (new, 3)):
        for _ in range(count):
            counter.touch({place: 1}, 2.0)
    taken = counter.take()
    assert taken.accesses == 4_003
    assert taken.places[new] == pytest.approx(1 + 2**-0.5 + 2**-1)
    steady = 1 / (1 - 2**-0.5)
    assert taken.places[old] == pytest.approx(steady * 2**-1.5)
    assert not counter.take()


def test_memory_stays_bounded_and_keeps_the_hottest() -> None:
    counter = Counter()
    hot: Place = ("t", "c", "m", 1)
    for n in range(5 * HEAT_RECORDS_MAX):
        other: Place = ("t", "c", f"m{n}", 2)
        counter.touch({hot: 1, other: 1}, 1e9, records=[(1, 7), (2, n)])
    taken = counter.take()
    assert len(taken.places) <= 2 * HEAT_PLACES_MAX
    assert len(taken.records) <= 2 * HEAT_RECORDS_MAX
    assert taken.records[1, 7] == pytest.approx(5 * HEAT_RECORDS_MAX, rel=1e-3)


# -- in the ledger -------------------------------------------------------------------------------


async def heat(store: Tiered, place: Place = ROWS) -> float:
    known = (await store.heat.look("t")).get(place)
    return 0.0 if known is None else round(known.heat, 2)


def test_point_reads_and_updates_heat_and_scans_and_inserts_do_not(run: Any) -> None:
    async def test(house: House) -> None:
        store = house.open()
        await put(store, notes(10))
        await everything(store)
        count = {"from": "club.notes", "measures": [{"fn": "count"}]}
        await store.query("t", parse_plan(count))
        assert await heat(store) == 0
        store.get("t", "notes", [*ALL[:3], "gone"])
        store.get("other", "notes", ALL[:3])
        assert await heat(store) == 3
        await put(store, notes(2, n=-1))
        assert await heat(store) == 5
        house.clock.advance(HEAT_HALF_LIFE_DAYS * 86_400)
        assert await heat(store) == 2.5

    run(test)


def test_a_read_that_the_cache_serves_heats_too(run: Any) -> None:
    async def test(house: House) -> None:
        store = house.open()
        await put(store, notes(10))
        for _ in range(5):
            (row,) = store.get("t", "notes", ALL[:1])
        assert row.tier is Tier.HOT
        assert await heat(store) == 5

    run(test)


def test_what_two_processes_count_adds_up_and_a_lost_flush_changes_no_answer(run: Any) -> None:
    async def test(house: House) -> None:
        one, other = house.open(), house.open()
        await put(one, notes(10))
        for store in (one, other, other):
            store.get("t", "notes", ALL)
        await asyncio.gather(one.heat.flush(), other.heat.flush())
        assert await heat(house.open()) == 30
        found, again = one.get("t", "notes", ALL), house.open().get("t", "notes", ALL)
        assert [(row.id, row.values) for row in found] == [(row.id, row.values) for row in again]

    run(test)


def test_a_server_without_an_orchestrator_tells_the_ledger_what_is_read(run: Any) -> None:
    async def test(house: House) -> None:
        one, two = house.open(), house.open()
        await put(one, notes(10))
        one.get("t", "notes", ALL)
        async with anyio.create_task_group() as group:
            group.start_soon(one.heat.flush_every, 0.01)
            with anyio.fail_after(30):
                while ROWS not in await two.heat.look("t"):
                    await anyio.lowlevel.checkpoint()
            group.cancel_scope.cancel()

    run(test)


def test_a_store_flushes_when_it_closes(run: Any) -> None:
    async def test(house: House) -> None:
        store = house.open()
        await put(store, notes(10))
        store.get("t", "notes", ALL)
        await store.close()
        house.opened.remove(store)
        assert await heat(house.open()) == 10

    run(test)


def test_buckets_without_a_time_are_as_young_as_their_last_touch(run: Any) -> None:
    async def test(house: House) -> None:
        store = house.open()
        await store.write("t", "people", [Draft("ann", {"name": "Ann"})], on_conflict="update")
        (place,) = [p for p in await store.heat.look("t") if p[1] == "people"]
        first = (await store.heat.look("t"))[place]
        assert (first.heat, first.touched_us) == (0, house.clock.now_us())
        house.clock.advance(5)
        store.get("t", "people", ["ann"])
        assert (await store.heat.look("t"))[place].touched_us == house.clock.now_us()

    run(test)


def test_many_reads_together_heat_as_much_as_one_by_one(run: Any) -> None:
    async def test(house: House) -> None:
        store = house.open()
        await put(store, notes(700))
        ids = [f"n{n:05}" for n in range(700)]
        for times in (1, 2, 3):  # passing by, becoming resident, resident
            store.get("t", "notes", ids)
            assert await heat(store) == pytest.approx(700 * times, rel=0.02)

    run(test)


# -- following what moves ------------------------------------------------------------------------


def test_a_segment_has_heat_of_its_own_record_by_record(run: Any) -> None:
    async def test(house: House) -> None:
        store = house.open()
        await put(store, notes(10))
        store.get("t", "notes", ALL)
        assert await heat(store) == 10
        cold = (*ROWS[:3], (await cool(store)).segment.number)
        assert (await heat(store), await heat(store, cold)) == (0, 0)
        store.forget()  # what is resident is not read from the segment
        for _ in range(3):
            store.get("t", "notes", ALL[4:6])
        store.get("t", "notes", ALL[:1])
        assert await heat(store, cold) == 7
        warmest = (await store.heat.look("t"))[cold].warmest
        assert [(row, round(each, 2)) for row, each in warmest] == [(4, 3), (5, 3), (0, 1)]
        await store.delete("t", "notes", [ALL[4]])
        assert [row for row, _ in (await store.heat.look("t"))[cold].warmest] == [5, 0]

    run(test)


def test_heat_comes_back_with_what_comes_back(run: Any) -> None:
    async def test(house: House) -> None:
        store = house.open()
        await put(store, notes(10))
        number = (await cool(store)).segment.number
        for _ in range(3):
            store.get("t", "notes", ALL[:2])
        store.get("t", "notes", ALL[9:])
        await store.heat.flush()
        moved = await store.mover.promote(number, [0])
        assert (moved.rows, moved.segment.count, moved.segment.dead) == (1, 9, 1)
        assert (await heat(store), await heat(store, (*ROWS[:3], number))) == (3, 4)
        known = (await store.heat.look("t"))[ROWS]
        assert known.back_us == house.clock.now_us()
        assert (await store.mover.warm(number)).segment.state is State.RETIRED
        assert await heat(store) == 7
        assert not [p for p in await store.heat.look("t") if p[3]]

    run(test)


def test_what_the_cache_still_knows_by_its_segment_heats_the_rows_it_came_back_to(
    run: Any,
) -> None:
    async def test(house: House) -> None:
        store = house.open()
        await put(store, notes(10))
        number = (await cool(store)).segment.number
        cold = (*ROWS[:3], number)
        for _ in range(3):
            store.get("t", "notes", ALL[:2])
        await store.heat.flush()
        await store.mover.promote(number, [0])
        for _ in range(5):
            assert store.get("t", "notes", ALL[:1])[0].tier is Tier.HOT
        assert (await heat(store), await heat(store, cold)) == (8, 3)
        await store.mover.warm(number)
        for _ in range(5):
            assert store.get("t", "notes", ALL[1:2])[0].tier is Tier.HOT
        assert await heat(store) == 16

    run(test)


def test_segments_that_are_merged_stay_as_hot_as_they_were(run: Any) -> None:
    async def test(house: House) -> None:
        store = house.open()
        for n in range(4):
            await put(store, notes(40)[n::4])
            await cool(store)
        for _ in range(3):
            store.get("t", "notes", ALL[:2])
        before = await store.heat.look("t")
        assert sorted(round(w.heat, 2) for place, w in before.items() if place[3]) == [3, 3]
        await store.compactor.run()
        (segment,) = [s for s in await store.mover.segments() if s.count]
        warmth = (await store.heat.look("t"))[*ROWS[:3], segment.number]
        assert round(warmth.heat, 2) == 6
        warmest = [row for row, _ in warmth.warmest]
        found = house.open().get("t", "notes", ALL[:2])
        assert sorted(row.cold[1] for row in found if row.cold) == sorted(warmest) == [0, 1]

    run(test)


# -- single records ------------------------------------------------------------------------------


def test_promoted_records_are_rows_and_all_others_stay_cold(run: Any) -> None:
    async def test(house: House) -> None:
        store = house.open()
        drafts = notes(10)
        await put(store, drafts)
        before = {row.id: row for row in store.get("t", "notes", ALL)}
        number = (await cool(store)).segment.number
        await store.delete("t", "notes", [ALL[2]])
        moved = await store.mover.promote(number, [1, 2, 3, 999])
        assert moved.rows == 2
        tiers = {row.id: row.tier for row in house.open().get("t", "notes", ALL)}
        assert [id for id in ALL if tiers.get(id) is Tier.WARM] == [ALL[1], ALL[3]]
        assert len(tiers) == 9 == len(await everything(store))
        after = house.open().get("t", "notes", [ALL[1]])[0]
        assert (after, after.seq) == (before[ALL[1]], before[ALL[1]].seq)
        found = await everything(store, where={"op": "match", "text": "word3"})
        assert [id for id, _ in found] == [ALL[3]]
        assert (await store.mover.promote(number, [1, 3])).rows == 0
        with pytest.raises(NotFound):
            await store.mover.promote(99, [1])

    run(test)


def test_nothing_is_promoted_out_of_a_segment_that_moves(run: Any) -> None:
    async def test(house: House) -> None:
        store = house.open()
        await put(store, [*notes(10), Draft("x", {"at": 40 * DAY, "n": 1})])
        number = (await cool(store)).segment.number
        await store.mover.warm(number)
        with pytest.raises((Conflict, NotFound)):
            await store.mover.promote(number, [1])
        assert len(await everything(store)) == 11

    run(test)
