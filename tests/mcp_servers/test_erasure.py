"""A person is taken out of a domain, down to the bytes of its files; everybody else stays as they were."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anyio
import orjson
import pyarrow.parquet as pq
import pytest

from mcp_servers.ports import Draft, Progress
from mcp_servers.stores import sqlite_bulk as bulk
from mcp_servers.stores import sqlite_erase as erase
from mcp_servers.stores import sqlite_holds as holds
from mcp_servers.stores import sqlite_ledger as ledger
from mcp_servers.stores.sqlite_writer import Transaction
from mcp_servers.tiered import Tiered
from mcp_servers.tiers.compaction import Compactor
from mcp_servers.tiers.erasure import Eraser
from mcp_servers.tiers.mover import Mover
from registry.domain import DomainSpec, parse_spec
from registry.errors import Denied, TooBusy
from registry.limits import LEASE_SECONDS, SEGMENT_GRACE_SECONDS
from registry.plan import parse_plan
from tests.mcp_servers.houses import DAY, House

MARK = "zzmarkzz"
HER = {"who": [f"{MARK}-id"]}
HELPED = {"helper": [f"{MARK}-id"]}
NAMED = {"letters": {**HER, **HELPED}}


def spec() -> DomainSpec:
    return parse_spec({"domain": "club", "collections": {"letters": {
        "time": "at", "subject": "who", "fields": {
            "at": {"type": "time"}, "who": {"type": "text", "index": True},
            "helper": {"type": "ref", "to": "user.users", "required": True},
            "text": {"type": "text", "search": True}}}}})  # fmt: skip


def letter(n: int, who: str = "other", helper: str = "nobody") -> Draft:
    mark = f"{MARK}{n}" if who.startswith(MARK) else ""
    text = f"dear reader {mark} word{n}"
    extra = f'{{"note":"{MARK}extra{n}"}}' if mark else None
    values = {"at": n * DAY, "who": who, "helper": helper, "text": text}
    return Draft(f"{mark or 'l'}-{n}", values, extra)


async def write(store: Tiered, *drafts: Draft, **how: Any) -> None:
    await store.write("t", "letters", drafts, on_conflict="update", **how)


async def all_of(store: Tiered, tenant: str = "t") -> list[list[Any]]:
    plan = {"from": "club.letters", "select": ["id", "who", "helper"], "limit": 1_000}
    return (await store.query(tenant, parse_plan(plan))).rows


def soiled(folder: Path) -> list[str]:
    """The files in which the mark stands, as bytes; those of segments unpacked."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return [str(p.relative_to(folder)) for p in files if MARK.encode() in unpacked(p)]


def unpacked(path: Path) -> bytes:
    if path.suffix != ".parquet":
        return path.read_bytes()
    return orjson.dumps(pq.read_table(path).drop_columns(["at"]).to_pylist()) + path.read_bytes()


async def fill(store: Tiered) -> None:
    """Her letters in rows, in segments, as dead copies there, deleted, remembered by housekeeping."""
    mine = [letter(n, f"{MARK}-id") for n in range(6)]
    others = [letter(n) for n in (*range(10, 30), *range(100, 120))]
    await write(store, *mine, *others)
    await store.mover.cool("t", "letters", "1970-01")
    changed = Draft(mine[0].id, {**mine[0].values, "text": f"{MARK} again"})
    await write(store, changed, letter(7, f"{MARK}-id"), letter(141, helper=f"{MARK}-id"))
    await store.delete("t", "letters", [mine[1].id])
    await write(store, letter(8, f"{MARK}-id"), idempotency_key="once")
    await write(store, letter(142), idempotency_key=f"{MARK}-key")
    told = {"reasons": [{"line": 1, "reason": f"{MARK} is no number"}], "notes": []}
    await write(store, progress=Progress("load", 3, True, told))
    await store.write("u", "letters", [letter(1), letter(2)], on_conflict="update")


async def erased(store: Tiered) -> tuple[int, int]:
    eraser = Eraser(store, "t", "an erasure")
    return await eraser.take("letters", HER), await eraser.empty("letters", HELPED)


async def hold(store: Tiered, *held: holds.Hold) -> None:
    await store.mover.store.change(lambda t: holds.put(t.connection, "t", held))


async def scrubbed(store: Tiered) -> Any:
    return await Eraser(store, "t").scrub(NAMED, [f"{MARK}-id", MARK])


@pytest.mark.promise(11)
def test_no_byte_of_hers_is_left_in_any_file(run: Any) -> None:
    async def test(house: House) -> None:
        store = house.open(spec())
        await fill(store)
        kept = [row for row in await all_of(store) if not row[1].startswith(MARK)]
        store.get("t", "letters", [f"{MARK}0-0"])
        assert await erased(store) == (7, 1)
        assert await all_of(store) == [
            [id, who, "erased" if helper.startswith(MARK) else helper] for id, who, helper in kept
        ]
        done = await scrubbed(store)
        assert (done.rewritten, done.log_empty, done.pinned) == (1, True, [])
        ends = house.clock.now_us() + SEGMENT_GRACE_SECONDS * 1_000_000
        assert done.ends_us == ends
        house.clock.advance(SEGMENT_GRACE_SECONDS + 1)
        assert (await scrubbed(store)).ends_us is None
        await store.close()
        assert soiled(house.folder) == []

    run(test)


def test_everybody_else_and_other_tenants_are_as_they_were(run: Any) -> None:
    async def test(house: House) -> None:
        store = house.open(spec())
        await fill(store)
        await store.write("u", "letters", [letter(9, f"{MARK}-id")], on_conflict="update")
        others = await all_of(store, "u")
        before = store.get("t", "letters", ["l-100", "l-142"])
        await erased(store)
        await scrubbed(store)
        assert await all_of(store, "u") == others
        assert house.open(spec()).get("t", "letters", ["l-100", "l-142"]) == before
        found = await store.query("t", parse_plan({"from": "club.letters", "select": ["id"], "where": {"op": "match", "text": "dear word142"}}))  # fmt: skip
        assert found.rows == [["l-142"]]

    run(test)


def test_erasing_again_finds_nothing(run: Any) -> None:
    async def test(house: House) -> None:
        store = house.open(spec())
        await fill(store)
        await erased(store)
        await scrubbed(store)
        house.clock.advance(SEGMENT_GRACE_SECONDS + 1)
        await scrubbed(store)
        before = await store.mover.segments()
        assert await erased(store) == (0, 0)
        assert await Eraser(store, "t", "an erasure").counted("letters") == (7, 1)
        assert await Eraser(store, "t", "another").counted("letters") == (0, 0)
        again = await scrubbed(store)
        assert (again.rewritten, again.forgotten, again.ends_us) == (0, 0, None)
        assert await store.mover.segments() == before

    run(test)


def test_a_cache_of_another_process_forgets_her_at_its_next_look(run: Any) -> None:
    async def test(house: House) -> None:
        store, other = house.open(spec()), house.open(spec())
        await fill(store)
        id = f"{MARK}7-7"
        for _ in range(3):
            assert len(other.get("t", "letters", [id])) == 1
        assert other.statistics()["rows"] == 1
        await erased(store)
        assert other.get("t", "letters", [id]) == []
        assert other.statistics()["rows"] == 0

    run(test)


def test_what_is_under_hold_can_neither_be_deleted_nor_erased(run: Any) -> None:
    async def test(house: House) -> None:
        store = house.open(spec())
        await fill(store)
        await hold(store, ("letters", "who", "other", "case 7"))
        with pytest.raises(Denied, match="case 7"):
            await store.delete("t", "letters", ["l-100"])
        with pytest.raises(Denied):
            await store.delete("t", "letters", ["l-141"])
        assert await store.delete("u", "letters", ["l-1"]) == 1
        assert await erased(store) == (7, 0), "letter 141 mentions her, but is held"
        assert await Eraser(house.open(spec()), "t").take("letters", {"who": ["other"]}) == 0
        await hold(store)
        assert await store.delete("t", "letters", ["l-100"]) == 1

    run(test)


@pytest.mark.parametrize("cold", [False, True])
def test_a_held_record_cannot_be_made_somebody_elses(run: Any, cold: bool) -> None:
    async def test(house: House) -> None:
        store = house.open(spec())
        mine = letter(1, f"{MARK}-id")
        await write(store, mine, letter(2))
        if cold:
            await store.mover.cool("t", "letters", "1970-01")
        await hold(store, ("letters", "who", f"{MARK}-id", "case 7"))
        stolen = Draft(mine.id, {**mine.values, "who": "other"})
        edited = Draft(mine.id, {**mine.values, "text": "edited"})
        for draft, outcome in ((stolen, "rejected"), (edited, "updated")):
            (done,) = await store.write("t", "letters", [draft], on_conflict="update")
            assert done.outcome == outcome
        with pytest.raises(Denied):
            await store.delete("t", "letters", [mine.id])

    run(test)


def test_a_held_collection_keeps_its_segments(run: Any) -> None:
    async def test(house: House) -> None:
        store = house.open(spec())
        await fill(store)
        before = house.objects
        await hold(store, ("", "", "", "audit"))
        assert await erased(store) == (0, 0)
        done = await scrubbed(store)
        assert (done.rewritten, len(done.pinned)) == (0, 1)
        assert house.objects == before

    run(test)


def test_dead_copies_of_held_records_are_not_compacted_away(run: Any) -> None:
    async def test(house: House) -> None:
        store = house.open(spec())
        await fill(store)
        await store.delete("t", "letters", [f"l-{n}" for n in range(10, 29)])
        await hold(store, ("letters", "who", "other", "case 7"))
        before = house.objects
        assert await store.compactor.run() == ([], False)
        await store.mover.sweep()
        assert house.objects == before
        await hold(store)
        (done,), _ = await store.compactor.run()
        assert done.segments == 1

    run(test)


class Crash(Exception):
    """The process ends here."""


@pytest.mark.promise(11)
def test_a_scrub_waits_while_another_process_moves(run: Any) -> None:
    async def test(house: House) -> None:
        store, other = house.open(spec()), house.open(spec())
        await fill(store)
        await erased(store)
        async with anyio.create_task_group() as tasks, other.mover.alone():
            done = Begun(store)
            tasks.start_soon(done.run)
            await done.refused.wait()
        assert done.out.rewritten == 1

    run(test)


class Begun:
    """A scrub that says when it was refused for the first time."""

    def __init__(self, store: Tiered) -> None:
        self.store, self.refused = store, anyio.Event()
        real = store.mover.store.change

        async def change(work: Any, *, rows: int = 1) -> Any:
            try:
                return await real(work, rows=rows)
            except TooBusy:
                self.refused.set()
                raise

        store.mover.store.change = change  # type: ignore[method-assign]

    async def run(self) -> None:
        self.out = await scrubbed(self.store)


@pytest.mark.promise(11)
def test_what_a_load_that_died_has_left_is_waited_for(run: Any) -> None:
    async def test(house: House) -> None:
        store = house.open(spec())
        await write(store, letter(1, f"{MARK}-id"))
        until_us = house.clock.now_us() + LEASE_SECONDS * 1_000_000

        def begin(transaction: Transaction) -> None:
            connection = transaction.connection
            ledger.lease(connection, f"{bulk.LEASE}x", "dead", transaction.now_us, until_us)

        await store.mover.store.change(begin)
        stray = house.folder / "objects" / "club" / "letters" / "t" / "1970-01" / "ab.parquet"
        stray.parent.mkdir(parents=True)
        stray.write_text(MARK)
        await erased(store)
        assert not (await scrubbed(store)).log_empty, "the erasure is not done yet"
        house.clock.advance(LEASE_SECONDS + 1)
        assert (await scrubbed(store)).log_empty
        await store.close()
        assert soiled(house.folder) == []

    run(test)


def test_her_records_are_found_as_they_lie_by_time(run: Any) -> None:
    async def test(house: House) -> None:
        store = house.open(spec())
        for n in (5, 40, 3, 70):
            await write(store, Draft(f"id{100 - n}", {**letter(n, f"{MARK}-id").values}))
        await store.mover.cool("t", "letters", "1970-02")
        found = [id async for page in Eraser(store, "t").ids("letters", HER) for id in page]
        assert found == ["id97", "id95", "id60", "id30"]

    run(test)


def test_records_that_name_her_twice_are_found_once_however_many_values_there_are(run: Any) -> None:
    async def test(house: House) -> None:
        store = house.open(spec())
        await write(store, letter(1, f"{MARK}-id", f"{MARK}-id"), letter(2))
        many = {"who": [*HER["who"], *(f"x{n}" for n in range(5_000))], **HELPED}
        found = [id async for page in Eraser(store, "t").ids("letters", many) for id in page]
        assert found == [f"{MARK}1-1"]

    run(test)


def test_taking_records_out_costs_no_look_at_each_for_every_remembered_write(run: Any) -> None:
    def work(transaction: Transaction) -> int:
        order = erase.Order("an erasure", "t", transaction.schema.table("letters"))
        ids = [f"gone-{n}" for n in range(500)]
        counted = 0

        def count() -> bool:
            nonlocal counted
            counted += 1
            return False

        transaction.connection.set_progress_handler(count, 1_000)
        erase.take(transaction, order, [*ids, "l-1"])
        transaction.connection.set_progress_handler(None)
        return counted

    async def test(house: House) -> None:
        store = house.open(spec())
        for n in range(100):
            await write(store, letter(n), idempotency_key=f"key{n}")
        assert await store.mover.store.change(work) < 100, "thousands of steps of the engine"

    run(test)


@pytest.mark.parametrize("point", range(8))
def test_an_erasure_that_ends_anywhere_is_finished_by_the_next(run: Any, point: int) -> None:
    async def test(house: House) -> None:
        store = house.open(spec())
        await fill(store)
        kept = [row[0] for row in await all_of(store) if not row[1].startswith(MARK)]
        left = point

        def step(name: str = "") -> None:
            nonlocal left
            left -= 1
            if left < 0:
                raise Crash(name)

        dying = house.open(spec())
        mover = Mover(dying._store, dying._cold, house.clock, "dying", on_step=step)
        dying.mover, dying.compactor = mover, Compactor(mover)
        real = dying._store.change

        async def change(work: Any, *, rows: int = 1) -> Any:
            done = await real(work, rows=rows)
            step("change")
            return done

        dying._store.change = change  # type: ignore[method-assign]
        with pytest.raises(Crash):
            await erased(dying)
            await scrubbed(dying)
        house.clock.advance(LEASE_SECONDS + 1)
        await erased(store)
        await scrubbed(store)
        house.clock.advance(SEGMENT_GRACE_SECONDS + 1)
        assert (await scrubbed(store)).ends_us is None
        assert [row[0] for row in await all_of(store)] == kept
        for opened in (store, dying):
            await opened.close()
        assert soiled(house.folder) == []

    run(test)
