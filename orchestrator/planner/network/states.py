"""What may follow what in a sketch's tokens: the decoder chooses among these and nothing else.

A state is a stack of frames, one per sketch that is open; states are values, so a beam may keep
many.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from orchestrator.planner.network.tokens import (
    COMPARES,
    CONSTANTS,
    FOLDS,
    GRAMMAR,
    NAME,
    SETS,
    TEXTUAL,
    WORD,
    Items,
)

Mask = NDArray[np.bool_]
_DEPTH_MAX: Final = 4
_TABLES_MAX: Final = 6
_TERMS_MAX: Final = 8
_KEPT_MAX: Final = 1_000
#: the words that open each later part of a sketch, in the order parts stand in
_SECTIONS: Final = (
    ("where",), ("group",), ("having",), ("asc", "desc"), ("first", "limit"), SETS,
)  # fmt: skip
_SECTION_OF: Final = {word: n for n, words in enumerate(_SECTIONS) for word in words}
_TERM_WORDS: Final = ("rows", *FOLDS)
_OPS: Final = (*COMPARES, "between", *TEXTUAL, "in", "not in", "null", "not null")
_HAVING_OPS: Final = (*COMPARES, "between")


class Frame(NamedTuple):
    """One open sketch. `phase`: what is expected; `section`: the part reached; `terms`: columns
    shown so far; `width`: how many must be (0: any); `back`: the phase after a column."""

    phase: str = "table"
    tables: tuple[int, ...] = ()
    section: int = -1
    terms: int = 0
    width: int = 0
    back: str = ""
    combined: bool = False


class Rules:
    """The masks of a schema's items and so many mentions, whatever those say. `allowed` is over
    grammar words and items together."""

    def __init__(self, items: Items) -> None:
        self.items = items
        self._size = GRAMMAR + items.size
        self._words: dict[tuple[str, ...], Mask] = {}
        self._columns: dict[tuple[int, ...], Mask] = {}
        self._tables = self._mask(items.table(t.number) for t in items.schema.tables)
        self._mentions = self._mask(map(items.mention, range(len(items.mentions))))
        self._open: dict[tuple[Frame, bool], Mask] = {}

    def _mask(self, tokens: Any) -> Mask:
        mask = np.zeros(self._size, dtype=np.bool_)
        mask[list(tokens)] = True
        return mask

    def _word_mask(self, words: tuple[str, ...]) -> Mask:
        found = self._words.get(words)
        if found is None:
            found = self._words[words] = self._mask(WORD[w] for w in words)
        return found

    def _column_mask(self, tables: tuple[int, ...]) -> Mask:
        found = self._columns.get(tables)
        if found is None:
            schema = self.items.schema
            found = self._columns[tables] = self._mask(
                self.items.column(n) for t in tables for n in schema.tables[t].columns
            )
        return found

    def _table_mask(self, tables: tuple[int, ...]) -> Mask:
        """Tables that are not there yet; the decoder says the way where there is no plain one."""
        if not tables:
            return self._tables
        mask = self._tables.copy()
        mask[[self.items.table(t) for t in tables]] = False
        return mask

    def allowed(self, stack: tuple[Frame, ...]) -> Mask:
        """What may come next; not to be changed."""
        key = stack[-1], len(stack) < _DEPTH_MAX
        found = self._open.get(key)
        if found is None:
            if len(self._open) >= _KEPT_MAX:
                self._open.clear()
            found = self._open[key] = self._allowed(*key)
        return found

    def _allowed(self, frame: Frame, deeper: bool) -> Mask:
        phase = frame.phase
        if phase == "table":
            return self._table_mask(frame.tables)
        if phase == "tables":
            return self._after_table(frame)
        if phase in ("on", "aggregated", "on last"):
            tables = frame.tables
            if phase != "aggregated":
                tables = tables[:-1] if phase == "on" else tables[-1:]
            return self._column_mask(tables)
        if phase in ("term", "having", "order", "group", "where"):
            words = () if phase in ("group", "where") else _TERM_WORDS
            if phase == "term" and not frame.width:
                words = (*words, "all")
            return self._column_mask(frame.tables) | self._word_mask(words)
        if phase == "op":
            return self._word_mask(_HAVING_OPS if frame.section == 2 else _OPS)
        if phase in ("right", "literal", "low"):
            return self._right(frame, phase, deeper)
        if phase == "limit":
            return self._mentions | self._word_mask(tuple(CONSTANTS))
        return self._onward(frame)

    def _after_table(self, frame: Frame) -> Mask:
        words = ["select", "distinct"]
        plain = True
        if len(frame.tables) > 1:
            way = self.items.schema.plain_way(frame.tables[:-1], frame.tables[-1])
            plain = way is not None
            if frame.back != "said":
                words.append("on")
        if not plain and frame.back != "said":
            return self._word_mask(("on",))
        mask = self._word_mask(tuple(words))
        return mask | self._table_mask(frame.tables) if len(frame.tables) < _TABLES_MAX else mask

    def _right(self, frame: Frame, phase: str, deeper: bool) -> Mask:
        mask = self._mentions | self._word_mask(tuple(CONSTANTS))
        if phase == "right":
            mask = mask | self._column_mask(frame.tables)
            if deeper:
                mask = mask | self._word_mask(("open",))
        return mask

    def _onward(self, frame: Frame) -> Mask:
        """After a whole term or condition: more of it, a later part, or the end."""
        words: list[str] = []
        mask = np.zeros(self._size, dtype=np.bool_)
        if frame.phase in ("terms", "groups"):
            if frame.phase == "terms" and frame.width and frame.terms < frame.width:
                return self._column_mask(frame.tables) | self._word_mask(_TERM_WORDS)
            if frame.phase == "groups" or (frame.terms < _TERMS_MAX and not frame.width):
                mask = self._column_mask(frame.tables)
                words += _TERM_WORDS if frame.phase == "terms" else ()
        if frame.phase == "conditions":
            words += ["and", "or", "either"]
        if frame.phase == "ordered":
            words += ["asc", "desc"]
        for number, opening in enumerate(_SECTIONS):
            if number > frame.section and not (opening == SETS and frame.combined):
                words += opening
        if frame.section >= 2 or frame.section < 1:
            words = [w for w in words if w != "having"]
        return mask | self._word_mask((*words, "end"))

    def step(self, stack: tuple[Frame, ...], token: int) -> tuple[Frame, ...]:
        """The state after a token that was allowed; empty when the sketch is whole."""
        frame, below = stack[-1], stack[:-1]
        kind, number = self.items.kind(token)
        if kind == "word":
            return _worded(frame, below, NAME[number])
        if kind == "table":
            moved = frame._replace(phase="tables", tables=(*frame.tables, number), back="")
            return (*below, moved)
        return (*below, _pointed(frame, kind == "column"))


def _pointed(frame: Frame, column: bool) -> Frame:
    """After a pointer at a column or a mention."""
    phase = frame.phase
    if phase == "on":
        return frame._replace(phase="on last")
    if phase == "on last":
        return frame._replace(phase="tables", back="said")
    if phase == "low":
        return frame._replace(phase="literal")
    if phase in ("right", "literal"):
        return frame._replace(phase="conditions")
    if phase == "limit":
        return frame._replace(phase="limited")
    if not column:
        raise AssertionError("a mention where none may stand")
    return _termed(frame, frame.back if phase == "aggregated" else phase)


def _termed(frame: Frame, phase: str) -> Frame:
    """After a whole term in that phase."""
    if phase in ("term", "terms"):
        return frame._replace(phase="terms", terms=frame.terms + 1)
    if phase in ("group", "groups"):
        return frame._replace(phase="groups")
    if phase == "order":
        return frame._replace(phase="ordered")
    return frame._replace(phase="op")


def _worded(frame: Frame, below: tuple[Frame, ...], word: str) -> tuple[Frame, ...]:
    if word == "end":
        return _ended(below)
    if word in ("select", "distinct"):
        return (*below, frame._replace(phase="term"))
    if word == "on":
        return (*below, frame._replace(phase="on"))
    if word == "all":
        return (*below, frame._replace(phase="shown"))
    if word == "rows":
        return (*below, _termed(frame, frame.phase))
    if word in FOLDS:
        return (*below, frame._replace(phase="aggregated", back=frame.phase))
    if word in _OPS:
        return _operated(frame, below, word)
    if word in CONSTANTS:
        return (*below, _pointed(frame, column=False))
    if word == "open":
        return (*below, frame._replace(phase="conditions"), Frame(width=1))
    if word in ("and", "or", "either"):
        return (*below, frame._replace(phase="having" if frame.section == 2 else "where"))
    return _opened(frame, below, word)


def _operated(frame: Frame, below: tuple[Frame, ...], word: str) -> tuple[Frame, ...]:
    if word in ("in", "not in"):
        return (*below, frame._replace(phase="conditions"), Frame(width=1))
    if word in ("null", "not null"):
        return (*below, frame._replace(phase="conditions"))
    phase = "low" if word == "between" else "literal" if word in TEXTUAL else "right"
    return (*below, frame._replace(phase=phase))


def _opened(frame: Frame, below: tuple[Frame, ...], word: str) -> tuple[Frame, ...]:
    """A word that begins a later part."""
    section = _SECTION_OF[word]
    if word in SETS:
        closed = frame._replace(section=section, combined=True, phase="combined")
        return (*below, closed, Frame(width=frame.terms, combined=True))
    phase = {"asc": "order", "desc": "order", "first": "limited"}.get(word, word)
    return (*below, frame._replace(section=section, phase=phase))


def _ended(below: tuple[Frame, ...]) -> tuple[Frame, ...]:
    """The sketch is closed, and with it the one it was combined with."""
    while below and below[-1].phase == "combined":
        below = below[:-1]
    return below


def rules_of(items: Items) -> Rules:
    """The rules of a question's items, kept with the schema for others with as many mentions."""
    kept = items.schema.kept
    name = f"rules of {len(items.mentions)} mentions"
    found = kept.get(name)
    if not isinstance(found, Rules):
        found = kept[name] = Rules(items)
    return found


def begin() -> tuple[Frame, ...]:
    return (Frame(),)


def follows(tokens: Sequence[int], rules: Rules) -> bool:
    """Whether the rules allow these tokens, from the first to the last `end`."""
    stack = begin()
    for token in tokens:
        if not stack or not rules.allowed(stack)[token]:
            return False
        stack = rules.step(stack, token)
    return not stack
