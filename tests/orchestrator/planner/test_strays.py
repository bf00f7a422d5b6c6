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
     ("weekly number of alerts in May", "number of alerts per week in May"),
     ("deletions of projects in May", "deletions in May"),
     ("alerts since the spring... since 1 April", "alerts since 1 April"),
     ("how many letters... sorry, messages were sent?", "how many messages were sent?")],
)  # fmt: skip
def test_what_is_explained_is_said_once(text: str, plain: str) -> None:
    assert best(text).plan == best(plain).plan


def test_numbers_behind_a_turn_group_what_was_counted() -> None:
    before = best("how many deliveries failed in May?").plan
    made = best("in which status? with the numbers", before).plan
    assert [key.field for key in made.group] == ["status"]
    assert made.measures == before.measures


@pytest.mark.parametrize("scale", ["thousands", "millions of euros"])
def test_money_may_be_told_in_thousands(scale: str) -> None:
    made = best(f"total invoice amount in {scale}").plan
    assert [c.op for c in made.compute] == ["/"]
    assert made.show == (made.compute[0].alias,)


def test_what_is_called_so_outranks_a_synonym_of_something_else() -> None:
    assert best("visitors per week in May").plan.measures[0].field == "visitors"


def test_who_did_it_is_of_the_records_before() -> None:
    before = best("show the draft articles").plan
    made = best("who wrote those?", before).plan
    assert (made.source, made.select) == ("content.articles", ("author.name",))


def test_a_month_may_be_that_of_a_date_by_its_name() -> None:
    made = best("paid invoices by month of payment").plan
    assert made.group[0].field == "paid_at"


@pytest.mark.parametrize("text", ["which teams are going to leave?", "users likely to churn"])
def test_what_lies_ahead_is_declined(text: str) -> None:
    assert all(reading.confidence < 0.75 for reading in asked(text).readings)


@pytest.mark.parametrize(
    "text",
    ["top 3 weeks by number of alerts", "3 weeks with the most alerts",
     "which three weeks had the most alerts?", "the three busiest weeks for alerts"],
)  # fmt: skip
def test_buckets_are_ranked_however_it_is_said(text: str) -> None:
    made = best(text).plan
    assert (made.source, made.group[0].bucket, made.limit) == ("metrics.alerts", "week", 3)
    assert made.order[0].desc


@pytest.mark.parametrize("verb", ["brings in", "generates", "yields"])
def test_what_brings_in_most_has_most(verb: str) -> None:
    made = best(f"which plan {verb} the most revenue?").plan
    assert made == best("which plan has the most revenue?").plan
