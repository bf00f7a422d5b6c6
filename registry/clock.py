"""Time as an argument. Nothing else reads the wall clock or the monotonic one."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Clock(Protocol):
    """Wall time in µs since 1970 UTC, and a monotonic stopwatch in seconds."""

    def now_us(self) -> int: ...

    def monotonic(self) -> float: ...


class SystemClock:
    """The machine's own clocks."""

    def now_us(self) -> int:
        return time.time_ns() // 1_000

    def monotonic(self) -> float:
        return time.perf_counter()


class ManualClock:
    """A clock that a test or a replay moves by hand."""

    def __init__(self, now_us: int = 0) -> None:
        self._now_us = now_us
        self._monotonic = 0.0

    def now_us(self) -> int:
        return self._now_us

    def monotonic(self) -> float:
        return self._monotonic

    def advance(self, seconds: float) -> None:
        self._now_us += round(seconds * 1_000_000)
        self._monotonic += seconds


def to_datetime(us: int) -> datetime:
    """µs since 1970 UTC as an aware datetime; `OverflowError` outside the years 1 to 9999."""
    return _EPOCH + timedelta(microseconds=us)


def from_datetime(moment: datetime) -> int:
    """An aware datetime as µs since 1970 UTC; a naive one is taken as UTC.

    `OverflowError` where its moment in UTC is outside the years 1 to 9999.
    """
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    elif moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    delta = moment - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds
