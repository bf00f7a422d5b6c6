"""Windows and buckets of time in a question: "last week", "since Monday", "per day in March".

Windows are half-open, weeks start on Monday. `last week` is the previous calendar week; `past week`
and `last 7 days` roll back from now. Works on the words joined by blanks; says which it used.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Final, cast
from zoneinfo import ZoneInfo

from orchestrator.planner.dates import (
    BIG,
    DAY,
    MONTH,
    POINT,
    YEAR,
    Pair,
    floor,
    step,
    stretch,
    whole,
)
from orchestrator.planner.words import NUMBERS, Word
from registry.clock import from_datetime, to_datetime
from registry.plan import Bucket

_UNITS: Final = {
    "s": "second",
    "sec": "second",
    "second": "second",
    "min": "minute",
    "minute": "minute",
    "h": "hour",
    "hr": "hour",
    "hour": "hour",
    "d": "day",
    "day": "day",
    "week": "week",
    "w": "week",
    "month": "month",
    "quarter": "quarter",
    "year": "year",
}
_ADVERBS: Final = {
    "hourly": "hour",
    "daily": "day",
    "weekly": "week",
    "monthly": "month",
    "quarterly": "quarter",
    "yearly": "year",
    "annually": "year",
    "annual": "year",
}
_COUNT: Final = r"(?:\d{1,6}|" + "|".join(NUMBERS) + r"|an?|couple of|few)"
_UNIT: Final = (
    "(?:seconds?|sec|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|quarters?|years?|[shdw])"
)
_PLAIN_YEAR: Final = re.compile(YEAR)
_OLD_YEAR: Final = re.compile(r"1[0-8]\d\d")
_ASKED_KEPT: Final = 64  # questions, for the planners of a cascade
_NEEDS_LEAD: Final = re.compile(rf"(?:{YEAR}|may|march|mar|sat|sun|mon|dec|jan|jun|now|second)")
_UNTIL: Final = frozenset({"before", "until", "till", "by", "prior to"})
_LONG_AGO: Final = timedelta(days=300)
_BESIDE: Final = frozenset({"of", "in", "on", "the"})
_HOUR: Final = r"(?:[01]?\d|2[0-4]):[0-5]\d"
_LEAD: Final = r"(?:in|on|during|for|of|from|over|within|at|throughout)"


@dataclass(frozen=True, slots=True)
class Window:
    """Words `first` to `last` (exclusive) mean [start_us, end_us); `None` is open. `parts`: the
    two stretches that a range is said to lie between."""

    first: int
    last: int
    start_us: int | None
    end_us: int | None
    words: str
    parts: tuple[tuple[int | None, int | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Beat:
    """Words that ask for one row per calendar bucket. `bucket` `None`: whatever suits ("over
    time").

    `soft`: an adverb such as "daily", which may be a stored value instead.
    """

    first: int
    last: int
    bucket: Bucket | None
    soft: bool = False
    #: the word before the unit, such as "per"
    cue: str = ""


def _count(text: str) -> int:
    return {"couple of": 2, "few": 3, "a": 1, "an": 1}.get(text) or (
        int(text) if text.isdigit() else NUMBERS.get(text, 1)
    )


def _named_unit(text: str) -> str:
    return _UNITS.get(text) or _UNITS.get(text.removesuffix("s"), "day")


def _range(found: re.Match[str], now: datetime) -> Pair | None:
    first, second = found["a"], found["b"]
    if re.fullmatch(r"\d{1,2}", first):  # between 1 and 5 March
        month = re.search(MONTH + rf".*|(?:{YEAR})$", second)
        first = f"{first} {month[0]}" if month else first
    year = _PLAIN_YEAR.search(second)
    if year and not _PLAIN_YEAR.search(first):
        first = f"{first} {year[0]}"
    day = re.fullmatch(r"\d{1,2}", second)
    if day:  # from March 1 to 5
        month = re.search(MONTH, first)
        second = f"{month[0]} {day[0]}" if month else second
    start, end = stretch(first, now), stretch(second, now)
    if start is None or end is None or start[0] is None or end[1] is None:
        return None
    if start[0] >= end[1] and re.fullmatch(DAY, second):
        return start[0] - timedelta(days=7), end[1]
    close = end[0] if ":" in second and end[0] else end[1]
    return (start[0], close) if start[0] < close else None


def _rolling(found: re.Match[str], now: datetime) -> Pair | None:
    unit, n = _named_unit(found["u"]), _count(found["n"])
    if found["way"] == "next":
        return now, step(now, unit, n)
    return step(now, unit, -n), now


def _ago(found: re.Match[str], now: datetime) -> Pair | None:
    unit, n = _named_unit(found["u"]), _count(found["n"])
    moment = step(now, unit, -n)
    how = found["how"] or ""
    if how in ("more than", "over", "longer than", "before", "older than"):
        return None, moment
    if how in ("less than", "under", "within", "since", "after", "newer than", "younger than"):
        return moment, None
    return whole(unit if unit not in ("week", "second") else "day", moment, 0)


def _older(found: re.Match[str], now: datetime) -> Pair | None:
    moment = step(now, _named_unit(found["u"]), -_count(found["n"]))
    return (None, moment) if found["how"] == "older" else (moment, None)


def _to_date(found: re.Match[str], now: datetime) -> Pair | None:
    unit = {"y": "year", "m": "month", "q": "quarter", "w": "week"}[found[0][0]]
    return floor(now, unit), now


def _clock(found: re.Match[str], now: datetime) -> Pair | None:
    """Hours of a day: "on October 13 between 09:00 and 17:00"."""
    day = stretch(found["p"], now)
    if day is None or day[0] is None or day[1] is None or day[1] - day[0] > timedelta(days=1):
        return None
    hours, minutes = zip(*(map(int, found[n].split(":")) for n in "ab"), strict=True)
    midnight = floor(day[0], "day")
    start, end = (
        midnight + timedelta(hours=h, minutes=m) for h, m in zip(hours, minutes, strict=True)
    )
    return (start, end) if start < end else None


def _unit_before(found: re.Match[str], now: datetime) -> Pair | None:
    """ "the week before last week"."""
    named = stretch(found["p"], now)
    if named is None or named[0] is None:
        return None
    return whole(found["u"], named[0] - timedelta(microseconds=1), 0)


def _same_ago(found: re.Match[str], now: datetime) -> Pair | None:
    """ "the same month a year ago"."""
    back = step(now, found["ago"] or "year", -1)
    return whole(found["u"], back, 0)


def _open(found: re.Match[str], now: datetime) -> Pair | None:
    lead, phrase = found["lead"], found["p"]
    named = stretch(f"year {phrase}" if _OLD_YEAR.fullmatch(phrase) else phrase, now)
    if named is None or named[0] is None:
        return None
    if lead in _UNTIL and re.fullmatch(MONTH, phrase) and now - named[0] > _LONG_AGO:
        named = stretch(f"{phrase} {now.year}", now) or named  # "before December" in November
    if lead in ("since", "starting", "from", "as of", "beginning"):
        return named[0], None
    if lead == "after":
        return (now if phrase.endswith("now") else named[1]), None
    return None, named[0] if lead in ("before", "prior to", "earlier than") else named[1]


def _stretch(found: re.Match[str], now: datetime) -> Pair | None:
    phrase = found["p"].removeprefix("the ")
    if _NEEDS_LEAD.fullmatch(phrase) and not found["lead"]:
        return None
    return stretch(phrase, now)


_PHRASES: Final[
    tuple[tuple[re.Pattern[str], Callable[[re.Match[str], datetime], Pair | None]], ...]
] = (
    (
        re.compile(
            rf"\b(?:(?:on|of) )?(?P<p>{POINT}) (?:, )?(?:between|from) (?P<a>{_HOUR}) "
            rf"(?:and|to|until|till) (?P<b>{_HOUR})"
        ),
        _clock,
    ),
    (
        re.compile(
            rf"\b(?:between|from) (?P<a>{_HOUR}) (?:and|to|until|till) (?P<b>{_HOUR}) "
            rf"(?:on )?(?P<p>{POINT})"
        ),
        _clock,
    ),
    (
        re.compile(
            rf"\b(?:(?:in|during|over|for) )?the (?P<u>{BIG}) before (?P<p>(?:last |this )?{BIG}"
            rf"|{POINT})(?= |$)"
        ),
        _unit_before,
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
            rf"\b(?:between|from) (?P<a>{POINT}|\d{{1,2}}) (?:and|to|until|till|through) "
            rf"(?P<b>{POINT}|\d{{1,2}}(?= |$))"
        ),
        _range,
    ),
    (
        re.compile(
            rf"\b(?:(?:in|over|during|within|for|from|of) )?(?:the )?(?P<way>last|past"
            rf"|previous|next|recent) (?P<n>{_COUNT}) ?(?P<u>{_UNIT})\b"
        ),
        _rolling,
    ),
    (
        re.compile(rf"\bwithin (?:the )?(?P<way>)(?P<n>{_COUNT}) (?P<u>{_UNIT})\b(?! of\b)"),
        _rolling,
    ),
    (
        re.compile(
            rf"\b(?:(?P<how>more than|over|longer than|less than|under|within|before|since"
            rf"|after) )?(?P<n>{_COUNT}) ?(?P<u>{_UNIT}) ago\b"
        ),
        _ago,
    ),
    (
        re.compile(
            rf"\b(?P<how>older|newer|younger) than (?P<n>{_COUNT}) (?P<u>days?|weeks?|months?"
            rf"|quarters?|years?|hours?)\b"
        ),
        _older,
    ),
    (
        re.compile(r"\b(?:year to date|ytd|month to date|mtd|quarter to date|qtd|week to date)\b"),
        _to_date,
    ),
    (re.compile(rf"\b(?P<lead>from) (?P<p>{POINT}) (?:on|onwards?|forward)\b"), _open),
    (
        re.compile(
            rf"\b(?P<lead>since|after|before|until|till|prior to|earlier than|up to|as of"
            rf"|starting|by) (?P<p>{POINT}|(?<!by )1[0-8]\d\d)(?= |$)"
        ),
        _open,
    ),
    (re.compile(rf"\b(?:(?P<lead>{_LEAD}) )?(?P<p>{POINT})(?= |$)"), _stretch),
)
_BEAT: Final = re.compile(
    rf"\b(?:group(?:ed)? by|broken down by|break down by|split by|per|by|each|every|for each"
    rf"|for every|in each) (?:calendar )?(?P<u>{BIG})\b(?! of\b| by\b)"
    rf"|(?<!than )(?<!over )\b(?:an?) (?P<u2>hour|day|week|month|year)(?= ~|$)|\b(?P<u3>hour|day"
    rf"|week|month|year) by (?:hour|day|week|month|year)\b"
    r"|\b(?P<adverb>hourly|daily|weekly|monthly|quarterly|yearly|annually)\b"
    r"|\b(?:by|per) date\b(?P<date>)|\b(?:over time|(?:the )?trends?(?: of| in| for)?|over the "
    r"(?:days|weeks|months)|timeline|evolution of)\b"
)


def joined(words: tuple[Word, ...], hidden: frozenset[int] = frozenset()) -> tuple[str, list[int]]:
    """The words joined by blanks, those at `hidden` places as `~`, and where each begins."""
    starts, parts, at = [], [], 0
    for place, word in enumerate(words):
        text = "~" if place in hidden else word.text
        starts.append(at)
        parts.append(text)
        at += len(text) + 1
    return " ".join(parts), starts


def _places(starts: list[int], begin: int, end: int) -> tuple[int, int]:
    inside = [place for place, at in enumerate(starts) if begin <= at < end]
    return (inside[0], inside[-1] + 1) if inside else (0, 0)


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return UTC


@lru_cache(maxsize=_ASKED_KEPT)
def windows(words: tuple[Word, ...], now_us: int, timezone: str = "UTC") -> tuple[Window, ...]:
    """Every window of time that the words name, left to right."""
    zone = UTC if timezone == "UTC" else _zone(timezone)
    try:
        now = to_datetime(now_us).astimezone(zone).replace(tzinfo=None)
    except (ValueError, OverflowError, OSError):
        return ()

    def instant(moment: datetime | None) -> int | None:
        return None if moment is None else from_datetime(moment.replace(tzinfo=zone))

    text, starts = joined(words)
    taken: list[tuple[int, int]] = []
    out = []
    for found, meaning in _found(text):
        begin, end = found.span()
        if begin not in starts or any(begin < b and a < end for a, b in taken):
            continue
        try:
            pair = meaning(found, now)
            bounds = (instant(pair[0]), instant(pair[1])) if pair else None
        except (ValueError, OverflowError):
            continue
        if bounds:
            taken.append((begin, end))
            named = (stretch(found[end], now) for end in ("a", "b")) if meaning is _range else ()
            parts = tuple((instant(part[0]), instant(part[1])) for part in named if part)
            out.append(Window(*_places(starts, begin, end), *bounds, found[0], parts))
    return tuple(_narrowed(sorted(out, key=lambda w: w.first), words))


def _narrowed(found: list[Window], words: tuple[Word, ...]) -> Iterator[Window]:
    """ "on Tuesday this week": of two windows side by side the one that lies in the other."""
    last: Window | None = None
    for window in found:
        beside = last is not None and all(
            word.text in _BESIDE for word in words[last.last : window.first]
        )
        inner = _inner(last, window) if last is not None and beside else None
        if last is not None and inner is None:
            yield last
        last = window if inner is None or last is None else replace(inner, first=last.first)
        last = last if inner is None else replace(last, last=window.last)
    if last is not None:
        yield last


def _inner(a: Window, b: Window) -> Window | None:
    """The one that lies in the other; `None` where neither does."""
    for one, other in ((a, b), (b, a)):
        if None in (one.start_us, one.end_us, other.start_us, other.end_us):
            return None
        begins = cast("int", other.start_us) <= cast("int", one.start_us)
        if begins and cast("int", one.end_us) <= cast("int", other.end_us):
            return one
    return None


def _found(
    text: str,
) -> Iterator[tuple[re.Match[str], Callable[[re.Match[str], datetime], Pair | None]]]:
    for pattern, meaning in _PHRASES:
        for found in pattern.finditer(text):
            yield found, meaning


def beats(words: tuple[Word, ...], hidden: frozenset[int]) -> tuple[Beat, ...]:
    """The buckets asked for. `hidden`: places that windows took."""
    text, starts = joined(words, hidden)
    out = []
    for found in _BEAT.finditer(text):
        unit = found["u"] or found["u2"] or found["u3"] or _ADVERBS.get(found["adverb"] or "")
        if unit is None and found["date"] is not None:
            unit = "day"
        first, last = _places(starts, *found.span())
        soft, cue = bool(found["adverb"]), words[first].text
        out.append(Beat(first, last, cast("Bucket | None", unit), soft=soft, cue=cue))
    return tuple(out)
