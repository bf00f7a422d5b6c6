"""Measures with a condition, and measures over measures, as their domains' files name them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from orchestrator.planner.reading import Context, Question, Reading
from orchestrator.planner.rules import plan
from registry.catalog import Catalogue
from registry.check import check
from registry.domain import parse_spec
from registry.settings import Settings
from tests.orchestrator.planner.company import NOW_US, company

SURE = Settings(Path()).answer_confidence
COMPANY = company()
SHOP = Catalogue(
    [
        parse_spec(
            {
                "domain": "shop",
                "collections": {
                    "customers": {"label": "name", "fields": {"name": {"type": "text"}}},
                    "orders": {
                        "time": "placed_at",
                        "fields": {
                            "customer": {"type": "ref", "to": "shop.customers"},
                            "placed_at": {"type": "time"},
                            "amount": {"type": "decimal", "unit": "EUR"},
                            "status": {"type": "text", "enum": ["paid", "open", "returned"]},
                        },
                        "measures": {
                            "revenue": {
                                "fn": "sum",
                                "field": "amount",
                                "where": {"op": "=", "field": "status", "value": "paid"},
                            },
                            "billed": {"fn": "sum", "field": "amount"},
                            "paid_share": {
                                "ratio": ["revenue", "billed"],
                                "synonyms": ["collection rate"],
                            },
                        },
                    },
                },
            }
        )
    ]
)
PAID = {"op": "=", "field": "status", "value": "paid"}
REVENUE = {"fn": "sum", "field": "amount", "as": "revenue", "where": PAID}
BILLED = {"fn": "sum", "field": "amount", "as": "billed"}
RATE = {"op": "/", "args": ["revenue", "billed"], "as": "paid_share"}


def read(text: str, catalogue: Catalogue = SHOP) -> Reading:
    found = plan(Question(text, NOW_US), catalogue, Context()).readings[0]
    check(found.plan, catalogue)
    return found


def wire(text: str) -> dict[str, Any]:
    return read(text).plan.to_wire()


def test_a_measure_brings_its_condition() -> None:
    assert wire("total revenue")["measures"] == [REVENUE]


def test_the_condition_is_the_measures_and_not_the_whole_plans() -> None:
    asked = wire("revenue and billed per customer")
    assert asked["measures"] == [REVENUE, BILLED]
    assert "where" not in asked


def test_another_aggregate_of_a_measure_keeps_its_condition() -> None:
    assert wire("average revenue")["measures"] == [{**REVENUE, "fn": "avg", "as": "avg_revenue"}]


def test_a_ratio_shows_itself_and_not_its_parts() -> None:
    asked = wire("collection rate per month")
    assert (asked["measures"], asked["compute"]) == ([REVENUE, BILLED], [RATE])
    assert asked["show"] == [asked["group"][0]["as"], "paid_share"]


def test_a_part_that_was_asked_for_is_shown_beside_the_ratio() -> None:
    assert wire("billed and collection rate")["show"] == ["billed", "paid_share"]


def test_groups_are_ranked_and_kept_by_a_ratio() -> None:
    ranked = wire("top 3 customers by collection rate")
    assert (ranked["order"], ranked["limit"]) == ([{"by": "paid_share", "desc": True}], 3)
    kept = wire("customers with a collection rate over 0.5")
    assert kept["having"] == {"op": ">", "field": "paid_share", "value": 0.5}


def test_the_condition_of_a_joined_measure_looks_at_the_joined_fields() -> None:
    (measure,) = wire("revenue of each customer")["measures"]
    assert measure["where"]["field"] == measure["field"].replace("amount", "status")


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("what is the failure rate of workflow runs", "failure_rate"),
        ("conversion rate by channel last month", "conversion_rate"),
        ("cost per signup by channel", "cost_per_signup"),
        ("opt-in rate per purpose", "consent_rate"),
        ("log error rate by service", "error_rate"),
    ],
)
def test_the_built_in_domains_name_their_rates(question: str, name: str) -> None:
    found = read(question, COMPANY)
    assert [made.alias for made in found.plan.compute] == [name]
    assert found.confidence >= SURE
