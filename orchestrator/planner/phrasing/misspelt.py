"""Misspelt words of the grammar: "hwo mny", "averge", "medain". Names of data come first: a word
that the catalogue knows, or nearly knows, is left alone.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from functools import lru_cache
from typing import Final

from rapidfuzz.distance import OSA

from orchestrator.planner.grammar import (
    AGGREGATES,
    COMMON,
    COMPARATIVES,
    FILLER,
    FUNCTION,
    SUPERLATIVES,
    TIME_WORDS,
    UNITS,
    WRITES,
)
from orchestrator.planner.lexicon import Lexicon
from orchestrator.planner.spans import content, correct
from orchestrator.planner.times.dates import DAY, MONTH
from orchestrator.planner.words import Word, stem

_GRAMMAR: Final = (
    FUNCTION
    | FILLER
    | WRITES
    | {"percentile", "percentiles", "quantile"}
    | TIME_WORDS
    | frozenset((*AGGREGATES, *SUPERLATIVES, *COMPARATIVES, *UNITS))
)
_CALENDAR: Final = re.compile(rf"{MONTH}|{DAY}")  # "may" is no "many"
_SHORT_CHARS_MAX: Final = 5  # of so few letters another one makes another word
_LONG_CHARS_MIN: Final = 9
_MANY: Final = ("many", "much", "long", "often")
#: words too short to be told by what they are near to
_SLIPS: Final = {"al": "all", "teh": "the", "hte": "the", "adn": "and", "nad": "and", "fo": "of"}
#: words that only begin a question
_ORDERS: Final = frozenset({"list", "show", "give", "find"})


def spelt(words: tuple[Word, ...], lexicon: Lexicon) -> tuple[tuple[Word, ...], frozenset[int]]:
    """The words with those of the grammar as they are spelt, and the places of those mended."""
    fixes = {
        place: fixed
        for place, word in enumerate(words)
        if word.kind == "word" and word.number is None
        if content(word) and word.text not in _GRAMMAR and not _CALENDAR.fullmatch(word.text)
        for fixed in [_among(word, words[:place], words[place + 1 : place + 2])]
        if fixed is not None and not _known(word, fixed, place, lexicon)
    }
    if not fixes:
        return words, frozenset()
    made = [
        replace(word, text=fixes[n], stem=stem(fixes[n])) if n in fixes else word
        for n, word in enumerate(words)
    ]
    return tuple(made), frozenset(fixes)


def _known(word: Word, fixed: str, place: int, lexicon: Lexicon) -> bool:
    """Whether it is a word of the data, or nearer to one; or a name, by its capital."""
    if (place and word.raw[:1].isupper()) or lexicon.says(word):
        return True
    near = correct(word.text, lexicon)[:1]
    return any(OSA.distance(word.text, n) < OSA.distance(word.text, fixed) for n in near)


def _among(word: Word, before: tuple[Word, ...], after: tuple[Word, ...]) -> str | None:
    """The word that is meant, by what stands beside it: "hwo meny", "users of the lst week"."""
    text = word.text
    if text in _SLIPS:
        return _SLIPS[text]
    if before and before[-1].text == "how" and len(text) > 2:
        near = (w for w in _MANY if OSA.distance(text, w, score_cutoff=1) <= 1)
        return next(near, None)
    inside = bool(before) or (bool(after) and after[0].number is not None)
    return next((known for known in _meant(text) if not inside or known not in _ORDERS), None)


@lru_cache(maxsize=4096)
def _meant(text: str) -> tuple[str, ...]:
    """The words of the grammar that are as near as any, the likeliest first."""
    if len(text) < 3 or not text.isascii():
        return ()
    near = [known for n in range(-1, 2) for known in _by_length()[len(text) + n]]
    slips = 2 if len(text) >= _LONG_CHARS_MIN else 1
    found = sorted(
        (distance, known[0] != text[0], COMMON.index(known), known)
        for known in near
        for distance in [OSA.distance(text, known, score_cutoff=slips)]
        if distance <= slips and _slip(text, known)
    )
    return tuple(f[3] for f in found if f[0] == found[0][0])


def _slip(text: str, known: str) -> bool:
    """Whether it is a slip of the fingers: in a short word none types another letter."""
    if stem(text) == stem(known):
        return False  # "shared" is a word of its own beside "share"
    if sorted(text) == sorted(known):
        return True
    if text[0] != known[0]:
        return False
    return len(text) != len(known) or len(known) > _SHORT_CHARS_MAX


@lru_cache(maxsize=1)
def _by_length() -> dict[int, list[str]]:
    out: dict[int, list[str]] = defaultdict(list)
    for word in COMMON:
        out[len(word)].append(word)
    return out
