"""Tops with their numbers, rows of each group, groups kept by what they count or sum up to."""

from __future__ import annotations

from typing import Any

import pytest

from tests.orchestrator.planner.shop import equals, wire

NORWAY = equals("country", "Norway")


def test_so_many_rows_of_each_group() -> None:
    made = wire("top 2 cities per country")
    assert [group["field"] for group in made["group"]] == ["country", "city"]
    assert made["per"] == {"by": ["country"], "n": 2}
    assert made["order"] == [{"by": "country"}, {"by": "customers", "desc": True}]
    assert "limit" not in made


@pytest.mark.parametrize(
    "text",
    [
        "top 3 cities by number of customers, with the counts",
        "which three cities have the most customers, and how many",
        "top 3 cities with customer counts",
    ],
)
def test_the_number_that_ranks_is_shown_where_it_is_asked_for(text: str) -> None:
    made = wire(text)
    assert made["limit"] == 3
    assert [group["field"] for group in made["group"]] == ["city"]
    assert "show" not in made  # the key and the number


def test_what_follows_with_stands_beside_the_names() -> None:
    made = wire("top 5 customers by credit with the credit")
    assert made["select"] == ["name", "credit"]
    assert made["limit"] == 5


def test_the_most_of_a_value_are_counted() -> None:
    made = wire("which channel had the most returned")
    assert made["where"] == equals("status", "returned")
    assert made["order"] == [{"by": "orders", "desc": True}]


def test_groups_are_held_against_one_of_them() -> None:
    made = wire("which countries have more customers than Norway")
    inner = made["having"]["plan"]
    assert (made["having"]["op"], inner["where"]) == (">", NORWAY)
    assert inner["measures"] == made["measures"]


def test_records_are_held_against_one_that_is_named() -> None:
    made = wire("customers with more credit than Acme")["where"]
    assert (made["op"], made["field"]) == (">", "credit")
    assert made["plan"]["where"] == equals("name", "Acme")
    assert made["plan"]["select"] == ["credit"]


def test_what_belongs_to_a_record_is_summed_up_in_total() -> None:
    made = wire("customers with orders over 500 EUR in total")
    inner = next(p["plan"] for p in _parts(made["where"]) if "having" in p["plan"])
    assert inner["measures"] == [{"fn": "sum", "field": "amount", "as": "sum_amount"}]
    assert inner["having"] == {"op": ">", "field": "sum_amount", "value": 500}


def test_days_are_kept_by_what_they_count() -> None:
    made = wire("days with more than 3 returned orders")
    assert made["group"][0]["bucket"] == "day"
    assert made["having"] == {"op": ">", "field": "orders", "value": 3}
    assert made["show"] == ["day"]


def test_a_count_that_is_compared_and_shown_is_one() -> None:
    made = wire("customers with at least 5 orders: name and number of orders")
    assert made["having"] == {"op": ">=", "field": "orders", "value": 5}
    assert "where" not in made


def test_a_group_behind_a_comma_is_counted() -> None:
    made = wire("orders above the average amount, per channel")
    assert [group["field"] for group in made["group"]] == ["channel"]
    assert made["measures"] == [{"fn": "count", "as": "orders"}]


def test_a_unit_tells_the_field() -> None:
    made = wire("orders over 2 s")
    assert made["where"] == {"op": ">", "field": "packing_ms", "value": 2000}


def _parts(tree: dict[str, Any]) -> list[dict[str, Any]]:
    return tree["args"] if tree["op"] == "and" else [tree]


def test_a_time_limits_the_records_that_are_counted() -> None:
    made = wire("customers with at least 3 returned orders in September")["where"]["plan"]
    assert made["having"] == {"op": ">=", "field": "orders", "value": 3}
    assert [p["field"] for p in made["where"]["args"]] == ["status", "placed_at", "placed_at"]


def test_groups_are_kept_by_two_folds() -> None:
    made = wire("channels with more than 10 orders and an average amount below 50")
    assert [p["op"] for p in _parts(made["having"])] == ["<", ">"]


def test_a_bucket_is_kept_by_its_sum() -> None:
    made = wire("which months had more than 100 items")
    assert made["measures"] == [{"fn": "sum", "field": "items", "as": "sum_items"}]
    assert made["having"] == {"op": ">", "field": "sum_items", "value": 100}


def test_records_are_held_against_what_there_is_to_each() -> None:
    inner = wire("customers with more orders than the average customer")["where"]["plan"]
    other = inner["having"]["plan"]
    assert [c["op"] for c in other["compute"]] == ["/"]
    assert [m["fn"] for m in other["measures"]] == ["count", "distinct"]


def test_an_average_may_be_doubled() -> None:
    made = wire("orders that are more than twice the average amount")["where"]["plan"]
    assert made["compute"] == [{"op": "*", "args": ["avg_amount", 2], "as": "so_many"}]


def test_a_superlative_is_by_the_fold_that_follows() -> None:
    made = wire("most expensive channel by average amount")
    assert made["order"] == [{"by": "avg_amount", "desc": True}]
    assert made["show"] == ["channel"]


def test_the_number_of_rows_may_stand_in_a_second_sentence() -> None:
    made = wire("which channels had the most orders? top 2 with counts")
    assert made["limit"] == 2
    assert [m["fn"] for m in made["measures"]] == ["count"]
    assert "show" not in made
