"""Names that a draft guessed: understood with doubt, and never over what somebody said."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.planner.reading import Context, Question, Reading
from orchestrator.planner.rules import plan
from registry.catalog import Catalogue, Facts, FieldValues
from registry.domain import parse_spec
from tests.orchestrator.planner.company import NOW_US

SPEC: dict[str, Any] = {
    "domain": "hr",
    "collections": {
        "employees": {
            "label": "name",
            "proposed": ["worker"],
            "fields": {
                "name": {"type": "text"},
                "salary": {"type": "int", "proposed": ["wage", "income"]},
                "bonus": {"type": "int", "synonyms": ["income"]},
                "city": {"type": "text", "proposed": ["town", "paris"]},
            },
        }
    },
}
HOUSE = Catalogue(
    [parse_spec(SPEC)],
    {"hr.employees": Facts(rows=3, values={"city": FieldValues(("Paris", "Rome"), complete=True)})},
)


def read(text: str) -> Reading:
    return plan(Question(text, NOW_US), HOUSE, Context()).readings[0]


@pytest.mark.parametrize(
    ("guessed", "said"),
    [("average wage", "average salary"), ("how many workers", "how many employees")],
)
def test_a_guess_is_read_like_the_name_but_with_doubt(guessed: str, said: str) -> None:
    assert read(guessed).plan == read(said).plan
    assert read(guessed).confidence < 0.75 < read(said).confidence


def test_a_synonym_that_somebody_said_outranks_a_guess() -> None:
    assert [m.field for m in read("average income").plan.measures] == ["bonus"]


@pytest.mark.promise(10)
def test_a_stored_value_keeps_its_meaning_under_a_guess() -> None:
    found = read("how many employees in Paris")
    assert found.plan.to_wire()["where"] == {"op": "=", "field": "city", "value": "Paris"}
    assert found.confidence > 0.75
