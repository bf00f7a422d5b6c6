"""Arrow columns as bytes in a pipe: their buffers, one behind the other, and nothing that a reader
would have to unpack or believe.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pyarrow as pa

_ALIGNED: Final = 64
_STRINGS: Final = (pa.string(), pa.binary())
#: bytes of each buffer of each column; -1: it has none. `None`: the column is left out
Sizes = list[list[int] | None]


def to_wire(columns: Sequence[Any]) -> tuple[Sizes, list[Any]]:
    """(sizes, buffers) of columns of one length."""
    sizes: Sizes = []
    parts: list[Any] = []
    for column in columns:
        if column is None:
            sizes.append(None)
            continue
        buffers = _buffers(column)
        sizes.append([-1 if buffer is None else len(buffer) for buffer in buffers])
        for buffer in buffers:
            if buffer is not None:
                parts += (buffer, bytes(-len(buffer) % _ALIGNED))
    return sizes, parts


def from_wire(sizes: Any, body: bytes | memoryview, types: Sequence[Any], count: int) -> list[Any]:
    """The inverse, of columns of `types` with `count` cells each. `ValueError`: it is not sound."""
    whole = pa.py_buffer(body)
    out: list[Any] = []
    at = 0
    for kind, lengths in zip(types, sizes, strict=True):
        if lengths is None:
            out.append(None)
            continue
        buffers: list[Any] = []
        if len(lengths) != (3 if kind in _STRINGS else 2):
            raise ValueError("buffers")
        for length in lengths:
            if not -1 <= length <= len(body) - at:
                raise ValueError("size")
            buffers.append(None if length < 0 else whole.slice(at, length))
            at += max(length, 0) + -max(length, 0) % _ALIGNED
        column = pa.Array.from_buffers(kind, count, buffers)
        column.validate(full=True)
        out.append(column)
    return out


def _buffers(column: Any) -> list[Any]:
    """No more bytes than the cells take."""
    if column.offset:
        column = pa.concat_arrays([column])
    valid, *rest = column.buffers()
    held = [
        None if valid is None or not column.null_count else valid.slice(0, (len(column) + 7) // 8)
    ]
    if column.type not in _STRINGS:
        return [*held, _first(rest[0], len(column) * column.type.bit_width // 8)]
    ends = _first(rest[0], 4 * (len(column) + 1)) if len(column) else bytes(4)
    last = int.from_bytes(memoryview(ends)[-4:], "little")
    return [*held, ends, _first(rest[1], last)]


def _first(buffer: Any, size: int) -> Any:
    return b"" if buffer is None else buffer.slice(0, size)
