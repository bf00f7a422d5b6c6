"""What a taught word means, against today's catalogue; and which words may be taught at all.

A taught word stands beside those of the schema. It never takes a name of the schema or a word of
the grammar (P10).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from orchestrator.planner.grammar import RESERVED
from orchestrator.planner.vocabulary import PHRASE_WORDS_MAX, Meaning
from orchestrator.planner.words import phrase, plain
from registry.catalog import Catalogue
from registry.domain import ENVELOPE, CollectionSpec, DomainSpec
from registry.errors import BadInput, IsothermError, shown
from registry.limits import VALUE_CHARS_MAX
from registry.record import decode

#: over a name of the schema of the same length, since a person said it; see `names`
_WEIGHTS: Final = {"collection": 1.02, "field": 1.0, "value": 1.0, "measure": 1.06}


def meant(means: str, catalogue: Catalogue) -> Meaning:
    """`domain.collection`, `….field`, `….measure` or `….field=value` as a meaning. An
    `IsothermError` says what of it there is not.
    """
    place, equals, value = means.partition("=")
    domain, _, rest = place.strip().partition(".")
    collection, _, name = rest.partition(".")
    address = f"{domain}.{collection}"
    spec = catalogue.collection(address)
    if equals:
        return _weighed("value", address, name, _value(spec, name, value.strip()))
    if not name:
        return _weighed("collection", address)
    if name in spec.measures:
        return _weighed("measure", address, spec.measures[name].field or "", name)
    spec.field(name)
    return _weighed("field", address, name)


def _weighed(kind: str, address: str, field: str = "", value: str = "") -> Meaning:
    return Meaning(kind, address, field, value, _WEIGHTS[kind])  # type: ignore[arg-type]


def _value(spec: CollectionSpec, name: str, value: str) -> str:
    field = spec.field(name)
    if field.type not in ("text", "ref", "bool"):
        raise BadInput(f"{shown(name)} is {field.type}; a word can mean a text or yes and no.")
    if field.enum is not None and value not in field.enum:
        raise BadInput(
            f"{shown(name)} is never {shown(value)}; it is {', '.join(field.enum[:20])}."
        )
    if not value or len(value) > VALUE_CHARS_MAX:
        raise BadInput(f"A value that a word means has 1 to {VALUE_CHARS_MAX} characters.")
    if field.type == "bool":
        decode({"true": True, "false": False}.get(value, value), field.kind, where=name)
    return value


def check_word(word: str, catalogue: Catalogue) -> str:
    """The word, blanks put right; `BadInput` where it is one of the grammar's or the schema's."""
    key = phrase(word)
    said = " ".join(word.split())
    if (
        not 0 < len(key) <= PHRASE_WORDS_MAX
        or len(said) > VALUE_CHARS_MAX
        or not said.isprintable()
    ):
        raise BadInput(f"A word to teach is 1 to {PHRASE_WORDS_MAX} plain words.")
    if all(part in RESERVED or part.isdigit() for part in plain(word)):
        raise BadInput(f"{shown(said)} has a meaning in every question; teach another word.")
    if key in names(catalogue):
        raise BadInput(f"{shown(said)} is a name of the schema; rename it there, by its file.")
    return said


def names(catalogue: Catalogue) -> frozenset[tuple[str, ...]]:
    """The stems of all names: of domains, collections, fields and measures."""
    return frozenset(key for spec in catalogue.domains.values() for key in _names_of(spec))


def _names_of(spec: DomainSpec) -> frozenset[tuple[str, ...]]:
    texts = [spec.domain, *ENVELOPE]
    for name, collection in spec.collections.items():
        texts += [name, *collection.fields, *collection.measures]
    return frozenset(map(_phrase, texts))


@lru_cache(maxsize=1 << 14)
def _phrase(text: str) -> tuple[str, ...]:
    return phrase(text)


def taught_words(catalogue: Catalogue) -> dict[tuple[str, ...], list[Meaning]]:
    """The tenant's words by their stems; what no longer fits the catalogue is passed over."""
    if not catalogue.taught.words:
        return {}
    taken, out = names(catalogue), dict[tuple[str, ...], list[Meaning]]()
    for lesson in catalogue.taught.words:
        key = phrase(lesson.word)
        try:
            made = meant(lesson.means, catalogue)
        except IsothermError:
            continue
        if key and key not in taken:
            out.setdefault(key, []).append(_surfaced(made, lesson.word))
    return out


def _surfaced(made: Meaning, word: str) -> Meaning:
    return Meaning(made.kind, made.address, made.field, made.value, made.weight, plain(word))
