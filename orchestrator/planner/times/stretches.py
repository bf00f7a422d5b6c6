"""Phrases that are one stretch of the calendar: "March 2026", "Q2", "last Friday", "the week of the
5th", "H1", "the first ten days of May". A month without a year is its latest."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Final

from orchestrator.planner.times.dates import (
    BIG,
    DAY,
    DAYS,
    FORTNIGHT_DAYS,
    MONTH,
    MONTHS,
    YEAR,
    Pair,
    floor,
    months_on,
    step,
    whole,
)
from orchestrator.planner.times.daytimes import HOUR, PART, part_of_day, time_of_day
from orchestrator.planner.words import NUMBERS

_LATEST: Final = "(?:last|past|previous|prior|most recent|latest)"
_WHOLE: Final = "(?:full |complete |whole |entire |calendar )"
_AHEAD: Final = frozenset({"next", "coming", "upcoming", "following"})
_ONE_OF_TWO: Final = "(?:first|second|1st|2nd|last|latter)"
_WHICH: Final = "(?:last|past|previous|prior|preceding|this|current|next|coming|upcoming|following)"
#: a year as it stands behind a month or a quarter
OF_YEAR: Final = (
    rf"(?:(?: ,)?(?: of| in)?(?: {YEAR}| (?:this|the|last|the last|the previous) year))"
)
ORDINAL: Final = r"(?:[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)"

_NTH: Final = r"(?:first|second|third|fourth|1st|2nd|3rd|4th)"
_N: Final = rf"(?:\d{{1,2}}|{'|'.join(NUMBERS)})"
#: one day
DATE: Final = (
    rf"(?:\d{{4}}-\d{{1,2}}-\d{{1,2}}|\d{{1,2}}/\d{{1,2}}/\d{{4}}"
    rf"|{MONTH} (?:the )?\d{{1,2}}(?:st|nd|rd|th)?(?!\d){OF_YEAR}?"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {MONTH}{OF_YEAR}?)"
)
_NEAR: Final = (
    rf"(?:day before yesterday|yesterday|today|tomorrow|(?:last|past|this|this past|previous|next)"
    rf" {DAY}|{DAY}(?: of)? (?:last|this|the previous) week|(?:last|this) week {DAY}|{DAY})"
)
_MONTH: Final = rf"(?:(?:month of )?(?:last |this past |past )?{MONTH}{OF_YEAR}?)"
_QUARTER: Final = (
    rf"(?:q[1-4]{OF_YEAR}?|{YEAR}[- ]q[1-4]|q[1-4][-/]{YEAR}|{_NTH} quarter{OF_YEAR}?"
    rf"|(?:last|final) quarter{OF_YEAR})"
)
_HALVED: Final = rf"(?:{_MONTH}|(?:this|the|last|the last) month)"
_HALF_YEAR: Final = (
    rf"(?:h[12]{OF_YEAR}?|{YEAR}[- ]h[12]|h[12][-/]{YEAR}|{_ONE_OF_TWO} half{OF_YEAR})"
)
_HALF: Final = rf"(?:{_HALF_YEAR}|{_ONE_OF_TWO} half of {_HALVED})"
_UNIT: Final = rf"(?:(?:this|the|the current|last|the last|the previous|next) {BIG})"
_OF: Final = rf"(?:{_QUARTER}|{_HALF}|{_MONTH}|{_UNIT}|(?:the )?(?:year )?{YEAR})"
_ENDS: Final = "start|beginning|end|(?:very )?(?:first|last) day"
_EDGE: Final = rf"(?:{_ENDS}) of {_OF}"
_FEW: Final = (
    rf"(?:first|last|final) (?:{_N} )?(?:days?|weeks?|months?) (?:of|in) (?!the same){_OF}"
)
_WEEK: Final = (
    rf"(?:week (?:of|commencing|starting|beginning|from|ending)(?: on)? (?:the )?(?:{DATE}"
    rf"|{ORDINAL}(?: of (?:this|the|last) month)?)"
    rf"|(?:calendar )?week \d{{1,2}}(?!\d){OF_YEAR}?|{YEAR}-w\d{{1,2}})"
)
_ORDINAL_DAY: Final = rf"the {ORDINAL}(?: of (?:this|the|last) month)?"
_DAY: Final = rf"(?:{DATE}|{_NEAR})"
_TIMED: Final = rf"(?:{HOUR} (?:on )?{_DAY}|{_DAY}(?: ,)?(?: at)? {HOUR})"
_INSTANT: Final = r"\d{4}-\d{1,2}-\d{1,2}[t ]\d{1,2}:\d{2}(?::\d{2})?z?"
#: the day of the week before a date adds nothing to it
WEEKDAY: Final = rf"(?:(?:the )?{DAY}(?: ,)? (?=(?:the )?\d|{MONTH} \d))"
POINT: Final = (
    rf"(?:{WEEKDAY}?(?:the )?(?:{_INSTANT}|{_TIMED}|(?:this|{_DAY})(?: in the)? {PART}|{DATE}"
    rf"|\d{{4}}-\d{{1,2}}"
    rf"|{_EDGE}|{_FEW}|{_HALF}|{_QUARTER}|{_WEEK}|{_MONTH}|{_NEAR}|now"
    rf"|(?:this )?{_WHICH} (?:{BIG}|weekend|fortnight)|{_LATEST} {_WHOLE}{BIG}"
    rf"|weekend|(?:calendar )?year \d{{4}}|{YEAR})"
    rf"|{_ORDINAL_DAY})(?= |$)"
)


_WEEKDAY: Final = re.compile(rf"^{WEEKDAY}")


def stretch(text: str, now: datetime) -> Pair | None:
    """A date phrase as [start, end); `None` where the calendar has no such day."""
    text = _WEEKDAY.sub("", text.strip())
    for phrase in (text, text.removeprefix("the ")):
        for pattern, meaning in _POINTS:
            found = pattern.fullmatch(phrase)
            if found:
                try:
                    return meaning(found, now)
                except (ValueError, OverflowError):
                    return None
    return None


def _day(start: datetime) -> Pair:
    return start, start + timedelta(days=1)


def _iso(found: re.Match[str], now: datetime) -> Pair:
    year, month, day, hour, minute, second = (int(g) if g else None for g in found.groups())
    assert year is not None and month is not None
    if day is None:
        start = datetime(year, month, 1)
        return start, months_on(start, 1)
    if hour is None:
        return _day(datetime(year, month, day))
    start = datetime(year, month, day, hour, minute or 0, second or 0)
    return start, start + timedelta(minutes=1)


def _year(text: str | None, now: datetime) -> int | None:
    """The year that stands behind a month or quarter, if one does."""
    found = re.search(YEAR, text or "")
    if found:
        return int(found[0])
    if not text:
        return None
    return now.year - bool(re.search("last|previous", text))


def _day_of(month: int, day: int, year: str | None, now: datetime) -> Pair:
    chosen = _year(year, now)
    if chosen is None:
        chosen = now.year - ((month, day) > (now.month, now.day))
    return _day(datetime(chosen, month, day))


def _month_of(found: re.Match[str], now: datetime) -> Pair:
    last, name, said = found.groups()
    month, year = MONTHS[name], _year(said, now)
    if year is None:
        before = month > now.month or bool(last and month == now.month)
        year = now.year - before
    start = datetime(year, month, 1)
    return start, months_on(start, 1)


def _parted(nth: int, months: int, year: int | None, now: datetime) -> Pair:
    """The `nth` part of so many months of a year; without a year, the latest that has begun."""
    start = datetime(year or now.year, months * (nth - 1) + 1, 1)
    if year is None and start > now:
        start = months_on(start, -12)
    return start, months_on(start, months)


def _nth(text: str) -> int:
    digit = re.search(r"(?<![\d])[qh]?([1-4])(?:st|nd|rd|th)?(?!\d)", text)
    if digit:
        return int(digit[1])
    words = ("first", "second", "third", "fourth")
    return next((n for n, word in enumerate(words, 1) if word in text), 0)


def _quarter(found: re.Match[str], now: datetime) -> Pair:
    text = found[0]
    return _parted(_nth(re.sub(YEAR, "", text)) or 4, 3, _year(_behind(text), now), now)


def _behind(text: str) -> str | None:
    """What tells the year in "q3 of last year", "2026-q3"."""
    found = re.search(rf"{YEAR}|(?:this|the|last|previous) year", text)
    return found[0] if found else None


def _half(found: re.Match[str], now: datetime) -> Pair:
    text = found[0]
    nth = _nth(re.sub(YEAR, "", text.partition(" of ")[0])) or 2
    of_month = found["of"]
    if not of_month:
        return _parted(nth, 6, _year(_behind(text), now), now)
    start, end = _inside(of_month, now)
    middle = start + timedelta(days=15)
    return (start, middle) if nth == 1 else (middle, end)


def _inside(text: str, now: datetime) -> tuple[datetime, datetime]:
    """A stretch that has both ends; "the month" is the present one."""
    text = re.sub(r"^(?:the )?(current |last |previous |next )?", r"\1", text)
    text = f"this {text}" if re.fullmatch(BIG, text) else text
    pair = stretch(text, now)
    if pair is None or pair[0] is None or pair[1] is None:
        raise ValueError(text)
    return pair[0], pair[1]


def _edge(found: re.Match[str], now: datetime) -> Pair:
    """ "the end of March": its last day."""
    start, end = _inside(found["of"], now)
    if found["edge"] in ("end", "last day", "very last day"):
        return end - timedelta(days=1), end
    return start, start + timedelta(days=1)


def _few(found: re.Match[str], now: datetime) -> Pair:
    """ "the first ten days of May"."""
    start, end = _inside(found["of"], now)
    said, unit = found["n"] or "1", found["u"]
    n = int(said) if said.isdigit() else NUMBERS[said]
    if found["edge"] == "first":
        return start, min(step(start, unit, n), end)
    return max(step(end, unit, -n), start), end


def _ordinal(text: str, now: datetime) -> datetime:
    """ "the 5th": the latest; "the 5th of last month"."""
    day, first = int(re.sub(r"\D", "", text)), floor(now, "month")
    earlier = "last" in text or ("month" not in text and day > now.day)
    return (months_on(first, -1) if earlier else first).replace(day=day)


def _week_of(found: re.Match[str], now: datetime) -> Pair:
    """ "the week of the 5th" has that day; one that starts or ends with a day is seven days."""
    way, text = found["way"], found["day"]
    pair = stretch(text, now) if not re.match(rf"{ORDINAL}", text) or "of" in text else None
    day = pair[0] if pair else _ordinal(text, now)
    assert day is not None
    if way in ("starting", "beginning", "commencing", "from"):
        return day, day + timedelta(days=7)
    if way == "ending":
        return day - timedelta(days=6), day + timedelta(days=1)
    return whole("week", day, 0)


def _numbered(found: re.Match[str], now: datetime) -> Pair:
    """ "week 41": of the ISO calendar."""
    said, week = _year(found["year"] or found["year_1"], now), int(found["w"] or found["w_1"])
    monday = date.fromisocalendar(said or now.year, week, 1)
    start = datetime(monday.year, monday.month, monday.day)
    if said is None and start > now:
        return _numbered_in(now.year - 1, week)
    return start, start + timedelta(days=7)


def _numbered_in(year: int, week: int) -> Pair:
    monday = date.fromisocalendar(year, week, 1)
    start = datetime(monday.year, monday.month, monday.day)
    return start, start + timedelta(days=7)


def _weekday(found: re.Match[str], now: datetime) -> Pair:
    today = floor(now, "day")
    ahead = (DAYS[found[2]] - today.weekday()) % 7
    if found[1] == "next":
        return _day(today + timedelta(days=ahead or 7))
    back = (today.weekday() - DAYS[found[2]]) % 7
    if found[1] in ("last", "past", "this past", "previous") and back == 0:
        back = 7
    return _day(today - timedelta(days=back))


def _weekday_of(found: re.Match[str], now: datetime) -> Pair:
    """ "Monday of last week"."""
    week = found["which"] or found["which_1"]
    monday = step(floor(now, "week"), "week", 0 if week == "this" else -1)
    return _day(monday + timedelta(days=DAYS[found["day"] or found["day_1"]]))


def _relative(found: re.Match[str], now: datetime) -> Pair:
    which, unit = found.groups()
    offset = 0 if which in ("this", "current") else 1 if which in _AHEAD else -1
    if unit == "weekend":
        return _weekend(now, offset if which in ("this", "last", "next") else _near(now, offset))
    if unit == "fortnight":
        days = timedelta(days=FORTNIGHT_DAYS)
        return (now, now + days) if offset > 0 else (now - days, now)
    rolls = which == "past" or (which == "last" and unit in ("minute", "hour", "day"))
    if rolls:
        return step(now, unit, -1), now
    return whole(unit, now, offset)


def _weekend(now: datetime, offset: int) -> Pair:
    monday = step(floor(now, "week"), "week", offset)
    return monday + timedelta(days=5), monday + timedelta(days=7)


def _near(now: datetime, offset: int) -> int:
    """Weeks to the latest weekend that has begun, or to the next that has not."""
    begun = now.weekday() >= DAYS["saturday"]
    return int(begun) if offset > 0 else int(begun) - 1


def _latest_weekend(found: re.Match[str], now: datetime) -> Pair:
    """ "the weekend": the latest that has begun."""
    return _weekend(now, _near(now, -1))


def _part(found: re.Match[str], now: datetime) -> Pair:
    """ "yesterday morning"."""
    day = stretch("today" if found["day"] == "this" else found["day"], now)
    assert day is not None and day[0] is not None
    return part_of_day(day[0], found["part"])


def _timed(found: re.Match[str], now: datetime) -> Pair:
    """ "noon yesterday", "Monday at 9 am": that minute."""
    day, hour = stretch(found["d"] or found["d_1"], now), time_of_day(found["h"] or found["h_1"])
    if day is None or day[0] is None or hour is None:
        raise ValueError(found[0])
    return day[0] + hour, day[0] + hour + timedelta(minutes=1)


_WORDS: Final = {"today": 0, "now": 0, "yesterday": -1, "day before yesterday": -2, "tomorrow": 1}
_SOME_YEAR: Final = rf"({OF_YEAR})?"
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
        re.compile(rf"({MONTH}) (?:the )?(\d{{1,2}})(?:st|nd|rd|th)?{_SOME_YEAR}"),
        lambda m, n: _day_of(MONTHS[m[1]], int(m[2]), m[3], n),
    ),
    (
        re.compile(rf"(\d{{1,2}})(?:st|nd|rd|th)?(?: of)? ({MONTH}){_SOME_YEAR}"),
        lambda m, n: _day_of(MONTHS[m[2]], int(m[1]), m[3], n),
    ),
    (
        re.compile(rf"(?:month of )?(last |this past |past )?({MONTH}){_SOME_YEAR}"),
        _month_of,
    ),
    (re.compile(_QUARTER), _quarter),
    (re.compile(rf"{_HALF_YEAR}|{_ONE_OF_TWO} half of (?P<of>{_HALVED})"), _half),
    (re.compile(rf"(?P<edge>{_ENDS}) of (?P<of>{_OF})"), _edge),
    (
        re.compile(
            rf"(?P<edge>first|last|final) (?:(?P<n>{_N}) )?(?P<u>day|week|month)s? (?:of|in)"
            rf" (?P<of>{_OF})"
        ),
        _few,
    ),
    (
        re.compile(
            r"week (?P<way>of|commencing|starting|beginning|from|ending)(?: on)? (?:the )?"
            r"(?P<day>.+)"
        ),
        _week_of,
    ),
    (
        re.compile(
            rf"(?:calendar )?week (?P<w>\d{{1,2}})(?P<year>{OF_YEAR})?"
            rf"|(?P<year_1>{YEAR})-w(?P<w_1>\d{{1,2}})"
        ),
        _numbered,
    ),
    (re.compile(_ORDINAL_DAY), lambda m, n: _day(_ordinal(m[0], n))),
    (re.compile("|".join(_WORDS)), lambda m, n: whole("day", n, _WORDS[m[0]])),
    (re.compile(rf"(?:(last|past|this|this past|previous|next) )?({DAY})"), _weekday),
    (
        re.compile(
            rf"(?P<day>{DAY})(?: of)? (?P<which>last|this|the previous) week"
            rf"|(?P<which_1>last|this) week (?P<day_1>{DAY})"
        ),
        _weekday_of,
    ),
    (re.compile("weekend"), _latest_weekend),
    (re.compile(rf"(?:this )?({_WHICH}) ({BIG}|weekend|fortnight)"), _relative),
    (re.compile(rf"{_LATEST} {_WHOLE}({BIG})"), lambda m, n: whole(m[1], n, -1)),
    (re.compile(rf"(?P<day>this|{DATE}|{_NEAR})(?: in the)? (?P<part>{PART})"), _part),
    (
        re.compile(
            rf"(?P<h>{HOUR}) (?:on )?(?P<d>{DATE}|{_NEAR})"
            rf"|(?P<d_1>{DATE}|{_NEAR})(?: ,)?(?: at)? (?P<h_1>{HOUR})"
        ),
        _timed,
    ),
    (
        re.compile(rf"(?:calendar )?(?:year )?((?<=year )\d{{4}}|{YEAR})"),
        lambda m, n: (datetime(int(m[1]), 1, 1), datetime(int(m[1]) + 1, 1, 1)),
    ),
)
