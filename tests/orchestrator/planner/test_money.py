"""What was spent: questions of a table that a draft found an amount of money in."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.planner.cascade import Second, seconded
from orchestrator.planner.network.planner import Opinion
from orchestrator.planner.reading import Context, Question, Readings
from orchestrator.planner.rules import plan
from registry.catalog import Catalogue, Facts, FieldValues
from registry.shape.propose import propose
from tests.orchestrator.planner.company import NOW_US
from tests.registry.test_shape import shaped

CLERKS = ("Ada Bell", "Ben Cole", "Cy Dorn")
PLACES = ("Kitchen", "Garage", "Lobby")
OUTLAYS = shaped(
    "outlays",
    Day=["2026-01-02", "2026-02-03", "2026-03-04"],
    Employee=list(CLERKS),
    Place=list(PLACES),
    Charge_EUR=["10.5", "20.25", "7.5"],
)
SPEC = propose([OUTLAYS], "outlays", Catalogue([], {})).spec
KNOWN = Catalogue(
    [SPEC],
    {
        "outlays.outlays": Facts(
            rows=3,
            values={
                "employee": FieldValues(CLERKS, complete=True),
                "place": FieldValues(PLACES, complete=True),
            },
        )
    },
)
TOTAL = [{"fn": "sum", "field": "charge_eur", "as": "total_charge_eur"}]
BY_EMPLOYEE = {"group": [{"field": "employee", "as": "employee"}], "show": ["employee"]}


def best(text: str) -> dict[str, Any]:
    return plan(Question(text, NOW_US), KNOWN, Context()).readings[0].plan.to_wire()


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("how much did we spend in the Kitchen?", {
            "measures": TOTAL, "where": {"op": "=", "field": "place", "value": "Kitchen"}}),
        ("what did Ben Cole spend?", {
            "measures": TOTAL, "where": {"op": "=", "field": "employee", "value": "Ben Cole"}}),
        ("monthly spending", {
            "measures": TOTAL, "group": [{"field": "day", "bucket": "month", "as": "month"}]}),
        ("which employee spent the most?", {
            "measures": TOTAL, **BY_EMPLOYEE, "limit": 1,
            "order": [{"by": "total_charge_eur", "desc": True}]}),
        ("who spent the least?", {
            "measures": TOTAL, **BY_EMPLOYEE, "limit": 1, "order": [{"by": "total_charge_eur"}]}),
        ("average charge by place, highest first", {
            "group": [{"field": "place", "as": "place"}], "limit": None,
            "order": [{"by": "avg_charge_eur", "desc": True}]}),
        ("total charge per place in descending order", {
            "order": [{"by": "sum_charge_eur", "desc": True}], "limit": None}),
    ],
)  # fmt: skip
def test_money_is_summed_and_ranked(text: str, parts: dict[str, Any]) -> None:
    made = best(text)
    assert {name: made.get(name) for name in parts} == parts


TRIPS = shaped(
    "trips",
    Day=["2026-01-02", "2026-02-03", "2026-03-04"],
    Driver=list(CLERKS),
    Parcels=["3", "4", "5"],
    Way_km=["10.5", "20.25", "7.5"],
)
DROVE = Catalogue(
    [propose([TRIPS], "trips", Catalogue([], {})).spec],
    {"trips.trips": Facts(rows=40, values={"driver": FieldValues(CLERKS, complete=True)})},
)


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("which driver had the most parcels?", "sum_parcels"),
        ("which driver drove the most kilometers?", "sum_way_km"),
    ],
)
def test_the_records_of_each_are_ranked_together(text: str, order: str) -> None:
    made = plan(Question(text, NOW_US), DROVE, Context()).readings[0].plan.to_wire()
    assert (made["show"], made["order"], made["limit"]) == (
        ["driver"], [{"by": order, "desc": True}], 1,
    )  # fmt: skip


def test_a_unit_names_the_one_column_that_is_in_it() -> None:
    asked = Question("how many kilometers did Ada Bell drive?", NOW_US)
    made = plan(asked, DROVE, Context()).readings[0].plan.to_wire()
    assert made["measures"] == [{"fn": "sum", "field": "way_km", "as": "sum_way_km"}]


def heard(catalogue: Catalogue, *texts: str) -> list[str]:
    """Those of the questions of which the network is asked."""
    asked: list[str] = []

    def second(question: Question, *_: Any) -> Opinion:
        asked.append(question.text)
        return Opinion(Readings("network"))

    given: Second = second
    both = seconded(plan, given)
    for text in texts:
        both(Question(text, NOW_US), catalogue, Context())
    return asked


def test_of_a_declared_measure_the_network_is_not_asked() -> None:
    rooms = shaped("rooms", Room=["Attic", "Cellar", "Hall"], Floor=["3", "0", "1"])
    house = Catalogue([propose([OUTLAYS, rooms], "outlays", Catalogue([], {})).spec], {})
    plain = "which employees are there?"
    assert heard(house, "how much did Ada Bell spend?", plain) == [plain]


def test_of_a_single_table_the_network_is_not_asked() -> None:
    assert heard(KNOWN, "which employees are there?") == []
