"""Parts of a whole: what tells the part, and what the whole is."""

from __future__ import annotations

from typing import Any

import pytest

from tests.orchestrator.planner.shop import equals, wire, within

SHARE = {"op": "/", "args": ["fitting", "all"], "as": "share"}
PERCENT = [SHARE, {"op": "*", "args": ["share", 100], "as": "percent"}]


@pytest.mark.parametrize(
    ("text", "part", "base"),
    [
        ("what share of orders is paid", equals("status", "paid"), None),
        ("share of returned orders", equals("status", "returned"), None),
        ("what share of web orders was returned", equals("status", "returned"),
         equals("channel", "web")),
        ("share of orders in September that were returned", equals("status", "returned"),
         within("placed_at", "2026-09-01", "2026-10-01")),
        ("share of returned orders among those with channel web", equals("status", "returned"),
         equals("channel", "web")),
    ],
)  # fmt: skip
def test_the_part_is_what_the_verb_says_and_the_whole_what_stands_before(
    text: str, part: dict[str, Any], base: dict[str, Any] | None
) -> None:
    made = wire(text)
    assert made["measures"] == [
        {"fn": "count", "where": part, "as": "fitting"},
        {"fn": "count", "as": "all"},
    ]
    assert made["compute"] == [SHARE]
    assert made.get("where") == base


def test_a_percentage_is_of_a_hundred() -> None:
    assert wire("percentage of orders that were returned")["compute"] == PERCENT


def test_a_share_of_money_sums_the_money() -> None:
    made = wire("what share of revenue comes from phone orders")
    assert [(m["fn"], m["field"], m.get("where")) for m in made["measures"]] == [
        ("sum", "amount", equals("channel", "phone")),
        ("sum", "amount", None),
    ]


def test_a_share_per_group_is_of_the_group() -> None:
    made = wire("share of returned orders per channel")
    assert [group["field"] for group in made["group"]] == ["channel"]
    assert made["compute"] == [SHARE]


def test_the_share_of_each_group_is_of_all() -> None:
    made = wire("percentage of orders by channel")
    assert [c["op"] for c in made["compute"]] == ["total", "/", "*"]
    assert made["show"] == ["channel", "percent"]


def test_a_rate_in_percent_is_multiplied() -> None:
    made = wire("return rate in percent")
    assert made["compute"][-1] == {"op": "*", "args": ["return_rate", 100], "as": "percent"}


def test_one_sum_per_unit_of_another_is_their_ratio() -> None:
    made = wire("revenue per item")
    assert "group" not in made
    assert [m["field"] for m in made["measures"]] == ["amount", "items"]
    assert [c["op"] for c in made["compute"]] == ["/"]
