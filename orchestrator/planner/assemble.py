"""One reading: a question under one root becomes items, slots fill the plan, the plan is checked, and how sure we are is said."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from orchestrator.planner import (
    absence,
    codes,
    comparing,
    conditions,
    filters,
    folding,
    groups,
    moments,
    texts,
)
from orchestrator.planner.asked import Asked
from orchestrator.planner.describe import describe
from orchestrator.planner.frame import Frame, Item, letter_of
from orchestrator.planner.graph import Graph, Joins
from orchestrator.planner.listing import listing
from orchestrator.planner.parts import query
from orchestrator.planner.ranking import ranking
from orchestrator.planner.reading import Reading
from orchestrator.planner.source import Candidate, Pick
from orchestrator.planner.spans import Span, content
from orchestrator.planner.words import Word
from registry.catalog import Catalogue
from registry.check import check
from registry.errors import IsothermError
from registry.plan import Order, QueryPlan, conjoin, conjuncts

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
    groups.buckets,
    folding.aggregates,
    ranking,
)


def _items(
    asked: Asked, candidate: Candidate, catalogue: Catalogue, graph: Graph
) -> list[Item] | None:
    """Everything meaningful in the question, left to right."""
    made: list[tuple[str, int, int, Pick | None, object]] = []
    chosen = {pick.span.first: pick for pick in candidate.picks}
    for place, span in enumerate(asked.spans):
        if place in asked.absent:
            pick = _absent_pick(span, candidate.root, catalogue, graph)
            if pick is None:
                return None
            made.append(("E", span.first, span.last, pick, ()))
        elif asked.qualifies(place):
            noun = asked.absent[place + 1].meanings[0].address
            routes = graph.routes(candidate.root, noun)
            value = next((m for m in span.meanings if m.address == noun), None)
            if value is not None and value.kind != "value":
                made.append(("W", span.first, span.last, None, None))  # "never sent a message"
                continue
            if value is None or not routes:
                return None
            made.append(("V", span.first, span.last, Pick(span, value, routes[0]), "absent"))
        elif span.first in chosen:
            pick = chosen[span.first]
            made.append((_letter(pick, catalogue), span.first, span.last, pick, None))
    made += [("T", w.first, w.last, None, w) for w in asked.windows]
    made += [("K", b.first, b.last, None, b) for b in asked.beats]
    made += [("O", c.first, c.last, None, c) for c in asked.comparisons]
    made += [("P", first, last, None, q) for first, last, q in asked.percentiles]
    made += [("S", s.first, s.last, None, s) for s in asked.sought]
    covered = {p for _, first, last, _, _ in made for p in range(first, last)}
    for place, word in enumerate(asked.words):
        if place not in covered and place not in asked.hidden:
            letter = _loose_letter(word)
            if letter:
                made.append((letter, place, place + 1, None, None))
    made.sort(key=lambda m: m[1])
    return [
        Item(letter, n, first, last, " ".join(w.text if w.kind != "quoted" else w.raw for w in asked.words[first:last]), pick, payload)
        for n, (letter, first, last, pick, payload) in enumerate(made)
    ]  # fmt: skip


def _loose_letter(word: Word) -> str | None:
    if word.kind == "quoted":
        return "Q"
    if word.kind == "number" or (word.number is not None and word.text not in ("one", "zero")):
        return "Z"
    if word.kind == "code":
        return "X"
    return "U" if content(word) else None


def _letter(pick: Pick, catalogue: Catalogue) -> str:
    kind = pick.meaning.kind
    if kind == "field":
        return letter_of(catalogue.collections[pick.meaning.address].field(pick.meaning.field))
    return {"collection": "C", "value": "V", "measure": "M"}[kind]


def _absent_pick(span: Span, root: str, catalogue: Catalogue, graph: Graph) -> Pick | None:
    for meaning in span.meanings:
        if meaning.kind != "collection":
            continue
        routes = [r for r in graph.routes(root, meaning.address) if len(r.steps) == 1]
        if routes:
            return Pick(span, meaning, routes[0])
    return None


def assemble(
    asked: Asked, candidate: Candidate, catalogue: Catalogue, graph: Graph, behind: float
) -> Reading | None:
    items = _items(asked, candidate, catalogue, graph)
    if items is None:
        return None
    frame = Frame(candidate.root, catalogue, graph, asked.words, asked.now_us, items, Joins(catalogue, candidate.root))  # fmt: skip
    frame.reshape()
    for item in items:
        if item.letter == "E":
            after = [i for i in items if i.first >= item.last and i.letter == "T"]
            item.payload = {i.place for i in after}
    if not absence.absent(frame):
        return None
    for slot in _SLOTS:
        slot(frame)
    _finish(frame)
    made = _plan(frame)
    if made is None:
        return None
    missed = _missed(frame)
    return Reading(
        made,
        _confidence(frame, candidate, behind, missed),
        describe(made),
        tuple(frame.notes),
        missed,
    )


def _finish(frame: Frame) -> None:
    filters.flags(frame)
    folding.shares(frame)
    folding.contrasts(frame)
    if not frame.measures or frame.has(r"how many|number of|count"):
        _counted(frame)
    folding.numbers_in_groups(frame)
    if frame.group and not frame.measures:
        folding.count_root(frame)
    listing(frame)
    if frame.group and frame.measures and not frame.order:
        beat = next((g for g in frame.group if g.bucket), None)
        frame.order.append(
            Order(by=beat.name) if beat else Order(by=frame.measures[0].name, desc=True)
        )
    for item in frame.free("C"):
        frame.use(item)


def _counted(frame: Frame) -> None:
    if frame.having and not frame.counted and frame.measures:
        frame.doubt *= 0.75 if frame.has(r"how many|number of") else 1.0
    elif not frame.counted and not frame.order:
        folding.counts(frame)


def _plan(frame: Frame) -> QueryPlan | None:
    try:
        made = query(
            frame.root,
            joins=tuple(frame.joins.joins),
            where=conjoin([part for made in frame.where for part in conjuncts(made)]),
            select=() if frame.measures or frame.group else tuple(frame.select),
            distinct=frame.distinct and not (frame.measures or frame.group),
            group=tuple(frame.group),
            measures=tuple(frame.measures),
            having=conjoin(frame.having),
            order=tuple(frame.order),
            limit=frame.limit,
        )
        check(made, frame.catalogue)
    except (IsothermError, ValueError):
        return None
    return made


def _missed(frame: Frame) -> tuple[str, ...]:
    """Words that no part of the plan accounts for."""
    return tuple(i.words for i in frame.free("UXQOTSPEVM") if not re.fullmatch(r"\W*", i.words))


def _confidence(
    frame: Frame, candidate: Candidate, behind: float, missed: tuple[str, ...]
) -> float:
    sure = 0.97 * frame.doubt * (1.0 - min(behind, CLOSE))
    sure *= 0.94 ** sum(p.span.typo for p in candidate.picks)
    sure *= 0.98 ** len(frame.joins.joins)
    sure *= 0.9 ** len(frame.free("NZ"))
    sure *= 0.5 ** len(candidate.lost)
    if any(p.route.fans_out for p in candidate.picks):
        summed = any(m.fn in ("sum", "avg", "count") for m in frame.measures)
        sure *= 0.4 if summed else 0.6
    if missed:
        sure *= 0.4 ** min(len(missed), 3)
    return round(min(sure, 1.0), 4)
