"""The planner's vocabulary, compiled from a catalogue: what each phrase may mean. Stored values
are data, and rank below schema words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal
from weakref import WeakKeyDictionary

from orchestrator.planner.grammar import FUNCTION, RESERVED
from orchestrator.planner.words import phrase, plain
from registry.catalog import Catalogue
from registry.domain import ENVELOPE, CollectionSpec, FieldSpec
from registry.limits import VALUE_CHARS_MAX
from registry.record import TEMPORAL

Kind = Literal["collection", "field", "value", "measure"]
PHRASE_WORDS_MAX: Final = 6
_GENERIC: Final = frozenset(
    {
        "name",
        "id",
        "status",
        "type",
        "value",
        "title",
        "kind",
        "state",
        "text",
        "description",
        "date",
        "time",
        "unit",
        "source",
    }
)
_TAILS: Final = frozenset(
    {
        "at",
        "on",
        "id",
        "ms",
        "s",
        "us",
        "bytes",
        "by",
        "utc",
        "ts",
        "time",
        "date",
        "count",
        "eur",
        "usd",
        "pct",
    }
)
_HEADS: Final = frozenset({"is", "has", "was", "can"})


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a phrase may mean. `value` holds the stored value, or a measure's name. `surface`:
    the words as the spec wrote them."""

    kind: Kind
    address: str
    field: str = ""
    value: str = ""
    weight: float = 1.0
    surface: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str, str, str]:
        """Everything but how it was reached."""
        return self.kind, self.address, self.field, self.value


class Lexicon:
    """Phrases of one catalogue. `schema`: by stems; `stored`: by the plain words of a stored
    value."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.schema: dict[tuple[str, ...], list[Meaning]] = defaultdict(list)
        self.stored: dict[tuple[str, ...], list[Meaning]] = defaultdict(list)
        for domain in catalogue.domains.values():
            self._domain(
                domain.domain, (domain.domain, *domain.synonyms), tuple(domain.addresses())
            )
        for address, spec in catalogue.collections.items():
            self._collection(address, spec)
        self.schema = {key: _best(found) for key, found in self.schema.items()}
        self.words: frozenset[str] = frozenset(word for key in self.schema for word in key)
        self._names = frozenset(
            key[0]
            for key, found in self.schema.items()
            if len(key) == 1 and any(m.kind != "value" for m in found)
        )
        for address, field, values in catalogue.values():
            spec_ = catalogue.collections.get(address)
            if spec_ is not None and field in spec_.fields:
                self._values(address, field, spec_.fields[field], values.values)
        self.longest = min(PHRASE_WORDS_MAX, max(map(len, self.schema), default=1))
        self.longest_value = min(8, max(map(len, self.stored), default=1))
        self._buckets: dict[int, tuple[list[str], list[str]]] | None = None

    # -- schema words ------------------------------------------------------------------------------

    def _add(self, text: str, meaning: Meaning) -> None:
        key = phrase(text)
        if 0 < len(key) <= PHRASE_WORDS_MAX:
            self.schema[key].append(replace(meaning, surface=plain(text)))

    def _domain(
        self, name: str, words: tuple[str, ...], collections: tuple[tuple[str, CollectionSpec], ...]
    ) -> None:
        for place, (address, spec) in enumerate(collections):
            weight = max(0.62 - 0.04 * place, 0.4)
            for text in words:
                self._add(text, Meaning("collection", address, weight=weight))
            for text in (address.partition(".")[2], *spec.synonyms):
                if phrase(text)[:1] != phrase(name):
                    self._add(f"{name} {text}", Meaning("collection", address, weight=1.1))

    def _collection(self, address: str, spec: CollectionSpec) -> None:
        name = address.partition(".")[2]
        self._add(name, Meaning("collection", address, weight=1.0))
        for text in spec.synonyms:
            self._add(text, Meaning("collection", address, weight=0.97))
        words = name.split("_")
        if len(words) > 1:
            self._add(words[-1], Meaning("collection", address, weight=0.6))
        for field_name, field in {**spec.fields, "id": ENVELOPE["id"]}.items():
            self._field(Meaning("field", address, field_name), field)
        if spec.label is not None and spec.label != "name":
            self._add("name", Meaning("field", address, spec.label, weight=0.65))
        for measure_name, measure in spec.measures.items():
            for text in (measure_name, *measure.synonyms):
                self._add(
                    text, Meaning("measure", address, measure.field or "", measure_name, 1.05)
                )

    def _field(self, meaning: Meaning, field: FieldSpec) -> None:
        generic = meaning.field in _GENERIC
        self._add(meaning.field, replace(meaning, weight=0.7 if generic else 0.92))
        for text in field.synonyms:
            self._add(text, replace(meaning, weight=0.7 if text in _GENERIC else 0.9))
        for text, weight in _shortened(meaning.field, field):
            self._add(text, replace(meaning, weight=weight))
        if field.type == "bool":
            for text in _opposites(meaning.field, field):
                self._add(text, replace(meaning, kind="value", value="false", weight=0.94))
        for value in field.enum or ():
            found = replace(meaning, kind="value", value=value)
            self._add(value, replace(found, weight=0.95))
            for text in field.words.get(value, ()):
                self._add(text, replace(found, weight=0.93))

    # -- stored values -----------------------------------------------------------------------------

    def _values(self, address: str, name: str, field: FieldSpec, values: tuple[str, ...]) -> None:
        if field.enum is not None or field.type not in ("text", "ref"):
            return
        weight = 0.9 if field.type == "text" else 0.8
        for value in values:
            if len(value) > VALUE_CHARS_MAX:
                continue
            key = plain(value)
            if 0 < len(key) <= 8 and not all(word in RESERVED for word in key):
                self.stored[key].append(Meaning("value", address, name, value, weight))

    def values_at(self, key: tuple[str, ...], stems: tuple[str, ...]) -> list[Meaning]:
        """Stored values spelt by these words, unless grammar and names of the schema explain
        every word (P10)."""
        found = self.stored.get(key)
        if not found or all(
            word in RESERVED or word.isdigit() or stem in self._names
            for word, stem in zip(key, stems, strict=True)
        ):
            return []
        inner = [n for n, word in enumerate(key) if word not in FUNCTION]
        core = slice(inner[0], inner[-1] + 1) if inner else slice(0, 0)
        if key[core] != key and (key[core] in self.stored or stems[core] in self.schema):
            return []  # a known word dressed up with grammar: "in Germany"
        return found

    # -- spelling ----------------------------------------------------------------------------------

    def spellings(self, length: int) -> tuple[list[str], list[str]]:
        """(schema words, value words) of about this length, to correct a misspelt word with."""
        if self._buckets is None:
            self._buckets = {}
            schema = {word for found in self.schema.values() for m in found for word in m.surface}
            stored = {word for key in self.stored if len(key) <= 3 for word in key} - schema
            for side, words in enumerate((schema, stored)):
                for word in sorted(words):
                    if len(word) >= 4 and word.isalpha():
                        self._buckets.setdefault(len(word), ([], []))[side].append(word)
        near = [self._buckets[n] for n in range(length - 2, length + 3) if n in self._buckets]
        return [w for s, _ in near for w in s], [w for _, v in near for w in v]


_OPPOSITES: Final = {
    "enabled": "disabled",
    "active": "inactive",
    "on": "off",
    "open": "closed",
    "paid": "unpaid",
}


def _opposites(name: str, field: FieldSpec) -> Iterator[str]:
    """Single words that say a flag does not hold: `unverified`, `disabled`, `inactive`."""
    for text in (name, *field.synonyms):
        words = plain(text)
        if words and words[0] in _HEADS:
            words = words[1:]
        if len(words) == 1:
            yield from (f"un{words[0]}", f"in{words[0]}", f"non {words[0]}")
        if words and words[-1] in _OPPOSITES:
            yield " ".join((*words[:-1], _OPPOSITES[words[-1]]))


def _shortened(name: str, field: FieldSpec) -> Iterator[tuple[str, float]]:
    """Shorter ways to say a field's name: `created` for `created_at`, `active` for `is_active`."""
    words = name.split("_")
    if len(words) < 2:
        return
    if words[0] in _HEADS:
        yield " ".join(words[1:]), 0.92
    if words[-1] in _TAILS:
        yield " ".join(words[:-1]), 0.88 if field.type in TEMPORAL else 0.82
        if len(words) > 2:
            yield words[0], 0.45
        return
    yield words[-1], 0.55
    yield words[0], 0.5


def _best(found: list[Meaning]) -> list[Meaning]:
    """One meaning per thing meant, its best weight, every surface form that leads to it kept
    apart."""
    best: dict[tuple[object, ...], Meaning] = {}
    for meaning in found:
        key = (*meaning.key, meaning.surface)
        if key not in best or best[key].weight < meaning.weight:
            best[key] = meaning
    return list(best.values())


_compiled: WeakKeyDictionary[Catalogue, Lexicon] = WeakKeyDictionary()


def lexicon_of(catalogue: Catalogue) -> Lexicon:
    """The catalogue's lexicon, compiled once per catalogue object."""
    found = _compiled.get(catalogue)
    if found is None:
        found = _compiled[catalogue] = Lexicon(catalogue)
    return found
