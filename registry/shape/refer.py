"""Which columns of a source point at records of another of its tables, or of a known collection.

By what the file declares, by names, and by values: a column whose values are all keys of a table,
and whose name speaks of it, refers to it. A name alone suffices where values do not contradict it;
values alone only where chance cannot explain them. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from registry import limits
from registry.catalog import Catalogue
from registry.record import TEMPORAL
from registry.shape.column import ColumnShape, Shape
from registry.shape.headers import (
    KEY_WORDS,
    looks_like_time,
    singular,
    without_prefix,
    words_of,
)
from registry.shape.roles import names, own_words

_REFERS: Final = frozenset({"id", "uuid", "guid", "key"})
_PEOPLE: Final = frozenset({"people", "person", "persons", "human"})
_SURE, _LIKELY, _UNNAMED = 3, 2, 0
_CONTRADICTED: Final = 0.3  # fewer of the values are keys: the name lies
_CONTAINED: Final = 0.9
_TOLD_MIN: Final = 5  # values seen, before they count against or instead of a name
_FAR_FROM_ONE: Final = 100  # numbers from 1 on are keys of everything


@dataclass(frozen=True, slots=True)
class _Target:
    """A table with a key."""

    shape: Shape
    address: str
    #: what its records are called, word by word, and in one word: an order item is an item
    own: frozenset[str]
    head: frozenset[str]
    key: ColumnShape
    key_words: list[str]

    @property
    def owns_key(self) -> bool:
        """Whether the key is named after this very table."""
        base = [word for word in self.key_words if word not in KEY_WORDS]
        return not base or names(base[-1], self.head)


class Targets:
    """Where columns may point: to the source's other tables, or to known collections."""

    def __init__(
        self,
        shapes: Sequence[Shape],
        by_table: Mapping[str, str],
        domain: str,
        catalogue: Catalogue,
    ) -> None:
        self._tables = {
            shape.table.lower(): _Target(
                shape,
                f"{domain}.{by_table[shape.table]}",
                own_words(" ".join(_name(shape))),
                own_words(_name(shape)[-1]),
                shape.column(shape.key),
                words_of(shape.key),
            )
            for shape in shapes
            if shape.key is not None
        }
        self._known: dict[str, str] = {}
        for address in catalogue.collections:
            owner, _, collection = address.partition(".")
            self._known.setdefault(singular(collection), address)
            if singular(collection) == singular(owner):
                self._known.setdefault(owner, address)

    def of(self, shape: Shape) -> dict[str, str]:
        """{header: address} of the columns that refer."""
        declared = {foreign.column: foreign.table.lower() for foreign in shape.foreign}
        out: dict[str, str] = {}
        for column in shape.columns:
            if column.kind.name not in ("text", "int") or not _ids_fit(column):
                continue
            target = self._tables.get(declared.get(column.header, ""))
            found = target if target is not None else self._best(shape, column)
            if found is not None and not _is_itself(shape, column, found):
                out[column.header] = found.address
            elif found is None and column.header != shape.key:
                known = self._known_by_name(shape, column)
                if known is not None:
                    out[column.header] = known
        return out

    def _best(self, shape: Shape, column: ColumnShape) -> _Target | None:
        ranked = []
        for place, target in enumerate(self._tables.values()):
            if target.shape is shape and column.header == shape.key:
                continue
            level = _level(column, target)
            told, held = column.evidence.within(target.key.evidence)
            if column.header == shape.key:
                fits = self._own_key_refers(shape, column, target, level)
            else:
                fits = _fits(column, target, level)
            if fits:
                share = held / told if told else 0.5
                ranked.append((-level, -share, not target.owns_key, place, target))
        if not ranked:
            return None
        ranked.sort(key=lambda found: found[:4])
        if ranked[0][0] == -_UNNAMED and len(ranked) > 1:
            return None  # values alone must leave no choice
        return ranked[0][4]

    def _own_key_refers(
        self, shape: Shape, column: ColumnShape, target: _Target, level: int
    ) -> bool:
        """One record for each of another table: `membership.customer_id` that is its key too."""
        told, held = column.evidence.within(target.key.evidence)
        if not told or held < _CONTAINED * told:
            return False
        mine = self._tables[shape.table.lower()]
        if level >= _SURE and column.header != "id" and not (mine.owns_key and not target.owns_key):
            tables = list(self._tables.values())
            return target.owns_key or tables.index(target) < tables.index(mine)
        return mine.owns_key and not target.own.isdisjoint(_PEOPLE) and _is_role(shape, target)

    def _known_by_name(self, shape: Shape, column: ColumnShape) -> str | None:
        words = words_of(column.header)
        if len(words) < 2 or words[-1] not in _REFERS:
            return None
        base = "_".join(words[:-1])
        if base == singular("_".join(words_of(shape.table))):
            return None
        return self._known.get(base) or self._known.get(words[-2])


def _name(shape: Shape) -> list[str]:
    return without_prefix(words_of(shape.table)) or [""]


def _is_role(shape: Shape, people: _Target) -> bool:
    """Whether a table says more about people that are named elsewhere: `gymnast` beside `people`.
    No event, no names of its own, and no other column that says who.
    """
    others = [column for column in shape.columns if column.header != shape.key]
    words = {word for column in others for word in words_of(column.header)}
    return words.isdisjoint({"name", "title", *people.own}) and not any(
        column.kind.name in TEMPORAL or looks_like_time(column.header) for column in others
    )


def _level(column: ColumnShape, target: _Target) -> int:
    """How clearly a column's name speaks of a table."""
    words = words_of(column.header)
    base = words[:-1] if words and words[-1] in KEY_WORDS else words
    if words == target.key_words and words != ["id"] and len("".join(words)) > 2:
        return _SURE + target.owns_key
    if len(base) < len(words) and base:
        whole = {singular(word) for word in base}
        if whole == target.own or (len(target.own) == 1 and names(base[-1], target.own)):
            return _SURE + (len(base) == 1)
        if len(base) == 1 and names(base[0], target.head):
            return _SURE
    if _speaks_of(base if len(base) < len(words) else words[-len(target.own) :], target):
        return _LIKELY
    suffix = words[-len(target.key_words) :] == target.key_words and target.key_words != ["id"]
    return _LIKELY if suffix else _UNNAMED


def _speaks_of(base: list[str], target: _Target) -> bool:
    """Whether the table's own name stands among the words: `member_in_charge_id`, `host_city`."""
    size = len(target.own)
    if size == 1 and any(names(word, target.own) for word in base):
        return True
    if len(base) == 1 and len(base[0]) == 1:
        return any(word.startswith(base[0]) for word in target.head)  # `s_id` of students
    pairs = [set(map(singular, pair)) for pair in pairwise(base)]
    return set(map(singular, base)) == target.own or (size == 2 and target.own in pairs)


def _fits(column: ColumnShape, target: _Target, level: int) -> bool:
    told, held = column.evidence.within(target.key.evidence)
    if level >= _SURE:
        return told < _TOLD_MIN or held >= _CONTRADICTED * told
    if level == _LIKELY:
        return told > 0 and held >= _CONTAINED * told
    return told >= _TOLD_MIN and held == told and _no_chance(column, target)


def _no_chance(column: ColumnShape, target: _Target) -> bool:
    """Whether keys like these do not turn up elsewhere: texts with letters, or large numbers."""
    if target.shape.rows is None or target.shape.rows < _TOLD_MIN:
        return False
    if column.kind.name == "text":
        return all(any(c.isalpha() for c in text) for text in column.evidence.examples)
    low = target.key.evidence.low
    return low is not None and low >= _FAR_FROM_ONE


def _is_itself(shape: Shape, column: ColumnShape, target: _Target) -> bool:
    """The table's own key, or another number of its own; `parent_id` of the table is none."""
    if target.shape is not shape:
        return False
    words = [word for word in words_of(column.header) if word not in KEY_WORDS]
    return column.header == shape.key or all(names(word, target.own) for word in words)


def _ids_fit(column: ColumnShape) -> bool:
    """A reference holds an id, and what is too long to be one would cost its row."""
    return column.evidence.chars_max <= limits.ID_CHARS_MAX
