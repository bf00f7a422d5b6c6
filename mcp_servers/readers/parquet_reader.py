"""Parquet through Arrow, in batches. Types come from the file's own schema.

Not-a-number counts as empty: writers use it for missing values.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import IO, Any, Final

from mcp_servers.readers.table import (
    BATCH_ROWS,
    Batch,
    Column,
    Cut,
    Table,
    check_width,
    distinct_headers,
)
from mcp_servers.readers.unpack import Member, in_memory
from registry import limits
from registry.errors import BadInput, shown
from registry.record import INT64_MAX

MAGIC: Final = b"PAR1"
_DIGITS_MAX: Final = 18  # any decimal of so many is a 64-bit integer


def read_parquet(name: str, member: Member, opened: ExitStack) -> Table:
    """The one table of a Parquet file."""
    # Arrow is heavy: a child that reads CSV must not pay for it.
    import pyarrow as pa
    import pyarrow.parquet as pq

    stream: IO[bytes] = (
        member.open() if member.seekable else io.BytesIO(in_memory(member, "Parquet file"))
    )
    opened.enter_context(stream)
    try:
        file = pq.ParquetFile(stream)
        schema = file.schema_arrow
    except (pa.ArrowException, OSError, ValueError, MemoryError) as bad:
        raise BadInput(
            f"{shown(member.name)} is not a whole Parquet file: {_brief(bad)}."
        ) from None
    check_width(len(schema.names), shown(name))
    notes: list[str] = []
    headers = distinct_headers(schema.names, notes)
    try:
        plans = [
            _plan(field.type, pa) if _holds(file, field, pa) else _as_text(field.type, pa)
            for field in schema
        ]
    except (pa.ArrowException, OSError, ValueError) as bad:
        raise BadInput(f"{shown(member.name)} is damaged: {_brief(bad)}.") from None
    columns = tuple(
        Column(header, declared) for header, (declared, _) in zip(headers, plans, strict=True)
    )

    def batches() -> Iterator[Batch]:
        line = 1
        try:
            for batch in file.iter_batches(batch_size=BATCH_ROWS, use_threads=False):
                cells = [
                    read(column) for column, (_, read) in zip(batch.columns, plans, strict=True)
                ]
                rows = list(zip(*cells, strict=True))
                yield Batch(rows, range(line, line + len(rows)))  # type: ignore[arg-type]
                line += len(rows)
        except (pa.ArrowException, OSError, ValueError, UnicodeDecodeError) as bad:
            raise Cut(f"after row {line - 1} the file is damaged: {_brief(bad)}") from None

    return Table(name, columns, True, batches, rows=file.metadata.num_rows, notes=notes)


def _brief(bad: BaseException) -> str:
    return str(bad).splitlines()[0][:120] if str(bad) else type(bad).__name__


def _holds(file: Any, field: Any, pa: Any) -> bool:
    """Whether the type that the file declares can hold every value: a wide decimal whose digits
    pass 64 bits, or a time finer than a microsecond, would cost all of its rows.
    """
    import pyarrow.compute as pc

    kind = field.type
    wide = pa.types.is_decimal(kind) and kind.precision > _DIGITS_MAX
    fine = pa.types.is_timestamp(kind) and kind.unit == "ns"
    if not (wide or fine):
        return True
    for batch in file.iter_batches(batch_size=1 << 16, columns=[field.name], use_threads=False):
        if batch.num_columns != 1:  # a name that is there twice
            return False
        column = batch.column(0)
        if fine:
            whole = pc.multiply(pc.divide(column.cast(pa.int64()), 1_000), 1_000)
            if pc.any(pc.not_equal(column.cast(pa.int64()), whole)).as_py():
                return False
        else:
            ends = pc.min_max(column).as_py().values()
            if any(v is not None and abs(v.scaleb(kind.scale)) > INT64_MAX for v in ends):
                return False
    return True


Declared = tuple[str, str, int] | None
_Read = Callable[[Any], list[Any]]


def _plan(kind: Any, pa: Any) -> tuple[Declared, _Read]:
    """What a column declares, and how its cells become JSON values."""
    types = pa.types
    if types.is_dictionary(kind):
        declared, read = _plan(kind.value_type, pa)
        return declared, lambda column: read(column.dictionary_decode())
    if types.is_boolean(kind):
        return ("bool", "", 0), lambda column: column.to_pylist()
    if types.is_integer(kind):
        return ("int", "", 0), lambda column: column.to_pylist()
    if types.is_floating(kind):
        return ("float", "", 0), lambda column: [_number(v) for v in column.to_pylist()]
    if types.is_decimal(kind):
        return _decimal(kind)
    if types.is_date(kind):
        return ("date", "", 0), lambda column: _texts(column)
    if types.is_timestamp(kind):
        return ("time", f"epoch_{kind.unit}", 0), lambda column: column.cast(pa.int64()).to_pylist()
    if types.is_binary(kind) or types.is_large_binary(kind) or types.is_fixed_size_binary(kind):
        return ("bytes", "", 0), _base64
    if types.is_nested(kind):
        return ("json", "", 0), lambda column: [_plain(v) for v in column.to_pylist()]
    if types.is_string(kind) or types.is_large_string(kind):
        return None, lambda column: column.to_pylist()
    return ("text", "", 0), _texts


def _decimal(kind: Any) -> tuple[Declared, _Read]:
    fits = 0 <= kind.scale <= 9
    return ("decimal", "", kind.scale) if fits else ("text", "", 0), _texts


def _as_text(kind: Any, pa: Any) -> tuple[Declared, _Read]:
    if not pa.types.is_timestamp(kind):
        return ("text", "", 0), _texts

    def read(column: Any) -> list[Any]:
        utc = column.cast(pa.int64()).cast(pa.timestamp(kind.unit))
        return list(utc.cast(pa.string()).to_pylist())

    return ("text", "", 0), read


def _texts(column: Any) -> list[Any]:
    return [None if v is None else str(v) for v in column.to_pylist()]


def _number(value: float | None) -> float | None:
    return None if value is None or value != value else value


def _base64(column: Any) -> list[Any]:
    return [None if v is None else base64.b64encode(v).decode() for v in column.to_pylist()]


def _plain(value: Any, depth: int = limits.JSON_DEPTH_MAX) -> Any:
    """A nested value as JSON; what JSON lacks becomes text."""
    if depth < 0:
        return str(value)[:100]
    if isinstance(value, dict):
        return {str(k): _plain(v, depth - 1) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v, depth - 1) for v in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, float):
        return _number(value)
    return value if value is None or isinstance(value, (str, int, bool)) else str(value)
