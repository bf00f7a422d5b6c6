"""A plan as one plain sentence: what the answer will hold, from where, under which conditions."""

from __future__ import annotations

from registry.plan import (
    And,
    Compare,
    In,
    IsNull,
    Like,
    Match,
    Measured,
    Not,
    Or,
    Predicate,
    QueryPlan,
)

_WORDS = {"=": "is", "!=": "is not", ">": "over", ">=": "at least", "<": "under", "<=": "at most", "contains": "contains", "starts": "starts with", "ends": "ends with"}  # fmt: skip
_FOLDS = {"avg": "average", "sum": "sum", "min": "smallest", "max": "largest", "distinct": "number of different", "median": "median", "percentile": "percentile"}  # fmt: skip


def describe(plan: QueryPlan) -> str:
    """One sentence without a full stop, in the plan's own names."""
    parts = [_what(plan)]
    if plan.joins:
        kept = [j for j in plan.joins if j.kind == "anti"]
        parts += [f"without any {j.to}" for j in kept]
    if plan.where is not None:
        parts.append(f"where {predicate(plan.where)}")
    if plan.group:
        parts.append(
            "by "
            + " and ".join(f"{g.bucket} of {g.field}" if g.bucket else g.field for g in plan.group)
        )
    if plan.having is not None:
        parts.append(f"having {predicate(plan.having)}")
    if plan.order:
        parts.append("ordered by " + ", ".join(f"{o.by}{' descending' if o.desc else ''}" for o in plan.order))  # fmt: skip
    if plan.limit is not None:
        parts.append(f"at most {plan.limit}")
    return ", ".join((f"{parts[0]} {parts[1]}" if len(parts) > 1 else parts[0], *parts[2:]))


def _what(plan: QueryPlan) -> str:
    if plan.measures:
        return " and ".join(_measure(m, plan.source) for m in plan.measures)
    if plan.group:
        return f"Groups of {plan.source}"
    shown = ", ".join(plan.select)
    if not shown:
        return f"Records of {plan.source}"
    return f"{'Different ' if plan.distinct else ''}{shown} of {plan.source}"


def _measure(measure: Measured, source: str) -> str:
    limited = f" where {predicate(measure.where)}" if measure.where is not None else ""
    if measure.fn == "count" and measure.field is None:
        return f"Count of {source}{limited}"
    if measure.fn == "percentile":
        return f"{(measure.q or 0) * 100:g}th percentile of {measure.field} of {source}{limited}"
    name = {"count": "Count of"}.get(measure.fn) or f"{_FOLDS[measure.fn].capitalize()}"
    return f"{name} {measure.field} of {source}{limited}"


def predicate(node: Predicate) -> str:
    """A predicate in words."""
    if isinstance(node, And):
        return " and ".join(predicate(arg) for arg in node.args)
    if isinstance(node, Or):
        return "(" + " or ".join(predicate(arg) for arg in node.args) + ")"
    if isinstance(node, Not):
        inner = node.arg
        if isinstance(inner, IsNull):
            return f"{inner.field} is not empty"
        return f"not ({predicate(inner)})"
    if isinstance(node, IsNull):
        return f"{node.field} is empty"
    if isinstance(node, Match):
        return f"the text matches {node.text}"
    if isinstance(node, In):
        return f"{node.field} is one of {', '.join(map(str, node.values[:8]))}"
    assert isinstance(node, (Compare, Like))
    return f"{node.field} {_WORDS[node.op]} {node.value}"
