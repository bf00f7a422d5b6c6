"""Windows and buckets of time in a question: "last week", "since Monday", "per day in March". Half-open, calendar weeks start on Monday.

`last week` is the previous calendar week, `past week` and `last 7 days` roll back from now. A month without a year is its latest
occurrence. Works on the words joined by blanks; says which words it used.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final, TypeAlias, cast
from zoneinfo import ZoneInfo

from orchestrator.planner.words import NUMBERS, Word
from registry.clock import from_datetime, to_datetime
from registry.plan import Bucket

Pair: TypeAlias = tuple[datetime | None, datetime | None]

_MONTHS: Final = {
    name.lower(): n
    for names in (calendar.month_name, calendar.month_abbr)
    for n, name in enumerate(names)
    if name
} | {"sept": 9}
_DAYS: Final = {name.lower(): n for n, name in enumerate(calendar.day_name)}
_UNITS: Final = {
    "s": "second", "sec": "second", "second": "second", "min": "minute", "minute": "minute", "h": "hour", "hr": "hour",
    "hour": "hour", "d": "day", "day": "day", "week": "week", "w": "week", "month": "month", "quarter": "quarter", "year": "year",
}  # fmt: skip
_ADVERBS: Final = {
    "hourly": "hour", "daily": "day", "weekly": "week", "monthly": "month", "quarterly": "quarter", "yearly": "year",
    "annually": "year", "annual": "year",
}  # fmt: skip
_MONTH: Final = "(?:" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + ")"
_DAY: Final = "(?:" + "|".join(_DAYS) + ")"
_COUNT: Final = r"(?:\d{1,6}|" + "|".join(NUMBERS) + r"|an?|couple of|few)"
_UNIT: Final = (
    "(?:seconds?|sec|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|quarters?|years?|[shdw])"
)
_BIG: Final = "(?:minute|hour|day|week|month|quarter|year)"
_YEAR: Final = r"(?:19|20)\d\d"
_POINT: Final = (
    rf"(?:the )?(?:\d{{4}}-\d{{1,2}}-\d{{1,2}}[t ]\d{{1,2}}:\d{{2}}(?::\d{{2}})?z?|\d{{4}}-\d{{1,2}}(?:-\d{{1,2}})?"
    rf"|\d{{1,2}}/\d{{1,2}}/\d{{4}}"
    rf"|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?(?!\d)(?: ,)?(?: {_YEAR})?|\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTH}(?: ,)?(?: {_YEAR})?"
    rf"|(?:last )?{_MONTH}(?: of)?(?: {_YEAR})?|q[1-4](?: of)?(?: {_YEAR})?"
    rf"|(?:first|second|third|fourth) quarter(?: of)?(?: {_YEAR})?|(?:first|second) half of {_YEAR}"
    rf"|(?:start|beginning) of (?:the|this) (?:week|month|quarter|year)"
    rf"|day before yesterday|yesterday|today|now|tomorrow|(?:last |this )?{_DAY}"
    rf"|(?:last|past|previous|this|current|next) (?:{_BIG}|weekend)|{_YEAR})"
)
_PLAIN_YEAR: Final = re.compile(_YEAR)
_NEEDS_LEAD: Final = re.compile(rf"(?:{_YEAR}|may|march|mar|sat|sun|mon|dec|jan|jun|now|second)")
_LEAD: Final = r"(?:in|on|during|for|of|from|over|within|at|throughout)"


@dataclass(frozen=True, slots=True)
class Window:
    """Words `first` to `last` (exclusive) mean [start_us, end_us); `None` is open. `rough`: in whole days or coarser."""

    first: int
    last: int
    start_us: int | None
    end_us: int | None
    words: str


@dataclass(frozen=True, slots=True)
class Beat:
    """Words that ask for one row per calendar bucket. `bucket` `None`: whatever suits ("over time").

    `soft`: an adverb such as "daily", which may be a stored value instead.
    """

    first: int
    last: int
    bucket: Bucket | None
    soft: bool = False


# -- arithmetic on naive local time ---------------------------------------------------------------


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


def _unit(text: str, now: datetime, offset: int) -> Pair:
    start = step(floor(now, text), text, offset)
    return start, step(start, text, 1)


# -- points: a phrase that is a stretch of the calendar --------------------------------------------


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
    return _unit(unit, now, offset)


_WORDS: Final = {"today": 0, "now": 0, "yesterday": -1, "day before yesterday": -2, "tomorrow": 1}
_POINTS: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str], datetime], Pair]], ...]] = (
    (re.compile(r"(\d{4})-(\d{1,2})(?:-(\d{1,2})(?:[t ](\d{1,2}):(\d{2})(?::(\d{2}))?z?)?)?"), _iso),
    (re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})"), lambda m, n: _day_of(int(m[1]), int(m[2]), m[3], n)),
    (re.compile(rf"({_MONTH}) (\d{{1,2}})(?:st|nd|rd|th)?(?: ,)?(?: ({_YEAR}))?"), lambda m, n: _day_of(_MONTHS[m[1]], int(m[2]), m[3], n)),
    (re.compile(rf"(\d{{1,2}})(?:st|nd|rd|th)?(?: of)? ({_MONTH})(?: ,)?(?: ({_YEAR}))?"), lambda m, n: _day_of(_MONTHS[m[2]], int(m[1]), m[3], n)),
    (re.compile(rf"(last )?({_MONTH})(?: of)?(?: ({_YEAR}))?"), _month_of),
    (re.compile(rf"(?:q([1-4])|(first|second|third|fourth) quarter)(?: of)?(?: ({_YEAR}))?|(first|second) half of ({_YEAR})"), _part_of),
    (re.compile(r"(?:start|beginning) of (?:the|this) (week|month|quarter|year)"), lambda m, n: (floor(n, m[1]), floor(n, m[1]) + timedelta(days=1))),
    (re.compile("|".join(_WORDS)), lambda m, n: _unit("day", n, _WORDS[m[0]])),
    (re.compile(rf"(?:(last|this) )?({_DAY})"), _weekday),
    (re.compile(rf"(last|past|previous|this|current|next) ({_BIG}|weekend)"), _relative),
    (re.compile(rf"({_YEAR})"), lambda m, n: (datetime(int(m[1]), 1, 1), datetime(int(m[1]) + 1, 1, 1))),
)  # fmt: skip


def _point(text: str, now: datetime) -> Pair | None:
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


# -- phrases ---------------------------------------------------------------------------------------


def _count(text: str) -> int:
    return {"couple of": 2, "few": 3, "a": 1, "an": 1}.get(text) or (
        int(text) if text.isdigit() else NUMBERS.get(text, 1)
    )


def _named_unit(text: str) -> str:
    return _UNITS.get(text) or _UNITS.get(text.removesuffix("s"), "day")


def _range(found: re.Match[str], now: datetime) -> Pair | None:
    first, second = found["a"], found["b"]
    if re.fullmatch(r"\d{1,2}", first):  # between 1 and 5 March
        month = re.search(_MONTH + rf".*|(?:{_YEAR})$", second)
        first = f"{first} {month[0]}" if month else first
    year = _PLAIN_YEAR.search(second)
    if year and not _PLAIN_YEAR.search(first):
        first = f"{first} {year[0]}"
    day = re.fullmatch(r"\d{1,2}", second)
    if day:  # from March 1 to 5
        month = re.search(_MONTH, first)
        second = f"{month[0]} {day[0]}" if month else second
    start, end = _point(first, now), _point(second, now)
    if start is None or end is None or start[0] is None or end[1] is None:
        return None
    if start[0] >= end[1] and re.fullmatch(_DAY, second):
        return start[0] - timedelta(days=7), end[1]
    return (start[0], end[1]) if start[0] < end[1] else None


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
    return _unit(unit if unit not in ("week", "second") else "day", moment, 0)


def _older(found: re.Match[str], now: datetime) -> Pair | None:
    moment = step(now, _named_unit(found["u"]), -_count(found["n"]))
    return (None, moment) if found["how"] == "older" else (moment, None)


def _to_date(found: re.Match[str], now: datetime) -> Pair | None:
    unit = {"y": "year", "m": "month", "q": "quarter", "w": "week"}[found[0][0]]
    return floor(now, unit), now


def _open(found: re.Match[str], now: datetime) -> Pair | None:
    point = _point(found["p"], now)
    if point is None:
        return None
    lead = found["lead"]
    if (
        lead in ("before", "until", "till", "by", "prior to")
        and point[0]
        and now - point[0] > timedelta(days=300)
    ):
        later = _point(
            f"{found['p']} {now.year}", now
        )  # "before December" in November is the next one
        point = later if later and re.fullmatch(_MONTH, found["p"]) else point
    if lead in ("since", "starting", "from", "as of", "beginning"):
        return point[0], None
    if lead == "after":
        return (point[1] if "now" not in found["p"] else now), None
    return None, point[0] if lead in ("before", "prior to", "earlier than") else point[1]


def _stretch(found: re.Match[str], now: datetime) -> Pair | None:
    phrase = found["p"].removeprefix("the ")
    if _NEEDS_LEAD.fullmatch(phrase) and not found["lead"]:
        return None
    return _point(phrase, now)


_PHRASES: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str], datetime], Pair | None]], ...]] = (
    (re.compile(rf"\b(?:between|from) (?P<a>{_POINT}|\d{{1,2}}) (?:and|to|until|till|through) (?P<b>{_POINT}|\d{{1,2}}(?= |$))"), _range),
    (re.compile(rf"\b(?:(?:in|over|during|within|for|from|of) )?(?:the )?(?P<way>last|past|previous|next|recent) (?P<n>{_COUNT}) ?(?P<u>{_UNIT})\b"), _rolling),
    (re.compile(rf"\bwithin (?:the )?(?P<way>)(?P<n>{_COUNT}) (?P<u>{_UNIT})\b(?! of\b)"), _rolling),
    (re.compile(rf"\b(?:(?P<how>more than|over|longer than|less than|under|within|before|since|after) )?(?P<n>{_COUNT}) ?(?P<u>{_UNIT}) ago\b"), _ago),
    (re.compile(rf"\b(?P<how>older|newer|younger) than (?P<n>{_COUNT}) (?P<u>days?|weeks?|months?|quarters?|years?|hours?)\b"), _older),
    (re.compile(r"\b(?:year to date|ytd|month to date|mtd|quarter to date|qtd|week to date)\b"), _to_date),
    (re.compile(rf"\b(?P<lead>since|after|before|until|till|prior to|earlier than|up to|as of|starting|from|by) (?P<p>{_POINT})(?= |$)"), _open),
    (re.compile(rf"\b(?:(?P<lead>{_LEAD}) )?(?P<p>{_POINT})(?= |$)"), _stretch),
)  # fmt: skip
_BEAT: Final = re.compile(
    rf"\b(?:group(?:ed)? by|broken down by|break down by|split by|per|by|each|every|for each|for every|in each) (?:calendar )?(?P<u>{_BIG})\b(?! of\b| by\b)"
    rf"|(?<!than )(?<!over )\b(?:an?) (?P<u2>hour|day|week|month|year)(?= ~|$)|\b(?P<u3>hour|day|week|month|year) by (?:hour|day|week|month|year)\b"
    r"|\b(?P<adverb>hourly|daily|weekly|monthly|quarterly|yearly|annually)\b"
    r"|\b(?:by|per) date\b(?P<date>)|\b(?:over time|(?:the )?trends?(?: of| in| for)?|over the (?:days|weeks|months)|timeline|evolution of)\b"
)  # fmt: skip


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
            out.append(Window(*_places(starts, begin, end), *bounds, found[0]))
    return tuple(sorted(out, key=lambda w: w.first))


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
        out.append(Beat(first, last, cast("Bucket | None", unit), soft=bool(found["adverb"])))
    return tuple(out)
