"""The language model over the wire: its plan is checked and becomes a likely reading; whatever else it replies becomes a note."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orchestrator.planner.reading import Context, Reading, Readings
from registry.catalog import Catalogue
from registry.plan import parse_plan
from tests.orchestrator.llm.heard import (
    ASKED,
    AWAY,
    KEY,
    PLAN,
    UNFIT,
    Heard,
    not_heard,
)
from tests.orchestrator.llm.stub import (
    Reply,
    called,
    planned,
    refused,
    said,
    stub,
    text,
)

pytestmark = pytest.mark.anyio


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
        found = await Heard(server.url, llm_model=model, llm_mode=mode)(catalogue)
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
        assert not_heard(await Heard(server.url)(catalogue), AWAY)
        assert not server.asked
        monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
        assert (await Heard(server.url)(catalogue)).readings


@pytest.mark.parametrize(
    "content",
    [
        '<think>{maybe} {"plan": null}</think>' + json.dumps({"plan": PLAN, "answers": True}),
        "```json\n" + json.dumps({"plan": PLAN, "answers": True}, indent=1) + "\n```\nDone.",
    ],
)
async def test_the_plan_is_found_among_words(catalogue: Catalogue, content: str) -> None:
    with stub(text(content)) as server:
        found = await Heard(server.url, llm_mode="text")(catalogue)
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
        found = await Heard(server.url, llm_mode="text")(catalogue)
    assert not_heard(found, UNFIT) and len(server.asked) == 2


async def test_empty_parts_and_nulls_of_a_reply_are_left_out(catalogue: Catalogue) -> None:
    full = {**PLAN, "joins": [], "group": None, "limit": None, "having": None, "distinct": False}
    full["where"] = {**PLAN["where"], "values": [], "other": None, "args": None}  # type: ignore[dict-item]
    with stub(planned(full)) as server:
        found = await Heard(server.url)(catalogue)
    assert found.readings[0].plan == parse_plan(PLAN)


async def test_a_plan_that_another_planner_made_too_is_surer_than_either(
    catalogue: Catalogue,
) -> None:
    mine = Reading(parse_plan(PLAN), 0.6, "theirs", planner="rules")
    with stub(planned(PLAN)) as server:
        found = await Heard(server.url)(catalogue, found=Readings("rules", (mine,)))
    assert [r.planner for r in found.readings] == ["rules+llm"]
    assert found.readings[0].confidence == pytest.approx(0.8)


async def test_agreement_counts_less_where_words_were_not_understood(catalogue: Catalogue) -> None:
    mine = Reading(parse_plan(PLAN), 0.6, "theirs", (), ("dog",), planner="rules")
    with stub(planned(PLAN)) as server:
        found = await Heard(server.url)(catalogue, found=Readings("rules", (mine,)))
    assert found.readings[0].confidence == pytest.approx(0.7)
    assert found.readings[0].not_understood == ("dog",)


async def test_two_planners_of_two_minds_are_not_asked_back_about(catalogue: Catalogue) -> None:
    other = {**PLAN, "where": {"op": "=", "field": "city", "value": "Berlin"}}
    mine = Reading(parse_plan(other), 0.69, "theirs", planner="rules")
    with stub(planned(PLAN)) as server:
        found = await Heard(server.url)(catalogue, found=Readings("rules", (mine,)))
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
        found = await Heard(server.url)(catalogue, "and by plan?", context=before)
    assert found.readings[0].plan == parse_plan(again)
    assert server.documents[0]["before"]["question"] == ASKED


# -- replies that are no plan --------------------------------------------------------------------

CUT = json.dumps({"plan": PLAN, "answers": True})[:-30]
DEEP = '{"plan":' * 5_000
NOTS = '{"op": "not", "arg": ' * 300 + '{"op": "null", "field": "id"}' + "}" * 300
NO_PLANS = {
    "malformed": called('{"plan": {"from": "user.users",}'),
    "cut short": called(CUT),
    "cut short where it could be mended": called(CUT.rpartition(', "measures"')[0]),
    "nested without end": called(DEEP),
    "deep": called(f'{{"plan": {{"from": "user.users", "where": {NOTS}}}, "answers": true}}'),
    "not a number": called(
        '{"plan": {"from": "user.users", "measures": [{"fn": "percentile", "field": "id", "q": NaN}]}, "answers": true}'
    ),
    "half a character": called('{"plan": {"from": "\\ud800"}, "answers": true}'),
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
        found = await Heard(server.url, llm_model=model)(catalogue)
    assert not_heard(found, UNFIT)
    assert len(server.asked) == 2 and server.documents[1]["refused"]["why"]


async def test_a_plan_with_unknown_fields_is_corrected_by_its_message(catalogue: Catalogue) -> None:
    wrong = {**PLAN, "where": {"op": "=", "field": "land", "value": "Germany"}}
    with stub(planned(wrong), planned(PLAN)) as server:
        found = await Heard(server.url)(catalogue)
    assert found.readings[0].plan == parse_plan(PLAN)
    told = server.documents[1]["refused"]
    assert "No field 'land'" in told["why"] and told["plan"]["where"]["field"] == "land"


async def test_a_plan_with_unknown_fields_twice_is_refused(catalogue: Catalogue) -> None:
    wrong = {**PLAN, "where": {"op": "=", "field": "land", "value": "Germany"}}
    with stub(planned(wrong)) as server:
        found = await Heard(server.url)(catalogue)
    assert not_heard(found, UNFIT) and len(server.asked) == 2


async def test_data_that_cannot_answer_is_said_to_be_so(catalogue: Catalogue) -> None:
    with stub(planned(None, answers=False)) as server:
        found = await Heard(server.url)(catalogue)
    assert not_heard(found, "finds no answer in the data.") and len(server.asked) == 1


async def test_readings_of_others_stand_whatever_the_model_does(catalogue: Catalogue) -> None:
    mine = Readings("rules", (Reading(parse_plan(PLAN), 0.5, "theirs", planner="rules"),))
    with stub(refused(401)) as server:
        found = await Heard(server.url)(catalogue, found=mine)
    assert found.readings == mine.readings
    assert found.reason == f"The language model {AWAY}"
