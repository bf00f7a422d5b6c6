"""Windows and buckets of time, asked on Wednesday 2026-11-18 10:00 UTC."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.planner.times.beats import beats
from orchestrator.planner.times.extents import PHRASES, POINTLESS, SAID
from orchestrator.planner.times.timewindow import windows
from orchestrator.planner.words import tokenise
from registry.moment import time_text
from tests.orchestrator.planner.company import NOW_US


def shown(us: int | None) -> str | None:
    return None if us is None else time_text(us).removesuffix(":00Z").removesuffix("T00:00")


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("today", "2026-11-18", "2026-11-19"),
        ("yesterday", "2026-11-17", "2026-11-18"),
        ("last week", "2026-11-09", "2026-11-16"),
        ("this week", "2026-11-16", "2026-11-23"),
        ("past week", "2026-11-11T10:00", "2026-11-18T10:00"),
        ("last 7 days", "2026-11-11T10:00", "2026-11-18T10:00"),
        ("in the past 24 hours", "2026-11-17T10:00", "2026-11-18T10:00"),
        ("last three months", "2026-08-18T10:00", "2026-11-18T10:00"),
        ("last month", "2026-10-01", "2026-11-01"),
        ("in March", "2026-03-01", "2026-04-01"),
        ("in December", "2025-12-01", "2026-01-01"),
        ("in March 2025", "2025-03-01", "2025-04-01"),
        ("in 2025", "2025-01-01", "2026-01-01"),
        ("after the year 2024", "2025-01-01", None),
        ("in the year 1850", "1850-01-01", "1851-01-01"),
        ("built before 1850", None, "1850-01-01"),
        ("Q2", "2026-04-01", "2026-07-01"),
        ("in Q4 2025", "2025-10-01", "2026-01-01"),
        ("first half of 2026", "2026-01-01", "2026-07-01"),
        ("on Tuesday this week", "2026-11-17", "2026-11-18"),
        ("in the week before last week", "2026-11-02", "2026-11-09"),
        ("in the same month a year ago", "2025-11-01", "2025-12-01"),
        ("on November 13 between 09:00 and 17:00", "2026-11-13T09:00", "2026-11-13T17:00"),
        ("from 9:30 to 11:00 yesterday", "2026-11-17T09:30", "2026-11-17T11:00"),
        ("since Monday", "2026-11-16", None),
        ("on Friday", "2026-11-13", "2026-11-14"),
        ("between 1 and 5 March", "2026-03-01", "2026-03-06"),
        ("from March 1 to March 5, 2025", "2025-03-01", "2025-03-06"),
        ("between 2026-01-01 and 2026-01-31", "2026-01-01", "2026-02-01"),
        ("before 2026-03-05", None, "2026-03-05"),
        ("after 5 March", "2026-03-06", None),
        ("until yesterday", None, "2026-11-18"),
        ("3 days ago", "2026-11-15", "2026-11-16"),
        ("more than 2 weeks ago", None, "2026-11-04T10:00"),
        ("older than 30 days", None, "2026-10-19T10:00"),
        ("year to date", "2026-01-01", "2026-11-18T10:00"),
        ("on 2026-11-02", "2026-11-02", "2026-11-03"),
    ],
)  # fmt: skip
def test_a_phrase_names_a_half_open_window(text: str, start: str | None, end: str | None) -> None:
    (found,) = windows(tokenise(f"sessions {text}"), NOW_US)
    assert (shown(found.start_us), shown(found.end_us)) == (start, end)


@pytest.mark.parametrize("text", ["31 February", "may users see this", "second user", "99/99/2026"])
def test_what_is_no_date_is_no_window(text: str) -> None:
    assert windows(tokenise(text), NOW_US) == ()


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("in 2024 or 2025", [2024, 2025]),
        ("during 2021, 2023 and 2024", [2021, 2023, 2024]),
        ("in the year 1999 or in 2000", [1999, 2000]),
        ("rooms for 12 or 2000 people", []),
        ("model 2020 or 2021", []),
    ],
)
def test_one_year_beside_another_is_a_window_too(text: str, years: list[int]) -> None:
    starts = [shown(w.start_us) for w in windows(tokenise(text), NOW_US)]
    assert starts == [f"{year}-01-01" for year in years]


def test_windows_follow_the_time_zone_of_the_question() -> None:
    (found,) = windows(tokenise("today"), NOW_US, "America/New_York")
    assert shown(found.start_us) == "2026-11-18T05:00"


@pytest.mark.parametrize(
    ("text", "bucket"),
    [("sessions per day", "day"), ("hourly errors", "hour"), ("signups by week", "week"), ("messages each month", "month"),
     ("per quarter", "quarter"), ("messages a day", "day"), ("sessions over time", None)],
)  # fmt: skip
def test_a_phrase_names_a_bucket(text: str, bucket: str | None) -> None:
    (found,) = beats(tokenise(text), frozenset())
    assert found.bucket == bucket


@pytest.mark.parametrize(
    ("text", "bucket"),
    [("errors day by day", "day"), ("how load time evolved month after month", "month"), ("alerts on a weekly basis", "week"),
     ("visits into hours", "hour"), ("sales broken down by quarters", "quarter"), ("count for every single day", "day")],
)  # fmt: skip
def test_a_bucket_may_be_said_in_many_ways(text: str, bucket: str) -> None:
    assert [beat.bucket for beat in beats(tokenise(text), frozenset())] == [bucket]


def test_growth_from_one_month_to_the_next_is_no_bucket() -> None:
    assert beats(tokenise("growth month after month"), frozenset()) == ()


def test_a_bucket_stands_before_another_key() -> None:
    (found,) = beats(tokenise("alerts per week by severity"), frozenset())
    assert found.bucket == "week"


_PLACES = ("may", "monday", "now", "march", "the", "in", "since", "from", "to", "so", "far", "on",
           "3", "of", "orders", "2024", "noon", "until", "week", "days", "5th", "before", ",")  # fmt: skip


@given(st.lists(st.sampled_from(_PLACES), max_size=8).map(" ".join))
def test_what_names_a_point_in_time_is_found_only_where_one_is_said(text: str) -> None:
    pointed = [phrase for phrase in PHRASES if phrase not in POINTLESS]
    assert pointed
    assert SAID.search(text) or not any(phrase.search(text) for phrase, _ in pointed)
