"""Stretches of time beside each other: the one before, the same a year ago, the ends of a range."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from orchestrator.planner.times.dates import step
from orchestrator.planner.times.timewindow import Window
from registry.clock import from_datetime, to_datetime

_UNITS: Final = ("day", "week", "month", "quarter", "year")


def before(window: Window, unit: str = "") -> Window | None:
    """The stretch before this one, as long as it is; with a unit, so many of it earlier. `None`
    where it has no beginning or no end."""
    if window.start_us is None or window.end_us is None:
        return None
    start, end = to_datetime(window.start_us), to_datetime(window.end_us)
    own = unit or unit_of(start, end)
    if own:
        return _window(window, step(start, own, -1), step(end, own, -1))
    return _window(window, start - (end - start), start)


def unit_of(start: datetime, end: datetime) -> str:
    """The calendar unit that [start, end) is one of; none: "" ."""
    return next((unit for unit in _UNITS if step(start, unit, 1) == end and _whole(start)), "")


def ends(window: Window) -> tuple[Window, Window] | None:
    """ "from August to September": August, and September."""
    if len(window.parts) != 2:
        return None
    first, second = (replace(window, start_us=a, end_us=b, parts=()) for a, b in window.parts)
    return first, second


def _whole(start: datetime) -> bool:
    return start.time() == datetime.min.time()


def _window(window: Window, start: datetime, end: datetime) -> Window:
    return replace(window, start_us=from_datetime(start), end_us=from_datetime(end), parts=())


__all__ = ["before", "ends", "unit_of"]
