"""The same question gives the same rows, whoever plans it: the cascade, a person, a language model."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
from pydantic import SecretStr

from orchestrator.app import running
from orchestrator.ask import AskRequest
from orchestrator.client import Client, connect
from orchestrator.commands.demo_folder import Memory
from orchestrator.commands.demo_run import fill
from orchestrator.demo.company import SEED
from orchestrator.planner import cascade
from orchestrator.planner.llm.planner import unheard
from orchestrator.planner.reading import Planner
from registry.access import LOCAL, Principal
from registry.clock import ManualClock
from registry.settings import Settings
from tests.orchestrator.llm.stub import Asked, Reply, Stub, planned, refused, stub
from tests.orchestrator.llm.twelve import NOON, TWELVE

pytestmark = pytest.mark.anyio
KEY = "sk-0123456789abcdef"
NOW = "2026-11-23T12:00:00Z"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("demo")

    async def filled() -> None:
        async with connect(Settings(made), clock=ManualClock(NOON)) as client:
            await fill(client, made, Memory("test", SEED, NOON))

    anyio.run(filled)
    return made


def by_question(asked: Asked) -> Reply:
    """What a model that knows the twelve replies."""
    plan = TWELVE.get(json.loads(asked["messages"][-1]["content"])["question"])
    return planned(plan, answers=plan is not None)


@asynccontextmanager
async def asking(
    folder: Path, server: Stub, planner: Planner = cascade.default
) -> AsyncIterator[Client]:
    settings = Settings(
        folder, llm_provider="openai", llm_model="m", llm_url=server.url, llm_key=SecretStr(KEY),
        llm_seconds=60.0,
    )  # fmt: skip
    async with connect(settings, clock=ManualClock(NOON), planner=planner) as client:
        yield client


def rows(answer: dict[str, Any]) -> list[str]:
    return sorted(json.dumps(row) for row in answer["rows"])


async def test_twelve_questions_give_the_same_rows_asked_planned_and_by_a_model(
    folder: Path,
) -> None:
    with stub() as server:
        server.replies = by_question
        async with connect(Settings(folder), clock=ManualClock(NOON)) as client:
            asked = {q: await client.ask(q, now=NOW) for q in TWELVE}
            given = {q: await client.query(plan) for q, plan in TWELVE.items()}
        assert not server.asked
        async with asking(folder, server, unheard) as client:
            heard = {q: await client.ask(q, now=NOW) for q in TWELVE}
    assert len(TWELVE) == len(server.asked) == 12
    for question in TWELVE:
        assert asked[question]["status"] == "answered" and asked[question]["planner"] != "llm"
        assert heard[question]["status"] == "tentative" and heard[question]["planner"] == "llm"
        assert rows(given[question])
        assert rows(asked[question]) == rows(given[question]) == rows(heard[question]), question


async def test_a_model_is_asked_only_where_no_other_planner_is_sure(folder: Path) -> None:
    sure, unsure = "How many users signed up last week?", "Which customers own a dog?"
    with stub() as server:
        server.replies = by_question
        async with asking(folder, server) as client:
            assert (await client.ask(sure, now=NOW))["status"] == "answered"
            assert not server.asked
            answer = await client.ask(unsure, now=NOW)
            assert (await client.ask("delete all users", now=NOW))["status"] == "refused"
    assert [d["question"] for d in server.documents] == [unsure]
    assert answer["status"] == "refused"


async def test_a_model_is_asked_within_the_domains_that_are_meant_and_may_be_read(
    folder: Path,
) -> None:
    plan = {"from": "session.sessions", "measures": [{"fn": "count", "as": "n"}]}
    with stub(planned(plan)) as server:
        async with asking(folder, server, unheard) as client:
            answer = await client.ask("how many visits?", domains=["user"], now=NOW)
    assert answer["status"] == "refused" and not answer.get("rows")
    for document in server.documents:
        assert {a.partition(".")[0] for a in document["collections"]} == {"user"}


async def test_a_conversation_goes_on_from_what_a_model_read(folder: Path) -> None:
    first = {"from": "user.users", "measures": [{"fn": "count", "as": "n"}],
             "where": {"op": "=", "field": "plan", "value": "enterprise"}}  # fmt: skip
    then = {**first, "group": [{"field": "role"}]}
    with stub(planned(first), planned(then)) as server:
        async with asking(folder, server, unheard) as client:
            one = await client.ask("enterprise folk?", now=NOW, conversation="c")
            two = await client.ask("and by role?", now=NOW, conversation=one["conversation"])
    assert one["rows"] and len(two["rows"]) > 1
    before = server.documents[1]["before"]
    assert before["question"] == "enterprise folk?" and before["plan"]["where"] == first["where"]


@pytest.mark.promise(8)
async def test_a_model_neither_hears_of_nor_reaches_what_the_asker_may_not_read(
    folder: Path,
) -> None:
    nobody = Principal("eve", roles=("reader",), domains=("user",))
    inner = {"from": "session.sessions", "select": ["user"]}
    plan = {"from": "user.users", "where": {"op": "in", "field": "id", "plan": inner}}
    with stub(planned(plan)) as server:
        settings = Settings(folder, llm_provider="openai", llm_model="m", llm_url=server.url)
        async with running(settings, clock=ManualClock(NOON), planner=unheard) as app:
            mine = await app.asker.ask(AskRequest("who had sessions?"), LOCAL)
            theirs = await app.asker.ask(AskRequest("who had sessions?"), nobody)
    assert mine.status == "tentative" and mine.rows
    assert theirs.status == "refused" and not theirs.rows
    for document in server.documents[1:]:
        assert {a.partition(".")[0] for a in document["collections"]} == {"user"}


@pytest.mark.promise(9)
async def test_a_model_that_is_away_takes_nothing_from_the_others(folder: Path) -> None:
    with stub(refused(401)) as server:
        async with asking(folder, server) as client:
            answer = await client.ask("How many users signed up last week?", now=NOW)
            lost = await client.ask("Which customers own a dog?", now=NOW)
            health = await client.call("admin_read", action="servers")
    assert answer["status"] == "answered" and lost["status"] == "refused"
    assert KEY not in json.dumps([answer, lost, health])
