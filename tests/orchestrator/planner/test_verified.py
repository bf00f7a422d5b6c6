"""Verified questions: asked again, with other times, numbers and known values, and nothing else."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.planner import verified
from orchestrator.planner.cascade import default
from orchestrator.planner.pattern import pattern
from orchestrator.planner.reading import Context, Question
from registry.catalog import Catalogue
from registry.check import check
from registry.errors import BadInput
from registry.plan import parse_plan
from registry.taught import Taught, Verified
from tests.orchestrator.planner.company import NOW_US, company

BARE = company()
DAY_US = 86_400_000_000
BUSY = "what kept us busy last week, top 5"
TOP = {
    "from": "workflow.runs",
    "where": {"op": "and", "args": [
        {"op": ">=", "field": "started_at", "value": "2026-11-09T00:00:00Z"},
        {"op": "<", "field": "started_at", "value": "2026-11-16T00:00:00Z"}]},
    "group": [{"field": "workflow"}],
    "measures": [{"fn": "count", "as": "runs"}],
    "order": [{"by": "runs", "desc": True}],
    "limit": 5,
}  # fmt: skip
CHURN = "how many customers in Germany did we lose"
LOST = {
    "from": "user.users",
    "where": {"op": "and", "args": [
        {"op": "=", "field": "country", "value": "Germany"},
        {"op": "=", "field": "status", "value": "closed"}]},
    "measures": [{"fn": "count", "as": "lost"}],
}  # fmt: skip


def vouched(question: str, plan: dict[str, Any]) -> Verified:
    return Verified(question, orjson.dumps(plan).decode(), NOW_US)


def taught(*lessons: Verified) -> Catalogue:
    return Catalogue(BARE.domains.values(), BARE.facts, Taught(tuple(lessons)))


HOUSE = taught(vouched(BUSY, TOP), vouched(CHURN, LOST))


def read(text: str, catalogue: Catalogue = HOUSE, now_us: int = NOW_US) -> dict[str, Any] | None:
    found = verified.plan(Question(text, now_us), catalogue, Context()).readings
    return found[0].plan.to_wire() if found else None


def literal(wire: dict[str, Any] | None, n: int) -> Any:
    assert wire is not None
    return wire["where"]["args"][n]["value"]


@pytest.mark.parametrize("text", [BUSY, "What kept us busy last week? Top 5!", "what kept busy the last week top 5"])  # fmt: skip
def test_the_same_question_gets_its_plan_however_it_is_dressed(text: str) -> None:
    assert read(text) == parse_plan(TOP).to_wire()


def test_a_question_asked_a_week_later_means_a_week_later() -> None:
    later = read(BUSY, now_us=NOW_US + 7 * DAY_US)
    assert literal(later, 0) == "2026-11-16T00:00:00Z"
    assert literal(later, 1) == "2026-11-23T00:00:00Z"


def test_another_window_and_another_number_take_their_places() -> None:
    other = read("what kept us busy in October 2025, top 3")
    assert (literal(other, 0), literal(other, 1)) == (
        "2025-10-01T00:00:00Z",
        "2025-11-01T00:00:00Z",
    )
    assert other is not None and other["limit"] == 3


def test_another_known_value_of_the_field_takes_its_place() -> None:
    assert literal(read("how many customers in france did we lose"), 0) == "France"
    assert (
        literal(read("how many customers in the United States did we lose"), 0) == "United States"
    )


@pytest.mark.parametrize(
    "text",
    [
        "how many customers in Berlin did we lose",  # a city, no country
        "how many customers in Atlantis did we lose",
        "how many customers in Germany did we win",
        "how many customers in Germany did we not lose",
        "what kept us busy since Monday, top 5",  # an open window
        "what kept us busy last week",
        "",
    ],
)
def test_anything_else_is_left_to_the_other_planners(text: str) -> None:
    assert read(text) is None


def test_a_plan_over_what_the_asker_may_not_see_is_not_offered() -> None:
    assert read(CHURN, HOUSE.scoped(["workflow"])) is None
    assert read(BUSY, HOUSE.scoped(["workflow"])) is not None


def test_a_number_said_twice_has_to_be_said_again() -> None:
    plan = {"from": "chat.messages", "where": {"op": ">", "field": "attachments", "value": 5}}
    house = taught(vouched("top 5 letters with over 5 files", {**plan, "limit": 5}))
    assert read("top 5 letters with over 5 files", house) is not None
    assert read("top 3 letters with over 5 files", house) is None


def test_relative_times_that_the_plan_does_not_hold_are_refused() -> None:
    with pytest.raises(BadInput, match="'last week' means"):
        pattern(vouched("runs last week", {"from": "workflow.runs"}))
    absolute = pattern(vouched("runs of 2024, all of them", {"from": "workflow.runs"}))
    assert "2024" in "".join(map(str, absolute.parts))


def test_a_wish_to_write_cannot_be_verified() -> None:
    with pytest.raises(BadInput, match="no question"):
        pattern(vouched("delete all users", {"from": "user.users"}))


def test_the_cascade_asks_it_first_and_says_so() -> None:
    found = default(Question(CHURN, NOW_US), HOUSE, Context())
    assert (found.planner, found.readings[0].planner) == ("verified", "verified")
    (note,) = found.readings[0].understood
    assert CHURN in note.meaning


def test_the_most_literal_of_several_patterns_wins() -> None:
    narrow = {**LOST, "measures": [{"fn": "count", "as": "narrow"}]}
    house = taught(
        vouched(CHURN, LOST), vouched("how many customers in France did we lose", narrow)
    )
    found = read("how many customers in France did we lose", house)
    assert found is not None
    assert found["measures"] == [{"fn": "count", "as": "narrow"}]


WORDS = st.sampled_from(f"{BUSY} {CHURN} France 2026 last month Monday 3 1000000000000000000000 \"x\" , without".split())  # fmt: skip


@given(st.one_of(st.lists(WORDS, max_size=12).map(" ".join), st.text(max_size=80)))
def test_every_reading_of_any_text_is_a_valid_plan(text: str) -> None:
    for reading in verified.plan(Question(text, NOW_US), HOUSE, Context()).readings:
        check(reading.plan, HOUSE)
