"""Words that turn an answer around are heeded, or the answer is not given as sure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from orchestrator.planner.reading import Context, Question, Reading
from orchestrator.planner.rules import plan
from registry.settings import Settings
from tests.orchestrator.planner.company import NOW_US, company
from tests.orchestrator.planner.test_questions import fits, summary

SURE = Settings(Path()).answer_confidence
TENTATIVE = Settings(Path()).tentative_confidence


def best(question: str) -> Reading | None:
    return next(iter(plan(Question(question, NOW_US), company(), Context()).readings), None)


@pytest.mark.parametrize(
    "question",
    [
        "how many users signed up in 2025 but not in march",
        "how many tickets were solved within a day",
        "how many users have more than 10 sessions",
        "how many teams have no users",
        "worst 3 agents by rating",
        "average tickets per customer",
        "average revenue per team",
        "invoices paid after their due date",
        "how many invoices were paid late",
        "open tasks past their due date",
        "did signups go up this week",
        "overdue invoices total",
        "last session per user",
        "which team paid the most",
        "tasks done yesterday",
        "users who signed up on a monday",
        "sessions with one page",
        "how many users and teams are there",
        "number of users, sessions and tickets",
        "who rode the most",
        "tickets with a rating above average",
        "last session of Mia Koch per device",
    ],
)
def test_what_the_plan_leaves_out_is_not_answered_as_sure(question: str) -> None:
    reading = best(question)
    assert reading is None or reading.confidence < SURE, reading.plan


HEARD: list[dict[str, Any]] = [
    {
        "q": "tickets closed yesterday",
        "from": "chat.conversations",
        "where": ["closed_at [2026-11-17,2026-11-18)", "status = solved"],
    },
    {
        "q": "how many invoices were paid last month",
        "from": "archive.invoices",
        "where": ["paid_at [2026-10-01,2026-11-01)", "status = paid"],
        "measures": ["count()"],
    },
    {
        "q": "which invoice was paid latest",
        "from": "archive.invoices",
        "where": ["status = paid"],
        "order": ["paid_at desc"],
        "limit": 1,
    },
    {
        "q": "users per country excluding germany",
        "from": "user.users",
        "where": ["country != Germany"],
        "group": ["country"],
        "measures": ["count()"],
    },
    {"q": "monthly recurring revenue", "from": "user.teams", "measures": ["sum(monthly_fee)"]},
    {"q": "messages with attachments", "from": "chat.messages", "where": ["attachments > 0"]},
    {
        "q": "messages without attachments",
        "from": "chat.messages",
        "where": ["or(attachments = 0, attachments null)"],
    },
    {
        "q": "who signed in today",
        "from": "session.logins",
        "where": ["at [2026-11-18,2026-11-19)"],
    },
    {
        "q": "marketing spend in october",
        "from": "analytics.daily",
        "where": ["day [2026-10-01,2026-11-01)"],
        "measures": ["sum(cost)"],
    },
    {"q": "average views per article", "from": "content.articles", "measures": ["avg(views)"]},
]


@pytest.mark.parametrize("wanted", HEARD, ids=lambda w: w["q"])
def test_what_the_plan_says_is_no_reason_to_refuse(wanted: dict[str, Any]) -> None:
    reading = best(wanted["q"])
    assert reading is not None and reading.confidence >= TENTATIVE
    assert fits(summary(reading.plan), wanted), summary(reading.plan)
