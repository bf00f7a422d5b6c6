"""The short way of reading and writing times is the long way, faster."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from registry.clock import from_datetime, to_datetime
from registry.moment import US_DAY, date_days, date_text, long_time_us, time_text, time_us

US = st.integers(-62_135_596_800_000_000, 253_402_300_799_999_999)
TWO = st.integers(0, 99).map("{:02}".format)
#: texts that look like times, many of them in no calendar
NEARLY = st.builds(
    "{}-{}-{}{}{}:{}:{}{}{}".format,
    st.sampled_from(["0000", "0001", "1969", "2024", "2026", "9999", "202", "20266"]),
    st.sampled_from(["01", "02", "12", "13", "00", "1"]),
    st.sampled_from(["01", "28", "29", "30", "31", "32", "00"]),
    st.sampled_from(["T", " ", "t", ""]),
    st.sampled_from(["00", "23", "24", "99"]) | TWO,
    TWO,
    TWO,
    st.sampled_from(["", ".5", ".000001", ".1234567", ".1234560", ",25", "."]),
    st.sampled_from(
        [
            "",
            "Z",
            "UTC",
            "z",
            "+00:00",
            "-00:00",
            "+02:00",
            "+0530",
            "-23:59",
            "+24:00",
            "+01:60",
            "+99:99",
            "+02",
            " Z",
            "-08",
        ]
    ),
)


def outcome(read: object, text: str) -> object:
    try:
        return read(text)  # type: ignore[operator]
    except ValueError as bad:
        return str(bad)


@given(NEARLY)
@example("2024-02-29T23:59:59.999999Z")
@example("0001-01-01T00:00:00+00:01")
@example("9999-12-31T23:59:59-00:01")
@example("2026-11-23T08:00:60Z")
@example("2026-11-23T24:00:00Z")
def test_the_short_way_says_what_the_long_way_says(text: str) -> None:
    assert outcome(time_us, text) == outcome(long_time_us, text)


@given(US)
def test_a_time_is_written_as_datetime_writes_it_and_read_back(us: int) -> None:
    text = time_text(us)
    assert text == to_datetime(us).isoformat().replace("+00:00", "Z")
    assert time_us(text) == long_time_us(text) == us


@given(st.datetimes(), st.integers(-1_439, 1_439), st.sampled_from("T "))
def test_a_time_with_a_zone_is_the_moment_that_datetime_reads(
    naive: datetime, offset_min: int, between: str
) -> None:
    moment = naive.replace(tzinfo=timezone(timedelta(minutes=offset_min)))
    text = moment.isoformat(between)
    try:
        expected = from_datetime(datetime.fromisoformat(text))
    except OverflowError:
        with pytest.raises(ValueError, match="calendar"):
            time_us(text)
        return
    assert time_us(text) == expected


@given(st.dates())
def test_a_date_is_read_and_written_as_date_does(day: date) -> None:
    days = (day - date(1970, 1, 1)).days
    assert date_days(day.isoformat()) == days
    assert date_text(days) == day.isoformat()
    assert time_us(day.isoformat()) == days * US_DAY


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("2026-11-23", "2026-11-23T00:00:00Z"),
        ("2026/1/2", "2026-01-02T00:00:00Z"),
        ("2026-11-23 8:05", "2026-11-23T08:05:00Z"),
        ("2026-11-23T08:05:01,5", "2026-11-23T08:05:01.5Z"),
        ("2026-11-23T08:05:01.1234560", "2026-11-23T08:05:01.123456Z"),
        ("2026-11-23 08:05:01 UTC", "2026-11-23T08:05:01Z"),
        ("2026-11-23 08:05:01+00", "2026-11-23T08:05:01Z"),
        ("2026-11-23T08:05:01+0530", "2026-11-23T02:35:01Z"),
        ("2026-11-23T00:30:00+01:00", "2026-11-22T23:30:00Z"),
        ("1969-12-31T23:59:59.999999Z", "1970-01-01T00:59:59.999999+01:00"),
    ],
)
def test_spellings_of_one_moment(text: str, same: str) -> None:
    assert time_us(text) == time_us(same) is not None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "20261123",
        "2026-W01-1",
        "2026-11-23T",
        "2026-11-23T08",
        "23.11.2026",
        "٢٠٢٦-01-01",
        "2026-11-23T08:00:00Z\n",
        "2026-11-23T08:00:00 Europe/Berlin",
        "+2026-01-01",
        "2026-01-01 ",
    ],
)
def test_another_form_is_no_time(text: str) -> None:
    assert time_us(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-29",
        "0000-01-01",
        "2026-13-01",
        "2026-04-31T00:00:00Z",
        "2026-01-01T24:00:00Z",
        "2026-01-01T23:59:60Z",
        "2026-01-01T00:60",
        "2026-01-01T00:00:00+24:00",
        "2026-01-01T00:00:00+00:60",
        "1900-02-29",
        "9999-12-31T23:59:59-00:01",
    ],
)
def test_what_no_calendar_has_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="of the calendar"):
        time_us(text)


def test_finer_than_a_microsecond_is_refused_not_rounded() -> None:
    with pytest.raises(ValueError, match="finer than a microsecond"):
        time_us("2026-11-23T08:05:01.1234561Z")


def test_leap_days_follow_the_gregorian_rule() -> None:
    assert date_days("2000-02-29") == (datetime(2000, 2, 29, tzinfo=UTC).toordinal() - 719_163)
    with pytest.raises(ValueError, match="calendar"):
        date_days("2100-02-29")
