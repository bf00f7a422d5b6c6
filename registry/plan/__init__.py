"""`QueryPlan`: the only thing a question turns into. Typed, bounded, read-only by construction.

A field is `name` in the plan's own collection or `alias.name` in a joined one. Values are in wire
form (`registry.record`); times are absolute. A plan without measures and groups lists records; with
either it aggregates. What it gives comes about in this order: join, where, fold, compute, having,
order, per, show, combine, limit.

    {"from": "session.sessions",
     "joins": [{"as": "user", "to": "user.users", "on": ["user", "id"]}],
     "where": {"op": "and", "args": [
         {"op": "=", "field": "user.country", "value": "DE"},
         {"op": ">=", "field": "started_at", "value": "2026-11-16T00:00:00Z"}]},
     "group": [{"field": "started_at", "bucket": "day", "as": "day"}],
     "measures": [{"fn": "count", "as": "sessions"}],
     "order": [{"by": "sessions", "desc": true}], "limit": 10}

Where a condition has a value it may have a plan (`inner`): that is run first, alone, and its values
take its place (`registry.staging`), so no engine sees a plan within a plan.
"""

from registry.plan.model import (
    PLAN_VERSION,
    And,
    Bucket,
    Combine,
    Compare,
    Compute,
    Fn,
    Group,
    In,
    IsNull,
    Join,
    Like,
    Match,
    Measured,
    Not,
    Or,
    Order,
    Per,
    Predicate,
    QueryPlan,
    Scalar,
    leaves,
    predicate_wire,
)
from registry.plan.parse import parse_plan
from registry.plan.walk import (
    conjoin,
    conjuncts,
    every,
    literals_of,
    paths_of,
    place_of,
    replaced,
    row_ids,
    split_path,
)

__all__ = [
    "PLAN_VERSION",
    "And",
    "Bucket",
    "Combine",
    "Compare",
    "Compute",
    "Fn",
    "Group",
    "In",
    "IsNull",
    "Join",
    "Like",
    "Match",
    "Measured",
    "Not",
    "Or",
    "Order",
    "Per",
    "Predicate",
    "QueryPlan",
    "Scalar",
    "conjoin",
    "conjuncts",
    "every",
    "leaves",
    "literals_of",
    "parse_plan",
    "paths_of",
    "place_of",
    "predicate_wire",
    "replaced",
    "row_ids",
    "split_path",
]
