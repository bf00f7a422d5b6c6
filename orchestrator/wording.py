"""One sentence that says what an answer's rows say. Pure."""

from __future__ import annotations

from typing import Any

from registry.check import Column
from registry.record import NUMERIC

_CELLS_SHOWN = 4


def sentence(
    label: str | None, columns: tuple[Column, ...], rows: list[list[Any]], *, cut: bool
) -> str:
    """`label` is the plan in words.

    A single value is said; more rows are counted and the first one is said.
    """
    head = f"{label}: " if label else ""
    if not rows:
        return f"{head}nothing found."
    if len(rows) == 1:
        return f"{head}{_row(columns, rows[0])}."
    more = "more than " if cut else ""
    return f"{head}{more}{len(rows)} rows; first {_row(columns, rows[0])}."


def _row(columns: tuple[Column, ...], row: list[Any]) -> str:
    if len(row) == 1:
        return value(columns[0], row[0])
    parts = [f"{c.name} {value(c, v)}" for c, v in zip(columns, row, strict=True) if v is not None]
    return ", ".join(parts[:_CELLS_SHOWN])


def value(column: Column, cell: Any) -> str:
    """A cell for a person: thousands separated, units said, floats short."""
    if cell is None:
        return "none"
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        cell = (
            f"{cell:,.2f}".rstrip("0").rstrip(".")
            if abs(cell) >= 0.01 or cell == 0
            else f"{cell:.3g}"
        )
    elif isinstance(cell, int):
        cell = f"{cell:,}"
    unit = f" {column.unit}" if column.unit and column.type.name in NUMERIC else ""
    return f"{cell}{unit}"
