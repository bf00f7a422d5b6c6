"""Finding the domain tool that fits some words: BM25 over names, descriptions and what the domain
holds. Pure.

Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), k1 = 1.2, b
= 0.75.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import snowballstemmer

_WORD: Final = re.compile(r"[^\W_]+")
_K1: Final = 1.2
_B: Final = 0.75
_STEMMER: Final = snowballstemmer.stemmer("english")


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    return str(_STEMMER.stemWord(word))


def tokens(text: str) -> list[str]:
    """Lower-cased stems of the words of a text."""
    return [_stem(word) for word in _WORD.findall(text.lower())]


@dataclass(frozen=True, slots=True)
class Entry:
    """A thing to be found: its key, its text by weight, and what is shown of it."""

    key: str
    weighted: tuple[tuple[float, str], ...]
    shown: dict[str, Any]


class Index:
    """An immutable BM25 index; equal scores go by key."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = tuple(entries)
        self._counts = [_counted(entry) for entry in self._entries]
        self._lengths = [sum(counts.values()) for counts in self._counts]
        self._mean = sum(self._lengths) / len(self._lengths) if self._lengths else 1.0
        documents = Counter(token for counts in self._counts for token in counts)
        total = len(self._entries)
        self._idf = {
            token: math.log(1 + (total - n + 0.5) / (n + 0.5)) for token, n in documents.items()
        }

    def search(self, words: str, limit: int) -> list[tuple[float, Entry]]:
        """(score, entry), best first; nothing that shares no word."""
        wanted = [token for token in tokens(words) if token in self._idf]
        scored = [(self._score(i, wanted), entry) for i, entry in enumerate(self._entries)]
        found = [pair for pair in scored if pair[0] > 0]
        return sorted(found, key=lambda pair: (-pair[0], pair[1].key))[:limit]

    def _score(self, index: int, wanted: Sequence[str]) -> float:
        counts = self._counts[index]
        norm = _K1 * (1 - _B + _B * self._lengths[index] / self._mean)
        return sum(
            self._idf[token] * counts[token] * (_K1 + 1) / (counts[token] + norm)
            for token in wanted
            if token in counts
        )


def _counted(entry: Entry) -> dict[str, float]:
    counts: dict[str, float] = {}
    for weight, text in entry.weighted:
        for token in tokens(text):
            counts[token] = counts.get(token, 0.0) + weight
    return counts
