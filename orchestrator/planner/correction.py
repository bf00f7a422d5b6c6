"""A turn that puts the one before right: "no, by churned I mean closed", "I meant revenue by plan".

Says what was corrected, and what a taught word would mean; teaches nothing itself. Pure.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from orchestrator.planner.lexicon import lexicon_of
from orchestrator.planner.meant import meant
from orchestrator.planner.vocabulary import Meaning
from orchestrator.planner.words import phrase, plain
from registry.catalog import Catalogue
from registry.errors import BadInput, IsothermError, shown

_WRONG: Final = r"(?:(?:no|nope|wrong|not quite|that(?:'|’)?s (?:wrong|not right|not it|not what i meant)|that is (?:wrong|not right)|actually|sorry)\b[\s,.;:!–—-]*)"  # noqa: E501 - a pattern reads better whole
_QUOTES: Final = "\"'“”‘’«»"
_WORD: Final = re.compile(
    rf"\s*{_WRONG}*(?:by|with|when i say|if i say)\s+(?P<word>.{{1,80}}?),?\s+"
    r"(?:i|we)\s+(?:mean|meant|understand)\s+(?P<means>.{1,200})",
    re.IGNORECASE | re.DOTALL,
)
_ANEW: Final = re.compile(
    rf"\s*{_WRONG}+(?:i|we)\s+(?:mean|meant|wanted)\s+(?P<question>.{{1,2000}})",
    re.IGNORECASE | re.DOTALL,
)
_NEAR: Final = 0.05  # two meanings as likely as each other


@dataclass(frozen=True, slots=True)
class Correction:
    """Either a `word` and what it `means`, in the person's words, or the `question` that was
    meant."""

    word: str = ""
    means: str = ""
    question: str = ""


def correction(text: str) -> Correction | None:
    """What a turn corrects; `None` for a turn that asks."""
    word = _WORD.fullmatch(text)
    if word is not None:
        return Correction(word=_bare(word["word"]), means=_bare(word["means"]))
    anew = _ANEW.fullmatch(text)
    return Correction(question=anew["question"].strip()) if anew is not None else None


def _bare(text: str) -> str:
    return text.strip().rstrip(".!").strip(_QUOTES + " ")


def address_of(means: str, catalogue: Catalogue) -> str:
    """What a person's words for a meaning stand for, as `meant` reads it. `BadInput` where they
    are not known, or may stand for several things, which are then named.
    """
    with suppress(IsothermError):
        meant(means, catalogue)
        return means
    lexicon = lexicon_of(catalogue)
    found = [*lexicon.schema.get(phrase(means), ()), *lexicon.values(plain(means))]
    best: dict[str, float] = {}
    for meaning in found:
        address = _address(meaning)
        best[address] = max(best.get(address, 0.0), meaning.weight)
    ranked = sorted(best, key=lambda address: -best[address])
    if not ranked:
        raise BadInput(
            f"{shown(means)} names nothing that is stored; say it as domain.collection, "
            "domain.collection.field or domain.collection.field=value."
        )
    near = [address for address in ranked if best[address] > best[ranked[0]] - _NEAR]
    if len(near) > 1:
        raise BadInput(f"{shown(means)} may be {' or '.join(near[:6])}; say which.")
    return ranked[0]


def _address(meaning: Meaning) -> str:
    if meaning.kind == "collection":
        return meaning.address
    if meaning.kind == "value":
        return f"{meaning.address}.{meaning.field}={meaning.value}"
    return f"{meaning.address}.{meaning.value if meaning.kind == 'measure' else meaning.field}"
