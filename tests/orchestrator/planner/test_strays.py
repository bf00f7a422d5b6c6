"""Words of the grammar that name something elsewhere, questions that name nothing, glosses."""

from __future__ import annotations

import pytest

from orchestrator.planner import cascade
from orchestrator.planner.reading import Context, Question, Reading, Readings
from registry.plan import QueryPlan
from tests.orchestrator.planner.company import NOW_US, company

CATALOGUE = company()


def asked(text: str, before: QueryPlan | None = None) -> Readings:
    return cascade.default(Question(text, now_us=NOW_US), CATALOGUE, Context(before))


def best(text: str, before: QueryPlan | None = None) -> Reading:
    return asked(text, before).readings[0]


@pytest.mark.parametrize(
    "text", ["How many?", "how many are there", "the total number", "what was our quietest week?"]
)
def test_what_names_nothing_is_asked_back_about(text: str) -> None:
    found = asked(text).readings
    assert len(found) > 1
    assert len({reading.confidence for reading in found}) == 1


def test_the_busiest_day_is_of_what_is_named() -> None:
    made = best("busiest week for logins").plan
    assert (made.source, made.limit) == ("session.logins", 1)
    assert made.group[0].bucket == "week"


def test_a_day_of_a_summary_is_still_its_field() -> None:
    assert best("which day had the most visitors?").plan.source == "analytics.daily"


def test_how_long_is_no_number_of_something_else() -> None:
    made = best("how long was the longest run").plan
    assert [(m.fn, m.field) for m in made.measures] == [("max", "duration_ms")]
    assert not made.joins


@pytest.mark.parametrize(
    ("text", "field"),
    [("how many bytes were backed up in May?", "size_bytes"),
     ("bytes backed up per week", "size_bytes"),
     ("how many euros did we invoice in May", "amount")],
)  # fmt: skip
def test_bytes_and_money_are_summed_up(text: str, field: str) -> None:
    assert [(m.fn, m.field) for m in best(text).plan.measures] == [("sum", field)]


def test_what_was_run_may_be_a_value_of_its_own() -> None:
    assert best("how many searches were run in May?").plan.source == "analytics.events"
    assert best("how many workflows were run in May?").plan.source != "analytics.events"


def test_a_bucket_may_say_of_which_time_it_is() -> None:
    made = best("number of tickets by month of opening").plan
    assert [(key.field, key.bucket) for key in made.group] == [("opened_at", "month")]
    assert made.where is None


@pytest.mark.parametrize(
    ("text", "plain"),
    [("alerts of last week (9 to 15 November)", "alerts of last week"),
     ("articles started (created) in May", "articles created in May"),
     ("backup size per week (all jobs together)", "backup size per week"),
     ("weekly number of alerts in May", "number of alerts per week in May")],
)  # fmt: skip
def test_what_is_explained_is_said_once(text: str, plain: str) -> None:
    assert best(text).plan == best(plain).plan


def test_numbers_behind_a_turn_group_what_was_counted() -> None:
    before = best("how many deliveries failed in May?").plan
    made = best("in which status? with the numbers", before).plan
    assert [key.field for key in made.group] == ["status"]
    assert made.measures == before.measures
