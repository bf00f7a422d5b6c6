"""A load that goes straight to segments stores exactly what the same load of rows does; it may die at any step,
run beside writers, moves and the sweep, and be repeated."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from random import Random
from typing import Any

import anyio
import pyarrow as pa
import pytest

import mcp_servers.loading.parts
from mcp_servers.ports import Draft
from mcp_servers.readers.arrays import to_wire
from mcp_servers.readers.frames import Frames
from mcp_servers.segments import State
from mcp_servers.stores.files import Folder
from mcp_servers.tiered import open_store
from registry.clock import ManualClock
from registry.errors import BadInput, Conflict
from registry.limits import LEASE_SECONDS
from registry.shape.mapping import Mapping, To
from tests.mcp_servers.bulk_house import FIELDS, NOW_US, Plant, all_fields, plant, spec, told
from tests.sources import TENANT, write

pytestmark = pytest.mark.anyio
HEADER = "at,day,n,value,price,done,text,state,who"
PLAIN = all_fields(*HEADER.split(","))


def line(n: int, /, **changes: Any) -> str:
    cells = {
        "at": f"2024-{n % 12 + 1:02}-03 10:{n // 60 % 60:02}:{n % 60:02}", "day": f"2024-02-{n % 28 + 1:02}", "n": n,
        "value": n / 7, "price": f"{n}.5", "done": "yes" if n % 2 else "no", "text": f"note {n % 13}", "state": "ok",
        "who": f"p{n % 5}",
    }  # fmt: skip
    return ",".join(str(cell) for cell in (cells | changes).values())


def body(*lines: str, header: str = HEADER, end: str = "\n") -> str:
    return end.join([header, *lines]) + end


MESSY = [
    line(0), line(1, n="+1"), line(2, n="007"), line(3, n=""), line(4, n="NULL", value="-", text=""),
    line(5, n="9223372036854775807"), line(6, n="9223372036854775808"), line(7, value="1e5"), line(8, value="-0"),
    line(9, value="inf"), line(10, price="1.234"), line(11, price="-.5"), line(12, done="maybe"), line(13, state="sad"),
    line(14, at="2024-05-01"), line(15, at="2024-05-01T10:00:00.123456Z"), line(16, at="2024-05-01 10:00:00+02:00"),
    line(17, at="never"), line(18, at=""), line(19, day="2024-02-30"), line(20, who=" p1 "), line(21, text=" Ümlaut "),
    "too,few", line(22) + ",too many", "", line(23, text='"quoted, with a comma"'), line(24, text='"with ""quotes"""'),
    line(25, text='a"b'), line(26, text="back\\slash"), line(0), line(1, n="+1"), line(0), line(27, text='"over\nlines"'),
    line(28, n="0x1F"), line(29, n="1.0"), line(30, value="1_000"), line(31, n="١"), line(32, text="tab\there"),
]  # fmt: skip
CLEAN = [line(n) for n in range(3_000)]
SOURCES: dict[str, str | bytes] = {
    "clean.csv": body(*CLEAN),
    "no_end.csv": body(*CLEAN[:50]).rstrip("\n"),
    "crlf.csv": body(*CLEAN[:500], end="\r\n"),
    "cr.csv": body(*CLEAN[:100], end="\r"),
    "bom.csv": b"\xef\xbb\xbf" + body(*CLEAN[:50]).encode(),
    "utf16.csv": body(*CLEAN[:50], line(51, text="Übung")).encode("utf-16"),
    "cp1252.csv": body(*CLEAN[:50], line(51, text="Übung")).encode("cp1252"),
    "one_bad_byte.csv": body(*CLEAN[:50]).encode() + b"\xff" + body(line(60), header="").encode(),
    "messy.csv": body(*MESSY),
    "messy_among_clean.csv": body(*CLEAN[:900], *MESSY, *CLEAN[:900]),
    "open_quote.csv": body(*CLEAN[:20], line(20, text='"never closed'), *CLEAN[21:40]),
    "tabs.tsv": body(*CLEAN[:300]).replace(",", "\t"),
    "semicolons.csv": body(*CLEAN[:300], line(300, text="a,b")).replace("ok,", "ok;").replace(",", ";"),
    "lines.jsonl": "\n".join(
        json.dumps({"at": f"2024-01-01T00:00:{n % 60:02}Z", "n": n % 40, "text": None if n % 3 else "x", "value": n / 3,
                    "late" if n > 2_000 else "state": "ok", "more": {"a": [n % 4]}, "price": "1.50", "done": n % 2 == 0})
        for n in range(2_500)
    ) + "\n{broken\n7\n",
    "array.json": json.dumps([{"n": n, "at": "2024-01-01", "who": f"p{n}"} for n in range(700)]),
}  # fmt: skip
MAPPINGS = {
    "lines.jsonl": Mapping({n: To(n) for n in ("at", "n", "text", "value", "state", "more", "price", "done")}),
    "array.json": all_fields("n", "at", "who"),
}  # fmt: skip


async def both_ways(
    folder: Path, source: Path, mapping: Mapping, **collection: Any
) -> tuple[Any, Any]:
    """(receipt, records) of the load of rows, and of the other."""
    out = []
    for way in ("rows", "bulk"):
        async with plant(folder / way, way, **collection) as house:
            receipt = await house.load(source, mapping)
            assert receipt.tier == ("cold" if way == "bulk" else "warm")
            out.append((told(receipt), await house.records()))
            if way == "bulk":
                cold, _ = await house.store.cold(TENANT, "points")
                assert cold == len(out[1][1])
    return out[0], out[1]


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize("key", [None, "n"])
async def test_records_ids_reasons_and_counts_are_those_of_a_load_of_rows(
    tmp_path: Path, name: str, key: str | None
) -> None:
    source, mapping = write(tmp_path, name, SOURCES[name]), MAPPINGS.get(name, PLAIN)
    rows, bulk = await both_ways(tmp_path, source, mapping, key=key or [])  # fmt: skip
    assert bulk == rows
    assert rows[1]


async def test_a_column_of_ids_means_the_same(tmp_path: Path) -> None:
    source = write(tmp_path, "f.csv", SOURCES["messy_among_clean.csv"])
    rows, bulk = await both_ways(tmp_path, source, Mapping({**PLAIN.columns, "n": To("id")}))
    assert bulk == rows


async def test_constants_extra_columns_formats_and_several_key_fields_mean_the_same(
    tmp_path: Path,
) -> None:
    lines = [f"{n % 28 + 1:02}.01.2024,{1_700_000_000 + n},a|b,{n % 9},x{n % 3},{'' if n % 4 else 'rest'}" for n in range(400)]  # fmt: skip
    source = write(tmp_path, "f.csv", body(*lines, header="day,stamp,text,n,colour,size"))
    mapping = Mapping(
        {"day": To("day", "dmy"), "stamp": To("at", "epoch_s"), "text": To("text"), "n": To("n")},
        {"state": "ok", "price": "2.50"}, ("colour", "size"),
    )  # fmt: skip
    for key in ([], ["text", "n", "day"], ["state", "at"]):
        folder = tmp_path / ("_".join(key) or "none")
        rows, bulk = await both_ways(folder, source, mapping, key=key)
        assert bulk == rows


async def test_a_collection_without_a_time_goes_to_its_hash_buckets(tmp_path: Path) -> None:
    source = write(tmp_path, "f.csv", body(*[line(n) for n in range(500)]))
    rows, bulk = await both_ways(tmp_path, source, PLAIN, time=None, key="n")
    assert bulk == rows
    async with plant(tmp_path / "bulk", time=None, key="n") as house:
        known = await house.store.mover.segments()
        assert len({s.bucket for s in known}) == len(known) == 16
        assert (await house.store.inspect()).faults == []


# -- what is there already -----------------------------------------------------------------------


def changed(count: int) -> list[str]:
    """Some equal to `CLEAN`, some changed, some new, some twice, and one that comes back to what it was."""
    out = [line(n, text="changed") if n % 3 == 0 else line(n) for n in range(count)]
    return [*out, line(5, text="again"), line(5), line(5), line(9_999), line(9_999, text="later"), line(9_999, text="later")]  # fmt: skip


@pytest.mark.parametrize("on_conflict", ["update", "skip", "error"])
@pytest.mark.parametrize("lies", ["in rows", "in segments", "in both"])
async def test_what_is_stored_is_met_as_by_rows(
    tmp_path: Path, on_conflict: str, lies: str
) -> None:
    first = write(tmp_path, "first.csv", body(*CLEAN[:600]))
    lines = [*CLEAN[300:500], line(9_000), line(9_000)] if on_conflict == "error" else changed(900)
    second = write(tmp_path, "second.csv", body(*lines))
    out = []
    for way in ("rows", "bulk"):
        begun = "bulk" if (way, lies) == ("bulk", "in segments") else "rows"
        async with plant(tmp_path / way, begun, key="n") as house:
            await house.load(first, PLAIN)
        async with plant(tmp_path / way, way, key="n") as house:
            if way == "bulk" and lies == "in both":
                await house.store.mover.cool(TENANT, "points", "2024-04")
                await house.store.mover.cool(TENANT, "points", "2024-06")
            await house.put(Draft("7", {"n": 7, "text": "put"}))
            await house.store.delete(TENANT, "points", ["11", "12"])
            try:
                receipt = told(await house.load(second, PLAIN, on_conflict=on_conflict))
            except Conflict as no:
                receipt = {"refused": no.message}
            out.append((receipt, await house.records()))
            assert (await house.store.inspect()).faults == []
    assert out[0] == out[1]


async def test_error_stops_at_a_record_that_differs(tmp_path: Path) -> None:
    async with plant(tmp_path / "data", key="n") as house:
        await house.load(write(tmp_path, "a.csv", body(*CLEAN[:50])), PLAIN)
        before = await house.records()
        with pytest.raises(Conflict, match="exists with other values"):
            other = write(tmp_path, "b.csv", body(line(100), line(7, text="other")))
            await house.load(other, PLAIN, on_conflict="error")
        assert await house.records() == before


@pytest.mark.promise(2)
async def test_a_repeat_stores_nothing_new_even_when_the_domain_changed_since(tmp_path: Path) -> None:  # fmt: skip
    source = write(tmp_path, "a.csv", body(*CLEAN))
    async with plant(tmp_path / "data") as house:
        await house.load(source, PLAIN)
        before = await house.records()
        again = await house.load(source, PLAIN)
        assert (again.accepted, again.duplicate, again.tier) == (0, 3_000, "cold")
        await house.store.write(TENANT, "people", [Draft("x", {"name": "X"})], on_conflict="update")
        once_more = await house.load(source, PLAIN)
        assert (once_more.accepted, once_more.updated, once_more.duplicate) == (0, 0, 3_000)
        assert await house.records() == before


@pytest.mark.promise(7)
async def test_two_tenants_load_the_same_source_apart(tmp_path: Path) -> None:
    source = write(tmp_path, "a.csv", body(*CLEAN[:200]))
    async with plant(tmp_path / "data", key="n") as house:
        await house.load(source, PLAIN)
        before = await house.records()
        await house.put(Draft("7", {"n": 7, "text": "theirs"}), tenant="other")
        assert set(await house.records("other")) == {"7"}
        await house.store.delete(TENANT, "points", ["3"])
        assert {**await house.records(), "3": before["3"]} == before
        assert not [s for s in await house.store.mover.segments() if s.tenant != TENANT]


# -- which way -----------------------------------------------------------------------------------


async def test_a_source_too_large_for_the_rows_goes_to_segments_and_a_small_one_does_not(tmp_path: Path) -> None:  # fmt: skip
    clock = ManualClock(NOW_US)
    async with plant(tmp_path / "data", "rows", clock=clock, key="n") as house:
        thermal = {"thermal": {"max_rows": 1_000}}
        data = house.spec.model_dump(mode="json", exclude_none=True, exclude_unset=True) | thermal
        await house.store.evolve(type(house.spec).model_validate(data, strict=False))
        house.spec = house.store.spec
        small = await house.load(write(tmp_path, "s.csv", body(*CLEAN[:400])), PLAIN)
        large = await house.load(write(tmp_path, "l.csv", body(*CLEAN)), PLAIN)
        assert (small.tier, large.tier) == ("warm", "cold")
        assert (large.accepted, large.duplicate) == (2_600, 400)
        cold, _ = await house.store.cold(TENANT, "points")
        assert cold == 2_600


# -- dying, and not being alone ------------------------------------------------------------------


class Stopped(Exception):
    """The process that loads is gone."""


def jsonl(rows: int) -> str:
    """The child sends 5,000 rows at a time of these."""
    return "".join(f'{{"n":{n},"at":"2024-{n % 2 + 1:02}-01T00:00:00Z","text":"t{n % 7}"}}\n' for n in range(rows))  # fmt: skip


LINES = all_fields("n", "at", "text")


@pytest.mark.promise(1)
async def test_a_load_that_dies_after_any_step_goes_on_and_its_strays_are_swept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mcp_servers.loading.parts, "BULK_PART_ROWS", 5_000)
    source, clock = write(tmp_path, "a.jsonl", jsonl(6_000)), ManualClock(NOW_US)
    died = 0
    while True:
        async with plant(tmp_path / f"data{died}", clock=clock) as house:
            steps = await _until(house, source, died)
            if len(steps) == died:
                break
        died += 1
        async with plant(tmp_path / f"data{died - 1}", clock=clock) as house:
            receipt = await house.load(source, LINES)
            assert receipt.accepted + receipt.duplicate == 6_000
            assert receipt.rejected == 0
            assert len(await house.records()) == 6_000
            resumed = any("an earlier load stopped" in note for note in receipt.notes)
            assert resumed == ("loaded" in steps)
            clock.advance(2 * LEASE_SECONDS)
            await house.store.mover.sweep()
            objects = {n.partition(".")[0] for n in house.store.mover.cold.objects.names()}
            known = {s.name.partition(".")[0] for s in await house.store.mover.segments()}
            assert objects == known
    assert died == 8


async def _until(house: Plant, source: Path, last: int) -> list[str]:
    """The steps of a load that dies after that many."""
    steps: list[str] = []

    def step(name: str) -> None:
        steps.append(name)
        if len(steps) > last:
            raise Stopped

    house.store.mover.on_step = step
    try:
        await house.load(source, LINES)
    except BaseExceptionGroup as group:
        assert group.subgroup(Stopped)
    return steps


def beside(house: Plant, work: Callable[[Plant], Coroutine[Any, Any, None]]) -> None:
    """Let another process, as it were, do something now."""

    async def other() -> None:
        store = open_store(house.spec, house.folder, house.clock)
        try:
            await work(Plant(house.folder, store, house.spec, house.clock))
        finally:
            await store.close()

    thread = threading.Thread(target=lambda: asyncio.run(other()))
    thread.start()
    thread.join(30)


def at_step(house: Plant, step: str, work: Callable[[Plant], Coroutine[Any, Any, None]]) -> None:
    """Once, when a load has come so far."""
    done: list[str] = []

    def on_step(now: str) -> None:
        if now == step and not done:
            done.append(now)
            beside(house, work)

    house.store.mover.on_step = on_step


async def test_the_sweep_spares_the_objects_of_a_load_at_work(tmp_path: Path) -> None:
    async def sweep(other: Plant) -> None:
        assert await other.store.mover.sweep() == 0

    async with plant(tmp_path / "data", clock=ManualClock(NOW_US)) as house:
        at_step(house, "laid", sweep)
        await house.load(write(tmp_path, "a.csv", body(*CLEAN[:100])), PLAIN)
        assert len(await house.records()) == 100
        assert (await house.store.inspect()).faults == []


@pytest.mark.parametrize("step", ["object", "laid"])
async def test_a_load_that_outlived_its_lease_makes_its_objects_again(
    tmp_path: Path, step: str
) -> None:
    clock = ManualClock(NOW_US)

    async def sweep(other: Plant) -> None:
        clock.advance(2 * LEASE_SECONDS)
        assert await other.store.mover.sweep() > 0

    async with plant(tmp_path / "data", clock=clock) as house:
        at_step(house, step, sweep)
        await house.load(write(tmp_path, "a.csv", body(*CLEAN[:100])), PLAIN)
        assert len(await house.records()) == 100
        assert (await house.store.inspect()).faults == []


class Suspended(Folder):
    """The process sleeps for long behind its first object, and something happens meanwhile."""

    def __init__(self, path: Path, meanwhile: Callable[[], None]) -> None:
        super().__init__(path)
        self.meanwhile: Callable[[], None] | None = meanwhile

    def put(self, name: str, write: Callable[[Path], None]) -> int:
        size = super().put(name, write)
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()
        return size


async def test_a_load_whose_object_was_swept_while_it_was_made_makes_it_again(
    tmp_path: Path,
) -> None:
    clock = ManualClock(NOW_US)

    async def sweep(other: Plant) -> None:
        clock.advance(2 * LEASE_SECONDS)
        assert await other.store.mover.sweep() > 0

    async with plant(tmp_path / "data", clock=clock) as house:
        cold = house.store.mover.cold
        cold.objects = Suspended(cold.objects.path, lambda: beside(house, sweep))
        await house.load(write(tmp_path, "a.csv", body(*CLEAN[:1_200:12])), PLAIN)
        assert len(await house.records()) == 100
        assert (await house.store.inspect()).faults == []


async def put_some(other: Plant) -> None:
    await other.put(Draft("3", {"n": 3, "text": "put"}), Draft("5000", {"n": 5_000}))


async def delete_some(other: Plant) -> None:
    await other.store.delete(TENANT, "points", ["3", "4"])


async def move_all(other: Plant) -> None:
    for bucket in await other.store.mover.buckets(TENANT, "points"):
        await other.store.mover.cool(TENANT, "points", bucket)
    for segment in await other.store.mover.segments():
        if segment.state is State.COLD:
            await other.store.mover.warm(segment.number)


async def put_many(other: Plant) -> None:
    await other.put(*[Draft(str(n), {"n": n, "text": "many"}) for n in range(1_000)])


@pytest.mark.parametrize("meanwhile", [put_some, delete_some, move_all, put_many])
@pytest.mark.parametrize("before", [0, 60])
async def test_what_changes_while_a_part_is_written_counts_as_if_it_came_before(
    tmp_path: Path, before: int, meanwhile: Callable[[Plant], Coroutine[Any, Any, None]]
) -> None:
    first = write(tmp_path, "first.csv", body(*CLEAN[:before]))
    second = write(tmp_path, "second.csv", body(*[line(n, text="new") for n in range(0, 300, 2)]))
    out = []
    for way in ("rows", "bulk"):
        async with plant(tmp_path / way, way, key="n") as house:
            if before:
                await house.load(first, PLAIN)
                await house.put(Draft("8", {"n": 8, "text": "a row"}))
            if way == "bulk":
                at_step(house, "laid", meanwhile)
            else:
                await meanwhile(house)
            out.append((told(await house.load(second, PLAIN)), await house.records()))
            assert (await house.store.inspect()).faults == []
    assert out[0] == out[1]


async def test_a_cut_source_keeps_what_came_before_and_says_incomplete(tmp_path: Path) -> None:
    items = ",".join(f'{{"n":{n}}}' for n in range(7_000))
    async with plant(tmp_path / "data", key="n") as house:
        receipt = await house.load(write(tmp_path, "p.json", f"[{items},{{"), all_fields("n"))
        assert receipt.accepted == 7_000
        assert any("incomplete" in note for note in receipt.notes)


async def test_a_child_that_lies_about_its_columns_stores_nothing() -> None:
    what = {"n": "int", "text": "text", "done": "bool", "value": "float"}
    frames = Frames(spec("bulk").collections["points"], {})
    frames.expect(list(what))
    types = [
        pa.string(),
        pa.int64(),
        pa.string(),
        pa.int64(),
        pa.float64(),
        pa.string(),
        pa.int64(),
    ]
    good: list[Any] = ["x", 1, "text", 1, 0.5, None, 2]

    def message(cells: list[Any]) -> dict[str, Any]:
        sizes, data = to_wire([pa.array([c], t) for c, t in zip(cells, types, strict=True)])
        return {"good": 1, "sizes": sizes, "body": b"".join(data)}

    assert frames.table(message(good)).column("n").to_pylist() == [1]
    lies = [(0, ""), (0, None), (0, "x" * 201), (0, "a\0b"), (2, "a\0b"), (3, 2), (4, float("nan"))]
    for place, lie in [*lies, (6, None)]:
        with pytest.raises(BadInput, match="no sense"):
            frames.table(message([*good[:place], lie, *good[place + 1 :]]))
    rng, sound = Random(1), message(good)
    for broken in [
        {"good": 2},
        {"good": -1},
        {"sizes": []},
        {"sizes": [[0]] * 7},
        {"body": b""},
        {"sizes": [None] * 7},
    ]:
        with pytest.raises(BadInput):
            frames.table(sound | broken)
    for _ in range(300):  # whatever is changed is refused, or is a sound value
        noise = bytearray(sound["body"])
        noise[rng.randrange(len(noise))] = rng.randrange(256)
        try:
            frames.table(sound | {"body": bytes(noise)}).validate(full=True)
        except BadInput:
            continue
    with pytest.raises(BadInput):
        frames.expect([*FIELDS, "secret"])


async def test_loads_beside_each_other_leave_no_unknown_children(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, logger="asyncio")
    async with plant(tmp_path / "data", key="n") as house:
        async with anyio.create_task_group() as tasks:
            for start in range(8):
                lines = [line(n) for n in range(start * 20, start * 20 + 40)]
                source = write(tmp_path, f"f{start}.csv", body(*lines))
                tasks.start_soon(house.load, source, PLAIN)
        assert len(await house.records()) == 180
    assert not [record for record in caplog.records if record.name == "asyncio"]
