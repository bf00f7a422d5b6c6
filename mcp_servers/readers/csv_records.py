"""The rows of a CSV file: plain lines many at once, the others one by one, with cells that run over
lines and quotes that never close. Knows how many cells a row has, not what they mean.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Final

from mcp_servers.readers.block import Block, block_of
from mcp_servers.readers.csv_lines import Lines
from mcp_servers.readers.table import BATCH_ROWS, Batch, Cut
from registry import limits
from registry.errors import BadInput, TooLarge

_BLOCK_CHUNKS: Final = 8
_REREAD_CHARS_MAX: Final = 32 << 20  # fed again after quotes that never close


def _after_header(lines: bytes) -> bytes | None:
    """The lines behind a header that is one plain line; `None` if it is not."""
    header, newline, rest = lines.partition(b"\n")
    return rest if newline and header.strip() and b'"' not in header else None


class Records:
    """Lines as rows of `width` cells. Chunks without a quote go through the C parser at once."""

    def __init__(self, lines: Lines, delimiter: str, width: int) -> None:
        self._lines = lines
        self._delimiter = delimiter
        self._width = width
        self._line = 1  # of the next unread line
        self._pending: deque[str | None] = deque()
        self._used: list[str | None] = []
        self._reread = 0
        self._rows: list[Sequence[str]] = []
        self._at: list[int] = []  # their lines
        self._faults: list[tuple[int, str]] = []

    def batches(self, *, skip_first: bool) -> Iterator[Batch]:
        """Batches of `BATCH_ROWS`. What stops the reading is raised after the rows before it were
        given.
        """
        stopped: Exception | None = None
        while stopped is None:
            try:
                chunk = self._lines.chunk()
                if chunk is None:
                    break
                if skip_first:
                    self._skip_blank(chunk)
                if chunk:
                    self._take(chunk, skip_first)
                    skip_first = False
            except (Cut, TooLarge, BadInput) as bad:
                stopped = bad
            yield from self._full_batches()
        if self._rows or self._faults:
            yield Batch(self._rows, self._at, self._faults)
        if stopped is not None:
            raise stopped

    def blocks(self, *, skip_first: bool) -> Iterator[Batch | Block]:
        """The same rows in the same order: plain lines many at once, the others as batches."""
        stopped: Exception | None = None
        while stopped is None:
            raws: list[bytes] = []
            block = None
            try:
                while len(raws) < _BLOCK_CHUNKS and (raw := self._lines.raw()) is not None:
                    raws.append(raw)
            except (Cut, TooLarge, BadInput) as bad:
                stopped = bad
            if not raws:
                break
            lines = b"\n".join(raws)
            try:
                if skip_first and (rest := _after_header(lines)) is not None:
                    lines, self._line, skip_first = rest, self._line + 1, False
                block = None if skip_first else self._block(lines)
                if block is None:
                    self._slowly(self._lines.decoded(lines), skip_first)
                    skip_first = False
            except (Cut, TooLarge, BadInput) as bad:
                stopped = bad
            if block is not None:
                yield block
            elif self._rows or self._faults:
                yield Batch(self._rows, self._at, self._faults)
                self._rows, self._at, self._faults = [], [], []
        if stopped is not None:
            raise stopped

    def _block(self, lines: bytes) -> Block | None:
        text = self._lines.utf8(lines)
        block = None if text is None else block_of(text, self._delimiter, self._width, self._line)
        if block is not None:
            self._line += block.count
        return block

    def _slowly(self, chunk: list[str | None], skip_first: bool) -> None:
        if skip_first:
            self._skip_blank(chunk)
        if chunk:
            self._take(chunk, skip_first)

    def _skip_blank(self, chunk: list[str | None]) -> None:
        while chunk and chunk[0] is not None and not chunk[0].strip():
            chunk.pop(0)
            self._line += 1

    def _full_batches(self) -> Iterator[Batch]:
        """Batch borders depend on rows alone, so that a second run over the file cuts at the same
        rows.
        """
        start = 0
        while len(self._rows) - start >= BATCH_ROWS:
            stop = start + BATCH_ROWS
            last = self._at[stop - 1]
            before = [fault for fault in self._faults if fault[0] < last]
            self._faults = self._faults[len(before) :]
            yield Batch(self._rows[start:stop], self._at[start:stop], before)
            start = stop
        self._rows, self._at = self._rows[start:], self._at[start:]
        while len(self._faults) >= BATCH_ROWS:
            yield Batch([], [], self._faults[:BATCH_ROWS])
            self._faults = self._faults[BATCH_ROWS:]

    def _take(self, chunk: list[str | None], skip_first: bool) -> None:
        if skip_first or None in chunk or self._has_quote(chunk):
            self._careful(chunk, skip_first)
            return
        try:
            rows = list(csv.reader(chunk, delimiter=self._delimiter, strict=True))  # type: ignore[arg-type]
        except csv.Error:
            self._careful(chunk, skip_first)
            return
        first, self._line = self._line, self._line + len(chunk)
        if len(rows) != len(chunk) or set(map(len, rows)) != {self._width}:
            for line, row in enumerate(rows, first):
                self._add(line, row)
            return
        self._rows.extend(rows)
        self._at.extend(range(first, self._line))

    @staticmethod
    def _has_quote(chunk: list[str | None]) -> bool:
        return '"' in "".join(chunk)  # type: ignore[arg-type]

    def _careful(self, chunk: list[str | None], skip_first: bool) -> None:
        """Row by row, with cells that run over lines. May read on when a row does."""
        self._pending.extend(chunk)
        reader = csv.reader(self._feed(), delimiter=self._delimiter, strict=True)
        while self._pending:
            if self._pending[0] is None:
                self._pending.popleft()
                if not skip_first:
                    self._fault(self._line, "the line is not in the encoding of the file")
                self._line, skip_first = self._line + 1, False
                continue
            start, self._used = self._line, []
            try:
                row = next(reader)
            except StopIteration:
                break
            except csv.Error as bad:
                self._recover(start, str(bad))
                reader = csv.reader(self._feed(), delimiter=self._delimiter, strict=True)
                continue
            if skip_first:
                skip_first = False
            else:
                self._add(start, row)

    def _feed(self) -> Iterator[str]:
        while True:
            if not self._pending:
                more = self._lines.chunk()
                if more is None:
                    return
                self._pending.extend(more)
            line = self._pending.popleft()
            self._used.append(line)
            self._line += 1
            yield f"{line}\n" if line is not None else "\ufffd\n"

    def _recover(self, start: int, reason: str) -> None:
        """The row at `start` is bad; its further lines are read again as rows of their own."""
        again = self._used[1:]
        self._reread += sum(len(line or "") for line in again)
        self._fault(start, _csv_reason(reason))
        if self._reread > _REREAD_CHARS_MAX:
            raise BadInput(
                f"From line {start} on, quotes do not close; the rest of the file was not read."
            )
        self._line = start + 1
        self._pending.extendleft(reversed(again))

    def _add(self, line: int, row: list[str]) -> None:
        if len(row) == self._width:
            self._rows.append(row)
            self._at.append(line)
        elif row:
            self._fault(line, f"{len(row)} cells where the header has {self._width}")

    def _fault(self, line: int, reason: str) -> None:
        self._faults.append((line, reason))


def _csv_reason(reason: str) -> str:
    if "field larger" in reason:
        return f"a cell is larger than {limits.CELL_BYTES_MAX >> 10} KiB, or its quote never closes"
    if "unexpected end" in reason:
        return "a quote opens and never closes"
    if "expected after" in reason:
        return "text follows a closing quote; a quote inside a quoted cell is written twice"
    return "the line is not CSV"
