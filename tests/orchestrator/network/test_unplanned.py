"""Plans of others as sketches."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.planner.network.plans import plan_of
from orchestrator.planner.network.sketch import Condition, Sketch, Table, Term
from orchestrator.planner.network.unplanned import beyond, sketch_of
from registry.plan import parse_plan
from tests.orchestrator.network.test_tokens import CUSTOMERS, ORDERS, SCHEMA, SHOP, SKETCHES


@pytest.mark.parametrize("name", SKETCHES)
def test_a_plan_of_a_sketch_is_a_sketch_of_that_plan(name: str) -> None:
    plan = plan_of(SKETCHES[name], SCHEMA, SHOP)
    assert plan is not None
    sketch = sketch_of(plan, SCHEMA)
    assert sketch is not None
    assert plan_of(sketch, SCHEMA, SHOP) == plan


def told(**parts: Any) -> Sketch | None:
    return sketch_of(parse_plan({"version": 1, **parts}), SCHEMA)


COUNT = {"fn": "count", "as": "n"}


def test_what_has_no_partner_is_what_is_not_among_them() -> None:
    sketch = told(**{
        "from": "shop.customers", "select": ["name"],
        "joins": [{"as": "o", "to": "shop.orders", "on": ["id", "customer_id"], "kind": "anti"}],
    })  # fmt: skip
    assert sketch is not None
    (condition,) = sketch.where
    assert condition.op == "not in"
    assert condition.inner is not None
    assert [t.table for t in (*sketch.tables, *condition.inner.tables)] == [CUSTOMERS, ORDERS]


def test_one_of_several_values_is_either_of_them() -> None:
    chosen = {"op": "in", "field": "status", "values": ["open", "shipped"]}
    sketch = told(**{"from": "shop.orders", "where": chosen, "measures": [COUNT]})
    assert sketch is not None
    status = sketch.where[0].term
    assert sketch.where == (
        Condition(status, "=", ("open",)),
        Condition(status, "=", ("shipped",), link="either"),
    )


def test_keys_that_are_not_shown_make_the_groups() -> None:
    sketch = told(**{
        "from": "shop.customers", "group": [{"field": "id"}, {"field": "name"}],
        "measures": [COUNT], "show": ["name", "n"],
    })  # fmt: skip
    assert sketch is not None
    assert sketch.tables == (Table(CUSTOMERS),)
    assert sketch.select[1] == Term(None, "count")
    assert [SCHEMA.columns[t.column or 0].name for t in sketch.group] == ["customer_id"]


@pytest.mark.parametrize(
    "beyond",
    [
        {"group": [{"field": "placed_at", "bucket": "month"}], "measures": [COUNT]},
        {"measures": [{"fn": "median", "field": "total_price"}]},
        {"measures": [{**COUNT, "where": {"op": "=", "field": "gift", "value": True}}]},
        {"measures": [COUNT], "compute": [{"op": "/", "args": ["n", 2], "as": "half"}]},
        {"where": {"op": "match", "text": "open"}},
        {"joins": [{"as": "a", "to": "shop.orders", "on": ["customer_id", "customer_id"]}]},
    ],
)
def test_what_sketches_do_not_say_is_left_unsaid(beyond: dict[str, Any]) -> None:
    assert told(**{"from": "shop.orders", **beyond}) is None


def test_what_lies_beyond_sketches_is_told() -> None:
    def far(**parts: Any) -> bool:
        return beyond(parse_plan({"version": 1, "from": "shop.orders", **parts}))

    assert not far(measures=[COUNT], where={"op": "=", "field": "status", "value": "open"})
    assert far(group=[{"field": "placed_at", "bucket": "month"}], measures=[COUNT])
    assert far(measures=[{"fn": "median", "field": "total_price"}])
    since = {"op": ">=", "field": "placed_at", "value": "2026-07-01T00:00:00Z"}
    assert far(where=since)
    inner = {"version": 1, "from": "shop.orders", "select": ["customer_id"], "where": since}
    assert far(where={"op": "in", "field": "customer_id", "plan": inner})


def test_what_the_schema_does_not_show_is_left_unsaid() -> None:
    assert told(**{"from": "bank.accounts"}) is None
