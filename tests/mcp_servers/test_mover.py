"""Records that move between rows and segments are found once, whole and current, whatever happens to them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from threading import Thread
from typing import Any

import apsw
import pytest

from mcp_servers.ports import Draft
from mcp_servers.segments import State
from mcp_servers.stores import sqlite_ledger as ledger
from mcp_servers.tiers.mover import Mover
from registry.errors import Conflict, NotFound, TooBusy
from registry.limits import LEASE_SECONDS, MOVE_ROWS, SEGMENT_GRACE_SECONDS
from registry.plan import parse_plan
from registry.tier import Tier
from tests.mcp_servers.houses import DAY, House, as_rows, cool, everything, notes, put

# -- reading -------------------------------------------------------------------------------------


def test_cooled_records_are_read_as_before_and_say_that_they_are_cold(run: Any) -> None:
    async def test(house: House) -> None:
        store = house.open()
        await put(store, [*notes(20), Draft("x", {"n": 1}, '{"more":[1]}')])
        before = store.get("t", "notes", ["n00003", "gone", "n00001"])
        facts = await store.facts("t", "notes", values=True)
        moved = await cool(store)
        assert (moved.rows, moved.segment.state, moved.segment.count) == (20, State.COLD, 20)
        await cool(store, "none")
        fresh = house.open()
        after = fresh.get("t", "notes", ["n00003", "gone", "n00001"])
        assert [row.tier for row in after] == [Tier.COLD] * 2
        assert [replace(row, tier=Tier.WARM) for row in after] == before
        assert fresh.get("t", "notes", ["x"])[0].extra == '{"more":[1]}'
        assert fresh.get("other", "notes", ["x"]) == []
        assert await fresh.facts("t", "notes", values=True) == replace(facts, seq=fresh.seq())
        assert await everything(fresh) == [*as_rows(notes(20)), ["x", 1]]

    run(test)


def test_sources_tell_what_was_read_in_each_tier(run: Any) -> None:
    async def test(house: House) -> None:
        store = house.open()
        await put(store, notes(10))
        await cool(store)
        await put(store, [Draft("new", {"at": 40 * DAY, "n": 1})])

        async def tiers(**where: Any) -> list[Any]:
            plan = {"from": "club.notes", "measures": [{"fn": "count"}], **where}
            page = await store.query("t", parse_plan(plan))
            return [page.rows[0][0], *((s.tier, s.rows_scanned) for s in page.sources)]

        assert await tiers() == [11, ("warm", 1), ("cold", 10)]
        late = {"op": ">=", "field": "at", "value": "1970-02-01T00:00:00Z"}
        assert await tiers(where=late) == [1, ("warm", 1)]
        assert await tiers(where={"op": "not", "arg": late}) == [10, ("cold", 10)]

    run(test)


def test_words_are_found_in_every_tier_and_never_in_dead_copies(run: Any) -> None:
    async def test(house: House) -> None:
        store = house.open()
        await put(store, notes(21))
        await cool(store)
        await put(
            store,
            [
                Draft("n00003", {"n": 3, "text": "Überraschung word1"}),
                Draft("w", {"n": 0, "text": "word3"}),
            ],
        )
        found = await everything(store, where={"op": "match", "text": "word3"})
        assert [id for id, _ in found] == ["n00010", "n00017", "w"]
        found = await everything(store, where={"op": "match", "text": 'uberrasch* OR "word2 note"'})
        assert [id for id, _ in found] == ["n00002", "n00003", "n00009", "n00016"]
        other = {"op": "not", "arg": {"op": "match", "text": "note"}}
        assert [id for id, _ in await everything(store, where=other)] == ["n00003", "w"]
        assert await everything(store, where={"op": "match", "text": "!?"}) == []

    run(test)


# -- writing -------------------------------------------------------------------------------------


def test_a_write_meets_a_cold_record_as_it_would_a_row(run: Any) -> None:
    async def test(house: House) -> None:
        store = house.open()
        drafts = notes(5)
        await put(store, drafts)
        await cool(store)
        assert [w.outcome for w in await put(store, drafts)] == ["duplicate"] * 5
        changed = Draft("n00001", {"n": 100})
        with pytest.raises(Conflict):
            await put(store, [changed], on_conflict="error")
        with pytest.raises(Conflict):
            await put(store, [changed], expected_version=0)
        assert [w.outcome for w in await put(store, [changed], on_conflict="skip")] == ["rejected"]
        (done,) = await put(store, [changed], expected_version=1)
        assert (done.version, done.outcome) == (2, "updated")
        assert store.get("t", "notes", ["n00001"])[0].tier is Tier.WARM
        (again,) = await put(store, [Draft("n00001", {"n": 101})])
        assert again.version == 3
        assert len(await everything(store)) == 5
        assert await store.delete("t", "notes", ["n00000", "n00001", "none"]) == 2
        with pytest.raises(Conflict):
            await store.delete("t", "notes", ["n00002"], expected_version=7)
        assert [id for id, _ in await everything(store)] == ["n00002", "n00003", "n00004"]
        (born,) = await put(store, [Draft("n00000", {"n": 7})])
        assert (born.version, born.outcome) == (1, "accepted")

    run(test)


def test_many_ids_are_looked_up_in_segments_as_exactly_as_few(run: Any) -> None:
    async def test(house: House) -> None:
        store = house.open()
        await put(store, notes(3_000))
        await cool(store)
        outcomes = [w.outcome for w in await put(store, [*notes(3_000), Draft("n1x", {"n": 1})])]
        assert outcomes == ["duplicate"] * 3_000 + ["accepted"]
        assert len(store.get("t", "notes", [d.id for d in notes(1_000)])) == 1_000

    run(test)


def test_the_cache_follows_a_cold_record_that_is_written_by_another_process(run: Any) -> None:
    async def test(house: House) -> None:
        one, two = house.open(), house.open()
        await put(one, notes(2))
        await cool(one)
        for _ in range(3):
            row = one.get("t", "notes", ["n00001"])[0]
        assert row.tier is Tier.HOT
        await put(two, [Draft("n00001", {"n": 9})])
        assert one.get("t", "notes", ["n00001"])[0].values["n"] == 9

    run(test)


# -- moving --------------------------------------------------------------------------------------


def test_warming_brings_back_the_records_with_their_versions_and_forgets_the_object_later(
    run: Any,
) -> None:
    async def test(house: House) -> None:
        store = house.open()
        count = MOVE_ROWS + 100
        await put(store, notes(count))
        await put(store, [Draft("n00007", {"at": 7_000_000, "n": -7})])
        before = store.get("t", "notes", ["n00007", "n00008"])
        segment = (await cool(store)).segment
        await put(store, [Draft("n00009", {"at": 1, "n": -9})])
        warmed = await store.mover.warm(segment.number)
        assert (warmed.segment.state, warmed.segment.live) == (State.RETIRED, 0)
        store.forget()  # else the cache tells them
        assert store.get("t", "notes", ["n00007", "n00008"]) == before
        rows = await everything(store)
        assert len(rows) == count and rows[9] == ["n00009", -9]
        assert (await everything(store, where={"op": "match", "text": "word1"}))[0][0] == "n00001"
        assert await store.mover.sweep() == 0 and house.objects
        house.clock.advance(SEGMENT_GRACE_SECONDS + 1)
        assert await store.mover.sweep() == 1 and not house.objects
        with pytest.raises(NotFound):
            await store.mover.warm(segment.number)

    run(test)


def test_a_segment_of_dead_records_only_is_swept_away(run: Any) -> None:
    async def test(house: House) -> None:
        store = house.open()
        await put(store, notes(3))
        await cool(store)
        await store.delete("t", "notes", [d.id for d in notes(3)])
        assert await everything(store) == [] and (await store.facts("t", "notes")).rows == 0
        await store.mover.sweep()
        house.clock.advance(SEGMENT_GRACE_SECONDS + 1)
        await store.mover.sweep()
        assert not house.objects and await store.mover.segments() == []

    run(test)


def test_the_same_records_cooled_twice_are_one_object(run: Any) -> None:
    async def test(house: House) -> None:
        store = house.open()
        await put(store, notes(4))
        first = (await cool(store)).segment
        await store.delete("t", "notes", ["n00000"])
        await store.mover.warm(first.number)
        await put(store, notes(1), on_conflict="error")
        second = (await cool(store)).segment
        await store.mover.warm(second.number)
        third = (await cool(store)).segment
        assert third.name == second.name != first.name and third.number != second.number
        assert len(await everything(store)) == 4
        house.clock.advance(SEGMENT_GRACE_SECONDS + 1)
        await store.mover.sweep()
        assert len(await everything(house.open())) == 4

    run(test)


def test_what_was_swept_away_before_it_was_entered_is_written_again_with_its_sidecars(
    run: Any,
) -> None:
    async def test(house: House) -> None:
        store = house.open()
        await put(store, notes(4))

        def stops(step: str) -> None:
            if step == "written":
                raise TooBusy("as if it lost its lease here")

        mover = Mover(store._store, store._cold, house.clock, "one", on_step=stops)
        with pytest.raises(TooBusy):
            await mover.cool("t", "notes", "1970-01")
        left = house.objects
        assert left and await store.mover.sweep() == len(left) and not house.objects
        await cool(store)
        assert house.objects == left
        assert (await store.inspect()).faults == []

    run(test)


def test_buckets_are_months_or_a_few_by_id_and_tenants_never_share_an_object(run: Any) -> None:
    async def test(house: House) -> None:
        store = house.open()
        await put(
            store,
            [
                Draft("a", {"at": -1, "n": 1}),
                Draft("b", {"at": 31 * DAY, "n": 2}),
                Draft("c", {"n": 3}),
            ],
        )
        assert await store.mover.buckets("t", "notes") == {"1969-12": 1, "1970-02": 1, "none": 1}
        people = [Draft(f"p{n}", {"name": "x"}) for n in range(200)]
        for tenant in ("t", "T/../é"):
            await store.write(tenant, "people", people, on_conflict="update")
            for bucket in await store.mover.buckets(tenant, "people"):
                await store.mover.cool(tenant, "people", bucket)
            assert await store.mover.buckets(tenant, "people") == {}
        found = store.get("T/../é", "people", [p.id for p in people])
        assert {row.tier for row in found} == {Tier.COLD} and len(found) == 200
        folders = {path.relative_to(house.folder / "objects").parts[2] for path in house.objects}
        assert folders == {"t", "%54%2f%2e%2e%2f%c3%a9"}

    run(test)


def test_one_process_at_a_time_moves_and_a_dead_one_is_not_waited_for_long(run: Any) -> None:
    async def test(house: House) -> None:
        one, two = house.open(), house.open()
        await put(one, notes(3))
        steps: list[str] = []

        def while_it_moves(step: str) -> None:
            steps.append(step)
            if step == "written":  # as if it hung here until others thought it dead
                house.clock.advance(LEASE_SECONDS + 1)
                other = apsw.Connection(str(house.folder / "rows" / "club.db"))
                now = house.clock.now_us()
                ledger.lease(other, "mover", "two", now, now + LEASE_SECONDS * 1_000_000)
                other.close()

        mover = Mover(one._store, one._cold, house.clock, "one", on_step=while_it_moves)
        with pytest.raises(TooBusy):
            await mover.cool("t", "notes", "1970-01")
        assert steps == ["copied", "written"]
        assert await everything(one) == as_rows(notes(3))
        with pytest.raises(TooBusy):
            await one.mover.sweep()
        house.clock.advance(LEASE_SECONDS + 1)
        assert await one.mover.sweep() > 0  # what the one that hung had written
        await two.mover.resume()
        assert not house.objects

    run(test)


def test_a_mover_that_hung_while_another_cleared_up_goes_no_further(run: Any) -> None:
    async def test(house: House) -> None:
        one = house.open()
        await put(one, notes(3))

        def while_it_moves(step: str) -> None:
            if step == "written":  # another came, removed what nobody had entered, and went
                house.clock.advance(LEASE_SECONDS + 1)
                for path in house.objects:
                    path.unlink()
                other = apsw.Connection(str(house.folder / "rows" / "club.db"))
                now = house.clock.now_us()
                ledger.lease(other, "mover", "two", now, now + 1)
                ledger.release(other, "mover", "two")
                other.close()

        mover = Mover(one._store, one._cold, house.clock, "one", on_step=while_it_moves)
        with pytest.raises(TooBusy, match="start again"):
            await mover.cool("t", "notes", "1970-01")
        assert await everything(one) == as_rows(notes(3))
        assert (await cool(one)).rows == 3
        assert await everything(house.open()) == as_rows(notes(3))

    run(test)


def test_a_sweep_that_hung_removes_nothing_that_was_entered_meanwhile(run: Any) -> None:
    async def test(house: House) -> None:
        one, two = house.open(), house.open()
        await put(one, notes(3))
        first = (await cool(one)).segment
        await one.mover.warm(first.number)
        house.clock.advance(SEGMENT_GRACE_SECONDS + 1)

        def while_it_sweeps(step: str) -> None:
            if step == "listed":  # it hangs; another cools the same records under the same name
                house.clock.advance(LEASE_SECONDS + 1)
                other = Thread(target=lambda: asyncio.run(cool(two)))
                other.start()
                other.join()

        sweeper = Mover(one._store, one._cold, house.clock, "one", on_step=while_it_sweeps)
        with pytest.raises(TooBusy):
            await sweeper.sweep()
        assert await everything(house.open()) == as_rows(notes(3))
        assert [s.state for s in await two.mover.segments()] == [State.COLD]

    run(test)


def test_a_sweep_removes_what_a_crash_left_beside_a_segment(run: Any) -> None:
    async def test(house: House) -> None:
        store = house.open()
        await put(store, notes(3))
        segment = (await cool(store)).segment
        part = house.folder / "objects" / "club" / f"{segment.name}.7.part"
        part.write_bytes(b"half")
        assert await store.mover.sweep() == 1 and not part.exists()
        assert await everything(house.open()) == as_rows(notes(3))

    run(test)


def test_a_record_that_changes_while_its_copy_is_written_keeps_its_change(run: Any) -> None:
    async def test(house: House) -> None:
        store = house.open()
        await put(store, notes(MOVE_ROWS + 1_000))
        loop, other = asyncio.get_running_loop(), house.open()
        changes = {
            "copied": [Draft("n00001", {"at": 0, "n": -1})],
            "entered": [Draft("n00002", {"at": 0, "n": -2})],
            "carried": [Draft("n00003", {"at": 0, "n": -3}), Draft("n09000", {"at": 0, "n": -4})],
        }
        waiting = []

        def meddle(step: str) -> None:
            if step in changes:
                waiting.append(loop.create_task(put(other, changes.pop(step))))

        mover = Mover(store._store, store._cold, house.clock, "m", on_step=meddle)
        await mover.cool("t", "notes", "1970-01")
        await asyncio.gather(*waiting)
        rows = dict(await everything(store))
        assert len(rows) == MOVE_ROWS + 1_000
        assert [rows[id] for id in ("n00001", "n00002", "n00003", "n09000")] == [-1, -2, -3, -4]

    run(test)


class Crash(Exception):
    """The process ends here."""


@pytest.mark.promise(3)
def test_whatever_step_a_move_ends_at_nothing_is_lost_or_doubled(run: Any) -> None:
    async def test(house: House) -> None:
        store = house.open()
        drafts = notes(MOVE_ROWS + 50)
        await put(store, drafts)
        want, points = as_rows(drafts), 0

        async def crashes(move: Callable[[Mover], Coroutine[Any, Any, Any]]) -> bool:
            """Run a move until its next crash point, look, and go on in a new process."""
            nonlocal points
            left = points_of_this[0]

            def step(name: str) -> None:
                nonlocal left
                left -= 1
                if left < 0:
                    raise Crash(name)

            house.clock.advance(LEASE_SECONDS + 1)
            mover = Mover(store._store, store._cold, house.clock, f"m{points}", on_step=step)
            try:
                await move(mover)
            except Crash:
                points += 1
                points_of_this[0] += 1
                assert await everything(store) == want
                return True
            return False

        async def cooled(mover: Mover) -> None:
            await mover.cool("t", "notes", "1970-01")

        async def warmed(mover: Mover) -> None:
            for segment in await mover.segments():
                if segment.count:
                    await mover.warm(segment.number)

        for move in (cooled, warmed):
            points_of_this = [0]
            while await crashes(move):
                house.clock.advance(LEASE_SECONDS + 1)
                await Mover(store._store, store._cold, house.clock, f"r{points}").resume()
                assert await everything(store) == want
                house.clock.advance(SEGMENT_GRACE_SECONDS + 1)
                sweeper = Mover(store._store, store._cold, house.clock, f"s{points}")
                house.clock.advance(LEASE_SECONDS + 1)
                await sweeper.sweep()
                assert await everything(house.open()) == want
                back = warmed if move is cooled else cooled
                house.clock.advance(LEASE_SECONDS + 1)
                await back(Mover(store._store, store._cold, house.clock, f"b{points}"))
        assert points >= 7
        assert [row.version for row in store.get("t", "notes", ["n00000"])] == [1]

    run(test)


def test_what_is_laid_over_a_cold_record_clears_none_of_its_fields(run: Any) -> None:
    async def test(house: House) -> None:
        store = house.open()
        await put(store, notes(3))
        await cool(store)
        [done] = await put(store, [Draft("n00001", {"n": -1}, merge=True)])
        assert (done.outcome, done.version) == ("updated", 2)
        [row] = store.get("t", "notes", ["n00001"])
        assert (row.values["n"], row.values["at"], row.tier) == (-1, 1_000_000, Tier.WARM)
        assert [r[1] for r in await everything(store)] == [0, -1, 2]

    run(test)
