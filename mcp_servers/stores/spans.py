"""The ends of columns, as the ledger keeps them to pass by what a question cannot find. Pure."""

from __future__ import annotations

from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from mcp_servers.segments import Span

_CHARS_MAX: Final = 80


def spans_of(table: pa.Table) -> dict[str, Span]:
    """The span of each column; long texts and bytes have no ends."""
    return {name: span_of(table.column(name)) for name in table.column_names}


def span_of(column: pa.ChunkedArray) -> Span:
    """The span of one column."""
    if column.type == pa.binary():
        return Span(None, None, column.null_count)
    ends = pc.min_max(column).as_py()
    return span(ends["min"], ends["max"], column.null_count)


def span(low: Any, high: Any, nulls: int) -> Span:
    """What is kept of the ends that were found."""
    if isinstance(low, str) and max(len(low), len(high)) > _CHARS_MAX:
        low = high = None
    return Span(low, high, nulls)
