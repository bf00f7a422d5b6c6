"""Running a compiled plan and putting its rows in wire form, within the bounds of one reply."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

import apsw

from mcp_servers.sql.compile import Compiled
from registry.check import Column
from registry.errors import TooLarge, shown
from registry.limits import REPLY_BYTES_MAX
from registry.record import INT_EXACT_MAX, Canonical, Type, encode

_SIZED: Final = frozenset({"text", "ref", "json", "bytes"})
_CELL_BYTES: Final = 12  # what a number, date or boolean takes in a reply, about


@dataclass(frozen=True, slots=True)
class Cut:
    """Rows of one page. `last`: the order keys to go on behind, `None` when there is no more."""

    columns: tuple[Column, ...]
    rows: list[list[Any]]
    last: list[Canonical] | None
    truncated: bool
    scanned: int


def run(connection: apsw.Connection, compiled: Compiled) -> Cut:
    """The page; it ends at the plan's limit or when the reply is full."""
    cursor: Any = connection.execute(compiled.sql, compiled.values)
    cut = cut_of(cursor, compiled)
    cursor.close(True)
    return cut


def cut_of(found: Iterable[Any], compiled: Compiled) -> Cut:
    """The page that the rows of a compiled statement make."""
    width = len(compiled.columns)
    texts = [n for n, column in enumerate(compiled.columns) if column.type.name in _SIZED]
    raw: list[tuple[Any, ...]] = []
    size = 0
    more = False
    for row in found:
        size += _CELL_BYTES * width
        for place in texts:
            if row[place] is not None:
                size += len(row[place])
        if len(raw) == compiled.limit or (raw and size > REPLY_BYTES_MAX):
            more = True
            break
        raw.append(row)
    scanned = len(raw) if compiled.matched is None else _matched(raw, compiled.matched)
    last = [raw[-1][n] for n in compiled.keys] if more and compiled.keys else None
    return Cut(compiled.columns, _wire(raw, compiled), last, more, scanned)


def _matched(raw: list[tuple[Any, ...]], place: int) -> int:
    return int(raw[0][place]) if raw else 0


def _wire(raw: list[tuple[Any, ...]], compiled: Compiled) -> list[list[Any]]:
    """Rows as lists, where only the columns that need it are converted."""
    width = len(compiled.columns)
    rows = [list(row[:width]) for row in raw]
    for place, column in enumerate(compiled.columns):
        convert = _converter(column.type, column.name)
        if convert is not None:
            for row in rows:
                if row[place] is not None:
                    row[place] = convert(row[place])
    return rows


def _converter(kind: Type, name: str) -> Callable[[Any], Any] | None:
    if kind.name in ("text", "ref"):
        return None
    if kind.name == "bool":
        return bool
    if kind.name == "float":
        return lambda value: _finite(value, name)
    if kind.name == "int":
        return lambda v: v if -INT_EXACT_MAX <= v <= INT_EXACT_MAX else str(v)
    return lambda value: encode(value, kind)


def _finite(value: float, name: str) -> float:
    if not math.isfinite(value):
        raise TooLarge(f"{shown(name)} is outside the numbers a float holds; fold fewer records.")
    return value + 0.0
