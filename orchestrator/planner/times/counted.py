"""Windows that are counted back or forth: "the last 7 days", "the past hour and a half", "3 weeks
ago", "the two weeks after 1 October"."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from orchestrator.planner.times.dates import Pair, floor, step, whole
from orchestrator.planner.times.stretches import stretch
from orchestrator.planner.words import NUMBERS

_UNITS: Final = {
    "s": "second", "sec": "second", "second": "second", "min": "minute", "minute": "minute",
    "h": "hour", "hr": "hour", "hour": "hour", "d": "day", "day": "day", "week": "week",
    "w": "week", "wk": "week", "fortnight": "fortnight", "month": "month", "mth": "month",
    "quarter": "quarter", "qtr": "quarter", "year": "year", "yr": "year", "weekday": "day",
}  # fmt: skip
_SOME: Final = {"couple": 2, "couple of": 2, "few": 3, "a": 1, "an": 1}
COUNT: Final = (
    r"(?:\d{1,6}|" + "|".join(NUMBERS) + r"|(?:a )?couple(?: of)?|(?:a )?few|an?)(?: and a half)?"
)
UNIT: Final = (
    "(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|wks?|fortnights?|months?|mths?"
    "|quarters?|qtrs?|years?|yrs?|[shdw])(?: and a half)?"
)
HALVES: Final = "half(?: an?)? (?:hour|day|year)|(?:hour|day|week|month|year) and a half"
BACK: Final = "(?:most recent|last|past|previous|prior|preceding|recent|latest|trailing|rolling)"
ON: Final = "(?:next|coming|upcoming|following)"
WHOLE: Final = "(?:full |complete |whole |entire |calendar )"
_HALF_OF: Final = {
    "minute": ("second", 30), "hour": ("minute", 30), "day": ("hour", 12), "week": ("hour", 84),
    "month": ("day", 15), "year": ("month", 6),
}  # fmt: skip


def _count(text: str) -> int:
    text = text.removeprefix("a ") if len(text) > 2 else text
    return _SOME.get(text) or (int(text) if text.isdigit() else NUMBERS.get(text, 1))


def _named_unit(text: str) -> str:
    return _UNITS.get(text) or _UNITS.get(text.removesuffix("s"), "day")


def _back(moment: datetime, said: str, unit: str, way: int) -> datetime:
    """So many units on or back; "two and a half hours"."""
    half = "and a half" in f"{said} {unit}"
    said, unit = said.removesuffix(" and a half"), unit.removesuffix(" and a half")
    name = _named_unit(unit)
    moved = step(moment, name, way * _count(said))
    return _half_on(moved, name, way) if half else moved


def _half_on(moment: datetime, unit: str, way: int) -> datetime:
    part, n = _HALF_OF.get(unit, ("day", 0))
    return step(moment, part, way * n)


def rolling(found: re.Match[str], now: datetime) -> Pair | None:
    unit, way = found["u"], 1 if found["way"] and re.fullmatch(ON, found["way"]) else -1
    if found["whole"] or found["whole_1"]:
        name = _named_unit(unit)
        start = floor(now, name)
        other = step(start, name, way * _count(found["n"]) + (way > 0))
        return (other, start) if way < 0 else (step(start, name, 1), other)
    moved = _back(now, found["n"], unit, way)
    return (now, moved) if way > 0 else (moved, now)


def hyphened(found: re.Match[str], now: datetime) -> Pair | None:
    """ "the last 30-day period"."""
    return step(now, found["u"], -int(found["n"])), now


def halved(found: re.Match[str], now: datetime) -> Pair | None:
    """ "the last half hour", "the past hour and a half"."""
    said = found["half"].split()
    if said[0] == "half":
        return _half_on(now, said[-1], -1), now
    return _half_on(step(now, said[0], -1), said[0], -1), now


def ago(found: re.Match[str], now: datetime) -> Pair | None:
    moment, unit = _back(now, found["n"], found["u"], -1), _named_unit(found["u"])
    how = found["how"] or ""
    if how in ("more than", "over", "longer than", "before", "older than", "at least", "until"):
        return None, moment
    if how:
        return moment, None
    return whole(unit if unit not in ("week", "second", "fortnight") else "day", moment, 0)


def older(found: re.Match[str], now: datetime) -> Pair | None:
    moment = _back(now, found["n"], found["u"], -1)
    return (None, moment) if found["how"] == "older" else (moment, None)


def beside(found: re.Match[str], now: datetime) -> Pair | None:
    """ "the three days before 1 October", "the 7 days ending on Sunday"."""
    named, way = stretch(found["p"], now), found["way"]
    if named is None or named[0] is None or named[1] is None:
        return None
    said, unit = found["n"], found["u"]
    if way.startswith(("start", "begin", "from", "since")):
        return named[0], _back(named[0], said, unit, 1)
    if way in ("after", "following"):
        return named[1], _back(named[1], said, unit, 1)
    end = named[1] if way.startswith("end") else named[0]
    return _back(end, said, unit, -1), end
