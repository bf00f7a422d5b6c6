"""What only goes on from another turn, typos by what stands beside them, numbers in a unit."""

from __future__ import annotations

import pytest

from orchestrator.planner import cascade
from orchestrator.planner.reading import Context, Question, Reading, Readings
from registry.plan import Compare, QueryPlan
from tests.orchestrator.planner.company import NOW_US, company

CATALOGUE = company()


def asked(text: str, before: QueryPlan | None = None, *, unsure: bool = False) -> Readings:
    context = Context(before, "before", unsure)
    return cascade.default(Question(text, now_us=NOW_US), CATALOGUE, context)


def best(text: str, before: QueryPlan | None = None) -> Reading:
    return asked(text, before).readings[0]


@pytest.mark.parametrize(
    "text", ["and Anna Schmidt?", "what about teams?", "how many of hers are open?", "only in May"]
)
def test_a_fragment_without_a_turn_before_is_no_sure_answer(text: str) -> None:
    assert all(reading.confidence < 0.7 for reading in asked(text).readings)


def test_a_whole_question_may_begin_with_and() -> None:
    assert best("and how many alerts were raised in May?").confidence > 0.9


def test_a_turn_behind_one_that_got_no_plan_is_less_sure() -> None:
    before = best("how many alerts were raised in May?").plan
    sure, unsure = asked("and in June?", before), asked("and in June?", before, unsure=True)
    assert sure.readings[0].plan == unsure.readings[0].plan
    assert unsure.readings[0].confidence < 0.75 < sure.readings[0].confidence


def test_who_is_named_next_has_the_same_role() -> None:
    before = best("how many tickets were assigned to Anna Schmidt?").plan
    made = best("and Bob Miller?", before).plan
    assert isinstance(made.where, Compare)
    assert (made.where.field, made.where.value) == ("agent.name", "Bob Miller")


@pytest.mark.parametrize(
    ("text", "meant"),
    [("how mny alerts in May", "how many alerts in May"),
     ("how meny teams", "how many teams"),
     ("alerts of lst week", "alerts of last week"),
     ("alerts per severty", "alerts per severity"),
     ("show me al alerts", "show me all alerts"),
     ("lst 10 alerts", "last 10 alerts")],
)  # fmt: skip
def test_a_typo_is_what_fits_beside_the_others(text: str, meant: str) -> None:
    assert best(text).plan == best(meant).plan


@pytest.mark.parametrize(
    ("text", "source"),
    [("sign-ups in May", "user.users"), ("how did sign-ups change from May to June?", "user.users"),
     ("sign-ups per channel in May", "analytics.daily"),
     ("visitors and sign-ups in May", "analytics.daily")],
)  # fmt: skip
def test_what_happened_is_counted_unless_its_summary_is_meant(text: str, source: str) -> None:
    assert best(text).plan.source == source


def test_a_number_that_came_within_a_time_was_that_long() -> None:
    made = best("tickets whose first reply came within 2 hours").plan
    assert made.where == Compare(op="<=", field="first_reply_s", value=7200)


@pytest.mark.parametrize("text", ["how long was the longest run, in seconds",
                                  "how large is the biggest snapshot, in GB"])  # fmt: skip
def test_the_extreme_is_told_in_the_unit_that_is_asked_for(text: str) -> None:
    made = best(text).plan
    assert [m.fn for m in made.measures] == ["max"]
    assert made.compute


@pytest.mark.parametrize(
    "text", ["which day of the week has most logins?", "logins by hour of the day",
             "at what hour do people log in?"]
)  # fmt: skip
def test_times_that_come_again_are_declined(text: str) -> None:
    assert not asked(text).readings


def test_the_change_of_a_time_over_another_is_from_the_other() -> None:
    made = best("percentage change of revenue in May 2026 over April 2026").plan
    assert [c.op for c in made.compute] == ["-", "/", "*"]
    assert "2026-05-01" in str(made.measures[0].where)


@pytest.mark.parametrize(
    "text", ["logins per week as a running total", "cumulative sign-ups by month",
             "7 day moving average of tickets per day", "weekly active users"]
)  # fmt: skip
def test_what_no_bucket_holds_alone_is_declined(text: str) -> None:
    assert not asked(text).readings


def test_a_year_alone_is_a_window() -> None:
    assert best("teams per quarter, 2025 only").plan == best("teams per quarter in 2025").plan


def test_what_was_answered_in_a_time_took_so_long() -> None:
    made = best("tickets answered in under 20 minutes").plan
    assert made.where == Compare(op="<", field="first_reply_s", value=1200)
