"""When two ways to read have read the same."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.planner.confidence import alike
from orchestrator.planner.reading import Context, Question
from orchestrator.planner.rules import plan
from registry.plan import parse_plan
from tests.orchestrator.planner.company import NOW_US, company

BY_STATUS = {
    "from": "archive.invoices",
    "group": [{"field": "status", "as": "status"}],
    "measures": [{"fn": "sum", "field": "amount", "as": "total"}],
}
LARGEST = [{"by": "total", "desc": True}]


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({}, True),
        ({"measures": [{"fn": "sum", "field": "amount", "as": "billed"}]}, True),
        ({"order": LARGEST}, True),
        ({"order": LARGEST, "limit": 3}, False),
        ({"measures": [{"fn": "avg", "field": "amount", "as": "total"}]}, False),
    ],
)
def test_names_and_the_order_of_all_groups_make_no_other_reading(
    change: dict[str, Any], same: bool
) -> None:
    assert alike(parse_plan(BY_STATUS), parse_plan({**BY_STATUS, **change})) is same


def test_two_orders_that_differ_are_two_readings() -> None:
    least = [{"by": "total", "desc": False}]
    a, b = (parse_plan({**BY_STATUS, "order": order}) for order in (LARGEST, least))
    assert not alike(a, b)


def test_groups_are_told_largest_first_whichever_way_was_read() -> None:
    asked = Question("average first reply time per agent", NOW_US)
    best = plan(asked, company(), Context()).readings[0]
    assert best.plan.order and best.plan.order[0].desc


def test_groups_kept_by_records_of_a_kind_are_read_alike_both_ways() -> None:
    question = Question("which hosts logged more than 5 warnings?", NOW_US)
    best = plan(question, company(), Context()).readings[0]
    assert best.evidence["agree"]
    made = best.plan.to_wire()
    assert made["having"] == {"op": ">", "field": "entries", "value": 5}
