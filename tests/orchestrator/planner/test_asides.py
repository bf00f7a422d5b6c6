"""What is said beside the question: definitions of units, openings of another subject, volumes."""

from __future__ import annotations

import pytest

from orchestrator.planner import cascade
from orchestrator.planner.literals import comparisons
from orchestrator.planner.phrasing.asides import without_definitions
from orchestrator.planner.reading import Context, Question, Readings
from orchestrator.planner.words import tokenise
from registry.plan import QueryPlan
from tests.orchestrator.planner.company import NOW_US, company

CATALOGUE = company()


def asked(text: str, context: Context | None = None) -> Readings:
    return cascade.default(Question(text, now_us=NOW_US), CATALOGUE, context or Context())


def best(text: str) -> QueryPlan:
    return asked(text).readings[0].plan


@pytest.mark.parametrize(
    "text",
    ["files over 3 MB , 1 MB = 1,000,000 bytes", "files over 3 MB (a megabyte is a million bytes)",
     "files over 3 MB (1 MB being 1000 kB)", "files over 3 MB (1000000 bytes each)"],
)  # fmt: skip
def test_a_definition_of_a_unit_is_no_part_of_the_question(text: str) -> None:
    kept = [w.text for w in without_definitions(tokenise(text)) if w.kind != "mark"]
    assert kept == ["files", "over", "3", "mb"]


@pytest.mark.parametrize(
    "opening",
    ["different subject:", "ok, new question -", "By the way,", "thanks! something else:", "btw",
     "let's change the topic."],
)  # fmt: skip
def test_an_opening_starts_anew(opening: str) -> None:
    before = Context(best("how many tickets were opened in May?"), "tickets in May")
    found = asked(f"{opening} how many alerts were raised in June?", before)
    assert found.readings[0].plan == best("how many alerts were raised in June?")


@pytest.mark.parametrize(
    ("text", "plain"),
    [("alert volume by severity last week", "number of alerts by severity last week"),
     ("login volume in May", "how many logins in May")],
)  # fmt: skip
def test_a_volume_of_what_has_none_is_a_number(text: str, plain: str) -> None:
    assert best(text) == best(plain)


def test_the_volume_of_a_backup_is_its_size() -> None:
    assert best("total backup volume in May").measures[0].field == "size_bytes"


@pytest.mark.parametrize(
    ("text", "op", "number", "unit"),
    [
        ("longer than an hour and a half", ">", 1.5, "hour"),
        ("over 3 and a half minutes", ">", 3.5, "minute"),
        ("under half a second", "<", 0.5, "second"),
        ("more than 4 minutes and 15 seconds", ">", 4.25, "minute"),
        ("7 or more hours", ">=", 7, "hour"),
        ("45 minutes or longer", ">=", 45, "minute"),
        ("upwards of 2k euros", ">", 2000, "euro"),
        ("in excess of €3 million", ">", 3_000_000, "€"),
        ("no slower than 250 ms", "<=", 250, "ms"),
        ("not bigger than 4 GB", "<=", 4, "gb"),
        ("above a thousand", ">", 1000, None),
        ("at least 20mins", ">=", 20, "min"),
    ],
)
def test_an_amount_may_be_said_in_many_ways(
    text: str, op: str, number: float, unit: str | None
) -> None:
    (found,) = comparisons(tokenise(text), frozenset())
    assert (found.op, found.number, found.unit) == (op, number, unit)


def test_in_minutes_tells_a_length_although_minutes_are_documents() -> None:
    made = best("average visit length in minutes per browser")
    assert made.source == "session.sessions"
    assert made.compute[0].args == ("avg_duration_s", 60)


def test_what_falls_due_does_not_decline() -> None:
    made = best("how many invoices fall due next month?")
    assert not made.compute
    assert made.measures[0].fn == "count"


@pytest.mark.parametrize(
    ("text", "plain"),
    [("how many tickets did customers open in July", "how many tickets in July"),
     ("how many upgrades did people make last month", "number of upgrades last month"),
     ("how many invitations did users send in May", "number of invitations in May")],
)  # fmt: skip
def test_what_was_done_is_counted_whoever_did_it(text: str, plain: str) -> None:
    assert best(text) == best(plain)


def test_what_is_open_is_a_state_still() -> None:
    assert "open" in str(best("how many tickets are open"))


def test_a_total_of_what_has_no_number_counts() -> None:
    assert best("privacy requests received in May: total") == best(
        "number of privacy requests received in May"
    )


@pytest.mark.parametrize(
    ("text", "factor"),
    [("mean latency of webhook calls, in seconds", 1000), ("how long does a backup take on average in hours?", 3600),
     ("maximum alert duration in minutes", 60)],
)  # fmt: skip
def test_a_fold_is_told_in_the_unit_asked_for(text: str, factor: int) -> None:
    made = best(text)
    assert [(c.op, c.args[1]) for c in made.compute] == [("/", factor)]


def test_in_days_of_what_is_told_in_days_changes_nothing() -> None:
    assert not best("average number of pages per visit in desktop sessions").compute


@pytest.mark.parametrize("text", ["no. of alerts in May", "# of alerts in May", "nr of alerts in May"])  # fmt: skip
def test_an_abbreviated_number_of_counts(text: str) -> None:
    assert best(text) == best("number of alerts in May")


def test_two_units_of_one_range_are_brought_together() -> None:
    (found,) = comparisons(tokenise("between 45 minutes and 2 hours"), frozenset())
    assert (found.number, found.high, found.unit) == (0.75, 2, "hour")


@pytest.mark.parametrize("greeting", ["quick question:", "hi team,", "it's for the auditors -", "one more thing,"])  # fmt: skip
def test_a_greeting_is_no_part_of_the_question(greeting: str) -> None:
    found = asked(f"{greeting} how many alerts were raised in June?")
    assert found.readings[0].plan == best("how many alerts were raised in June?")


def test_a_greeting_leaves_the_turn_before() -> None:
    before = Context(best("how many tickets were opened in May?"), "tickets in May")
    assert asked("ok, quick one: and in June?", before).readings == asked("and in June?", before).readings  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["how much data did the partial backups have"],
)  # fmt: skip
def test_a_number_that_is_not_shown_makes_no_sure_answer(text: str) -> None:
    assert all(reading.confidence < 0.75 for reading in asked(text).readings)


def test_a_fee_paid_monthly_asks_for_no_row_a_month() -> None:
    assert not best("teams that pay less than 300 euros monthly").group


@pytest.mark.parametrize("tail", ["tell me the number", "Just give me the count, please", "how many are there?"])  # fmt: skip
def test_a_number_may_be_asked_for_in_a_sentence_of_its_own(tail: str) -> None:
    assert best(f"any alerts raised in June? {tail}") == best("number of alerts raised in June")


def test_who_waited_waits_no_more() -> None:
    made = best("how many tickets waited more than 3 hours for the first reply in May?")
    assert "waiting" not in str(made.where)


def test_totals_of_are_a_total() -> None:
    assert best("monthly totals of invoiced amounts since May").measures[0].fn == "sum"


def test_whoever_left_it_is_no_group() -> None:
    assert best("how many comments were left by readers in May") == best("how many comments in May")


@pytest.mark.parametrize(
    ("text", "plain"),
    [("visits per day and browser", "visits by browser per day"), ("alerts by host and month", "alerts by host per month"),
     ("tickets for each week and channel", "tickets by channel per week")],
)  # fmt: skip
def test_a_bucket_and_another_key_are_both_grouped_by(text: str, plain: str) -> None:
    made = best(text)
    assert len(made.group) == 2
    assert made == best(plain)


def test_logging_in_each_day_is_no_log() -> None:
    assert best("how many people logged in each day in May?").source == "session.logins"


def test_what_came_in_has_its_own_time() -> None:
    made = best("how many comments came in per month in 2026?")
    assert (made.source, made.joins) == ("content.comments", ())
    assert best("how many privacy requests came in last week").source == "compliance.requests"


def test_a_total_is_no_list() -> None:
    assert best("total billed in the final quarter of last year").measures[0].fn == "sum"
    assert all(reading.confidence < 0.75 for reading in asked("total documents filed by hand in May").readings if not reading.plan.measures)  # fmt: skip
