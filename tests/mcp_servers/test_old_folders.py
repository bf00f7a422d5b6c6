"""A data folder of any format there ever was opens, with all that is in it."""

from __future__ import annotations

import asyncio
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import apsw
import pytest

from mcp_servers.stores.sqlite_schema import FORMAT
from mcp_servers.tiered import open_store
from registry.clock import ManualClock
from registry.errors import IsothermError
from registry.plan import parse_plan
from tests.mcp_servers.old_folder import RECORDS, SPEC

OLD = Path(__file__).with_name("old")


def unpacked(folder: Path, version: int) -> Path:
    (folder / "rows").mkdir(parents=True)
    place = folder / "rows" / "old.db"
    shutil.copy(OLD / f"format{version}.db", place)
    return place


def test_there_is_a_folder_of_every_format_before_todays() -> None:
    assert [(OLD / f"format{n}.db").is_file() for n in range(1, FORMAT)] == [True] * (FORMAT - 1)


@pytest.mark.parametrize("version", range(1, FORMAT))
def test_an_old_folder_opens_with_its_records_and_they_can_be_cooled(
    tmp_path: Path, version: int
) -> None:
    unpacked(tmp_path, version)

    async def go() -> None:
        for _ in range(2):  # it is migrated, and then it is today's
            store = open_store(SPEC, tmp_path, ManualClock(1_700_000_000_000_000))
            assert (await store.facts("one", "notes")).rows == 39
            assert store.get("one", "notes", ["n1"])[0].version == 2
            assert await store.progress("one", "load") is not None
            again = await store.write(
                "two", "notes", RECORDS[:3], on_conflict="error", idempotency_key="key"
            )
            assert [w.outcome for w in again] == ["accepted"] * 3
            for bucket in await store.mover.buckets("one", "notes"):
                await store.mover.cool("one", "notes", bucket)
            plan = {
                "from": "old.notes",
                "select": ["id"],
                "where": {"op": "match", "text": "number 7"},
            }
            assert (await store.query("one", parse_plan(plan))).rows == [["n7"]]
            await store.close()

    asyncio.run(go())


@pytest.mark.parametrize("version", range(1, FORMAT))
def test_an_old_folder_may_be_opened_by_several_at_once(tmp_path: Path, version: int) -> None:
    for again in range(5):
        folder = tmp_path / str(again)
        unpacked(folder, version)
        gate = Barrier(3)

        def opened(folder: Path = folder, gate: Barrier = gate) -> int:
            gate.wait(20)
            store = open_store(SPEC, folder, ManualClock(1_700_000_000_000_000))
            try:
                return asyncio.run(store.facts("one", "notes")).rows
            finally:
                asyncio.run(store.close())

        with ThreadPoolExecutor(3) as threads:
            found = [threads.submit(opened) for _ in range(3)]
            assert [each.result(60) for each in found] == [39] * 3


def test_a_migration_that_is_cut_short_leaves_the_old_format_whole(tmp_path: Path) -> None:
    place = unpacked(tmp_path, 1)
    connection = apsw.Connection(str(place))
    connection.execute("CREATE TABLE _leases(x)")  # the last of the new tables cannot be made
    connection.close()
    with pytest.raises(IsothermError):
        open_store(SPEC, tmp_path, ManualClock())
    connection = apsw.Connection(str(place))
    assert connection.execute("SELECT value FROM _meta WHERE name = 'format'").get == 1
    connection.execute("DROP TABLE _leases")
    connection.close()
    store = open_store(SPEC, tmp_path, ManualClock())
    assert [row.id for row in store.get("one", "notes", ["n5"])] == ["n5"]
    asyncio.run(store.close())
