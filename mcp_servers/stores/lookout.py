"""What is stored under the ids of records that are loaded, as columns: from segments by their key
sidecars, from rows by their key index. Runs inside somebody's snapshot or transaction.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import apsw
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mcp_servers.segments import KEY_BITS, PHYSICAL, Segment
from mcp_servers.stores import sqlite_bulk
from mcp_servers.stores.arrow import ARROW
from mcp_servers.stores.keys import common
from mcp_servers.stores.meeting import Stored
from mcp_servers.stores.parquet import Shelf, table_of
from mcp_servers.stores.parquet_lay import KEY
from mcp_servers.stores.sqlite_bulk import Sight
from mcp_servers.stores.sqlite_schema import Table

_FEW: Final = 20_000  # ids that are looked up one by one
_BITS: Final = np.uint64(KEY_BITS)
_ROW: Final = np.uint64((1 << KEY_BITS) - 1)


def look(
    connection: apsw.Connection, shelf: Shelf, table: Table, tenant: str, seen: Sight,
    records: pa.Table,
) -> Stored:  # fmt: skip
    """The stored records with these ids, and perhaps a few others."""
    found: list[pa.Table] = []
    places: list[tuple[int, int]] = []
    for segment, rows in _hits(shelf, _reached(seen.segments, records), records):
        live = [
            row for row in rows if row < segment.live and (segment.number, row) not in seen.dead
        ]
        if live:
            found.append(
                _fitted(shelf.records(segment, pa.array(live, pa.int64()), table.fields), table)
            )
            places += [(segment.number, row) for row in live]
    if seen.rows:
        wanted = _rows(connection, table, tenant, records)
        for some in sqlite_bulk.rows_at(connection, table, wanted):
            kinds = {name: field.type for name, field in table.spec.fields.items()}
            found.append(_fitted(table_of([row[1:] for row in some], kinds), table))
            places += [(0, row[0]) for row in some]
    return Stored(_together(found, table), places)


def _reached(segments: Sequence[Segment], records: pa.Table) -> list[Segment]:
    """Those that may hold one of the ids."""
    ends = pc.min_max(records.column("id")).as_py()
    low, high = ends["min"], ends["max"]
    out = []
    for segment in segments:
        span = segment.spans.get("id")
        if low is None or (span and span.low is not None and (high < span.low or low > span.high)):
            continue
        out.append(segment)
    return out


def _hits(
    shelf: Shelf, segments: Sequence[Segment], records: pa.Table
) -> Iterator[tuple[Segment, list[int]]]:
    """Rows of segments whose key is one of the records', sorted."""
    wanted = records.column(KEY).to_numpy() << _BITS
    runs = [np.frombuffer(shelf.entries(segment), np.uint64) for segment in segments]
    hits = common(wanted, runs, below=KEY_BITS) if runs else []
    for segment, run, places in zip(segments, runs, hits, strict=True):
        if len(places):
            yield segment, sorted((run[places] & _ROW).tolist())


def _rows(connection: apsw.Connection, table: Table, tenant: str, records: pa.Table) -> list[int]:
    """`_row` of those that are rows."""
    ids = records.column("id")
    if len(records) <= _FEW:
        return sqlite_bulk.places_of(connection, table, tenant, ids.to_pylist())
    known: list[Any] = []
    numbers: list[Any] = []
    for some in sqlite_bulk.all_ids(connection, table, tenant):
        known.append(pa.array([id for id, _ in some], pa.string()))
        numbers.append(pa.array([place for _, place in some], pa.int64()))
    hit = pc.is_in(pa.chunked_array(known, pa.string()), value_set=ids)
    found: list[int] = pa.chunked_array(numbers, pa.int64()).filter(hit).to_pylist()
    return found


def _fitted(records: pa.Table, table: Table) -> pa.Table:
    """With every field, in the order of the spec; those that it lacks are empty."""
    out = {name: records.column(name) for name in ("id", "version", "extra")}
    for name, field in table.spec.fields.items():
        kind = ARROW[PHYSICAL[field.type]]
        held = name in records.column_names
        out[name] = records.column(name) if held else pa.nulls(len(records), kind)
    return pa.table(out)


def _together(found: Sequence[pa.Table], table: Table) -> pa.Table:
    nothing = {"id": pa.string(), "version": pa.int64(), "extra": pa.string()}
    empty = pa.table({name: pa.array([], kind) for name, kind in nothing.items()})
    return pa.concat_tables([_fitted(empty, table), *found]).combine_chunks()
