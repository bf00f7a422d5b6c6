"""Questions with two sides: what is counted on each, and what is asked of the two numbers."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.planner import rules
from orchestrator.planner.reading import Context, Question
from tests.orchestrator.planner.company import NOW_US, company
from tests.orchestrator.planner.shop import equals, wire, within

AUGUST = within("placed_at", "2026-08-01", "2026-09-01")
SEPTEMBER = within("placed_at", "2026-09-01", "2026-10-01")
DIFFERENCE = [{"op": "-", "args": ["first", "second"], "as": "difference"}]
RATIO = [{"op": "/", "args": ["first", "second"], "as": "ratio"}]
PERCENT = [
    *DIFFERENCE,
    {"op": "/", "args": ["difference", "second"], "as": "change"},
    {"op": "*", "args": ["change", 100], "as": "percent"},
]


def counts(first: dict[str, Any], second: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"fn": "count", "where": first, "as": "first"},
        {"fn": "count", "where": second, "as": "second"},
    ]


@pytest.mark.parametrize(
    ("text", "compute", "where"),
    [
        ("how many more orders were placed in September than in August", DIFFERENCE,
         (SEPTEMBER, AUGUST)),
        ("orders in September 2026 minus orders in August 2026", DIFFERENCE, (SEPTEMBER, AUGUST)),
        ("percent change of orders, September against August", PERCENT, (SEPTEMBER, AUGUST)),
        ("change in the number of orders from August to September", DIFFERENCE,
         (SEPTEMBER, AUGUST)),
        ("how many fewer orders did we have in September than in August", DIFFERENCE,
         (AUGUST, SEPTEMBER)),
        ("by how many percent did orders grow between August and September", PERCENT,
         (SEPTEMBER, AUGUST)),
        ("orders in September compared with the month before", None, (SEPTEMBER, AUGUST)),
        ("ratio of paid to returned orders", RATIO,
         (equals("status", "paid"), equals("status", "returned"))),
        ("web orders divided by phone orders", RATIO,
         (equals("channel", "web"), equals("channel", "phone"))),
        ("difference between the number of paid and open orders", DIFFERENCE,
         (equals("status", "paid"), equals("status", "open"))),
        ("web orders versus phone orders side by side", None,
         (equals("channel", "web"), equals("channel", "phone"))),
    ],
)  # fmt: skip
def test_each_side_is_counted_and_then_compared(
    text: str, compute: Any, where: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    made = wire(text)
    assert made["measures"] == counts(*where)
    assert made.get("compute") == compute
    assert "where" not in made


def test_what_both_sides_share_limits_both() -> None:
    made = wire("how many more paid orders were placed in September than in August")
    assert made["where"] == equals("status", "paid")
    assert made["measures"] == counts(SEPTEMBER, AUGUST)


def test_a_named_measure_and_a_group_are_of_both_sides() -> None:
    made = wire("revenue per channel in September vs August")
    assert [group["field"] for group in made["group"]] == ["channel"]
    assert [(m["fn"], m["field"], m["where"]) for m in made["measures"]] == [
        ("sum", "amount", SEPTEMBER),
        ("sum", "amount", AUGUST),
    ]


def test_the_same_time_a_year_ago_is_the_other_side() -> None:
    made = wire("revenue in September compared to the same month last year")
    assert [m["where"] for m in made["measures"]] == [
        SEPTEMBER,
        within("placed_at", "2025-09-01", "2025-10-01"),
    ]


def test_two_different_sums_are_divided() -> None:
    made = wire("ratio of revenue to items per channel")
    assert [m["field"] for m in made["measures"]] == ["amount", "items"]
    assert made["show"] == ["channel", "ratio"]


def test_records_of_two_collections_are_not_counted_side_by_side() -> None:
    assert "compute" not in wire("difference between the number of customers and orders")


def test_what_drops_is_told_by_how_much_less_there_is() -> None:
    made = wire("by how much did orders drop from August to September")
    assert made["measures"] == counts(AUGUST, SEPTEMBER)


def test_two_extremes_have_a_difference() -> None:
    made = wire("what is the difference between the highest and the lowest amount")
    assert made["compute"] == [
        {"op": "-", "args": ["max_amount", "min_amount"], "as": "difference"}
    ]


def test_what_there_is_to_each_is_a_ratio() -> None:
    for text in (
        "average number of orders per customer",
        "how many orders per customer on average",
    ):
        made = wire(text)
        assert "group" not in made
        assert [c["op"] for c in made["compute"]] == ["/"]


def test_what_stands_on_the_other_side_only_is_no_word_of_this_one() -> None:
    found = rules.plan(
        Question("credit drop table users and sign", now_us=NOW_US), company(), Context()
    )
    assert found.planner == rules.NAME


@pytest.mark.parametrize(
    "text",
    [
        "web orders versus phone orders",
        "orders by web compared with phone, count of each",
        "did we get more orders by web or by phone? both counts please",
        "are there more web or phone orders?",
    ],
)
def test_values_that_are_held_against_each_other_have_a_row_each(text: str) -> None:
    made = wire(text)
    assert made["where"] == {"op": "in", "field": "channel", "values": ["web", "phone"]}
    assert [group["field"] for group in made["group"]] == ["channel"]
    assert [m["fn"] for m in made["measures"]] == ["count"]


def test_which_of_two_values_has_more_is_one_of_them() -> None:
    made = wire("which has more orders, web or phone?")
    assert (made["show"], made["limit"], made["order"][0]["desc"]) == (["channel"], 1, True)


def test_values_in_buckets_stand_side_by_side() -> None:
    made = wire("web orders versus phone orders by month")
    assert [m["where"] for m in made["measures"]] == [
        equals("channel", "web"),
        equals("channel", "phone"),
    ]
