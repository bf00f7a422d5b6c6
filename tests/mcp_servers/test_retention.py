"""Records past their collection's retention go, in both tiers, and nothing else does."""

from __future__ import annotations

from typing import Any

import pytest

from mcp_servers.ports import Draft
from mcp_servers.segments import State
from mcp_servers.stores import sqlite_holds as holds
from mcp_servers.tiered import Tiered
from mcp_servers.tiers.mover import Mover
from mcp_servers.tiers.retention import Retained, Retention, here_since
from registry.domain import DomainSpec, parse_spec
from registry.limits import (
    LEASE_SECONDS,
    RETENTION_NOTICE_DAYS,
    RETENTION_ROWS_MAX,
    SEGMENT_GRACE_SECONDS,
)
from registry.plan import parse_plan
from tests.mcp_servers.houses import DAY, House

KEPT = 100  # days
START_US = 1_700_000_000_000_000


def spec(kind: str = "time") -> DomainSpec:
    return parse_spec({"domain": "club", "collections": {
        "notes": {"time": "at", "retention_days": KEPT, "fields": {
            "at": {"type": kind}, "text": {"type": "text", "search": True}, "who": {"type": "text"}}},
        "kept": {"time": "at", "fields": {"at": {"type": kind}}}}})  # fmt: skip


def note(id: str, age: float | None, **more: Any) -> Draft:
    """A note as old, in days, when the test begins."""
    at = None if age is None else START_US - int(age * DAY)
    return Draft(id, {"at": at, "text": f"words of {id}", **more})


async def ids(store: Tiered, tenant: str = "t", collection: str = "notes") -> list[str]:
    plan = {"from": f"club.{collection}", "select": ["id"], "limit": 5_000}
    return [row[0] for row in (await store.query(tenant, parse_plan(plan))).rows]


async def run_for(house: House, store: Tiered, days: int) -> Retained:
    """A run a day, for so many days; the last one's outcome, with all that went."""
    total = Retained()
    for _ in range(days):
        done = await Retention(store, "t", house.clock).run()
        for name, count in done.deleted.items():
            total.deleted[name] = total.deleted.get(name, 0) + count
        total.segments += done.segments
        house.clock.advance(86_400)
    return total


async def fill(store: Tiered, tenant: str = "t") -> None:
    await store.write(tenant, "notes", [note("old", 200), note("older", 230), note("young", 5), note("none", None)], on_conflict="error")  # fmt: skip
    await store.write(tenant, "kept", [Draft("old", {"at": 1})], on_conflict="error")


MONTH = RETENTION_NOTICE_DAYS + 2


def test_rows_past_their_time_go_and_nothing_else(run: Any) -> None:
    async def test(house: House) -> None:
        store = house.open(spec())
        await fill(store)
        await fill(store, "other")
        done = await run_for(house, store, MONTH)
        assert (done.deleted, done.segments) == ({"notes": 2}, 0)
        assert await ids(store) == ["none", "young"]
        assert await ids(store, collection="kept") == ["old"]
        assert len(await ids(store, "other")) == 4
        found = parse_plan({"from": "club.notes", "select": ["id"], "where": {"op": "match", "text": "words"}})  # fmt: skip
        assert len((await store.query("t", found)).rows) == 2

    run(test)


def test_what_was_stored_late_stays_for_its_notice(run: Any) -> None:
    async def test(house: House) -> None:
        store = house.open(spec())
        await fill(store)
        assert (await run_for(house, store, RETENTION_NOTICE_DAYS)).deleted == {}
        await store.write("t", "notes", [note("loaded", 300)], on_conflict="error")
        assert (await run_for(house, store, 2)).deleted == {"notes": 2}
        assert await ids(store) == ["loaded", "none", "young"]
        assert (await run_for(house, store, RETENTION_NOTICE_DAYS)).deleted == {"notes": 1}

    run(test)


def test_a_segment_that_is_past_as_a_whole_retires_at_once(run: Any) -> None:
    async def test(house: House) -> None:
        store = house.open(spec())
        await fill(store)
        for bucket in await store.mover.buckets("t", "notes"):
            await store.mover.cool("t", "notes", bucket)
        done = await run_for(house, store, MONTH)
        assert (done.deleted, done.segments) == ({"notes": 2}, 2)
        assert await ids(house.open(spec())) == ["none", "young"]
        house.clock.advance(SEGMENT_GRACE_SECONDS + 1)
        assert await store.mover.sweep() == 2

    run(test)


@pytest.mark.parametrize("kind", ["time", "date"])
def test_single_records_of_a_segment_become_dead_where_others_are_young(
    run: Any, kind: str
) -> None:
    async def test(house: House) -> None:
        store = house.open(spec(kind))
        unit = DAY if kind == "date" else 1
        # the first and the last day of one month
        first, last = 19_358 * DAY // unit, 19_387 * DAY // unit
        drafts = [Draft("first", {"at": first}), Draft("last", {"at": last})]
        await store.write("t", "notes", drafts, on_conflict="error")
        await store.mover.cool("t", "notes", "2023-01")
        house.clock.advance((19_358 + KEPT + 10) * 86_400 - START_US // 1_000_000)
        done = await run_for(house, store, 10)
        assert (done.deleted, await ids(store)) == ({}, ["first", "last"]), "notice first"
        back = 86_400 * RETENTION_NOTICE_DAYS
        house.clock.advance(-back)
        await run_for(house, store, RETENTION_NOTICE_DAYS + 1)
        assert await ids(store) == ["last"]
        (segment,) = [s for s in await store.mover.segments() if s.state is State.COLD]
        assert (segment.rows, segment.dead) == (2, 1)

    run(test)


def test_what_is_held_stays(run: Any) -> None:
    async def test(house: House) -> None:
        store = house.open(spec())
        rows = [note("a", 200, who="her"), note("b", 200, who="him"), note("c", 205, who="her")]
        await store.write("t", "notes", rows[:2], on_conflict="error")
        await store.mover.cool("t", "notes", (await buckets(store))[0])
        await store.write("t", "notes", rows[2:], on_conflict="error")
        held = [("notes", "who", "her", "case 7")]
        await store.mover.store.change(lambda t: holds.put(t.connection, "t", held))
        assert (await run_for(house, store, MONTH)).deleted == {"notes": 1}
        assert await ids(store) == ["a", "c"]
        await store.mover.store.change(lambda t: holds.put(t.connection, "t", [("", "", "", "x")]))
        assert (await run_for(house, store, 2)).deleted == {}
        await store.mover.store.change(lambda t: holds.put(t.connection, "t", []))
        assert (await run_for(house, store, 2)).deleted == {"notes": 2}

    run(test)


async def buckets(store: Tiered) -> list[str]:
    return list(await store.mover.buckets("t", "notes"))


def test_one_call_does_a_bounded_part(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert RETENTION_ROWS_MAX > 1_000

    async def test(house: House) -> None:
        store = house.open(spec())
        await store.write(
            "t", "notes", [note(f"n{n}", 200) for n in range(25)], on_conflict="error"
        )
        await run_for(house, store, RETENTION_NOTICE_DAYS)
        monkeypatch.setattr("mcp_servers.tiers.retention.RETENTION_ROWS_MAX", 20)
        monkeypatch.setattr("mcp_servers.stores.sqlite_retain.RETENTION_ROWS", 10)
        first = await Retention(store, "t", house.clock).run()
        assert (first.deleted, first.more) == ({"notes": 20}, True)
        second = await Retention(store, "t", house.clock).run()
        assert (second.deleted, second.more) == ({"notes": 5}, False)

    run(test)


def test_a_clock_that_jumps_is_not_believed_for_a_day() -> None:
    daily = [(n * DAY, n) for n in range(40)]
    assert here_since(daily, 39 * DAY) == 9
    far = 4_000 * DAY
    assert here_since([*daily, (far, 40)], far) is None
    assert here_since([*daily, (far, 40)], far + DAY // 2) is None
    assert here_since([*daily, (far, 40), (far + DAY, 41)], far + DAY) == 39
    assert here_since([(0, 0)], DAY) is None


def test_a_clock_that_was_ahead_leaves_no_trace_when_it_is_set_right(run: Any) -> None:
    async def test(house: House) -> None:
        store = house.open(spec())
        await fill(store)
        await run_for(house, store, 1)
        house.clock.advance(400 * 86_400)
        assert (await Retention(store, "t", house.clock).run()).deleted == {}
        house.clock.advance(-400 * 86_400)
        assert (await run_for(house, store, RETENTION_NOTICE_DAYS - 1)).deleted == {}
        assert len(await ids(store)) == 4

    run(test)


class Crash(Exception):
    """The process ends here."""


def test_a_run_that_ends_anywhere_is_finished_by_the_next(run: Any) -> None:
    async def test(house: House) -> None:
        store = house.open(spec())
        await fill(store)
        for bucket in await buckets(store):
            await store.mover.cool("t", "notes", bucket)
        await store.write("t", "notes", [note("row", 205)], on_conflict="error")
        await run_for(house, store, RETENTION_NOTICE_DAYS)
        for crash_at in range(4):
            dying = house.open(spec())
            dying.mover = Mover(dying._store, dying._cold, house.clock, f"dying{crash_at}")
            left, real = crash_at, dying._store.change

            async def change(work: Any, *, rows: int = 1, real: Any = real) -> Any:
                nonlocal left
                done = await real(work, rows=rows)
                left -= 1
                if left < 0:
                    raise Crash
                return done

            dying._store.change = change  # type: ignore[method-assign]
            with pytest.raises(Crash):
                await Retention(dying, "t", house.clock).run()
            house.clock.advance(LEASE_SECONDS + 1)
            found = await ids(house.open(spec()))
            assert {"none", "young"} <= set(found) and len(found) == len(set(found))
        await Retention(store, "t", house.clock).run()
        assert await ids(store) == ["none", "young"]

    run(test)
