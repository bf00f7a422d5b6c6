"""Twelve questions of the demo company, each with a plan that a person wrote for it. Asked at noon of Monday, 2026-11-23."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from registry.clock import from_datetime

NOON = from_datetime(datetime(2026, 11, 23, 12, tzinfo=UTC))


def where(*args: dict[str, Any]) -> dict[str, Any]:
    return {"op": "and", "args": list(args)}


def within(field: str, start: str, end: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """From midnight of one day to that of another."""
    return (
        {"op": ">=", "field": field, "value": f"{start}T00:00:00Z"},
        {"op": "<", "field": field, "value": f"{end}T00:00:00Z"},
    )


def equal(field: str, value: str) -> dict[str, Any]:
    return {"op": "=", "field": field, "value": value}


COUNT = {"fn": "count", "as": "n"}
LAST_WEEK = ("2026-11-16", "2026-11-23")
OF_USER = {"as": "who", "to": "user.users", "on": ["user", "id"]}

TWELVE: dict[str, dict[str, Any]] = {
    "How many users signed up last week?": {
        "from": "user.users", "measures": [COUNT], "where": where(*within("signed_up_at", *LAST_WEEK)),
    },
    "How many sessions were there per day last week?": {
        "from": "session.sessions", "where": where(*within("started_at", *LAST_WEEK)),
        "group": [{"field": "started_at", "bucket": "day", "as": "day"}], "measures": [COUNT],
    },
    "What is the average session duration by device?": {
        "from": "session.sessions", "group": [{"field": "device"}],
        "measures": [{"fn": "avg", "field": "duration_s", "as": "mean"}],
    },
    "How many failed logins were there per country yesterday?": {
        "from": "session.logins", "group": [{"field": "country"}], "measures": [COUNT],
        "where": where(equal("outcome", "failed"), *within("at", "2026-11-22", "2026-11-23")),
    },
    "How many different users had a session last month?": {
        "from": "session.sessions", "where": where(*within("started_at", "2026-10-01", "2026-11-01")),
        "measures": [{"fn": "distinct", "field": "user", "as": "n"}],
    },
    "How many sessions did enterprise users have last week?": {
        "from": "session.sessions", "joins": [OF_USER], "measures": [COUNT],
        "where": where(equal("who.plan", "enterprise"), *within("started_at", *LAST_WEEK)),
    },
    "What is the average ticket rating by plan?": {
        "from": "chat.conversations", "joins": [{**OF_USER, "on": ["customer", "id"]}],
        "group": [{"field": "who.plan", "as": "plan"}],
        "measures": [{"fn": "avg", "field": "rating", "as": "mean"}],
    },
    "How many messages mention refund?": {
        "from": "chat.messages", "where": {"op": "match", "text": "refund"}, "measures": [COUNT],
    },
    "How many deliveries failed per industry this month?": {
        "from": "integration.deliveries",
        "joins": [
            {"as": "connection", "to": "integration.connections", "on": ["connection", "id"]},
            {"as": "team", "to": "user.teams", "on": ["connection.team", "id"]},
        ],
        "where": where(equal("status", "failed"), *within("sent_at", "2026-11-01", "2026-12-01")),
        "group": [{"field": "team.industry", "as": "industry"}], "measures": [COUNT],
    },
    "Which services logged more than 20 errors?": {
        "from": "logs.entries", "where": equal("level", "error"),
        "group": [{"field": "service"}], "measures": [COUNT],
        "having": {"op": ">", "field": "n", "value": 20}, "show": ["service"],
    },
    "How many open erasure requests are there?": {
        "from": "compliance.requests", "measures": [COUNT],
        "where": where(equal("kind", "erasure"), equal("status", "open")),
    },
    "How many users have never started a session?": {
        "from": "user.users", "measures": [COUNT],
        "joins": [{"as": "none", "to": "session.sessions", "on": ["id", "user"], "kind": "anti"}],
    },
}  # fmt: skip
