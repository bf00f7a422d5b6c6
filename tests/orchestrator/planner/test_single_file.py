"""Questions of one file that nobody described, in the words of whoever keeps it."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.planner.reading import Context, Question
from orchestrator.planner.rules import plan
from registry.catalog import Catalogue, Facts, FieldValues
from registry.shape.propose import propose
from tests.orchestrator.planner.company import NOW_US
from tests.registry.test_shape import shaped

KINDS = ("company", "individual", "new", "school")
GIFTS = shaped(
    "charity_gifts",
    given_on=["2026-01-02", "2026-02-03", "2026-03-04", "2026-03-05"],
    giver_id=["G1", "G2", "G3", "G4"],
    giver_name=["Ada Bell", "Ben Cole", "Cy Dorn", "Dee Ems"],
    giver_kind=list(KINDS),
    drive=["Wells", "Roofs", "Wells", "Books"],
    amount_eur=["10.5", "20.25", "7.5", "40.0"],
    thanked=["yes", "no", "yes", "no"],
)
KNOWN = Catalogue(
    [propose([GIFTS], "charity_gifts", Catalogue([], {})).spec],
    {
        "charity_gifts.charity_gifts": Facts(
            rows=4,
            values={
                "giver_kind": FieldValues(KINDS, complete=True),
                "drive": FieldValues(("Wells", "Roofs", "Books"), complete=True),
            },
        )
    },
)
TOTAL = [{"fn": "sum", "field": "amount_eur", "as": "total_amount_eur"}]
COUNT = [{"fn": "count", "as": "charity_gifts"}]


def best(text: str) -> dict[str, Any]:
    return plan(Question(text, NOW_US), KNOWN, Context()).readings[0].plan.to_wire()


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("how much have we raised?", {"measures": TOTAL}),
        ("how much came in for Wells", {
            "measures": TOTAL, "where": {"op": "=", "field": "drive", "value": "Wells"}}),
        ("which drive brought in the most money?", {
            "group": [{"field": "drive", "as": "drive"}], "measures": TOTAL, "limit": 1}),
        ("drives that raised over 30", {
            "group": [{"field": "drive", "as": "drive"}], "measures": TOTAL,
            "having": {"op": ">", "field": "total_amount_eur", "value": 30}}),
    ],
)  # fmt: skip
def test_how_much_is_the_money_of_the_table(text: str, parts: dict[str, Any]) -> None:
    made = best(text)
    assert {name: made[name] for name in parts} == parts


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("gifts from companies", "company"),
        ("how many gifts by individuals", "individual"),
        ("new gifts", "new"),
    ],
)
def test_a_word_of_the_grammar_is_a_value_where_few_are_stored(text: str, value: str) -> None:
    assert best(text)["where"] == {"op": "=", "field": "giver_kind", "value": value}


def test_the_last_word_of_the_only_table_names_its_records() -> None:
    assert best("how many gifts?")["measures"] == COUNT


def test_whoever_has_an_id_too_is_told_by_name() -> None:
    assert best("top 2 givers by number of gifts")["group"] == [
        {"field": "giver_name", "as": "giver_name"}
    ]


def test_records_in_total_are_counted() -> None:
    assert best("Wells or Roofs gifts in total")["measures"] == COUNT


def test_what_got_done_is_a_share_of_all() -> None:
    made = best("what percentage of the gifts got thanked?")
    assert made["show"] == ["percent"]


def test_a_number_and_what_was_done_with_it_is_summed_over_a_time() -> None:
    assert best("amount pledged this year")["measures"][0]["fn"] == "sum"


def test_people_who_are_so_are_no_groups() -> None:
    made = best("how many gifts by givers who are companies")
    assert made["measures"] == COUNT
    assert "group" not in made


def test_what_is_true_of_records_names_them() -> None:
    visits = shaped(
        "visits",
        guest=["Ada", "Ben", "Cy"] * 7,
        room=["Attic", "Hall", "Cellar"] * 7,
        no_show=["0", "1", "0"] * 7,
    )
    inn = Catalogue([propose([visits], "visits", Catalogue([], {})).spec], {})
    made = plan(Question("how many no shows", NOW_US), inn, Context()).readings[0].plan.to_wire()
    assert made["where"] == {"op": "=", "field": "no_show", "value": True}


def test_buckets_are_of_the_time_that_is_named() -> None:
    lent = shaped(
        "loans",
        title=["Emma", "Ivanhoe", "Kim"],
        loaned=["2026-01-02", "2026-02-03", "2026-03-04"],
        due_date=["2026-02-02", "2026-03-03", "2026-04-04"],
    )
    shelf = Catalogue([propose([lent], "loans", Catalogue([], {})).spec], {})
    for text, key in (("loans per month by due date", "due_date"), ("loans per month", "loaned")):
        made = plan(Question(text, NOW_US), shelf, Context()).readings[0].plan.to_wire()
        assert made["group"] == [{"field": key, "bucket": "month", "as": "month"}]


@pytest.mark.parametrize(("text", "fn"), [("last", "max"), ("first", "min")])
def test_when_it_was_last_is_one_time(text: str, fn: str) -> None:
    made = best(f"when was Wells {text} given?")
    assert made["measures"][0]["fn"] == fn


def test_many_strange_words_ask_for_something_else() -> None:
    found = plan(
        Question("which gifts outlast a rainy Belgian tax audit?", NOW_US), KNOWN, Context()
    )
    assert all(reading.confidence < 0.2 for reading in found.readings)


def test_a_month_is_no_slip_of_the_fingers() -> None:
    where = best("how many gifts in may")["where"]
    assert where["args"][0] == {"op": ">=", "field": "given_on", "value": "2026-05-01"}


VISITS = shaped(
    "appointments",
    Number=["A1", "A2", "A3", "A4"],
    Patient_Name=["Ada Bell", "Ben Cole", "Cy Dorn", "Ada Bell"],
    Doctor=["Dr. Haddad", "Dr. Weiss", "Dr. Weiss", "Dr. Haddad"],
    Booked_on=["2026-01-02", "2026-01-03", "2026-01-04", "2026-02-05"],
    Seen_on=["2026-02-02", "", "2026-02-04", "2026-03-05"],
    Status=["seen", "no-show", "seen", "seen"],
    Waited_min=["10", "", "25", "5"],
    Reminded=["yes", "no", "yes", "no"],
)
CLINIC = Catalogue(
    [propose([VISITS], "appointments", Catalogue([], {})).spec],
    {
        "appointments.appointments": Facts(
            rows=4,
            values={
                "doctor": FieldValues(("Dr. Haddad", "Dr. Weiss"), complete=True),
                "status": FieldValues(("seen", "no-show"), complete=True),
            },
        )
    },
)


def clinic(text: str) -> dict[str, Any]:
    return plan(Question(text, NOW_US), CLINIC, Context()).readings[0].plan.to_wire()


def test_a_value_written_as_one_word_of_the_grammar_is_one() -> None:
    made = clinic("no-shows per doctor")
    assert made["where"] == {"op": "=", "field": "status", "value": "no-show"}
    assert made["group"] == [{"field": "doctor", "as": "doctor"}]


def test_a_title_ends_no_sentence() -> None:
    made = clinic("how many appointments did Dr. Weiss have in february")
    assert made["where"]["args"][0] == {"op": "=", "field": "doctor", "value": "Dr. Weiss"}


def test_what_was_done_is_known_by_its_date() -> None:
    made = clinic("how many appointments have been booked")
    assert made["where"] == {"op": "not", "arg": {"op": "null", "field": "booked_on"}}


def test_how_many_did_it_shows_no_date() -> None:
    made = clinic("how many different patients booked with Dr. Haddad?")
    assert "group" not in made
    assert made["measures"][0]["fn"] == "distinct"


def test_the_extreme_and_whose_it_is_are_of_one_record() -> None:
    question = Question("highest waited minutes, and which doctor was it", NOW_US)
    made = [r.plan for r in plan(question, CLINIC, Context()).readings]
    assert ("waited_min", "doctor") in [found.select for found in made if found.limit == 1]


def test_those_who_are_so_are_part_of_those_who_are_said() -> None:
    made = clinic("what percentage of Dr. Weiss appointments were reminded")
    share = made["measures"][0]["where"]
    assert share == {"op": "=", "field": "reminded", "value": True}


def test_groups_are_kept_by_how_many_of_a_kind_they_have() -> None:
    made = clinic("which doctors had more than 1 no-shows")
    assert made["having"]["value"] == 1
    assert made["where"] == {"op": "=", "field": "status", "value": "no-show"}


def test_the_total_may_stand_last() -> None:
    assert best("amount given for Wells before 1 march, total")["measures"][0]["fn"] == "sum"


def test_the_first_of_a_month_is_a_day() -> None:
    where = best("how many gifts since the first of February")["where"]
    assert where == {"op": ">=", "field": "given_on", "value": "2026-02-01"}


def test_what_was_done_at_a_time_is_dated_by_its_own_day() -> None:
    bills = shaped(
        "bills",
        bill=["B1", "B2", "B3"],
        issued=["2026-09-01", "2026-09-02", "2026-09-03"],
        settled=["yes", "no", "yes"],
        settled_on=["2026-10-01", "", "2026-10-03"],
    )
    desk = Catalogue([propose([bills], "bills", Catalogue([], {})).spec], {})
    asked = Question("how many bills were settled in October?", NOW_US)
    made = plan(asked, desk, Context()).readings[0].plan.to_wire()
    fields = {part["field"] for part in made["where"]["args"]}
    assert "settled_on" in fields
    assert "issued" not in fields
