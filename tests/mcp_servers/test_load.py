"""A staged source becomes rows once: in one go, after a kill, again, and grown; bad rows cost only themselves."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest

from mcp_servers.loading.load import load
from mcp_servers.loading.staging import Staging
from mcp_servers.readers.batches import Rows, drafts_of
from mcp_servers.tiered import Tiered, open_store
from registry.answer import Receipt
from registry.clock import ManualClock, SystemClock
from registry.domain import DomainSpec, parse_spec
from registry.errors import BadInput, Conflict, NotFound, UnknownField
from registry.limits import LOAD_BATCH_ROWS, STAGING_SECONDS_MAX
from registry.shape.mapping import Mapping, To
from tests.sources import TENANT, stage, write

pytestmark = pytest.mark.anyio
SPEC = parse_spec({
    "domain": "plant",
    "collections": {
        "points": {"time": "at", "fields": {
            "series": {"type": "text", "required": True}, "at": {"type": "time", "required": True},
            "value": {"type": "float", "required": True},
            "state": {"type": "text", "enum": ["ok", "bad"]},
        }},
        "parts": {"key": "code", "fields": {"code": {"type": "text"}, "n": {"type": "int"}, "raw": {"type": "bytes"}}},
    },
})  # fmt: skip
POINTS = Mapping({"timestamp": To("at"), "value": To("value")}, {"series": "cpu"})
PARTS = Mapping({"code": To("code"), "n": To("n")})


def series(rows: int, start: int = 0) -> str:
    """A file like the anomaly benchmark's: a timestamp and a value, no key; some rows repeat."""
    lines = [
        f"2014-02-{14 + n // 86_400:02} {n // 3600 % 24:02}:{n // 60 % 60:02}:{n % 60:02},{n % 50}.5"
        for n in range(start, start + rows)
    ]
    return "timestamp,value\n" + "\n".join(lines) + "\n"


class Plant:
    """A data folder with one domain."""

    def __init__(self, folder: Path, store: Tiered) -> None:
        self.folder = folder
        self.store = store

    async def load(self, path: Path, collection: str, mapping: Mapping, **changes: Any) -> Receipt:
        handle = changes.pop("handle", None) or stage(self.folder, path).handle
        arguments: dict[str, Any] = {
            "folder": self.folder,
            "tenant": TENANT,
            "handle": handle,
            "table": None,
            "collection": collection,
            "mapping": mapping,
            "on_conflict": "update",
            "clock": SystemClock(),
        }
        return await load(self.store, SPEC, **(arguments | changes))

    async def rows(self, collection: str) -> int:
        return (await self.store.facts(TENANT, collection)).rows

    async def parts(self, *codes: str) -> dict[str, Any]:
        found = self.store.get(TENANT, "parts", list(codes))
        return {row.id: row.values["n"] for row in found}


@asynccontextmanager
async def plant(folder: Path, spec: DomainSpec = SPEC) -> AsyncIterator[Plant]:
    store = open_store(spec, folder, SystemClock())
    try:
        yield Plant(folder, store)
    finally:
        await store.close()


def counts(receipt: Receipt) -> tuple[int, int, int, int]:
    return receipt.accepted, receipt.updated, receipt.duplicate, receipt.rejected


async def test_a_file_goes_in_whole_and_over_several_batches(tmp_path: Path) -> None:
    path = write(tmp_path, "cpu.csv", series(2 * LOAD_BATCH_ROWS + 7))
    async with plant(tmp_path / "data") as house:
        receipt = await house.load(path, "points", POINTS)
        assert counts(receipt) == (2 * LOAD_BATCH_ROWS + 7, 0, 0, 0)
        assert receipt.source_sha256 is not None and receipt.collection == "plant.points"
        assert await house.rows("points") == 2 * LOAD_BATCH_ROWS + 7


@pytest.mark.promise(2)
async def test_the_same_source_again_stores_nothing_new(tmp_path: Path) -> None:
    path = write(tmp_path, "cpu.csv", series(300))
    async with plant(tmp_path / "data") as house:
        await house.load(path, "points", POINTS)
        again = await house.load(path, "points", POINTS)
        assert counts(again) == (0, 0, 300, 0)
        assert "loaded before" in " ".join(again.notes)
        await house.load(write(tmp_path, "parts.csv", "code,n\nx,1\n"), "parts", PARTS)
        after_a_change = await house.load(path, "points", POINTS)
        assert counts(after_a_change) == (0, 0, 300, 0)
        assert not after_a_change.notes
        assert await house.rows("points") == 300


async def test_rows_deleted_in_between_come_back_with_a_new_load(tmp_path: Path) -> None:
    path = write(tmp_path, "parts.csv", "code,n\nx,1\ny,2\n")
    async with plant(tmp_path / "data") as house:
        await house.load(path, "parts", PARTS)
        await house.store.delete(TENANT, "parts", ["x"])
        assert counts(await house.load(path, "parts", PARTS)) == (1, 0, 1, 0)


@pytest.mark.promise(2)
async def test_a_grown_file_adds_only_its_new_rows_and_repeats_stay(tmp_path: Path) -> None:
    head = "timestamp,value\n" + "2014-02-14 00:00:00,1.5\n" * 3 + "2014-02-14 00:00:01,2\n"
    async with plant(tmp_path / "data") as house:
        await house.load(write(tmp_path, "cpu.csv", head), "points", POINTS)
        assert await house.rows("points") == 4
        grown = write(tmp_path, "cpu.csv", head + "2014-02-14 00:00:00,1.5\n2014-02-14 00:00:09,3\n")  # fmt: skip
        assert counts(await house.load(grown, "points", POINTS)) == (2, 0, 4, 0)
        other = Mapping(POINTS.columns, {"series": "memory"})
        assert counts(await house.load(grown, "points", other)) == (6, 0, 0, 0)


async def test_bad_rows_are_counted_with_line_and_reason_and_good_ones_stay(
    tmp_path: Path,
) -> None:
    body = "timestamp,value,state\n2014-02-14 00:00:00,1,ok\nnever,2,ok\n2014-02-14 00:00:02,,ok\n2014-02-14 00:00:03,4,sad\n2014-02-14,5\n2014-02-14 00:00:05,6,bad\n"
    mapping = Mapping({**POINTS.columns, "state": To("state")}, POINTS.constants)
    async with plant(tmp_path / "data") as house:
        receipt = await house.load(write(tmp_path, "b.csv", body), "points", mapping)
    assert counts(receipt) == (2, 0, 0, 4)
    reasons = {r["line"]: r["reason"] for r in receipt.reasons}
    assert set(reasons) == {3, 4, 5, 6}
    assert "timestamp" in reasons[3] and "required" in reasons[4]
    assert "must be one of ok, bad" in reasons[5] and "cells" in reasons[6]


async def test_only_the_first_reasons_are_kept_but_all_bad_rows_are_counted(
    tmp_path: Path,
) -> None:
    body = "code,n\n" + "".join(f"c{n},nope\n" for n in range(12_000))
    async with plant(tmp_path / "data") as house:
        receipt = await house.load(write(tmp_path, "b.csv", body), "parts", PARTS)
    assert receipt.rejected == 12_000 and len(receipt.reasons) == 20


async def test_key_fields_make_the_id_and_the_later_row_wins(tmp_path: Path) -> None:
    body = "code,n\nx,1\ny,2\nx,3\n,4\n"
    async with plant(tmp_path / "data") as house:
        receipt = await house.load(write(tmp_path, "p.csv", body), "parts", PARTS)
        assert receipt.rejected == 1 and "key" in receipt.reasons[0]["reason"]
        assert await house.parts("x", "y") == {"x": 3, "y": 2}
        skipped = await house.load(
            write(tmp_path, "q.csv", "code,n\nx,9\nz,1\n"), "parts", PARTS, on_conflict="skip"
        )
        assert skipped.accepted == 1
        assert await house.parts("x", "z") == {"x": 3, "z": 1}
        with pytest.raises(Conflict):
            changed = write(tmp_path, "r.csv", "code,n\nx,10\n")
            await house.load(changed, "parts", PARTS, on_conflict="error")


async def test_columns_without_a_field_are_kept_beside(tmp_path: Path) -> None:
    mapping = Mapping(PARTS.columns, extra=("colour",))
    async with plant(tmp_path / "data") as house:
        await house.load(write(tmp_path, "p.csv", "code,n,colour\nx,1,red\ny,2,\n"), "parts", mapping)  # fmt: skip
        rows = house.store.get(TENANT, "parts", ["x", "y"])
    assert [row.extra for row in rows] == ['{"colour":"red"}', None]


@pytest.mark.parametrize(
    ("collection", "mapping", "error"),
    [
        ("points", Mapping({"value": To("value")}, {"series": "x"}), BadInput),
        ("points", Mapping({"value": To("nope")}), UnknownField),
        ("parts", Mapping({"code": To("code"), "n": To("code")}), BadInput),
        ("points", Mapping(POINTS.columns, {"series": 7}), BadInput),
        ("parts", Mapping({"missing": To("code")}), BadInput),
    ],
)
async def test_a_mapping_that_does_not_fit_is_refused_and_stores_nothing(
    tmp_path: Path, collection: str, mapping: Mapping, error: type[Exception]
) -> None:
    path = write(tmp_path, "cpu.csv", "timestamp,value,code,n\n2014-02-14 00:00:00,1,x,1\n")
    async with plant(tmp_path / "data") as house:
        with pytest.raises(error):
            await house.load(path, collection, mapping)
        assert await house.rows(collection) == 0


@pytest.mark.promise(7)
async def test_a_handle_is_of_its_tenant_and_expires(tmp_path: Path) -> None:
    path = write(tmp_path, "p.csv", "code,n\nx,1\n")
    data = tmp_path / "data"
    clock = ManualClock(1_000_000_000_000_000)
    staging = Staging(data, clock=clock, rng=Random(1), roots=[tmp_path])
    staged = staging.stage_path(TENANT, str(path))
    async with plant(data) as house:
        for tenant, handle in (("other", staged.handle), (TENANT, "0" * 32), (TENANT, "../key")):
            with pytest.raises(NotFound, match="No staged source"):
                await house.load(path, "parts", PARTS, handle=handle, tenant=tenant, clock=clock)
        clock.advance(STAGING_SECONDS_MAX + 1)
        with pytest.raises(NotFound):
            await house.load(path, "parts", PARTS, handle=staged.handle, clock=clock)


async def test_a_cut_source_keeps_what_came_before_and_says_incomplete(tmp_path: Path) -> None:
    items = ",".join(f'{{"code":"c{n}","n":{n}}}' for n in range(7_000))
    path = write(tmp_path, "p.json", f"[{items},{{")
    async with plant(tmp_path / "data") as house:
        receipt = await house.load(path, "parts", PARTS)
        assert receipt.accepted == 7_000
        assert any("incomplete" in note for note in receipt.notes)


async def test_a_child_that_lies_about_its_rows_stores_nothing() -> None:
    rows = Rows(SPEC.collections["parts"], {})
    rows.expect(["code", "n", "raw"])
    good = {"ids": ["x"], "columns": [["x"], [1], ["AA=="]], "extra": None, "lines": {"first": 2}}
    assert drafts_of(rows, good)[0].values == {"code": "x", "n": 1, "raw": b"\0"}
    lies: list[dict[str, Any]] = [
        {"ids": [7]},
        {"ids": [""]},
        {"ids": ["x" * 201]},
        {"ids": ["x", "y"]},
        {"columns": [["x"], [1]]},
        {"columns": [["x"], [True], [None]]},
        {"columns": [["x"], ["1"], [None]]},
        {"columns": [["x"], [2**63], [None]]},
        {"columns": [["x\0"], [1], [None]]},
        {"columns": [["x"], [1], ["not base64!"]]},
        {"columns": [[{}], [1], [None]]},
        {"extra": ["x", "y"]},
        {"extra": [7]},
        {"lines": "all"},
    ]
    for lie in lies:
        with pytest.raises(BadInput, match="no sense"):
            drafts_of(rows, good | lie)
    with pytest.raises(BadInput):
        rows.expect(["secret"])


# -- kill -9 -------------------------------------------------------------------------------------

_LOADER = """
import anyio, sys
from pathlib import Path
from mcp_servers.loading.load import load
from mcp_servers.tiered import open_store
from registry.clock import SystemClock
from tests.mcp_servers.test_load import POINTS, SPEC

async def main(data, handle):
    store = open_store(SPEC, data, SystemClock())
    print("ready", flush=True)
    await load(store, SPEC, folder=data, tenant="default", handle=handle, table=None, collection="points",
               mapping=POINTS, on_conflict="update", clock=SystemClock())
    await store.close()

anyio.run(main, Path(sys.argv[1]), sys.argv[2])
"""


def kill_while_loading(data: Path, handle: str, seconds: float) -> bool:
    """Load in another process and kill it; False when it was done before."""
    with subprocess.Popen(
        [sys.executable, "-c", _LOADER, str(data), handle],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            return True
    return False


@pytest.mark.promise(1)
@pytest.mark.promise(2)
async def test_kills_at_random_moments_and_a_rerun_give_exactly_the_files_rows(
    tmp_path: Path,
) -> None:
    rows, rng = 100_000, random.Random(7)
    path = write(tmp_path, "cpu.csv", series(rows - 10) + series(10).split("\n", 1)[1])
    data = tmp_path / "data"
    handle = stage(data, path).handle
    killed = 0
    for _ in range(6):
        killed += kill_while_loading(data, handle, rng.uniform(0.02, 0.6))
    assert killed > 0
    async with plant(data) as house:
        receipt = await house.load(path, "points", POINTS, handle=handle)
        assert await house.rows("points") == rows
        assert receipt.accepted + receipt.duplicate + receipt.updated == rows
        again = await house.load(write(tmp_path, "copy.csv", path.read_bytes()), "points", POINTS)
        assert counts(again) == (0, 0, rows, 0)
