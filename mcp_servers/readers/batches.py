"""What the child sent, checked, as drafts. The parent's side.

The child opened a stranger's file, so nothing it says is taken on trust: columns must be as many
and as long as told, and hold canonical values of their types within bounds. A message that is not
so is a broken reader, never a stored value.
"""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Callable, Sequence
from typing import Any, Final

from mcp_servers.ports import Draft
from mcp_servers.readers.parent import Message
from registry import limits
from registry.domain import CollectionSpec
from registry.errors import BadInput
from registry.record import INT64_MAX, Canonical, Type

_NONE: Final = type(None)


class Rows:
    """Makes drafts of the messages of one load."""

    def __init__(self, spec: CollectionSpec, constants: dict[str, Canonical]) -> None:
        self.spec = spec
        self.constants = constants
        self.fields: list[str] = []
        self.kinds: list[Type] = []

    def expect(self, fields: Any) -> None:
        """The fields of the columns to come."""
        if not isinstance(fields, list) or not all(f in self.spec.fields for f in fields):
            raise _broken()
        self.fields = fields
        self.kinds = [self.spec.fields[name].kind for name in fields]


def drafts_of(rows: Rows, message: Message) -> list[Draft]:
    """The drafts of one `rows` message; `BadInput` when it is not sound."""
    ids, columns, extra = message.get("ids"), message.get("columns"), message.get("extra")
    if not (isinstance(ids, list) and isinstance(columns, list)):
        raise _broken()
    count = len(ids)
    if count > limits.LOAD_BATCH_ROWS or len(columns) != len(rows.fields):
        raise _broken()
    if extra is not None and not (_sized(extra, count) and _texts(extra, limits.TEXT_BYTES_MAX)):
        raise _broken()
    if not (_texts(ids, limits.ID_CHARS_MAX) and all(ids)):
        raise _broken()
    checked = [_column(c, kind, count) for c, kind in zip(columns, rows.kinds, strict=True)]
    lines = _lines(message.get("lines"), count)
    names = rows.fields
    shared = rows.constants
    extras = extra if extra is not None else [None] * count
    records = zip(*checked, strict=True) if checked else iter([()] * count)
    return [
        Draft(key, {**shared, **dict(zip(names, values, strict=True))}, rest, line, True)
        for key, values, rest, line in zip(ids, records, extras, lines, strict=True)
    ]


def _broken() -> BadInput:
    return BadInput("Reading the source gave rows that make no sense; the file may be hostile.")


def _sized(column: Any, count: int) -> bool:
    return isinstance(column, list) and len(column) == count


def _column(column: Any, kind: Type, count: int) -> Sequence[Canonical]:
    if not _sized(column, count) or not _CHECKS[kind.name](column):
        raise _broken()
    if kind.name == "bytes":
        return [None if text is None else _bytes(text) for text in column]
    return list(column)


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise _broken() from None


def _lines(lines: Any, count: int) -> Sequence[int]:
    if isinstance(lines, dict) and isinstance(lines.get("first"), int):
        return range(lines["first"], lines["first"] + count)
    if _sized(lines, count) and set(map(type, lines)) <= {int}:
        return list(lines)
    raise _broken()


def _texts(column: list[Any], longest: int) -> bool:
    if not set(map(type, column)) <= {str, _NONE}:
        return False
    present = [text for text in column if text]
    return not present or (max(map(len, present)) <= longest and "\x00" not in "".join(present))


def _ints(column: list[Any], low: int, high: int) -> bool:
    if not set(map(type, column)) <= {int, _NONE}:
        return False
    present = [value for value in column if value is not None]
    return not present or (low <= min(present) and max(present) <= high)


def _floats(column: list[Any]) -> bool:
    if not set(map(type, column)) <= {float, _NONE}:
        return False
    return all(map(math.isfinite, [value for value in column if value is not None]))


def _long_texts(column: list[Any]) -> bool:
    return _texts(column, limits.TEXT_BYTES_MAX)


def _int64s(column: list[Any]) -> bool:
    return _ints(column, -INT64_MAX - 1, INT64_MAX)


_CHECKS: Final[dict[str, Callable[[list[Any]], bool]]] = {
    "text": _long_texts,
    "json": _long_texts,
    "bytes": lambda column: _texts(column, limits.TEXT_BYTES_MAX * 4 // 3 + 4),
    "ref": lambda column: _texts(column, limits.ID_CHARS_MAX),
    "int": _int64s,
    "decimal": _int64s,
    "date": lambda column: _ints(column, -719_162, 2_932_896),
    "time": lambda column: _ints(column, -62_135_596_800_000_000, 253_402_300_799_999_999),
    "bool": lambda column: _ints(column, 0, 1),
    "float": _floats,
}
