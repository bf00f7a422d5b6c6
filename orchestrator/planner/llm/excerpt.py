"""The part of the catalogue that a language model is told: what the question's words could mean,
what that leads to, then the rest, as far as it fits. Pure.

Names, types and meanings; of stored values a few, and none of a field that is about a person.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

import orjson

from orchestrator.planner.lexicon import Lexicon, lexicon_of
from orchestrator.planner.vocabulary import PHRASE_WORDS_MAX, Meaning
from orchestrator.planner.words import Word, tokenise
from registry.catalog import Catalogue, Facts
from registry.domain import CollectionSpec, FieldSpec
from registry.limits import LLM_CATALOGUE_CHARS_MAX, LLM_FIELDS_MAX, VALUE_CHARS_MAX
from registry.measure import Measure

_VALUES_MAX: Final = 12  # of one field
_NAMES_MAX: Final = 20  # of columns that it shows, of measures
_REPEATS_MIN: Final = 3  # of each value, on average
_ENUM_MAX: Final = 40
_SYNONYMS_MAX: Final = 4
_ABOUT_CHARS_MAX: Final = 160
_MEASURE_CHARS_MAX: Final = 600
_NEIGHBOUR: Final = 0.3  # of the score of what it refers to


@dataclass(frozen=True, slots=True)
class Excerpt:
    """`collections`: in wire form, by address. `values`: every stored value that they tell."""

    collections: Mapping[str, Any]
    values: frozenset[str]


@dataclass(slots=True)
class _Named:
    """What the question's words may mean: a score per collection, fields, values of fields."""

    scores: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    fields: set[tuple[str, str]] = field(default_factory=set)
    values: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))

    def add(self, meaning: Meaning) -> None:
        self.scores[meaning.address] += meaning.weight
        if meaning.field:
            self.fields.add((meaning.address, meaning.field))
        if meaning.kind == "value":
            self.values[meaning.address, meaning.field].add(meaning.value)


def excerpt(text: str, catalogue: Catalogue, *, values: bool) -> Excerpt:
    """What is told for a question. `values`: whether any stored value is."""
    named = _named(tokenise(text), lexicon_of(catalogue))
    told: dict[str, Any] = {}
    said: set[str] = set()
    left = LLM_CATALOGUE_CHARS_MAX
    for address in _ranked(named.scores, catalogue):
        one, spoken = _collection(address, catalogue, named, values)
        left -= len(orjson.dumps(one)) + len(address)
        if left < 0 and told:
            break
        told[address] = one
        said |= spoken
    return Excerpt(told, frozenset(said))


def _named(words: tuple[Word, ...], lexicon: Lexicon) -> _Named:
    named = _Named()
    for first in range(len(words)):
        for last in range(first + 1, min(first + PHRASE_WORDS_MAX, len(words)) + 1):
            run = words[first:last]
            stems = tuple(word.stem for word in run)
            found = lexicon.schema.get(stems, ())
            stored = lexicon.values_at(tuple(word.text for word in run), stems)
            for meaning in (*found, *stored):
                named.add(meaning)
    return named


def _ranked(scores: Mapping[str, float], catalogue: Catalogue) -> list[str]:
    """Addresses, the likeliest first; those that it refers to, or that refer to it, close behind;
    then by size."""
    total = defaultdict(float, scores)
    for reference in catalogue.references:
        for one, other in (
            (reference.source, reference.target),
            (reference.target, reference.source),
        ):
            total[other] = max(total[other], _NEIGHBOUR * scores.get(one, 0.0))
    return sorted(catalogue.collections, key=lambda a: (-total[a], -catalogue.facts_of(a).rows, a))


def _collection(
    address: str, catalogue: Catalogue, named: _Named, values: bool
) -> tuple[dict[str, Any], set[str]]:
    spec, facts = catalogue.collections[address], catalogue.facts_of(address)
    said: set[str] = set()
    fields: dict[str, str] = {}
    for name in _fields(address, spec, named):
        known = _values(name, spec, facts, named.values.get((address, name), set()), values)
        said |= set(known)
        fields[name] = _field(spec.fields[name], known)
    out: dict[str, Any] = {"about": spec.description[:_ABOUT_CHARS_MAX], "fields": fields}
    if spec.synonyms:
        out["called"] = list(spec.synonyms[:_SYNONYMS_MAX])
    for key in ("time", "label"):
        if value := getattr(spec, key):
            out[key] = value
    if spec.display:
        out["shows"] = list(spec.display[:_NAMES_MAX])
    if spec.measures:
        first = islice(spec.measures.items(), _NAMES_MAX)
        out["measures"] = {name: _measure(measure) for name, measure in first}
    return out, said


def _fields(address: str, spec: CollectionSpec, named: _Named) -> list[str]:
    """Its fields in the spec's order; of too many, those that count."""
    if len(spec.fields) <= LLM_FIELDS_MAX:
        return list(spec.fields)
    leading = {*spec.key, *spec.display, *spec.references, spec.time, spec.label}

    def rank(name: str) -> tuple[bool, bool]:
        return ((address, name) not in named.fields, name not in leading)

    kept = set(sorted(spec.fields, key=rank)[:LLM_FIELDS_MAX])
    return [name for name in spec.fields if name in kept]


def _values(
    name: str, spec: CollectionSpec, facts: Facts, asked: set[str], values: bool
) -> tuple[str, ...]:
    """The values that are told: of an enum all; of stored ones those that the question may mean,
    and the categories of a small vocabulary."""
    field = spec.fields[name]
    if field.pii != "none":
        return ()
    if field.enum is not None:
        return field.enum[:_ENUM_MAX]
    known = facts.values.get(name)
    if known is None or not values:
        return ()
    # what hardly repeats is no category: it names its record, which may be a person
    repeats = len(known.values) * _REPEATS_MIN <= facts.rows and name != spec.label
    category = field.type == "text" and known.complete and repeats
    few = known.values if category and len(known.values) <= _VALUES_MAX else ()
    meant = (value for value in known.values if value in asked)
    found = dict.fromkeys((*meant, *few))
    return tuple(v for v in found if len(v) <= VALUE_CHARS_MAX)[:_VALUES_MAX]


def _field(field: FieldSpec, values: tuple[str, ...]) -> str:
    """One line: type, reference, unit, meaning, other names, values."""
    parts = [field.type if field.to is None else f"id of {field.to}"]
    if field.unit:
        parts.append(f"in {field.unit}")
    if field.description:
        parts.append(field.description[:_ABOUT_CHARS_MAX])
    if field.synonyms:
        parts.append("also called " + ", ".join(field.synonyms[:_SYNONYMS_MAX]))
    if values:
        parts.append(("one of " if field.enum else "for example ") + orjson.dumps(values).decode())
    return "; ".join(parts)


def _measure(measure: Measure) -> Any:
    """How it is computed, in the plan's own words."""
    told = measure.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    return told if len(orjson.dumps(told)) <= _MEASURE_CHARS_MAX else measure.description
