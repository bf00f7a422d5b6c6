"""Plans as sentences."""

from __future__ import annotations

import pytest

from orchestrator.planner.describe import describe
from registry.plan import parse_plan


@pytest.mark.parametrize(
    ("plan", "sentence"),
    [
        ({"from": "user.users"}, "Records of user.users"),
        ({"from": "user.users", "measures": [{"fn": "count"}]}, "Number of user.users"),
        ({"from": "user.users", "select": ["country"], "distinct": True}, "Different country of user.users"),
        (
            {"from": "workflow.runs", "measures": [{"fn": "avg", "field": "duration_ms"}],
             "where": {"op": "and", "args": [
                 {"op": ">=", "field": "started_at", "value": "2026-11-09T00:00:00Z"},
                 {"op": "<", "field": "started_at", "value": "2026-11-16T00:00:00Z"},
                 {"op": "!=", "field": "status", "value": "failed"}]},
             "group": [{"field": "status", "as": "status"}], "order": [{"by": "status"}], "limit": 5},
            "Average duration_ms of workflow.runs where started_at is from 2026-11-09 to before 2026-11-16 "
            "and status is not failed, by status, ordered by status, the first 5",
        ),
        (
            {"from": "user.users", "joins": [{"as": "no_messages", "to": "chat.messages", "on": ["id", "author"], "kind": "anti"}],
             "where": {"op": "null", "field": "email"}},
            "Records of user.users without any chat.messages where email is empty",
        ),
        (
            {"from": "chat.messages", "where": {"op": "match", "text": "refund*"},
             "measures": [{"fn": "percentile", "field": "attachments", "q": 0.95}]},
            "95th percentile of attachments of chat.messages where the text matches refund*",
        ),
        (
            {"from": "orders.orders", "where": {"op": ">", "field": "paid_at", "other": "due_at"},
             "group": [{"field": "at", "bucket": "month", "as": "month"}],
             "measures": [{"fn": "sum", "field": "total", "as": "sales"}],
             "compute": [{"as": "before", "op": "previous", "args": ["sales"]},
                         {"as": "growth", "op": "/", "args": ["sales", "before"]}]},
            "Total total of orders.orders where paid_at is over due_at, by month of at, "
            "with before for the sales of the period before, with growth for sales divided by before",
        ),
        (
            {"from": "user.users", "group": [{"field": "country"}], "measures": [{"fn": "count", "as": "n"}],
             "compute": [{"as": "all", "op": "total", "args": ["n"]}, {"as": "share", "op": "/", "args": ["n", "all"]}]},
            "Number of user.users, by country, with all for the total n, with share for n divided by all",
        ),
        (
            {"from": "shop.items", "where": {"op": ">", "field": "price", "plan": {
                "from": "shop.items", "measures": [{"fn": "avg", "field": "price"}]}},
             "order": [{"by": "price", "desc": True}], "per": {"by": ["kind"], "n": 3}},
            "Records of shop.items where price is over (Average price of shop.items), "
            "ordered by price, highest first, the first 3 of each kind",
        ),
        (
            {"from": "user.users", "select": ["country"],
             "where": {"op": "in", "field": "id", "plan": {"from": "shop.orders", "select": ["buyer"]}},
             "combine": {"op": "except", "plan": {"from": "shop.shops", "select": ["country"]}}},
            "country of user.users where id is one of (buyer of shop.orders), but not (country of shop.shops)",
        ),
    ],
)  # fmt: skip
def test_a_plan_is_one_plain_sentence(plan: dict[str, object], sentence: str) -> None:
    assert describe(parse_plan(plan)) == sentence
