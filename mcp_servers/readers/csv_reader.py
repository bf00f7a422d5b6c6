"""CSV and its kin: comma, semicolon, tab or bar; UTF-8, UTF-16 with a mark, or Windows-1252
throughout.

A row with too few or too many cells is a bad row: filling up would silently shift cells. A cell
whose quote never closes is a bad row too, and reading goes on at the next line; after too many of
these the rest counts as one bad row. Formulas are text like any other.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import IO, Final

from mcp_servers.readers.block import Block
from mcp_servers.readers.csv_lines import Lines
from mcp_servers.readers.csv_records import Records
from mcp_servers.readers.table import (
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
            source = Records(Lines(stream, encoding), delimiter, len(headers))
            yield from source.batches(skip_first=has_header)

    def blocks() -> Iterator[Batch | Block]:
        with open_stream() as stream:
            source = Records(Lines(stream, encoding), delimiter, len(headers))
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
