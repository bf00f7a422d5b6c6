"""Segment objects as Parquet, and their sidecars: writing them, and reading single rows.

NAME.parquet    the rows: id, version, _seq, extra, then the fields; zstd, small row groups
NAME.keys       one sorted little-endian uint64 per row: 48 bits of the id's hash, 16 of its row
NAME.X.words    full-text index (`fts`) over the fields that X stands for

A sidecar ends with the checksum of its name and of what stands before it; one that is missing,
damaged or another's is made again from the rows. An object whose bytes are not those of the
ledger's checksum is `Corrupt`, at the latest when this process first reads it, or first after its
file has changed.
"""

from __future__ import annotations

import contextlib
import hashlib
import threading
from array import array
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from mcp_servers.ports import Objects
from mcp_servers.segments import ENVELOPE, KEY_BITS, PHYSICAL, ColdRow, Segment, key_of
from mcp_servers.stores import fts
from mcp_servers.stores.arrow import ARROW
from mcp_servers.stores.files import SUM_BYTES, digest_of
from registry.errors import Corrupt, shown
from registry.limits import (
    DECODED_BYTES_MAX,
    KEYS_BYTES_MAX,
    OBJECTS_OPEN_MAX,
)
from registry.record import TypeName

_FEW: Final = 32  # ids that are looked up one by one
_BYTES: Final = 8  # of a key's entry


def table_of(rows: Sequence[tuple[Any, ...]], fields: Mapping[str, TypeName]) -> pa.Table:
    """Rows of (id, version, _seq, extra, fields…) as columns. Needs at least one row."""
    types = {**ENVELOPE, **{name: PHYSICAL[kind] for name, kind in fields.items()}}
    columns = zip(*rows, strict=True)
    return pa.table(
        {
            name: pa.array(column, ARROW[kind])
            for (name, kind), column in zip(types.items(), columns, strict=True)
        }
    )


def pack(columns: Mapping[str, str], rows: Sequence[tuple[Any, ...]]) -> pa.RecordBatch:
    """Rows of these columns, at least one."""
    kinds = [ARROW[kind] for kind in columns.values()]
    cells = list(zip(*rows, strict=True)) or [()] * len(kinds)
    arrays = [pa.array(column, kind) for column, kind in zip(cells, kinds, strict=True)]
    return pa.record_batch(arrays, names=list(columns))


def physical_of(column: pa.ChunkedArray) -> str:
    """How a column lies in an object, by its name in `PHYSICAL`."""
    return next(name for name, kind in ARROW.items() if kind == column.type)


def keys_of(ids: Sequence[str]) -> bytes:
    """The key sidecar of rows with these ids."""
    entries = array("Q", sorted(key_of(id) << KEY_BITS | row for row, id in enumerate(ids)))
    return entries.tobytes()


class Shelf:
    """A domain's objects as they are read by this process. Any thread may call."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._lock = threading.RLock()
        self._sound: dict[str, tuple[int, ...]] = {}
        self._keys: OrderedDict[str, array[int]] = OrderedDict()
        self._open: OrderedDict[str, pq.ParquetFile] = OrderedDict()
        self._decoded: OrderedDict[tuple[str, int, tuple[str, ...]], pa.Table] = OrderedDict()

    def path(self, segment: Segment) -> Path:
        """The object's file, its bytes as the ledger has them."""
        path = self._objects.local(segment.name)
        stamp = _stamp(path)
        if self._sound.get(segment.name) != stamp:
            self.let_go(segment)
            if not _has_sum(path, segment.checksum):
                raise Corrupt(
                    f"Object {shown(segment.name)} is not what was written; run a deep check, and"
                    " repair it from a backup."
                )
            self._sound[segment.name] = stamp
        return path

    def seek(self, segments: Sequence[Segment], ids: Collection[str]) -> list[tuple[Segment, int]]:
        """See `Cold.seek`."""
        keys = sorted({key_of(id) for id in ids})
        low, high = min(ids, default=""), max(ids, default="")
        found = []
        for segment in segments:
            span = segment.spans.get("id")
            if span and span.low is not None and (high < span.low or low > span.high):
                continue
            entries = self._entries(segment)
            places = _one_by_one(entries, keys) if len(keys) <= _FEW else _at_once(entries, keys)
            found += [(segment, place) for place in places]
        return found

    def read(self, segment: Segment, rows: Sequence[int], fields: Sequence[str]) -> list[ColdRow]:
        """See `Cold.read`."""
        size = self._group_rows(segment)
        by_group: dict[int, list[int]] = {}
        for row in rows:
            by_group.setdefault(row // size, []).append(row)
        held = [name for name in fields if name in segment.columns]
        out: dict[int, ColdRow] = {}
        for group, some in by_group.items():
            table = self._group(segment, group, [*ENVELOPE, *held])
            chosen = table.take([row - group * size for row in some])
            columns = {name: chosen.column(name).to_pylist() for name in chosen.column_names}
            empty = [None] * len(some)
            values = zip(*(columns.get(name, empty) for name in fields), strict=True)
            parts = (columns[name] for name in ENVELOPE)
            lines = values if fields else [()] * len(some)
            for row, id, version, seq, extra, line in zip(some, *parts, lines, strict=True):
                out[row] = ColdRow(segment.number, row, id, version, seq, extra, tuple(line))
        return [out[row] for row in rows]

    def words(self, segment: Segment, searched: tuple[str, ...], expression: str) -> list[int]:
        """The rows that a search expression finds in these fields."""
        name = _words(segment, searched)
        path = self._beside(segment, name, lambda part: self._index(segment, searched, part))
        return fts.search(path, expression)

    def prepare(self, segment: Segment, searched: tuple[str, ...]) -> None:
        """Make the sidecars now, so that no question waits for them. Keys kept from an object of
        this name that a sweep took away are no file."""
        self._keys_file(segment)
        if searched:
            self.words(segment, searched, '"a"')

    def sidecars(self, segment: Segment, searched: tuple[str, ...]) -> list[str]:
        """The names of the sidecars: of the keys, then of the words, if any field is searched."""
        names = [_beside(segment, ".keys")]
        return [*names, _words(segment, searched)] if searched else names

    def sealed(self, name: str) -> bool:
        """Whether a sidecar is there, and is what was written under its name."""
        try:
            return _sealed(self._objects.local(name), name)
        except (Corrupt, OSError):
            return False

    def entries(self, segment: Segment) -> array[int]:
        """The key sidecar: sorted, 48 bits of an id's hash and 16 of its row."""
        return self._entries(segment)

    def lay(self, segment: Segment, entries: bytes) -> None:
        """Keep the key sidecar of an object that was just written and read back."""
        name = _beside(segment, ".keys")
        self._objects.put(name, lambda path: _write(path, entries + _seal(name, entries)))
        for laid in (segment.name, name):
            self._sound[laid] = _stamp(self._objects.local(laid))

    def records(self, segment: Segment, rows: pa.Array, fields: Sequence[str]) -> pa.Table:
        """These rows as columns: `id`, `version`, `extra`, and of the fields those it has."""
        names = ["id", "version", "extra", *(name for name in fields if name in segment.columns)]
        size = self._group_rows(segment)
        groups = pc.unique(pc.divide(rows, size)).to_pylist()
        tables = [self._group(segment, group, names) for group in groups]
        firsts = [group * size for group in groups]
        some = [
            table.take(pc.subtract(_inside(rows, first, len(table)), first))
            for table, first in zip(tables, firsts, strict=True)
        ]
        return pa.concat_tables(some)

    def let_go(self, segment: Segment) -> None:
        """Know nothing of an object's files any more."""
        with self._lock:
            stem = segment.name.removesuffix(".parquet")
            for name in [name for name in self._sound if name.partition(".")[0] == stem]:
                del self._sound[name]
            self._keys.pop(segment.name, None)
            self._decoded.clear()
            file = self._open.pop(segment.name, None)
            if file is not None:
                file.close()

    def close(self) -> None:
        with self._lock:
            for file in self._open.values():
                file.close()
            self._open.clear()
            self._decoded.clear()
            self._keys.clear()

    # -- inside ----------------------------------------------------------------------------------

    def _group_rows(self, segment: Segment) -> int:
        """How many rows its row groups have; the last one may have fewer."""
        with self._lock:
            return int(self._file(segment).metadata.row_group(0).num_rows)

    def _group(self, segment: Segment, group: int, columns: list[str]) -> pa.Table:
        """A row group's columns. The last few are kept: neighbours are often read together."""
        key = (segment.name, group, tuple(columns))
        with self._lock:
            table = self._decoded.get(key)
            if table is None:
                table = self._decoded[key] = self._read_group(segment, group, columns)
                while sum(t.nbytes for t in self._decoded.values()) > DECODED_BYTES_MAX:
                    self._decoded.popitem(last=False)
            else:
                self._decoded.move_to_end(key)
            return table

    def _read_group(self, segment: Segment, group: int, columns: list[str]) -> pa.Table:
        try:
            return self._file(segment).read_row_group(group, columns=columns, use_threads=False)
        except (OSError, pa.ArrowException) as bad:
            raise Corrupt(
                f"Object {shown(segment.name)} cannot be read; restore a backup."
            ) from bad

    def _file(self, segment: Segment) -> pq.ParquetFile:
        path = self.path(segment)
        file = self._open.get(segment.name)
        if file is None:
            file = self._open[segment.name] = pq.ParquetFile(path, page_checksum_verification=True)
            if len(self._open) > OBJECTS_OPEN_MAX:
                self._open.popitem(last=False)[1].close()
        self._open.move_to_end(segment.name)
        return file

    def _entries(self, segment: Segment) -> array[int]:
        with self._lock:
            known = self._keys.get(segment.name)
            if known is not None:
                self._keys.move_to_end(segment.name)
                return known
        entries = array("Q", self._keys_file(segment).read_bytes()[:-SUM_BYTES])
        with self._lock:
            self._keys[segment.name] = entries
            while _BYTES * sum(map(len, self._keys.values())) > KEYS_BYTES_MAX:
                self._keys.popitem(last=False)
        return entries

    def _keys_file(self, segment: Segment) -> Path:
        name = _beside(segment, ".keys")
        return self._beside(segment, name, lambda part: self._index_keys(segment, part))

    def _index_keys(self, segment: Segment, path: Path) -> None:
        table = pq.read_table(self.path(segment), columns=["id"])
        path.write_bytes(keys_of(table.column(0).to_pylist()))

    def _index(self, segment: Segment, searched: tuple[str, ...], path: Path) -> None:
        table = pq.read_table(
            self.path(segment), columns=[n for n in searched if n in segment.columns]
        )
        empty = [None] * segment.rows
        columns = [
            table.column(name).to_pylist() if name in segment.columns else empty
            for name in searched
        ]
        fts.build(path, searched, zip(*columns, strict=True))

    def _beside(self, segment: Segment, name: str, write: Callable[[Path], None]) -> Path:
        """A sidecar's file, made if it is not there or not sound."""
        with contextlib.suppress(Corrupt):
            path = self._objects.local(name)
            stamp = _stamp(path)
            if self._sound.get(name) == stamp or _sealed(path, name):
                self._sound[name] = stamp
                return path
        self.path(segment)  # what is made must come from sound rows

        def write_sealed(path: Path) -> None:
            write(path)
            with path.open("rb+") as file:  # never a new one, in case a sweep took it away
                file.write(_seal(name, file.read()))

        self._objects.put(name, write_sealed)
        path = self._objects.local(name)
        self._sound[name] = _stamp(path)
        return path


def _inside(rows: pa.Array, first: int, count: int) -> pa.Array:
    return rows.filter(pc.and_(pc.greater_equal(rows, first), pc.less(rows, first + count)))


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def _sum(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=SUM_BYTES).digest()


def _seal(name: str, data: bytes) -> bytes:
    """Two segments' sidecars that change places are found, too."""
    return _sum(name.encode() + b"\x00" + data)


def _sealed(path: Path, name: str) -> bool:
    data = path.read_bytes()
    return data[-SUM_BYTES:] == _seal(name, data[:-SUM_BYTES])


def _has_sum(path: Path, checksum: str) -> bool:
    try:
        return digest_of(path) == checksum
    except OSError:
        return False


def _stamp(path: Path) -> tuple[int, ...]:
    """What moves when somebody writes or replaces the file; empty when it is just gone."""
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_size, found.st_mtime_ns, found.st_ino


def _beside(segment: Segment, suffix: str) -> str:
    return segment.name.removesuffix(".parquet") + suffix


def _words(segment: Segment, searched: tuple[str, ...]) -> str:
    mark = hashlib.blake2b("\x00".join(searched).encode(), digest_size=4).hexdigest()
    return _beside(segment, f".{mark}.words")


def _one_by_one(entries: array[int], keys: Sequence[int]) -> list[int]:
    mask = (1 << KEY_BITS) - 1
    found = []
    for key in keys:
        at = bisect_left(entries, key << KEY_BITS)
        while at < len(entries) and entries[at] >> KEY_BITS == key:
            found.append(entries[at] & mask)
            at += 1
    return found


def _at_once(entries: array[int], keys: Sequence[int]) -> list[int]:
    column = pa.Array.from_buffers(pa.uint64(), len(entries), [None, pa.py_buffer(entries)])
    wanted = pa.array(keys, pa.uint64())
    hit = pc.is_in(pc.shift_right(column, pa.scalar(KEY_BITS, pa.uint64())), value_set=wanted)
    mask = pa.scalar((1 << KEY_BITS) - 1, pa.uint64())
    found: list[int] = pc.bit_wise_and(column.filter(hit), mask).to_pylist()
    return found
