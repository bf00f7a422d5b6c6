"""The parts of a bulk load: what the child sent, gathered until it is worth a transaction, with the
ids that rows without a key get. Imported only when there is a bulk load: Arrow is heavy.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from mcp_servers.readers.frames import Frames
from mcp_servers.readers.parent import Message
from mcp_servers.stores.keys import key_column, twice
from mcp_servers.stores.parquet_lay import KEY, LINE
from registry.domain import CollectionSpec
from registry.errors import BadInput, TooLarge
from registry.limits import (
    BULK_PART_BYTES,
    BULK_PART_ROWS,
    REASONS_MAX,
    RECORD_BYTES_MAX,
)
from registry.record import Canonical


@dataclass(slots=True)
class Part:
    """Records that go into one transaction. `rows`: of the source, bad ones too; `line`: where it
    ends."""

    tables: list[pa.Table] = field(default_factory=list)
    rows: int = 0
    line: int = 0
    bad: int = 0
    reasons: list[tuple[int, str]] = field(default_factory=list)
    bytes: int = 0

    def add(self, table: pa.Table, message: Message) -> None:
        self.tables.append(table)
        self.rows += message["rows"]
        self.line = message["last"]
        self.bad += message["bad"]
        self.reasons += [(line, str(why)[:500]) for line, why in message["reasons"]]
        self.reasons = self.reasons[:REASONS_MAX]
        self.bytes += table.nbytes

    @property
    def full(self) -> bool:
        return self.rows >= BULK_PART_ROWS or self.bytes >= BULK_PART_BYTES

    def records(self) -> pa.Table:
        """All of it as columns without seams."""
        return pa.concat_tables(self.tables).combine_chunks()


class Gatherer:
    """Makes tables of messages: checked, with ids and keys. `hashed`: a row's id is its hash.
    `after`: the line behind which rows are wanted."""

    def __init__(
        self,
        spec: CollectionSpec,
        constants: Mapping[str, Canonical],
        *,
        hashed: bool,
        after: int,
    ) -> None:
        self._frames = Frames(spec, constants)
        self._repeats = Repeats() if hashed else None
        self._after = after

    def expect(self, fields: Any) -> None:
        """The fields of the columns to come."""
        self._frames.expect(fields)

    def table(self, message: Message) -> pa.Table | None:
        """The records of a message; `None` if all of them are behind us."""
        if not all(isinstance(message.get(name), int) for name in ("rows", "bad", "last")):
            raise BadInput("Reading the source gave no sense; the file may be hostile.")
        table = self._frames.table(message)
        if self._repeats is not None:
            ids = self._repeats.ids(table.column("id").combine_chunks())
            table = table.set_column(0, "id", ids)
        if message["last"] <= self._after:
            return None
        if len(table) and table.column(LINE)[0].as_py() <= self._after:
            table = table.filter(pc.greater(table.column(LINE), self._after))
        _check_sizes(table)
        return table.append_column(KEY, key_column(table.column("id").combine_chunks()))


class Repeats:
    """Which occurrence of its hash a row is, as `registry.shape.identity.Repeats` counts them, over
    all of a source. Keeps 8 bytes a row."""

    def __init__(self) -> None:
        self._seen: list[Any] = []
        self._again: dict[str, int] = {}

    def ids(self, hashes: Any) -> Any:
        """The hashes; from its second occurrence on one is followed by ":" and the count."""
        briefs = _briefs(hashes)
        known = self._known(briefs)
        self._seen.append(briefs)
        suspects = self._suspects(briefs, known)
        if not suspects:
            return hashes
        out = hashes.take(pa.array(suspects, pa.int64())).to_pylist()
        seen = set(known.to_pylist())
        for n, (row, text) in enumerate(zip(suspects, out, strict=True)):
            brief = briefs[row].as_py()
            if brief in seen:
                count = self._again[text] = self._again.get(text, 1) + 1
                out[n] = f"{text}:{count}"
            seen.add(brief)
        mask = pc.is_in(_places(len(hashes)), value_set=pa.array(suspects, pa.int64()))
        return pc.replace_with_mask(hashes, mask, pa.array(out, pa.string()))

    def _known(self, briefs: Any) -> Any:
        """Those of earlier rows that are among these."""
        if not self._seen:
            return briefs.slice(0, 0)
        earlier = pa.chunked_array(self._seen)
        return pc.unique(earlier.filter(pc.is_in(earlier, value_set=briefs)))

    def _suspects(self, briefs: Any, known: Any) -> list[int]:
        """Rows that share their brief with an earlier row or with each other."""
        doubtful = pa.concat_arrays([known, twice(briefs)])
        if not len(doubtful):
            return []
        found: list[int] = pc.indices_nonzero(pc.is_in(briefs, value_set=doubtful)).to_pylist()
        return found


def _briefs(hashes: Any) -> Any:
    """The first 64 bits of each hash; `BadInput` when it is none."""
    ends = pc.min_max(pc.binary_length(hashes)).as_py()
    if not len(hashes):
        return pa.array([], pa.uint64())
    if (ends["min"], ends["max"]) != (32, 32):
        raise BadInput("Reading the source gave rows that make no sense; the file may be hostile.")
    try:
        words = array("Q", bytes.fromhex(hashes.buffers()[2].to_pybytes().decode()))
    except ValueError:
        raise BadInput("Reading the source gave no sense; the file may be hostile.") from None
    if sys.byteorder != "little":
        words.byteswap()
    return pa.Array.from_buffers(pa.uint64(), len(hashes), [None, pa.py_buffer(words[::2])])


def _places(count: int) -> Any:
    one = pa.scalar(1, pa.int64())
    return pc.cumulative_sum(pa.repeat(one, count), start=pa.scalar(-1, pa.int64()))


def _check_sizes(table: pa.Table) -> None:
    """`TooLarge` for a record that no row may hold either."""
    texts = [c for c in table.columns if c.type in (pa.string(), pa.binary())]
    if sum(pc.max(pc.binary_length(c)).as_py() or 0 for c in texts) <= RECORD_BYTES_MAX:
        return
    sizes = pa.repeat(pa.scalar(0, pa.int64()), len(table))
    for column in texts:
        lengths = pc.fill_null(pc.binary_length(column), 0).cast(pa.int64())
        sizes = pc.add(sizes, lengths)
    if pc.max(sizes).as_py() > RECORD_BYTES_MAX:
        raise TooLarge("A value or a record is larger than the store holds; split it.")
