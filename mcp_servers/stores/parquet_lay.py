"""Columns of records laid down as segments: cut, written, read back, with their sidecars. The
other way into an object is the mover's, from rows; both make the same one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from mcp_servers.ports import Objects
from mcp_servers.segments import (
    ENVELOPE,
    HASH_BUCKETS,
    NO_TIME,
    Segment,
    State,
    bucket_of,
    folder_of,
    hash_bucket,
    month_bounds,
)
from mcp_servers.stores import parquet, parquet_bytes
from mcp_servers.stores.keys import key_entries
from mcp_servers.stores.parquet import Shelf
from mcp_servers.stores.sqlite_schema import Table
from registry.errors import Corrupt
from registry.limits import SEGMENT_BYTES_MAX, SEGMENT_ROWS_MAX

#: the line of its source
LINE: Final = "_line"
#: the key of each record (48 bits), beside its columns until it is laid down
KEY: Final = "_key"


def written(records: pa.Table, rows: Any, versions: Any, seq: int) -> pa.Table:
    """These rows of loaded records as they lie in an object, their keys beside them."""
    chosen = records if len(rows) == len(records) else records.take(rows)
    envelope = {
        "id": chosen.column("id"),
        "version": versions,
        "_seq": pa.repeat(pa.scalar(seq, pa.int64()), len(chosen)),
        "extra": chosen.column("extra"),
    }
    ours = {*envelope, LINE, KEY}
    fields = {n: chosen.column(n) for n in chosen.column_names if n not in ours}
    return pa.table({**envelope, **fields, KEY: chosen.column(KEY)})


# -- cutting ---------------------------------------------------------------------------------------


def sheets(table: Table, records: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    """(bucket, records in the order of their segment), each as large as one segment may be."""
    time = table.spec.time
    pieces = _by_hash(records) if time is None else _by_month(table, time, _in_order(records, time))
    for bucket, piece in pieces:
        for sheet in _evenly(piece):
            yield from ((bucket, part) for part in _within_bytes(sheet))


def _evenly(records: pa.Table) -> Iterator[pa.Table]:
    """As few as may be, and none that is left over small."""
    count = -(-len(records) // SEGMENT_ROWS_MAX)
    for number in range(count):
        first, end = (len(records) * n // count for n in (number, number + 1))
        yield records.slice(first, end - first)


def _within_bytes(records: pa.Table) -> Iterator[pa.Table]:
    if records.nbytes <= SEGMENT_BYTES_MAX or len(records) < 2:
        yield records
        return
    half = len(records) // 2
    yield from _within_bytes(records.slice(0, half))
    yield from _within_bytes(records.slice(half))


def _in_order(records: pa.Table, time: str) -> pa.Table:
    """By time and id, those without a time last."""
    if time in records.column_names:
        if _rises(records.column(time)):
            return records
        keys = [(time, "ascending"), ("id", "ascending")]
    else:  # the load fills other fields
        keys = [("id", "ascending")]
    return records.combine_chunks().take(pc.sort_indices(records, sort_keys=keys))


def _rises(times: Any) -> bool:
    before, behind = times.slice(0, max(0, len(times) - 1)), times.slice(1)
    rising = pc.all(pc.less(before, behind), min_count=0).as_py() is not False
    return rising and not times.null_count


def _by_month(table: Table, time: str, records: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    held = time in records.column_names
    times = records.column(time) if held else pa.nulls(len(records), pa.int64())
    known = len(times) - times.null_count
    unit_us = table.spec.fields[time].type == "time"
    at = 0
    while at < known:
        bucket = bucket_of(table.spec, "", times[at].as_py())
        end = month_bounds(bucket, unit_us=unit_us)[1]
        stop = bisect_left(range(known), end, at, known, key=lambda row: times[row].as_py())
        yield bucket, records.slice(at, stop - at)
        at = stop
    if known < len(times):
        yield NO_TIME, records.slice(known)


def _by_hash(records: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    mask = pa.scalar(HASH_BUCKETS - 1, pa.uint64())
    place = pc.bit_wise_and(records.column(KEY), mask)
    for number in range(HASH_BUCKETS):
        some = records.filter(pc.equal(place, pa.scalar(number, pa.uint64())))
        if len(some):
            yield (
                hash_bucket(number),
                some.take(pc.sort_indices(some, sort_keys=[("id", "ascending")])),
            )


# -- laying down -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Layer:
    """Lays down records of one tenant's collection. `mark` keeps its objects apart from those of
    every other load, so that what is swept of a dead one is never of a living one."""

    objects: Objects
    shelf: Shelf
    table: Table
    tenant: str
    mark: str

    def lay(self, bucket: str, sheet: pa.Table) -> Segment:
        """The object on disk, read back and equal, and its sidecars."""
        keys = sheet.column(KEY)
        columns = sheet.drop_columns([KEY])
        data = parquet_bytes.bytes_of(columns)
        checksum = parquet_bytes.checksum_of(data)
        folder = f"{self.table.name}/{folder_of(self.tenant)}/{bucket}"
        name = f"{folder}/{checksum}-{self.mark}.parquet"
        size = self.objects.put(name, lambda path: _write(path, data))
        spans = parquet_bytes.proven(self.objects.local(name), checksum, columns)
        if spans is None:
            raise Corrupt(f"Object {name} does not read back as it was written; check the disk.")
        held = {n: parquet.physical_of(columns.column(n)) for n in columns.column_names}
        fields = {n: kind for n, kind in held.items() if n not in ENVELOPE}
        segment = Segment(
            0, name, self.tenant, self.table.name, bucket, State.COLD, len(columns), len(columns),
            0, size, checksum, fields, spans,
        )  # fmt: skip
        self.shelf.lay(segment, key_entries(keys.combine_chunks()))
        self.shelf.prepare(segment, self.table.searched)
        return segment


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)
