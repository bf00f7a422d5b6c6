"""The parts of a bulk load: what the child sent, gathered until it is worth a transaction, with the
ids that rows without a key get. Imported only when there is a bulk load: Arrow is heavy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mcp_servers.readers.frames import Frames
from mcp_servers.readers.parent import Message
from mcp_servers.stores.keys import Keys, Mask, again, common, is_in, key_column
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

_FIRST: Final = 4  # times as small as the others the first part is
_HEX: Final = 32  # characters of a row's hash


@dataclass(slots=True)
class Part:
    """Records that go into one transaction. `rows`: of the source, bad ones too; `line`: where it
    ends. The `first` one is small, so that writing starts early."""

    tables: list[pa.Table] = field(default_factory=list)
    rows: int = 0
    line: int = 0
    bad: int = 0
    reasons: list[tuple[int, str]] = field(default_factory=list)
    bytes: int = 0
    first: bool = False

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
        most = BULK_PART_ROWS // (_FIRST if self.first else 1)
        return self.rows >= most or self.bytes >= BULK_PART_BYTES

    @property
    def records(self) -> pa.Table:
        """All of it, once it is finished."""
        return pa.concat_tables(self.tables)


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
        """The records of a message, without their keys, and with hashes that are not yet counted;
        `None` if all of them are behind us."""
        if not all(isinstance(message.get(name), int) for name in ("rows", "bad", "last")):
            raise BadInput("Reading the source gave no sense; the file may be hostile.")
        table = self._frames.table(message)
        if message["last"] > self._after:
            return table
        if self._repeats is not None:
            self._repeats.ids(table.column("id"))
        return None

    def finish(self, part: Part) -> None:
        """Give the records of a part their ids and keys: all at once, as each look at what came
        before costs what there is of it."""
        table = pa.concat_tables(part.tables)
        if self._repeats is not None:
            table = table.set_column(0, "id", self._repeats.ids(table.column("id")))
        if len(table) and table.column(LINE)[0].as_py() <= self._after:
            table = table.filter(pc.greater(table.column(LINE), self._after))
        _check_sizes(table)
        ids = table.column("id").combine_chunks()
        part.tables = [table.append_column(KEY, key_column(ids))]


class Repeats:
    """Which occurrence of its hash a row is, as `registry.shape.identity.Repeats` counts them, over
    all of a source. Keeps 8 bytes a row."""

    def __init__(self) -> None:
        self._seen: list[Keys] = []
        self._again: dict[str, int] = {}

    def ids(self, column: Any) -> Any:
        """The hashes; from its second occurrence on one is followed by ":" and the count."""
        hashes = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        briefs = _briefs(hashes)
        ordered = np.sort(briefs)
        found = common(ordered, self._seen)
        known = [run[rows] for run, rows in zip(self._seen, found, strict=True)]
        doubtful = np.unique(np.concatenate([again(ordered), *known]))
        self._seen.append(ordered)
        if not len(doubtful):
            return hashes
        return self._counted(hashes, briefs, is_in(briefs, doubtful), _all(known))

    def _counted(self, hashes: Any, briefs: Keys, suspects: Mask, seen: set[int]) -> Any:
        """Row by row, those that share their brief with an earlier row or with each other."""
        mask = pa.array(suspects)
        out = hashes.filter(mask).to_pylist()
        for n, (text, brief) in enumerate(zip(out, briefs[suspects].tolist(), strict=True)):
            if brief in seen:
                count = self._again[text] = self._again.get(text, 1) + 1
                out[n] = f"{text}:{count}"
            seen.add(brief)
        return pc.replace_with_mask(hashes, mask, pa.array(out, pa.string()))


def _all(parts: Iterable[Keys]) -> set[int]:
    return {value for part in parts for value in part.tolist()}


def _briefs(hashes: Any) -> Keys:
    """The first 64 bits of each hash; `BadInput` when it is none."""
    ends = pc.min_max(pc.binary_length(hashes)).as_py()
    if not len(hashes):
        return np.empty(0, np.uint64)
    try:
        if (ends["min"], ends["max"]) != (_HEX, _HEX):
            raise ValueError("length")
        _, borders, data = hashes.buffers()
        first = np.frombuffer(borders, np.int32)[hashes.offset]
        digests = bytes.fromhex(data[first : first + _HEX * len(hashes)].to_pybytes().decode())
        words = np.frombuffer(digests, "<u8").reshape(len(hashes), 2)
    except ValueError:
        raise BadInput("Reading the source gave no sense; the file may be hostile.") from None
    return words[:, 0].astype(np.uint64)


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
