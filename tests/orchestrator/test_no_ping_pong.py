"""Weeks of accesses over a clock that is moved by hand: what is used comes back and stays, what was used once goes
once, and nothing goes there and back."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest

from orchestrator.client import Client, connect
from registry.clock import ManualClock
from registry.moment import time_us
from registry.settings import Settings
from tests.orchestrator.small import let_small_months_cool

pytestmark = pytest.mark.anyio
WEEKS, RECORDS = 8, 20
MONTHS = ("2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06")
STEADY, WEEKLY, SELDOM, BURST, CHANCE, DEAD = MONTHS
TOTAL = {"from": "metrics.points", "measures": [{"fn": "count"}, {"fn": "sum", "field": "value"}]}


@pytest.fixture(autouse=True)
def small_months(tmp_path: Path) -> None:
    let_small_months_cool(tmp_path)


def ids(month: str, count: int = RECORDS) -> list[str]:
    return [f"{month}-{n}" for n in range(count)]


def wanted(day: int, chance: Random) -> list[list[str]]:
    """The point reads of one day."""
    reads = [ids(STEADY, 2)]
    if day // 7 % 2 == 0:
        reads += [ids(WEEKLY)] * 2
    if day % 3 == 0:
        reads += [ids(SELDOM, 1)]
    if day == 3:
        reads += [ids(BURST)] * 6
    return reads + [[id] for id in ids(CHANCE) if chance.random() < 0.35]


async def cool(client: Client) -> list[dict[str, Any]]:
    done = await client.call("admin_write", action="cool", arguments={"domain": "metrics"})
    moved: list[dict[str, Any]] = done["moved"]
    return moved


async def test_places_move_a_few_times_in_weeks_and_records_stay_what_they_are(
    tmp_path: Path,
) -> None:
    start = time_us("2026-11-23T12:00:00Z")
    assert start
    clock, chance = ManualClock(start), Random(7)
    moves: Counter[tuple[str, str]] = Counter()
    settings = Settings(data=tmp_path, cool_every_seconds=0)
    async with connect(settings, clock=clock) as client:
        for month in MONTHS:
            records = [
                {"id": id, "series": "s", "at": f"{month}-02T00:00:00Z", "value": n}
                for n, id in enumerate(ids(month))
            ]
            await client.write("metrics__put", collection="points", records=records)
        before = (await client.query(TOTAL))["rows"]
        assert len(await cool(client)) == len(MONTHS)
    async with connect(settings, clock=clock) as client:  # with an empty cache
        for day in range(7 * WEEKS):
            for some in wanted(day, chance):
                await client.get("metrics.points", *some)
            clock.advance(86_400)
            for moved in await cool(client):
                month = moved["place"].split("/")[1]
                moves[month, moved["tier"]] += 1
        assert (await client.query(TOTAL))["rows"] == before
        stats = await client.tool("metrics__stats", collection="points")
    assert moves[STEADY, "warm"] == 1 and not moves[STEADY, "cold"]
    assert moves[WEEKLY, "warm"] == 1 and not moves[WEEKLY, "cold"]
    assert (moves[BURST, "warm"], moves[BURST, "cold"]) == (1, 1)
    assert not moves[DEAD, "warm"] and not moves[SELDOM, "warm"]
    assert not moves[CHANCE, "cold"]
    assert moves.total() <= 4 + RECORDS
    tiers = stats["collections"]["metrics.points"]["tiers"]
    assert tiers["warm"] >= RECORDS + 2 and tiers["cold"] >= 2 * RECORDS
