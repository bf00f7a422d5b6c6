"""Extremes that are asked for themselves: "the highest and lowest salary", "the longest run in
seconds".
"""

from __future__ import annotations

from typing import Final

from orchestrator.planner.clauses.draft import Draft
from orchestrator.planner.clauses.ranking import Rank
from orchestrator.planner.clauses.request import Column, computed
from orchestrator.planner.clauses.sentence import Clause, is_item
from orchestrator.planner.clauses.trailing import UNIT
from orchestrator.planner.grammar import AGGREGATES
from registry.plan import Fn

_HIGH: Final = frozenset(
    [
        "highest",
        "largest",
        "greatest",
        "biggest",
        "longest",
        "most",
        "latest",
        "oldest",
        "maximum",
        "max",
        "heaviest",
        "slowest",
        "tallest",
    ]
)
_LOW: Final = frozenset(
    [
        "lowest",
        "smallest",
        "least",
        "shortest",
        "earliest",
        "youngest",
        "minimum",
        "min",
        "cheapest",
        "fastest",
        "quickest",
    ]
)
_IN_UNIT: Final = rf"(?:in (?:{UNIT})|, (?:{UNIT})$|how (?:many (?:{UNIT})|long|much|big))"
_WHOSE: Final = (
    r"(?:,|and|at|on|by|in|from) (?:which|what|whose|who|when|where)(?: (?:was|is|did|[FD]\d+)|$)"
)
_ENDS: Final = "|".join(sorted(_HIGH | _LOW))
_BOTH_ENDS: Final = rf"(?P<a>{_ENDS}) (?:and|or|,)(?: the)? (?P<b>{_ENDS}) C\d+"


def extremes(draft: Draft, head: Clause, rank: Rank) -> list[Column]:
    """ "what is the highest and lowest salary": the extremes themselves, where nothing else is
    asked for."""
    y = rank.found.item("y")
    if rank.by is None or rank.limit != 1 or rank.fn is not None:
        return []
    if y is None or y.letter == "C":
        return _value(draft, head, rank)
    name = f"{y.letter}{y.place}"
    tokens = head.text.split()
    others = [i for i in head.items("FNDB", unused=True) if i is not y]
    if y.letter not in "ND" or name not in tokens or others:
        return []
    before = tokens[: tokens.index(name)]
    after = tokens[tokens.index(name) + 1 :][:1]
    if after and is_item(after[0]) and after[0][0] == "C":
        return []  # "most popular article": the record
    if head.has(r"(?:which|who|whose)") or any(is_item(t) and t[0] == "C" for t in before):
        return []
    if draft.sentence.whole.has(rf"{name} .*{_WHOSE}"):
        draft.request.show.append(Column(rank.by))
        return []  # "the highest price, and where was it paid": of the record, both
    fns: list[Fn] = []
    for word in before:
        if word in _HIGH:
            fns.append("max")
        elif word in _LOW:
            fns.append("min")
        elif word in AGGREGATES:
            fns.append(AGGREGATES[word])
    rank.found.hear()
    draft.use(y)
    return [Column(rank.by, fn) for fn in dict.fromkeys(fns)]


def spread(draft: Draft, clause: Clause) -> None:
    """ "the difference between the highest and the lowest fee"."""
    show = draft.request.show
    found = clause.first("difference|range|spread|gap")
    if found is not None and [c.fn for c in show] in (["max", "min"], ["min", "max"]):
        found.hear()
        high, low = sorted(show, key=lambda c: c.fn != "max")
        draft.request.show = [computed("-", "difference", high, low)]


def _value(draft: Draft, head: Clause, rank: Rank) -> list[Column]:
    """ "the longest run in seconds": the number, not whose it is."""
    found = head.first(_IN_UNIT)
    assert rank.by is not None
    both = draft.sentence.whole.first(_BOTH_ENDS)
    if both is not None and (both["a"] in _HIGH) != (both["b"] in _HIGH):
        rank.found.hear()
        both.hear()
        draft.use(*head.items("C"))
        return [Column(rank.by, "max" if both[e] in _HIGH else "min") for e in "ab"]
    if (
        found is None
        or head.items("FNDB", unused=True)
        or head.has("which|who|whose|and|,(?! in )")
    ):
        return []
    rank.found.hear()
    found.hear()
    draft.use(*head.items("C"))
    return [Column(rank.by, "max" if rank.desc else "min")]
