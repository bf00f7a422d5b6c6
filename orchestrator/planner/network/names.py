"""What the lower layers say of each name, read once and kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from orchestrator.planner.network.features import Asked, few_words, named, texts_of
from orchestrator.planner.network.sessions import Sessions

Name: TypeAlias = tuple[tuple[str, ...], tuple[str, ...]]
_KEPT_MAX: Final = 20_000
_AT_ONCE: Final = 64


def item_names(given: Asked) -> tuple[Name, ...]:
    """The names of a question's items; a mention that stands in the question has none."""
    few = [(few_words(m), ()) if m.kind == "few" else ((), ()) for m in given.items.mentions]
    return (*texts_of(given.items.schema), *few)


class NameBook:
    """Names as vectors."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._kept: dict[Name, NDArray[np.float32]] = {}

    def of(self, given: Asked) -> NDArray[np.float32]:
        """(items, W); zeros where an item has no name."""
        names = item_names(given)
        wanted = [name for name in dict.fromkeys(names) if name[0] and name not in self._kept]
        if len(self._kept) + len(wanted) > _KEPT_MAX:
            self._kept.clear()
            wanted = [name for name in dict.fromkeys(names) if name[0]]
        wanted.sort(key=lambda name: len(name[0]) + len(name[1]))
        for first in range(0, len(wanted), _AT_ONCE):
            self._read(wanted[first : first + _AT_ONCE])
        out = np.zeros((len(names), self._sessions.width), dtype=np.float32)
        for row, name in enumerate(names):
            if name[0]:
                out[row] = self._kept[name]
        return out

    def _read(self, names: Sequence[Name]) -> None:
        cut = [named(words, among, self._sessions.pieces) for words, among in names]
        width = max(len(numbers) for numbers, _ in cut)
        pieces = np.zeros((len(cut), width), dtype=np.int64)
        mask = np.zeros((len(cut), width), dtype=np.bool_)
        for row, (numbers, _) in enumerate(cut):
            pieces[row, : len(numbers)] = numbers
            mask[row, : len(numbers)] = True
        read = self._sessions.read(pieces, mask)
        for row, (name, (_, own)) in enumerate(zip(names, cut, strict=True)):
            self._kept[name] = read[row, 1 : 1 + own].mean(axis=0)
