"""A deep look finds what disagrees between ledger and bytes, and accuses nothing that is sound."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import apsw
import pytest

from mcp_servers.ports import Draft
from mcp_servers.safety.inspection import Findings
from mcp_servers.segments import State
from mcp_servers.stores import sqlite_sums as sums
from registry.limits import MOVE_ROWS
from registry.plan import parse_plan
from tests.mcp_servers.houses import House, as_rows, cool, everything, notes, put


async def furnished(house: House) -> Path:
    """Rows, two segments with dead records and sidecars, two tenants; closed. The row database."""
    store = house.open()
    await put(store, notes(300))
    await cool(store)
    await put(store, notes(20, text="changed"))
    await store.delete("t", "notes", ["n00030"])
    people = [Draft(f"p{n}", {"name": "x"}) for n in range(40)]
    await store.write("u", "people", people, on_conflict="error")
    for bucket in list(await store.mover.buckets("u", "people"))[:3]:
        await store.mover.cool("u", "people", bucket)
    await store.close()
    house.opened.clear()
    return house.folder / "rows" / "club.db"


async def found(house: House, *, deep: bool = True) -> Findings:
    store = house.open()
    try:
        return await store.inspect(deep=deep)
    finally:
        await store.close()
        house.opened.clear()


def changed(path: Path, sql: str, *values: Any) -> None:
    connection = sums.open_file(path)
    connection.execute(sql, values)
    connection.close()


def test_a_sound_folder_has_no_faults_at_rest_and_while_it_is_written_and_moved(run: Any) -> None:
    async def test(house: House) -> None:
        await furnished(house)
        look = await found(house)
        assert (look.faults, look.mended, look.strays) == ([], [], 0) and look.segments == 4
        store = house.open()
        await put(store, notes(MOVE_ROWS + 500))
        moving = asyncio.create_task(cool(store))
        while not moving.done():
            assert (await store.inspect()).faults == []
        assert (await store.inspect(deep=False)).faults == []

    run(test)


def test_an_object_that_is_cut_or_gone_is_found_by_its_size_alone(run: Any) -> None:
    async def test(house: House) -> None:
        await furnished(house)
        one, two = [p for p in house.objects if p.suffix == ".parquet"][:2]
        one.write_bytes(one.read_bytes()[:-1])
        two.unlink()
        faults = [f.fault for f in (await found(house, deep=False)).faults]
        assert len(faults) == 2 and "it is missing" in faults

    run(test)


@pytest.mark.parametrize(
    ("sql", "fault"),
    [
        ("UPDATE _segments SET live = rows + 1 WHERE number = 1", "borders"),
        ("UPDATE _segments SET dead = dead + 1 WHERE number = 1", "tombstones"),
        ("DELETE FROM _dead WHERE segment = 1 AND row = 0", "tombstones"),
        ("INSERT INTO _dead VALUES (99, 1)", "not there"),
        ("UPDATE _segments SET rows = rows + 1 WHERE number = 1", "the ledger says 301"),
        ("UPDATE _segments SET checksum = 'x' WHERE number = 1", "not what was written"),
        ("UPDATE _segments SET columns = '{}' WHERE number = 1", "columns"),
        ("""UPDATE _segments SET spans = '{"n":[5,9,0]}' WHERE number = 1""", "statistics of n"),
        ("UPDATE s_notes_docsize SET id = 999 WHERE id = (SELECT min(id) FROM s_notes_docsize)", "search index"),
    ],
)  # fmt: skip
def test_a_ledger_or_index_that_contradicts_what_is_there_is_found(
    run: Any, sql: str, fault: str
) -> None:
    async def test(house: House) -> None:
        path = await furnished(house)
        if "docsize" in sql:
            connection = sums.open_file(path)
            connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 0)
            connection.execute(sql)
            connection.close()
        else:
            changed(path, sql)
        assert any(fault in f.fault for f in (await found(house)).faults)

    run(test)


def test_a_record_in_two_places_is_found(run: Any) -> None:
    async def test(house: House) -> None:
        path = await furnished(house)
        changed(
            path,
            'INSERT INTO c_notes(_row, _tenant, id, version, _seq) VALUES (900, "t", "n00100", 1, 1)',
        )
        changed(path, "INSERT INTO s_notes(rowid, f_text) VALUES (900, NULL)")
        (fault,) = (await found(house)).faults
        assert fault.fault == "1 records of notes are in two places"

    run(test)


def test_sidecars_that_are_wrong_swapped_or_gone_are_made_again_and_that_is_said(run: Any) -> None:
    async def test(house: House) -> None:
        await furnished(house)
        keys = [p for p in house.objects if p.suffix == ".keys"]
        (words,) = [p for p in house.objects if p.suffix == ".words"]
        before = [p.read_bytes() for p in (*keys, words)]
        one, two = keys[1].read_bytes(), keys[2].read_bytes()
        keys[0].unlink()
        keys[1].write_bytes(two)
        keys[2].write_bytes(one)
        words.write_bytes(words.read_bytes()[:-40])
        assert len(await everything(house.open(), where={"op": "match", "text": "word3"})) == 40
        words.write_bytes(words.read_bytes()[::-1])
        look = await found(house)
        assert {f.done for f in look.faults} == {"made again"} and len(look.faults) == 4
        words.unlink()
        look = await found(house)
        assert look.faults == [] and look.mended == [
            str(words.relative_to(house.folder / "objects" / "club"))
        ]
        assert [p.read_bytes() for p in (*keys, words)] == before
        assert (await found(house)).mended == []

    run(test)


def test_what_nobody_entered_is_a_stray_and_no_fault(run: Any) -> None:
    async def test(house: House) -> None:
        await furnished(house)
        (house.folder / "objects" / "club" / "notes" / "x.parquet").write_bytes(b"x")
        look = await found(house)
        assert look.strays == 1 and look.faults == []

    run(test)


# -- quarantine ----------------------------------------------------------------------------------


async def damaged(house: House) -> tuple[Path, bytes]:
    """`club` with its first object of notes damaged; the object and its sound bytes."""
    await furnished(house)
    (path,) = [p for p in house.objects if p.suffix == ".parquet" and "notes" in p.parts]
    sound = path.read_bytes()
    path.write_bytes(sound[:50] + bytes([sound[50] ^ 1]) + sound[51:])
    return path, sound


@pytest.mark.promise(4)
def test_what_is_damaged_goes_to_quarantine_is_never_served_and_comes_back_whole(run: Any) -> None:
    async def test(house: House) -> None:
        path, sound = await damaged(house)
        store = house.open()
        accused = [f.segment for f in (await store.inspect()).faults]
        assert await store.quarantine.take(accused) == [accused[0].name]
        assert not path.exists() and (house.folder / "quarantine").exists()
        for reader in (store, house.open()):
            with pytest.raises(Exception, match="check --repair"):
                await everything(reader)
            with pytest.raises(Exception, match="check --repair"):
                reader.get("t", "notes", ["n00100"])
            with pytest.raises(Exception, match="check --repair"):
                await put(reader, [Draft("n00100", {"n": 1})])
            assert [r.values["n"] for r in reader.get("t", "notes", ["n00003"])] == [3]
            await put(reader, [Draft("new", {"n": 1})])
            assert (await reader.query("u", _people())).rows == [[40]]
        assert (await store.facts("t", "notes", values=True)).rows == 300
        with pytest.raises(Exception, match="quarantine"):
            await store.mover.warm(accused[0].number)
        house.clock.advance(1_000)
        await store.mover.resume()
        await store.mover.sweep()
        assert "quarantine" in (await store.inspect()).faults[0].fault
        assert await store.quarantine.release() == []
        copy = house.folder / "copy"
        copy.write_bytes(sound)
        assert await store.quarantine.release(lambda s: copy) == [accused[0].name]
        assert (await store.inspect()).faults == []
        rows = await everything(store)
        assert len(rows) == 300 and rows[100] == ["n00101", 101]
        assert not [p for p in (house.folder / "quarantine").rglob("*") if p.is_file()]

    run(test)


def test_what_was_accused_wrongly_or_has_gone_meanwhile_is_left_alone(run: Any) -> None:
    async def test(house: House) -> None:
        path, sound = await damaged(house)
        store = house.open()
        accused = [f.segment for f in (await store.inspect()).faults]
        path.write_bytes(sound)
        assert await store.quarantine.take(accused) == []
        await store.mover.warm(accused[0].number)
        path.write_bytes(b"")
        assert await store.quarantine.take(accused) == []
        assert len(await everything(store)) == 299

    run(test)


def test_quarantine_may_be_cut_short_at_any_step(run: Any) -> None:
    class Crash(Exception):
        pass

    async def test(house: House) -> None:
        path, sound = await damaged(house)

        wanted = ["marked"]

        def crash(step: str) -> None:
            if step in wanted:
                raise Crash(step)

        store = house.open()
        accused = [f.segment for f in (await store.inspect()).faults]
        store.mover.on_step = crash
        with pytest.raises(Crash, match="marked"):
            await store.quarantine.take(accused)
        again = house.open()
        with pytest.raises(Exception, match="check --repair"):
            await everything(again)
        assert await again.quarantine.take(accused) == [accused[0].name]
        path.write_bytes(sound)
        for step in ("brought", "unmarked"):
            wanted[:] = [step]
            with pytest.raises(Crash):
                await store.quarantine.release()
        assert await again.quarantine.release() == []
        assert (await again.inspect()).faults == []
        assert len(await everything(again)) == 299

    run(test)


def test_a_loss_that_is_accepted_lets_answers_go_on_without_it(run: Any) -> None:
    async def test(house: House) -> None:
        await damaged(house)
        store = house.open()
        accused = [f.segment for f in (await store.inspect()).faults]
        await store.quarantine.take(accused)
        lost = await store.quarantine.forget(accused[0].number)
        assert lost.count == 279 and lost.state is State.QUARANTINED
        assert await everything(store) == as_rows(notes(20))
        await store.mover.sweep()
        assert not [p for p in (house.folder / "quarantine").rglob("*") if p.is_file()]
        assert (await store.inspect()).faults == []
        with pytest.raises(Exception, match="no segment"):
            await store.quarantine.forget(accused[0].number)

    run(test)


def _people() -> Any:
    return parse_plan({"from": "club.people", "measures": [{"fn": "count"}]})


@pytest.mark.parametrize("harm", ["gone", "empty"])
def test_rows_that_vanished_from_beside_their_segments_are_no_new_domain(
    run: Any, harm: str
) -> None:
    async def test(house: House) -> None:
        path = await furnished(house)
        path.unlink() if harm == "gone" else path.write_bytes(b"")
        with pytest.raises(Exception, match="restore a backup"):
            house.open()

    run(test)
