"""Wishes to change data and questions of opinion are refused, in whatever words."""

from __future__ import annotations

import pytest

from orchestrator.planner.reading import Context, Question
from orchestrator.planner.rules import plan
from tests.orchestrator.planner.company import NOW_US, company

CATALOGUE = company()


@pytest.mark.parametrize(
    "text",
    [
        "set the plan of Anna Schmidt to free",
        "mark all users as closed",
        "please change the email of Anna Schmidt to a@b.example",
        "should we delete old users",
        "please resolve the urgent tickets",
        "refund invoice 2026-00017",
        "email us the newsletter figures",
        "which users should we call",
    ],
)
def test_a_wish_to_change_and_a_call_for_advice_are_refused(text: str) -> None:
    found = plan(Question(text, NOW_US), CATALOGUE, Context())
    assert found.final
    assert not found.readings


def test_a_change_over_time_is_a_question() -> None:
    assert not plan(
        Question("change in users from May to June", NOW_US), CATALOGUE, Context()
    ).final
