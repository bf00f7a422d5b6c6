"""The cooling trip through the front door: what moves is told with its reason, and no answer changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from orchestrator.client import Client, connect
from registry.clock import ManualClock
from registry.errors import BadInput, IsothermError, NotFound
from registry.moment import time_us
from registry.settings import Settings
from tests.orchestrator.small import let_small_months_cool

pytestmark = pytest.mark.anyio
NOW = "2026-11-23T12:00:00Z"
PLAN = {"from": "metrics.points", "group": [{"field": "series"}],
        "measures": [{"fn": "count"}, {"fn": "sum", "field": "value"}], "order": [{"by": "series"}]}  # fmt: skip


@pytest.fixture(autouse=True)
def small_months(tmp_path: Path) -> None:
    let_small_months_cool(tmp_path)


def clock() -> ManualClock:
    now = time_us(NOW)
    assert now
    return ManualClock(now)


def points(month: str, count: int) -> list[dict[str, Any]]:
    return [
        {
            "id": f"{month}-{n}",
            "series": f"s{n % 3}",
            "at": f"{month}-01T00:00:{n % 60:02}Z",
            "value": n / 2,
        }
        for n in range(count)
    ]


async def admin(client: Client, action: str, **arguments: Any) -> dict[str, Any]:
    reads = action in ("tiers", "check", "policy?")
    tool = "admin_read" if reads else "admin_write"
    return await client.call(tool, action=action.strip("?"), arguments=arguments)


async def test_one_pass_cools_what_is_old_and_every_answer_stays(tmp_path: Path) -> None:
    async with connect(Settings(data=tmp_path), clock=clock()) as client:
        for month in ("2026-01", "2026-11"):
            await client.write("metrics__put", collection="points", records=points(month, 50))
        before = await client.query(PLAN)
        said = {p["place"]: p.get("next") for p in (await admin(client, "tiers"))["places"]}
        assert said == {"metrics.points/2026-01": "cold", "metrics.points/2026-11": None}
        done = await admin(client, "cool")
        assert [(m["rows"], m["why"]) for m in done["moved"]] == [
            (50, "its month ended 295 days ago (limit 90)")
        ]
        assert "missing" not in done
        after = await client.query(PLAN)
        assert after["rows"] == before["rows"]
        tiers = {s["tier"]: s["rows_scanned"] for s in after["sources"]}
        assert tiers == {"warm": 50, "cold": 50}
        (record,) = (await client.get("metrics.points", "2026-01-7"))["records"]
        assert record["value"] == 3.5
        stats = await client.tool("metrics__stats", collection="points")
        assert stats["collections"]["metrics.points"]["tiers"] == {"warm": 50, "cold": 50}
        assert (await admin(client, "cool"))["moved"] == []
        assert (await admin(client, "check", deep=True))["sound"] is True


async def test_a_place_moves_there_and_back_when_it_is_told_to(tmp_path: Path) -> None:
    async with connect(Settings(data=tmp_path), clock=clock()) as client:
        await client.write("metrics__put", collection="points", records=points("2026-11", 5))
        cold = await admin(client, "move", place="metrics.points/2026-11", tier="cold")
        assert (cold["rows"], cold["state"]) == (5, "cold")
        warm = await admin(client, "move", place=cold["place"], tier="warm")
        assert (warm["rows"], warm["state"]) == (5, "retired")
        for wrong, error in (
            ({"place": "metrics.points/2026-11", "tier": "warm"}, BadInput),
            ({"place": cold["place"], "tier": "warm"}, NotFound),
            ({"place": "metrics.points/../x", "tier": "cold"}, IsothermError),
            ({"place": "nothing/x", "tier": "cold"}, NotFound),
            ({"place": "metrics.points/2026-11", "tier": "lukewarm"}, BadInput),
            ({"place": "metrics.points/2026-11"}, BadInput),
        ):
            with pytest.raises(error):
                await admin(client, "move", **wrong)


async def test_damage_is_found_by_a_deep_check(tmp_path: Path) -> None:
    async with connect(Settings(data=tmp_path), clock=clock()) as client:
        await client.write("metrics__put", collection="points", records=points("2026-11", 5))
        await admin(client, "move", place="metrics.points/2026-11", tier="cold")
        (path,) = (tmp_path / "objects").rglob("*.parquet")
        data = bytearray(path.read_bytes())
        data[60] ^= 1
        path.write_bytes(data)
        assert (await admin(client, "check"))["sound"] is True
        found = await admin(client, "check", deep=True)
        assert found["sound"] is False
        assert [f["fault"] for f in found["domains"]["metrics"]["faults"]] == [
            "it is not what was written"
        ]


async def test_a_pass_merges_what_lies_in_many_small_segments(tmp_path: Path) -> None:
    async with connect(Settings(data=tmp_path), clock=clock()) as client:
        records = points("2026-01", 40)
        for n in range(4):
            await client.write("metrics__put", collection="points", records=records[n::4])
            await admin(client, "move", place="metrics.points/2026-01", tier="cold")
        before = await client.query(PLAN)
        stats = await client.tool("metrics__stats", collection="points")
        debt = {"dead_rows": 0, "small_segments": 4}
        assert stats["collections"]["metrics.points"]["debt"] == debt
        assert (await admin(client, "cool"))["compacted"] == 4
        assert (await admin(client, "compact", domain="metrics"))["compacted"] == {}
        assert (await client.query(PLAN))["rows"] == before["rows"]
        places = (await admin(client, "tiers", domain="metrics"))["places"]
        assert [(p["tier"], p["rows"]) for p in places] == [("cold", 40)]


async def test_a_policy_is_changed_while_the_domain_runs_and_lies_beside_the_data(
    tmp_path: Path,
) -> None:
    async with connect(Settings(data=tmp_path), clock=clock()) as client:
        await client.write("metrics__put", collection="points", records=points("2026-10", 5))
        place = "metrics.points/2026-10"
        assert (await admin(client, "cool"))["moved"] == []
        held = await admin(client, "policy?", domain="metrics")
        assert (held["policy"]["cool_after_days"], held["set"]) == (90, ["min_rows"])
        await admin(client, "policy", domain="metrics", set={"cool_after_days": 10})
        (said,) = (await admin(client, "tiers", domain="metrics"))["places"]
        assert (said["place"], said["next"]) == (place, "cold")
        for wrong in ({"cool_after_days": -1}, {"cool": 1}, {"pin": ["pionts"]}, {}, None):
            with pytest.raises(BadInput):
                await admin(client, "policy", domain="metrics", set=wrong)
        with pytest.raises(NotFound):
            await admin(client, "policy", domain="metricks", set={"cool_after_days": 1})
        pinned = await admin(client, "policy", domain="metrics", set={"pin": ["points"]})
        assert pinned["set"] == ["cool_after_days", "min_rows", "pin"]
        assert (await admin(client, "cool"))["moved"] == []
    assert "cool_after_days: 10" in (tmp_path / "domains" / "metrics.yaml").read_text()
    async with connect(Settings(data=tmp_path), clock=clock()) as client:
        back = await admin(client, "policy", domain="metrics", set={"pin": None})
        assert (back["policy"]["cool_after_days"], back["policy"]["pin"]) == (10, [])
        assert [m["rows"] for m in (await admin(client, "cool"))["moved"]] == [5]


async def test_what_is_read_often_comes_back_alone_or_whole_and_says_why(tmp_path: Path) -> None:
    now = clock()
    async with connect(Settings(data=tmp_path), clock=now) as client:
        for month in ("2026-01", "2026-02"):
            await client.write("metrics__put", collection="points", records=points(month, 50))
        before = await client.query(PLAN)
        await admin(client, "cool")
    async with connect(Settings(data=tmp_path), clock=now) as client:
        for _ in range(5):
            await client.get("metrics.points", "2026-01-7", "2026-01-9")
            await client.get("metrics.points", *(f"2026-02-{n}" for n in range(50)))
        assert (await admin(client, "cool"))["moved"] == []  # they have only just been moved
        now.advance(2 * 86_400)
        said = (await admin(client, "tiers", domain="metrics"))["places"]
        assert [(p["tier"], p["next"], p["why"]) for p in said] == [
            ("cold", "warm", "2 of its 50 records are read often"),
            ("cold", "warm", "it is read often, heat 4.1 a record (limit 4)"),
        ]
        done = await admin(client, "cool")
        assert [(m["place"], m["rows"], m["tier"]) for m in done["moved"]] == [
            ("metrics.points/2026-01", 2, "warm"),
            ("metrics.points/2026-02", 50, "warm"),
        ]
        after = await client.query(PLAN)
        assert after["rows"] == before["rows"]
        assert {s["tier"]: s["rows_scanned"] for s in after["sources"]} == {"warm": 52, "cold": 48}
        now.advance(2 * 86_400)
        assert (await admin(client, "cool"))["moved"] == []
        why = {p["place"]: p["why"] for p in (await admin(client, "tiers"))["places"]}
        assert why["metrics.points/2026-02"].endswith(
            "it is read, heat 3.4 a record (cools below 1)"
        )
        now.advance(14 * 86_400)
        (cooled,) = (await admin(client, "cool"))["moved"]
        assert (cooled["rows"], cooled["tier"]) == (50, "cold")
        assert (await client.query(PLAN))["rows"] == before["rows"]


async def test_what_is_moved_to_hot_is_rows_and_resident_and_stays_for_a_while(
    tmp_path: Path,
) -> None:
    now = clock()
    async with connect(Settings(data=tmp_path), clock=now) as client:
        await client.write("metrics__put", collection="points", records=points("2026-01", 50))
        before = await client.query(PLAN)
        await admin(client, "cool")
    async with connect(Settings(data=tmp_path), clock=now) as client:
        (place,) = (await admin(client, "tiers"))["places"]
        hot = await admin(client, "move", place=place["place"], tier="hot")
        assert (hot["place"], hot["rows"], hot["resident"]) == ("metrics.points/2026-01", 50, 50)
        (said,) = (await admin(client, "tiers"))["places"]
        assert (said["tier"], said["resident"]) == ("hot", 50)
        await client.get("metrics.points", "2026-01-7")
        stats = await client.tool("metrics__stats", collection="points")
        assert (stats["cache"]["hits"], stats["cache"]["rows"]) == (1, 50)
        assert (await admin(client, "cool"))["moved"] == []
        assert (await client.query(PLAN))["rows"] == before["rows"]
        again = await admin(client, "move", place=hot["place"], tier="hot")
        assert (again["rows"], again["resident"]) == (50, 50)
        for nowhere in ("metrics.points/2020-01", "metrics.nothing/2026-01", "metrics.points/h/9"):
            with pytest.raises(NotFound):
                await admin(client, "move", place=nowhere, tier="hot")
        now.advance(86_400)
        assert [m["rows"] for m in (await admin(client, "cool"))["moved"]] == [50]


async def test_a_place_that_cannot_move_is_told_and_holds_up_no_other(tmp_path: Path) -> None:
    now = clock()
    async with connect(Settings(data=tmp_path), clock=now) as client:
        for month in ("2026-01", "2026-02"):
            await client.write("metrics__put", collection="points", records=points(month, 50))
        await admin(client, "cool")
    async with connect(Settings(data=tmp_path), clock=now) as client:
        for _ in range(6):
            for month in ("2026-01", "2026-02"):
                await client.get("metrics.points", *(f"{month}-{n}" for n in range(50)))
        await admin(client, "tiers")  # which flushes the heat
    (damaged,) = (tmp_path / "objects" / "metrics").rglob("2026-01/*.parquet")
    damaged.write_bytes(b"rotten")
    now.advance(86_400)
    async with connect(Settings(data=tmp_path), clock=now) as client:
        done = await admin(client, "cool")
        assert [m["place"] for m in done["moved"]] == ["metrics.points/2026-02"]
        (failed,) = done["failed"]
        assert failed["place"].startswith("metrics.points/2026-01/")
        again = await admin(client, "cool")
        assert (again["moved"], "missing" in again, again["resumed"]) == ([], False, 0)


async def test_a_pass_deletes_what_is_past_its_retention_after_a_notice(tmp_path: Path) -> None:
    time = clock()

    def entry(id: str, at: str) -> dict[str, Any]:
        return {"id": id, "at": at, "service": "api", "level": "info", "message": "m"}

    async with connect(Settings(data=tmp_path), clock=time) as client:
        records = [entry("old", "2026-01-01T00:00:00Z"), entry("new", "2026-11-20T00:00:00Z")]
        await client.write("logs__put", collection="entries", records=records)
        assert (await admin(client, "cool", domain="logs"))["expired"] == {}
        for _ in range(5):
            time.advance(6 * 86_400)
            done = await admin(client, "cool", domain="logs")
        assert done["expired"] == {"logs.entries": 1}
        left = await client.get("logs.entries", "old", "new")
        assert [record["id"] for record in left["records"]] == ["new"]
