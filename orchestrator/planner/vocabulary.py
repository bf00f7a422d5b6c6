"""What the words of a spec and of stored values may mean: the entries that a lexicon is made of.

Each domain's entries are made once and shared by every catalogue that holds the domain.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Final, Literal, TypeAlias

from orchestrator.planner.demonyms import ADJECTIVES, DEMONYMS
from orchestrator.planner.grammar import NAMING, PEOPLE, RESERVED
from orchestrator.planner.words import phrase, plain, stem
from registry.domain import ENVELOPE, CollectionSpec, DomainSpec, FieldSpec
from registry.limits import DOMAINS_MAX, VALUE_CHARS_MAX
from registry.record import TEMPORAL
from registry.shape.headers import meant_words, singular

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
_KINDS: Final = frozenset({"type", "kind", "model", "make", "no", "nr", "number"})
_OF_A_KIND: Final = 0.56
_VALUE_WORDS_MAX: Final = 8
_FIELDS_KEPT: Final = 512
_PREFIXES: Final = frozenset({"no", "non", "on", "off", "in", "out", "up"})
_INFLECTED_MAX: Final = 50  # values of a field
_INFLECTED: Final = 0.04
_PROPOSED: Final = 0.7
_LANGUAGE: Final = frozenset({"language", "lang", "locale"})
_SPOKEN: Final = 0.2


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
    #: a draft's guess, nobody's word
    proposed: bool = False

    @property
    def key(self) -> tuple[str, str, str, str]:
        """Everything but how it was reached."""
        return self.kind, self.address, self.field, self.value


Phrases: TypeAlias = Mapping[tuple[str, ...], list[Meaning]]


class Stored:
    """The values of one field, by their plain words."""

    def __init__(self, address: str, field: str, weight: float, values: tuple[str, ...]) -> None:
        self.entries: dict[tuple[str, ...], list[Meaning]] = {}
        few = len(values) <= _INFLECTED_MAX
        closed = RESERVED - NAMING if few else RESERVED
        for value in values:
            key = plain(value) if len(value) <= VALUE_CHARS_MAX else ()
            claims = any(word not in closed for word in key) or (few and _compound(value, key))
            if 0 < len(key) <= _VALUE_WORDS_MAX and claims:
                tongue = key in ADJECTIVES and bool(_LANGUAGE & set(field.split("_")))
                # "Spanish users" are people from Spain
                meant = Meaning("value", address, field, value, weight - _SPOKEN * tongue)
                self.entries.setdefault(key, []).append(meant)
                for said in DEMONYMS.get(key, ()):  # "German" for Germany
                    near = replace(meant, weight=weight - _INFLECTED)
                    self.entries.setdefault(said, []).append(near)
        self.longest = max(map(len, self.entries), default=0)
        #: of few values, which people inflect as they do words of the schema
        self.stems: dict[tuple[str, ...], list[Meaning]] = {}
        for key, found in self.entries.items() if few else ():
            surface = [replace(m, weight=m.weight - _INFLECTED, surface=key) for m in found]
            self.stems.setdefault(tuple(map(stem, key)), []).extend(surface)

    @cached_property
    def openings(self) -> frozenset[str]:
        """The first words of its values, and those words' stems where it knows them."""
        return frozenset(key[0] for keys in (self.entries, self.stems) for key in keys)

    @cached_property
    def words(self) -> Mapping[int, frozenset[str]]:
        """Words of the shorter values by length, to correct a misspelt word with."""
        found: dict[int, set[str]] = defaultdict(set)
        for key in self.entries:
            for word in key if len(key) <= 3 else ():
                if len(word) >= 4 and word.isalpha():
                    found[len(word)].add(word)
        return {length: frozenset(words) for length, words in found.items()}


def _compound(value: str, key: tuple[str, ...]) -> bool:
    """Whether two words of the grammar are written as one of the data: "no-show", "in-use"."""
    return len(key) == 2 and "-" in value and key[0] in _PREFIXES and not key[1].isdigit()


@lru_cache(maxsize=_FIELDS_KEPT)
def stored(address: str, field: str, weight: float, values: tuple[str, ...]) -> Stored:
    """The vocabulary of one field's values; made once for equal values."""
    return Stored(address, field, weight, values)


_spoken: OrderedDict[int, tuple[DomainSpec, Phrases]] = OrderedDict()


def spoken(spec: DomainSpec) -> Phrases:
    """The phrases of a domain's spec; made once per spec, kept so that its id stays its own."""
    found = _spoken.get(id(spec))
    if found is None:
        found = _spoken[id(spec)] = (spec, _Speaker(spec).phrases)
        if len(_spoken) > DOMAINS_MAX:
            _spoken.popitem(last=False)
    return found[1]


class _Speaker:
    """Collects the phrases of one domain."""

    def __init__(self, spec: DomainSpec) -> None:
        self._found: dict[tuple[str, ...], list[Meaning]] = defaultdict(list)
        self._domain(spec.domain, (spec.domain, *spec.synonyms), tuple(spec.addresses()))
        for address, collection in spec.addresses():
            self._collection(address, collection, alone=len(spec.collections) == 1)
        self.phrases: Phrases = {key: _best(found) for key, found in self._found.items()}

    def _add(self, text: str, meaning: Meaning) -> None:
        key = phrase(text)
        if 0 < len(key) <= PHRASE_WORDS_MAX and not text.isdigit():
            self._found[key].append(replace(meaning, surface=plain(text)))

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

    def _collection(self, address: str, spec: CollectionSpec, *, alone: bool) -> None:
        name = address.partition(".")[2]
        self._add(name, Meaning("collection", address, weight=1.0))
        for text in spec.synonyms:
            self._add(text, Meaning("collection", address, weight=0.97))
        for text in spec.proposed:
            self._add(text, Meaning("collection", address, weight=_PROPOSED, proposed=True))
        words = name.split("_")
        if len(words) > 1:  # "bookings" are a gym's, where it has nothing else
            self._add(words[-1], Meaning("collection", address, weight=0.95 if alone else 0.6))
        for field_name, field in {**spec.fields, "id": ENVELOPE["id"]}.items():
            whose = field_name.removesuffix("_name")
            named = whose != field_name and f"{whose}_id" in spec.fields
            self._field(Meaning("field", address, field_name), field, named=named)
        told = [n for n, f in spec.fields.items() if f.type == "text" and not n.endswith("_id")]
        doers = [name for name in told if tells_people(name)]
        if not PEOPLE.isdisjoint(map(singular, words)):
            self._add("person", Meaning("collection", address, weight=0.75))
        elif len(doers) == 1:
            self._add("person", Meaning("field", address, doers[0], weight=0.75))
        if spec.label is not None and spec.label != "name":
            self._add("name", Meaning("field", address, spec.label, weight=0.65))
        for measure_name, measure in spec.measures.items():
            for text in (measure_name, *measure.synonyms):
                self._add(
                    text, Meaning("measure", address, measure.field or "", measure_name, 1.05)
                )

    def _field(self, meaning: Meaning, field: FieldSpec, *, named: bool) -> None:
        generic = meaning.field in _GENERIC
        self._add(meaning.field, replace(meaning, weight=0.7 if generic else 0.92))
        for text in field.synonyms:
            self._add(text, replace(meaning, weight=0.7 if text in _GENERIC else 0.9))
        for text in field.proposed:
            self._add(text, replace(meaning, weight=_PROPOSED, proposed=True))
        for text, weight in _shortened(meaning.field, field, meaning.address):
            self._add(text, replace(meaning, weight=weight))
        if named:  # "members" by name, where they have an id too
            self._add(meaning.field.removesuffix("_name"), replace(meaning, weight=0.9))
        first, _, last = meaning.field.partition("_")
        if last in _KINDS:  # what has a `bike_type` is a bike
            self._add(first, Meaning("collection", meaning.address, weight=_OF_A_KIND))
        spelled = "_".join(meant_words(meaning.field))
        if spelled != meaning.field:
            self._add(spelled, replace(meaning, weight=0.86))
            for text, weight in _shortened(spelled, field, meaning.address):
                self._add(text, replace(meaning, weight=weight - 0.02))
        if field.type == "bool":
            for text in _opposites(meaning.field, field):
                self._add(text, replace(meaning, kind="value", value="false", weight=0.94))
        for value in field.enum or ():
            self._add(value, replace(meaning, kind="value", value=value, weight=0.95))
        for value, texts in field.words.items():
            for text in texts:
                self._add(text, replace(meaning, kind="value", value=value, weight=0.93))


def tells_people(field: str) -> bool:
    """Whether a field's name says that it tells who."""
    return not PEOPLE.isdisjoint(field.split("_"))


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


def _shortened(name: str, field: FieldSpec, address: str) -> Iterator[tuple[str, float]]:
    """Shorter ways to say a field's name: `created` for `created_at`, `active` for `is_active`,
    `gender` for the `staff_gender` of `staff`."""
    words = name.split("_")
    if len(words) < 2:
        return
    own = phrase(address.partition(".")[2])
    for n in range(1, len(words)):
        if phrase(" ".join(words[:n])) in (own, own[-n:], own[:n]):
            yield " ".join(words[n:]), 0.7 if words[-1] in _GENERIC else 0.88
    for n in range(2, len(words)):
        yield " ".join(words[-n:]), 0.8
        yield " ".join(words[:n]), 0.72
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
