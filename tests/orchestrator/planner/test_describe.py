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
    ],
)  # fmt: skip
def test_a_plan_is_one_plain_sentence(plan: dict[str, object], sentence: str) -> None:
    assert describe(parse_plan(plan)) == sentence
