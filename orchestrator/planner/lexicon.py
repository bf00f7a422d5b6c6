"""The planner's vocabulary: every phrase of a catalogue and what it may mean. Stored values are
data, and rank below schema words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from weakref import WeakKeyDictionary

from orchestrator.planner.grammar import FUNCTION, NAMING, RESERVED
from orchestrator.planner.meant import taught_words
from orchestrator.planner.vocabulary import PHRASE_WORDS_MAX, Meaning, Stored, spoken, stored
from orchestrator.planner.words import Word, phrase, tokenise
from registry.catalog import Catalogue
from registry.record import TEMPORAL

_TEXT_WEIGHT: Final = 0.9
_REF_WEIGHT: Final = 0.8
_OPENINGS_MAX: Final = 4_096

_PAIR: Final = 2
_CLOSED: Final = RESERVED - NAMING  # of long vocabularies the others are no entries either


class Lexicon:
    """Phrases of one catalogue: `schema` by stems, `shelves` of stored values by plain words."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.schema: dict[tuple[str, ...], list[Meaning]] = {}
        for spec in catalogue.domains.values():
            for key, found in spoken(spec).items():
                self.schema[key] = [*self.schema.get(key, ()), *found]
        for key, found in taught_words(catalogue).items():
            self.schema[key] = [*found, *self.schema.get(key, ())]
        self.several = len(catalogue.collections) > 1
        #: (collection, field) of all moments
        self.moments = frozenset(
            (address, name)
            for address, spec in catalogue.collections.items()
            for name, field in spec.fields.items()
            if field.type in TEMPORAL
        )
        self.shelves: tuple[Stored, ...] = tuple(_shelves(catalogue))
        self._names = frozenset(
            key[0]
            for key, found in self.schema.items()
            if len(key) == 1 and any(m.kind != "value" and not m.proposed for m in found)
        )
        #: those names as they are spelt, and their plurals
        self._spelt = frozenset(
            f"{m.surface[0]}{end}"
            for key, found in self.schema.items()
            if len(key) == 1 and key[0] in self._names
            for m in found
            if m.kind != "value" and m.surface
            for end in ("", "s")
        )
        longest = max(map(len, self.schema), default=1)
        self.longest = max(
            min(PHRASE_WORDS_MAX, longest), *(shelf.longest for shelf in self.shelves), 1
        )
        self._openings: dict[str, tuple[Stored, ...]] = {}
        self._spoken: dict[int, tuple[str, ...]] | None = None
        self._stems: frozenset[str] | None = None
        self._short: dict[str, list[Meaning]] | None = None

    def short_for(self, stem: str) -> tuple[Meaning, ...]:
        """Collections called by two words of which this is one: "customer" of customer company."""
        if self._short is None:
            self._short = {}
            for key, found in self.schema.items():
                named = [m for m in found if m.kind == "collection" and 0.9 < m.weight < 1]
                for part in key if len(key) == _PAIR else ():
                    self._short.setdefault(part, []).extend(named)
        each = {m.address: m for m in self._short.get(stem, ())}
        return tuple(each.values())

    def holders(self, address: str) -> frozenset[str]:
        """The collections that have a field called as this one is: those that refer to it."""
        name = phrase(address.partition(".")[2])
        found = self.schema.get(name, ())
        return frozenset(m.address for m in found if m.kind == "field" and m.address != address)

    def _opening(self, key: tuple[str, ...]) -> tuple[Stored, ...]:
        """The shelves of which some value begins as these words do: few of many."""
        first = key[0] if key else ""
        found = self._openings.get(first)
        if found is None:
            if len(self._openings) >= _OPENINGS_MAX:
                self._openings.clear()
            found = tuple(shelf for shelf in self.shelves if first in shelf.openings)
            self._openings[first] = found
        return found

    def holds(self, key: tuple[str, ...], stems: tuple[str, ...]) -> bool:
        """Whether these words, or words with these stems, are a whole phrase or stored value."""
        return (
            stems in self.schema
            or any(key in shelf.entries for shelf in self._opening(key))
            or any(stems in shelf.stems for shelf in self._opening(stems))
        )

    def values(self, key: tuple[str, ...]) -> list[Meaning]:
        """Stored values spelt by exactly these words."""
        return [meaning for shelf in self._opening(key) for meaning in shelf.entries.get(key, ())]

    def inflected(self, stems: tuple[str, ...]) -> list[Meaning]:
        """Stored values of small vocabularies with these stems; `surface` tells how they are
        spelt."""
        found = self._opening(stems)
        return [meaning for shelf in found for meaning in shelf.stems.get(stems, ())]

    def values_at(self, key: tuple[str, ...], stems: tuple[str, ...]) -> list[Meaning]:
        """The same, unless grammar and names of the schema explain every word (P10)."""
        found = self.values(key) or self.inflected(stems)
        if len(key) > 1 and all(word in _CLOSED for word in key):
            return found  # written as one word: "no-show"
        if not found or all(
            word in _CLOSED or word.isdigit() or self._named(word, stem, len(key))
            for word, stem in zip(key, stems, strict=True)
        ):
            return []
        inner = [n for n, word in enumerate(key) if word not in FUNCTION]
        core = slice(inner[0], inner[-1] + 1) if inner else slice(0, 0)
        if key[core] != key and (stems[core] in self.schema or self.values(key[core])):
            return []  # a known word dressed up with grammar: "in Germany"
        return found

    def says(self, word: Word) -> bool:
        """Whether the word is part of any phrase or stored value."""
        if self._stems is None:
            self._stems = frozenset(part for key in self.schema for part in key)
        if word.stem in self._stems:
            return True
        length = len(word.text)
        return any(word.text in shelf.words.get(length, ()) for shelf in self.shelves)

    def _named(self, word: str, stem: str, words: int) -> bool:
        """Whether a word names something of the schema; among others only as it is spelt there:
        "united states" is no unit and no state."""
        return stem in self._names and (words == 1 or word in self._spelt)

    def spellings(self, length: int) -> tuple[list[str], list[str]]:
        """(schema words, value words) of about this length, to correct a misspelt word with."""
        if self._spoken is None:
            said = (m for found in self.schema.values() for m in found if not m.proposed)
            words = {word for m in said for word in m.surface}
            self._spoken = {}
            for word in sorted(words):
                if len(word) >= 4 and word.isalpha():
                    self._spoken[len(word)] = (*self._spoken.get(len(word), ()), word)
        near = range(length - 2, length + 3)
        schema = [word for n in near for word in self._spoken.get(n, ())]
        held = {word for shelf in self.shelves for n in near for word in shelf.words.get(n, ())}
        return schema, sorted(held.difference(schema))


def _shelves(catalogue: Catalogue) -> list[Stored]:
    out = []
    for address, name, values in catalogue.values():
        spec = catalogue.collections.get(address)
        field = spec.fields.get(name) if spec is not None else None
        if field is not None and field.enum is None and field.type in ("text", "ref"):
            weight = _TEXT_WEIGHT if field.type == "text" else _REF_WEIGHT
            out.append(stored(address, name, weight, values.values))
    return out


_compiled: WeakKeyDictionary[Catalogue, Lexicon] = WeakKeyDictionary()


def lexicon_of(catalogue: Catalogue) -> Lexicon:
    """The catalogue's lexicon, compiled once per catalogue object."""
    found = _compiled.get(catalogue)
    if found is None:
        found = _compiled[catalogue] = Lexicon(catalogue)
    return found


def knows(catalogue: Catalogue, words: Iterable[str]) -> bool:
    """Whether any of these words means something here."""
    lexicon = lexicon_of(catalogue)
    return any(lexicon.says(word) for text in words for word in tokenise(text))
