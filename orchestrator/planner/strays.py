"""Words of the grammar that happen to name something of a collection that nobody asks about: the
day of "busiest day for tickets", "long" in "how long was the run"; and events before their summary.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from orchestrator.planner.grammar import UNITS
from orchestrator.planner.lexicon import Lexicon
from orchestrator.planner.spans import Span
from orchestrator.planner.words import Word, stem

_BETWEEN: Final = 2  # words
_CLOSE: Final = 0.03  # between two meanings that are as likely
_NEAR: Final = 0.8  # names a collection or a field of it, and no part of one
_SCALES: Final = frozenset(["long", "big", "large", "fast", "slow", "old", "heavy", "expensive"])
_CALENDAR: Final = frozenset(["hour", "day", "week", "month", "quarter", "year"])
_COUNTS: Final = frozenset(["number", "numbers", "count", "counts"])
_AUXILIARIES: Final = frozenset(["do", "does", "did"])
_PASSIVE: Final = frozenset(["was", "were", "been", "being", "got"])


def without_strays(
    spans: tuple[Span, ...], words: tuple[Word, ...], lexicon: Lexicon
) -> tuple[Span, ...]:
    """The spans without those words, and each of the rest as what it stands for where it does."""
    strays = set(_strays(spans, words, lexicon))
    left = tuple(s for s in spans if s not in strays)
    made = (_timed(_exact(s, _but(left, s)), words, lexicon) for s in left)
    return tuple(_recorded(s, _but(left, s), lexicon) for s in made)


def _but(spans: tuple[Span, ...], span: Span) -> list[Span]:
    return [other for other in spans if other is not span]


def _strays(spans: tuple[Span, ...], words: tuple[Word, ...], lexicon: Lexicon) -> Iterator[Span]:
    named = {
        m.address for s in spans for m in s.meanings[:1] if m.kind == "collection" and not s.soft
    }
    before: Span | None = None
    for span, after in zip(spans, (*spans[1:], None), strict=False):
        told = {m.address for other in _but(spans, span) for m in other.meanings}
        best = {m.address for other in _but(spans, span) for m in other.meanings[:1]}
        own = {m.address for m in span.meanings}
        text, lead = words[span.first].text, words[span.first - 1].text if span.first else ""
        alone = span.last == span.first + 1
        if alone and text in _SCALES and lead == "how" and named and not own & named:
            yield span  # "how long was the longest run"
        elif alone and text in _CALENDAR and not own & told and lexicon.several:
            yield span  # "the busiest day for tickets"
        elif alone and _is_unit(text) and span.meanings[0].kind == "value" and named - own:
            yield span  # "how many bytes do the backups hold"
        elif alone and lead in _PASSIVE and before is not None and _deed(before, span, words):
            yield span  # "how many searches were run"
        elif alone and before is not None and _said(before, span, words):
            yield span  # "deletions of projects"
        elif after is None and text in _COUNTS and span.last == len(words) and not own & best:
            yield span  # "which teams have more than 20 users? name and number"
        elif alone and after is not None and _again(span, after, words):
            yield span  # "which team pays the highest monthly fee"
        before = span


def _is_unit(text: str) -> bool:
    return text.removesuffix("s") in UNITS and len(text) > len("secs")


def _deed(before: Span, span: Span, words: tuple[Word, ...]) -> bool:
    """Whether a value that can be counted was just named, and this is what was done with it."""
    done = span.meanings[0].kind == "collection" and not words[span.first].text.endswith("s")
    counted = before.meanings[0].kind == "value" and before.last == span.first - 1
    return done and counted and words[before.last - 1].text.endswith("s")


def _said(before: Span, span: Span, words: tuple[Word, ...]) -> bool:
    """Whether a value right before, of which it stands, has the word in its name."""
    best = before.meanings[0]
    link = [word.text for word in words[before.last : span.first] if word.text != "the"]
    own = {stem(part) for part in best.value.split("_")}
    return best.kind == "value" and link == ["of"] and words[span.first].stem in own


def _again(span: Span, after: Span, words: tuple[Word, ...]) -> bool:
    """Whether a number is named once more right behind, in more words."""
    mine, other = span.meanings[0], after.meanings[0]
    same = (mine.kind, mine.address, mine.field) == (other.kind, other.address, other.field)
    longer = after.last - after.first > span.last - span.first
    between = [word.text for word in words[span.last : after.first]]
    asked = not _AUXILIARIES.isdisjoint(between)  # "which providers do we integrate with"
    return same and mine.kind == "field" and longer and len(between) <= _BETWEEN and not asked


def _exact(span: Span, others: list[Span]) -> Span:
    """ "visitors" as the field that is called so, and no synonym of one that nothing else tells."""
    best = span.meanings[0]
    if best.kind != "field" or best.surface != tuple(best.field.split("_")):
        return span
    told = {m.address for other in others for m in other.meanings} | {best.address}
    kept = (m for m in span.meanings if m.address in told or m.weight > best.weight - _CLOSE)
    return replace(span, meanings=tuple(kept))


def _timed(span: Span, words: tuple[Word, ...], lexicon: Lexicon) -> Span:
    """ "by month of opening" is of when it was opened, and of no state."""
    lead = [word.text for word in words[max(0, span.first - 2) : span.first]]
    if lead[1:] != ["of"] or lead[0] not in _CALENDAR:
        return span
    noun = words[span.first].stem
    keys = (("date", "of", noun), (noun, "date"), ("day", "of", noun), (noun, "day"))
    dates = (m for key in keys for m in lexicon.schema.get(key, ()))
    found = (m for m in (*span.meanings, *dates) if (m.address, m.field) in lexicon.moments)
    when = tuple(dict.fromkeys(found))
    return replace(span, meanings=when) if when else span


def _recorded(span: Span, others: list[Span], lexicon: Lexicon) -> Span:
    """What may be when a record happened or a number of a summary as the first, where nothing else
    is of that summary: "sign-ups in May" are of those who signed up."""
    near = [m for m in span.meanings if m.weight > span.meanings[0].weight - _CLOSE]
    fields = {m for m in near if m.kind == "field"}
    when = {m for m in fields if (m.address, m.field) in lexicon.moments}
    told = {m.address for other in others for m in other.meanings if m.weight >= _NEAR}
    summaries = {m.address for m in fields - when} - {m.address for m in when}
    if not when or not summaries or told & summaries:
        return span
    kept = tuple(m for m in span.meanings if m.address not in summaries)
    return replace(span, meanings=kept)
