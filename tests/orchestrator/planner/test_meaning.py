"""What a plan means apart from names."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.planner.meaning import meaning
from registry.plan import QueryPlan, parse_plan

ORDERS: dict[str, Any] = {
    "from": "shop.orders",
    "joins": [{"as": "buyer", "to": "shop.customers", "on": ["customer_id", "id"]}],
    "where": {
        "op": "and",
        "args": [
            {"op": "=", "field": "buyer.city", "value": "Oslo"},
            {"op": ">", "field": "price", "value": 3},
        ],
    },
    "group": [{"field": "buyer.name", "as": "name"}],
    "measures": [{"fn": "count", "as": "orders"}],
    "order": [{"by": "orders", "desc": True}],
    "limit": 3,
}


def plan(**change: Any) -> QueryPlan:
    return parse_plan({"version": 1, **ORDERS, **change})


def renamed() -> QueryPlan:
    return plan(
        joins=[{"as": "c", "to": "shop.customers", "on": ["customer_id", "id"]}],
        where={
            "op": "and",
            "args": [
                {"op": ">", "field": "price", "value": 3},
                {"op": "=", "field": "c.city", "value": "Oslo"},
            ],
        },
        group=[{"field": "c.name", "as": "who"}],
        measures=[{"fn": "count", "as": "n"}],
        order=[{"by": "n", "desc": True}],
    )


def test_names_and_the_order_of_conditions_mean_nothing() -> None:
    assert meaning(plan()).same(meaning(renamed()))


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("rest", {"limit": 4}),
        ("order", {"order": [{"by": "orders"}]}),
        ("order", {"order": []}),
        ("shown", {"measures": [{"fn": "sum", "field": "price", "as": "orders"}]}),
        ("where", {"where": {"op": ">", "field": "price", "value": 3}}),
        ("having", {"having": {"op": ">", "field": "orders", "value": 1}}),
        ("shown", {"show": ["name"]}),
    ],
)
def test_what_changes_the_answer_changes_the_meaning(part: str, change: dict[str, Any]) -> None:
    shared = meaning(plan()).shares(meaning(plan(**change)))
    assert not shared[part]


def test_a_plan_within_the_plan_counts_with_its_own_parts() -> None:
    def over(limit: int) -> QueryPlan:
        inner = {"version": 1, "from": "shop.customers", "select": ["id"], "limit": limit}
        return plan(where={"op": "in", "field": "customer_id", "plan": inner})

    assert meaning(over(1)).same(meaning(over(1)))
    assert not meaning(over(1)).shares(meaning(over(2)))["where"]
