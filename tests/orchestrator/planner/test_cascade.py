"""Planners asked in turn: who ends the asking, and what stands side by side."""

from __future__ import annotations

from orchestrator.planner.cascade import PLANNERS, cascade, default
from orchestrator.planner.parts import query
from orchestrator.planner.reading import Context, Planner, Question, Reading, Readings
from registry.catalog import Catalogue
from tests.orchestrator.planner.company import NOW_US, company

ORDERS, USERS = query("archive.invoices"), query("user.users")


def reads(name: str, *readings: tuple[object, float], final: bool = False) -> Planner:
    def plan(question: Question, catalogue: Catalogue, context: Context) -> Readings:
        made = tuple(Reading(plan, sure, name) for plan, sure in readings)  # type: ignore[arg-type]
        return Readings(name, made, None if made else f"{name} does not know", final=final)

    return plan


def ask(*planners: Planner) -> Readings:
    return cascade(*planners)(Question("anything", NOW_US), Catalogue(()), Context())


def test_a_sure_planner_ends_the_asking() -> None:
    found = ask(reads("first", (ORDERS, 0.95)), reads("second", (USERS, 0.99)))
    assert [(r.planner, r.confidence) for r in found.readings] == [("first", 0.95)]


def test_unsure_planners_are_all_heard_and_the_likeliest_reading_leads() -> None:
    found = ask(reads("first", (ORDERS, 0.5)), reads("second", (USERS, 0.7)))
    assert [r.planner for r in found.readings] == ["second", "first"]
    assert found.planner == "second"


def test_a_plan_that_two_planners_make_stands_once_at_its_best() -> None:
    found = ask(reads("first", (ORDERS, 0.5)), reads("second", (ORDERS, 0.7)))
    assert [(r.planner, r.confidence) for r in found.readings] == [("second", 0.7)]


def test_a_later_planner_may_read_what_an_earlier_one_could_not() -> None:
    found = ask(reads("first"), reads("second", (ORDERS, 0.6)), reads("third"))
    assert found.planner == "second"
    assert found.reason is None


def test_a_final_refusal_is_nobody_elses_to_answer() -> None:
    found = ask(reads("first", final=True), reads("second", (ORDERS, 0.99)))
    assert (found.planner, found.readings) == ("first", ())


def test_without_any_reading_the_last_reason_is_told() -> None:
    assert ask(reads("first"), reads("second")).reason == "second does not know"


def test_a_wish_to_write_goes_no_further_than_the_rules() -> None:
    found = default(Question("delete all users", NOW_US), company(), Context())
    assert found.final
    assert not found.readings
    assert "rules" in PLANNERS
