"""Phrases that are one stretch of the calendar: "March 2026", "Q2", "last Friday", "2026-11-02".
A month without a year is its latest."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, TypeAlias

Pair: TypeAlias = tuple[datetime | None, datetime | None]
_MONTHS: Final = {
    name.lower(): n
    for names in (calendar.month_name, calendar.month_abbr)
    for n, name in enumerate(names)
    if name
} | {"sept": 9}
_DAYS: Final = {name.lower(): n for n, name in enumerate(calendar.day_name)}
MONTH: Final = "(?:" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + ")"
DAY: Final = "(?:" + "|".join(_DAYS) + ")"
BIG: Final = "(?:minute|hour|day|week|month|quarter|year)"
YEAR: Final = r"(?:19|20)\d\d"
POINT: Final = (
    rf"(?:the )?(?:\d{{4}}-\d{{1,2}}-\d{{1,2}}[t ]\d{{1,2}}:\d{{2}}(?::\d{{2}})?z?"
    rf"|\d{{4}}-\d{{1,2}}(?:-\d{{1,2}})?"
    rf"|\d{{1,2}}/\d{{1,2}}/\d{{4}}"
    rf"|{MONTH} \d{{1,2}}(?:st|nd|rd|th)?(?!\d)(?: ,)?(?: {YEAR})?|\d{{1,2}}(?:st|nd|rd|th)?"
    rf"(?: of)? {MONTH}(?: ,)?(?: {YEAR})?"
    rf"|(?:last )?{MONTH}(?: of)?(?: {YEAR})?|q[1-4](?: of)?(?: {YEAR})?"
    rf"|(?:first|second|third|fourth) quarter(?: of)?(?: {YEAR})?|(?:first|second) half of {YEAR}"
    rf"|(?:start|beginning) of (?:the|this) (?:week|month|quarter|year)"
    rf"|day before yesterday|yesterday|today|now|tomorrow|(?:last |this )?{DAY}"
    rf"|(?:last|past|previous|this|current|next) (?:{BIG}|weekend)|year \d{{4}}|{YEAR})"
)


def _months(moment: datetime, n: int) -> datetime:
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
    return {"day": day, "month": day.replace(day=1), "year": day.replace(day=1, month=1)}[unit]


def step(moment: datetime, unit: str, n: int) -> datetime:
    """`n` calendar units on (or back)."""
    if unit in ("month", "quarter", "year"):
        return _months(moment, n * {"month": 1, "quarter": 3, "year": 12}[unit])
    return moment + n * timedelta(**{f"{unit}s": 1})


def whole(text: str, now: datetime, offset: int) -> Pair:
    start = step(floor(now, text), text, offset)
    return start, step(start, text, 1)


def _iso(found: re.Match[str], now: datetime) -> Pair:
    year, month, day, hour, minute, second = (int(g) if g else None for g in found.groups())
    assert year is not None and month is not None
    if day is None:
        start = datetime(year, month, 1)
        return start, _months(start, 1)
    if hour is None:
        start = datetime(year, month, day)
        return start, start + timedelta(days=1)
    start = datetime(year, month, day, hour, minute or 0, second or 0)
    return start, start + timedelta(minutes=1)


def _day_of(month: int, day: int, year: str | None, now: datetime) -> Pair:
    chosen = int(year) if year else now.year - ((month, day) > (now.month, now.day))
    start = datetime(chosen, month, day)
    return start, start + timedelta(days=1)


def _month_of(found: re.Match[str], now: datetime) -> Pair:
    last, name, year = found.groups()
    month = _MONTHS[name]
    chosen = (
        int(year) if year else now.year - (month > now.month or bool(last and month == now.month))
    )
    start = datetime(chosen, month, 1)
    return start, _months(start, 1)


def _part_of(found: re.Match[str], now: datetime) -> Pair:
    digit, ordinal, year_1, half, year_2 = found.groups()
    if half:
        start = datetime(int(year_2), 1 if half == "first" else 7, 1)
        return start, _months(start, 6)
    quarter = int(digit) if digit else ("first", "second", "third", "fourth").index(ordinal) + 1
    start = datetime(int(year_1) if year_1 else now.year, 3 * quarter - 2, 1)
    if not year_1 and start > now:
        start = _months(start, -12)
    return start, _months(start, 3)


def _weekday(found: re.Match[str], now: datetime) -> Pair:
    today = floor(now, "day")
    back = (today.weekday() - _DAYS[found[2]]) % 7
    if found[1] == "last" and back == 0:
        back = 7
    start = today - timedelta(days=back)
    return start, start + timedelta(days=1)


def _relative(found: re.Match[str], now: datetime) -> Pair:
    which, unit = found.groups()
    offset = {"this": 0, "current": 0, "next": 1}.get(which, -1)
    if unit == "weekend":
        monday = step(floor(now, "week"), "week", offset)
        return monday + timedelta(days=5), monday + timedelta(days=7)
    if (
        offset == -1
        and (which == "past" or unit in ("minute", "hour", "day"))
        and which != "previous"
    ):
        return step(now, unit, -1), now
    return whole(unit, now, offset)


_WORDS: Final = {"today": 0, "now": 0, "yesterday": -1, "day before yesterday": -2, "tomorrow": 1}
_POINTS: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str], datetime], Pair]], ...]] = (
    (
        re.compile(r"(\d{4})-(\d{1,2})(?:-(\d{1,2})(?:[t ](\d{1,2}):(\d{2})(?::(\d{2}))?z?)?)?"),
        _iso,
    ),
    (
        re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})"),
        lambda m, n: _day_of(int(m[1]), int(m[2]), m[3], n),
    ),
    (
        re.compile(rf"({MONTH}) (\d{{1,2}})(?:st|nd|rd|th)?(?: ,)?(?: ({YEAR}))?"),
        lambda m, n: _day_of(_MONTHS[m[1]], int(m[2]), m[3], n),
    ),
    (
        re.compile(rf"(\d{{1,2}})(?:st|nd|rd|th)?(?: of)? ({MONTH})(?: ,)?(?: ({YEAR}))?"),
        lambda m, n: _day_of(_MONTHS[m[2]], int(m[1]), m[3], n),
    ),
    (re.compile(rf"(last )?({MONTH})(?: of)?(?: ({YEAR}))?"), _month_of),
    (
        re.compile(
            rf"(?:q([1-4])|(first|second|third|fourth) quarter)(?: of)?(?: ({YEAR}))?|(first"
            rf"|second) half of ({YEAR})"
        ),
        _part_of,
    ),
    (
        re.compile(r"(?:start|beginning) of (?:the|this) (week|month|quarter|year)"),
        lambda m, n: (floor(n, m[1]), floor(n, m[1]) + timedelta(days=1)),
    ),
    (re.compile("|".join(_WORDS)), lambda m, n: whole("day", n, _WORDS[m[0]])),
    (re.compile(rf"(?:(last|this) )?({DAY})"), _weekday),
    (re.compile(rf"(last|past|previous|this|current|next) ({BIG}|weekend)"), _relative),
    (
        re.compile(rf"(?:year )?((?<=year )\d{{4}}|{YEAR})"),
        lambda m, n: (datetime(int(m[1]), 1, 1), datetime(int(m[1]) + 1, 1, 1)),
    ),
)


def stretch(text: str, now: datetime) -> Pair | None:
    """A date phrase as [start, end); `None` where the calendar has no such day."""
    text = text.strip().removeprefix("the ")
    for pattern, meaning in _POINTS:
        found = pattern.fullmatch(text)
        if found:
            try:
                return meaning(found, now)
            except (ValueError, OverflowError):
                return None
    return None
