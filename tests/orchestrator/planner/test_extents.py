"""The many ways in which people say when, asked on Wednesday 2026-11-18 10:00 UTC."""

from __future__ import annotations

import pytest

from orchestrator.planner.times.timewindow import windows
from orchestrator.planner.words import tokenise
from registry.moment import time_text
from tests.orchestrator.planner.company import NOW_US


def shown(us: int | None) -> str | None:
    return None if us is None else time_text(us).removesuffix(":00Z").removesuffix("T00:00")


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        # parts of years
        ("in H1", "2026-01-01", "2026-07-01"),
        ("in H2 of last year", "2025-07-01", "2026-01-01"),
        ("2025 H1", "2025-01-01", "2025-07-01"),
        ("during the first half of this year", "2026-01-01", "2026-07-01"),
        ("in the second half of October", "2026-10-16", "2026-11-01"),
        ("first half of last month", "2026-10-01", "2026-10-16"),
        ("Q3 last year", "2025-07-01", "2025-10-01"),
        ("in 2025-Q4", "2025-10-01", "2026-01-01"),
        ("the 3rd quarter", "2026-07-01", "2026-10-01"),
        ("in the last quarter of 2025", "2025-10-01", "2026-01-01"),
        ("in March of last year", "2025-03-01", "2025-04-01"),
        ("throughout the whole of May", "2026-05-01", "2026-06-01"),
        ("in the month of June", "2026-06-01", "2026-07-01"),
        ("Q1-Q2 2026", "2026-01-01", "2026-07-01"),
        ("in the calendar year 2025", "2025-01-01", "2026-01-01"),
        # edges
        ("since the start of September", "2026-09-01", None),
        ("since the beginning of last month", "2026-10-01", None),
        ("until the end of August", None, "2026-09-01"),
        ("by the end of the month", None, "2026-12-01"),
        ("on the last day of October", "2026-10-31", "2026-11-01"),
        ("in the first ten days of October", "2026-10-01", "2026-10-11"),
        ("during the last two weeks of August", "2026-08-18", "2026-09-01"),
        ("first three months of the year", "2026-01-01", "2026-04-01"),
        # days
        ("on the 5th", "2026-11-05", "2026-11-06"),
        ("since the 20th", "2026-10-20", None),
        ("on the 3rd of last month", "2026-10-03", "2026-10-04"),
        ("between the 5th and the 9th", "2026-11-05", "2026-11-10"),
        ("from the 5th to the 9th of May", "2026-05-05", "2026-05-10"),
        ("1-15 October", "2026-10-01", "2026-10-16"),
        ("Oct 3 – Oct 9", "2026-10-03", "2026-10-10"),
        ("October 3 - 9", "2026-10-03", "2026-10-10"),
        ("2026-08-01..2026-08-15", "2026-08-01", "2026-08-16"),
        ("2026-08-01/2026-08-15", "2026-08-01", "2026-08-16"),
        ("2026-08-01 to 2026-08-15", "2026-08-01", "2026-08-16"),
        ("July through September", "2026-07-01", "2026-10-01"),
        ("Monday to Wednesday", "2026-11-16", "2026-11-19"),
        ("between Thursday and Sunday", "2026-11-12", "2026-11-16"),
        ("on Fri", "2026-11-13", "2026-11-14"),
        ("Monday of last week", "2026-11-09", "2026-11-10"),
        ("last Wednesday", "2026-11-11", "2026-11-12"),
        ("not before 5 March", "2026-03-05", None),
        ("on or before 5 March", None, "2026-03-06"),
        ("no later than 5 March", None, "2026-03-06"),
        ("from 3 October onwards", "2026-10-03", None),
        ("from 3 October until now", "2026-10-03", None),
        ("starting on 3 October", "2026-10-03", None),
        # weeks
        ("over the weekend", "2026-11-14", "2026-11-16"),
        ("this past weekend", "2026-11-14", "2026-11-16"),
        ("in the week of the 5th", "2026-11-02", "2026-11-09"),
        ("in the week of 7 October", "2026-10-05", "2026-10-12"),
        ("the week starting October 6", "2026-10-06", "2026-10-13"),
        ("week ending 11 October", "2026-10-05", "2026-10-12"),
        ("in calendar week 41", "2026-10-05", "2026-10-12"),
        ("in the last fortnight", "2026-11-04T10:00", "2026-11-18T10:00"),
        ("the week before last", "2026-11-02", "2026-11-09"),
        ("the month before last", "2026-09-01", "2026-10-01"),
        ("in the previous week", "2026-11-09", "2026-11-16"),
        # counted back and forth
        ("trailing 30 days", "2026-10-19T10:00", "2026-11-18T10:00"),
        ("in the last 30-day period", "2026-10-19T10:00", "2026-11-18T10:00"),
        ("over these past two weeks", "2026-11-04T10:00", "2026-11-18T10:00"),
        ("in the last couple of days", "2026-11-16T10:00", "2026-11-18T10:00"),
        ("in the last half hour", "2026-11-18T09:30", "2026-11-18T10:00"),
        ("in the past hour and a half", "2026-11-18T08:30", "2026-11-18T10:00"),
        ("in the last 3 full months", "2026-08-01", "2026-11-01"),
        ("in the last two calendar weeks", "2026-11-02", "2026-11-16"),
        ("in the coming 7 days", "2026-11-18T10:00", "2026-11-25T10:00"),
        ("in the 3 days before 1 October", "2026-09-28", "2026-10-01"),
        ("in the two weeks after 1 October", "2026-10-02", "2026-10-16"),
        ("in the 7 days ending 11 October", "2026-10-05", "2026-10-12"),
        ("at least 30 days ago", None, "2026-10-19T10:00"),
        ("a fortnight ago", "2026-11-04", "2026-11-05"),
        # to now
        ("so far this quarter", "2026-10-01", "2026-11-18T10:00"),
        ("this month so far", "2026-11-01", "2026-11-18T10:00"),
        ("in the quarter to date", "2026-10-01", "2026-11-18T10:00"),
        ("MTD", "2026-11-01", "2026-11-18T10:00"),
        # hours
        ("before noon today", "2026-11-18", "2026-11-18T12:00"),
        ("today after 8am", "2026-11-18T08:00", "2026-11-19"),
        ("after 5 pm yesterday", "2026-11-17T17:00", "2026-11-18"),
        ("since 9 am", "2026-11-18T09:00", None),
        ("since 11:30", "2026-11-17T11:30", None),
        ("since midnight", "2026-11-18", None),
        ("since noon yesterday", "2026-11-17T12:00", None),
        ("between midnight and 6 am today", "2026-11-18", "2026-11-18T06:00"),
        ("between 9 and 11 am yesterday", "2026-11-17T09:00", "2026-11-17T11:00"),
        ("from 8 pm to midnight on Monday", "2026-11-16T20:00", "2026-11-17"),
        ("yesterday between 2pm and 4:30pm", "2026-11-17T14:00", "2026-11-17T16:30"),
        ("this morning", "2026-11-18", "2026-11-18T12:00"),
        ("on Monday evening", "2026-11-16T18:00", "2026-11-17"),
        ("yesterday afternoon", "2026-11-17T12:00", "2026-11-17T18:00"),
        ("between noon yesterday and 9 am today", "2026-11-17T12:00", "2026-11-18T09:00"),
    ],
)  # fmt: skip
def test_a_phrase_names_one_window(text: str, start: str | None, end: str | None) -> None:
    (found,) = windows(tokenise(f"sessions {text}"), NOW_US)
    assert (shown(found.start_us), shown(found.end_us)) == (start, end)


@pytest.mark.parametrize(
    "text",
    [
        "the 5th largest team", "the 95th percentile", "errors between 9 and 11", "sessions after 5 pm",
        "visits of a morning", "the 3rd party", "weekend traffic", "users on plan 2", "runs 5-9",
        "the first half", "sat and sun", "the second quarter of users",
    ],
)  # fmt: skip
def test_what_may_mean_no_one_stretch_is_no_window(text: str) -> None:
    assert windows(tokenise(text), NOW_US) == ()


def test_two_times_that_are_compared_stay_two() -> None:
    found = windows(tokenise("the ratio of August to September sales"), NOW_US)
    assert [shown(window.start_us) for window in found] == ["2026-08-01", "2026-09-01"]


def test_a_range_knows_its_two_ends() -> None:
    (found,) = windows(tokenise("growth from August to October"), NOW_US)
    assert [shown(start) for start, _ in found.parts] == ["2026-08-01", "2026-10-01"]


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("on Monday and Tuesday", "2026-11-16", "2026-11-18"),
        ("in July or August", "2026-07-01", "2026-09-01"),
        ("in the most recent full quarter", "2026-07-01", "2026-10-01"),
        ("today before 8 in the morning", "2026-11-18", "2026-11-18T08:00"),
        ("yesterday after 9 at night", "2026-11-17T21:00", "2026-11-18"),
    ],
)  # fmt: skip
def test_neighbours_are_one_window(text: str, start: str, end: str) -> None:
    (found,) = windows(tokenise(f"sessions {text}"), NOW_US)
    assert (shown(found.start_us), shown(found.end_us)) == (start, end)


@pytest.mark.parametrize("text", ["sales in May and June, side by side", "change in May and June", "visits in May and July"])  # fmt: skip
def test_what_is_held_apart_stays_apart(text: str) -> None:
    assert len(windows(tokenise(text), NOW_US)) == 2


@pytest.mark.parametrize(
    "text", ["from 1 July up to and including 31 August", "from 1 July, until the end of August", "since 1 July and before 1 September"]
)  # fmt: skip
def test_a_beginning_and_an_end_are_one_window(text: str) -> None:
    (found,) = windows(tokenise(f"sessions {text}"), NOW_US)
    assert (shown(found.start_us), shown(found.end_us)) == ("2026-07-01", "2026-09-01")


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("on 3 and 4 October", "2026-10-03", "2026-10-05"),
        ("in Sept '25", "2025-09-01", "2025-10-01"),
        ("on October 3 and 4", "2026-10-03", "2026-10-05"),
        ("from Monday 5 to Friday 9 October", "2026-10-05", "2026-10-10"),
        ("on Tuesday, 6 October 2026", "2026-10-06", "2026-10-07"),
        ("since Tuesday October 6", "2026-10-06", None),
    ],
)  # fmt: skip
def test_days_may_be_said_with_more_than_their_number(
    text: str, start: str, end: str | None
) -> None:
    (found,) = windows(tokenise(f"sessions {text}"), NOW_US)
    assert (shown(found.start_us), shown(found.end_us)) == (start, end)
