"""Answers show what a person expects to see, and nothing that only machines need."""

from __future__ import annotations

from orchestrator.planner.reading import Context, Question
from orchestrator.planner.rules import plan
from registry.plan import QueryPlan
from tests.orchestrator.planner.company import NOW_US, company

CATALOGUE = company()


def best(text: str) -> QueryPlan:
    return plan(Question(text, NOW_US), CATALOGUE, Context()).readings[0].plan


def test_groups_told_by_a_name_do_not_show_the_id_that_keeps_namesakes_apart() -> None:
    made = best("number of sessions per user")
    assert {key.field for key in made.group} == {"user.name", "user"}
    assert len(made.show) == 2
    assert {"sessions", *(k.name for k in made.group if k.field == "user.name")} == set(made.show)


def test_an_id_is_shown_where_the_question_asks_for_it() -> None:
    assert best("number of sessions per user with their id").show != ("user", "sessions")


def test_which_and_who_are_answered_with_names() -> None:
    assert best("which users are active").select == ("name",)
    assert best("list active users").select == ()


def test_kinds_are_shown_once_and_not_for_each_record() -> None:
    assert best("what statuses do users have").distinct
    assert not best("show the status of each user").distinct
