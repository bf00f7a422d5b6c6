"""Whether words are forms of each other: a stem that two words share does not make them one."""

from __future__ import annotations

from typing import Final

from orchestrator.planner.phrasing.english import is_word
from orchestrator.planner.vocabulary import Meaning
from orchestrator.planner.words import IRREGULAR

_ENDINGS: Final = frozenset(
    ("", *"s es e ed d ing er ers r y ies ied ying ure ures ful fully ly".split())  # noqa: SIM905 - a table of endings
)
_VOWELS: Final = frozenset("aeiouy")


def sounds_alike(word: str, other: str) -> bool:
    """Whether two words of one length differ in vowels only: "teem" and "team"."""
    pairs = zip(word, other, strict=True)
    return all(a == b or {a, b} <= _VOWELS for a, b in pairs)


def singular(word: str) -> str:
    return f"{word[:-3]}y" if word.endswith("ies") else word[:-1]


def same(surface: tuple[str, ...], texts: tuple[str, ...]) -> bool:
    """Whether the phrase is said as the spec has it; a name of several words may be of many."""
    if surface == texts:
        return True
    *first, last = texts
    *known, end = surface
    return (
        bool(first)
        and first == known
        and (end.removeprefix(last) in ("s", "es") or last.removeprefix(end) in ("s", "es"))
    )


def akin(surface: tuple[str, ...], texts: tuple[str, ...]) -> bool:
    """Whether two phrases of one stem differ by inflection only: "people" is not
    "personalisation", "import" not "importance", although their stems are equal."""
    if texts[-1] == "by" and surface != texts:
        return False  # "connections by" is not "connected by"
    if len(texts) > 1 and _verbal(surface[-1], texts[-1]):
        return False  # "services logged" are no "service logs"
    if len(texts) > 1 and texts[-1] in IRREGULAR and surface != texts and texts[0][-1:] == "s":
        return False  # "workflows ran" is what they did, and no "workflow run"
    if texts[-1].endswith("ing") and surface[-1] in IRREGULAR:
        return False  # who is paying has not paid
    return all(
        a == b or _inflected(IRREGULAR.get(a, a), IRREGULAR.get(b, b))
        for a, b in zip(surface, texts, strict=True)
    )


def over(m: Meaning, texts: tuple[str, ...]) -> bool:
    """Whether a value says what goes on, and the words what is over: who waited waits no more."""
    past = texts[-1].endswith("ed") or texts[-1] in IRREGULAR
    return m.kind == "value" and past and m.surface[-1].endswith("ing")


def _verbal(a: str, b: str) -> bool:
    """Whether one of them alone is a past tense."""
    return a.endswith("ed") != b.endswith("ed")


def _inflected(a: str, b: str) -> bool:
    short, long = sorted((a, b), key=len)
    if long in (f"{short}r", f"{short}rs") and is_word(short) and is_word(long):
        return False  # an office is no officer
    shared = next(
        (n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b))
    )
    return {a[shared:].lstrip(a[shared - 1]), b[shared:].lstrip(b[shared - 1])} <= _ENDINGS
