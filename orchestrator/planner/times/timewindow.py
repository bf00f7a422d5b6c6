"""Windows and buckets of time in a question: "last week", "since Monday", "per day in March".

Windows are half-open, weeks start on Monday. `last week` is the previous calendar week; `past week`
and `last 7 days` roll back from now. Works on the words joined by blanks; says which it used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import Final, cast
from zoneinfo import ZoneInfo

from orchestrator.planner.times.dates import DAYS, MONTH, MONTHS, YEAR
from orchestrator.planner.times.extents import PHRASES, POINTLESS, RANGES, SAID, Meaning, parts_of
from orchestrator.planner.words import Word
from registry.clock import from_datetime, to_datetime

_ASKED_KEPT: Final = 64  # questions, for the planners of a cascade
_AND: Final = frozenset({"and", "or", "plus"})
#: what holds two times apart: "in May and June, separately"
_CONTRASTS: Final = re.compile(
    r"\b(?:ratio|compar\w+|versus|vs|differ\w+|relative|proportion|gr[eo]w\w*|chang\w+|increas\w+"
    r"|decreas\w+|ris\w+|rose|drop\w*|fell|than|minus|divided|columns?|each|separate\w*|both"
    r"|respectively|side|against|per|by)\b"
)
_BEGINS: Final = re.compile(r"(?:from|since|starting|beginning)\b")
_BESIDE: Final = frozenset({"of", "in", "on", "the"})


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


def joined(words: tuple[Word, ...], hidden: frozenset[int] = frozenset()) -> tuple[str, list[int]]:
    """The words joined by blanks, those at `hidden` places as `~`, and where each begins."""
    starts, parts, at = [], [], 0
    for place, word in enumerate(words):
        text = "~" if place in hidden else word.text
        starts.append(at)
        parts.append(text)
        at += len(text) + 1
    return " ".join(parts), starts


def _dashed(words: tuple[Word, ...]) -> tuple[str, list[int]]:
    """The words joined, with the dashes between two that a date may be made of: "5 – 9 May"."""
    starts, parts, at = [], [], 0
    for place, word in enumerate(words):
        dash = "- " if place and word.dashed and _dated(word) and _dated(words[place - 1]) else ""
        starts.append(at + len(dash))
        parts.append(dash + word.text)
        at += len(dash) + len(word.text) + 1
    return " ".join(parts), starts


def _dated(word: Word) -> bool:
    return word.text[:1].isdigit() or word.text[-1:].isdigit() or word.text in DAYS | MONTHS


def places(starts: list[int], begin: int, end: int) -> tuple[int, int]:
    """The words that begin in a stretch of the joined text: first, and behind the last."""
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

    text, starts = _dashed(words)
    taken: list[tuple[int, int]] = []
    out = []
    for found, meaning in _phrases(text):
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
            ends = parts_of(found, now) if meaning in RANGES else ()
            parts = tuple((instant(part[0]), instant(part[1])) for part in ends)
            out.append(Window(*places(starts, begin, end), *bounds, found[0], parts))
    apart = tuple(_narrowed(sorted(out, key=lambda w: w.first), words))
    return apart if _CONTRASTS.search(text) else tuple(_united(apart, words))


def _phrases(text: str) -> Iterator[tuple[re.Match[str], Meaning]]:
    """What looks like a window, phrase by phrase."""
    for phrase, meaning in PHRASES if SAID.search(text) else POINTLESS:
        for found in phrase.finditer(text):
            yield found, meaning


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


def _runs_on(last: Window, window: Window, between: tuple[Word, ...]) -> bool:
    """ "from 1 July, until the end of August": one begins it, the other ends it."""
    opens = last.start_us is not None and _BEGINS.match(last.words)
    closes = window.start_us is None and window.end_us is not None
    return bool(opens) and closes and all(word.text in _AND | {","} for word in between)


def _is_year(window: Window) -> bool:
    """A year may be a number of the data, too, and then is one of several."""
    return bool(re.fullmatch(rf"(?:(?!{MONTH} )[a-z]+ )*{YEAR}", window.words))


def _united(found: tuple[Window, ...], words: tuple[Word, ...]) -> Iterator[Window]:
    """ "on Monday and Tuesday": of two windows of which one begins where the other ends, both."""
    last: Window | None = None
    for window in found:
        between = words[last.last : window.first] if last is not None else ()
        if last is not None and _runs_on(last, window, between):
            text = f"{last.words} {window.words}"
            last = replace(last, last=window.last, end_us=window.end_us, words=text)
            continue
        linked = len(between) == 1 and between[0].text in _AND and not _is_year(window)
        meets = last is not None and last.start_us is not None and last.end_us == window.start_us
        if last is not None and linked and meets and window.end_us is not None:
            text = f"{last.words} {between[0].text} {window.words}"
            last = replace(last, last=window.last, end_us=window.end_us, words=text)
            continue
        if last is not None:
            yield last
        last = window
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
