"""Groups kept by how many they have, and what is said to be missing: ways of saying it."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.planner.reading import Context, Question
from orchestrator.planner.rules import plan
from tests.orchestrator.planner.company import NOW_US, company

CATALOGUE = company()


def wire(text: str) -> dict[str, Any]:
    return plan(Question(text, NOW_US), CATALOGUE, Context()).readings[0].plan.to_wire()


def having(text: str) -> tuple[str, str, float]:
    made = wire(text)
    fn = next(m for m in made["measures"] if m["as"] == made["having"]["field"])
    return fn["fn"], made["having"]["op"], made["having"]["value"]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("which automations ran more than 60 times?", ("count", ">", 60)),
        ("which devices account for more than 90 sessions", ("count", ">", 90)),
        ("channels with more than 70 sign-ups in total", ("sum", ">", 70)),
        ("categories whose articles have over 800 views in total", ("sum", ">", 800)),
        ("who has more than 4 open tasks", ("count", ">", 4)),
        ("which companies have more than 9 users? name and number", ("count", ">", 9)),
    ],
)
def test_so_many_keep_a_group(text: str, kept: tuple[str, str, float]) -> None:
    assert having(text) == kept


def test_who_has_so_many_is_told_by_name() -> None:
    assert wire("who has more than 4 open tasks")["show"] == ["name"]


def test_name_and_count_are_those_of_the_group() -> None:
    made = wire("agents who closed more than 30 tickets, name and count")
    assert made["show"] == ["name", "conversations"]
    assert "subject" not in str(made["group"])


@pytest.mark.parametrize(
    "text",
    [
        "articles with at least 6 comments and how many",
        "articles with at least 6 comments, with how many",
    ],
)
def test_and_how_many_stands_beside_the_names(text: str) -> None:
    assert wire(text)["show"] == ["title", "comments"]


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("unassigned tasks", "assignee"),
        ("unacknowledged incidents", "acknowledged_by"),
        ("users where the city is missing", "city"),
        ("users whose language is not set", "language"),
    ],
)
def test_what_is_un_done_is_missing(text: str, field: str) -> None:
    assert wire(text)["where"] == {"op": "null", "field": field}


def test_one_or_not_the_other_is_either() -> None:
    assert wire("incidents that are critical or unacknowledged")["where"]["op"] == "or"


def test_what_never_failed_has_no_failure() -> None:
    made = wire("automations that never failed")
    assert made["from"] == "workflow.definitions"
    assert made["where"]["op"] == "not"


def test_when_and_where_behind_a_list_are_two_columns() -> None:
    made = wire("log lines mentioning broken pipe: when and on which host")
    assert made["select"] == ["at", "host"]


def test_each_text_is_looked_for_where_it_is_said() -> None:
    made = wire("conversations about export that mention the word parquet")
    assert {"op": "match", "text": "parquet"} in made["where"]["args"]
    assert wire("articles that mention Teams in the title")["where"]["op"] == "contains"


def test_what_is_ranked_by_is_no_group() -> None:
    made = wire("top 4 machines by incidents, machine and number")
    assert [key["field"] for key in made["group"]] == ["host"]
    made = wire("top 3 agents by tickets: name and count")
    assert made["show"] == ["name", "conversations"]


def test_kinds_are_ranked_by_a_sum_or_a_mean() -> None:
    assert wire("two biggest industries by seats")["measures"][0]["fn"] == "sum"
    assert wire("top 2 agents by rating with their rating")["measures"][0]["fn"] == "avg"


@pytest.mark.parametrize("text", ["team with the second highest fee", "the third oldest ticket"])
def test_the_second_is_not_the_first(text: str) -> None:
    readings = plan(Question(text, NOW_US), CATALOGUE, Context()).readings
    assert not readings or readings[0].confidence < 0.75


def test_values_beside_each_other_have_a_row_each() -> None:
    made = wire("Safari versus Edge: sessions by browser")
    assert made["where"] == {"op": "in", "field": "browser", "values": ["Safari", "Edge"]}


def test_a_code_behind_with_is_no_id() -> None:
    for text in ("failed logins with 2fa", "runs with x9z"):
        readings = plan(Question(text, NOW_US), CATALOGUE, Context()).readings
        assert all("'field': 'id'" not in str(r.plan.to_wire()) for r in readings)


def test_weekly_backups_are_no_weeks_of_backups() -> None:
    readings = plan(Question("verified weekly backups", NOW_US), CATALOGUE, Context()).readings
    assert "bucket" not in str(readings[0].plan.to_wire())
    assert wire("weekly logins this year")["group"][0]["bucket"] == "week"


def test_off_is_switched_off() -> None:
    made = wire("how many automations are off")
    assert made["where"] == {"op": "=", "field": "enabled", "value": False}


def test_who_opted_in_said_yes() -> None:
    made = wire("number of users who opted in to personalisation")
    assert "granted" in str(made)


@pytest.mark.parametrize(
    "text",
    [
        "companies whose invoices add up to more than 5000 EUR",
        "companies with total invoices over 5000 EUR",
    ],
)
def test_what_adds_up_is_a_sum(text: str) -> None:
    made = wire(text)
    assert made["from"] == "user.teams"
    assert made["where"]["plan"]["having"] == {"op": ">", "field": "sum_amount", "value": 5000}


def test_all_but_some_are_the_others() -> None:
    assert wire("all tickets but the urgent ones")["where"]["op"] == "!="
    made = wire("tasks that are neither done nor skipped")
    assert made["where"]["op"] == "not"


def test_since_when_asks_for_the_time() -> None:
    made = wire("since when is Globex with us? (creation date of the team)")
    assert made["select"] == ["created_at"]


def test_the_highest_of_each_is_one_of_each() -> None:
    made = wire("lowest monthly fee per industry")
    assert made["measures"][0]["fn"] == "min"
    assert "limit" not in made


def test_the_longest_that_it_ever_lasted_is_a_figure() -> None:
    assert wire("what was the longest a session ever lasted")["measures"][0]["fn"] == "max"
