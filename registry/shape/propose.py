"""A new domain for data that fits none: collections, fields, keys and references from shapes.

Values seen are never frozen into an enum, since later files may bring others. Headers are a
stranger's text: only their words reach a description.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from registry.catalog import Catalogue
from registry.domain import DomainSpec, parse_spec
from registry.shape.headers import meant_words, said_for, singular, without_prefix, words_of
from registry.shape.infer import DISTINCT_MAX
from registry.shape.mapping import Mapping, To
from registry.shape.money import money
from registry.shape.naming import collection_name, domain_name
from registry.shape.neighbours import PROPOSED_MAX, proposed
from registry.shape.refer import Targets
from registry.shape.shape import ColumnShape, Shape

ENUM_LIKE_ROWS_MIN: Final = 100
_LONG_TEXT_CHARS: Final = 40
_SPELT: Final = {"km": ["kilometers", "kilometres"], "mi": ["miles"], "kg": ["kilograms", "kilos"]}
_GUESSED_COLUMNS_MAX: Final = 400  # of a source; a wider one's spec is long enough


@dataclass(frozen=True, slots=True)
class Proposal:
    """A spec, and for each table of the source its collection and mapping."""

    spec: DomainSpec
    tables: dict[str, tuple[str, Mapping]]


def propose(shapes: Sequence[Shape], name: str, catalogue: Catalogue) -> Proposal:
    """One domain with a collection per shape. `name`: any text; it is made valid and unused."""
    domain = domain_name(name, catalogue.domains)
    return propose_named(shapes, domain, catalogue)


def propose_named(
    shapes: Sequence[Shape], domain: str, catalogue: Catalogue, collection: str | None = None
) -> Proposal:
    """The same with the domain's name fixed, and the collection's where there is one table."""
    collections = _collection_names(shapes)
    if collection is not None and len(shapes) == 1:
        collections = [collection]
    by_table = dict(zip((shape.table for shape in shapes), collections, strict=True))
    few = sum(len(shape.columns) for shape in shapes) <= _GUESSED_COLUMNS_MAX
    taken = _words_taken(shapes) if few else None
    targets = Targets(shapes, by_table, domain, catalogue)
    data: dict[str, Any] = {
        "domain": domain,
        "title": domain.replace("_", " ").capitalize(),
        "description": f"Made from {_words(shapes[0].table)}"
        + (f" and {len(shapes) - 1} more tables." if len(shapes) > 1 else "."),
        "collections": {},
    }
    tables: dict[str, tuple[str, Mapping]] = {}
    for shape, name in by_shape(shapes, collections):
        data["collections"][name] = _collection(shape, targets.of(shape), taken)
        tables[shape.table] = (name, _mapping(shape))
    return Proposal(parse_spec(data, name=f"the proposal for {domain}"), tables)


def by_shape(shapes: Sequence[Shape], names: Sequence[str]) -> Iterable[tuple[Shape, str]]:
    return zip(shapes, names, strict=True)


def _collection_names(shapes: Sequence[Shape]) -> list[str]:
    out: list[str] = []
    for shape in shapes:
        base = name = collection_name(shape.table)
        count = 1
        while name in out:
            count += 1
            name = f"{base}_n{count}"
        out.append(name)
    return out


def is_id(shape: Shape, column: ColumnShape) -> bool:
    """A key that is simply called `id` is the record's id and needs no field of its own."""
    return column.header == shape.key and words_of(column.header) == ["id"]


def _mapping(shape: Shape) -> Mapping:
    return Mapping(
        {
            column.header: To("id" if is_id(shape, column) else column.name, column.format)
            for column in shape.columns
        }
    )


def _words_taken(shapes: Sequence[Shape]) -> frozenset[str]:
    """Singulars of the words of all headers and tables."""
    headers = [column.header for shape in shapes for column in shape.columns]
    texts = [*headers, *(shape.table for shape in shapes)]
    return frozenset(singular(word) for text in texts for word in meant_words(text))


def _collection(
    shape: Shape, references: dict[str, str], taken: frozenset[str] | None
) -> dict[str, Any]:
    fields = {
        column.name: {
            **_field(shape, column, references.get(column.header)),
            "proposed": _guesses(column.header, taken),
        }
        for column in shape.columns
        if not is_id(shape, column)
    }
    _say_units(shape, fields)
    if not fields:
        # A table of ids alone still needs one field to be a collection.
        fields = {"note": {"type": "text", "description": "Free text."}}
    out: dict[str, Any] = {
        "description": f"Rows of {_words(shape.table)}.",
        "synonyms": _synonyms(shape.table, collection_name(shape.table)),
        "proposed": proposed(without_prefix(meant_words(shape.table)), taken),
        "fields": fields,
    }
    if shape.key is not None and not is_id(shape, shape.column(shape.key)):
        out["key"] = [shape.column(shape.key).name]
    if shape.time is not None and shape.column(shape.time).name in fields:
        out["time"] = shape.column(shape.time).name
    if shape.label is not None:
        out["label"] = shape.column(shape.label).name
    if measures := money(shape, tuple(fields)):
        out["measures"] = measures
    return out


def _say_units(shape: Shape, fields: dict[str, dict[str, Any]]) -> None:
    """ "how many kilometers" is asked of the one column that is in kilometers."""
    units = [column.unit for column in shape.columns]
    for column in shape.columns:
        if column.name in fields and column.unit in _SPELT and units.count(column.unit) == 1:
            fields[column.name]["synonyms"] += _SPELT[column.unit]


def _field(shape: Shape, column: ColumnShape, reference: str | None) -> dict[str, Any]:
    evidence = column.evidence
    out: dict[str, Any] = {
        "type": column.kind.name,
        "description": f"{_words(column.header).capitalize()}.",
        "synonyms": _synonyms(column.header, column.name),
    }
    if column.unit is not None:
        out["unit"] = column.unit
    if column.kind.name == "decimal":
        out["scale"] = column.kind.scale
    if reference is not None:
        return {**out, "type": "ref", "to": reference, "index": True, "unit": None}
    if column.kind.name == "text":
        if words := _words_of_codes(column):
            out["words"] = words
        few = evidence.distinct is not None and len(evidence.distinct) <= DISTINCT_MAX
        if few and evidence.rows >= ENUM_LIKE_ROWS_MIN:
            out["index"] = True
        elif column.header == shape.label or evidence.chars_max > _LONG_TEXT_CHARS:
            out["search"] = True
    return out


def _words(text: str) -> str:
    return " ".join(words_of(text))[:60] or "a table"


def _synonyms(original: str, name: str) -> list[str]:
    """What a person may call it besides its name: the header as written, if that is printable
    words, and with short forms written out.
    """
    written = " ".join("".join(c if c.isalnum() else " " for c in original).split())[:60].lower()
    texts = (words_of(original), meant_words(original), without_prefix(meant_words(original)))
    spoken = {written, *(" ".join(words)[:60] for words in texts)}
    return sorted(spoken - {"", name, name.replace("_", " ")})


def _guesses(header: str, taken: frozenset[str] | None) -> list[str]:
    """Near names of a column, those without the `id` or `name` that nobody says first."""
    words = meant_words(header)
    short = words[:-1] if words[-1:] in (["id"], ["name"]) and len(words) > 1 else words
    said = {" ".join(words), " ".join(words_of(header))}
    found = dict.fromkeys((*proposed(short, taken), *proposed(words, taken)))
    return [text for text in found if text not in said][:PROPOSED_MAX]


def _words_of_codes(column: ColumnShape) -> dict[str, list[str]]:
    """What people say for codes such as `F` under `sex`."""
    found = {value: said_for(column.header, value) for value in column.evidence.distinct or ()}
    return {value: said for value, said in found.items() if said}
