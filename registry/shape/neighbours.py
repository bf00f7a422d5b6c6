"""Other names that a draft proposes for a name: one of its words replaced by a near one.

Proposals are guesses. They are marked as such in the spec, and understood with doubt.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

from registry.folders import configs_dir
from registry.shape.headers import singular

PROPOSED_MAX: Final = 8  # of one name
_WORDS_MAX: Final = 4  # longer names nobody says
#: what every question may ask by, whatever a column is called
_CALENDAR: Final = frozenset({"hour", "day", "week", "month", "quarter", "year"})


@cache
def _near() -> dict[str, tuple[str, ...]]:
    """{word: words near it, nearest first}, see `configs/neighbours.txt`."""
    text = (configs_dir() / "neighbours.txt").read_text(encoding="utf-8")
    lines = (line.split() for line in text.splitlines() if line and not line.startswith("#"))
    return {word: tuple(near) for word, *near in lines}


def proposed(words: Sequence[str], taken: frozenset[str] | None) -> list[str]:
    """Phrases for a name of these words. `taken`: singulars of words that the source uses itself,
    which therefore mean something else; `None`: no guesses are wanted.
    """
    if taken is None or len(words) > _WORDS_MAX:
        return []
    table = _near()
    found = [
        " ".join((*words[:place], near, *words[place + 1 :]))
        for place, word in enumerate(words)
        for near in table.get(singular(word), ()) or table.get(word, ())
        if singular(near) not in taken and near not in _CALENDAR
    ]
    return list(dict.fromkeys(found))[:PROPOSED_MAX]
