"""From one calendar bucket to the next; and tables of many series."""

from __future__ import annotations

import pytest

from orchestrator.planner.asked import Asked
from orchestrator.planner.clauses.planner import read
from orchestrator.planner.lexicon import lexicon_of
from orchestrator.planner.reading import Question
from orchestrator.planner.words import tokenise
from registry.catalog import Catalogue, Facts, FieldValues
from registry.domain import parse_spec
from tests.orchestrator.planner.company import NOW_US
from tests.orchestrator.planner.shop import equals, wire

BEFORE = {"op": "previous", "args": ["revenue"], "as": "before"}
CHANGE = {"op": "-", "args": ["revenue", "before"], "as": "change"}
PERCENT = [
    {"op": "/", "args": ["change", "before"], "as": "growth"},
    {"op": "*", "args": ["growth", 100], "as": "percent"},
]


@pytest.mark.parametrize(
    ("text", "bucket", "show"),
    [
        ("month over month change of revenue", "month", ["month", "change"]),
        ("revenue per week with the change to the week before", "week",
         ["week", "revenue", "change"]),
        ("quarterly revenue and the difference to the previous quarter", "quarter",
         ["quarter", "revenue", "change"]),
        ("by how much did revenue grow each month", "month", ["month", "change"]),
    ],
)  # fmt: skip
def test_a_bucket_is_held_against_the_one_before(text: str, bucket: str, show: list[str]) -> None:
    made = wire(text)
    assert [group["bucket"] for group in made["group"]] == [bucket]
    assert made["compute"] == [BEFORE, CHANGE]
    assert made["show"] == show


def test_growth_may_be_in_percent() -> None:
    made = wire("percentage growth of revenue per month")
    assert made["compute"] == [BEFORE, CHANGE, *PERCENT]
    assert made["show"] == ["month", "percent"]


def test_a_bucket_alone_is_no_growth() -> None:
    assert "compute" not in wire("revenue per month")


SENSORS = Catalogue(
    [
        parse_spec(
            {
                "domain": "lab",
                "collections": {
                    "readings": {
                        "time": "at",
                        "fields": {
                            "series": {"type": "text"},
                            "at": {"type": "time"},
                            "value": {"type": "float"},
                            "battery": {"type": "int"},
                        },
                    },
                    "alarms": {
                        "fields": {"series": {"type": "text"}, "duration_s": {"type": "int"}},
                    },
                },
            }
        )
    ],
    {
        f"lab.{name}": Facts(values={"series": FieldValues(("humidity", "noise"), complete=True)})
        for name in ("alarms", "readings")
    },
)


def test_a_fold_of_a_series_is_of_what_its_table_holds() -> None:
    text = "average humidity"
    asked = Asked(Question(text, NOW_US), tokenise(text), lexicon_of(SENSORS))
    found = read(asked, text, SENSORS)
    assert found is not None
    made = found.plan.to_wire()
    assert made["from"] == "lab.readings"
    assert made["measures"] == [{"fn": "avg", "field": "value", "as": "avg_value"}]
    assert made["where"] == equals("series", "humidity")
