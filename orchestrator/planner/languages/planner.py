"""A planner that understands further languages: it asks another one in English."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from orchestrator.planner.languages.detect import language_of
from orchestrator.planner.languages.translate import Translation, translated
from orchestrator.planner.lexicon import lexicon_of
from orchestrator.planner.reading import Context, Planner, Question, Reading, Readings
from orchestrator.planner.words import phrase
from registry.answer import Understood
from registry.catalog import Catalogue

_NAME: Final = 0.9  # the weight of what is more than a synonym


def names_of(catalogue: Catalogue) -> Callable[[str], bool]:
    """Whether a word, as it is written, is a name in the data."""
    schema = lexicon_of(catalogue).schema

    def known(word: str) -> bool:
        low = (word.lower(),)
        return any(low == m.surface and m.weight > _NAME for m in schema.get(phrase(word), ()))

    return known


def spoken(planner: Planner) -> Planner:
    """The same planner for questions in any language that there is a pack for."""

    def plan(question: Question, catalogue: Catalogue, context: Context) -> Readings:
        known = names_of(catalogue)
        pack = language_of(question.text, known)
        if pack is None:
            return planner(question, catalogue, context)
        said = translated(question.text, pack, known)
        found = planner(replace(question, text=said.text), catalogue, context)
        return replace(
            found,
            readings=tuple(_placed(reading, question.text, said) for reading in found.readings),
            not_understood=_raw(found.not_understood, question.text, said),
        )

    return plan


def _placed(reading: Reading, text: str, said: Translation) -> Reading:
    """The reading in the question's own words, and what its other phrases were taken for."""
    known = [u if u.carried else _own(u, text, said) for u in reading.understood]
    met = [(u.start, u.end) for u in known if u.start is not None and u.end is not None]
    rest = [
        Understood(text[piece.start : piece.end], piece.english, piece.start, piece.end)
        for piece in said.pieces
        if piece.english.lower() != text[piece.start : piece.end].lower()
        and not any(start < piece.end and piece.start < end for start, end in met)
    ]
    return replace(
        reading,
        understood=(*known, *rest),
        not_understood=_raw(reading.not_understood, text, said),
        language=said.language,
    )


def _own(item: Understood, text: str, said: Translation) -> Understood:
    found = said.origin(item.words)
    if found is None:
        return item
    return replace(item, words=text[slice(*found)], start=found[0], end=found[1])


def _raw(words: tuple[str, ...], text: str, said: Translation) -> tuple[str, ...]:
    places = (said.origin(word) for word in words)
    return tuple(
        text[slice(*place)] if place else word for word, place in zip(words, places, strict=True)
    )
