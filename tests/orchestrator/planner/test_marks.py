"""How a plan stands to the words of its question is counted, whoever made the plan."""

from __future__ import annotations

from typing import Any

from orchestrator.planner.asked import Asked
from orchestrator.planner.lexicon import lexicon_of
from orchestrator.planner.marks import marks
from orchestrator.planner.reading import Context, Question
from orchestrator.planner.rules import plan
from orchestrator.planner.words import tokenise
from registry.plan import parse_plan
from tests.orchestrator.planner.company import NOW_US, company

CATALOGUE = company()


def told(text: str, **made: Any) -> dict[str, float]:
    """The marks that are not zero."""
    asked = Asked(Question(text, NOW_US), tokenise(text), lexicon_of(CATALOGUE))
    found = marks(parse_plan({"version": 1, **made}), asked, CATALOGUE)
    return {name: n for name, n in found.items() if n}


COUNT = [{"fn": "count", "as": "n"}]
TEAM = [{"as": "team", "to": "user.teams", "on": ["team", "id"]}]


def test_a_plan_that_says_all_has_no_marks() -> None:
    where = {"op": "=", "field": "status", "value": "active"}
    made = told(
        "how many active users", **{"from": "user.users", "where": where, "measures": COUNT}
    )
    assert made == {}


def test_what_is_named_and_not_used_is_counted() -> None:
    made = told("how many active users", **{"from": "user.users", "measures": COUNT})
    assert made["mark_lost_value"] == 1
    made = told("runs of each workflow", **{"from": "backup.jobs", "measures": COUNT})
    assert made["mark_lost_collection"] == 2
    assert made["mark_unnamed"] == 1
    assert made["mark_deaf_each"] == 1


def test_a_sum_of_what_several_rows_share_is_told() -> None:
    measures = [{"fn": "sum", "field": "team.monthly_fee", "as": "fee"}]
    made = told("total fee", **{"from": "user.users", "joins": TEAM, "measures": measures})
    assert made["mark_fanned"] == 1


def test_a_value_that_the_data_has_none_of_is_told() -> None:
    where = {"op": "=", "field": "host", "value": "mainframe-9"}
    made = told("alerts on host mainframe-9", **{"from": "metrics.alerts", "where": where})
    assert made["mark_absent"] == 1


def test_words_that_turn_an_answer_round_are_missed_in_a_plan_without_them() -> None:
    made = told("users who are not active", **{"from": "user.users"})
    assert made["mark_deaf_not"] == 1
    made = told("the 3 largest invoices", **{"from": "archive.invoices"})
    assert (made["mark_deaf_rank"], made["mark_deaf_number"]) == (1, 1)
    made = told("sessions last week", **{"from": "session.sessions"})
    assert made["mark_deaf_time"] == 1


def test_a_value_that_is_not_there_is_refused_by_its_name() -> None:
    found = plan(
        Question("how many sessions with the browser Netscape", NOW_US), CATALOGUE, Context()
    )
    assert "netscape" in found.not_understood
    assert found.readings[0].confidence < 0.2
