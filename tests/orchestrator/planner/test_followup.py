"""Questions that continue the one before."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.planner.reading import Context, Question
from orchestrator.planner.rules import plan
from tests.orchestrator.planner.company import NOW_US, company
from tests.orchestrator.planner.test_questions import summary

CATALOGUE = company()


def after(*turns: str) -> dict[str, Any]:
    """The last turn's plan, each turn asked in the context of the one before."""
    context = Context()
    for turn in turns:
        found = plan(Question(turn, NOW_US), CATALOGUE, context).readings
        context = Context(plan=found[0].plan, question=turn)
    assert context.plan is not None
    return summary(context.plan)


@pytest.mark.parametrize(
    ("turns", "part", "value"),
    [
        (("how many runs failed last week", "and last month?"), "where", ["started_at [2026-10-01,2026-11-01)", "status = failed"]),
        (("how many runs failed last week", "by workflow"), "group", ["workflow.name"]),
        (("list open tickets", "only urgent ones"), "where", ["priority = urgent", "status = open"]),
        (("list open tickets", "how many of those?"), "measures", ["count()"]),
        (("list open tickets", "sort by rating"), "order", ["rating"]),
        (("sessions per country", "top 3"), "limit", 3),
        (("sessions per country", "per browser instead"), "group", ["browser"]),
        (("tickets by topic", "how about priority"), "group", ["priority"]),
        (("average latency by provider", "and the median?"), "measures", ["median(latency_ms)"]),
        (("users in Germany", "what about France"), "where", ["country = France"]),
    ],
)  # fmt: skip
def test_the_plan_before_is_edited(turns: tuple[str, ...], part: str, value: object) -> None:
    assert after(*turns)[part] == value


def test_a_question_that_stands_alone_starts_anew() -> None:
    made = after("how many runs failed last week", "how many users are there")
    assert made["from"] == "user.users"
    assert made["where"] == []
