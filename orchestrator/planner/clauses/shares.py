"""Parts of a whole: "what share of users is active", "revenue per seat", "what percentage of all
orders does each country have".
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from orchestrator.planner.clauses.draft import Draft
from orchestrator.planner.clauses.given import Conditions
from orchestrator.planner.clauses.outputs import tested
from orchestrator.planner.clauses.request import (
    Among,
    Column,
    Condition,
    Empty,
    No,
    Term,
    Test,
    computed,
)
from orchestrator.planner.clauses.sentence import Clause, Item, is_item
from orchestrator.planner.clauses.sides import PERCENT
from registry.record import TEMPORAL

_SHARE: Final = (
    rf"(?:how many )?(?:{PERCENT}|share|shares|proportion|fraction|rate|ratio|part)(?: of)?"
)
_RELATIVE: Final = r"that|which|who"
_VERB: Final = (
    r"is|are|was|were|be|been|has|have|had|do|does|did|come|comes|came|get|gets|got|go|goes|went"
    r"|fall|falls|made|use|used|belong|belongs"
)
_AMONG: Final = r"(?:among|amongst|out of|within|relative to)(?: (?:those|all|the|of|only))*"


def shares(draft: Draft, clause: Clause, given: Conditions) -> None:
    """What is shown as the part of it that meets the conditions said of the part."""
    if draft.over is not None:
        _divide(draft, draft.over)
    found = clause.first(_SHARE)
    if found is None:
        return
    percent = clause.first(PERCENT)
    whole = _whole(draft)
    if whole is None:
        return
    if whole.measure and _rated(draft, whole):
        if percent is not None:
            percent.hear()
            _show(draft, computed("*", "percent", whole, 100))
        return
    told = _done(draft) or _told(draft, clause, given)
    if not told and not draft.groups:
        return
    found.hear()
    draft.request.where = [c for c in draft.request.where if c not in told]
    if told and _rates_itself(whole, told):
        whole = Column(Term(draft.request.subject), "count")
    if told:
        share = computed("/", "share", tested(whole, tuple(told), "fitting"), _named(whole))
    else:
        share = computed("/", "share", whole, computed("total", "all", whole))
    _show(draft, computed("*", "percent", share, 100) if percent is not None else share)


def _done(draft: Draft) -> list[Condition]:
    """ "what percentage of website orders opted in", "… got hired": of those that are said, the
    part of which that holds."""
    kinds = {c: draft.sense.spec(c.term.address).field(c.term.field).type for c in draft.plain()}
    flags = [c for c, kind in kinds.items() if kind == "bool" or kind in TEMPORAL]
    if len(flags) != 1 or draft.groups:
        return []
    draft.request.show.remove(flags[0])
    term = flags[0].term
    return [Test(term, "=", True) if kinds[flags[0]] == "bool" else No(Empty(term))]


def _rates_itself(whole: Column, told: list[Condition]) -> bool:
    """ "percentage of ratings of 5": they are counted, and not summed up."""
    plain = whole.fn == "sum" and not whole.measure
    return plain and any(isinstance(c, Test) and c.term == whole.term for c in told)


def _divide(draft: Draft, over: Item) -> None:
    """ "revenue per seat": the sum of one by the sum of the other."""
    draft.use(over)
    mine = _whole(draft)
    if mine is None or mine.fn not in ("sum", "count"):
        draft.wonders.append("unit price")
        return
    other = Column(draft.sense.term(over, near=mine.term.address, kinds="N"), "sum")
    if over.letter != "N":
        records = draft.sense.collection(over)
        if draft.graph.routes(mine.term.address, records):
            other = Column(Term(records), "count")
        else:
            draft.wonders.append("unit price")
    _show(draft, computed("/", "ratio", mine, other))


def _named(whole: Column) -> Column:
    return whole if whole.measure else replace(whole, called="all")


def _whole(draft: Draft) -> Column | None:
    """What the share is of: a fold, a sum of numbers, else the records."""
    show = draft.request.show
    folds = [c for c in show if c.fn]
    if folds:
        return folds[0] if len(folds) == 1 and folds[0].made is None else None
    numbers = [c for c in show if draft.number(c)]
    if len(numbers) == 1:
        return Column(numbers[0].term, "sum")
    return Column(Term(draft.request.subject), "count")


def _rated(draft: Draft, column: Column) -> bool:
    measures = draft.catalogue.collections[column.term.address].measures
    return measures[column.measure].ratio is not None


def _show(draft: Draft, share: Column) -> None:
    """The share instead of what it is of."""
    show = draft.request.show
    kept = [c for c in show if c.fn is None and c not in draft.bare and not draft.number(c)]
    draft.request.show = [*kept, share]
    draft.bare.clear()


def _told(draft: Draft, clause: Clause, given: Conditions) -> list[Condition]:
    """The conditions that tell the part from the whole: those behind the verb, where some stand
    before it; those in front of "among". A time is of both, unless it is all that is said."""
    where = draft.request.where
    timeless = [c for c in where if not _timed(draft, c)] or where
    at = {id(c): _place(c, given) for c in timeless}
    among = clause.first(_AMONG)
    if among is not None and any(at[id(c)] < among.first for c in timeless):
        among.hear()
        return [c for c in timeless if at[id(c)] < among.first]
    for pattern in (_main(clause), _relative(clause)):
        if pattern is not None:
            after = [c for c in timeless if at[id(c)] > pattern]
            if after:
                return after
    return timeless


def _main(clause: Clause) -> int | None:
    """Where the main verb stands: the last one that no relative pronoun opens."""
    words = clause.text.split()
    verbs = _VERB.split("|")
    relatives = (*_RELATIVE.split("|"), *verbs, "not")
    seen = next((n for n, w in enumerate(words) if is_item(w)), len(words))
    found = [
        n for n, w in enumerate(words) if n > seen and w in verbs and words[n - 1] not in relatives
    ]
    return found[-1] if found else None


def _relative(clause: Clause) -> int | None:
    found = clause.first(_RELATIVE)
    return found.first if found is not None and found.first > 2 else None


def _place(condition: Condition, given: Conditions) -> int:
    """Where a condition is said; of several merged into one, the last."""
    same = (p for p in given.placed if p.condition == condition or _one_of(p.condition, condition))
    return max((p.first for p in same), default=0)


def _one_of(part: Condition, whole: Condition) -> bool:
    return isinstance(part, Test) and isinstance(whole, Among) and part.term == whole.term


def _timed(draft: Draft, condition: Condition) -> bool:
    inner = condition.condition if isinstance(condition, No) else condition
    if not isinstance(inner, (Test, Among)) or isinstance(inner, Empty):
        return False
    spec = draft.catalogue.collections[inner.term.address]
    return spec.field(inner.term.field).type in TEMPORAL
