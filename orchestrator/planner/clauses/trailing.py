"""What is asked for at the end: "…, with the counts", "…: which job and how many seconds"."""

from __future__ import annotations

from typing import Final

from orchestrator.planner.clauses.request import Term
from orchestrator.planner.clauses.sentence import Clause, Found, is_item
from orchestrator.planner.grammar import AGGREGATES, UNITS

_UNITS: Final = {
    f"{u}{end}" for u in UNITS if u.isalpha() and len(u) > 1 and u != "us" for end in ("", "s")
}
UNIT: Final = "|".join(sorted(_UNITS))
_FOLDS: Final = "|".join((*AGGREGATES, *(f"{word}s" for word in AGGREGATES)))
_ITS: Final = (
    "the|their|its|that|those|these|this|his|her|only|each|as|well|too|also|both|of|how|in|and"
    "|did|does|do|was|is|were|are"
)
_NUMBER: Final = "number|numbers|count|counts|figure|figures|many|much|value|values|it"
_COUNTS: Final = frozenset({"count", "counts", "number", "numbers"})
#: each once, or a long row of one word would be matched in too many ways
_WORDS: Final = "|".join(
    sorted({*_ITS.split("|"), *_NUMBER.split("|"), *_FOLDS.split("|"), *_UNITS})
)
_TAIL: Final = (
    rf"(?:,? ?and|, (?:with|show|plus|incl|including)|with|plus|incl|including|along with)"
    rf"(?: (?:{_WORDS}|@x|U\d+))+$"
)
RANKED: Final = r"top|bottom|most|least|fewest|best|worst|[a-z]+est|first|last"
_HOW_MUCH: Final = (
    rf"(?:,|and)? ?how (?:many (?:{UNIT})|much|long|big|large|N\d+)"
    rf"(?: (?:did|does|do|is|was|it|that|they|last|take|N\d+|in (?:{UNIT})))*"
)


def tail(body: Clause) -> Found | None:
    """After a superlative, what is shown besides: "…by fee with the fee", "…and that average"."""
    found = body.first(_TAIL)
    if found is None or not body.part(0, found.first).has(RANKED):
        return None
    lead = next(word for word in found.match[0].split() if word != ",")
    return (
        found
        if lead in ("with", "plus", "incl", "including", "along")
        or of_rank(_rest(found))
        or _rest(found).has(rf"^{_HOW_MUCH}$")
        else None
    )


def _rest(found: Found) -> Clause:
    after = 2 if found.match[0].startswith(", ") else 1
    return found.clause.part(found.first + after, found.last)


def of_rank(clause: Clause, subject: str = "") -> bool:
    """Whether only the number is meant that the superlative compares: "with counts". An own field
    of the subject that is called so is asked for as any other."""
    words = clause.text.split()
    items = [clause.sentence.item(word) for word in words if is_item(word)]
    if any(i.words in _COUNTS and any(m.address == subject for m in i.meanings) for i in items):
        return False
    for word, after in zip(words, [*words[1:], ""], strict=True):
        called = clause.sentence.item(word).words if is_item(word) else ""
        if called in _COUNTS:
            continue  # "with numbers", although invoices have one
        if called and word[0] not in "UZ" and not (word[0] == "C" and after in _COUNTS):
            return False
    named = any(clause.sentence.item(w).words in _COUNTS for w in words if is_item(w))
    return named or clause.has(rf"(?:{_NUMBER}|{_FOLDS})")


def without_rank(clause: Clause, by: Term | None) -> Clause | None:
    """The clause without "how many seconds", "how long", which ask for the number that is
    compared."""
    found = clause.first(_HOW_MUCH)
    if found is None:
        return None
    numbers = clause.part(found.first, found.last).items("N")
    fields = {(m.address, m.field) for item in numbers for m in item.of_kind("field")}
    if numbers and (by is None or (by.address, by.field) not in fields):
        return None
    clause.sentence.used.update(item.place for item in numbers)
    return found.hear().rest
