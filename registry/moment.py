"""Dates and times: ISO text to whole numbers and back, exactly.

A date is days since 1970-01-01, a time µs since 1970 UTC; years 1 to 9999. Every cell of every
answer and load passes here, so the plain forms take a short way that the tests hold equal to the
long one. Nothing here reads a clock or knows a local zone.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final

from registry.clock import from_datetime

US_DAY: Final = 86_400_000_000
_EPOCH: Final = date(1970, 1, 1)
_DAYS_KEPT: Final = 32_768  # 90 years
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_US_MIN: Final = -719_162 * US_DAY
_US_MAX: Final = 2_932_897 * US_DAY - 1
_CLOCK: Final = re.compile(
    r"[T ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(?:Z|([+-]\d\d):(\d\d))?", re.ASCII
)
_LONG: Final = re.compile(
    r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})"
    r"(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?"
    r"\s*(Z|UTC|[+-]\d{2}(?::?\d{2})?)?)?",
    re.ASCII,
)


@lru_cache(_DAYS_KEPT)
def date_text(days: int) -> str:
    """Days since 1970-01-01 as ISO-8601."""
    return (_EPOCH + timedelta(days=days)).isoformat()


def time_text(us: int) -> str:
    """µs since 1970 UTC as ISO-8601 with `Z`, and with six decimals when not a whole second."""
    days, rest = divmod(us, US_DAY)
    second, fraction = divmod(rest, 1_000_000)
    minute, second = divmod(second, 60)
    text = f"{date_text(days)}T{minute // 60:02}:{minute % 60:02}:{second:02}"
    return f"{text}.{fraction:06}Z" if fraction else f"{text}Z"


@lru_cache(_DAYS_KEPT)
def date_days(text: str) -> int | None:
    """Days of `YYYY-MM-DD`; `None` for another form, `ValueError` where no calendar has it."""
    if not _DATE.fullmatch(text):
        return None
    try:
        return (date.fromisoformat(text) - _EPOCH).days
    except ValueError as bad:
        raise ValueError(f"is not a date of the calendar: {bad}") from None


def time_us(text: str) -> int | None:
    """µs of ISO text in its usual spellings; a date alone is its midnight, no zone is UTC.

    `None` for another form; `ValueError` where no calendar has it or it is finer than a µs.
    """
    clock = _CLOCK.fullmatch(text, 10)
    if clock is None:
        return long_time_us(text)
    hour, minute, second, fraction, east, beside = clock.groups()
    try:
        days = date_days(text[:10])
    except ValueError:
        days = None
    if days is None or hour > "23" or minute > "59" or second > "59":
        return long_time_us(text)
    us = ((int(hour) * 60 + int(minute)) * 60 + int(second)) * 1_000_000 + days * US_DAY
    if fraction:
        us += int(fraction.ljust(6, "0"))
    if east:
        us -= (int(east) * 60 + int(east[0] + beside)) * 60_000_000
        if beside > "59" or east[1:] > "23" or not _US_MIN <= us <= _US_MAX:
            return long_time_us(text)
    return us


def long_time_us(text: str) -> int | None:
    """What `time_us` says, for every form it takes."""
    found = _LONG.fullmatch(text)
    if found is None:
        return None
    *parts, fraction, zone = found.groups()
    fraction = (fraction or "").rstrip("0")
    if len(fraction) > 6:
        raise ValueError("is finer than a microsecond, which is the finest a time can hold")
    year, month, day, hour, minute, second = (int(part or 0) for part in parts)
    try:
        moment = datetime(
            year, month, day, hour, minute, second, int(fraction.ljust(6, "0")), tzinfo=UTC
        )
        return from_datetime(moment - _offset(zone))
    except (ValueError, OverflowError) as bad:
        raise ValueError(f"is not a moment of the calendar: {bad}") from None


def _offset(zone: str | None) -> timedelta:
    if zone in (None, "Z", "UTC"):
        return timedelta(0)
    assert zone is not None
    hours, minutes = int(zone[1:3]), int(zone[3:].removeprefix(":") or 0)
    if hours > 23 or minutes > 59:
        raise ValueError("a zone is at most 23:59 from UTC")
    return timedelta(hours=hours, minutes=minutes) * (-1 if zone[0] == "-" else 1)
