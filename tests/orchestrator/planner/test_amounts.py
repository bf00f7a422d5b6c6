"""Numbers that are asked for without their names, folds that stand behind, and units."""

from __future__ import annotations

from typing import Any

import pytest

from tests.orchestrator.planner.shop import equals, wire


def fold(fn: str, field: str) -> list[dict[str, Any]]:
    return [{"fn": fn, "field": field, "as": f"{fn}_{field}"}]


@pytest.mark.parametrize(
    ("text", "measures"),
    [
        ("how many milliseconds do orders take on average", fold("avg", "packing_ms")),
        ("how much are orders in total", fold("sum", "amount")),
        ("amount of orders on average", fold("avg", "amount")),
        ("longest order in milliseconds", fold("max", "packing_ms")),
    ],
)
def test_a_fold_behind_is_of_the_number_that_is_asked_for(
    text: str, measures: list[dict[str, Any]]
) -> None:
    assert wire(text)["measures"] == measures


def test_a_fold_is_told_in_the_unit_that_is_asked_for() -> None:
    made = wire("average packing of orders in minutes")
    assert made["compute"] == [{"op": "/", "args": ["avg_packing_ms", 60000], "as": "converted"}]
    assert "compute" not in wire("average packing of orders in milliseconds")


def test_a_definition_of_a_unit_limits_nothing() -> None:
    made = wire("how many orders took over 2 s (1 s = 1000 ms)")
    assert made["where"] == {"op": ">", "field": "packing_ms", "value": 2000}


def test_how_many_times_counts_the_records_of_each() -> None:
    made = wire("which channels had returned orders, and how many times")
    assert [group["field"] for group in made["group"]] == ["channel"]
    assert made["measures"] == [{"fn": "count", "as": "orders"}]
    assert made["where"] == equals("status", "returned")


def test_a_rate_behind_a_comparison_is_no_bucket() -> None:
    assert "group" not in wire("customers with at least 100 EUR credit a month")
