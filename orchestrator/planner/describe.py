"""A plan as one plain sentence: what the answer will hold, from where, under which conditions."""

from __future__ import annotations

import re
from typing import Final

from registry.plan import (
    And,
    Compare,
    Compute,
    In,
    IsNull,
    Like,
    Match,
    Measured,
    Not,
    Or,
    Predicate,
    QueryPlan,
    conjuncts,
)

_WORDS: Final = {
    "=": "is",
    "!=": "is not",
    ">": "is over",
    ">=": "is at least",
    "<": "is under",
    "<=": "is at most",
    "contains": "contains",
    "starts": "starts with",
    "ends": "ends with",
}
_FOLDS: Final = {
    "count": "Number of",
    "distinct": "Number of different",
    "sum": "Total",
    "avg": "Average",
    "min": "Smallest",
    "max": "Largest",
    "median": "Median",
}
_ARITHMETIC: Final = {"+": "plus", "-": "minus", "*": "times", "/": "divided by"}
_SETS: Final = {"union": "and also", "intersect": "that are also in", "except": "but not"}
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d(T[\d:.]+Z)?")


def describe(plan: QueryPlan) -> str:
    """One sentence without a full stop, in the plan's own names."""
    head = _what(plan)
    head += "".join(f" without any {join.to}" for join in plan.joins if join.kind == "anti")
    if plan.where is not None:
        head += f" where {predicate(plan.where)}"
    tail = []
    if plan.group:
        tail.append("by " + " and ".join(_keys(plan)))
    tail += map(_computed, plan.compute)
    if plan.having is not None:
        tail.append(f"where {predicate(plan.having)}")
    if plan.combine is not None:
        tail.append(f"{_SETS[plan.combine.op]} ({describe(plan.combine.plan)})")
    if plan.order:
        orders = (f"{o.by}, highest first" if o.desc else o.by for o in plan.order)
        tail.append("ordered by " + ", then ".join(orders))
    if plan.per is not None:
        each = " and ".join(plan.per.by)
        tail.append(f"the first{'' if plan.per.n == 1 else f' {plan.per.n}'} of each {each}")
    if plan.limit is not None:
        tail.append("the first" if plan.limit == 1 else f"the first {plan.limit}")
    return ", ".join((head, *tail))


def _computed(compute: Compute) -> str:
    if compute.op == "previous":
        return f"with {compute.alias} for the {compute.args[0]} of the period before"
    if compute.op == "total":
        name, *by = compute.columns
        within = f" of each {' and '.join(by)}" if by else ""
        return f"with {compute.alias} for the total {name}{within}"
    left, right = compute.args
    return f"with {compute.alias} for {left} {_ARITHMETIC[compute.op]} {right}"


def _keys(plan: QueryPlan) -> list[str]:
    """Group keys; an id that only tells equal labels apart is left out."""
    labelled = {key.field.rpartition(".")[0] for key in plan.group}
    own = {key.field for key in plan.group}
    return [
        f"{key.bucket} of {key.field}" if key.bucket else key.field
        for key in plan.group
        if key.field not in labelled and not (key.field == "id" and len(own) > 1)
    ]


def _what(plan: QueryPlan) -> str:
    if plan.measures:
        return " and ".join(_measure(measure, plan.source) for measure in plan.measures)
    if plan.group:
        return f"Groups of {plan.source}"
    if not plan.select:
        return f"Records of {plan.source}"
    return f"{'Different ' if plan.distinct else ''}{', '.join(plan.select)} of {plan.source}"


def _measure(measure: Measured, source: str) -> str:
    limited = f" where {predicate(measure.where)}" if measure.where is not None else ""
    if measure.field is None:
        return f"Number of {source}{limited}"
    fold = _FOLDS.get(measure.fn) or f"{(measure.q or 0) * 100:g}th percentile of"
    return f"{fold} {measure.field} of {source}{limited}"


def predicate(node: Predicate) -> str:
    """A predicate in words."""
    if isinstance(node, And):
        return " and ".join(phrases(conjuncts(node)))
    if isinstance(node, Or):
        return "(" + " or ".join(predicate(arg) for arg in node.args) + ")"
    if isinstance(node, Not):
        if isinstance(node.arg, IsNull):
            return f"{node.arg.field} is not empty"
        return f"not ({predicate(node.arg)})"
    if isinstance(node, IsNull):
        return f"{node.field} is empty"
    if isinstance(node, Match):
        return f"the text matches {node.text}"
    if isinstance(node, In) and node.plan is not None:
        return f"{node.field} is one of ({describe(node.plan)})"
    if isinstance(node, In):
        return f"{node.field} is one of {', '.join(map(str, node.values[:8]))}"
    return _leaf(node)


def _leaf(node: Compare | Like) -> str:
    if isinstance(node, Compare) and node.plan is not None:
        return f"{node.field} {_WORDS[node.op]} ({describe(node.plan)})"
    if isinstance(node, Compare) and node.other is not None:
        return f"{node.field} {_WORDS[node.op]} {node.other}"
    if isinstance(node.value, str) and _MOMENT.fullmatch(node.value) and node.op in (">=", "<"):
        return f"{node.field} is {'from' if node.op == '>=' else 'before'} {_short(node.value)}"
    return f"{node.field} {_WORDS[node.op]} {str(node.value)[:80]}"


def _short(moment: str) -> str:
    return moment.removesuffix("T00:00:00Z").removesuffix(":00Z").replace("T", " ")


def phrases(parts: tuple[Predicate, ...]) -> list[str]:
    """The parts of a conjunction in words, both ends of a window in one."""
    out: list[str] = []
    for part in parts:
        said = predicate(part)
        start, _, end = said.partition(" is before ")
        if end and out and out[-1].startswith(f"{start} is from "):
            out[-1] += f" to before {end}"
        else:
            out.append(said)
    return out
