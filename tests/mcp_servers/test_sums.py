"""Pages of a row database carry checksums: what rots is an error, never an answer."""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random
from typing import Any

import pytest

from mcp_servers.stores import sqlite_sums as sums
from mcp_servers.tiered import open_store
from registry.clock import ManualClock
from registry.errors import Corrupt, IsothermError
from tests.mcp_servers.houses import House, everything, notes, put, spec
from tests.mcp_servers.test_old_folders import OLD

PAGE = 4_096


def flipped(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 4
    path.write_bytes(data)


async def filled(house: House) -> Path:
    store = house.open()
    await put(store, notes(400))
    await store.close()
    house.opened.clear()
    return house.folder / "rows" / "club.db"


def test_any_flipped_bit_of_a_page_is_found_and_no_sound_page_is_accused(run: Any) -> None:
    async def test(house: House) -> None:
        path = await filled(house)
        assert sums.carried(path) and sums.rotten(path) == []
        sound, chance = path.read_bytes(), Random(3)
        for _ in range(40):
            at = chance.randrange(PAGE, len(sound))
            flipped(path, at)
            assert sums.rotten(path) == [at // PAGE]
            path.write_bytes(sound)
        path.write_bytes(sound[:-100])
        assert sums.rotten(path) == [len(sound) // PAGE - 1]

    run(test)


def test_a_rotten_page_gives_corrupt_to_reads_and_writes_and_never_an_answer(run: Any) -> None:
    async def test(house: House) -> None:
        path = await filled(house)
        sound, want = path.read_bytes(), None
        for page in range(1, len(sound) // PAGE):
            flipped(path, page * PAGE + 1_000)
            try:
                store = open_store(spec(), house.folder, house.clock)
            except IsothermError as refusal:
                assert refusal.code == "corrupt", refusal
            else:
                try:
                    rows = await everything(store)
                    want = want or rows
                    assert rows == want
                    await put(store, notes(1, text="other"))
                except IsothermError as refusal:
                    assert refusal.code == "corrupt", refusal
                finally:
                    await store.close()
            path.write_bytes(sound)
        assert want and len(want) == 400

    run(test)


@pytest.mark.parametrize("at", range(0, 100, 3))
def test_a_header_that_rots_never_opens_as_something_else(run: Any, at: int) -> None:
    async def test(house: House) -> None:
        path = await filled(house)
        flipped(path, at)
        with pytest.raises(Corrupt):
            open_store(spec(), house.folder, house.clock)

    run(test)


def test_the_mark_of_checksums_itself_may_rot_too(run: Any) -> None:
    async def test(house: House) -> None:
        path = await filled(house)
        flipped(path, 20)
        with pytest.raises(Corrupt):
            open_store(spec(), house.folder, house.clock)

    run(test)


def test_an_old_file_gets_checksums_when_nobody_else_has_it_open(tmp_path: Path) -> None:
    (tmp_path / "rows").mkdir()
    path = tmp_path / "rows" / "old.db"
    shutil.copy(OLD / "format1.db", path)
    other = sums.open_file(path)
    other.execute("PRAGMA journal_mode = WAL")
    other.execute("SELECT count(*) FROM _meta").fetchall()
    assert not sums.add(path) and not sums.carried(path)
    other.close()
    assert sums.add(path) and sums.add(path)
    assert sums.carried(path) and sums.rotten(path) == []


def test_a_store_opened_beside_another_keeps_its_locks(run: Any) -> None:
    async def test(house: House) -> None:
        path = await filled(house)
        one = house.open()
        await put(one, notes(1))
        house.open()
        assert not sums.rotten(path)
        blocked = sums.open_file(path)
        try:
            with pytest.raises(Exception, match="locked"):
                blocked.execute("PRAGMA journal_mode = DELETE")
        finally:
            blocked.close()

    run(test)


def test_an_installation_that_cannot_keep_checksums_refuses_the_file(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test(house: House) -> None:
        await filled(house)
        monkeypatch.setattr(sums, "sqlite_extra", None)
        with pytest.raises(IsothermError, match="wheel"):
            open_store(spec(), house.folder, ManualClock())
        monkeypatch.undo()
        assert len(await everything(house.open())) == 400

    run(test)


def test_files_are_made_without_checksums_where_they_cannot_be_kept(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test(house: House) -> None:
        monkeypatch.setattr(sums, "sqlite_extra", None)
        path = await filled(house)
        assert not sums.carried(path)
        monkeypatch.undo()
        assert len(await everything(house.open())) == 400
        assert sums.carried(path)

    run(test)
