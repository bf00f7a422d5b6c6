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
    if b"\r" in lines:
        return None
    quoted = b'"' in lines
    if quoted and not _layout(mark).fullmatch(lines):
        return None
    columns = _split(lines, delimiter, width, quoted=quoted)
    if columns is None or len(columns[0]) != _ends(lines, mark) + 1:
        return None
    count = len(columns[0])
    plain = not quoted and b"\\" not in lines
    return Block(columns, first, count, lines, mark, plain)


def _ends(lines: bytes, mark: bytes) -> int:
    """How many controls there are that are no delimiter: the ends of lines, if nothing else."""
    import numpy as np  # as heavy as Arrow, see below

    controls = int(np.count_nonzero(np.frombuffer(lines, np.uint8) < _PRINTABLE))
    return controls - (lines.count(mark) if ord(mark) < _PRINTABLE else 0)


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
    sizes = [pc.min_max(pc.binary_length(column)).as_py() for column in columns]
    if not sizes[0]["min"] and b"\n\n" in lines:  # Arrow fills blank lines up
        return None
    return columns if max(size["max"] for size in sizes) <= _CELL_BYTES_MAX else None
