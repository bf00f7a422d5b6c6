"""Segments whose bytes or specs change under them: sidecars are made again, rot is never served, nothing is lost."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from mcp_servers.ports import Draft
from mcp_servers.stores import fts
from registry.domain import parse_spec
from registry.errors import Conflict, Corrupt
from tests.mcp_servers.houses import DAY, House, cool, everything, notes, put, spec

# -- bytes ---------------------------------------------------------------------------------------


def test_a_sidecar_that_is_lost_or_damaged_is_made_again(run: Any) -> None:
    async def test(house: House) -> None:
        store = house.open()
        await put(store, notes(50))
        await cool(store)
        sidecars = [p for p in house.objects if p.suffix != ".parquet"]
        assert [p.suffix for p in sidecars] == [".words", ".keys"]
        for spoil in (Path.unlink, lambda p: p.write_bytes(b"\x00" * 99)):
            for path in sidecars:
                spoil(path)
            fresh = house.open()
            assert fresh.get("t", "notes", ["n00042"])[0].values["n"] == 42
            assert len(await everything(fresh, where={"op": "match", "text": "word5"})) == 7

    run(test)


def test_a_sidecar_that_a_sweep_takes_away_while_it_is_made_is_made_again(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    build, taken = fts.build, []

    def built_and_swept(path: Path, *given: Any) -> None:
        build(path, *given)
        if not taken:
            taken.append(path)
            path.unlink()

    monkeypatch.setattr(fts, "build", built_and_swept)

    async def test(house: House) -> None:
        store = house.open()
        await put(store, notes(50))
        await cool(store)
        assert taken
        assert len(await everything(store, where={"op": "match", "text": "word5"})) == 7

    run(test)


@pytest.mark.promise(4)
def test_an_object_with_other_bytes_is_never_served(run: Any) -> None:
    async def test(house: House) -> None:
        store = house.open()
        await put(store, notes(50))
        await cool(store)
        (path,) = [p for p in house.objects if p.suffix == ".parquet"]
        assert (await store.inspect()).faults == []
        good = path.read_bytes()
        for place in range(0, len(good), len(good) // 7):
            path.write_bytes(good[:place] + bytes([good[place] ^ 4]) + good[place + 1 :])
            assert [f.fault for f in (await house.open().inspect()).faults] == [
                "it is not what was written"
            ]
            with pytest.raises(Corrupt):
                house.open().get("t", "notes", ["n00001"])
            with pytest.raises(Corrupt):
                await everything(house.open())
        path.unlink()
        assert [f.fault for f in (await house.open().inspect()).faults] == ["it is missing"]
        with pytest.raises(Corrupt):
            await everything(house.open())

    run(test)


# -- new specs -----------------------------------------------------------------------------------


def test_a_new_field_takes_its_values_out_of_the_extra_of_cold_records(run: Any) -> None:
    async def test(house: House) -> None:
        store = house.open()
        await put(
            store,
            [
                *notes(3),
                Draft("x", {"at": 0, "n": 1}, '{"age":4}'),
                Draft("y", {"at": 1, "n": 2}, '{"b":1}'),
            ],
        )
        await cool(store)
        await store.evolve(spec(age={"type": "int"}))
        found = store.get("t", "notes", ["x", "y", "n00000"])
        assert [(r.values.get("age"), r.extra, r.tier.value) for r in found] == [
            (4, None, "warm"), (None, '{"b":1}', "cold"), (None, None, "cold")]  # fmt: skip
        assert await everything(store, where={"op": ">", "field": "age", "value": 3}) == [["x", 1]]
        assert len(await everything(store, where={"op": "null", "field": "age"})) == 4
        await cool(store)
        assert await everything(store, where={"op": ">", "field": "age", "value": 3}) == [["x", 1]]

    run(test)


def test_a_spec_that_would_lose_values_of_cold_records_is_refused(run: Any) -> None:
    async def test(house: House) -> None:
        store = house.open(spec(kind={"type": "text"}, free={"type": "int"}))
        await put(store, notes(3, kind="a"))
        await cool(store)
        for change in (
            {"kind": None},
            {"kind": {"type": "int"}},
            {"kind": {"type": "text", "enum": ["b"]}},
        ):
            with pytest.raises(Conflict):
                await store.evolve(spec(**{"free": {"type": "int"}, **change}))
        with pytest.raises(Conflict, match="holds records"):
            await store.evolve(parse_spec({"domain": "club", "collections": {
                "people": {"fields": {"name": {"type": "text"}}}}}))  # fmt: skip
        await store.evolve(
            spec(
                kind={"type": "text", "enum": ["a"], "search": False},
                free={"type": "text"},
                text={"type": "text"},
            )
        )
        assert len(await everything(store)) == 3
        await put(store, [Draft("z", {"free": "now text", "n": 0})])
        assert await everything(store, where={"op": "=", "field": "free", "value": "now text"}) == [
            ["z", 0]
        ]

    run(test)


def test_a_field_that_becomes_searched_is_found_in_cold_records_too(run: Any) -> None:
    async def test(house: House) -> None:
        store = house.open(spec(kind={"type": "text"}))
        await put(store, notes(3, kind="special thing"))
        await cool(store)
        await store.evolve(spec(kind={"type": "text", "search": True}))
        assert len(await everything(store, where={"op": "match", "text": "special"})) == 3

    run(test)


# -- reads ---------------------------------------------------------------------------------------


def test_nobody_waits_while_a_cold_record_is_fetched(run: Any) -> None:
    async def test(house: House) -> None:
        store = house.open()
        await put(store, notes(5))
        await cool(store)
        with store.mover.cold.shelf._lock:  # held by this thread: a read on it would go through
            fetching = asyncio.create_task(store.fetch("t", "notes", ["n00003", "none"]))
            for _ in range(20):
                await asyncio.sleep(0)
            assert not fetching.done()
        assert [(r.id, r.tier.value) for r in await fetching] == [("n00003", "cold")]
        assert [r.tier.value for r in await store.fetch("t", "notes", ["n00003"])] == ["hot"]

    run(test)


def test_what_is_fetched_is_never_older_than_what_was_written(run: Any) -> None:
    async def test(house: House) -> None:
        store = house.open()
        await put(store, notes(9))
        for n in range(100, 130):
            await cool(store)
            other = asyncio.create_task(store.fetch("t", "notes", ["n00001", "n00002"]))
            await put(store, [Draft("n00001", {"at": 0, "n": n})])
            assert store.get("t", "notes", ["n00001"])[0].values["n"] == n
            await other
            assert (await store.fetch("t", "notes", ["n00001"]))[0].values["n"] == n

    run(test)


# -- facts ---------------------------------------------------------------------------------------


def test_facts_are_of_the_live_records_of_all_tiers_after_every_change(run: Any) -> None:
    async def test(house: House) -> None:
        store = house.open(spec(kind={"type": "text"}))

        async def told() -> tuple[Any, ...]:
            found = await store.facts("t", "notes", values=True)
            kinds = found.values["kind"]
            return found.rows, found.time_min_us, found.time_max_us, kinds.values, kinds.complete

        await put(store, notes(50, kind="b"))
        await cool(store)
        assert await told() == (50, 0, 49_000_000, ("b",), True)
        await put(store, [Draft("x", {"at": 99_000_000, "kind": "a"})])
        assert await told() == (51, 0, 99_000_000, ("b", "a"), True)
        await put(store, [Draft(f"n{n:05}", {"at": 5, "kind": "c"}) for n in range(30)])
        assert await told() == (51, 5, 99_000_000, ("c", "b", "a"), True)
        await store.delete("t", "notes", [f"n{n:05}" for n in range(29, 50)])
        assert await told() == (30, 5, 99_000_000, ("c", "a"), True)
        await cool(store)
        assert await told() == (30, 5, 99_000_000, ("c", "a"), True)

    run(test)


def test_a_field_with_more_values_than_are_kept_is_not_complete(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test(house: House) -> None:
        store = house.open(spec(kind={"type": "text"}))
        for month in range(3):
            at = 32 * month * DAY
            await put(store, [Draft(f"{month} {n}", {"at": at, "kind": f"k{n}"}) for n in range(9)])
        await put(store, [Draft("often", {"at": 0, "kind": "k8"})])
        for bucket in list(await store.mover.buckets("t", "notes"))[:2]:
            await cool(store, bucket)
        kinds = (await store.facts("t", "notes", values=True)).values["kind"]
        assert (len(kinds.values), kinds.complete) == (5, False)

    monkeypatch.setattr("mcp_servers.stores.sqlite_facts.VALUES_PER_FIELD_MAX", 5)
    run(test)


def test_a_text_that_some_records_lack_and_the_others_share_is_missing_where_it_is(
    run: Any,
) -> None:
    async def test(house: House) -> None:
        store = house.open()
        await put(store, [Draft("a", {"at": 1, "text": "same"}), Draft("b", {"at": 2})])
        await cool(store)
        lacks = {"op": "null", "field": "text"}
        assert await everything(house.open(), where=lacks) == [["b", None]]
        assert await everything(store, where={"op": "not", "arg": lacks}) == [["a", None]]

    run(test)
