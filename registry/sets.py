"""The rows of two plans as sets. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from registry.check import Column
from registry.numbers import as_type
from registry.plan import QueryPlan
from registry.record import Canonical, decode, encode
from registry.rows import ordered

Columns = Sequence[Column]
Wire = list[list[Any]]
#: a plan's columns and its rows in wire form
Side = tuple[Columns, Wire]


def combined(plan: QueryPlan, columns: Columns, mine: Side, theirs: Side) -> Wire:
    """What a plan's `combine` makes of its rows and the other's, in the plan's order, whatever its
    limit. `columns`: of the answer, as `check` gives them; ties go by all of them.
    """
    assert plan.combine is not None
    left, right = (_rows(columns, *side) for side in (mine, theirs))
    if plan.combine.op == "union":
        found = left | right
    elif plan.combine.op == "intersect":
        found = {row: None for row in left if row in right}
    else:
        found = {row: None for row in left if row not in right}
    at = {column.name: place for place, column in enumerate(columns)}
    by = [(at[order.by], order.desc) for order in plan.order]
    rows = ordered([list(row) for row in found], [*by, *((place, False) for place in at.values())])
    kinds = [column.type for column in columns]
    return [[encode(v, kind) for v, kind in zip(row, kinds, strict=True)] for row in rows]


def _rows(columns: Columns, its: Columns, rows: Wire) -> dict[tuple[Canonical, ...], None]:
    kinds = [(own.type, column.type) for own, column in zip(its, columns, strict=True)]
    return {
        tuple(
            as_type(decode(value, kind), kind, out)
            for value, (kind, out) in zip(row, kinds, strict=True)
        ): None
        for row in rows
    }
