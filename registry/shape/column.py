"""A table's shape as values: columns, foreign keys, and which column plays which part."""

from __future__ import annotations

from dataclasses import dataclass, field

from registry.record import Type
from registry.shape.infer import Evidence


@dataclass(frozen=True, slots=True)
class ColumnShape:
    """A column: its header, the field name it would have, and the type that all cells seen fit."""

    header: str
    name: str
    kind: Type
    evidence: Evidence
    format: str = ""
    unit: str | None = None
    declared_key: bool = False


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """`column` holds keys of `table`."""

    column: str
    table: str


@dataclass(frozen=True, slots=True)
class Shape:
    """A table. `key`, `time` and `label` are headers. `complete`: every row was looked at."""

    table: str
    columns: tuple[ColumnShape, ...]
    rows: int | None = None
    complete: bool = False
    key: str | None = None
    time: str | None = None
    label: str | None = None
    foreign: tuple[ForeignKey, ...] = ()
    notes: tuple[str, ...] = field(default=())

    @property
    def declared(self) -> bool:
        """Whether the file says what the columns hold: then an empty table means something."""
        return any(column.evidence.declared is not None for column in self.columns)

    def column(self, header: str) -> ColumnShape:
        return next(column for column in self.columns if column.header == header)
