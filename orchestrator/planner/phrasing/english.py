"""Words that are words already: whoever writes "looked" has not misspelt "locked".

They are the whole words among the pieces that the shipped encoder knows.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

_PIECES: Final = Path(__file__).parents[1] / "network" / "weights" / "vocab.txt"
_CHARS_MIN: Final = 4  # shorter pieces are syllables and abbreviations, too


def is_word(text: str) -> bool:
    """Whether a lower-case text is a common word; always false where no pieces are installed."""
    return text in _words()


@cache
def _words() -> frozenset[str]:
    if not _PIECES.exists():
        return frozenset()
    pieces = _PIECES.read_text(encoding="utf-8").splitlines()
    return frozenset(p for p in pieces if len(p) >= _CHARS_MIN and p.isalpha())
