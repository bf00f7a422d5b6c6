"""What a question means before joins have aliases and values have types: tables and columns by
their number in a `Schema`. The network writes sketches, `plans` makes checked plans of them.

A condition list is flat and reads as SQL does: `and` binds tighter than `or`, and `either` (an
`or` that binds tighter still) tighter than `and`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Aggregate: TypeAlias = Literal["count", "distinct", "sum", "avg", "min", "max"]
Op: TypeAlias = Literal[
    "=", "!=", "<", "<=", ">", ">=", "between", "contains", "starts", "ends", "lacks",
    "in", "not in", "null", "not null",
]  # fmt: skip
Link: TypeAlias = Literal["and", "or", "either"]
Bucket: TypeAlias = Literal["day", "week", "month", "quarter", "year"]
Literal_: TypeAlias = str | int | float

AGGREGATES: Final[tuple[Aggregate, ...]] = ("count", "distinct", "sum", "avg", "min", "max")
COMPARISONS: Final = ("=", "!=", "<", "<=", ">", ">=")


@dataclass(frozen=True, slots=True)
class Term:
    """A column, an aggregate of one, or (no column) the count of rows."""

    column: int | None
    aggregate: Aggregate | None = None
    bucket: Bucket | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the source. `on`: (column known before, column of this table) where the way to
    it is not the plain one."""

    table: int
    on: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """`term op right`. Right: one or two values, a column, or a sketch of its own."""

    term: Term
    op: Op
    values: tuple[Literal_, ...] = ()
    other: int | None = None
    inner: Sketch | None = None
    link: Link = "and"


@dataclass(frozen=True, slots=True)
class Order:
    term: Term
    desc: bool = False


@dataclass(frozen=True, slots=True)
class Sketch:
    """A whole question, or a part of one in brackets. An empty `select` shows every column."""

    tables: tuple[Table, ...]
    select: tuple[Term, ...]
    distinct: bool = False
    where: tuple[Condition, ...] = ()
    group: tuple[Term, ...] = ()
    having: tuple[Condition, ...] = ()
    order: tuple[Order, ...] = ()
    limit: int | None = None
    combine: tuple[Literal["union", "intersect", "except"], Sketch] | None = None


def parts(sketch: Sketch) -> Iterator[Sketch]:
    """The sketch and all inside it."""
    yield sketch
    for condition in (*sketch.where, *sketch.having):
        if condition.inner is not None:
            yield from parts(condition.inner)
    if sketch.combine is not None:
        yield from parts(sketch.combine[1])


def terms(sketch: Sketch) -> Iterator[Term]:
    """Every term of this sketch, not of those inside it."""
    yield from sketch.select
    yield from (c.term for c in (*sketch.where, *sketch.having))
    yield from (Term(c.other) for c in sketch.where if c.other is not None)
    yield from sketch.group
    yield from (o.term for o in sketch.order)
