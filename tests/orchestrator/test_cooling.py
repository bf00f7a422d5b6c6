"""The cooling loop: one orchestrator of a folder cools, pauses when something is sick, and never dies of anything."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

import anyio
import pytest
from structlog.testing import capture_logs

from orchestrator import cooling
from orchestrator.app import App, running
from orchestrator.cooling import Cooling
from registry.access import Principal
from registry.clock import ManualClock
from registry.limits import BREAKER_FAILURES
from registry.moment import time_us
from registry.settings import Settings
from tests.orchestrator.small import let_small_months_cool

pytestmark = pytest.mark.anyio
EVERY_S = 100.0
OTHER = Principal(tenant="other")
POINT = {"id": "p", "series": "s", "at": "2026-01-01T00:00:00Z", "value": 1}


@pytest.fixture(autouse=True)
def small_months(tmp_path: Path) -> None:
    let_small_months_cool(tmp_path)


def clock() -> ManualClock:
    now = time_us("2026-11-23T12:00:00Z")
    assert now
    return ManualClock(now)


@asynccontextmanager
async def house(folder: Path, now: ManualClock) -> AsyncIterator[tuple[App, Cooling]]:
    """An orchestrator, and a loop whose turns the test makes."""
    settings = Settings(data=folder, cool_every_seconds=0)
    async with running(settings, clock=now, rng=Random(str(folder))) as app:
        yield app, loop(app, now, "one")


def loop(app: App, now: ManualClock, holder: str, every_s: float = EVERY_S) -> Cooling:
    return Cooling(
        app.links, lambda: app.catalogue.specs, now, Random(0), every_s=every_s, holder=holder
    )


async def put(app: App, domain: str = "metrics", **who: Any) -> None:
    given = {"collection": "points", "records": [POINT]}
    await app.links.call(domain, "put", given, **who)


async def places(app: App, **who: Any) -> list[str]:
    found = await app.links.call("metrics", "placements", {}, **who)
    return [place["tier"] for place in found["placements"]]


async def test_a_turn_cools_what_is_old_of_every_tenant(tmp_path: Path) -> None:
    async with house(tmp_path, clock()) as (app, one):
        await put(app)
        await put(app, principal=OTHER)
        moved = (await one.turn())["moved"]
        assert [m["place"].rpartition("/")[0] for m in moved] == ["metrics.points/2026-01"] * 2
        assert await places(app) == await places(app, principal=OTHER) == ["cold"]
        assert await one.turn() == {"moved": []}


async def test_one_orchestrator_of_a_folder_leads_until_it_is_gone(tmp_path: Path) -> None:
    now = clock()
    async with house(tmp_path, now) as (app, one), house(tmp_path, now) as (second, _):
        other = loop(second, now, "other")
        assert "moved" in await one.turn()
        await put(app)
        assert await other.turn() == {"flushed": True}
        assert await places(app) == ["hot"]
        now.advance(2 * EVERY_S - 1)
        assert await other.turn() == {"flushed": True}
        now.advance(2)
        assert len((await other.turn())["moved"]) == 1
        assert await one.turn() == {"flushed": True}


async def test_a_lease_of_a_clock_that_was_set_back_does_not_hold_for_long(tmp_path: Path) -> None:
    now = clock()
    async with house(tmp_path, now) as (app, one):
        other = loop(app, now, "other")
        await one.turn()
        now.advance(-30 * 86_400)
        assert "moved" in await other.turn()


async def test_reads_counted_by_one_that_does_not_lead_count_for_all(tmp_path: Path) -> None:
    now = clock()
    async with house(tmp_path, now) as (app, one), house(tmp_path, now) as (second, _):
        await put(app)
        await one.turn()
        for _ in range(6):
            await second.links.call("metrics", "get", {"collection": "points", "ids": ["p"]})
        assert await loop(second, now, "other").turn() == {"flushed": True}
        now.advance(2 * 86_400)
        ((_, heat),) = (await app.links.call("metrics", "placements", {}))["placements"][0][
            "warmest"
        ]
        assert 4 < heat < 6
        assert [m["tier"] for m in (await one.turn())["moved"]] == ["warm"]


async def test_it_pauses_while_a_domain_does_not_answer(tmp_path: Path) -> None:
    now = clock()
    async with house(tmp_path, now) as (app, one):
        await put(app)
        breaker = app.links._links["chat"].breaker
        for _ in range(BREAKER_FAILURES):
            breaker.failed(now.monotonic())
        assert await one.turn() == {"paused": "chat not answering"}
        assert await places(app) == ["hot"]
        breaker.succeeded()
        assert len((await one.turn())["moved"]) == 1


async def test_it_pauses_while_the_disk_is_nearly_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path, clock()) as (app, one):
        await put(app)
        monkeypatch.setattr(cooling, "DISK_FREE_BYTES_MIN", 1 << 60)
        assert await one.turn() == {"paused": "the disk is nearly full"}
        assert await places(app) == ["hot"]


async def test_a_trouble_is_told_once_while_it_lasts_and_stops_nobody_else(tmp_path: Path) -> None:
    async with house(tmp_path, clock()) as (app, one):
        await app.supervisor.close()
        for domain in ("metrics", "archive"):
            await app.supervisor.attach(app.catalogue.specs[domain])
        await put(app)
        with capture_logs() as logs:
            assert len((await one.turn())["moved"]) == 1
            assert (await one.turn())["moved"] == []
        told = [entry["domain"] for entry in logs if entry["event"] == "cooling-trouble"]
        assert sorted(told) == sorted(set(app.catalogue.specs) - {"metrics", "archive"})


async def test_a_turn_that_fails_altogether_is_told_once_and_another_follows(
    tmp_path: Path,
) -> None:
    async with house(tmp_path, clock()) as (app, one):
        await put(app)
        specs, one.specs = one.specs, lambda: {}["broken"]
        with capture_logs() as logs:
            assert await one.turn() == await one.turn() == {"paused": "KeyError('broken')"}
        assert [entry["trouble"] for entry in logs] == ["KeyError('broken')"]
        one.specs = specs
        assert len((await one.turn())["moved"]) == 1


async def test_it_turns_until_it_is_cancelled(tmp_path: Path) -> None:
    now = clock()
    async with house(tmp_path, now) as (app, _):
        await put(app)
        turned = anyio.Event()
        quick = loop(app, now, "quick", every_s=0.001)
        turns = 0

        def specs() -> dict[str, Any]:
            nonlocal turns
            turns += 1
            if turns == 3:
                turned.set()
            return app.catalogue.specs

        quick.specs = specs
        with anyio.fail_after(30):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(quick.run)
                await turned.wait()
                tasks.cancel_scope.cancel()
        assert (await app.links.call("metrics", "tend", {}))["resumed"] == 0
        assert await places(app) == ["cold"]
