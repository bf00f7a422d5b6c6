"""Questions of several clauses over data that nobody described: each clause has its effect, and
nothing else is shown than what was asked for."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.planner.asked import Asked
from orchestrator.planner.clauses.planner import read
from orchestrator.planner.lexicon import lexicon_of
from orchestrator.planner.reading import Question
from orchestrator.planner.words import tokenise
from registry.catalog import Catalogue, Facts, FieldValues
from registry.domain import parse_spec
from tests.orchestrator.planner.company import NOW_US

SCHOOL = Catalogue(
    [
        parse_spec(
            {
                "domain": "school",
                "collections": {
                    "students": {
                        "key": "student_id",
                        "label": "name",
                        "fields": {
                            "student_id": {"type": "int"},
                            "name": {"type": "text"},
                            "age": {"type": "int"},
                            "city": {"type": "text"},
                        },
                    },
                    "pets": {
                        "key": "pet_id",
                        "fields": {
                            "pet_id": {"type": "int"},
                            "owner": {"type": "ref", "to": "school.students"},
                            "species": {"type": "text"},
                            "weight": {"type": "float"},
                        },
                    },
                },
            }
        )
    ],
    {
        "school.students": Facts(values={"city": FieldValues(("Oslo", "Rome"), complete=True)}),
        "school.pets": Facts(values={"species": FieldValues(("dog", "cat"), complete=True)}),
    },
)
AVERAGE = {
    "version": 1,
    "from": "school.students",
    "measures": [{"fn": "avg", "field": "age", "as": "avg_age"}],
}
DOGS = {
    "version": 1,
    "from": "school.pets",
    "select": ["owner"],
    "where": {"op": "=", "field": "species", "value": "dog"},
}
MANY = {
    "version": 1,
    "from": "school.pets",
    "group": [{"field": "owner", "as": "owner"}],
    "measures": [{"fn": "count", "as": "pets"}],
    "having": {"op": ">", "field": "pets", "value": 2},
    "show": ["owner"],
}
HAS_DOGS = {"op": "in", "field": "id", "plan": DOGS}


def wire(text: str) -> dict[str, Any]:
    asked = Asked(Question(text, NOW_US), tokenise(text), lexicon_of(SCHOOL))
    found = read(asked, text, SCHOOL)
    assert found is not None
    return found.plan.to_wire()


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("names and ages of students in Oslo", {
            "select": ["name", "age"], "where": {"op": "=", "field": "city", "value": "Oslo"}}),
        ("which students are older than the average age", {
            "select": ["name"], "where": {"op": ">", "field": "age", "plan": AVERAGE}}),
        ("names of students who have a dog", {"select": ["name"], "where": HAS_DOGS}),
        ("names of students who do not have a dog", {
            "select": ["name"], "where": {"op": "not", "arg": HAS_DOGS}}),
        ("how many students have more than 2 pets", {
            "measures": [{"fn": "count", "as": "students"}],
            "where": {"op": "in", "field": "id", "plan": MANY}}),
        ("what is the maximum and minimum weight of pets", {
            "measures": [{"fn": "max", "field": "weight", "as": "max_weight"},
                         {"fn": "min", "field": "weight", "as": "min_weight"}]}),
        ("which city has the most students", {
            "group": [{"field": "city", "as": "city"}], "show": ["city"], "limit": 1}),
        ("what is the name of the youngest student", {
            "select": ["name"], "order": [{"by": "age"}], "limit": 1}),
        ("name of the student with the most pets", {"show": ["name"], "limit": 1}),
        ("ids of students sorted by age in descending order", {
            "select": ["student_id"], "order": [{"by": "age", "desc": True}]}),
        ("how many different species are there", {
            "measures": [{"fn": "distinct", "field": "species", "as": "different_species"}]}),
    ],
)  # fmt: skip
def test_each_clause_has_its_effect(text: str, parts: dict[str, Any]) -> None:
    made = wire(text)
    assert {name: made.get(name) for name in parts} == parts


def test_both_of_two_values_are_two_records() -> None:
    made = wire("which students have both a dog and a cat")["where"]
    assert made["op"] == "and" and [part["op"] for part in made["args"]] == ["in", "in"]


def test_both_of_two_values_of_one_field_are_an_intersection() -> None:
    made = wire("which cities have both students older than 30 and students younger than 20")
    assert made["combine"]["op"] == "intersect"
    assert made["select"] == made["combine"]["plan"]["select"] == ["city"]
