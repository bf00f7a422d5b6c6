"""Which column is a table's key, its event time, its label. By name, type and values; pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from registry.record import TEMPORAL
from registry.shape.column import ColumnShape
from registry.shape.headers import (
    KEY_WORDS,
    habits,
    looks_like_key,
    meant_words,
    shortens,
    singular,
    words_of,
)

_SURE_KEYS: Final = frozenset({"uuid", "guid", "sku", "isbn"})
_KEY_ROWS_MIN: Final = 50  # unique in fewer may be chance
_TIME_ORDER: Final = ("timestamp", "ts", "time", "datetime", "at", "date", "when", "created", "day")
_NOT_EVENTS: Final = frozenset({"birth", "born", "dob", "birthday", "expiry", "expires", "due"})
#: best first
_NAMES: Final = ("name", "title", "label", "subject", "headline", "fullname", "forename")
#: names of something else than the record itself
_OTHER_NAMES: Final = frozenset({"login", "user", "file", "middle", "nick", "host", "domain"})
_HANDLE: Final = "username"
_TELLING: Final = frozenset({"description", "details", "detail"})
_NO_KEYS: Final = frozenset({"float", "json", "bytes", "bool"})
_LABEL_CHARS_MAX: Final = 80


def key_of(table: str, columns: Sequence[ColumnShape]) -> str | None:
    """A unique column without gaps that is named like a key: `id`, then `TABLE_id`, then the first
    one.

    A wrong key loses data: the next row of the same customer or postcode would overwrite the last.
    So the id of what comes again and again has to be unique in many rows, and a code to be first.
    """
    own = own_words(table)
    ranked = []
    for place, column in enumerate(columns):
        empty = column.declared_key and not column.evidence.rows
        if not (column.evidence.unique or empty) or column.kind.name in _NO_KEYS:
            continue
        words = words_of(column.header) or [""]
        if column.declared_key or words == ["id"]:
            ranked.append((0, place, column.header))
        elif _is_own(words, own):
            ranked.append((1, place, column.header))
        elif place == 0 and looks_like_key(column.header) and words[-1] != "id":
            ranked.append((2, place, column.header))
        elif place == 0 and words[-1] == "id" and not _comes_again(column):
            ranked.append((3, place, column.header))
    return min(ranked)[2] if ranked else None


def own_words(table: str) -> frozenset[str]:
    """What a table's records are called, word by word, in the singular."""
    return frozenset(singular(word) for word in (*words_of(table), *meant_words(table)))


def names(word: str, own: frozenset[str]) -> bool:
    """Whether a header's word is one of the table's, maybe shortened: `stu` of `student`."""
    return singular(word) in own or any(shortens(word, other) for other in own)


def _is_own(words: list[str], own: frozenset[str]) -> bool:
    """`order_id` in a table of orders, and codes that are made to be keys."""
    if words[-1] in _SURE_KEYS:
        return True
    return len(words) > 1 and words[-1] in KEY_WORDS and all(names(w, own) for w in words[:-1])


def _comes_again(column: ColumnShape) -> bool:
    """`customer_id` in a table of something else, unless so many rows have a customer each."""
    words = meant_words(column.header)[:-1]
    return column.evidence.rows < _KEY_ROWS_MIN and not habits().actors.isdisjoint(
        map(singular, words)
    )


def time_of(columns: Sequence[ColumnShape]) -> str | None:
    """When a row happened: the temporal column whose name says so best."""
    ranked = []
    for place, column in enumerate(columns):
        words = [*words_of(column.header), *meant_words(column.header)]
        if column.kind.name not in TEMPORAL or not _NOT_EVENTS.isdisjoint(words):
            continue
        rank = min((_TIME_ORDER.index(w) for w in words if w in _TIME_ORDER), default=99)
        ranked.append((rank, column.kind.name == "date", place, column.header))
    return min(ranked)[3] if ranked else None


def label_of(table: str, columns: Sequence[ColumnShape]) -> str | None:
    """What a person would call a record by: a text that is named so. Any other text is none, even
    if it tells the rows apart: "the names of perpetrators" are not their dates.
    """
    own = own_words(table)
    ranked = [
        (rank, place, column.header)
        for place, column in enumerate(columns)
        if column.kind.name == "text" and (rank := _label_rank(column, own)) is not None
    ]
    return min(ranked)[2] if ranked else None


def _label_rank(column: ColumnShape, own: frozenset[str]) -> int | None:
    """The lower the better; `None`: not at all."""
    words = meant_words(column.header)
    named = [_NAMES.index(word) for word in words if word in _NAMES]
    rest = [word for word in words if word not in _NAMES]
    if named and len(words) - len(rest) == 1 and all(names(word, own) for word in rest):
        return min(named)
    if named:
        other = 30 * (not _OTHER_NAMES.isdisjoint(words))
        return 10 + 10 * min(named) + len(words) - ("first" in words) + other
    if words == [_HANDLE]:
        return 90
    if column.evidence.chars_max > _LABEL_CHARS_MAX or not habits().no_labels.isdisjoint(words):
        return None
    if words and all(names(word, own) for word in words):
        return 200
    told = [word for word in words if word not in _TELLING]
    return 210 if len(told) < len(words) and all(names(word, own) for word in told) else None
