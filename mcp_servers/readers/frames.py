"""What the child sent as columns, checked, as a table. The parent's side.

As with `batches`: a stranger's file was open over there, so each column must hold canonical values
of its type within bounds, or the message is a broken reader's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mcp_servers.readers.arrays import from_wire
from mcp_servers.readers.parent import Message
from mcp_servers.segments import PHYSICAL
from mcp_servers.stores.arrow import ARROW
from mcp_servers.stores.parquet_lay import LINE
from registry import limits
from registry.domain import CollectionSpec
from registry.errors import BadInput
from registry.record import Canonical, TypeName

_ROWS_MAX: Final = 2_000_000
_LINES_MAX: Final = 1 << 53
_AS_IDS: Final = frozenset({"int", "text", "ref"})
_BOUNDS: Final[dict[TypeName, tuple[int, int]]] = {
    "date": (-719_162, 2_932_896),
    "time": (-62_135_596_800_000_000, 253_402_300_799_999_999),
    "bool": (0, 1),
}


class Frames:
    """Makes tables of the messages of one load: `id`, `extra`, the fields that the load fills, and
    `_line`."""

    def __init__(self, spec: CollectionSpec, constants: Mapping[str, Canonical]) -> None:
        self._spec = spec
        self._constants = dict(constants)
        self._fields: list[str] = []

    def expect(self, fields: Any) -> None:
        """The fields of the columns to come."""
        known = self._spec.fields
        if not isinstance(fields, list) or not all(name in known for name in fields):
            raise _broken()
        self._fields = fields

    def table(self, message: Message) -> pa.Table:
        """`BadInput` when the message is not sound."""
        try:
            columns = self._columns(message)
        except (ValueError, TypeError, KeyError, pa.ArrowException):
            raise _broken() from None
        ids, *values, extra, lines = columns
        if extra is not None and not _texts(extra, limits.TEXT_BYTES_MAX):
            raise _broken()
        kinds = [self._spec.fields[name].type for name in self._fields]
        if not all(_sound(c, kind) for c, kind in zip(values, kinds, strict=True)):
            raise _broken()
        if ids is None:
            ids = self._texts(values, message.get("ids_of"))
        if not _ids(ids) or lines.null_count:
            raise _broken()
        if extra is None:
            extra = pa.nulls(len(ids), pa.string())
        shared = {
            name: pa.repeat(pa.scalar(value, _arrow(self._spec, name)), len(ids))
            for name, value in self._constants.items()
        }
        given = dict(zip(self._fields, values, strict=True))
        by_name = {name: shared.get(name, given.get(name)) for name in self._spec.fields}
        held = {name: column for name, column in by_name.items() if column is not None}
        return pa.table({"id": ids, "extra": extra, **held, LINE: lines})

    def _columns(self, message: Message) -> list[Any]:
        count = message["good"]
        if not (isinstance(count, int) and 0 <= count <= _ROWS_MAX):
            raise ValueError("count")
        fields = [_arrow(self._spec, name) for name in self._fields]
        types = [pa.string(), *fields, pa.string(), pa.int64()]
        columns = from_wire(message["sizes"], message["body"], types, count)
        if any(column is None for column in columns[1:-2]):
            raise ValueError("field")
        if columns[-1] is None:
            first = message["first"]
            if not (isinstance(first, int) and 0 <= first < _LINES_MAX):
                raise ValueError("first")
            columns[-1] = pa.array(np.arange(first, first + count))
        return columns

    def _texts(self, values: list[Any], place: Any) -> Any:
        """The texts of a field, which are the ids."""
        if not (isinstance(place, int) and 0 <= place < len(values)):
            raise _broken()
        if self._spec.fields[self._fields[place]].type not in _AS_IDS:
            raise _broken()
        return values[place].cast(pa.string())


def _broken() -> BadInput:
    return BadInput("Reading the source gave rows that make no sense; the file may be hostile.")


def _arrow(spec: CollectionSpec, name: str) -> Any:
    return ARROW[PHYSICAL[spec.fields[name].type]]


def _ids(ids: Any) -> bool:
    if ids.null_count or not _texts(ids, 4 * limits.ID_CHARS_MAX):
        return False
    sizes = pc.min_max(pc.binary_length(ids)).as_py()
    if (sizes["max"] or 0) > limits.ID_CHARS_MAX:  # bytes: some characters take more than one
        sizes = pc.min_max(pc.utf8_length(ids)).as_py()
    return sizes["min"] != 0 and (sizes["max"] or 0) <= limits.ID_CHARS_MAX


def _texts(column: Any, longest: int) -> bool:
    """Whether all are short, and without NUL."""
    data = column.buffers()[2]
    if data is not None and len(data) and not np.frombuffer(data, np.uint8).min():
        return False
    return bool((pc.max(pc.binary_length(column)).as_py() or 0) <= longest)


def _sound(column: Any, kind: TypeName) -> bool:
    if kind in _BOUNDS:
        low, high = _BOUNDS[kind]
        ends = pc.min_max(column).as_py()
        return ends["min"] is None or (low <= ends["min"] and ends["max"] <= high)
    return _CHECKS[kind](column)


_CHECKS: Final[dict[TypeName, Callable[[Any], bool]]] = {
    "text": lambda column: _texts(column, limits.TEXT_BYTES_MAX),
    "json": lambda column: _texts(column, limits.TEXT_BYTES_MAX),
    "ref": lambda column: _texts(column, 4 * limits.ID_CHARS_MAX),
    "bytes": lambda column: (
        (pc.max(pc.binary_length(column)).as_py() or 0) <= limits.TEXT_BYTES_MAX
    ),
    "int": lambda column: True,
    "decimal": lambda column: True,
    "float": lambda column: pc.all(pc.is_finite(column), min_count=0).as_py() is not False,
}
