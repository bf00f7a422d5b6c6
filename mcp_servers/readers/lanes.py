"""A column of text cells as canonical values, in Arrow's own loops where their reading is provably
`registry.shape.cells.convert`'s, cell for cell; else by `convert` itself.

A lane takes a column only if every cell is built of characters, and is of a length, with which both
readings agree. What it does not take, or cannot read, goes the exact way.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mcp_servers.physical import PHYSICAL
from mcp_servers.stores.arrow import ARROW
from registry import limits
from registry.record import Canonical, Type
from registry.shape.cells import NULL_TOKENS, Converted, convert

Column: TypeAlias = Any  # a pyarrow.Array
Lane: TypeAlias = Callable[[Column, Type], Column | None]

_NULLS: Final = pa.array(sorted(NULL_TOKENS), pa.string())
_SIGNED: Final = b"0123456789-"
_MINUS: Final = ord("-")
_NINE: Final = ord("9")
_DOTTED: Final = b"0123456789.-"
_MOMENT: Final = b"0123456789-: T."
_INT_CHARS_MAX: Final = 18
_FLOAT_CHARS_MAX: Final = 64
_MOMENT_CHARS: Final = frozenset({10, 16, 19, 21, 22, 23, 24, 25, 26})
_DATE_CHARS: Final = len("YYYY-MM-DD")
_EPOCH_FACTOR: Final = {"epoch_s": 1_000_000, "epoch_ms": 1_000, "epoch_us": 1}
_US_END: Final = 253_402_300_800_000_000
_FEW: Final = 4  # a value that stands as often is converted once


def column_of(cells: Column, kind: Type, format: str, where: str) -> tuple[Column, dict[int, str]]:
    """(canonical values as they lie in an object, {row: why it has none}) of cells that are text
    without NUL, valid and short."""
    if kind.name == "text":
        return _empty_as_null(cells), {}
    lane = _LANES.get((kind.name, format))
    if lane is not None:
        found = lane(cells, kind)
        if found is None and (cleaned := _tokens_as_null(cells)) is not None:
            found = lane(cleaned, kind)
        if found is not None:
            return found, {}
    return _exactly(cells, kind, format, where)


def packed(values: Sequence[Canonical], kind: Type) -> Column:
    """Canonical values as they lie in an object."""
    return pa.array(values, ARROW[PHYSICAL[kind.name]])


def _exactly(cells: Column, kind: Type, format: str, where: str) -> tuple[Column, dict[int, str]]:
    distinct = cells.dictionary_encode()
    if len(distinct.dictionary) * _FEW > len(cells):
        done = convert(cells.to_pylist(), kind, format, where=where)
        return packed(done.values, kind), done.faults
    done = convert(distinct.dictionary.to_pylist(), kind, format, where=where)
    return packed(done.values, kind).take(distinct.indices), _spread(done, distinct.indices)


def _spread(done: Converted, indices: Column) -> dict[int, str]:
    if not done.faults:
        return {}
    return {
        row: done.faults[index]
        for row, index in enumerate(indices.to_pylist())
        if index in done.faults
    }


def _empty_as_null(cells: Column) -> Column:
    empty = pc.equal(pc.binary_length(cells), 0)
    return pc.if_else(empty, None, cells) if pc.any(empty).as_py() else cells


def _tokens_as_null(cells: Column) -> Column | None:
    nulls = pc.is_in(cells, value_set=_NULLS)
    return pc.if_else(nulls, None, cells) if pc.any(nulls).as_py() else None


# -- lanes -----------------------------------------------------------------------------------------


def _made_of(cells: Column, chars: bytes, longest: int) -> bool:
    """Whether there is no other character in the cells, and none is longer."""
    if cells.null_count == len(cells):
        return True
    if pc.max(pc.binary_length(cells)).as_py() > longest:
        return False
    data = cells.buffers()[2]
    return data is None or not data.to_pybytes().translate(None, chars)


def _numeric(cells: Column, longest: int) -> bool:
    """Whether there are only digits, signs, points and slashes in the cells, and none is longer. A
    number with a slash is none to Arrow either."""
    if cells.null_count == len(cells):
        return True
    if pc.max(pc.binary_length(cells)).as_py() > longest:
        return False
    data = cells.buffers()[2]
    bytes_ = np.frombuffer(data, np.uint8) if data else np.empty(0, np.uint8)
    return not len(bytes_) or bool(bytes_.min() >= _MINUS and bytes_.max() <= _NINE)


def _cast(cells: Column, to: Any) -> Column | None:
    try:
        return pc.cast(cells, to)
    except pa.ArrowInvalid:
        return None


def _ints(cells: Column, kind: Type) -> Column | None:
    return _cast(cells, pa.int64()) if _numeric(cells, _INT_CHARS_MAX) else None


def _floats(cells: Column, kind: Type) -> Column | None:
    found = _cast(cells, pa.float64()) if _numeric(cells, _FLOAT_CHARS_MAX) else None
    if found is None or pc.all(pc.is_finite(found), min_count=0).as_py() is False:
        return None
    return pc.add(found, 0.0)  # there is no -0.0


def _decimals(cells: Column, kind: Type) -> Column | None:
    if sys.byteorder != "little" or not _made_of(cells, _DOTTED, _INT_CHARS_MAX - kind.scale):
        return None
    found = _cast(cells, pa.decimal128(38, kind.scale))
    if found is None:
        return None
    # 16 bytes each, the low half first; of 18 digits the high half is the sign alone
    valid, words = found.buffers()
    low = array("q", words.to_pybytes()[: 16 * len(found)])[::2]
    return pa.Array.from_buffers(pa.int64(), len(found), [valid, pa.py_buffer(low)])


def _times(cells: Column, kind: Type) -> Column | None:
    zoned = _all_end_with_z(cells)
    if not _made_of(cells, _MOMENT + b"Z" * zoned, max(_MOMENT_CHARS) + zoned):
        return None
    lengths = pc.unique(pc.drop_null(pc.binary_length(cells))).to_pylist()
    if not {length - zoned for length in lengths} <= _MOMENT_CHARS:
        return None
    found = _cast(cells, pa.timestamp("us", "UTC" if zoned else None))
    return None if found is None else found.view(pa.int64())


def _all_end_with_z(cells: Column) -> bool:
    first = cells[0].as_py() if len(cells) else None
    if first is not None and not first.endswith("Z"):
        return False
    return pc.all(pc.ends_with(cells, "Z"), min_count=1).as_py() is True


def _dates(cells: Column, kind: Type) -> Column | None:
    if not _made_of(cells, _SIGNED, _DATE_CHARS):
        return None
    if pc.min(pc.binary_length(cells)).as_py() not in (None, _DATE_CHARS):
        return None
    found = _cast(cells, pa.date32())
    return None if found is None else found.view(pa.int32()).cast(pa.int64())


def _epochs(factor: int) -> Lane:
    def lane(cells: Column, kind: Type) -> Column | None:
        found = _ints(cells, kind)
        if found is None or found.null_count == len(found):
            return found
        ends = pc.min_max(found).as_py()
        if ends["min"] < 0 or ends["max"] * factor >= _US_END:
            return None
        return pc.multiply(found, factor)

    return lane


def _refs(cells: Column, kind: Type) -> Column | None:
    if cells.null_count == len(cells):
        return cells
    data = cells.buffers()[2].to_pybytes()
    spaced = not data.isascii() or data.translate(None, b" ") != data
    lengths = pc.min_max(pc.binary_length(cells)).as_py()
    if spaced or not lengths["min"] or lengths["max"] > limits.ID_CHARS_MAX:
        return None
    return None if pc.any(pc.is_in(cells, value_set=_NULLS), min_count=0).as_py() else cells


_LANES: Final[dict[tuple[str, str], Lane]] = {
    ("int", ""): _ints,
    ("float", ""): _floats,
    ("decimal", ""): _decimals,
    ("time", ""): _times,
    ("date", ""): _dates,
    ("ref", ""): _refs,
    **{("time", name): _epochs(factor) for name, factor in _EPOCH_FACTOR.items()},
}
