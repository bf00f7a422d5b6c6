"""A sick, slow or hostile provider: bounded tries, bounded time, bounded bytes, and no thread left behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Event
from typing import Any

import anyio
import pytest

from orchestrator.planner.reading import Readings
from registry.catalog import Catalogue
from registry.limits import LLM_CALLS_MAX, LLM_REPLY_BYTES_MAX
from registry.plan import parse_plan
from tests.orchestrator.llm.heard import (
    AWAY,
    LONG,
    PLAN,
    SLOW,
    Heard,
    not_heard,
)
from tests.orchestrator.llm.stub import (
    Reply,
    closed_port,
    planned,
    refused,
    stub,
)

pytestmark = pytest.mark.anyio


async def until(is_so: Callable[[], bool]) -> None:
    """For what a thread does, which tells nobody."""
    while not is_so():
        await anyio.lowlevel.checkpoint()


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 529])
async def test_a_busy_or_broken_provider_is_asked_again_after_jittered_pauses(
    catalogue: Catalogue, status: int
) -> None:
    with stub(refused(status), refused(status), planned(PLAN)) as server:
        model = Heard(server.url)
        found = await model(catalogue)
    assert found.readings[0].plan == parse_plan(PLAN)
    first, second = model.pauses
    assert 0.2 <= first <= 0.6 and 0.75 <= second <= 2.25


@pytest.mark.parametrize("status", [429, 500])
async def test_tries_are_bounded(catalogue: Catalogue, status: int) -> None:
    with stub(refused(status)) as server:
        model = Heard(server.url)
        found = await model(catalogue)
    assert not_heard(found, AWAY)
    assert (len(server.asked), len(model.pauses)) == (3, 2)


async def test_a_provider_that_says_when_is_left_alone_until_then(catalogue: Catalogue) -> None:
    with stub(refused(429, retry_after="7"), planned(PLAN)) as server:
        model = Heard(server.url)
        assert (await model(catalogue)).readings
    assert model.pauses == [7.0]


async def test_a_provider_that_wants_too_long_a_pause_is_not_waited_for(
    catalogue: Catalogue,
) -> None:
    with stub(refused(429, retry_after="9000")) as server:
        model = Heard(server.url)
        assert not_heard(await model(catalogue), AWAY)
    assert not model.pauses and len(server.asked) == 1


@pytest.mark.parametrize("status", [301, 307, 400, 401, 403, 404, 422])
async def test_a_provider_that_will_not_is_asked_once(catalogue: Catalogue, status: int) -> None:
    with stub(refused(status, location="http://127.0.0.1:1/stolen")) as server:
        found = await Heard(server.url)(catalogue)
    assert not_heard(found, AWAY) and len(server.asked) == 1


async def test_a_refused_connection_is_tried_again_and_then_told(catalogue: Catalogue) -> None:
    model = Heard(f"http://127.0.0.1:{closed_port()}/v1")
    assert not_heard(await model(catalogue), AWAY)
    assert len(model.pauses) == 2


async def test_after_failures_in_a_row_nobody_is_asked_for_a_while(catalogue: Catalogue) -> None:
    with stub(refused(401)) as server:
        model = Heard(server.url)
        for _ in range(9):
            assert not_heard(await model(catalogue), AWAY)
    assert len(server.asked) == 5


def dripping(over: Event) -> Iterator[bytes]:
    while not over.wait(0.02):
        yield b" "


def early(over: Event) -> Iterator[bytes]:
    while not over.is_set():
        yield b"HTTP/1.1 103 Early Hints\r\n\r\n"


def flood(over: Event) -> Iterator[bytes]:
    while not over.is_set():
        yield b" " * 65_536


def dribbling(over: Event) -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nx: "
    yield from dripping(over)


#: a busy machine needs some time to reach the stub at all
LONGER = (0.3, 1.0, 3.0, 9.0, 27.0)
SLOWLY = {
    "header by header": Reply(status=0, pieces=dribbling),
    "silent": Reply(held=True),
    "half a reply": Reply(planned(PLAN).body[:100], held=True),
    "byte by byte": Reply(b"{", pieces=dripping),
    "byte by byte, and sick": Reply(b"{", 500, pieces=dripping),
}


@pytest.mark.parametrize("reply", SLOWLY.values(), ids=SLOWLY)
async def test_a_slow_reply_is_not_waited_for(catalogue: Catalogue, reply: Reply) -> None:
    with stub(reply) as server:
        for seconds in LONGER:
            model = Heard(server.url, seconds=seconds)
            assert not_heard(await model(catalogue), SLOW)
            with anyio.fail_after(LONG):  # its thread does not stay behind
                await until(lambda asking=model.asking: asking.seats.free == LLM_CALLS_MAX)
            if server.heard.is_set():
                break
        assert server.heard.is_set()


LARGE = {
    "10 MB of spaces": Reply(b" " * (10 << 20)),
    "10 MB of plan": planned({**PLAN, "select": ["name"] * 1_000_000}),
    "10 MB and sick": Reply(b" " * (10 << 20), 500),
    "a header that lies": Reply(b"{}", headers={"content-encoding": "gzip"}),
    "without end": Reply(b"{", pieces=flood),
    "early hints without end": Reply(status=0, pieces=early),
}


@pytest.mark.parametrize("reply", LARGE.values(), ids=LARGE)
async def test_a_large_or_packed_reply_is_dropped_and_not_asked_for_again(
    catalogue: Catalogue, reply: Reply
) -> None:
    with stub(reply) as server:
        found = await Heard(server.url)(catalogue)
        assert not_heard(found, AWAY) and len(server.asked) == 1
    assert LLM_REPLY_BYTES_MAX < 1 << 20


async def test_a_question_that_is_taken_back_leaves_no_thread_and_no_seat(
    catalogue: Catalogue,
) -> None:
    with stub(Reply(held=True)) as server:
        model = Heard(server.url)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(model, catalogue)
            await anyio.to_thread.run_sync(server.heard.wait)
            tasks.cancel_scope.cancel()
        assert model.asking.breaker.failures == 0
    with anyio.fail_after(LONG):
        await until(lambda: model.asking.seats.free == LLM_CALLS_MAX)


async def test_no_more_than_so_many_are_asked_at_once(catalogue: Catalogue) -> None:
    gate = Event()

    def reply(_: Any) -> Reply:
        gate.wait()
        return planned(PLAN)

    with stub() as server:
        server.replies = reply
        model = Heard(server.url)
        await model.asking._open()
        found: list[Readings] = []

        async def one() -> None:
            found.append(await model(catalogue))

        async with anyio.create_task_group() as tasks:
            for _ in range(LLM_CALLS_MAX + 3):
                tasks.start_soon(one)
            with anyio.fail_after(LONG):
                await until(lambda: len(found) == 3)
            gate.set()
    assert sum(not_heard(r, AWAY) for r in found) == 3
    assert len(server.asked) == LLM_CALLS_MAX and model.asking.breaker.failures == 0
