"""A question under one root as items: every stretch that means something gets its letter, in
order."""

from __future__ import annotations

from orchestrator.planner.asked import Asked
from orchestrator.planner.graph import Graph
from orchestrator.planner.shape.frame import Item, letter_of, loose_letter
from orchestrator.planner.source import Candidate, Pick
from orchestrator.planner.spans import Span
from registry.catalog import Catalogue
from registry.record import TEMPORAL


def items_of(
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
            made.append(("E", span.first, span.last, pick, None))
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
            pick = _dated(chosen[span.first], asked, catalogue)
            made.append((_letter(pick, catalogue), span.first, span.last, pick, None))
    made += [("T", w.first, w.last, None, w) for w in asked.windows]
    made += [("K", b.first, b.last, None, b) for b in asked.beats]
    made += [("O", c.first, c.last, None, c) for c in asked.comparisons]
    made += [("P", first, last, None, q) for first, last, q in asked.percentiles]
    made += [("S", s.first, s.last, None, s) for s in asked.sought]
    covered = {p for _, first, last, _, _ in made for p in range(first, last)}
    for place, word in enumerate(asked.words):
        if place not in covered and place not in asked.hidden:
            letter = loose_letter(word)
            if letter:
                made.append((letter, place, place + 1, None, None))
    made.sort(key=lambda m: m[1])
    return [
        Item(
            letter,
            n,
            first,
            last,
            " ".join(w.text if w.kind != "quoted" else w.raw for w in asked.words[first:last]),
            pick,
            payload,
        )
        for n, (letter, first, last, pick, payload) in enumerate(made)
    ]


def _dated(pick: Pick, asked: Asked, catalogue: Catalogue) -> Pick:
    """ "when was it paid" asks for a time, not for the status."""
    if pick.meaning.kind != "value" or "when" not in [w.text for w in asked.words[:2]]:
        return pick
    spec = catalogue.collections[pick.meaning.address]
    for m in pick.span.meanings:
        if (
            m.kind == "field"
            and m.address == pick.meaning.address
            and spec.field(m.field).type in TEMPORAL
        ):
            return Pick(pick.span, m, pick.route)
    return pick


def _letter(pick: Pick, catalogue: Catalogue) -> str:
    kind = pick.meaning.kind
    if kind == "field":
        return letter_of(catalogue.collections[pick.meaning.address], pick.meaning.field)
    return {"collection": "C", "value": "V", "measure": "M"}[kind]


def _absent_pick(span: Span, root: str, catalogue: Catalogue, graph: Graph) -> Pick | None:
    for meaning in span.meanings:
        if meaning.kind != "collection":
            continue
        routes = [r for r in graph.routes(root, meaning.address) if len(r.steps) == 1]
        if routes:
            return Pick(span, meaning, routes[0])
    return None
