"""Compaction rewrites segments, and no reader sees anything of it but smaller files."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mcp_servers.ports import Draft
from mcp_servers.segments import Segment, State
from mcp_servers.tiered import Tiered
from mcp_servers.tiers.compaction import Compactor, debt, due
from mcp_servers.tiers.mover import Mover
from registry.errors import Conflict
from registry.limits import LEASE_SECONDS, SEGMENT_GRACE_SECONDS, SEGMENT_ROWS_MAX
from tests.mcp_servers.houses import House, as_rows, cool, everything, notes, put


def segment(number: int, rows: int, dead: int = 0, **other: Any) -> Segment:
    made = Segment(
        number,
        f"s{number}",
        "t",
        "notes",
        "1970-01",
        State.COLD,
        rows,
        rows,
        dead,
        rows,
        "",
        {},
        {},
    )
    return replace(made, **other)


async def parts(store: Tiered, count: int, size: int = 10) -> list[Draft]:
    """Notes in `count` segments of one bucket."""
    drafts = notes(count * size)
    for n in range(count):
        await put(store, drafts[n * size : (n + 1) * size])
        await cool(store)
    return drafts


def numbers(segments: list[list[Segment]]) -> list[list[int]]:
    return [sorted(s.number for s in group) for group in segments]


def test_small_segments_of_one_bucket_are_due_when_they_are_many() -> None:
    three = [segment(n, 100) for n in range(3)]
    assert due(three) == []
    assert numbers(due([*three, segment(3, 100)])) == [[0, 1, 2, 3]]
    assert due([*three, segment(3, 100, bucket="1970-02")]) == []
    assert due([*three, segment(3, 100, tenant="other")]) == []
    assert due([*three, segment(3, 100, state=State.COOLING)]) == []
    assert due([*three, segment(3, 100, bytes=1 << 30)]) == []


def test_a_half_dead_segment_is_due_and_takes_the_small_ones_with_it() -> None:
    assert due([segment(1, 30_000, 11_000)]) == []
    assert numbers(due([segment(1, 30_000, 13_000)])) == [[1]]
    assert numbers(due([segment(1, 30_000, live=10_000)])) == [[1]]
    assert numbers(due([segment(1, 30_000, 13_000), segment(2, 50)])) == [[1, 2]]
    full = segment(3, SEGMENT_ROWS_MAX)
    assert numbers(due([full, segment(1, 60_000, 30_000)])) == [[1]]


def test_debt_counts_dead_rows_and_segments_that_could_be_one() -> None:
    found = debt([segment(1, 100, 30), segment(2, 100), segment(3, 100, 100), segment(4, 60_000)])
    assert (found.dead, found.small) == (30, 2)
    assert debt([segment(2, 100)]).small == 0


def test_small_segments_become_one_with_every_record_as_it_was(run: Any) -> None:
    async def test(house: House) -> None:
        store = house.open()
        drafts = await parts(store, 4)
        await put(store, [Draft("n00013", {"at": 13_000_000, "n": -13})])
        await store.delete("t", "notes", ["n00020"])
        want = await everything(store)
        before = store.get("t", "notes", [d.id for d in drafts])
        (done,), more = await store.compactor.run()
        assert (done.segments, done.rows, more) == (4, 38, False)
        assert await everything(store) == await everything(house.open()) == want
        assert house.open().get("t", "notes", [d.id for d in drafts]) == before
        (one,) = [s for s in await store.mover.segments() if s.count]
        assert (one.rows, one.dead, one.state) == (38, 0, State.COLD)
        found = await everything(store, where={"op": "match", "text": "word3"})
        assert len(found) == sum(d.values["text"] == "word3 note" for d in drafts if d.id not in ("n00013", "n00020"))  # fmt: skip
        assert await store.compactor.run() == ([], False)

    run(test)


def test_the_old_objects_and_what_the_ledger_told_of_them_go_after_the_grace(run: Any) -> None:
    async def test(house: House) -> None:
        store = house.open()
        await parts(store, 4)
        old = house.objects
        await store.compactor.run()
        retired = [s for s in await store.mover.segments() if s.state is State.RETIRED]
        assert [dict(s.spans) for s in retired] == [{}] * 4
        assert await store.mover.sweep() == 0
        assert set(old) < set(house.objects)
        house.clock.advance(SEGMENT_GRACE_SECONDS + 1)
        assert await store.mover.sweep() == 4
        assert set(old).isdisjoint(house.objects)
        assert len([p for p in house.objects if p.suffix == ".parquet"]) == 1
        assert len(await everything(store)) == 40

    run(test)


def test_a_segment_of_dead_rows_alone_retires_without_a_successor(run: Any) -> None:
    async def test(house: House) -> None:
        store = house.open()
        await put(store, notes(3))
        moved = await cool(store)
        await store.delete("t", "notes", ["n00000", "n00001", "n00002"])
        done = await store.compactor.rewrite([replace(moved.segment, dead=3)])
        assert (done.rows, done.bytes_after) == (0, 0)
        assert [s.state for s in await store.mover.segments()] == [State.RETIRED]

    run(test)


def test_what_changes_during_the_rewriting_is_never_brought_back(run: Any) -> None:
    async def test(house: House) -> None:
        store = house.open()
        await parts(store, 4)
        written: list[Any] = []

        def meddle(step: str) -> None:
            if step == "copied":
                house.clock.advance(1)
                written.extend([store.delete("t", "notes", ["n00001"]), put(store, [Draft("n00002", {"n": -2})])])  # fmt: skip

        mover = Mover(store._store, store._cold, house.clock, "m", on_step=meddle)
        compactor = Compactor(mover)
        real = mover.in_step

        async def in_step(work: Any, *, rows: int = 1) -> Any:
            while written:
                await written.pop()
            return await real(work, rows=rows)

        mover.in_step = in_step  # type: ignore[method-assign]
        await compactor.run()
        rows = dict(await everything(store))
        assert len(rows) == 39 and rows["n00002"] == -2 and "n00001" not in rows
        (one,) = [s for s in await store.mover.segments() if s.count]
        assert (one.rows, one.dead) == (40, 2)
        assert store.get("t", "notes", ["n00001"]) == []

    run(test)


def test_a_segment_that_was_warmed_meanwhile_is_left_alone(run: Any) -> None:
    async def test(house: House) -> None:
        store = house.open()
        drafts = await parts(store, 2)
        stale = await store.mover.segments()
        await store.mover.warm(stale[0].number)
        with pytest.raises(Conflict):
            await store.compactor.rewrite(stale)
        assert await everything(store) == as_rows(drafts)

    run(test)


def test_texts_too_long_to_lie_together_stay_apart(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test(house: House) -> None:
        store = house.open()
        await parts(store, 4)
        monkeypatch.setattr("mcp_servers.tiers.compaction.SEGMENT_BYTES_MAX", 100)
        before = await store.mover.segments()
        (done,), _ = await store.compactor.run()
        assert done.segments == 0
        assert await store.mover.segments() == before

    run(test)


class Crash(Exception):
    """The process ends here."""


@pytest.mark.promise(3)
@pytest.mark.parametrize("point", ["copied", "written", "swapped"])
def test_whatever_step_a_compaction_ends_at_nothing_is_lost_or_doubled(
    run: Any, point: str
) -> None:
    async def test(house: House) -> None:
        store = house.open()
        drafts = await parts(store, 5)

        def crash(step: str) -> None:
            if step == point:
                raise Crash(step)

        with pytest.raises(Crash):
            await Compactor(Mover(store._store, store._cold, house.clock, "a", on_step=crash)).run()
        assert await everything(house.open()) == as_rows(drafts)
        house.clock.advance(LEASE_SECONDS + 1)
        after = Mover(store._store, store._cold, house.clock, "b")
        await after.resume()
        await Compactor(after).run()
        house.clock.advance(SEGMENT_GRACE_SECONDS + 1)
        await after.sweep()
        assert await everything(house.open()) == as_rows(drafts)
        (one,) = await after.segments()
        assert (one.rows, one.dead) == (50, 0)
        assert len([p for p in house.objects if p.suffix == ".parquet"]) == 1
        assert (await house.open().inspect()).faults == []

    run(test)
