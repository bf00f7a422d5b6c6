"""Aggregates in pieces: what each engine folds of its own records, and how the pieces make the
whole. Pure.

Only what decomposes exactly is here: counts, sums, averages, extremes. A sum of integers crosses as
two halves of 32 bits, so that no engine's part of it can overflow where the whole does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from mcp_servers.segments import PHYSICAL
from registry.plan import Fn, QueryPlan
from registry.record import Type

_DECOMPOSE: Final = frozenset({"count", "sum", "avg", "min", "max"})
_HALF_BITS: Final = 32
_HALF: Final = (1 << _HALF_BITS) - 1


def decomposes(plan: QueryPlan) -> bool:
    """Whether each engine can fold its own records of the plan's collection."""
    folded = plan.aggregates or plan.distinct
    return folded and not plan.joins and all(m.fn in _DECOMPOSE for m in plan.measures)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a measure, called `name`.

    `rows`: {column: aggregate} as the engine of the rows folds it; `kind`: their physical type.
    `segments`: the aggregate as the other folds it. `joined`: the columns as one value of the
    latter's type. `whole`: the aggregate of such values.
    """

    name: str
    kind: str
    rows: dict[str, str]
    segments: str
    joined: str
    whole: str


def pieces_of(place: int, fn: Fn, expression: str, kind: Type, condition: str) -> list[Piece]:
    """The pieces of the measure that stands at `place`. `condition`: FILTER, or nothing."""
    name = f"p{place}"
    counted = _piece(f"{name}n", "int64", f"count({expression}){condition}", "sum")
    if fn == "count":
        return [counted]
    if fn in ("min", "max"):
        return [_piece(name, PHYSICAL[kind.name], f"{fn}({expression}){condition}", fn)]
    if kind.name == "float":
        exact = f"fsum({expression}){condition}"
        summed = Piece(
            name, "double", {name: f"sum({expression}){condition}"}, exact, name, f"fsum({name})"
        )
    else:
        summed = _integers(name, expression, condition)
    return [summed] if fn == "sum" else [summed, counted]


def whole_of(fn: Fn, kind: Type, pieces: Sequence[Piece]) -> str:
    """The measure as an aggregate over its pieces."""
    if fn != "avg":
        return pieces[0].whole
    summed, counted = pieces
    mean = f"(CAST({summed.whole} AS DOUBLE) / {counted.whole})"
    return f"({mean} / {10**kind.scale}.0)" if kind.scale else mean


def _piece(name: str, kind: str, aggregate: str, fn: str) -> Piece:
    return Piece(name, kind, {name: aggregate}, aggregate, name, f"{fn}({name})")


def _integers(name: str, expression: str, condition: str) -> Piece:
    high, low = f"{name}h", f"{name}l"
    halves = {
        high: f"sum({expression} >> {_HALF_BITS}){condition}",
        low: f"sum({expression} & {_HALF}){condition}",
    }
    joined = f"CAST({high} AS HUGEINT) * {_HALF + 1} + {low}"
    return Piece(name, "int64", halves, f"sum({expression}){condition}", joined, f"sum({name})")
