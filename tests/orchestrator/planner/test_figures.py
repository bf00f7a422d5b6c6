"""Several figures of the same records, each with a condition of its own."""

from __future__ import annotations

from typing import Any

import pytest

from tests.orchestrator.planner.shop import equals, wire, within

ALL = {"fn": "count"}
OPEN = {"fn": "count", "where": equals("status", "open")}
RETURNED = {"fn": "count", "where": equals("status", "returned")}
SEPTEMBER = within("placed_at", "2026-09-01", "2026-10-01")


def figures(text: str) -> list[dict[str, Any]]:
    return [{k: v for k, v in m.items() if k != "as"} for m in wire(text)["measures"]]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("how many orders are there and how many of them are open", [ALL, OPEN]),
        ("number of orders and number of returned ones", [ALL, RETURNED]),
        ("how many orders are open and how many returned?", [OPEN, RETURNED]),
        ("how many orders do we have, how many are open and how many are returned?",
         [ALL, OPEN, RETURNED]),
        ("the number of open and the number of returned orders", [OPEN, RETURNED]),
        ("count of all orders and of returned orders", [ALL, RETURNED]),
        ("all orders and how many of those are open", [ALL, OPEN]),
    ],
)  # fmt: skip
def test_each_figure_has_its_own_condition(text: str, told: list[dict[str, Any]]) -> None:
    assert figures(text) == told
    assert "where" not in wire(text)


def test_a_time_of_one_figure_is_of_all_that_name_none() -> None:
    for text in (
        "how many orders were placed in September and how many of them were returned",
        "number of orders and number of returned orders in September",
    ):
        assert wire(text)["where"] == SEPTEMBER
        assert figures(text) == [ALL, RETURNED]


def test_what_there_is_one_row_for_is_said_before_or_behind_all_figures() -> None:
    for text in (
        "for each channel, the number of orders and how many are open",
        "how many orders and how many of them are open, by channel",
        "orders per channel: how many in total and how many open",
    ):
        assert [group["field"] for group in wire(text)["group"]] == ["channel"]
        assert figures(text) == [ALL, OPEN]


def test_a_sum_is_told_beside_its_part() -> None:
    whole, part = wire("revenue and revenue from web orders by month")["measures"]
    assert (whole["fn"], whole["field"], whole.get("where")) == ("sum", "amount", None)
    assert part["where"] == equals("channel", "web")


def test_conditions_of_the_first_are_of_the_others_unless_they_say_the_same_field() -> None:
    made = wire("how many web orders are open and how many are returned")
    assert made["where"] == equals("channel", "web")
    assert [m["where"] for m in made["measures"]] == [
        equals("status", "open"),
        equals("status", "returned"),
    ]


def test_figures_of_two_collections_are_not_told_apart() -> None:
    assert all("where" not in m for m in wire("how many orders and how many customers")["measures"])
