"""Rows of a source as Arrow columns of canonical values: what a bulk load is fed with.

Blocks of plain lines are converted a column at a time (`lanes`); everything else goes through the
same `Maker` as a load of rows. A row without a key is told by its hash alone: which repeat of it
this is, the parent counts. Runs in the reader's child only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any, Final

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from mcp_servers.readers.arrays import to_wire
from mcp_servers.readers.block import Block
from mcp_servers.readers.lanes import Column, column_of, packed
from mcp_servers.readers.rows import NO_KEY, Job, Maker, Target, checked, misfits
from mcp_servers.readers.table import Batch, Table
from registry import limits
from registry.errors import shown
from registry.record import row_hash

_HASH_BYTES: Final = 16
_DIGITS: Final = frozenset({"int", "text", "ref"})


class Hashes:
    """The hash of each row, as `registry.shape.identity.Repeats` makes it, repeats not counted."""

    def __init__(self, constants: Mapping[str, Any]) -> None:
        self.constants = orjson.dumps(dict(constants), option=orjson.OPT_SORT_KEYS)

    def ids(self, rows: Iterable[bytes]) -> Iterator[str]:
        for row in rows:
            yield blake2b(row + self.constants, digest_size=_HASH_BYTES).hexdigest()

    def of_block(self, block: Block) -> Column:
        """The hashes of a block's rows."""
        if not block.plain:
            columns = [column.to_pylist() for column in block.columns]
            return pa.array(self.ids(map(orjson.dumps, zip(*columns, strict=True))), pa.string())
        # the same bytes as `orjson.dumps` of each row would be, made by three replacements
        body = block.lines.replace(block.delimiter, b'","')
        end = b'"]' + self.constants
        rows = (b'["' + body.replace(b"\n", end + b'\n["') + end).split(b"\n")
        return texts_of(b"".join(_digests(rows)).hex().encode(), block.count)


def _digests(rows: Iterable[bytes]) -> Iterator[bytes]:
    """The hash of each; a copy of one that is ready takes two thirds of what a new one takes."""
    ready = blake2b(digest_size=_HASH_BYTES)
    for row in rows:
        digest = ready.copy()
        digest.update(row)
        yield digest.digest()


def texts_of(data: bytes, count: int) -> Column:
    """`count` texts of equal length that stand in a row."""
    each = len(data) // max(count, 1)
    ends = numbers(-each, count + 1, pa.int32(), step=each)
    return pa.StringArray.from_buffers(count, ends.buffers()[1], pa.py_buffer(data))


def numbers(before: int, count: int, kind: Any, *, step: int = 1) -> Column:
    """The `count` numbers behind `before`."""
    return pc.cumulative_sum(pa.repeat(pa.scalar(step, kind), count), start=pa.scalar(before, kind))


@dataclass(frozen=True, slots=True)
class Made:
    """The good rows of a piece of a source (`id`, its fields, `extra`, `_line`), and the bad ones.

    Left out, as `None`: ids that are the texts of the field numbered `ids_of`, an `extra` that no
    row has, and lines that run on from `first`. `rows`: all rows together; `last`: the line of the
    last.
    """

    columns: list[Column | None]
    good: int
    rows: int
    last: int
    bad: int
    reasons: list[tuple[int, str]]
    first: int = 0
    ids_of: int = 0

    def message(self) -> dict[str, Any]:
        """As it crosses the pipe."""
        sizes, body = to_wire(self.columns)
        return {
            "t": "columns",
            "rows": self.rows,
            "last": self.last,
            "first": self.first,
            "ids_of": self.ids_of,
            "good": self.good,
            "bad": self.bad,
            "reasons": self.reasons,
            "sizes": sizes,
            "bytes": sum(map(len, body)),
            "body": body,
        }


class Columns:
    """Makes the columns of one table."""

    def __init__(self, job: Job, table: Table) -> None:
        self._job = job
        self._hashes = Hashes(job.constants)
        self._maker = Maker(job, table, self._hashes)
        self._targets = self._maker.targets

    @property
    def fields(self) -> list[str]:
        """Of the columns between `id` and `extra`, in order."""
        return self._maker.fields

    def all(self, table: Table, after: int) -> Iterator[Made]:
        """Every row behind line `after`. Rows told by their hash come all, to be counted."""
        for piece in table.batches() if table.blocks is None else table.blocks():
            if _last(piece) <= after and not self._maker.hashed:
                continue
            yield self._of_block(piece) if isinstance(piece, Block) else self._of_batch(piece)

    # -- row by row

    def _of_batch(self, batch: Batch) -> Made:
        found = self._maker.records(batch)
        kinds = [target.kind for target, _ in self._targets]
        columns = [packed(c, kind) for c, kind in zip(found.columns, kinds, strict=True)]
        extra = None if found.extra is None else pa.array(found.extra, pa.string())
        ids, lines = pa.array(found.ids, pa.string()), pa.array(found.lines, pa.int64())
        return _made([ids, *columns, extra, lines], len(ids), batch, found.reasons)

    # -- many at once

    def _of_block(self, block: Block) -> Made:
        bad: dict[int, str] = {}
        columns = {t.field: self._column(t, place, block, bad) for t, place in self._targets}
        ids = self._ids(block, columns, bad)
        extra = self._extras(block, bad)
        everything = [ids, *columns.values(), extra, None]
        reasons = sorted((block.first + row, why) for row, why in bad.items())
        if bad:
            everything[-1] = numbers(block.first - 1, block.count, pa.int64())
            keep = pa.array([row not in bad for row in range(block.count)], pa.bool_())
            everything = [None if c is None else c.filter(keep) for c in everything]
        made = _made(everything, block.count - len(bad), block, reasons)
        place = self.fields.index(self._job.key[0]) if ids is None else 0
        return replace(made, first=block.first, ids_of=place)

    def _column(
        self, target: Target, place: int | None, block: Block, bad: dict[int, str]
    ) -> Column:
        assert place is not None  # a block is of a table whose columns are known
        values, faults = column_of(
            block.columns[place], target.kind, target.format, shown(target.header)
        )
        for row, reason in faults.items():
            bad.setdefault(row, reason)
        if _may_misfit(target, values):
            for row, reason in misfits(target, values.to_pylist()):
                bad.setdefault(row, reason)
        return values

    def _ids(self, block: Block, columns: dict[str, Column], bad: dict[int, str]) -> Column | None:
        if self._job.key:
            return self._key_ids(block, columns, bad)
        if self._maker.id is not None:
            target, place = self._maker.id
            assert place is not None
            return _given_ids(block.columns[place], target.header, bad)
        return self._hashes.of_block(block)

    def _key_ids(
        self, block: Block, columns: dict[str, Column], bad: dict[int, str]
    ) -> Column | None:
        if len(self._job.key) == 1 and (name := self._job.key[0]) in columns:
            kind = next(t.type for t, _ in self._targets if t.field == name)
            if kind in _DIGITS:
                return _texts_as_ids(columns[name], name, bad)
        values = {name: c.to_pylist() for name, c in columns.items() if name in self._job.key}
        return pa.array(self._maker.key_ids(values, block.count, bad), pa.string())

    def _extras(self, block: Block, bad: dict[int, str]) -> Column | None:
        if not self._maker.extra:
            return None
        columns = [block.columns[place].to_pylist() for _, place in self._maker.extra]
        headers = [header for header, _ in self._maker.extra]
        out: list[str | None] = []
        for row, cells in enumerate(zip(*columns, strict=True)):
            rest = {h: cell for h, cell in zip(headers, cells, strict=True) if cell}
            # the cells are text that every store keeps: no closer look is needed
            text = orjson.dumps(rest, option=orjson.OPT_SORT_KEYS) if rest else b""
            if len(text) > limits.TEXT_BYTES_MAX:
                bad.setdefault(row, _LONG)
            out.append(text.decode() or None)
        return pa.array(out, pa.string())


def _made(
    columns: list[Column | None], good: int, piece: Batch | Block, reasons: list[tuple[int, str]]
) -> Made:
    shown_first = reasons[: limits.REASONS_MAX]
    return Made(columns, good, piece.count, _last(piece), len(reasons), shown_first)


_LONG: Final = (
    f"the columns without a field is longer than {limits.TEXT_BYTES_MAX:,} bytes as JSON; "
    "shorten or split it."
)


def _last(piece: Batch | Block) -> int:
    if isinstance(piece, Block):
        return piece.first + piece.count - 1
    ends = [piece.lines[-1]] if len(piece.lines) else []
    return max([*ends, *(line for line, _ in piece.faults)], default=0)


def _may_misfit(target: Target, values: Column) -> bool:
    if target.required and values.null_count:
        return True
    if target.enum is None:
        return False
    allowed = pa.array([*target.enum, None], values.type)
    return not pc.all(pc.is_in(values, value_set=allowed), min_count=0).as_py()


def _texts_as_ids(values: Column, name: str, bad: dict[int, str]) -> Column | None:
    """One key column as ids, as `mcp_servers.records.key_id` makes them; `None`: as its texts."""
    if values.type == pa.int64() and not values.null_count:
        return None
    texts = values.cast(pa.string())
    lengths = pc.utf8_length(pc.fill_null(texts, ""))
    ends = pc.min_max(lengths).as_py()
    if ends["min"] and ends["max"] <= limits.ID_CHARS_MAX:
        return None
    out = ["" if text is None else text for text in texts.to_pylist()]
    for row, text in enumerate(out):
        if not text:
            bad.setdefault(row, NO_KEY.format(name))
        elif len(text) > limits.ID_CHARS_MAX:
            out[row] = row_hash([text])
    return pa.array(out, pa.string())


def _given_ids(cells: Column, header: str, bad: dict[int, str]) -> Column:
    ends = pc.min_max(pc.utf8_length(cells)).as_py()
    if not ends["min"] or ends["max"] > limits.ID_CHARS_MAX:
        checked(cells.to_pylist(), header, bad)
    return cells
