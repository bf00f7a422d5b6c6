"""Sketches as plans: aliases, ids, types and names."""

from __future__ import annotations

from typing import Any

from orchestrator.planner.network.plans import plan_of
from orchestrator.planner.network.sketch import Condition, Sketch, Table, Term
from tests.orchestrator.network.test_tokens import (
    AGE,
    BUYER,
    BUYERS,
    CITIES,
    COUNTRY,
    CUSTOMERS,
    NAME,
    ORDERS,
    SCHEMA,
    SHOP,
    SKETCHES,
    column,
)

PLACED, GIFT = column(ORDERS, "placed_at"), column(ORDERS, "gift")


def wire(sketch: Sketch) -> dict[str, Any]:
    plan = plan_of(sketch, SCHEMA, SHOP)
    assert plan is not None
    return plan.to_wire()


def where(*conditions: Condition) -> Any:
    return wire(Sketch((Table(ORDERS),), (Term(None, "count"),), where=conditions))["where"]


def test_a_reference_meets_the_id_of_its_record() -> None:
    plan = wire(SKETCHES["groups"])
    assert plan["from"] == "shop.customers"
    assert plan["joins"] == [{"as": "orders", "to": "shop.orders", "on": ["id", "customer_id"]}]


def test_never_is_an_id_that_is_not_among_the_references() -> None:
    plan = wire(SKETCHES["never"])
    inner = {"version": 1, "from": "shop.orders", "select": ["customer_id"],
             "where": {"op": "=", "field": "status", "value": "shipped"}}  # fmt: skip
    assert plan["where"] == {"op": "not", "arg": {"op": "in", "field": "id", "plan": inner}}


def test_sets_of_keys_and_references_are_sets_of_ids() -> None:
    plan = wire(SKETCHES["sets"])
    assert plan["select"] == ["id"]
    assert plan["combine"]["plan"]["select"] == ["customer_id"]


def test_columns_that_are_only_shown_are_keys_of_a_fold() -> None:
    sketch = Sketch(
        (Table(CUSTOMERS), Table(CITIES)), (Term(None, "count"), Term(COUNTRY)),
        group=(Term(column(CITIES, "city_id")),),
    )  # fmt: skip
    plan = wire(sketch)
    assert [group["field"] for group in plan["group"]] == ["cities.city_id", "cities.country"]
    assert plan["show"] == ["count", "cities_country"]


def test_either_binds_tighter_than_and_and_or_loosest() -> None:
    tree = wire(SKETCHES["filters"])["where"]
    assert tree["op"] == "or"
    first = tree["args"][0]
    assert (first["op"], first["args"][1]["op"]) == ("and", "or")


def test_a_year_at_the_start_of_a_time_is_that_year() -> None:
    tree = where(Condition(Term(PLACED), "starts", ("2016",)))
    assert [part["value"] for part in tree["args"]] == ["2016-01-01", "2017-01-01"]


def test_values_take_the_type_of_their_column() -> None:
    assert where(Condition(Term(GIFT), "=", (1,)))["value"] is True
    assert where(Condition(Term(BUYER), "=", (7,)))["value"] == "7"


def test_equal_to_what_may_be_several_rows_is_one_of_them() -> None:
    sketch = Sketch(
        (Table(CUSTOMERS),), (Term(NAME),), where=(Condition(Term(0), "=", inner=BUYERS),)
    )
    assert wire(sketch)["where"]["op"] == "in"


def test_what_no_plan_says_is_none() -> None:
    aggregate = Condition(Term(AGE, "max"), ">", (3,))
    assert (
        plan_of(Sketch((Table(CUSTOMERS),), (Term(NAME),), where=(aggregate,)), SCHEMA, SHOP)
        is None
    )
    assert plan_of(Sketch((Table(ORDERS), Table(CITIES)), ()), SCHEMA, SHOP) is None
    lone = Sketch((Table(CUSTOMERS),), (Term(NAME, "sum"),))
    assert plan_of(lone, SCHEMA, SHOP) is None
