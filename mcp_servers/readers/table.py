"""What a reader delivers: the heads of the tables in a source, and batches of their rows.

Cells are text (`typed=False`) or JSON values (`typed=True`). Lines count from 1, as an editor shows
them; in a JSON array, Parquet or SQLite file they are the row's ordinal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from mcp_servers.readers.block import Block
from registry import limits
from registry.errors import BadInput, TooLarge

BATCH_ROWS = limits.LOAD_BATCH_ROWS


@dataclass(frozen=True, slots=True)
class Column:
    """A column's header as the reader made it distinct, and what the file declares about it.

    `declared`: (type name, cell format, decimal scale).
    """

    header: str
    declared: tuple[str, str, int] | None = None
    key: bool = False


@dataclass(frozen=True, slots=True)
class Foreign:
    """A declared foreign key."""

    columns: tuple[str, ...]
    table: str
    to: tuple[str, ...]


@dataclass(slots=True)
class Batch:
    """Rows in row-major order. `faults` are rows that could not be read: (line, reason).

    `spill`: for each row, values outside the head's columns (a JSON object may bring a new key
    late).
    """

    rows: list[Sequence[Any]]
    lines: Sequence[int]
    faults: list[tuple[int, str]] = field(default_factory=list)
    spill: list[dict[str, Any] | None] | None = None

    @property
    def count(self) -> int:
        return len(self.rows) + len(self.faults)


@dataclass(slots=True)
class Table:
    """One table of a source. `batches(headers)` starts from the beginning; `None`: the head's own
    columns.
    """

    name: str
    columns: tuple[Column, ...]
    typed: bool
    batches: Callable[[], Iterator[Batch]]
    rows: int | None = None
    foreign: tuple[Foreign, ...] = ()
    notes: list[str] = field(default_factory=list)
    #: the same rows as `batches`, where many at once can be told from their bytes
    blocks: Callable[[], Iterator[Batch | Block]] | None = None
    #: an object's keys, not its place, say which cell is which (JSON): a row's identity ignores
    #: empty ones
    keyed: bool = False

    def to_wire(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "typed": self.typed,
            "columns": [
                {"header": c.header, "declared": c.declared, "key": c.key} for c in self.columns
            ],
            "rows": self.rows,
            "foreign": [{"columns": f.columns, "table": f.table, "to": f.to} for f in self.foreign],
        }


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read. What readers keep open goes onto `opened`, which closes it."""

    path: str
    name: str
    bytes: int
    opened: ExitStack


class Cut(Exception):
    """The source ends too early; the rows before the cut are good."""


def check_width(count: int, table: str) -> None:
    """`TooLarge` for a table wider than any engine should see."""
    if count > limits.COLUMNS_MAX:
        raise TooLarge(
            f"{table} has {count:,} columns; the most is {limits.COLUMNS_MAX:,}. "
            "Reshape it to one row per value, or select columns."
        )
    if count == 0:
        raise BadInput(f"{table} has no columns.")


def distinct_headers(raw: Sequence[str], notes: list[str]) -> list[str]:
    """Printable, short, distinct headers; what had to change is noted."""
    out: list[str] = []
    taken: set[str] = set()
    changed = 0
    for position, header in enumerate(raw, 1):
        clean = "".join(c for c in header if c.isprintable()).strip()[:120] or f"column {position}"
        name, count = clean, 1
        while name in taken:
            count += 1
            name = f"{clean} {count}"
        changed += name != header.strip()
        taken.add(name)
        out.append(name)
    if changed:
        notes.append(
            f"{changed} headers were empty, repeated or unprintable and got distinct names"
        )
    return out
