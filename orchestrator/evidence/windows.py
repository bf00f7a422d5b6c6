"""The windows of time that a plan's conditions draw, in absolute instants."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from registry.answer import Window
from registry.plan import And, Compare, Or, Predicate, QueryPlan

_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d+)?Z)?")


def windows(plan: QueryPlan) -> tuple[Window, ...]:
    """Each once, in the plan's order; those of plans within it too."""
    found = [window for tree in plan.predicates for window in _of(tree)]
    found += [window for inner in plan.below for window in windows(inner)]
    return tuple(dict.fromkeys(found))


def _of(node: Predicate) -> Iterator[Window]:
    """A lower and an upper bound of one field, side by side in an `and`, are one window."""
    open_: dict[str, Window] = {}
    for part in node.args if isinstance(node, And) else (node,):
        if isinstance(part, (And, Or)):
            for arg in (part,) if isinstance(part, And) else part.args:
                yield from _of(arg)
            continue
        bound = _bound(part)
        if bound is None:
            continue
        other = open_.pop(bound.field, None)
        if other is not None and bool(other.start) != bool(bound.start):
            yield Window(bound.field, other.start or bound.start, other.end or bound.end)
            continue
        if other is not None:
            yield other
        open_[bound.field] = bound
    yield from open_.values()


def _bound(node: Predicate) -> Window | None:
    if not isinstance(node, Compare) or not isinstance(node.value, str):
        return None
    if not _MOMENT.fullmatch(node.value):
        return None
    if node.op in (">", ">="):
        return Window(node.field, start=node.value)
    return Window(node.field, end=node.value) if node.op in ("<", "<=") else None
