"""A question that continues the one before: "and last month?", "only the failed ones", "by
region". The old plan is edited, never guessed anew."""

from __future__ import annotations

import re
from typing import Final

from orchestrator.planner import folding
from orchestrator.planner.asked import Asked
from orchestrator.planner.assemble import drafted, finished
from orchestrator.planner.frame import Frame
from orchestrator.planner.grammar import AGGREGATES
from orchestrator.planner.graph import Graph
from orchestrator.planner.groups import add_group
from orchestrator.planner.parts import measured
from orchestrator.planner.reading import Reading
from orchestrator.planner.source import Needs, under
from registry.catalog import Catalogue
from registry.limits import ROWS_MAX
from registry.plan import Compare, In, IsNull, Like, Order, Predicate, QueryPlan, conjuncts, leaves

_CUE: Final = re.compile(
    r"\s*(?:and|what about|how about|only|just|now|but|same|also|ok|okay|then|by|per|in|for"
    r"|without|not|excluding|except|instead"
    r"|sort|sorted|order|ordered|top|limit|group|grouped|those|of those|of these|them|show them"
    r"|make it|break|split)\b",
    re.IGNORECASE,
)
_WORDS_MAX: Final = 9
_NUMBERS: Final = frozenset({"sum", "avg", "min", "max", "median", "percentile"})


def continues(text: str) -> bool:
    """Whether the words alone say that the question goes on from the one before."""
    return bool(_CUE.match(text)) and len(text.split()) <= _WORDS_MAX


def edited(asked: Asked, before: QueryPlan, catalogue: Catalogue, graph: Graph) -> Reading | None:
    """The plan before with this question's parts laid over it; `None` where they do not fit."""
    if before.source not in catalogue.collections:
        return None
    candidate = under(before.source, asked.present, catalogue, graph, Needs(bool(asked.windows)))
    if candidate.lost:
        return None
    frame = drafted(asked, candidate, catalogue, graph, joins=before.joins)
    if frame is None or _starts_anew(frame):
        return None
    _respoken(frame, before)
    if not (frame.where or frame.group or frame.measures or frame.limit or frame.order):
        return None
    _merge(frame, before)
    return finished(frame, candidate, 0.06)


def _respoken(frame: Frame, before: QueryPlan) -> None:
    """Words that only make sense after a plan: "top 3", "how many of those", "and the median"."""
    for found in frame.find(r"(?:top|first|limit|only|just)(?: [a-z]+)* (?P<z>Z\d+)"):
        item = frame.item(found["z"])
        number = frame.words[item.first].number
        if number is not None and number >= 1 and frame.limit is None:
            frame.limit = min(int(number), ROWS_MAX)
            frame.use(item)
            if before.measures and not before.order:
                frame.order.append(Order(by=before.measures[0].name, desc=True))
    if before.group and not frame.group:
        for found in frame.find(r"(?:what|how) about(?: the)? (?P<f>[FRB]\d+)$"):
            add_group(frame, frame.item(found["f"]))  # the other rows of a table by something
    if frame.has(r"how many|count") and not before.aggregates and not frame.measures:
        folding.count_root(frame)
        frame.limit = None
    fold = next((AGGREGATES[word] for word in frame.shape.split() if word in AGGREGATES), None)
    numbers = [m for m in before.measures if m.fn in _NUMBERS and m.field]
    if fold is not None and numbers and not frame.measures:
        path = numbers[0].field or ""
        frame.measures.append(measured(fold, path, f"{fold}_{folding.tail(path)}"))


def _starts_anew(frame: Frame) -> bool:
    """Whether the question names another collection to be counted or listed."""
    return any(i.letter == "C" and i.address != frame.root for i in frame.items)


def _merge(frame: Frame, before: QueryPlan) -> None:
    said = {leaf_field(leaf) for made in frame.where for leaf in leaves(made)}
    kept = [p for p in conjuncts(before.where) if not _overlaps(p, said)]
    frame.where = [*kept, *frame.where]
    if not frame.group:
        frame.group = list(before.group)
    if not frame.measures:
        frame.measures = list(before.measures)
        frame.compute = list(before.compute)
        frame.hidden = {m.name for m in before.measures} - set(before.show or _names(before))
        frame.having = list(conjuncts(before.having))
    if before.aggregates and not frame.measures:
        frame.group = []
    if not frame.measures and not frame.group:
        frame.select = frame.select or list(before.select)
        frame.distinct = frame.distinct or before.distinct
    if not frame.order:
        frame.order = [o for o in before.order if _known(o, frame, before)]
    if frame.limit is None and bool(frame.measures or frame.group) == before.aggregates:
        frame.limit = before.limit


def _names(plan: QueryPlan) -> list[str]:
    return [measure.name for measure in plan.measures]


def leaf_field(leaf: object) -> str | None:
    """The field that a leaf of a predicate is about."""
    return leaf.field if isinstance(leaf, (Compare, In, IsNull, Like)) else None


def _overlaps(node: Predicate, said: set[str | None]) -> bool:
    return any(leaf_field(leaf) in said for leaf in leaves(node))


def _known(order: Order, frame: Frame, before: QueryPlan) -> bool:
    names = {g.name for g in frame.group} | {m.name for m in frame.measures}
    names |= {made.alias for made in frame.compute}
    return order.by in names if names else not before.aggregates
