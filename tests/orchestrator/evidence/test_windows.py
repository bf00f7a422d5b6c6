"""The windows of time that a plan draws."""

from __future__ import annotations

from typing import Any

from orchestrator.evidence.windows import windows
from registry.answer import Window
from registry.plan import parse_plan

JAN, FEB, MAR = (f"2026-0{n}-01T00:00:00Z" for n in (1, 2, 3))


def found(where: dict[str, Any] | None, **rest: Any) -> tuple[Window, ...]:
    return windows(parse_plan({"from": "a.b", **({"where": where} if where else {}), **rest}))


def bound(op: str, value: Any, field: str = "at") -> dict[str, Any]:
    return {"op": op, "field": field, "value": value}


def test_both_ends_in_any_order_are_one_window() -> None:
    both = {"op": "and", "args": [bound("<", FEB), bound("=", "x", "state"), bound(">=", JAN)]}
    assert found(both) == (Window("at", JAN, FEB),)


def test_two_windows_of_an_or_stay_two() -> None:
    first = {"op": "and", "args": [bound(">=", JAN), bound("<", FEB)]}
    assert found({"op": "or", "args": [first, bound(">=", MAR)]}) == (
        Window("at", JAN, FEB),
        Window("at", MAR),
    )


def test_what_is_denied_or_no_time_draws_no_window() -> None:
    assert found({"op": "not", "arg": bound(">=", JAN)}) == ()
    assert found(bound(">", 5, "amount")) == found(bound(">", "b", "name")) == found(None) == ()


def test_windows_of_measures_and_of_plans_within_count() -> None:
    inner = {"from": "a.c", "select": ["id"], "where": bound("<", "2026-01-01", "day")}
    made = found(
        {"op": "in", "field": "c", "plan": inner},
        measures=[{"fn": "count", "as": "n", "where": bound(">=", JAN)}],
    )
    assert made == (Window("at", JAN), Window("day", None, "2026-01-01"))
