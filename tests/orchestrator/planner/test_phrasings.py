"""Ways to say the same give the plan of the plain way."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from orchestrator.planner import rules
from orchestrator.planner.lexicon import lexicon_of
from orchestrator.planner.phrasing.phrasings import reworded
from orchestrator.planner.reading import Context, Question
from orchestrator.planner.words import tokenise
from tests.orchestrator.planner.company import NOW_US, company
from tests.orchestrator.planner.shop import SHOP

COMPANY = company()


def said(text: str) -> str:
    return " ".join(w.text for w in reworded(tokenise(text), lexicon_of(SHOP)))


def plan(text: str) -> dict[str, Any]:
    found = rules.plan(Question(text, NOW_US), COMPANY, Context())
    return found.readings[0].plan.to_wire()


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("please tally up all orders", "count orders"),
        ("headcount of customers", "number of customers"),
        ("split the orders by channel", "orders by channel"),
        ("distribution of orders across channels", "number of orders by channels"),
        ("grid of status against channel", "count by status and channel"),
        ("how large a slice of the orders is open", "what share of the orders is open"),
        ("out of all orders, how many percent are open", "what percent of orders are open"),
        ("by how many do web orders outnumber phone orders",
         "difference between number of web orders and number of phone orders"),
        ("orders channel by channel", "orders by channel"),
        ("which orders exceed the average", "which orders above the average"),
        ("from how many distinct cities do orders come", "how many distinct cities of orders come"),
    ],
)  # fmt: skip
def test_a_phrase_is_put_in_the_words_of_the_grammar(text: str, plain: str) -> None:
    assert said(text) == plain


def test_words_of_the_data_are_no_phrase() -> None:
    words = tokenise("channel of orders")
    assert reworded(words, lexicon_of(SHOP)) == words


def test_what_moved_keeps_no_text_between() -> None:
    words = reworded(tokenise("break orders down by city and show the amount in each"),
                     lexicon_of(SHOP))  # fmt: skip
    assert all(a.start <= b.start for a, b in itertools.pairwise(words))


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("how many runs were launched by a person", "started_by"),
        ("number of alerts acknowledged by someone", "acknowledged_by"),
    ],
)
def test_somebody_is_anybody_at_all(text: str, field: str) -> None:
    assert plan(text)["where"] == {"op": "not", "arg": {"op": "null", "field": field}}


def test_nobody_leaves_a_reference_empty() -> None:
    made = plan("how many alerts were acknowledged by nobody")
    assert made["where"] == {"op": "null", "field": "acknowledged_by"}


def test_whose_records_they_are_is_part_of_their_name() -> None:
    assert plan("user sessions by browser")["from"] == "session.sessions"


def test_a_plural_value_is_what_is_counted() -> None:
    made = plan("how many guests are in teams from Spain")
    assert made["from"] == "user.users"


def test_a_verb_between_who_and_what_is_no_column() -> None:
    made = plan("which enterprise users opened an urgent ticket")
    assert "opened_at" not in str(made.get("select"))


def test_another_count_than_asked_is_not_sure() -> None:
    found = rules.plan(
        Question("how many customers ever wrote by phone", NOW_US), COMPANY, Context()
    )
    best = found.readings[0]
    assert best.plan.source == "user.users" or best.confidence <= 0.7


def test_a_verb_of_the_grammar_is_no_field_of_something_else() -> None:
    made = plan("what share of the marketing cost goes to email")
    assert made["from"] == "analytics.daily"
    assert [m["fn"] for m in made["measures"]] == ["sum", "sum"]


def test_what_belongs_to_somebody_has_a_reference() -> None:
    made = plan("how many log entries belong to a user")
    assert made["where"] == {"op": "not", "arg": {"op": "null", "field": "user"}}


def test_both_ends_are_two_numbers() -> None:
    made = plan("slowest and fastest workflow run in milliseconds")
    assert [m["fn"] for m in made["measures"]] == ["max", "min"]


def test_a_country_in_capitals_is_no_pronoun() -> None:
    made = plan("how many users live in the US")
    assert made["where"] == {"op": "=", "field": "country", "value": "United States"}


def test_values_of_nothing_that_is_named_are_no_sure_question() -> None:
    found = rules.plan(Question("what is the share of failed ones", NOW_US), COMPANY, Context())
    assert not found.readings or found.readings[0].confidence <= 0.7


def test_what_is_done_from_an_unknown_place_is_not_sure() -> None:
    found = rules.plan(Question("share of guests swimming at beach", NOW_US), COMPANY, Context())
    assert not found.readings or found.readings[0].confidence <= 0.2


def test_a_fold_said_again_is_the_other_side() -> None:
    made = plan("difference between the average fee of pro teams and the average fee of free teams")
    assert [m["fn"] for m in made["measures"]] == ["avg", "avg"]
    assert made["compute"][0]["op"] == "-"


def test_two_folds_of_one_number() -> None:
    made = plan("average seats and their maximum per industry")
    assert {(m["fn"], m["field"]) for m in made["measures"]} == {("avg", "seats"), ("max", "seats")}


def test_the_name_of_whom_a_record_refers_to_is_no_other_name() -> None:
    made = plan("average rating per agent name")
    assert made["group"][0]["field"] in ("agent", "agent.name")


def test_how_many_each_has_is_a_quotient() -> None:
    made = plan("how many comments does an article get on average")
    assert [c["op"] for c in made["compute"]] == ["/"]


def test_where_there_is_one_leaves_the_others_out() -> None:
    made = plan("page views per referrer, only where there is a referrer")
    assert made["where"] == {"op": "not", "arg": {"op": "null", "field": "referrer"}}


def test_a_word_of_english_is_not_misspelt() -> None:
    made = plan("largest number of pages that anyone looked at in a visit")
    assert "locked" not in str(made)


def test_what_is_done_is_a_state_behind_a_verb() -> None:
    made = plan("how many tasks are done")
    assert made["where"] == {"op": "=", "field": "status", "value": "done"}


def test_what_a_number_is_of_is_no_second_number() -> None:
    made = plan("average load time of pages seen by admins")
    assert [m["field"] for m in made["measures"]] == ["load_ms"]


def test_records_without_what_all_have_are_not_sure() -> None:
    question = Question("invited people who have not joined, how many", NOW_US)
    found = rules.plan(question, COMPANY, Context())
    assert found.readings[0].confidence <= 0.7


def test_the_average_of_a_kind_is_of_that_kind_alone() -> None:
    made = plan("conversations with a slower first reply than the average urgent conversation")
    inner = plan("snapshots larger than the average failed snapshot")["where"]["plan"]
    assert inner["where"] == {"op": "=", "field": "status", "value": "failed"}
    assert "urgent" in str(made)


def test_so_many_times_more_is_a_quotient() -> None:
    made = plan("how many times more mobile sessions than tablet sessions were there")
    assert [c["op"] for c in made["compute"]] == ["/"]


def test_to_subtract_is_to_ask_and_to_add_together_is_no_order() -> None:
    made = plan("subtract the number of failed logins from the number of successful logins")
    assert [c["op"] for c in made["compute"]] == ["-"]
    assert plan("add together the views of all articles")["measures"][0]["fn"] == "sum"


def test_where_people_live_is_no_place_of_what_they_did() -> None:
    found = rules.plan(
        Question("page views made by users who live in Spain", NOW_US), COMPANY, Context()
    )
    best = found.readings[0]
    assert best.confidence <= 0.7 or "user.country" in str(best.plan.to_wire())


def test_who_did_how_many_is_a_number_for_each() -> None:
    made = plan("which agents handled how many tickets")
    assert made["group"]
    assert made["measures"][0]["fn"] == "count"


def test_an_office_is_no_officer() -> None:
    found = rules.plan(Question("number of employees per office", NOW_US), COMPANY, Context())
    assert not found.readings or found.readings[0].confidence <= 0.2
