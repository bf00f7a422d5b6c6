"""Columns of cells as canonical values, a column at a time.

A cell is what a file holds: text (CSV), or a JSON scalar, list or object (JSON, Parquet, SQLite:
`typed`). A *format* says how a column writes its type: "" the plain way; for times and dates "dmy",
"mdy" and `epoch_s|ms|us|ns`; for numbers "grouped" and "comma" (see `written`). Whole columns go
through one regular expression and one C loop; only a column with a bad cell is looked at cell by
cell (`registry.record.parse`), so a bad cell costs its own row and the good ones stay fast.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Final, Literal, TypeAlias

import orjson

from registry import limits
from registry.clock import from_datetime
from registry.errors import BadInput, IsothermError, shown
from registry.record import (
    INT64_MAX,
    INT_EXACT_MAX,
    Canonical,
    Type,
    canonical_json,
    check_id,
    check_text,
    decode,
    parse,
)
from registry.shape.written import WRITTEN, plain

Format: TypeAlias = Literal[
    "", "dmy", "mdy", "epoch_s", "epoch_ms", "epoch_us", "epoch_ns", "grouped", "comma"
]
#: texts that mean "no value" in a column that is not text
NULL_TOKENS: Final = frozenset(
    {"", "NULL", "null", "Null", "NA", "N/A", "n/a", "NaN", "nan", "None", "none", "\\N", "-"}
)
_EPOCH_FACTOR: Final = {"epoch_s": 1_000_000, "epoch_ms": 1_000, "epoch_us": 1}
_US_DAY: Final = 86_400_000_000
_CLOCK: Final = r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?"
_DMY: Final = re.compile(rf"(\d{{1,2}})[./-](\d{{1,2}})[./-](\d{{4}})(?:[T ]{_CLOCK})?", re.ASCII)
_MDY: Final = re.compile(rf"(\d{{1,2}})[/-](\d{{1,2}})[/-](\d{{4}})(?:[T ]{_CLOCK})?", re.ASCII)


@dataclass(slots=True)
class Converted:
    """Canonical values of a column; `faults` says why the cell at an index has none."""

    values: Sequence[Canonical]
    faults: dict[int, str] = field(default_factory=dict)


def convert(
    cells: Sequence[Any], kind: Type, format: str = "", *, typed: bool = False, where: str = "value"
) -> Converted:
    """All cells of one column. `where` names the column in a reason."""
    fast = _fast(cells, kind, format, typed=typed)
    if fast is not None:
        return Converted(fast)
    out = Converted([None] * len(cells))
    values: list[Canonical] = []
    for index, cell in enumerate(cells):
        try:
            values.append(convert_cell(cell, kind, format, typed=typed, where=where))
        except IsothermError as bad:
            out.faults[index] = bad.message
            values.append(None)
    out.values = values
    return out


def fits(cells: Sequence[Any], kind: Type, format: str = "", *, typed: bool = False) -> bool:
    """Whether every cell converts; stops at the first that does not."""
    if _fast(cells, kind, format, typed=typed) is not None:
        return True
    try:
        for cell in cells:
            convert_cell(cell, kind, format, typed=typed, where="value")
    except IsothermError:
        return False
    return True


def convert_cell(cell: Any, kind: Type, format: str, *, typed: bool, where: str) -> Canonical:
    """One cell, the slow and exact way."""
    if cell is None:
        return None
    if isinstance(cell, str):
        return _text_cell(cell, kind, format, typed=typed, where=where)
    if kind.name == "text":
        return check_text(plain_text(cell), where)
    if kind.name == "ref" and isinstance(cell, int) and not isinstance(cell, bool):
        return str(cell)
    if kind.name == "time" and format:
        return _epoch_cell(cell, format, where)
    if kind.name == "decimal" and isinstance(cell, float):
        cell = repr(cell)
    if kind.name == "int" and isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if kind.name == "bool" and cell in (0, 1):
        return int(cell)
    return decode(cell, kind, where=where)


def plain_text(cell: Any) -> str:
    """A JSON value as the text that stands for it when its column is text."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, (dict, list)):
        return canonical_json(cell)
    return "" if cell is None else orjson.dumps(cell).decode() if _is_json(cell) else str(cell)


def _is_json(cell: Any) -> bool:
    """Whether JSON has it: not what is infinite, nor an integer past 64 bits."""
    if isinstance(cell, float):
        return math.isfinite(cell)
    return not isinstance(cell, int) or -(2**63) <= cell < 2**64


def _text_cell(cell: str, kind: Type, format: str, *, typed: bool, where: str) -> Canonical:
    if kind.name == "text":
        return check_text(cell, where) if cell or typed else None
    if kind.name == "json" and typed:
        return canonical_json(cell, where)
    stripped = cell.strip()
    if stripped in NULL_TOKENS:
        return None
    if kind.name == "ref":
        return check_id(stripped, where)
    if kind.name in ("date", "time") and format in ("dmy", "mdy"):
        return _calendar_cell(stripped, kind, format, where)
    if kind.name == "time" and format:
        return _epoch_cell(_number(stripped, where), format, where)
    if format in WRITTEN:
        stripped = plain(stripped, format)
    return parse(stripped, kind, where=where)


def _number(text: str, where: str) -> int | float:
    value = parse(text, Type("float"), where=where)
    return int(text) if re.fullmatch(r"-?\d{1,19}", text, re.ASCII) else float(value or 0)


def _epoch_cell(cell: Any, format: str, where: str) -> int:
    if isinstance(cell, bool) or not isinstance(cell, (int, float)) or not math.isfinite(cell):
        raise BadInput(f"{where} must be a number of {format.removeprefix('epoch_')} since 1970.")
    if format == "epoch_ns":
        us, rest = divmod(cell, 1_000)
        if rest:
            raise BadInput(f"{where} is finer than a microsecond, the finest a time can hold.")
    else:
        us = cell * _EPOCH_FACTOR[format]
    us = round(us)
    # 9999-12-31: what the calendar of every store can show.
    if not -62_135_596_800_000_000 <= us < 253_402_300_800_000_000:
        raise BadInput(f"{where} is outside the calendar: {shown(cell)}.")
    return us


def _calendar_cell(text: str, kind: Type, format: str, where: str) -> int:
    found = (_DMY if format == "dmy" else _MDY).fullmatch(text)
    order = "day, month, year" if format == "dmy" else "month, day, year"
    if found is None:
        raise BadInput(f"{where} must be a date written {order}, got {shown(text)}.")
    first, second, year, hour, minute, sec, fraction = found.groups()
    day, month = (first, second) if format == "dmy" else (second, first)
    try:
        moment = datetime(
            int(year),
            int(month),
            int(day),
            int(hour or 0),
            int(minute or 0),
            int(sec or 0),
            int((fraction or "").ljust(6, "0")),
            tzinfo=UTC,
        )
    except ValueError:
        raise BadInput(f"{where} is not a date written {order}: {shown(text)}.") from None
    us = from_datetime(moment)
    if kind.name == "time":
        return us
    if us % _US_DAY:
        raise BadInput(f"{where} must be a date without a time of day, got {shown(text)}.")
    return us // _US_DAY


# -- whole columns -------------------------------------------------------------------------------


def _fast(
    cells: Sequence[Any], kind: Type, format: str, *, typed: bool
) -> Sequence[Canonical] | None:
    """The column in a few C loops, or `None` when some cell needs a closer look."""
    types = set(map(type, cells))
    types.discard(type(None))
    if not types:
        return [None] * len(cells)
    if types == {str}:
        return _fast_text(cells, kind, format, typed=typed)
    if kind.name == "int" and types == {int}:
        return cells if _int64(cells) else None
    if kind.name == "float" and types <= {int, float}:
        return _fast_floats(cells)
    if kind.name == "bool" and types == {bool}:
        return [None if c is None else int(c) for c in cells]
    return None


def _int64(cells: Sequence[Any]) -> bool:
    present = [c for c in cells if c is not None]
    return bool(min(present) >= -INT64_MAX - 1 and max(present) <= INT64_MAX)


def _fast_floats(cells: Sequence[Any]) -> list[Canonical] | None:
    present = [c for c in cells if c is not None]
    if not all(map(math.isfinite, present)):
        return None
    if any(type(c) is int and not -INT_EXACT_MAX <= c <= INT_EXACT_MAX for c in present):
        return None
    return [None if c is None else c + 0.0 for c in cells]


def _fast_text(
    cells: Sequence[Any], kind: Type, format: str, *, typed: bool
) -> Sequence[Canonical] | None:
    if kind.name == "text":
        return _fast_plain(cells, typed=typed)
    worker = _WORKERS.get((kind.name, format))
    if worker is None:
        return None
    if None not in cells:
        out = _by_worker(cells, worker)
        if out is not None:
            return out
    cleaned = [None if c is None or (s := c.strip()) in NULL_TOKENS else s for c in cells]
    present = [c for c in cleaned if c is not None]
    found = _by_worker(present, worker)
    if found is None:
        return None
    rest = iter(found)
    return [None if c is None else next(rest) for c in cleaned]


def _fast_plain(cells: Sequence[Any], *, typed: bool) -> Sequence[Canonical] | None:
    present = [c for c in cells if c] if None in cells else cells
    if present and max(map(len, present)) > limits.TEXT_BYTES_MAX:
        return None
    joined = "".join(present)
    if "\x00" in joined:
        return None
    if not joined.isascii():
        try:
            joined.encode()
        except UnicodeEncodeError:
            return None
    return cells if typed or "" not in cells else [c or None for c in cells]


_Worker: TypeAlias = tuple[re.Pattern[str], Callable[[Sequence[str]], list[Canonical]]]


def _by_worker(cells: Sequence[str], worker: _Worker) -> list[Canonical] | None:
    pattern, work = worker
    joined = "\n".join(cells) + "\n"
    # A newline inside a cell would pass for two cells.
    if joined.count("\n") != len(cells) or not pattern.fullmatch(joined):
        return [] if not cells else None
    try:
        return work(cells)
    except (ValueError, OverflowError):
        return None


def _lines_of(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{pattern}\n)*+", re.ASCII)


class _Days(dict[str, int]):
    """ISO dates seen so far, as µs; a column of times repeats its days."""

    def __missing__(self, text: str) -> int:
        if len(self) > 100_000:
            self.clear()
        us = (date.fromisoformat(text).toordinal() - 719_163) * _US_DAY
        self[text] = us
        return us


class _Seconds(dict[str, int]):
    """Times of day `HH:MM:SS` as µs: at most 86,400 of them."""

    def __missing__(self, text: str) -> int:
        hour, minute, second = int(text[:2]), int(text[3:5]), int(text[6:])
        if hour > 23 or minute > 59 or second > 59:
            raise ValueError(text)
        self[text] = us = (hour * 3_600 + minute * 60 + second) * 1_000_000
        return us


_DAYS: Final = _Days()
_SECONDS: Final = _Seconds()


def _whole_moments(cells: Sequence[str]) -> list[Canonical]:
    days, seconds = _DAYS, _SECONDS
    return [days[c[:10]] + seconds[c[11:19]] for c in cells]


def _moments(cells: Sequence[str]) -> list[Canonical]:
    if _WHOLE.fullmatch("\n".join(cells) + "\n"):
        return _whole_moments(cells)
    return [from_datetime(datetime.fromisoformat(c.replace(",", "."))) for c in cells]


def _bools(cells: Sequence[str]) -> list[Canonical]:
    return [1 if c[0] in "tTyY1" else 0 for c in cells]


def _finite(cells: Sequence[str]) -> list[Canonical]:
    values = [v + 0.0 for v in map(float, cells)]
    if not all(map(math.isfinite, values)):
        raise ValueError
    return list(values)


def _epochs(factor: int) -> Callable[[Sequence[str]], list[Canonical]]:
    def work(cells: Sequence[str]) -> list[Canonical]:
        values = [int(c) * factor for c in cells]
        if values and not (min(values) >= 0 and max(values) < 253_402_300_800_000_000):
            raise ValueError
        return list(values)

    return work


_DATE: Final = r"\d{4}-\d\d-\d\d"
_WHOLE: Final = _lines_of(rf"{_DATE}[T ]\d\d:\d\d:\d\d(?:Z|\+00:00)?")
_INTEGER: Final = r"[+-]?\d{1,18}"
_WORKERS: Final[dict[tuple[str, str], _Worker]] = {
    ("int", ""): (_lines_of(_INTEGER), lambda cells: list(map(int, cells))),
    ("float", ""): (
        _lines_of(r"[+-]?(?:\d++\.?\d*+|\.\d++)(?:[eE][+-]?\d{1,3})?"),
        _finite,
    ),
    ("bool", ""): (
        _lines_of(r"(?i:true|false|t|f|yes|no|y|n|0|1)"),
        _bools,
    ),
    ("date", ""): (
        _lines_of(_DATE),
        lambda cells: [_DAYS[c] // _US_DAY for c in cells],
    ),
    ("time", ""): (
        _lines_of(rf"{_DATE}(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{{1,6}})?)?(?:Z|[+-]\d\d:?\d\d)?)?"),
        _moments,
    ),
    **{
        ("time", name): (_lines_of(_INTEGER), _epochs(factor))
        for name, factor in _EPOCH_FACTOR.items()
    },
}
