"""The shape of a table: its columns with types, and which of them is key, event time and label.

Made from the evidence that a reader gathered (`infer`); pure. Whether the shape fits a known
collection is `match`'s question, what collection it would make is `propose`'s.
"""

from __future__ import annotations

import re
from typing import Any, Final

from registry.errors import shown
from registry.record import INT64_MAX, NUMERIC, Type
from registry.shape.column import ColumnShape as ColumnShape  # callers find them here
from registry.shape.column import ForeignKey as ForeignKey
from registry.shape.column import Shape as Shape
from registry.shape.headers import looks_like_money, looks_like_time, sounds_like_flag, unit_of
from registry.shape.infer import Evidence
from registry.shape.naming import field_names
from registry.shape.roles import key_of, label_of, time_of
from registry.shape.written import WRITTEN, unit_written

#: (format, lowest, highest): numbers between 1973 and 2100 in each unit. Nanoseconds are not told
#: from their size: a time holds whole microseconds, and a row that is finer would be lost.
_EPOCHS: Final = (
    ("epoch_s", 1e8, 4.2e9),
    ("epoch_ms", 1e11, 4.2e12),
    ("epoch_us", 1e14, 4.2e15),
)
_WHOLE_MAX: Final = INT64_MAX // 100 - 1_000  # of a decimal with two digits after the point
_ZONE: Final = re.compile(r"(?:Z|UTC|[+-]\d\d:?\d\d)\s*$")
_FLAG_ROWS_MIN: Final = 20  # of fewer, a count may not have reached two yet
_BOOL_PAIRS: Final = ({"true", "false"}, {"yes", "no"}, {"t", "f"}, {"y", "n"})
_POINTED: Final = frozenset({"USD", "GBP", "CAD", "AUD", "INR"})
NUMBER_FORMATS: Final = {"grouped": "1,234.50", "comma": "1.234,50"}
DATE_FORMATS: Final = {"dmy": "day.month.year", "mdy": "month/day/year"}


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
        key=key_of(table["name"], columns),
        time=time_of(columns),
        label=label_of(table["name"], columns),
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
        unit=(unit_of(header) or unit_written(evidence.examples)) if kind.name in NUMERIC else None,
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
        if name == "int" and not evidence.typed and _is_flag(header, evidence):
            return Type("bool"), ""
        if format in WRITTEN:
            return _written(name, format, header, evidence, notes)
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


def _is_flag(header: str, evidence: Evidence) -> bool:
    """Whether zeros and ones say no and yes: "cancelled", "is_active", "no_show"."""
    return (
        evidence.rows >= _FLAG_ROWS_MIN
        and set(evidence.distinct or ()) == {"0", "1"}
        and sounds_like_flag(header)
    )


def _number(header: str, name: str, evidence: Evidence) -> tuple[Type, str]:
    if looks_like_time(header) and evidence.low is not None and evidence.high is not None:
        for format, lowest, highest in _EPOCHS:
            if lowest <= evidence.low and evidence.high <= highest:
                return Type("time"), format
    if evidence.cents and looks_like_money(header):
        return (Type("decimal", 2) if _cents_fit(evidence) else Type("text")), ""
    return Type(name), ""  # type: ignore[arg-type]


def _written(
    name: str, format: str, header: str, evidence: Evidence, notes: list[str]
) -> tuple[Type, str]:
    """Numbers as people write them, if the values leave only one notation. Without any comma or
    point both are the same; beside a dollar a comma tells thousands apart."""
    both = ("float", "comma") in evidence.candidates and format == "grouped"
    alike = ("int", "comma") in evidence.candidates
    if both and not alike and unit_written(evidence.examples) not in _POINTED:
        notes.append(
            f"{shown(header)}: whether the comma stands for thousands or before a fraction cannot "
            "be told from the values, so it stays text"
        )
        return Type("text"), ""
    notes.append(f"{shown(header)}: numbers are read as {NUMBER_FORMATS[format]}")
    if name == "float" and evidence.cents:
        return Type("decimal", 2), format
    return Type(name), format  # type: ignore[arg-type]


def _cents_fit(evidence: Evidence) -> bool:
    """Whether all cells seen, in cents, are 64-bit integers: one that is not would cost its row."""
    largest = max(abs(evidence.low or 0.0), abs(evidence.high or 0.0))
    return largest < _WHOLE_MAX
