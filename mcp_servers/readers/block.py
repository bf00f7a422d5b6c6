"""Many lines of CSV as columns of text at once. Takes only lines that mean the same to every reader
of CSV; for all others it says so, and they are read row by row.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import pyarrow as pa

_CELL_BYTES_MAX: Final = 64 << 10  # a longer cell is somebody else's decision
_NEWLINE: Final = ord("\n")
_PRINTABLE: Final = 32  # the first character that is no control


@dataclass(frozen=True, slots=True)
class Block:
    """Rows from line `first` on, one a line. `lines`: their bytes, UTF-8, without the last newline.

    `plain`: no cell is quoted or holds what JSON would escape.
    """

    columns: list[pa.Array]
    first: int
    count: int
    lines: bytes
    delimiter: bytes
    plain: bool


def block_of(lines: bytes, delimiter: str, width: int, first: int) -> Block | None:
    """The rows of these lines; `None` if a line is blank, is not `width` cells, or needs care."""
    mark = delimiter.encode()
    if b"\r" in lines:
        lines = lines.replace(b"\r\n", b"\n").removesuffix(b"\r")
    if not lines or lines.startswith(b"\n") or lines.endswith(b"\n"):
        return None
    count = _count(lines, mark)
    if count is None:
        return None
    quoted = b'"' in lines
    if quoted and not _layout(mark).fullmatch(lines):
        return None
    columns = _split(lines, delimiter, width, quoted=quoted)
    if columns is None or len(columns[0]) != count:
        return None
    plain = not quoted and b"\\" not in lines
    return Block(columns, first, count, lines, mark, plain)


def _count(lines: bytes, mark: bytes) -> int | None:
    """How many lines there are; `None` if one of them is blank, or a control stands among them that
    is no delimiter."""
    import numpy as np  # as heavy as Arrow, see below

    bytes_ = np.frombuffer(lines, np.uint8)
    is_end = bytes_ == _NEWLINE
    ends = int(np.count_nonzero(is_end))
    marks = lines.count(mark) if ord(mark) < _PRINTABLE else 0
    if np.count_nonzero(bytes_ < _PRINTABLE) != ends + marks or (is_end[1:] & is_end[:-1]).any():
        return None
    return ends + 1


@lru_cache(8)
def _layout(mark: bytes) -> re.Pattern[bytes]:
    """Cells without a quote, or quoted from end to end on one line."""
    cell = rb'(?:"(?:[^"\n]|"")*+"|[^"\n%s]*+)' % re.escape(mark)
    return re.compile(rb"(?:%s[\n%s])*+%s" % (cell, re.escape(mark), cell))


def _split(lines: bytes, delimiter: str, width: int, *, quoted: bool) -> list[Any] | None:
    # Arrow is heavy: a child that peeks at a small file must not pay for it
    import pyarrow as pa
    import pyarrow.compute as pc
    from pyarrow import csv

    names = [str(place) for place in range(width)]
    try:
        table = csv.read_csv(
            pa.BufferReader(lines),
            read_options=csv.ReadOptions(
                column_names=names, use_threads=False, block_size=len(lines) + 1
            ),
            parse_options=csv.ParseOptions(
                delimiter=delimiter,
                quote_char='"' if quoted else False,
                double_quote=quoted,
                ignore_empty_lines=False,
            ),
            convert_options=csv.ConvertOptions(
                check_utf8=False,
                column_types=dict.fromkeys(names, pa.string()),
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid:
        return None
    columns = [column.combine_chunks() for column in table.columns]
    longest = max(pc.max(pc.binary_length(column)).as_py() for column in columns)
    return columns if longest <= _CELL_BYTES_MAX else None
