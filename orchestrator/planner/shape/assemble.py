"""One reading: a question under one root becomes items, slots fill the plan, the plan is
checked, and how sure we are is said."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from pydantic import ValidationError

from orchestrator.planner.asked import Asked
from orchestrator.planner.describe import describe
from orchestrator.planner.graph import Graph, Joins
from orchestrator.planner.parts import query
from orchestrator.planner.reading import Reading
from orchestrator.planner.shape import (
    absence,
    codes,
    comparing,
    conditions,
    filters,
    folding,
    groups,
    moments,
    rhythms,
    texts,
)
from orchestrator.planner.shape.frame import Frame
from orchestrator.planner.shape.items import items_of
from orchestrator.planner.shape.listing import listing
from orchestrator.planner.shape.ranking import leftover, ranking
from orchestrator.planner.shape.told import IN_UNIT, told_in
from orchestrator.planner.shape.unheard import unheard
from orchestrator.planner.source import Candidate
from registry.catalog import Catalogue
from registry.check import check
from registry.errors import IsothermError
from registry.plan import Join, Order, QueryPlan, conjoin, conjuncts, leaves, paths_of

_GUESSED: Final = 0.75  # for each word that only a draft's guess explains
CLOSE: Final = 0.3  # a root this much worse than the best may still be meant


_SLOTS: Final[tuple[Callable[[Frame], None], ...]] = (
    texts.searches,
    conditions.conditions,
    conditions.measure_conditions,
    codes.codes,
    comparing.comparisons,
    absence.nulls,
    filters.values,
    moments.windows,
    groups.groups,
    groups.listed,
    rhythms.each_asked,
    groups.buckets,
    folding.aggregates,
    ranking,
)


def assemble(
    asked: Asked, candidate: Candidate, catalogue: Catalogue, graph: Graph, behind: float
) -> Reading | None:
    """The reading of a question under one root; `None` where no valid plan comes out."""
    frame = drafted(asked, candidate, catalogue, graph)
    if frame is None or not _complete(frame):
        return None
    return finished(frame, candidate, behind)


def drafted(
    asked: Asked,
    candidate: Candidate,
    catalogue: Catalogue,
    graph: Graph,
    joins: tuple[Join, ...] = (),
) -> Frame | None:
    """What the question says, and no more: no default counts, columns or order. `joins`: of a
    plan it continues."""
    items = items_of(asked, candidate, catalogue, graph)
    if items is None:
        return None
    made = Joins(joins)
    frame = Frame(candidate.root, catalogue, graph, asked.words, asked.now_us, items, made)
    frame.reshape()
    try:
        if not absence.absent(frame):
            return None
        for slot in _SLOTS:
            slot(frame)
        filters.flags(frame)
    except ValidationError:  # a part over the plan's bounds: a name or a text too long
        return None
    return frame


def _complete(frame: Frame) -> bool:
    """What is not said but meant: what to count, what to show. `False` where it cannot be."""
    try:
        _add_defaults(frame)
    except ValidationError:
        return False
    return True


def _add_defaults(frame: Frame) -> None:
    leftover(frame)
    folding.shares(frame)
    folding.contrasts(frame)
    folding.bare_sums(frame)
    if not frame.measures or frame.has(r"how many|number of|count"):
        _counted(frame)
    folding.numbers_in_groups(frame)
    if frame.group and not frame.measures:
        folding.count_root(frame)
    listing(frame)


def finished(frame: Frame, candidate: Candidate, behind: float) -> Reading | None:
    """The checked plan of a frame with its confidence; `None` where the plan does not fit the
    catalogue."""
    frame.doubt *= unheard(frame)
    if frame.group and frame.measures and not frame.order:
        beat = next((g for g in frame.group if g.bucket), None)
        frame.order.append(Order(by=beat.name) if beat else Order(by=frame.figures[0], desc=True))
    if any(i.pick is not None and i.pick.route.fans_out for i in frame.free("C")):
        frame.doubt *= 0.85  # a collection that only sets the scene
    grouped = {key.field for key in frame.group}
    frame.use(*(i for i in frame.free("FNDBR") if grouped and frame.path(i) in grouped))
    for item in frame.items:
        if item.letter == "C" and all(at != item.first for at, _ in frame.notes):
            frame.note(item, item.address)
    made = _plan(frame)
    if made is None:
        return None
    unit = IN_UNIT.search(" ".join(word.text for word in frame.words))
    made = (told_in(made, unit["unit"], frame.spec) if unit else None) or made
    missed = _missed(frame)
    sure = _confidence(frame, made, candidate, behind, missed)
    return Reading(made, sure, describe(made), frame.understood, missed)


def _counted(frame: Frame) -> None:
    if frame.having and not frame.counted and frame.measures:
        frame.doubt *= 0.75 if frame.has(r"how many|number of") else 1.0
    elif not frame.counted and not frame.order:
        folding.counts(frame)


def _plan(frame: Frame) -> QueryPlan | None:
    folded = bool(frame.measures or frame.group)
    shown = [*(key.name for key in frame.group), *frame.figures]
    try:
        made = query(
            frame.root,
            joins=tuple(frame.joins.joins),
            where=conjoin([part for made in frame.where for part in conjuncts(made)]),
            select=() if folded else tuple(frame.select),
            distinct=frame.distinct and not folded,
            group=tuple(frame.group),
            measures=tuple(frame.measures),
            compute=tuple(frame.compute),
            having=conjoin(frame.having),
            show=tuple(shown) if frame.hidden else (),
            order=tuple(frame.order),
            limit=frame.limit,
        )
        made = made.model_copy(update={"joins": needed(made)})
        check(made, frame.catalogue)
    except (IsothermError, ValueError):
        return None
    return made


def needed(plan: QueryPlan) -> tuple[Join, ...]:
    """The joins that the plan's other parts use, directly or on the way; anti joins always
    count."""
    paths = [*plan.select, *(g.field for g in plan.group), *(o.by for o in plan.order)]
    nodes = [plan.where, *(m.where for m in plan.measures)]
    paths += [m.field for m in plan.measures if m.field]
    paths += [path for node in nodes for leaf in leaves(node) for path in paths_of(leaf)]
    aliases = {path.rpartition(".")[0] for path in paths}
    for join in reversed(plan.joins):
        if join.alias in aliases or join.kind == "anti":
            aliases.add(join.on[0].rpartition(".")[0])
    return tuple(j for j in plan.joins if j.alias in aliases or j.kind == "anti")


def _missed(frame: Frame) -> tuple[str, ...]:
    """Words that no part of the plan accounts for."""
    return tuple(i.words for i in frame.free("UXQOTSPEVMK") if not re.fullmatch(r"\W*", i.words))


def _confidence(
    frame: Frame, made: QueryPlan, candidate: Candidate, behind: float, missed: tuple[str, ...]
) -> float:
    sure = 0.97 * frame.doubt * (1.0 - min(behind, CLOSE))
    sure *= 0.94 ** sum(p.span.typo for p in candidate.picks)
    sure *= _GUESSED ** sum(p.meaning.proposed for p in candidate.picks)
    sure *= 0.98 ** len(frame.joins.joins)
    sure *= (0.75 if frame.measures else 0.9) ** len(frame.free("NZ"))
    sure *= 0.85 ** len(frame.free("F"))
    sure *= 0.5 ** len(candidate.lost)
    named = {i.address for i in frame.items if i.letter in "CME"}
    subject = next((i for i in frame.items if i.letter == "C"), None)
    if frame.root not in named and subject is not None:
        sure *= (1.0, 0.93, 0.5, 0.4)[min(len(subject.steps), 3)]  # a root nobody named
    summed = any(m.fn in ("sum", "avg", "count") for m in frame.measures)
    for join in made.joins:
        if (
            join.on[1] != "id" and join.kind == "inner" and join.to not in frame.meant
        ):  # rows meet several partners
            sure *= 0.4 if summed or join.to not in named else 0.6
    if missed:
        sure *= 0.4 ** min(len(missed), 3)
    return round(min(sure, 1.0), 4)
