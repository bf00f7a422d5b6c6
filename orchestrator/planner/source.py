"""Which collection a question is about: the one from which all that it names is near."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from orchestrator.planner.graph import Graph, Route
from orchestrator.planner.spans import Span
from orchestrator.planner.vocabulary import Meaning
from registry.catalog import Catalogue

CANDIDATES_MAX: Final = 10
_NAMED: Final = 0.35
_HEAD: Final = 0.12
_TIMELESS: Final = 0.4
_SEARCHED: Final = 0.35
_SAME_ROLE: Final = 0.011


@dataclass(frozen=True, slots=True)
class Pick:
    """A span with the meaning chosen for it under one root, and how to get there."""

    span: Span
    meaning: Meaning
    route: Route


@dataclass(frozen=True, slots=True)
class Candidate:
    """A root, its score, and the meaning of each span under it. `lost`: spans that mean nothing
    from here."""

    root: str
    score: float
    picks: tuple[Pick, ...]
    lost: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Needs:
    """What the question asks of its root beside the named things."""

    time: bool = False
    search: bool = False


def candidates(
    spans: tuple[Span, ...], catalogue: Catalogue, graph: Graph, needs: Needs
) -> list[Candidate]:
    """The likeliest roots, best first."""
    own: dict[str, float] = {}
    for span in spans:
        if span.soft and not all(s.soft for s in spans):
            continue
        best: dict[str, float] = {}
        for m in span.meanings:
            best[m.address] = max(best.get(m.address, 0.0), m.weight)
        for address, weight in best.items():
            own[address] = own.get(address, 0.0) + weight
    order = {address: place for place, address in enumerate(catalogue.collections)}
    roots = sorted(own, key=lambda a: (-own[a], order[a]))[:CANDIDATES_MAX]
    scored = [under(root, spans, catalogue, graph, needs) for root in roots]
    return sorted(scored, key=lambda c: (-c.score, order[c.root]))


def under(
    root: str, spans: tuple[Span, ...], catalogue: Catalogue, graph: Graph, needs: Needs
) -> Candidate:
    picks: list[Pick] = []
    lost: list[Span] = []
    total = named = 0.0
    for span in spans:
        found = _pick(span, root, graph, picks[-1] if picks else None)
        if span.soft and (found is None or found[0].route.steps):
            continue
        if found is None:
            lost.append(span)
            total -= 0.5
            continue
        pick, score = found
        picks.append(pick)
        total += score + 0.1 * (span.last - span.first - 1)
        if pick.meaning.kind in ("collection", "measure") and pick.meaning.address == root:
            named = max(named, _NAMED * pick.meaning.weight)
    head = next((p for p in picks if p.meaning.kind == "collection"), None)
    if head is not None and head.meaning.address == root:
        total += _HEAD
    spec = catalogue.collections[root]
    total += named - (_TIMELESS if needs.time and spec.time is None else 0.0)
    total += _SEARCHED if needs.search and spec.searched else 0.0
    return Candidate(root, total, _adjusted(tuple(picks), root, graph), tuple(lost))


def _pick(span: Span, root: str, graph: Graph, before: Pick | None) -> tuple[Pick, float] | None:
    best: tuple[float, Meaning] | None = None
    for m in span.meanings:
        cost = graph.cost(root, m.address)
        score = m.weight - cost
        if before is not None and m.kind == "value" and before.meaning.kind == "field":
            same = (m.address, m.field) == (before.meaning.address, before.meaning.field)
            score += 0.3 if same else 0.0
        if cost < 1.5 and (best is None or score > best[0] + 1e-9):
            best = (score, m)
    if best is None:
        return None
    return Pick(span, best[1], graph.routes(root, best[1].address)[0]), best[0]


def _owned(picks: list[Pick], graph: Graph) -> None:
    """A field beside a record's name is that record's: in "sessions by user country" the country
    is the user's."""
    for place, (owner, pick) in enumerate(pairwise(picks), 1):
        if pick.meaning.kind != "field" or owner.span.last != pick.span.first:
            continue
        route = _owner_route(owner, graph)
        if route is None or route.fans_out:
            continue
        address = route.steps[-1].address if route.steps else owner.meaning.address
        own = next(
            (m for m in pick.span.meanings if m.kind == "field" and m.address == address), None
        )
        if own is not None and own.weight > pick.meaning.weight - 0.25:
            picks[place] = Pick(pick.span, own, route)


def _owner_route(owner: Pick, graph: Graph) -> Route | None:
    if owner.meaning.kind == "collection":
        return owner.route
    if owner.meaning.kind == "field":
        return graph.onward(owner.route, owner.meaning.address, owner.meaning.field)
    return None


def _adjusted(picks: tuple[Pick, ...], root: str, graph: Graph) -> tuple[Pick, ...]:
    """An adjective goes with its noun: in "failed runs of active users" each value is looked up
    beside it."""
    out = list(picks)
    _owned(out, graph)
    for place, pick in enumerate(picks[:-1]):
        noun = picks[place + 1]
        if (
            pick.meaning.kind != "value"
            or noun.meaning.kind != "collection"
            or noun.span.first != pick.span.last
        ):
            continue
        better = next(
            (
                m
                for m in pick.span.meanings
                if m.kind == "value"
                and m.address == noun.meaning.address
                and m.weight > pick.meaning.weight - 0.3
            ),
            None,
        )
        if better is not None and better.address != pick.meaning.address:
            routes = graph.routes(root, better.address)
            if routes and not routes[0].fans_out:
                out[place] = Pick(pick.span, better, routes[0])
    return tuple(out)


def roles(candidate: Candidate, catalogue: Catalogue, graph: Graph) -> list[Candidate]:
    """The same with another role for a named record: "tickets of Anna" may be hers to ask or to
    answer. None where a role bears the collection's own name."""
    out = []
    for place, pick in enumerate(candidate.picks):
        address, field = pick.meaning.address, pick.meaning.field
        if pick.meaning.kind != "value" or catalogue.collections[address].label != field:
            continue
        direct = [r for r in graph.routes(candidate.root, address) if len(r.steps) == 1]
        for route in direct[1:]:
            if not route.fans_out and route.cost - direct[0].cost <= _SAME_ROLE:
                picks = list(candidate.picks)
                picks[place] = Pick(pick.span, pick.meaning, route)
                out.append(replace(candidate, picks=tuple(picks)))
    return out
