"""The shape of a table: its columns with types, and which of them is key, event time and label.

Made from the evidence that a reader gathered (`infer`); pure. Whether the shape fits a known
collection is `match`'s question, what collection it would make is `propose`'s.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from registry.errors import shown
from registry.record import INT64_MAX, NUMERIC, TEMPORAL, Type
from registry.shape.headers import (
    KEY_WORDS,
    label_rank,
    looks_like_key,
    looks_like_money,
    looks_like_time,
    singular,
    unit_of,
    words_of,
)
from registry.shape.infer import Evidence
from registry.shape.naming import field_names

#: (format, lowest, highest): numbers between 1973 and 2100 in each unit. Nanoseconds are not told
#: from their size: a time holds whole microseconds, and a row that is finer would be lost.
_EPOCHS: Final = (
    ("epoch_s", 1e8, 4.2e9),
    ("epoch_ms", 1e11, 4.2e12),
    ("epoch_us", 1e14, 4.2e15),
)
_WHOLE_MAX: Final = INT64_MAX // 100 - 1_000  # of a decimal with two digits after the point
_SURE_KEYS: Final = frozenset({"uuid", "guid", "sku", "isbn"})
#: who and what takes part in many events
_ACTORS: Final = frozenset(
    [
        "customer",
        "client",
        "user",
        "person",
        "member",
        "employee",
        "patient",
        "student",
        "account",
        "player",
        "driver",
        "rider",
        "vendor",
        "supplier",
        "seller",
        "buyer",
        "store",
        "shop",
        "product",
        "item",
        "device",
        "sensor",
        "host",
        "machine",
        "station",
        "city",
        "country",
        "region",
        "category",
        "department",
        "team",
        "company",
        "location",
        "room",
        "series",
    ]
)
_KEY_ROWS_MIN: Final = 50  # unique in fewer may be chance
_TIME_ORDER: Final = ("timestamp", "ts", "time", "datetime", "at", "date", "when", "created", "day")
_NOT_EVENTS: Final = frozenset({"birth", "born", "dob", "birthday", "expiry", "expires", "due"})
_ZONE: Final = re.compile(r"(?:Z|UTC|[+-]\d\d:?\d\d)\s*$")
_BOOL_PAIRS: Final = ({"true", "false"}, {"yes", "no"}, {"t", "f"}, {"y", "n"})
DATE_FORMATS: Final = {"dmy": "day.month.year", "mdy": "month/day/year"}


@dataclass(frozen=True, slots=True)
class ColumnShape:
    """A column: its header, the field name it would have, and the type that all cells seen fit."""

    header: str
    name: str
    kind: Type
    evidence: Evidence
    format: str = ""
    unit: str | None = None
    declared_key: bool = False


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """`column` holds keys of `table`."""

    column: str
    table: str


@dataclass(frozen=True, slots=True)
class Shape:
    """A table. `key`, `time` and `label` are headers. `complete`: every row was looked at."""

    table: str
    columns: tuple[ColumnShape, ...]
    rows: int | None = None
    complete: bool = False
    key: str | None = None
    time: str | None = None
    label: str | None = None
    foreign: tuple[ForeignKey, ...] = ()
    notes: tuple[str, ...] = field(default=())

    def column(self, header: str) -> ColumnShape:
        return next(column for column in self.columns if column.header == header)


def shape_of(table: dict[str, Any]) -> Shape:
    """The shape of a peeked table (`mcp_servers.readers.peek`)."""
    notes = list(table["notes"])
    raw = table["columns"]
    names = field_names(column["header"] for column in raw)
    columns = tuple(_column(column, name, notes) for column, name in zip(raw, names, strict=True))
    return Shape(
        table=table["name"],
        columns=columns,
        rows=table["rows"],
        complete=bool(table["whole"]),
        key=_key(table["name"], columns),
        time=_time(columns),
        label=_label(columns),
        foreign=tuple(
            ForeignKey(f["columns"][0], f["table"])
            for f in table["foreign"]
            if len(f["columns"]) == 1
        ),
        notes=tuple(notes),
    )


def _column(column: dict[str, Any], name: str, notes: list[str]) -> ColumnShape:
    header, evidence = column["header"], Evidence.from_wire(column["evidence"])
    kind, format = _kind(header, evidence, notes)
    if kind.name == "time" and not format.startswith("epoch") and _zoneless(evidence):
        notes.append(f"{shown(header)}: times without a zone are taken as UTC")
    return ColumnShape(
        header=header,
        name=name,
        kind=kind,
        evidence=evidence,
        format=format,
        unit=unit_of(header) if kind.name in NUMERIC else None,
        declared_key=bool(column["key"]),
    )


def _zoneless(evidence: Evidence) -> bool:
    return not all(_ZONE.search(example) for example in evidence.examples)


def _kind(header: str, evidence: Evidence, notes: list[str]) -> tuple[Type, str]:
    if evidence.declared is not None:
        return _declared(evidence)
    if evidence.rows == evidence.nulls:
        return Type("text"), ""
    for name, format in evidence.candidates:
        if format in DATE_FORMATS:
            return _calendar(header, evidence, name, notes)
        if name == "bool" and not _is_bool(evidence):
            continue
        if name in ("int", "float"):
            return _number(header, name, evidence)
        return Type(name), format  # type: ignore[arg-type]
    return Type("text"), ""


def _declared(evidence: Evidence) -> tuple[Type, str]:
    """The file's own word, unless a cell does not fit it: then text, so that no row is lost."""
    assert evidence.declared is not None
    name, format, scale = evidence.declared
    proven = name in ("int", "float", "bool", "json") and evidence.rows > evidence.nulls
    if proven and (name, "") not in evidence.candidates:
        return Type("text"), ""
    return Type(name, scale if name == "decimal" else 0), format  # type: ignore[arg-type]


def _calendar(header: str, evidence: Evidence, name: str, notes: list[str]) -> tuple[Type, str]:
    """Day first or month first, if the values leave only one of them."""
    formats = {format for kind, format in evidence.candidates if kind == name and format}
    if len(formats) > 1:
        notes.append(
            f"{shown(header)}: day first or month first cannot be told from the values, "
            "so it stays text"
        )
        return Type("text"), ""
    format = formats.pop()
    notes.append(f"{shown(header)}: dates are read as {DATE_FORMATS[format]}")
    return Type(name), format  # type: ignore[arg-type]


def _is_bool(evidence: Evidence) -> bool:
    if evidence.typed:
        return True
    seen = {text.lower() for text in evidence.distinct or ()}
    return any(seen <= pair for pair in _BOOL_PAIRS[:2]) or seen in _BOOL_PAIRS[2:]


def _number(header: str, name: str, evidence: Evidence) -> tuple[Type, str]:
    if looks_like_time(header) and evidence.low is not None and evidence.high is not None:
        for format, lowest, highest in _EPOCHS:
            if lowest <= evidence.low and evidence.high <= highest:
                return Type("time"), format
    if evidence.cents and looks_like_money(header):
        return (Type("decimal", 2) if _cents_fit(evidence) else Type("text")), ""
    return Type(name), ""  # type: ignore[arg-type]


def _cents_fit(evidence: Evidence) -> bool:
    """Whether all cells seen, in cents, are 64-bit integers: one that is not would cost its row."""
    largest = max(abs(evidence.low or 0.0), abs(evidence.high or 0.0))
    return largest < _WHOLE_MAX


# -- roles ---------------------------------------------------------------------------------------


def _key(table: str, columns: Iterable[ColumnShape]) -> str | None:
    """A unique column without gaps that is named like a key: `id`, then `TABLE_id`, then the first
    one.

    A wrong key loses data: the next row of the same customer or postcode would overwrite the last.
    So the id of what comes again and again has to be unique in many rows, and a code to be first.
    """
    own = {singular(word) for word in words_of(table)}
    ranked = []
    for place, column in enumerate(columns):
        if not column.evidence.unique or column.kind.name in ("float", "json", "bytes", "bool"):
            continue
        words = words_of(column.header) or [""]
        if column.declared_key or words == ["id"]:
            ranked.append((0, place, column.header))
        elif _is_own(words, own):
            ranked.append((1, place, column.header))
        elif place == 0 and looks_like_key(column.header) and words[-1] != "id":
            ranked.append((2, place, column.header))
        elif place == 0 and words[-1] == "id" and not _comes_again(words, column.evidence.rows):
            ranked.append((3, place, column.header))
    return min(ranked)[2] if ranked else None


def _is_own(words: list[str], own: set[str]) -> bool:
    """`order_id` in a table of orders, and codes that are made to be keys."""
    if words[-1] in _SURE_KEYS:
        return True
    of = {singular(word) for word in words[:-1]}
    return bool(of) and of <= own and words[-1] in KEY_WORDS


def _comes_again(words: list[str], rows: int) -> bool:
    """`customer_id` in a table of something else, unless so many rows have a customer each."""
    return rows < _KEY_ROWS_MIN and not _ACTORS.isdisjoint(map(singular, words[:-1]))


def _time(columns: Iterable[ColumnShape]) -> str | None:
    """When a row happened: the temporal column whose name says so best."""
    ranked = []
    for place, column in enumerate(columns):
        words = words_of(column.header)
        if column.kind.name not in TEMPORAL or not _NOT_EVENTS.isdisjoint(words):
            continue
        rank = min((_TIME_ORDER.index(w) for w in words if w in _TIME_ORDER), default=99)
        ranked.append((rank, column.kind.name == "date", place, column.header))
    return min(ranked)[3] if ranked else None


def _label(columns: Iterable[ColumnShape]) -> str | None:
    ranked = [
        (rank, place, column.header)
        for place, column in enumerate(columns)
        if column.kind.name == "text" and (rank := label_rank(column.header)) is not None
    ]
    return min(ranked)[2] if ranked else None
