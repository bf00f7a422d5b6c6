"""Questions that continue the one before, and those that stand alone."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.planner.cascade import default as plan
from orchestrator.planner.followup import planner as followup
from orchestrator.planner.reading import Context, Question, Reading, Readings
from registry.check import check
from registry.plan import Compare, QueryPlan, conjuncts, parse_plan
from tests.orchestrator.planner.company import NOW_US, company
from tests.orchestrator.planner.test_questions import summary

CATALOGUE = company()


def turns(*texts: str) -> Readings:
    """What the last turn is read as, each asked in the context of the one before."""
    context = Context()
    for text in texts:
        found = plan(Question(text, NOW_US), CATALOGUE, context)
        if found.readings:
            context = Context(plan=found.readings[0].plan, question=text)
    return found


def last(*texts: str) -> Reading:
    return turns(*texts).readings[0]


def after(*texts: str) -> dict[str, Any]:
    return summary(last(*texts).plan)


OCTOBER = "[2026-10-01,2026-11-01)"


@pytest.mark.parametrize(
    ("texts", "part", "value"),
    [
        (("how many runs failed last week", "and last month?"), "where", [f"started_at {OCTOBER}", "status = failed"]),
        (("how many runs failed last week", "by workflow"), "group", ["workflow.name"]),
        (("list open tickets", "only urgent ones"), "where", ["priority = urgent", "status = open"]),
        (("list open tickets", "how many of those?"), "measures", ["count()"]),
        (("list open tickets", "how many of those are urgent?"), "where", ["priority = urgent", "status = open"]),
        (("list open tickets", "grouped by priority"), "measures", ["count()"]),
        (("list open tickets", "sort by rating"), "order", ["rating"]),
        (("list open tickets", "sorted by date"), "order", ["opened_at"]),
        (("list open tickets", "newest first"), "order", ["opened_at desc"]),
        (("list open tickets", "which topics are they about"), "select", ["topic"]),
        (("sessions per country", "top 3"), "limit", 3),
        (("sessions per country", "the two smallest"), "order", ["count()"]),
        (("sessions per country", "top 3", "all of them"), "limit", None),
        (("sessions per country", "the other way round"), "order", ["count()"]),
        (("sessions per country", "in ascending order"), "order", ["count()"]),
        (("sessions per country", "ascending", "descending"), "order", ["count() desc"]),
        (("sessions per country", "alphabetically"), "order", ["country"]),
        (("sessions per country", "per browser instead"), "group", ["browser"]),
        (("sessions per country", "and by device"), "group", ["country", "device"]),
        (("sessions per country last week", "how many is that"), "group", []),
        (("sessions per day last week", "quarterly"), "group", ["started_at/quarter"]),
        (("tickets by topic", "how about priority"), "group", ["priority"]),
        (("tickets by topic", "show me those"), "measures", []),
        (("average latency by provider", "and the median?"), "measures", ["median(latency_ms)"]),
        (("users in Germany", "what about France"), "where", ["country = France"]),
        (("users in Germany", "what about France", "for all countries"), "where", []),
        (("users in Germany", "how many?", "the rest"), "where", ["country != Germany"]),
        (("runs that failed", "why not the others"), "where", ["status != failed"]),
        (("how many runs failed", "what is their average duration"), "measures", ["avg(duration_ms)"]),
        (("how many tasks are open", "who are they assigned to? count per person"), "group", ["assignee.name"]),
        (("how many runs failed last week", "how many workflows are those"), "measures", ["distinct(workflow)"]),
        (("sessions per country", "exclude Germany"), "where", ["country != Germany"]),
        (("sessions per country", "only those with more than 10"), "having", ["sessions > 10"]),
        (("sessions per country", "which one had the most"), "limit", 1),
        (("sessions per country", "which country has the fewest"), "order", ["count()"]),
        (("sessions last week", "sorry, yesterday"), "where", ["started_at [2026-11-17,2026-11-18)"]),
        (("errors in the logs", "warnings too"), "where", ["level in error|warning"]),
        (("errors in the logs", "and warnings as well"), "where", ["level in error|warning"]),
        (("list open tickets", "also show the rating"), "from", "chat.conversations"),
    ],
)  # fmt: skip
def test_the_plan_before_is_edited(texts: tuple[str, ...], part: str, value: object) -> None:
    assert after(*texts)[part] == value


def test_further_columns_stand_beside_those_of_the_list_before() -> None:
    made = last("list users in Spain", "and their city").plan
    assert made.select[-1] == "city" and {"name", "country"} <= set(made.select)
    joined = last("list invoices", "also show the team").plan
    assert joined.source == "archive.invoices" and "team" in joined.select


@pytest.mark.parametrize(
    ("texts", "where"),
    [
        (("total revenue in October", "and the month before"), ["issued_at [2026-09-01,2026-10-01)"]),
        (("total revenue in October", "and the month before", "before that"), ["issued_at [2026-08-01,2026-09-01)"]),
        (("total revenue in October", "a year earlier"), ["issued_at [2025-10-01,2025-11-01)"]),
        (("total revenue in October", "the following month"), ["issued_at [2026-11-01,2026-12-01)"]),
        (("total revenue in October", "over all time"), []),
        (("runs from 2026-11-02 to 2026-11-04", "the previous period"), ["started_at [2026-10-30,2026-11-02)"]),
        (("tickets closed last week", "and this month"), ["closed_at [2026-11-01,2026-12-01)", "status = solved"]),
    ],
)  # fmt: skip
def test_time_moves_from_where_the_plan_before_stood(
    texts: tuple[str, ...], where: list[str]
) -> None:
    assert after(*texts)["where"] == where


def test_a_count_becomes_a_share_of_all_in_the_same_time() -> None:
    made = last("how many failed runs last week", "as a percentage").plan
    assert made.show == ("percent",)
    assert [m.name for m in made.measures if m.where is not None] == ["fitting"]
    assert summary(made)["where"] == ["started_at [2026-11-09,2026-11-16)"]


@pytest.mark.parametrize(
    "lead", ["the same for", "same for", "and the same for", "what about", "and for"]
)
def test_the_same_is_asked_of_another_collection(lead: str) -> None:
    made = after("how many runs were there per day last week", f"{lead} sessions")
    assert (made["from"], made["measures"]) == ("session.sessions", ["count()"])
    assert made["group"] == ["started_at/day"]
    assert made["where"] == ["started_at [2026-11-09,2026-11-16)"]


@pytest.mark.parametrize(
    "alone",
    [
        "how many users are there",
        "in Germany, how many users are there",
        "and how many users signed up last week?",
        "users in Germany",
        "which workflows have never run",
        "what was our revenue last month",
        "list open tickets",
        "by the way, show the latest critical alerts",
    ],
)
def test_a_question_that_stands_alone_is_never_merged(alone: str) -> None:
    fresh = plan(Question(alone, NOW_US), CATALOGUE, Context())
    assert turns("how many runs failed last week", alone) == fresh


def test_without_a_question_before_nothing_is_continued() -> None:
    assert followup.plan(Question("and last month?", NOW_US), CATALOGUE, Context()) == Readings(
        "followup"
    )


@pytest.mark.parametrize(
    ("texts", "carried"),
    [
        (
            ("how many runs failed last week", "by workflow", "top 3"),
            {"status is failed", "by workflow", "runs",
             "started_at is from 2026-11-09 to before 2026-11-16", "in the order of runs"},
        ),
        (("list open tickets", "only urgent ones"), {"chat.conversations", "status is open"}),
        (("users in Germany", "what about France"), {"user.users"}),
    ],
)  # fmt: skip
def test_what_was_carried_over_is_shown(texts: tuple[str, ...], carried: set[str]) -> None:
    made = last(*texts)
    assert {u.meaning for u in made.understood if u.carried} == carried
    assert any(not u.carried for u in made.understood)


def test_what_a_turn_became_is_shown_in_its_own_words() -> None:
    told = {
        u.words: u.meaning
        for u in last("sessions last week", "how many?", "the week before").understood
    }
    assert told["the week before"] == "started_at is from 2026-11-02 to before 2026-11-09"
    assert {"top 3": "the first 3"}.items() <= {
        u.words: u.meaning for u in last("sessions per country", "top 3").understood
    }.items()


@pytest.mark.parametrize(
    "turn",
    [
        "and the same for logins",
        "how many is that",
        "compared to last year",
        "show their emails",
        "by frobnication",
        "of those that zzzz",
        "the year before 1",
        "top 99999999999",
        "top 0",
    ],
)
def test_what_no_edit_can_do_is_refused_and_not_read_alone(turn: str) -> None:
    found = turns("sessions by device", "top 3", turn)
    assert not found.readings or found.readings[0].confidence < 0.5
    assert found.reason or found.readings[0].not_understood


def test_nobody_else_is_asked_about_an_edit_and_a_wish_to_write_is_none() -> None:
    assert turns("list open tickets", "only urgent ones").final
    assert "cannot delete" in (turns("list open tickets", "delete them").reason or "")


def test_a_plan_over_what_is_gone_is_no_context() -> None:
    gone = Context(plan=parse_plan({"from": "shop.orders"}), question="orders")
    assert not followup.plan(Question("and last month?", NOW_US), CATALOGUE, gone).readings


@pytest.mark.parametrize("end", ["0001-01-02T00:00:00Z", "9999-12-31T00:00:00Z"])
def test_a_window_at_the_end_of_the_calendar_cannot_move_past_it(end: str) -> None:
    bounds = [{"op": ">=", "field": "started_at", "value": "0001-01-01T00:00:00Z"},
              {"op": "<", "field": "started_at", "value": end}]  # fmt: skip
    before = parse_plan({"from": "workflow.runs", "where": {"op": "and", "args": bounds}})
    for turn in ("and the year before", "the following year", "a year earlier"):
        followup.plan(Question(turn, NOW_US), CATALOGUE, Context(plan=before, question="q"))


WORDS = [
    "and",
    "only",
    "the",
    "others",
    "top",
    "3",
    "bottom",
    "0",
    "by",
    "per",
    "for",
    "all",
    "not",
    "without",
    "month",
    "before",
    "year",
    "earlier",
    "of",
    "those",
    "those",
    "them",
    "how",
    "many",
    "which",
    "who",
    "is",
    "that",
    "share",
    "percentage",
    "sorted",
    "date",
    "newest",
    "first",
    "country",
    "failed",
    "open",
    "urgent",
    "users",
    "runs",
    "sessions",
    "same",
    "instead",
    "last",
    "week",
    "October",
    "Germany",
    '"x"',
    "99999999999",
    "'",
    "(",
    "\x00",
    "会話",
    "rest",
    "median",
    "sum",
    "?",
]
BEFORE = [last(text).plan for text in (
    "how many runs failed last week", "list open tickets", "which 5 customers opened the most tickets",
    "average latency by provider", "sessions per day and device", "workflows that have never run",
)]  # fmt: skip


@given(st.lists(st.sampled_from(WORDS), max_size=9), st.sampled_from(BEFORE))
@settings(max_examples=150, deadline=None)
def test_any_turn_gives_checked_plans_or_a_refusal(words: list[str], before: QueryPlan) -> None:
    text = " ".join(words)
    found = followup.plan(Question(text, NOW_US), CATALOGUE, Context(plan=before, question="q"))
    for made in found.readings:
        assert check(made.plan, CATALOGUE)
        assert 0 <= made.confidence <= 1


@pytest.mark.parametrize(
    "turn",
    ["regardless of the country", "drop the country filter", "whatever the country", "remove the filter on country",
     "for any country"],
)  # fmt: skip
def test_a_condition_may_be_lifted_in_many_ways(turn: str) -> None:
    assert after("how many users from Spain signed up in May?", turn) == after(
        "how many users from Spain signed up in May?", "for all countries"
    )


@pytest.mark.parametrize("turn", ["leave out Spain", "not counting Spain", "excluding Spain", "skip Spain"])  # fmt: skip
def test_a_value_may_be_left_out_in_many_ways(turn: str) -> None:
    assert after("users by country", turn) == after("users by country", "without Spain")


def test_an_edit_may_be_one_of_what_the_rest_of_the_turn_makes() -> None:
    made = after("average word count of articles", "by author, shortest first")
    assert (
        made["order"] == after("average word count of articles by author", "lowest first")["order"]
    )
    assert made["group"]


def test_the_same_period_is_no_new_one() -> None:
    first = "how many exports were there in May?"
    assert after(first, "and shares, same month") == after(first, "and shares")


def test_for_every_value_after_one_of_them_asks_for_the_others_too() -> None:
    assert (
        after("how many visits from Spain in May?", "per country")["where"]
        == after("how many visits in May?", "per country")["where"]
    )


@pytest.mark.parametrize("turn", ["restrict it to Spain", "narrow it down to Spain", "limit that to Spain"])  # fmt: skip
def test_a_turn_may_narrow_in_many_ways(turn: str) -> None:
    assert after("how many visits were there in May?", turn) == after(
        "how many visits were there in May?", "only Spain"
    )


def test_the_most_expensive_are_the_first() -> None:
    assert after("total ad cost by channel", "just the two most expensive")["limit"] == 2
    least = after("total ad cost by channel", "the 2 least expensive")
    assert least["order"] == after("total ad cost by channel", "bottom 2")["order"]


def test_of_which_how_many_counts_the_records_of_a_list() -> None:
    made = after("teams created in May", "of which how many in retail?")
    assert made == after("how many teams were created in May", "only retail")


@pytest.mark.parametrize("turn", ["back to Spain", "let's go back to Spain", "compared to that, Spain"])  # fmt: skip
def test_a_turn_may_lead_back(turn: str) -> None:
    made = after("how many visits from Italy in May?", turn)
    assert made == after("how many visits from Italy in May?", "and Spain?")


@pytest.mark.parametrize("turn", ["and the cost?", "what about the cost?", "now the cost"])
def test_another_number_is_folded_as_the_one_before(turn: str) -> None:
    first = "total visitors by channel in May"
    assert after(first, turn) == after("total cost by channel in May", "and the cost?")


@pytest.mark.parametrize(
    "turn", ["what do they add up to?", "how much is that altogether?", "their combined value"]
)
def test_records_are_summed_up_in_money(turn: str) -> None:
    made = last("how many invoices are overdue?", turn).plan
    assert made.measures[0].fn == "sum"
    assert made.measures[0].field == "amount"
    assert made.where == last("how many invoices are overdue?").plan.where


def test_which_has_most_of_them_groups_the_records_before() -> None:
    made = last("deliveries sent in September", "which status had the fewest?").plan
    assert [key.field for key in made.group] == ["status"]
    assert (made.limit, made.order[0].desc) == (1, False)
    assert made.where == last("deliveries sent in September").plan.where


def test_what_is_asked_of_the_first_few_is_asked_of_no_others() -> None:
    made = last("show me the newest 5 users", "which teams are they in?").plan
    assert (made.select, made.limit, made.distinct) == (("team.name",), 5, False)
    assert made.order == last("show me the newest 5 users").plan.order


def test_the_oldest_after_the_newest_are_as_many() -> None:
    made = last("show me the newest 5 users", "and the oldest?").plan
    assert (made.order[0].by, made.order[0].desc, made.limit) == ("signed_up_at", False, 5)


def test_a_share_is_of_what_was_asked_before_the_last_condition() -> None:
    made = last("billing tickets of May", "how many of them are urgent?", "as a percentage").plan
    assert made.measures[0].where == Compare(op="=", field="priority", value="urgent")
    assert Compare(op="=", field="topic", value="billing") in conjuncts(made.where)


def test_a_share_stays_one_over_another_time() -> None:
    made = last("how many logins failed in May?", "as a percentage", "what about June?").plan
    assert made.show == ("percent",)


@pytest.mark.parametrize("turn", ["in seconds please", "and the same in seconds"])
def test_a_figure_is_told_in_another_unit(turn: str) -> None:
    made = last("average load time of page views per path", turn).plan
    assert [(c.op, c.args[1]) for c in made.compute] == [("/", 1000)]
    assert made.show == ("path", "converted")


def test_how_many_after_who_had_most_is_that_number() -> None:
    made = last("which service logged the most errors?", "how many?").plan
    assert made.show == ("entries",)
    assert made.limit == 1


def test_which_of_them_is_asked_of_the_records_before() -> None:
    made = last("invoices over 3000 euros", "which teams?").plan
    assert (made.source, made.select, made.distinct) == ("archive.invoices", ("team.name",), True)
    assert last("invoices over 3000 euros", "which teams?", "and how many each?").plan.group
    assert last("alerts of last week", "on which hosts?", "how many per host").plan.group


def test_a_verb_may_stand_around_what_it_was_done_to() -> None:
    made = last("broken connections", "who set them up?").plan
    assert made.select == ("created_by.name",)


def test_a_sum_of_what_several_records_share_is_no_sure_answer() -> None:
    assert last("users in Germany", "how much do they pay in total?").confidence < 0.75


@pytest.mark.parametrize(
    ("first", "turn", "field"),
    [("documents filed in May", "how big are they together?", "size_bytes"),
     ("failed runs of May", "how long were those in total", "duration_ms")],
)  # fmt: skip
def test_how_big_they_are_together_is_a_sum(first: str, turn: str, field: str) -> None:
    assert [(m.fn, m.field) for m in last(first, turn).plan.measures] == [("sum", field)]
