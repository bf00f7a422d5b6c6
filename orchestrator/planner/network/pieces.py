"""Words as numbers of a fixed vocabulary (WordPiece, Devlin et al. 2019): the longest known start
of a word first, then of its rest.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

CLS: Final = 101
SEP: Final = 102
UNKNOWN: Final = 100
_WORD_PIECES_MAX: Final = 12
_KEPT_MAX: Final = 20_000


class Pieces:
    """A vocabulary. Keeps the pieces of words it met."""

    def __init__(self, vocabulary: Iterable[str]) -> None:
        self._number = {piece: number for number, piece in enumerate(vocabulary)}
        self._kept: dict[str, tuple[int, ...]] = {}

    def of(self, word: str) -> tuple[int, ...]:
        """The pieces of one lower-case word without spaces; never none."""
        found = self._kept.get(word)
        if found is None:
            if len(self._kept) >= _KEPT_MAX:
                self._kept.clear()
            found = self._kept[word] = self._split(word)
        return found

    def _split(self, word: str) -> tuple[int, ...]:
        out: list[int] = []
        at = 0
        while at < len(word) and len(out) < _WORD_PIECES_MAX:
            for end in range(min(len(word), at + 40), at, -1):
                part = word[at:end] if at == 0 else f"##{word[at:end]}"
                number = self._number.get(part)
                if number is not None:
                    out.append(number)
                    at = end
                    break
            else:
                return (UNKNOWN,)
        return tuple(out) or (UNKNOWN,)
