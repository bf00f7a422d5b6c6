"""Clocks as arguments, and exact µs to datetime and back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.clock import ManualClock, SystemClock, from_datetime, to_datetime

US_MIN = -62_135_596_800_000_000
US_MAX = 253_402_300_799_999_999


@given(st.integers(US_MIN, US_MAX))
def test_microseconds_come_back_from_datetime_exactly(us: int) -> None:
    moment = to_datetime(us)
    assert moment.tzinfo is UTC
    assert from_datetime(moment) == us


@given(st.datetimes(timezones=st.timezones()))
def test_a_moment_in_any_zone_is_the_same_moment_in_utc(moment: datetime) -> None:
    try:
        expected = moment.astimezone(UTC)
    except OverflowError:
        with pytest.raises(OverflowError):
            from_datetime(moment)
        return
    assert to_datetime(from_datetime(moment)) == expected


@pytest.mark.parametrize(
    ("us", "text"),
    [
        (-1, "1969-12-31T23:59:59.999999+00:00"),
        (0, "1970-01-01T00:00:00+00:00"),
        (US_MIN, "0001-01-01T00:00:00+00:00"),
        (US_MAX, "9999-12-31T23:59:59.999999+00:00"),
    ],
)
def test_the_bounds_and_the_epoch(us: int, text: str) -> None:
    assert to_datetime(us).isoformat() == text


@pytest.mark.parametrize("us", [US_MIN - 1, US_MAX + 1, 2**63])
def test_past_the_calendar_there_is_no_datetime(us: int) -> None:
    with pytest.raises(OverflowError):
        to_datetime(us)


def test_a_naive_moment_is_utc() -> None:
    assert from_datetime(datetime(1970, 1, 2)) == 86_400_000_000


def test_an_hour_that_comes_twice_is_told_apart_by_its_fold() -> None:
    first = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    assert from_datetime(first.replace(fold=1)) - from_datetime(first) == 3_600_000_000


def test_a_moment_that_leaves_the_calendar_in_utc_is_refused() -> None:
    with pytest.raises(OverflowError):
        from_datetime(datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=5))))


def test_a_manual_clock_moves_only_by_hand() -> None:
    clock = ManualClock(5)
    assert (clock.now_us(), clock.monotonic()) == (5, 0.0)
    clock.advance(1.5)
    assert (clock.now_us(), clock.monotonic()) == (1_500_005, 1.5)


def test_the_system_clock_goes_forward() -> None:
    clock = SystemClock()
    first, wall = clock.monotonic(), clock.now_us()
    assert clock.monotonic() >= first
    assert to_datetime(wall).year >= 2025
