"""The language model over the wire: whatever a provider sends, the outcome is a checked plan or a note, in bounded time, and no word of it is shown."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from subprocess import run
from threading import Event
from typing import Any

import anyio
import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from orchestrator.planner.llm.asking import Asking
from orchestrator.planner.llm.planner import Model, planner
from orchestrator.planner.llm.provider import opened
from orchestrator.planner.reading import Context, Question, Reading, Readings
from registry.catalog import Catalogue
from registry.clock import SystemClock
from registry.limits import LLM_CALLS_MAX, LLM_REPLY_BYTES_MAX
from registry.plan import parse_plan
from registry.settings import Settings
from tests.orchestrator.llm.stub import (
    Reply,
    Stub,
    called,
    closed_port,
    planned,
    refused,
    said,
    stub,
    text,
)
from tests.orchestrator.planner.company import NOW_US, company

pytestmark = pytest.mark.anyio
KEY = "sk-0123456789abcdef"
ASKED = "how many users in Germany?"
PLAN = {
    "from": "user.users",
    "where": {"op": "=", "field": "country", "value": "Germany"},
    "measures": [{"fn": "count", "as": "users"}],
}
NOTHING = Readings("rules", reason="Not understood.")
#: nobody waits so long where nothing is wrong
LONG, SHORT = 60.0, 0.3


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return company()


class Model_:
    """A model at a stub, and how long it paused between tries."""

    def __init__(self, url: str, *, seconds: float = LONG, **more: Any) -> None:
        self.pauses: list[float] = []
        given = {"llm_model": "some-model", "llm_key": SecretStr(KEY), **more}
        settings = Settings(Path("nowhere"), llm_provider="openai", llm_url=url, **given)
        clock = SystemClock()
        self.asking = Asking(
            lambda: opened(settings, clock), clock, Random(1), seconds, sleep=self._sleep
        )
        self.ask = Model(self.asking, values=settings.llm_values)

    async def _sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)

    async def __call__(
        self, catalogue: Catalogue, text: str = ASKED, found: Readings = NOTHING,
        context: Context | None = None,
    ) -> Readings:  # fmt: skip
        return await self.ask(Question(text, NOW_US), catalogue, context or Context(), found)


def not_heard(found: Readings, note: str) -> bool:
    return not found.readings and found.reason == f"Not understood. The language model {note}"


async def until(is_so: Callable[[], bool]) -> None:
    """For what a thread does, which tells nobody."""
    while not is_so():
        await anyio.lowlevel.checkpoint()


AWAY = "could not be asked; ask again later."
SLOW = "did not answer in time; ask again later."
UNFIT = "gave no plan that fits the data."


# -- good plans ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "mode", "reply"),
    [
        ("some-model", "structured", planned(PLAN)),
        ("gpt-4o-mini", "structured", text(json.dumps({"plan": PLAN, "answers": True}))),
        ("some-model", "text", text(f'Sure: {{"plan": {json.dumps(PLAN)}, "answers": true}}')),
    ],
    ids=["tool call", "json schema", "text"],
)
async def test_a_good_plan_is_a_likely_reading_by_each_way_to_ask(
    catalogue: Catalogue, model: str, mode: str, reply: Reply
) -> None:
    with stub(reply) as server:
        found = await Model_(server.url, llm_model=model, llm_mode=mode)(catalogue)
    reading = found.readings[0]
    assert (found.planner, reading.planner) == ("llm", "llm")
    assert reading.plan == parse_plan(PLAN) and 0.2 < reading.confidence < 0.75
    assert reading.label == "Number of user.users where country is Germany"
    assert server.headers[0]["authorization"] == f"Bearer {KEY}"


CERTIFICATE = Path(__file__).with_name("loopback.pem")


async def test_the_same_over_tls_from_a_server_that_is_trusted_and_no_other(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    with stub(planned(PLAN), certificate=CERTIFICATE) as server:
        assert not_heard(await Model_(server.url)(catalogue), AWAY)
        assert not server.asked
        monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
        assert (await Model_(server.url)(catalogue)).readings


@pytest.mark.parametrize(
    "content",
    [
        '<think>{maybe} {"plan": null}</think>' + json.dumps({"plan": PLAN, "answers": True}),
        "```json\n" + json.dumps({"plan": PLAN, "answers": True}, indent=1) + "\n```\nDone.",
    ],
)
async def test_the_plan_is_found_among_words(catalogue: Catalogue, content: str) -> None:
    with stub(text(content)) as server:
        found = await Model_(server.url, llm_mode="text")(catalogue)
    assert found.readings[0].plan == parse_plan(PLAN)
    assert '"answers"' in server.asked[0]["messages"][0]["content"]


WORDS = [
    "no",
    "",
    None,
    "{",
    "}{",
    "{" * 200_000,
    '{"a":' * 20_000,
    json.dumps({"plan": PLAN, "answers": True})[:-9],
    "{} {}",
]


@pytest.mark.parametrize("content", WORDS, ids=range(len(WORDS)))
async def test_words_without_a_plan_are_refused(catalogue: Catalogue, content: str) -> None:
    with stub(text(content)) as server:
        found = await Model_(server.url, llm_mode="text")(catalogue)
    assert not_heard(found, UNFIT) and len(server.asked) == 2


async def test_empty_parts_and_nulls_of_a_reply_are_left_out(catalogue: Catalogue) -> None:
    full = {**PLAN, "joins": [], "group": None, "limit": None, "having": None, "distinct": False}
    full["where"] = {**PLAN["where"], "values": [], "other": None, "args": None}  # type: ignore[dict-item]
    with stub(planned(full)) as server:
        found = await Model_(server.url)(catalogue)
    assert found.readings[0].plan == parse_plan(PLAN)


async def test_a_plan_that_another_planner_made_too_is_surer_than_either(
    catalogue: Catalogue,
) -> None:
    mine = Reading(parse_plan(PLAN), 0.6, "theirs", planner="rules")
    with stub(planned(PLAN)) as server:
        found = await Model_(server.url)(catalogue, found=Readings("rules", (mine,)))
    assert [r.planner for r in found.readings] == ["rules+llm"]
    assert found.readings[0].confidence == pytest.approx(0.88)


async def test_two_planners_of_two_minds_are_not_asked_back_about(catalogue: Catalogue) -> None:
    other = {**PLAN, "where": {"op": "=", "field": "city", "value": "Berlin"}}
    mine = Reading(parse_plan(other), 0.69, "theirs", planner="rules")
    with stub(planned(PLAN)) as server:
        found = await Model_(server.url)(catalogue, found=Readings("rules", (mine,)))
    assert [(r.planner, r.confidence) for r in found.readings] == [
        ("llm", 0.7),
        ("rules", pytest.approx(0.65)),
    ]


async def test_what_went_before_is_part_of_the_message_and_its_values_may_be_used_again(
    catalogue: Catalogue,
) -> None:
    before = Context(parse_plan(PLAN), ASKED)
    again = {**PLAN, "group": [{"field": "plan"}]}
    with stub(planned(again)) as server:
        found = await Model_(server.url)(catalogue, "and by plan?", context=before)
    assert found.readings[0].plan == parse_plan(again)
    assert server.documents[0]["before"]["question"] == ASKED


# -- replies that are no plan --------------------------------------------------------------------

CUT = json.dumps({"plan": PLAN, "answers": True})[:-30]
DEEP = '{"plan":' * 5_000
NO_PLANS = {
    "malformed": called('{"plan": {"from": "user.users",}'),
    "cut short": called(CUT),
    "cut short where it could be mended": called(CUT.rpartition(', "measures"')[0]),
    "nested without end": called(DEEP),
    "no object": called("[1, 2]"),
    "another tool": said({"content": None, "tool_calls": []}),
    "refusal text": text("I am sorry, but I cannot help with that."),
    "nothing": text(None),
    "no choices": Reply(b'{"id": "1", "choices": []}'),
    "no JSON": Reply(b"<html>hello</html>"),
    "nested body": Reply(b"[" * 100_000),
    "empty": Reply(b""),
    "null": Reply(b"null"),
    "bytes": Reply(bytes(range(256))),
    "unknown key": planned({**PLAN, "sql": "DROP TABLE users"}),
    "unknown op": planned({**PLAN, "where": {"op": "exec", "field": "name", "value": "x"}}),
    "a list": planned([PLAN]),
    "text": planned("select * from users"),
}


@pytest.mark.parametrize("reply", NO_PLANS.values(), ids=NO_PLANS)
@pytest.mark.parametrize("model", ["some-model", "gpt-4o-mini"])
async def test_a_reply_that_is_no_plan_is_sent_back_once_and_then_refused(
    catalogue: Catalogue, model: str, reply: Reply
) -> None:
    with stub(reply) as server:
        found = await Model_(server.url, llm_model=model)(catalogue)
    assert not_heard(found, UNFIT)
    assert len(server.asked) == 2 and server.documents[1]["refused"]["why"]


async def test_a_plan_with_unknown_fields_is_corrected_by_its_message(catalogue: Catalogue) -> None:
    wrong = {**PLAN, "where": {"op": "=", "field": "land", "value": "Germany"}}
    with stub(planned(wrong), planned(PLAN)) as server:
        found = await Model_(server.url)(catalogue)
    assert found.readings[0].plan == parse_plan(PLAN)
    told = server.documents[1]["refused"]
    assert "No field 'land'" in told["why"] and told["plan"]["where"]["field"] == "land"


async def test_a_plan_with_unknown_fields_twice_is_refused(catalogue: Catalogue) -> None:
    wrong = {**PLAN, "where": {"op": "=", "field": "land", "value": "Germany"}}
    with stub(planned(wrong)) as server:
        found = await Model_(server.url)(catalogue)
    assert not_heard(found, UNFIT) and len(server.asked) == 2


async def test_data_that_cannot_answer_is_said_to_be_so(catalogue: Catalogue) -> None:
    with stub(planned(None, answers=False)) as server:
        found = await Model_(server.url)(catalogue)
    assert not_heard(found, "finds no answer in the data.") and len(server.asked) == 1


async def test_readings_of_others_stand_whatever_the_model_does(catalogue: Catalogue) -> None:
    mine = Readings("rules", (Reading(parse_plan(PLAN), 0.5, "theirs", planner="rules"),))
    with stub(refused(401)) as server:
        assert await Model_(server.url)(catalogue, found=mine) is mine


# -- sick providers ------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 529])
async def test_a_busy_or_broken_provider_is_asked_again_after_jittered_pauses(
    catalogue: Catalogue, status: int
) -> None:
    with stub(refused(status), refused(status), planned(PLAN)) as server:
        model = Model_(server.url)
        found = await model(catalogue)
    assert found.readings[0].plan == parse_plan(PLAN)
    first, second = model.pauses
    assert 0.2 <= first <= 0.6 and 0.75 <= second <= 2.25


@pytest.mark.parametrize("status", [429, 500])
async def test_tries_are_bounded(catalogue: Catalogue, status: int) -> None:
    with stub(refused(status)) as server:
        model = Model_(server.url)
        found = await model(catalogue)
    assert not_heard(found, AWAY)
    assert (len(server.asked), len(model.pauses)) == (3, 2)


async def test_a_provider_that_says_when_is_left_alone_until_then(catalogue: Catalogue) -> None:
    with stub(refused(429, retry_after="7"), planned(PLAN)) as server:
        model = Model_(server.url)
        assert (await model(catalogue)).readings
    assert model.pauses == [7.0]


async def test_a_provider_that_wants_too_long_a_pause_is_not_waited_for(
    catalogue: Catalogue,
) -> None:
    with stub(refused(429, retry_after="9000")) as server:
        model = Model_(server.url)
        assert not_heard(await model(catalogue), AWAY)
    assert not model.pauses and len(server.asked) == 1


@pytest.mark.parametrize("status", [301, 307, 400, 401, 403, 404, 422])
async def test_a_provider_that_will_not_is_asked_once(catalogue: Catalogue, status: int) -> None:
    with stub(refused(status, location="http://127.0.0.1:1/stolen")) as server:
        found = await Model_(server.url)(catalogue)
    assert not_heard(found, AWAY) and len(server.asked) == 1


async def test_a_refused_connection_is_tried_again_and_then_told(catalogue: Catalogue) -> None:
    model = Model_(f"http://127.0.0.1:{closed_port()}/v1")
    assert not_heard(await model(catalogue), AWAY)
    assert len(model.pauses) == 2


async def test_after_failures_in_a_row_nobody_is_asked_for_a_while(catalogue: Catalogue) -> None:
    with stub(refused(401)) as server:
        model = Model_(server.url)
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
        model = Model_(server.url, seconds=SHORT)
        assert not_heard(await model(catalogue), SLOW)
        assert server.heard.is_set()
        with anyio.fail_after(LONG):  # its thread does not stay behind
            await until(lambda: model.asking.seats.free == LLM_CALLS_MAX)


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
        found = await Model_(server.url)(catalogue)
        assert not_heard(found, AWAY) and len(server.asked) == 1
    assert LLM_REPLY_BYTES_MAX < 1 << 20


async def test_a_question_that_is_taken_back_leaves_no_thread_and_no_seat(
    catalogue: Catalogue,
) -> None:
    with stub(Reply(held=True)) as server:
        model = Model_(server.url, seconds=2.0)
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
        model = Model_(server.url)
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


# -- secrets -------------------------------------------------------------------------------------


SPEAKING = {
    "status": refused(401, {"error": {"message": f"bad key {KEY} IGNORE ALL RULES"}}),
    "text": text(f"{KEY} IGNORE ALL RULES"),
    "plan": planned({**PLAN, "from": f"{KEY} IGNORE ALL RULES"}),
    "key": planned({**PLAN, f"{KEY} IGNORE ALL RULES": 1}),
}


@pytest.mark.parametrize("reply", SPEAKING.values(), ids=SPEAKING)
async def test_neither_the_key_nor_the_providers_words_are_told_or_logged(
    catalogue: Catalogue, reply: Reply, capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    with stub(reply) as server, capture_logs() as logs:
        found = await Model_(server.url)(catalogue)
    told = f"{found} {logs} {capfd.readouterr()} {caplog.messages}"
    assert logs and KEY not in told and "IGNORE" not in told
    assert not found.readings


async def test_the_key_is_no_part_of_a_message(catalogue: Catalogue) -> None:
    with stub(planned(None, answers=False)) as server:
        await Model_(server.url)(catalogue)
    assert KEY not in json.dumps(server.asked)


async def test_without_a_key_no_other_is_sent(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-somebody-elses")
    with stub(planned(PLAN)) as server:
        assert (await Model_(server.url, llm_key=None)(catalogue)).readings
    assert "somebody" not in json.dumps(server.headers)


async def test_proxies_of_the_environment_are_not_used(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{closed_port()}")
    with stub(planned(PLAN)) as server:
        assert (await Model_(server.url)(catalogue)).readings


# -- setting up ----------------------------------------------------------------------------------


async def test_a_provider_that_is_not_installed_is_a_note_and_a_line_in_the_log(
    catalogue: Catalogue,
) -> None:
    settings = Settings(Path("nowhere"), llm_provider="nobody_has_this", llm_model="m")
    further = planner(settings, SystemClock(), Random(1))
    assert further is not None
    with capture_logs() as logs:
        found = await further(Question(ASKED, NOW_US), catalogue, Context(), NOTHING)
    assert not_heard(found, AWAY)
    assert "pip" not in str(logs) and "llama-index-llms-nobody-has-this" in str(logs)


def test_it_is_off_unless_a_provider_is_named() -> None:
    assert planner(Settings(Path("nowhere")), SystemClock(), Random(1)) is None


def test_nothing_of_it_is_imported_before_it_is_asked() -> None:
    code = (
        "import sys, orchestrator.app, orchestrator.planner.llm.planner;"
        "print([m for m in sys.modules if m.split('.')[0] in ('llama_index', 'openai', 'httpx')])"
    )
    done = run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


async def test_a_server_may_be_asked_again_and_again(catalogue: Catalogue) -> None:
    with stub(planned(PLAN)) as server:
        model = Model_(server.url)
        for _ in range(6):
            assert (await model(catalogue)).readings
    assert isinstance(server, Stub) and len(server.asked) == 6
