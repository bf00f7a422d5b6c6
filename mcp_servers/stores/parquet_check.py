"""What is wrong with a segment's object and its sidecars, read from the disk to the last byte."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from mcp_servers.ports import Objects
from mcp_servers.segments import ENVELOPE, KEY_BITS, Segment, Span
from mcp_servers.stores.arrow import ARROW
from mcp_servers.stores.files import digest_of
from mcp_servers.stores.parquet import Shelf, keys_of
from mcp_servers.stores.spans import spans_of
from registry.errors import Corrupt

KEY_MASK: Final = (1 << KEY_BITS) - 1


def object_fault(objects: Objects, segment: Segment, *, deep: bool) -> str | None:
    """Its size; `deep`: its checksum, and whether it reads as the records that the ledger tells
    of. `None`: it is sound."""
    try:
        path = objects.local(segment.name)
        if path.stat().st_size != segment.bytes:
            return f"it has {path.stat().st_size:,} bytes and had {segment.bytes:,}"
        if not deep:
            return None
        if digest_of(path) != segment.checksum:
            return "it is not what was written"
        return _told(path, segment)
    except Corrupt:
        return "it is missing"
    except OSError as bad:
        return f"it cannot be read ({bad.strerror})"


def _told(path: Path, segment: Segment) -> str | None:
    """Where the ledger's words of an object are not so."""
    try:
        table = pq.read_table(path, page_checksum_verification=True)
    except pa.ArrowException:
        return "it is no readable Parquet"
    kinds = {**ENVELOPE, **segment.columns}
    if table.num_rows != segment.rows:
        return f"it holds {table.num_rows:,} records and the ledger says {segment.rows:,}"
    if {f.name: f.type for f in table.schema} != {name: ARROW[k] for name, k in kinds.items()}:
        return "its columns are not those of the ledger"
    found = spans_of(table)
    wrong = [name for name, span in segment.spans.items() if not _covers(span, found.get(name))]
    return f"the ledger's statistics of {wrong[0]} leave out some of its values" if wrong else None


def _covers(told: Span, found: Span | None) -> bool:
    """Whether pruning by what is told never passes by a record."""
    if found is None or told.nulls != found.nulls:
        return False
    if told.low is None or told.high is None or found.low is None or found.high is None:
        return True
    return bool(told.low <= found.low and found.high <= told.high)


def mended(
    objects: Objects, segment: Segment, searched: Sequence[str]
) -> tuple[list[str], list[str]]:
    """The sidecars of a sound object that were wrong, and those that were never made or not since
    the searched fields changed. All are made again now."""
    shelf = Shelf(objects)
    try:
        keys, *words = shelf.sidecars(segment, tuple(searched))
        wrong = [n for n in (keys, *words) if not shelf.sealed(n)]
        if keys not in wrong and not _same_keys(objects, segment, keys):
            objects.remove(keys)
            wrong.append(keys)
        missing = [name for name in wrong if name in words and not _there(objects, name)]
        shelf.prepare(segment, tuple(searched))
    finally:
        shelf.close()
    return [name for name in wrong if name not in missing], missing


def _there(objects: Objects, name: str) -> bool:
    try:
        return objects.local(name).is_file()
    except Corrupt:
        return False


def _same_keys(objects: Objects, segment: Segment, name: str) -> bool:
    ids = pq.read_table(objects.local(segment.name), columns=["id"]).column(0).to_pylist()
    wanted = keys_of(ids)
    return objects.local(name).read_bytes()[: len(wanted)] == wanted


def live_entries(entries: Any, live: int, dead: Sequence[int]) -> pa.Array:
    """The entries of a key sidecar whose rows are live."""
    column = pa.Array.from_buffers(pa.uint64(), len(entries), [None, pa.py_buffer(entries)])
    row = pc.bit_wise_and(column, pa.scalar(KEY_MASK, pa.uint64()))
    gone = pc.is_in(row, value_set=pa.array(dead, pa.uint64()))
    return column.filter(pc.and_not(pc.less(row, pa.scalar(live, pa.uint64())), gone))


def repeated(entries: Sequence[pa.Array], keys: Sequence[int]) -> list[int]:
    """The keys that are there more than once, in entries of key sidecars and these together."""
    shift = pa.scalar(KEY_BITS, pa.uint64())
    columns = [pc.shift_right(column, shift) for column in entries]
    every = pa.chunked_array([*columns, pa.array(keys, pa.uint64())], pa.uint64())
    ordered = every.take(pc.sort_indices(every)).combine_chunks()
    if len(ordered) < 2:
        return []
    same = pc.equal(ordered.slice(1), ordered.slice(0, len(ordered) - 1))
    found: list[int] = pc.unique(ordered.slice(1).filter(same)).to_pylist()
    return found
