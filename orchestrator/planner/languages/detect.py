"""Which language a question is in: its words vote for their languages, English words against them.

An English question must not pay for this: one look-up for each of its words.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from orchestrator.planner.grammar import AGGREGATES, FILLER, FUNCTION, SUPERLATIVES, TIME_WORDS
from orchestrator.planner.languages.pack import Pack, packs
from orchestrator.planner.words import fold

_WORD: Final = re.compile(r"[^\W\d_]+")
_HAN: Final = re.compile("[一-鿿]")
_OWN: Final = FUNCTION | FILLER | TIME_WORDS | AGGREGATES.keys() | SUPERLATIVES.keys()
_VOTES_MIN: Final = 2


def language_of(text: str, known: Callable[[str], bool]) -> Pack | None:
    """The language's pack; `None` for English, and for what says too little to tell. `known`:
    whether a word names something in the data, which is no sign of another language.
    """
    if len(_HAN.findall(text)) >= _VOTES_MIN:
        return next((pack for pack in packs() if pack.han), None)
    table = _table()
    words = _WORD.findall(fold(text))
    votes: dict[int, int] = defaultdict(int)
    for word in words:
        for place, weight in table.get(word, ()):
            votes[place] += weight
    best = max(votes, key=lambda place: votes[place], default=None)
    if best is None or votes[best] < _VOTES_MIN:
        return None
    chosen = packs()[best]
    against = sum(
        word in _OWN or known(word) for word in words if word not in chosen.votes or known(word)
    )
    accents = not text.isascii()
    return chosen if votes[best] + accents - against >= _VOTES_MIN else None


@lru_cache(maxsize=1)
def _table() -> dict[str, tuple[tuple[int, int], ...]]:
    """{word: (language, votes)…}; a word of English grammar votes for nobody."""
    table: dict[str, tuple[tuple[int, int], ...]] = {}
    for place, pack in enumerate(packs()):
        for word, weight in pack.votes.items():
            if word not in _OWN:
                table[word] = (*table.get(word, ()), (place, weight))
    return table
