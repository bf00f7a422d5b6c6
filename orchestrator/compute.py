"""Columns computed from others, over rows that were joined across domains. Pure.

It computes as the stores do (`mcp_servers.sql.arrange`): whole numbers and decimals exactly, within
64 bits; all else in floats.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

from registry.bucket import bucket_start
from registry.check import Column
from registry.errors import TooLarge, shown
from registry.numbers import as_float
from registry.plan import Compute, QueryPlan
from registry.record import FLOAT, INT, INT64_MAX, Canonical, Type

Row = list[Canonical]
_ARITHMETIC: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}


def computed(plan: QueryPlan, made: Sequence[Column], rows: list[Row]) -> list[Row]:
    """The rows, keys and measures or fields of a plan, each with its computed columns behind."""
    first = len(made) - len(plan.compute)
    at = {column.name: place for place, column in enumerate(made)}
    for place, compute in enumerate(plan.compute, first):
        if compute.op == "previous":
            values = _previous(plan, made, at[compute.columns[0]], rows)
        elif compute.op == "total":
            values = _totals([at[name] for name in compute.columns], rows)
        else:
            make = _arithmetic(compute, made, at)
            values = [make(row) for row in rows]
        rows = [[*row, _held(value, made[place])] for row, value in zip(rows, values, strict=True)]
    return rows


def _arithmetic(
    compute: Compute, made: Sequence[Column], at: dict[str, int]
) -> Callable[[Row], Any]:
    out = made[at[compute.alias]].type
    left, right = (_operand(compute.op, arg, made, at, out) for arg in compute.args)
    work = _ARITHMETIC[compute.op]

    def make(row: Row) -> Any:
        a, b = left(row), right(row)
        if a is None or b is None or (compute.op == "/" and b == 0):
            return None
        return work(a, b)

    return make


def _operand(
    op: str, arg: str | int | float, made: Sequence[Column], at: dict[str, int], out: Type
) -> Callable[[Row], Any]:
    place = at[arg] if isinstance(arg, str) else None
    kind = made[place].type if place is not None else FLOAT if isinstance(arg, float) else INT
    convert: Callable[[Any], Any]
    if out == FLOAT:
        convert = partial(as_float, kind=kind)
    else:
        finer = 1 if op == "*" else 10 ** (out.scale - kind.scale)

        def convert(value: Any) -> Any:
            return value * finer

    if place is None:
        number = convert(arg)
        return lambda row: number

    def read(row: Row) -> Any:
        value = row[place]
        return None if value is None else convert(value)

    return read


def _held(value: Any, column: Column) -> Canonical:
    whole = isinstance(value, int) and abs(value) > INT64_MAX
    if whole or (isinstance(value, float) and not math.isfinite(value)):
        raise TooLarge(f"{shown(column.name)} is outside the numbers that a column holds.")
    found: Canonical = value + 0.0 if isinstance(value, float) else value  # no -0.0
    return found


def _totals(places: Sequence[int], rows: list[Row]) -> list[Any]:
    """For each row the sum of the first column over the rows that agree in the others."""
    place, *by = places
    sums: dict[tuple[Canonical, ...], Any] = {}
    for row in rows:
        value: Any = row[place]
        if value is not None:
            key = tuple(row[n] for n in by)
            sums[key] = sums.get(key, 0) + value
    return [sums.get(tuple(row[n] for n in by)) for row in rows]


def _previous(
    plan: QueryPlan, made: Sequence[Column], place: int, rows: list[Row]
) -> list[Canonical]:
    """The value at `place` of the row with the same keys, one calendar bucket before."""
    width = len(plan.group)
    key = next(n for n, group in enumerate(plan.group) if group.bucket is not None)
    bucket, kind = plan.group[key].bucket, made[key].type
    assert bucket is not None
    values = {tuple(row[:width]): row[place] for row in rows}
    found: list[Canonical] = []
    for row in rows:
        start: Any = row[key]
        keys = list(row[:width])
        if start is not None:
            keys[key] = bucket_start(start - 1, kind, bucket)
        found.append(values.get(tuple(keys)) if start is not None else None)
    return found
