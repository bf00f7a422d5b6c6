"""Does a table fit a known collection? By column names and types, with a confidence; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass
from typing import Any, Final

from registry.catalog import Catalogue
from registry.domain import CollectionSpec, FieldSpec
from registry.errors import BadInput
from registry.record import NUMERIC, TEMPORAL, encode, parse
from registry.shape.headers import looks_like_time, singular, words_of
from registry.shape.mapping import Mapping, To
from registry.shape.shape import ColumnShape, Shape
from registry.shape.written import WRITTEN

AUTO: Final = 0.8
_PAIR_MIN: Final = 0.5
_TELLING_MIN: Final = 3  # fields, from which on columns say what a table is
#: how well a column of the first type fills a field of the second; absent: not at all
_FITS: Final = {
    ("int", "float"): 1.0,
    ("int", "decimal"): 0.9,
    ("float", "decimal"): 0.6,
    ("decimal", "float"): 0.8,
    ("date", "time"): 0.9,
    ("int", "ref"): 0.9,
    ("text", "ref"): 1.0,
    ("int", "text"): 0.7,
    ("float", "text"): 0.5,
    ("date", "text"): 0.6,
    ("time", "text"): 0.6,
    ("bool", "text"): 0.6,
    ("json", "text"): 0.5,
    ("decimal", "text"): 0.6,
}
_Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """A collection that a table may go into. `lacking`: required fields that nothing fills."""

    address: str
    confidence: float
    mapping: Mapping
    lacking: tuple[str, ...]


def match(
    shape: Shape,
    catalogue: Catalogue,
    *,
    constants: MappingOf[str, Any] | None = None,
    within: str | None = None,
) -> list[Match]:
    """Candidates, best first. `within`: a domain or an address to choose from."""
    found = []
    for address, spec in catalogue.collections.items():
        domain = address.partition(".")[0]
        if within is None or within in (domain, address):
            candidate = match_one(shape, address, spec, constants or {})
            if candidate is not None:
                found.append(candidate)
    return sorted(found, key=lambda m: (-m.confidence, len(m.lacking), m.address))


def match_one(
    shape: Shape, address: str, spec: CollectionSpec, constants: MappingOf[str, Any]
) -> Match | None:
    """How the table would go into one collection; `None` when a constant has no field there."""
    if any(name not in spec.fields for name in constants):
        return None
    scores: dict[str, float] = {}
    columns: dict[str, To] = {}
    taken = set(constants)
    pairs = _pairs(shape, address, spec)
    for score, _, header, name, format in pairs:
        if header in columns or name in taken:
            continue
        columns[header] = To(name, format)
        scores[header] = score
        taken.add(name)
    extra = tuple(c.header for c in shape.columns if c.header not in columns)
    lacking = tuple(
        name
        for name, field in spec.fields.items()
        if (field.required or name in spec.key) and name not in taken
    )
    named = _named(shape.table, address, spec)
    confidence = _confidence(shape, spec, scores, filled=len(taken), named=named)
    if named and taken.issuperset(spec.fields):
        confidence = max(confidence, AUTO)  # the same export, grown by columns
    if lacking or not columns or not (named or _tells_enough(columns, spec)):
        confidence = min(confidence, 0.5)
    return Match(
        address, round(confidence, 3), Mapping(columns, _fitting(spec, constants), extra), lacking
    )


def _confidence(
    shape: Shape, spec: CollectionSpec, scores: dict[str, float], *, filled: int, named: bool
) -> float:
    cover = sum(scores.values()) / len(shape.columns)
    depth = filled / len(spec.fields)
    return min(1.0, cover * (0.75 + 0.15 * named + 0.25 * depth))


def _tells_enough(columns: dict[str, To], spec: CollectionSpec) -> bool:
    """Whether columns alone can say where a source of another name belongs.

    Not where it brings ids of its own: half the tables of the world are `id, name`, and the second
    would overwrite the first. Not with a few columns either: equal rows would pass for repeats.
    """
    fields = {to.field for to in columns.values()}
    brings_ids = "id" in fields or (bool(spec.key) and fields.issuperset(spec.key))
    return not brings_ids and len(fields) >= _TELLING_MIN


def _named(table: str, address: str, spec: CollectionSpec) -> bool:
    """Whether the source is called like the collection; `sales_2025` is like `sales_2024`."""
    domain, _, collection = address.partition(".")
    own = _stems(table)
    names = map(_stems, (collection, domain, *spec.synonyms))
    return any(name and name <= own for name in names)


def _stems(name: str) -> set[str]:
    """Its words in the singular, without numbers that stand alone (years, days, parts)."""
    return {singular(word) for word in words_of(name) if not word.isdigit()}


def _pairs(
    shape: Shape, address: str, spec: CollectionSpec
) -> list[tuple[float, int, str, str, str]]:
    """(score, −place, header, field, format) of all pairs worth considering, best first."""
    out = []
    names = _Names(address, spec)
    for place, column in enumerate(shape.columns):
        if words_of(column.header) == ["id"]:
            # Only the caller can know whether `id` means a collection's own key.
            if not spec.key:
                out.append((1.0, -place, column.header, "id", ""))
            continue
        for name, alike in names.meant(column).items():
            type_score, format = _fit(column, spec.fields[name])
            if alike * type_score >= _PAIR_MIN:
                out.append((alike * type_score, -place, column.header, name, format))
    return sorted(out, reverse=True)


class _Names:
    """What the fields of a collection are called, each way to its fields: a table may have as many
    columns as the collection has fields, and both may be thousands."""

    def __init__(self, address: str, spec: CollectionSpec) -> None:
        domain, _, collection = address.partition(".")
        self.own = (singular(collection), domain)
        self.spec = spec
        self.parts: dict[_Words, list[str]] = {}
        self.said: dict[_Words, list[str]] = {}
        self.bare: dict[_Words, list[str]] = {}
        for name, field in spec.fields.items():
            self.parts.setdefault(tuple(name.split("_")), []).append(name)
            for said in dict.fromkeys(_singular(words_of(s)) for s in (name, *field.synonyms)):
                self.said.setdefault(said, []).append(name)
            if field.unit:
                bare = tuple(w for w in name.split("_") if w != field.unit)
                self.bare.setdefault(bare, []).append(name)

    def meant(self, column: ColumnShape) -> dict[str, float]:
        """{field: how much the header means it, 0 to 1}, the likeliest first."""
        words = tuple(words_of(column.header))
        stems = _singular(words)
        found = {column.name: 1.0} if column.name in self.spec.fields else {}

        def hear(score: float, names: Sequence[str] | None) -> None:
            for name in names or ():
                found.setdefault(name, score)

        hear(1.0, self.parts.get(words))
        hear(0.95, self.said.get(stems))
        if stems[-1:] in (("id",), ("uuid",)):
            refs = self.parts.get(stems[:-1], ())
            hear(0.95, [name for name in refs if self.spec.fields[name].to is not None])
        if len(stems) > 1 and stems[0] in self.own:
            hear(0.9, self.parts.get(stems[1:]))
        hear(0.9, self.bare.get(stems))
        time = self.spec.time
        if time and column.kind.name in TEMPORAL and looks_like_time(column.header):
            hear(0.85, [time])
        return found


def _singular(words: Iterable[str]) -> _Words:
    return tuple(map(singular, words))


def _fit(column: ColumnShape, field: FieldSpec) -> tuple[float, str]:
    """(how well the column's values fill the field, the cell format to use)."""
    if column.evidence.rows == column.evidence.nulls:
        return 0.9, ""
    if field.enum is not None:
        return _enum_fit(column, field), ""
    foreign = column.unit is not None and field.unit not in (None, column.unit)
    if column.format in WRITTEN and foreign:
        return 0.0, ""  # euros are no dollars
    digits = ("int", "") in column.evidence.candidates
    kind = "int" if column.kind.name == "bool" and digits else column.kind.name
    if field.type == "bool" and digits:  # zeros and ones, however many of them
        return (1.0 if set(column.evidence.distinct or ("?",)) <= {"0", "1"} else 0.0), ""
    if kind == field.type:
        same_scale = column.kind.scale <= field.scale or field.type != "decimal"
        return (1.0 if same_scale else 0.6), column.format
    kept = field.type in TEMPORAL or (field.type in NUMERIC and column.format in WRITTEN)
    format = column.format if kept else ""
    return _FITS.get((kind, field.type), 0.0), format


def _enum_fit(column: ColumnShape, field: FieldSpec) -> float:
    seen = column.evidence.distinct
    if column.kind.name != "text" or seen is None:
        return 0.0
    return 1.0 if set(seen) <= {*(field.enum or ()), ""} else 0.0


def _fitting(spec: CollectionSpec, constants: MappingOf[str, Any]) -> dict[str, Any]:
    """Constants as their fields want them; one that does not fit stays, for the mapping's check."""
    try:
        return wire_constants(spec, constants)
    except BadInput:
        return dict(constants)


def wire_constants(spec: CollectionSpec, given: MappingOf[str, Any]) -> dict[str, Any]:
    """Constants as wire values of their fields; text is read as a cell of the field's type."""
    out: dict[str, Any] = {}
    for name, value in given.items():
        field = spec.fields.get(name)
        if field is not None and isinstance(value, str) and field.type not in ("text", "ref"):
            value = encode(parse(value, field.kind, where=f"set {name}"), field.kind)
        out[name] = value
    return out
