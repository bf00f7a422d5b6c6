"""Where a plan goes: what each domain is asked, in the order that the parts hang together."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.planner.describe import describe, predicate
from orchestrator.route import Edge, Fragment, Route, fragment_plan, route
from registry.answer import Step

_KINDS = {"inner": "joined", "left": "joined where there is one", "anti": "absent there"}


def steps(cut: Route) -> tuple[Step, ...]:
    """One step for each domain that a routed plan needs, those of the plans within it first."""
    within = [step for plan in cut.plan.below for step in steps(route(plan, cut.catalogue))]
    if cut.whole:
        return (*within, Step(cut.root.domain, describe(cut.plan), cut.plan.to_wire()))
    return (*within, *_walk(cut.root, None, aggregates=cut.plan.aggregates))


def _walk(fragment: Fragment, edge: Edge | None, *, aggregates: bool) -> Iterator[Step]:
    plan = fragment_plan(fragment, aggregates=aggregates, extra=[])
    yield Step(fragment.domain, _label(fragment, edge, aggregates=aggregates), plan.to_wire())
    for below in fragment.children:
        yield from _walk(below.child, below, aggregates=aggregates)


def _label(fragment: Fragment, edge: Edge | None, *, aggregates: bool) -> str:
    names = ", ".join((fragment.source, *(join.to for join in fragment.joins)))
    said = names if edge is None else f"{names}, {_KINDS[edge.kind]} on {edge.left} = {edge.right}"
    if fragment.where:
        said += " where " + " and ".join(predicate(part) for part in fragment.where)
    return f"{said}, folded by what the others need" if aggregates else said
