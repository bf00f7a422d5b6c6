"""CSV and its kin: comma, semicolon, tab or bar; UTF-8, UTF-16 with a mark, or Windows-1252
throughout.

A row with too few or too many cells is a bad row: filling up would silently shift cells. A cell
whose quote never closes is a bad row too, and reading goes on at the next line; after too many of
these the rest counts as one bad row. Formulas are text like any other.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from typing import IO, Final

from mcp_servers.readers.block import Block, block_of
from mcp_servers.readers.table import (
    BATCH_ROWS,
    Batch,
    Column,
    Cut,
    Table,
    check_width,
    distinct_headers,
)
from registry import limits
from registry.errors import BadInput, TooLarge, shown

DELIMITERS: Final = ",;\t|"
_MARKS: Final = tuple(mark.encode() for mark in DELIMITERS)
_SAMPLE_BYTES: Final = 64 << 10
_CHUNK_BYTES: Final = 512 << 10
_LINE_BYTES_MAX: Final = 4 << 20
_BLOCK_CHUNKS: Final = 8
_REREAD_CHARS_MAX: Final = 32 << 20  # fed again after quotes that never close
_NUMBER: Final = re.compile(r"\s*[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?\s*%?\s*")
_MOMENT: Final = re.compile(r"\s*\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T ].*)?")
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read_csv(
    name: str, open_stream: Callable[[], IO[bytes]], *, prefer: str | None = None
) -> Table:
    """The one table of a CSV file. `prefer`: the delimiter that the file's name suggests."""
    with open_stream() as stream:
        sample = _read_sample(stream)
    notes: list[str] = []
    encoding = _encoding(sample, notes)
    check_width(max(map(sample.partition(b"\n")[0].count, _MARKS)) + 1, shown(name))
    lines = _sample_lines(sample, encoding)
    if not lines:
        raise BadInput(f"{shown(name)} is empty.")
    delimiter = _delimiter(lines, prefer)
    check_width(lines[0].count(delimiter) + 1, shown(name))
    rows = _parse_sample(lines, delimiter)
    has_header = _has_header(rows)
    if not has_header:
        notes.append("the first row looks like data, so columns are numbered")
    headers = distinct_headers(
        rows[0] if has_header else [f"column {n}" for n in range(1, len(rows[0]) + 1)], notes
    )
    check_width(len(headers), shown(name))
    csv.field_size_limit(limits.CELL_BYTES_MAX)

    def batches() -> Iterator[Batch]:
        with open_stream() as stream:
            source = _Records(_Lines(stream, encoding), delimiter, len(headers))
            yield from source.batches(skip_first=has_header)

    def blocks() -> Iterator[Batch | Block]:
        with open_stream() as stream:
            source = _Records(_Lines(stream, encoding), delimiter, len(headers))
            yield from source.blocks(skip_first=has_header)

    columns = tuple(map(Column, headers))
    return Table(name, columns, False, batches, notes=notes, blocks=blocks)


def _read_sample(stream: IO[bytes]) -> bytes:
    try:
        return stream.read(_SAMPLE_BYTES)
    except Cut as cut:
        raise BadInput(f"Nothing can be read: {cut}.") from None


def _encoding(sample: bytes, notes: list[str]) -> str:
    for mark, encoding in _BOMS:
        if sample.startswith(mark):
            return encoding
    even, odd = (sample[start:4_096:2].count(0) for start in (0, 1))
    if max(even, odd) > len(sample[:4_096]) // 8 and 0 in (even, odd):
        return "utf-16-be" if even else "utf-16-le"
    high = [line for line in sample.split(b"\n")[:-1] or [sample] if not line.isascii()]
    if high and not any(map(_is_utf8, high)):
        notes.append("not UTF-8: read as Windows-1252")
        return "cp1252"
    return "utf-8"


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def _sample_lines(sample: bytes, encoding: str) -> list[str]:
    if encoding.startswith("utf-16"):
        sample = sample[: len(sample) // 2 * 2]
    text = sample.decode(encoding, errors="replace").removeprefix("\ufeff")
    text = re.sub(r"\r\n?", "\n", text)
    if "\n" not in text and len(sample) >= _SAMPLE_BYTES:
        raise TooLarge(f"The first line is longer than {_SAMPLE_BYTES >> 10} KiB; is this CSV?")
    lines = text.split("\n")
    # The last line of a full sample is probably cut.
    if len(sample) >= _SAMPLE_BYTES - 1 and len(lines) > 1:
        lines.pop()
    while lines and not lines[0].strip():
        lines.pop(0)
    return lines[:1_000] if any(line.strip() for line in lines) else []


def _parse_sample(lines: list[str], delimiter: str) -> list[list[str]]:
    rows = []
    reader = csv.reader((f"{line}\n" for line in lines), delimiter=delimiter)
    try:
        rows = [row for row in reader if row]
    except csv.Error:
        rows = rows or [lines[0].split(delimiter)]
    return rows


def _delimiter(lines: list[str], prefer: str | None) -> str:
    """The candidate that splits most rows of the sample into the same number of cells, more than
    one.
    """
    best, best_score = prefer or ",", 0.0
    for delimiter in sorted(DELIMITERS, key=lambda d: d != prefer):
        if delimiter not in lines[0]:
            continue
        widths = Counter(len(row) for row in _parse_sample(lines[:200], delimiter))
        width, count = widths.most_common(1)[0]
        score = count / widths.total() + min(width, 50) / 1_000 if width > 1 else 0.0
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _has_header(rows: list[list[str]]) -> bool:
    """No header only if the first row has a number or date, and looks like the second in every
    column.
    """
    if len(rows) < 2:
        return not any(map(_is_value, rows[0]))
    first = [_is_value(cell) for cell in rows[0]]
    return not any(first) or first != [_is_value(cell) for cell in rows[1]]


def _is_value(cell: str) -> bool:
    return bool(_NUMBER.fullmatch(cell) or _MOMENT.fullmatch(cell))


class _Lines:
    """A stream as chunks of decoded lines without their ends. A line that does not decode becomes
    `None`.
    """

    def __init__(self, stream: IO[bytes], encoding: str) -> None:
        self._encoding = "utf-8" if encoding.startswith("utf-16") else encoding
        self._stream = _Recoded(stream, encoding) if encoding.startswith("utf-16") else stream
        self._rest = b""
        self._first = True
        self._ended = False
        self._bare_cr = False

    def chunk(self) -> list[str | None] | None:
        """The next lines; `None` at the end. `TooLarge` for a line without end."""
        raw = self.raw()
        return None if raw is None else self.decoded(raw)

    def raw(self) -> bytes | None:
        """The next whole lines as they lie in the file, without the last one's end."""
        while not self._ended:
            raw = self._stream.read(_CHUNK_BYTES)
            if self._first:
                raw = raw.removeprefix(codecs.BOM_UTF8)
                self._bare_cr = b"\n" not in raw and b"\r" in raw.removesuffix(b"\r")
                self._first = False
            if self._bare_cr:
                raw = raw.replace(b"\r", b"\n")
            self._ended = not raw
            block = self._rest + raw
            end = len(block) if self._ended else block.rfind(b"\n") + 1
            self._rest = block[end:]
            if len(self._rest) > _LINE_BYTES_MAX:
                raise TooLarge(
                    f"A line is longer than {_LINE_BYTES_MAX >> 20} MiB; is this a CSV file?"
                )
            if end:
                return block[: end - block.endswith(b"\n", 0, end)]
        return None

    def utf8(self, block: bytes) -> bytes | None:
        """The lines as UTF-8; `None` if they do not decode."""
        if block.isascii():
            return block
        try:
            text = block.decode(self._encoding)
        except UnicodeDecodeError:
            return None
        return block if self._encoding == "utf-8" else text.encode()

    def decoded(self, block: bytes) -> list[str | None]:
        """The lines as text."""
        try:
            return list(block.decode(self._encoding).split("\n"))
        except UnicodeDecodeError:
            return [_decoded_line(line, self._encoding) for line in block.split(b"\n")]


def _decoded_line(line: bytes, encoding: str) -> str | None:
    try:
        return line.decode(encoding)
    except UnicodeDecodeError:
        return None


class _Recoded(io.RawIOBase):
    """UTF-16 as UTF-8."""

    def __init__(self, stream: IO[bytes], encoding: str) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding)()

    def read(self, size: int = -1) -> bytes:
        while True:
            raw = self._stream.read(size)
            try:
                text = self._decoder.decode(raw, final=not raw)
            except UnicodeDecodeError:
                raise Cut("the UTF-16 text is damaged") from None
            if text or not raw:
                return text.encode(errors="replace")


def _after_header(lines: bytes) -> bytes | None:
    """The lines behind a header that is one plain line; `None` if it is not."""
    header, newline, rest = lines.partition(b"\n")
    return rest if newline and header.strip() and b'"' not in header else None


class _Records:
    """Lines as rows of `width` cells. Chunks without a quote go through the C parser at once."""

    def __init__(self, lines: _Lines, delimiter: str, width: int) -> None:
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
