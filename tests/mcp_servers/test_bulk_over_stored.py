"""A bulk load over records that are stored: what it does not say of them stays, and so do legal holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mcp_servers.ports import Draft
from mcp_servers.stores import sqlite_holds as holds
from tests.mcp_servers.bulk_house import Plant, all_fields, plant, told
from tests.sources import TENANT, write

pytestmark = pytest.mark.anyio
HELD = ("points", "text", "ann", "case 7")


async def stored(house: Plant, where: str) -> None:
    """Ten records with everything said, in rows or in segments."""
    await house.put(
        *(
            Draft(str(n), {"n": n, "text": "ann" if n % 2 else "bob", "value": n / 2, "at": n}, '{"x":1}')
            for n in range(10)
        )
    )  # fmt: skip
    if where == "segments":
        for bucket in await house.store.mover.buckets(TENANT, "points"):
            while await house.store.mover.cool(TENANT, "points", bucket):
                pass


async def each_way(tmp_path: Path, where: str, csv: str, *held: holds.Hold) -> list[Any]:
    """(receipt, records) of the load as rows and straight to segments."""
    source = write(tmp_path, "later.csv", csv)
    names = csv.partition("\n")[0].split(",")
    out = []
    for way in ("rows", "bulk"):
        async with plant(tmp_path / way, way, key="n") as house:
            await stored(house, where)
            await house.store.mover.store.change(lambda t: holds.put(t.connection, TENANT, held))
            receipt = await house.load(source, all_fields(*names))
            out.append((told(receipt), await house.records()))
            assert (await house.store.inspect()).faults == []
    return out


@pytest.mark.parametrize("where", ["rows", "segments"])
async def test_a_narrower_source_clears_no_field(tmp_path: Path, where: str) -> None:
    rows, bulk = await each_way(tmp_path, where, "n,text\n1,new\n2,bob\n3,\n30,fresh\n1,newer\n")
    assert bulk == rows
    _, values, extra = bulk[1]["1"]
    assert (values["text"], values["value"], extra) == ("newer", 0.5, '{"x":1}')
    assert bulk[0]["duplicate"] == 1


@pytest.mark.parametrize("where", ["rows", "segments"])
async def test_no_load_takes_a_record_out_of_its_legal_hold(tmp_path: Path, where: str) -> None:
    lines = "n,text,value\n1,bob,1\n2,ann,2\n3,ann,3\n5,ann,5\n5,bob,6\n2,bob,7\n40,bob,8\n"
    rows, bulk = await each_way(tmp_path, where, lines, HELD)
    assert bulk == rows
    held = {id for id, (_, values, _) in bulk[1].items() if values["text"] == "ann"}
    assert held == {"1", "2", "3", "5", "7", "9"}
    assert bulk[0]["rejected"] == 3
