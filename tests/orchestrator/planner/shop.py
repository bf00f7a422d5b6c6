"""A shop whose words are few and plain, for questions about its numbers."""

from __future__ import annotations

from typing import Any

from orchestrator.planner.asked import Asked
from orchestrator.planner.clauses.planner import read
from orchestrator.planner.lexicon import lexicon_of
from orchestrator.planner.reading import Question
from orchestrator.planner.words import tokenise
from registry.catalog import Catalogue, Facts, FieldValues
from registry.domain import parse_spec
from tests.orchestrator.planner.company import NOW_US

SHOP = Catalogue(
    [
        parse_spec(
            {
                "domain": "shop",
                "collections": {
                    "customers": {
                        "label": "name",
                        "display": ["name", "country", "city"],
                        "fields": {
                            "name": {"type": "text"},
                            "country": {"type": "text"},
                            "city": {"type": "text"},
                            "credit": {"type": "decimal", "unit": "EUR"},
                        },
                    },
                    "orders": {
                        "time": "placed_at",
                        "display": ["customer", "amount", "status", "placed_at"],
                        "fields": {
                            "customer": {"type": "ref", "to": "shop.customers"},
                            "placed_at": {"type": "time"},
                            "amount": {"type": "decimal", "unit": "EUR"},
                            "items": {"type": "int"},
                            "packing_ms": {"type": "int", "unit": "ms"},
                            "status": {"type": "text", "enum": ["paid", "open", "returned"]},
                            "channel": {"type": "text", "enum": ["web", "phone"]},
                        },
                        "measures": {
                            "revenue": {"fn": "sum", "field": "amount"},
                            "return_rate": {
                                "ratio": [
                                    {
                                        "fn": "count",
                                        "where": {
                                            "op": "=",
                                            "field": "status",
                                            "value": "returned",
                                        },
                                    },
                                    {"fn": "count"},
                                ]
                            },
                        },
                    },
                },
            }
        )
    ],
    {
        "shop.customers": Facts(
            values={
                "country": FieldValues(("Norway", "Italy", "United States"), complete=True),
                "city": FieldValues(("Oslo", "Rome"), complete=True),
                "name": FieldValues(("Acme", "Globex"), complete=True),
            }
        )
    },
)


def wire(text: str) -> dict[str, Any]:
    """The plan that the clauses of a question make."""
    asked = Asked(Question(text, NOW_US), tokenise(text), lexicon_of(SHOP))
    found = read(asked, text, SHOP)
    assert found is not None
    return found.plan.to_wire()


def equals(field: str, value: object) -> dict[str, Any]:
    return {"op": "=", "field": field, "value": value}


def within(field: str, start: str, end: str) -> dict[str, Any]:
    """[start, end) of days."""
    limits = ((">=", start), ("<", end))
    made = [{"op": op, "field": field, "value": f"{day}T00:00:00Z"} for op, day in limits]
    return {"op": "and", "args": made}
