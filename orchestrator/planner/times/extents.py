"""Phrases that are a window of time made of stretches, counts and hours: "the last 7 days", "since
the 5th", "between Monday and Wednesday", "before noon today". The first that fits wins.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from orchestrator.planner.times.counted import (
    BACK,
    COUNT,
    HALVES,
    ON,
    UNIT,
    WHOLE,
    ago,
    beside,
    halved,
    hyphened,
    older,
    rolling,
)
from orchestrator.planner.times.dates import BIG, DAY, MONTH, YEAR, Pair, floor, step, whole
from orchestrator.planner.times.daytimes import HOUR, time_of_day
from orchestrator.planner.times.stretches import ORDINAL, POINT, stretch

Meaning: TypeAlias = Callable[["re.Match[str]", datetime], Pair | None]

_PLAIN_YEAR: Final = re.compile(YEAR)
_OLD_YEAR: Final = re.compile(r"1[0-8]\d\d")
_NEEDS_LEAD: Final = re.compile(
    rf"(?:{YEAR}|may|march|mar|dec|jan|jun|now|second|mon|tue|wed|thu|fri|sat|sun|weekend"
    rf"|(?:the )?{ORDINAL})"
)
_NO_DAY: Final = r"(?! (?:of|percentile|largest|biggest|highest|most|best|quarter|half|place)\b)"
_LONG_AGO: Final = timedelta(days=300)
_BARE_DAY: Final = re.compile(rf"(?:{DAY} )?(?:the )?(\d{{1,2}})(?:st|nd|rd|th)?")
_LEAD: Final = (
    r"(?:(?:in|on|during|for|of|from|over|within|at|throughout|across|all)(?: all| the whole"
    r"| the entire| the full| the course)?(?: of)?(?: the(?: calendar)? year)?"
    r"|(?:the )?(?:whole|entire)(?: of)?(?: the)?|calendar year)"
)
_SINCE: Final = (
    r"(?:since|ever since|(?<!week )(?:starting|beginning)(?: from| on| with| in)?|as of"
    r"|on or after|not before|not earlier than|no earlier than)"
)
_AFTER: Final = r"(?:after|later than|more recent than|newer than)"
_BEFORE: Final = r"(?:before|prior to|earlier than|older than|ahead of)"
_UNTIL: Final = (
    r"(?:up until|up to and including|up to|until|till|through|by|no later than|not later than"
    r"|on or before|not after)"
)
_UNSURE: Final = frozenset({"until", "till", "by", "up to", "up until"})
_TO: Final = r"(?:and|to|until|till|through|thru|up to(?: and including)?|up until|-)"
_NOW: Final = r"(?:now|today|date|the present|this day)"
#: words that hold two times against each other, so that "August to September" is no range
_CONTRASTS: Final = re.compile(r"\b(?:ratio|compar\w+|versus|vs|differ\w+|relative|proportion)\b")


def _range(found: re.Match[str], now: datetime) -> Pair | None:
    first, second = _completed(found["a"], found["b"])
    start, end = stretch(first, now), stretch(second, now)
    if start is None or end is None or start[0] is None or end[1] is None:
        return None
    if start[0] >= end[1] and re.fullmatch(DAY, second):
        return start[0] - timedelta(days=7), end[1]
    timed = ":" in second or re.search(rf"\b{HOUR}\b", second)
    close = end[0] if timed and end[0] else end[1]
    return (start[0], close) if start[0] < close else None


def _completed(first: str, second: str) -> tuple[str, str]:
    """Each end with the month or year that only the other says: "1 and 5 March"."""
    if _BARE_DAY.fullmatch(first):
        month = re.search(MONTH + rf".*|of (?:this|last|the) month$|(?:{YEAR})$", second)
        first = f"{first} {month[0]}" if month else first
    year = _PLAIN_YEAR.search(second)
    if year and not _PLAIN_YEAR.search(first):
        first = f"{first} {year[0]}"
    day = _BARE_DAY.fullmatch(second)
    month = re.search(MONTH, first)
    if day and month:  # from March 1 to 5
        second = f"{month[0]} {day[1]}"
    return first, second


def _apart(found: re.Match[str], now: datetime) -> Pair | None:
    """ "August to October" with no word before: a range, unless two times are compared."""
    if _CONTRASTS.search(found.string):
        return None
    if found["a"] in ("now", "today"):
        return None
    return _range(found, now)


def _days(found: re.Match[str], now: datetime) -> Pair | None:
    """ "1-15 October", "October 1-15"."""
    month, year = found["m"] or found["m_1"], found["y"] or found["y_1"] or ""
    first, last = (found["d"] or found["d_1"]).split("-")
    return _spanning(f"{month} {first}{year}", f"{month} {last}{year}", now)


def _both_days(found: re.Match[str], now: datetime) -> Pair | None:
    """ "on 1 and 2 October": two days of which one follows the other."""
    first, last = (int(re.sub(r"\D", "", found[end])) for end in "ab")
    if last != first + 1:
        return None
    behind = f" {found['m']}{found['y'] or ''}"
    return _spanning(f"{first}{behind}", f"{last}{behind}", now)


def _spanning(first: str, last: str, now: datetime) -> Pair | None:
    """From the start of one stretch to the end of another."""
    start, end = stretch(first, now), stretch(last, now)
    if start is None or end is None or start[0] is None or end[1] is None:
        return None
    return (start[0], end[1]) if start[0] < end[1] else None


def _quarters(found: re.Match[str], now: datetime) -> Pair | None:
    """ "Q1-Q3"."""
    behind = found["y"] or ""
    return _spanning(found["a"] + behind, found["b"] + behind, now)


def _to_date(found: re.Match[str], now: datetime) -> Pair | None:
    said = found["u"] or found["u_1"]
    return floor(now, {"y": "year", "m": "month", "q": "quarter", "w": "week"}[said[0]]), now


def _so_far(found: re.Match[str], now: datetime) -> Pair | None:
    named = stretch(found["p"] or found["p_1"], now)
    if named is None or named[0] is None or named[1] is None or named[0] > now:
        return None
    return named[0], min(named[1], now)


def _clock(found: re.Match[str], now: datetime) -> Pair | None:
    """Hours of a day: "on October 13 between 09:00 and 17:00"."""
    day = _midnight(found["p"], now)
    first = found["a"]
    if first.isdigit():  # between 9 and 11 am
        half = re.search("[ap] ?m", found["b"])
        first = f"{first} {half[0]}" if half else first
    start, end = time_of_day(first), time_of_day(found["b"], closing=True)
    if day is None or start is None or end is None:
        return None
    return (day + start, day + end) if start < end else None


def _midnight(phrase: str | None, now: datetime) -> datetime | None:
    """When the day that is named begins; today, if none is."""
    day = stretch(phrase or "today", now)
    if day is None or day[0] is None or day[1] is None or day[1] - day[0] > timedelta(days=1):
        return None
    return floor(day[0], "day")


def _part_of_day(found: re.Match[str], now: datetime) -> Pair | None:
    """ "before noon today", "yesterday after 5 pm", "since 9:00"."""
    said, lead = found["p"], found["lead"]
    day, hour = _midnight(said, now), time_of_day(found["h"], closing=lead not in _FROM)
    if day is None or hour is None:
        return None
    if lead == "since" and day + hour > now and not said:
        day -= timedelta(days=1)
    if lead == "since":
        return day + hour, None
    if not said and "today" not in found.string:
        return None  # every day, or today?
    if lead in _FROM:
        return day + hour, day + timedelta(days=1)
    return day, day + hour


def _unit_before(found: re.Match[str], now: datetime) -> Pair | None:
    """ "the week before last week"."""
    named = stretch(found["p"], now)
    if named is None or named[0] is None or named[1] is None:
        return None
    if found["way"] == "after":
        return whole(found["u"], named[1], 0)
    return whole(found["u"], named[0] - timedelta(microseconds=1), 0)


def _before_last(found: re.Match[str], now: datetime) -> Pair | None:
    """ "the month before last"."""
    return whole(found["u"], now, -2)


def _same_ago(found: re.Match[str], now: datetime) -> Pair | None:
    """ "the same month a year ago"."""
    back = step(now, found["ago"] or "year", -1)
    return whole(found["u"], back, 0)


def _open(found: re.Match[str], now: datetime) -> Pair | None:
    lead, phrase = found["lead"], found["p"]
    named = stretch(f"year {phrase}" if _OLD_YEAR.fullmatch(phrase) else phrase, now)
    if named is None or named[0] is None:
        return None
    before = re.fullmatch(_BEFORE, lead)
    month = re.fullmatch(MONTH, phrase) and (before or lead in _UNSURE)
    if month and now - named[0] > _LONG_AGO:
        named = stretch(f"{phrase} {now.year}", now) or named  # "before December" in November
    if lead == "from" or re.fullmatch(_SINCE, lead):
        return named[0], None
    if re.fullmatch(_AFTER, lead):
        return (now if phrase.endswith("now") else named[1]), None
    return None, named[0] if before else named[1]


def _until_now(found: re.Match[str], now: datetime) -> Pair | None:
    """ "from the 5th until now"."""
    named = stretch(found["p"], now)
    return (named[0], None) if named is not None and named[0] is not None else None


def _stretch(found: re.Match[str], now: datetime) -> Pair | None:
    phrase = found["p"]
    bare = _NEEDS_LEAD.fullmatch(phrase.removeprefix("the ")) and not found["lead"]
    if bare and phrase != "the weekend":
        return None
    return stretch(phrase, now)


def _another_year(found: re.Match[str], now: datetime) -> Pair | None:
    """ "in 2024, 2025 or 2026"."""
    before = found.string[: found.start()]
    return stretch(found["p"], now) if _YEARS.search(before) else None


def parts_of(found: re.Match[str], now: datetime) -> tuple[Pair, ...]:
    """The two stretches that a range lies between."""
    named = (stretch(end, now) for end in _completed(found["a"], found["b"]))
    return tuple(pair for pair in named if pair is not None)


_YEARS: Final = re.compile(
    rf"\b(?:in|during|of|for|from|years?) {YEAR} (?:(?:, )?(?:and|or)|,)"
    rf"(?: (?:in )?{YEAR} (?:(?:, )?(?:and|or)|,))* $"
)
#: what is said to lie between two stretches
RANGES: Final = (_range, _apart)
_FROM: Final = frozenset({"after", "since", "from", "later than", "starting", "starting at"})
_HOURLY: Final = (
    r"(?P<lead>before|until|till|by|prior to|earlier than|after|since|from|later than|starting at)"
)
PHRASES: Final[tuple[tuple[re.Pattern[str], Meaning], ...]] = (
    (
        re.compile(
            rf"\b(?:(?:on|of) )?(?P<p>{POINT}) (?:, )?(?:between|from) (?P<a>{HOUR}|\d{{1,2}}) "
            rf"{_TO} (?P<b>{HOUR})(?= |$)"
        ),
        _clock,
    ),
    (
        re.compile(
            rf"\b(?:between|from) (?P<a>{HOUR}|\d{{1,2}}) {_TO} (?P<b>{HOUR}) "
            rf"(?:on )?(?P<p>{POINT})"
        ),
        _clock,
    ),
    (
        re.compile(
            rf"\b{_HOURLY} (?P<h>{HOUR})(?: onwards?)?(?: (?:on |of )?(?P<p>{POINT}))?"
            r"(?= |$)(?! (?:to|and|until|till) )"
        ),
        _part_of_day,
    ),
    (
        re.compile(rf"\b(?:on )?(?P<p>{POINT})(?: ,)? {_HOURLY} (?P<h>{HOUR})(?= |$)"),
        _part_of_day,
    ),
    (
        re.compile(
            rf"\b(?:(?:in|during|over|for|from|of) )?the (?P<u>{BIG}) (?P<way>before|after)"
            rf" (?P<p>(?:last |this )?{BIG}(?= |$)|{POINT})"
        ),
        _unit_before,
    ),
    (
        re.compile(
            rf"\b(?:(?:in|during|over|for|from|of) )?(?:the )?(?P<u>{BIG}) before last(?= |$)"
            rf"(?! {BIG})"
        ),
        _before_last,
    ),
    (
        re.compile(
            rf"\b(?:(?:in|during|over|for|from|of|within) )?the (?P<n>{COUNT}) (?P<u>{UNIT})"
            r" (?P<way>before|prior to|leading up to|preceding|up to|after|following|starting"
            r"|starting on|beginning|beginning on|from|since|ending|ending on|ended)"
            rf" (?P<p>{POINT})"
        ),
        beside,
    ),
    (
        re.compile(
            rf"\b(?:(?:in|during|over|for) )?the same (?P<u>{BIG}) (?:a (?P<ago>month|quarter|year)"
            r" (?:ago|before|earlier)|(?:of )?last year)\b"
        ),
        _same_ago,
    ),
    (
        re.compile(
            rf"\b(?:from|since|between) (?P<p>{POINT}) (?:up )?(?:until|till|to|through|and) {_NOW}"
            r"(?= |$)"
        ),
        _until_now,
    ),
    (
        re.compile(
            rf"\b(?:between|from) (?P<a>{POINT}|(?:{DAY} )?(?:the )?(?:{ORDINAL}|\d{{1,2}})) {_TO} "
            rf"(?P<b>{POINT}|(?:the )?(?:{ORDINAL}|\d{{1,2}})(?= |$))"
        ),
        _range,
    ),
    (
        re.compile(
            rf"\b(?:(?:on|of|for) )?(?:the )?(?P<a>{ORDINAL}|\d{{1,2}}) (?:and|or) (?:the )?"
            rf"(?P<b>{ORDINAL}|\d{{1,2}})(?: of)? (?P<m>{MONTH})(?P<y> {YEAR})?(?= |$)"
        ),
        _both_days,
    ),
    (
        re.compile(
            rf"\b(?:(?:on|of|for) )?(?P<m>{MONTH}) (?:the )?(?P<a>{ORDINAL}|\d{{1,2}}) (?:and|or)"
            rf" (?:the )?(?P<b>{ORDINAL}|\d{{1,2}})(?: ,)?(?P<y> {YEAR})?(?= |$)(?! {MONTH})"
        ),
        _both_days,
    ),
    (
        re.compile(
            rf"\b(?:(?:in|on|of|for|during) )?(?:(?P<d>\d{{1,2}}-\d{{1,2}}) (?P<m>{MONTH})"
            rf"(?P<y> {YEAR})?|(?P<m_1>{MONTH}) (?P<d_1>\d{{1,2}}-\d{{1,2}})(?P<y_1> {YEAR})?)"
            r"(?= |$)"
        ),
        _days,
    ),
    (
        re.compile(
            rf"\b(?:(?:in|of|for|during|from) )?(?P<a>q[1-4])(?:-| {_TO} )(?P<b>q[1-4])"
            rf"(?P<y>(?: of)? {YEAR})?(?= |$)"
        ),
        _quarters,
    ),
    (
        re.compile(
            rf"\b(?:(?:in|over|during|within|for|from|of|across) )?(?:(?:the|these|those|this) )?"
            rf"(?P<way>{BACK}|{ON}) (?P<whole>{WHOLE})?(?P<n>{COUNT}) ?(?P<whole_1>{WHOLE})?"
            rf"(?P<u>{UNIT})\b(?!-)(?! of (?:{MONTH}|the|this|{YEAR}|q\d))"
        ),
        rolling,
    ),
    (
        re.compile(
            rf"\b(?:(?:in|over|during|within|for|from|of) )?(?:the )?(?P<way>{BACK}) "
            r"(?P<n>\d{1,3})-(?P<u>day|week|month|hour|year)(?: (?:period|window|span|stretch))?\b"
        ),
        hyphened,
    ),
    (
        re.compile(
            rf"\b(?:(?:in|over|during|within|for|from|of) )?(?:the )?(?:{BACK}) "
            rf"(?P<half>{HALVES})\b"
        ),
        halved,
    ),
    (
        re.compile(
            rf"\bwithin (?:the )?(?P<way>)(?P<whole>)(?P<whole_1>)(?P<n>{COUNT}) "
            rf"(?P<u>{UNIT})\b(?! of\b)"
        ),
        rolling,
    ),
    (
        re.compile(
            rf"\b(?:(?P<how>more than|over|longer than|less than|under|within|before|since"
            rf"|after|at least|until) )?(?P<n>{COUNT}) ?(?P<u>{UNIT}) ago\b"
        ),
        ago,
    ),
    (
        re.compile(
            rf"\b(?P<how>older|newer|younger) than (?P<n>{COUNT}) (?P<u>days?|weeks?|fortnights?"
            rf"|months?|quarters?|years?|hours?)\b"
        ),
        older,
    ),
    (
        re.compile(
            r"\b(?:(?:in|for) )?(?:(?:the |this |current )*(?P<u>year|month|quarter|week) to date"
            r"|(?P<u_1>ytd|mtd|qtd|wtd))\b"
        ),
        _to_date,
    ),
    (
        re.compile(
            rf"\b(?:so far )(?:(?:in|during|on) )?(?P<p>{POINT})"
            rf"|\b(?:(?:in|during|on|of) )?(?P<p_1>{POINT}) (?:so far|to date|(?:up )?(?:to|until"
            r"|till) now)(?= |$)"
        ),
        _so_far,
    ),
    (
        re.compile(
            rf"\b(?P<a>{POINT}) (?:through|thru|until|till|to|-|/) ?(?P<b>{POINT}|\d{{1,2}}(?= |$))"
        ),
        _apart,
    ),
    (re.compile(rf"\b(?P<lead>from) (?P<p>{POINT}) (?:on|onwards?|forward)\b"), _open),
    (
        re.compile(
            rf"\b(?P<lead>{_SINCE}|{_AFTER}|{_BEFORE}|{_UNTIL}) "
            rf"(?P<p>{POINT}|(?<!by )1[0-8]\d\d)(?= |$){_NO_DAY}"
        ),
        _open,
    ),
    (re.compile(rf"\b(?:(?P<lead>{_LEAD}) )?(?P<p>{POINT})(?= |$){_NO_DAY}"), _stretch),
    (re.compile(rf"\b(?P<p>{YEAR}) (?:only|alone)(?= |$)"), lambda m, now: stretch(m["p"], now)),
    (re.compile(rf"\b(?P<p>{YEAR})(?= |$){_NO_DAY}"), _another_year),
)
SAID: Final = re.compile(rf"\b{POINT}")
_NAMED: Final = tuple(f"(?P<{name}>{POINT})" for name in "pa")
#: what is left to look for where no point in time is said; to look for one takes long
POINTLESS: Final = tuple(
    (phrase, meaning)
    for phrase, meaning in PHRASES
    if not any(name in phrase.pattern and f"{name})?" not in phrase.pattern for name in _NAMED)
)
