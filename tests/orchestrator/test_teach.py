"""Corrections through the front door: taught, used, listed, forgotten, each tenant's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from orchestrator.app import App, running
from orchestrator.ask import AskRequest
from orchestrator.client import Client, connect
from orchestrator.teach import teach
from registry.access import LOCAL, Principal
from registry.clock import ManualClock
from registry.errors import IsothermError
from registry.moment import time_us
from registry.settings import Settings

pytestmark = pytest.mark.anyio
PEOPLE = [
    {"id": "u1", "name": "Anna", "country": "Germany", "status": "closed", "plan": "pro",
     "signed_up_at": "2026-11-10T00:00:00Z", "last_seen_at": "2026-11-18T00:00:00Z"},
    {"id": "u2", "name": "Bert", "country": "France", "status": "closed", "plan": "free",
     "signed_up_at": "2026-11-02T00:00:00Z", "last_seen_at": "2026-11-12T00:00:00Z"},
    {"id": "u3", "name": "Cleo", "country": "Germany", "status": "active", "plan": "pro",
     "signed_up_at": "2026-10-02T00:00:00Z", "last_seen_at": "2026-11-11T00:00:00Z"},
]  # fmt: skip
LOST = {
    "from": "user.users",
    "where": {"op": "and", "args": [
        {"op": "=", "field": "status", "value": "closed"},
        {"op": "=", "field": "country", "value": "Germany"}]},
    "measures": [{"fn": "count", "as": "lost"}],
}  # fmt: skip
NOW = "2026-11-18T10:00:00Z"


async def admin(client: Client, action: str, **arguments: Any) -> dict[str, Any]:
    tool = "admin_read" if action == "taught" else "admin_write"
    return await client.call(tool, action=action, arguments=arguments)


async def ask(client: Client, question: str, **more: Any) -> dict[str, Any]:
    return await client.call("ask", question=question, now=NOW, **more)


def clock() -> ManualClock:
    now = time_us(NOW)
    assert now
    return ManualClock(now)


@pytest.fixture
async def client(tmp_path: Path) -> Any:
    async with connect(Settings(data=tmp_path), clock=clock()) as made:
        await made.write("user__put", collection="users", records=PEOPLE)
        yield made


async def test_a_verified_question_is_answered_by_its_plan_also_for_another_value(
    client: Client,
) -> None:
    told = await admin(client, "teach", question="who slipped away in Germany", plan=LOST)
    assert (told["new"], told["slots"]) == (True, ["value"])
    answer = await ask(client, "Who slipped away in Germany?")
    assert (answer["planner"], answer["status"], answer["rows"]) == ("verified", "answered", [[1]])
    other = await ask(client, "who slipped away in France")
    assert (other["planner"], other["rows"]) == ("verified", [[1]])
    assert other["plan"]["where"]["args"][1]["value"] == "France"


async def test_a_taught_word_is_understood_until_it_is_forgotten(client: Client) -> None:
    await admin(client, "teach", word="goners", means="user.users.status=closed")
    answer = await ask(client, "how many goners")
    assert answer["rows"] == [[2]]
    await admin(client, "forget", word="Goners")
    assert "goners" in str((await ask(client, "how many goners")).get("not_understood"))


async def test_a_default_time_is_the_tenants_own(client: Client) -> None:
    asked = "how many users last week"
    assert (await ask(client, asked))["rows"] == [[1]]
    await admin(client, "teach", default="user.users", time="last_seen_at")
    answer = await ask(client, asked)
    assert "last_seen_at" in str(answer["plan"]["where"])
    assert answer["rows"] == [[2]]


async def test_what_was_taught_can_be_listed(client: Client) -> None:
    await admin(client, "teach", word="clientele", means="user.teams")
    await admin(client, "teach", question="who slipped away", plan={"from": "user.users"})
    await admin(client, "teach", default="user.users", label="email")
    told = await admin(client, "taught")
    assert [lesson["word"] for lesson in told["words"]] == ["clientele"]
    assert told["questions"][0]["plan"]["from"] == "user.users"
    assert told["defaults"][0]["label"] == "email"


@pytest.mark.promise(10)
@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ({"word": "country", "means": "user.teams"}, "a name of the schema"),
        ({"word": "how many", "means": "user.teams"}, "a meaning in every question"),
        ({"word": "last week", "means": "user.teams"}, "a meaning in every question"),
        ({"word": "a\u202eb\u0000", "means": "user.teams"}, "plain words"),
        ({"word": "clientele", "means": "user.tames"}, "No collection"),
        ({"word": "clientele", "means": "user.teams.nope"}, "No field"),
        ({"word": "gone", "means": "user.users.status=lost"}, "never 'lost'"),
        ({"word": "clientele"}, "`means`"),
        ({"word": "clientele", "means": "user.teams", "now": NOW}, "no argument 'now'"),
        ({"question": "who", "word": "clientele"}, "Give one of"),
        ({"question": "runs last week", "plan": {"from": "workflow.runs"}}, "give `now`"),
        ({"question": "who", "plan": {"from": "user.nobody"}}, "No collection"),
        ({"question": "delete all users", "plan": {"from": "user.users"}}, "no question"),
        ({"question": " ", "plan": {"from": "user.users"}}, "`question`"),
        ({"default": "user.users", "time": "name"}, "an event time"),
        ({"default": "user.users"}, "`time` or `label`"),
    ],
)
async def test_what_makes_no_sense_is_refused_and_nothing_is_kept(
    client: Client, arguments: dict[str, Any], why: str
) -> None:
    with pytest.raises(IsothermError) as no:
        await admin(client, "teach", **arguments)
    assert why in no.value.message
    told = await admin(client, "taught")
    assert told == {"questions": [], "words": [], "defaults": []}


async def test_a_turn_that_says_what_a_word_means_is_remembered(client: Client) -> None:
    first = await ask(client, "how many closed users", conversation="talk")
    assert first["rows"] == [[2]]
    told = await ask(client, "no, by gone users I mean active", conversation="talk")
    assert "may be" in told["text"]  # active what? it asks back
    told = await ask(client, "by gone users I mean user.users.status=closed", conversation="talk")
    assert told["status"] == "answered"
    assert told["text"].startswith("Remembered")
    assert (await ask(client, "how many gone users"))["rows"] == [[2]]


async def test_a_word_of_the_question_before_has_it_asked_again(client: Client) -> None:
    await ask(client, "users of the pro plan", conversation="talk")
    told = await ask(client, "by pro plan I mean user.users.plan=free", conversation="talk")
    assert told["text"].startswith("Remembered: 'pro plan'")
    assert [row for row in told["rows"] if "Bert" in row]


async def test_what_was_meant_is_the_answer_to_the_question_before(client: Client) -> None:
    await ask(client, "how many users are there in the system", conversation="talk")
    told = await ask(client, "that's wrong, I meant how many closed users", conversation="talk")
    assert told["rows"] == [[2]]
    assert told["text"].startswith("Remembered for 'how many users")
    again = await ask(client, "how many users are there in the system")
    assert (again["planner"], again["rows"]) == ("verified", [[2]])


@pytest.mark.promise(8)
async def test_who_may_not_teach_is_answered_and_nothing_is_remembered(tmp_path: Path) -> None:
    reader = Principal("rea", roles=("reader",))
    async with running(Settings(data=tmp_path), clock=clock()) as app:
        said = AskRequest("by goners I mean user.users.status=closed", now=NOW)
        told = await app.asker.ask(said, reader)
        assert told.status == "refused" and "may not admin" in told.text
        assert (await app.catalogue.fresh(LOCAL, force=True)).taught.words == ()


@pytest.mark.promise(7)
async def test_a_tenants_lessons_are_nobody_elses(tmp_path: Path) -> None:
    other = Principal("bo", "other")
    async with running(Settings(data=tmp_path), clock=clock()) as app:
        await _teach(app, LOCAL, word="goners", means="user.users.status=closed")
        mine = await app.catalogue.fresh(LOCAL)
        theirs = await app.catalogue.fresh(other)
        assert [word.word for word in mine.taught.words] == ["goners"]
        assert theirs.taught.words == ()


@pytest.mark.promise(8)
async def test_only_an_administrator_teaches(tmp_path: Path) -> None:
    reader = Principal("rea", roles=("reader",))
    async with running(Settings(data=tmp_path), clock=clock()) as app:
        with pytest.raises(IsothermError) as no:
            await _teach(app, reader, word="goners", means="user.users.status=closed")
        assert no.value.code == "denied"


async def test_lessons_come_through_a_restart_and_reach_other_processes(tmp_path: Path) -> None:
    time = clock()
    place = Settings(data=tmp_path)
    async with running(place, clock=time) as one, running(place, clock=time) as two:
        await two.catalogue.fresh(LOCAL)
        await _teach(one, LOCAL, word="goners", means="user.users.status=closed")
        time.advance(2)
        assert (await two.catalogue.fresh(LOCAL)).taught.words
    async with running(Settings(data=tmp_path), clock=time) as again:
        assert (await again.catalogue.fresh(LOCAL)).taught.words


async def _teach(app: App, principal: Principal, **arguments: Any) -> None:
    now_us = app.clock.now_us()
    await teach(app.links.call, app.catalogue, principal, arguments, now_us)
