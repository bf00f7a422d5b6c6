"""The stretch of time before or after the one that a plan is about."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from orchestrator.planner.times.dates import floor, step
from registry.clock import from_datetime, to_datetime
from registry.moment import date_days, date_text, time_text, time_us
from registry.plan import Compare, Predicate, QueryPlan, conjoin, conjuncts

UNITS: Final = ("day", "week", "month", "quarter", "year")
_US_DAY: Final = 86_400_000_000


def is_bound(node: Predicate) -> bool:
    """Whether it is one end of a window of time."""
    if not isinstance(node, Compare) or not isinstance(node.value, str):
        return False
    return node.op in (">=", "<") and _instant(node.value) is not None


def shifted(plan: QueryPlan, unit: str | None, way: int, *, whole: bool = True) -> QueryPlan | None:
    """The plan over the `unit` before (`way` -1) or after (1) its window; without a unit, over one
    as long. Not `whole`: the same stretch, a unit away. `None` where it has no closed window.
    """
    found = _window(plan)
    if found is None:
        return None
    low, high = found
    start, end = _instant(str(low.value)), _instant(str(high.value))
    assert start is not None and end is not None
    if not whole:
        ends = (step(start, unit or "year", way), step(end, unit or "year", way))
    else:
        ends = _beside(start, end, unit or _unit(start, end), way)
    moved = {id(low): ends[0], id(high): ends[1]}
    parts = [
        part.model_copy(update={"value": _like(moved[id(part)], str(part.value))})
        if isinstance(part, Compare) and id(part) in moved
        else part
        for part in conjuncts(plan.where)
    ]
    return plan.model_copy(update={"where": conjoin(parts)})


def _window(plan: QueryPlan) -> tuple[Compare, Compare] | None:
    """The two ends of the plan's only closed window."""
    bounds = [p for p in conjuncts(plan.where) if isinstance(p, Compare) and is_bound(p)]
    if len(bounds) != 2 or bounds[0].field != bounds[1].field or bounds[0].op == bounds[1].op:
        return None
    return (bounds[0], bounds[1]) if bounds[0].op == ">=" else (bounds[1], bounds[0])


def _unit(start: datetime, end: datetime) -> str | None:
    """The calendar unit that the window is; `None`: it is none."""
    whole = (u for u in UNITS if floor(start, u) == start and step(start, u, 1) == end)
    return next(whole, None)


def _beside(
    start: datetime, end: datetime, unit: str | None, way: int
) -> tuple[datetime, datetime]:
    if unit is None:
        return (start - (end - start), start) if way < 0 else (end, end + (end - start))
    return (step(start, unit, -1), start) if way < 0 else (end, step(end, unit, 1))


def _instant(text: str) -> datetime | None:
    try:
        days = date_days(text)
        us = time_us(text) if days is None else days * _US_DAY
        return None if us is None else to_datetime(us).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None


def _like(moment: datetime, shape: str) -> str:
    us = from_datetime(moment)
    return time_text(us) if "T" in shape else date_text(us // _US_DAY)
