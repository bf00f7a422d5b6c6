"""How long, how much, how many bytes: the number that a question asks for without naming it, and
folds that stand behind it: "how long are articles on average".
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from orchestrator.planner.clauses.draft import Draft
from orchestrator.planner.clauses.ranking import hinted
from orchestrator.planner.clauses.request import Column, Term, computed
from orchestrator.planner.clauses.sentence import Clause, Found
from orchestrator.planner.clauses.trailing import UNIT
from orchestrator.planner.grammar import UNITS
from orchestrator.planner.shape.comparing import in_unit
from registry.plan import Fn
from registry.record import NUMERIC

_HOW: Final = {
    "long": "length", "slow": "length", "fast": "length", "much": "price", "expensive": "price",
    "big": "size", "large": "size", "heavy": "weight", "tall": "height", "old": "age",
}  # fmt: skip
_ASKED: Final = rf"how (?:(?P<how>{'|'.join(_HOW)})|many (?P<unit>{UNIT})|(?P<n>N\d+))"
#: "how much was invoice 2026-00300 for"
_HOW_MUCH: Final = r"how much (?:is|was|are|were|did|does)(?: the)? C\d+ [VX]\d+"
_FOLD: Final = (
    r"(?P<avg>on average|typically|usually)"
    r"|(?P<sum>in total|altogether|all together|in sum|combined|overall)"
)
_IN: Final = rf"in (?P<unit>{UNIT})"
_THOUSANDS: Final = rf"in (?:thousands?|millions?)(?: of)?(?: (?:{UNIT}))?"
_SUMMED: Final = frozenset({"data", "eur", "usd", "gbp", "chf"})  # of units
_PLAIN: Final = frozenset({"day", "days", "week", "weeks"})  # of the calendar, too


def amount(draft: Draft, clause: Clause) -> Clause:
    """The clause without what asks for the number; the number waits in the draft."""
    found, fold = clause.first(_ASKED), clause.first(_FOLD)
    summed = _of_unit(draft, clause) if fold is None and draft.rank is None else None
    if summed is not None:
        return summed
    if fold is None or draft.rank is not None or _limited(clause, fold.first):
        return clause  # "over 500 EUR in total" is a condition
    fn: Fn = "avg" if fold["avg"] else "sum"
    if found is None:
        draft.behind = fn
        return fold.hear().rest
    term = _term(draft, clause, found)
    if term is None:
        return clause
    draft.amount = Column(term, fn)
    fold.hear()
    rest = fold.rest
    again = rest.first(_ASKED)
    return again.hear().rest if again is not None else rest


def _of_unit(draft: Draft, clause: Clause) -> Clause | None:
    """ "how many bytes were backed up": bytes and money are summed up, where records have them."""
    found = clause.first(rf"(?:how many |total |the )*(?P<unit>{UNIT})(?= )")
    if found is None or found.first or clause.items("N"):
        return None
    unit = UNITS[singular(found["unit"])]
    spec = draft.sense.spec(draft.request.subject)
    name = in_unit(spec, singular(found["unit"])) if unit[0] in _SUMMED else None
    if name is None:
        return None
    column = Column(Term(draft.request.subject, name), "sum")
    draft.amount = _told_in(draft, column, unit) or column
    return found.hear().rest


def _limited(clause: Clause, at: int) -> bool:
    """Whether a comparison stands before, or before "a month"."""
    back = 3 if clause.part(at - 2, at).has(r"(?:a|an|per|each) [a-z]+") else 1
    before = clause.word(at - back - 1) if clause.word(at - back)[:1] in "NCD" else ""
    return "O" in (clause.word(at - back)[:1], before[:1])  # "over 200 sign-ups in total"


def _term(draft: Draft, clause: Clause, found: Found) -> Term | None:
    named = found.item("n") or next(iter(clause.items("N", unused=True)), None)
    if found["unit"]:
        name = in_unit(draft.sense.spec(draft.request.subject), singular(found["unit"]))
        if name is not None:
            draft.use(*clause.items("N"))
            return Term(draft.request.subject, name)
    if named is not None:
        draft.use(named)
        return draft.sense.term(named, clause, kinds="N")
    if found["how"]:
        made = hinted(draft.sense, draft.request.subject, _HOW[found["how"]], True)
        return made[0] if made is not None else None
    return None


def amounts(draft: Draft) -> None:
    """What waits is shown; a fold behind a single number is of that number."""
    request = draft.request
    if draft.amount is not None:
        request.show = [c for c in request.show if c.fn is None and c not in draft.bare]
        request.show = [c for c in request.show if c.term != draft.amount.term]
        request.show.append(draft.amount)
        draft.bare.clear()
        return
    bare = all(c in draft.bare for c in request.show)
    if bare and draft.rank is None and draft.sentence.whole.has(_HOW_MUCH):
        made = hinted(draft.sense, request.subject, "price", True)
        if made is not None:
            request.show = [Column(made[0])]
            draft.bare.clear()
    numbers = [c for c in request.show if draft.number(c)]
    if draft.behind is not None and len(numbers) == 1 and len(request.show) == 1:
        request.show = [replace(numbers[0], fn=draft.behind)]


def singular(unit: str) -> str:
    return unit if unit in UNITS else unit.removesuffix("s")


_LOOSE: Final = r"which|list|show|all|each|every|per|what are|top"


def flows(draft: Draft, given: Clause) -> None:
    """ "marketing spend in October", "what did ads cost in July": of many records, the sum, where
    somebody said what to show of them otherwise."""
    request = draft.request
    plain = len(request.show) == 1 and draft.number(request.show[0]) and not request.keys
    if not plain or draft.rank is not None or draft.groups or draft.orders or request.limit:
        return
    timed = given.items("T") and not given.has(_LOOSE) and not given.items("K")
    if timed and draft.sense.described(request.show[0].term.address):
        request.show = [replace(request.show[0], fn="sum")]


def in_units(draft: Draft, clause: Clause) -> None:
    """ "… in minutes": folds of times and sizes are told in the unit that is asked for."""
    _in_thousands(draft, clause)
    found = clause.first(_IN)
    if found is None or found["unit"] in _PLAIN:
        return
    asked = UNITS[singular(found["unit"])]
    _extreme(draft, asked)
    made = [_told_in(draft, column, asked) for column in draft.request.show]
    if any(column is not None for column in made):
        found.hear()
    pairs = zip(draft.request.show, made, strict=True)
    draft.request.show = [new or old for old, new in pairs]


def _in_thousands(draft: Draft, clause: Clause) -> None:
    """ "revenue in thousands of euros"."""
    found = clause.first(_THOUSANDS)
    if found is None:
        return
    factor = 1_000 if "thousand" in found.match[0] else 1_000_000
    folds = [c for c in draft.request.show if c.fn not in (None, "count") and c.made is None]
    if len(folds) == 1:
        made = computed("/", "converted", folds[0], factor)
        draft.request.show = [made if c is folds[0] else c for c in draft.request.show]
        found.hear()


def _extreme(draft: Draft, asked: tuple[str, float]) -> None:
    """ "how big is the largest backup in MB": one number of one record is a fold of all."""
    request = draft.request
    if len(request.show) != 1 or request.limit != 1 or request.keys or len(request.order) != 1:
        return
    column, (by, desc) = request.show[0], request.order[0]
    folded = replace(column, fn="max" if desc else "min")
    if column.fn is None and column.term == by.term and _told_in(draft, folded, asked) is not None:
        request.show, request.order, request.limit = [folded], [], None


def _told_in(draft: Draft, column: Column, asked: tuple[str, float]) -> Column | None:
    if column.fn in (None, "count") or column.made is not None or column.measure:
        return None
    field = draft.sense.spec(column.term.address).field(column.term.field)
    own = UNITS.get((field.unit or "").lower()) or UNITS.get(
        (field.unit or "").lower().removesuffix("s")
    )
    if field.type not in NUMERIC or own is None or own[0] != asked[0]:
        return None
    if own[1] == asked[1]:
        return column
    if own[1] < asked[1]:
        return computed("/", "converted", column, _whole(asked[1] / own[1]))
    return computed("*", "converted", column, _whole(own[1] / asked[1]))


def _whole(factor: float) -> int | float:
    return round(factor) if abs(factor - round(factor)) < 1e-9 * factor else factor
