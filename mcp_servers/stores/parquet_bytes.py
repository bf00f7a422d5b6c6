"""The bytes of a segment's object: made of a table, and proven on disk. Keeps nothing."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from mcp_servers.segments import Span
from mcp_servers.stores.files import SUM_BYTES, digest_of
from mcp_servers.stores.spans import span, span_of
from registry.limits import ROW_GROUP_ROWS

_SAMPLE_ROWS: Final = 2_048
_ENCODINGS: Final = {pa.int64(): "DELTA_BINARY_PACKED", pa.float64(): "BYTE_STREAM_SPLIT"}


def bytes_of(table: pa.Table) -> bytes:
    """The object's bytes; equal tables give equal bytes.

    Integers that do not repeat lie there as differences: times in order take next to nothing, and
    all of them are written and scanned two or three times as fast as packed plain ones. Floats that
    do not repeat lie there byte by byte, all first bytes before all second ones: written in half
    the time, scanned in two thirds.
    """
    sink = pa.BufferOutputStream()
    repeating = [name for name in table.column_names if _repeats(table.column(name))]
    encodings = {
        field.name: _ENCODINGS[field.type]
        for field in table.schema
        if field.type in _ENCODINGS and field.name not in repeating
    }
    pq.write_table(
        table,
        sink,
        compression="zstd",
        use_dictionary=repeating,
        column_encoding=encodings,
        row_group_size=ROW_GROUP_ROWS,
        write_page_checksum=True,
        store_schema=False,
    )
    data: bytes = sink.getvalue().to_pybytes()
    return data


def _repeats(column: pa.ChunkedArray) -> bool:
    """Whether a dictionary of its values would be worth making, as its first ones tell.

    Texts that may be missing have one in any case: DuckDB 2.0.0 takes every row of a row group for
    `IS NULL` where the others are all the same text and lie there plainly.
    """
    if column.null_count and column.type in (pa.string(), pa.binary()):
        return True
    some = column.slice(0, _SAMPLE_ROWS)
    return bool(pc.count_distinct(some, mode="all").as_py() * 2 <= len(some))


def checksum_of(data: bytes) -> str:
    """The checksum of an object's bytes."""
    return blake2b(data, digest_size=SUM_BYTES).hexdigest()


def holds(path: Path, checksum: str, table: pa.Table) -> bool:
    """Whether the file has these bytes, and they are this table."""
    return digest_of(path) == checksum and bool(pq.read_table(path).equals(table))


def proven(path: Path, checksum: str, table: pa.Table) -> dict[str, Span] | None:
    """The span of each column, if the file has these bytes, and they are this table as far as a
    look tells; else `None`. Looked at are its columns, how many rows and gaps they have, the ends
    of all numbers, and every cell of one row group with the ends of its texts. The checksum chooses
    which one.

    For tables that come out of Arrow and can be had from their source again; `holds` decodes all.
    """
    if digest_of(path) != checksum:
        return None
    with pq.ParquetFile(path, page_checksum_verification=True) as file:
        told = file.metadata
        if told.num_rows != len(table) or file.schema_arrow != table.schema.remove_metadata():
            return None
        group = int(checksum, 16) % told.num_row_groups
        found = file.read_row_group(group, use_threads=False)
    first = group * ROW_GROUP_ROWS
    if not found.equals(table.slice(first, ROW_GROUP_ROWS)):
        return None
    spans: dict[str, Span] = {}
    for place, name in enumerate(table.column_names):
        groups = [told.row_group(n).column(place).statistics for n in range(told.num_row_groups)]
        proof = _proven(groups, table.column(name), group)
        if proof is None:
            return None
        spans[name] = proof
    return spans


def _proven(groups: Sequence[Any], column: pa.ChunkedArray, group: int) -> Span | None:
    """The span of a column, if its row groups tell the same of it."""
    if not all(groups) or sum(one.null_count for one in groups) != column.null_count:
        return None
    if column.type != pa.string():  # quickly found; of texts it takes a hundred times as long
        ends = span_of(column)
        return ends if _same_ends(groups, ends) else None
    some = span_of(column.slice(group * ROW_GROUP_ROWS, ROW_GROUP_ROWS))
    return _told(groups) if _same_ends([groups[group]], some) else None


def _same_ends(groups: Sequence[Any], span: Span) -> bool:
    """Whether the ends that row groups tell are these; Parquet leaves out long ones."""
    told = _told(groups)
    return None in (told.low, span.low) or (told.low, told.high) == (span.low, span.high)


def _told(groups: Sequence[Any]) -> Span:
    """The span that row groups tell of a column."""
    nulls = sum(one.null_count for one in groups)
    held = [one for one in groups if one.num_values]
    if not held or not all(one.has_min_max for one in held):
        return Span(None, None, nulls)
    return span(min(one.min for one in held), max(one.max for one in held), nulls)
