"""The calendar: names of months and days, and the start and the neighbours of a day, week, month,
quarter or year. Reads no phrases."""

from __future__ import annotations

import calendar
from datetime import datetime, timedelta
from typing import Final, TypeAlias

Pair: TypeAlias = tuple[datetime | None, datetime | None]
MONTHS: Final = {
    name.lower(): n
    for names in (calendar.month_name, calendar.month_abbr)
    for n, name in enumerate(names)
    if name
} | {"sept": 9}
DAYS: Final = {
    name.lower(): n
    for names in (calendar.day_name, calendar.day_abbr)
    for n, name in enumerate(names)
} | {"tues": 1, "weds": 2, "thur": 3, "thurs": 3}


def either(names: dict[str, int]) -> str:
    """A pattern of any of them, the longest first."""
    return "(?:" + "|".join(sorted(names, key=len, reverse=True)) + ")"


MONTH: Final = either(MONTHS)
DAY: Final = either(DAYS)
BIG: Final = "(?:minute|hour|day|week|month|quarter|year)"
YEAR: Final = r"(?:19|20)\d\d"
FORTNIGHT_DAYS: Final = 14


def months_on(moment: datetime, n: int) -> datetime:
    """`n` months on or back; the last day of a shorter month for one that it lacks."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + n, 12)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


def floor(moment: datetime, unit: str) -> datetime:
    """The start of the calendar unit that holds the moment."""
    if unit in ("second", "minute", "hour"):
        minute = 0 if unit == "hour" else moment.minute
        second = moment.second if unit == "second" else 0
        return moment.replace(minute=minute, second=second, microsecond=0)
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    if unit == "week":
        return day - timedelta(days=day.weekday())
    if unit == "quarter":
        return day.replace(day=1, month=(day.month - 1) // 3 * 3 + 1)
    starts = {"month": day.replace(day=1), "year": day.replace(day=1, month=1)}
    return starts.get(unit, day)


def step(moment: datetime, unit: str, n: int) -> datetime:
    """`n` calendar units on (or back)."""
    if unit in ("month", "quarter", "year"):
        return months_on(moment, n * {"month": 1, "quarter": 3, "year": 12}[unit])
    if unit == "fortnight":
        return moment + n * timedelta(days=FORTNIGHT_DAYS)
    return moment + n * timedelta(**{f"{unit}s": 1})


def whole(unit: str, now: datetime, offset: int) -> Pair:
    """The calendar unit that is `offset` units from the present one."""
    start = step(floor(now, unit), unit, offset)
    return start, step(start, unit, 1)
