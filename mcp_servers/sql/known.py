"""What a segment gives to a folded plan, where its line in the ledger says so: it need not be read.
Pure.

A span holds for the object's rows, so it bounds those that are live; it is exact where all are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from mcp_servers.segments import PHYSICAL, Segment, Span, surely
from registry.bucket import bucket_start
from registry.domain import CollectionSpec
from registry.plan import Group, Measured, QueryPlan, conjuncts, split_path

_UNKNOWN: Final = object()


def known(
    plan: QueryPlan, spec: CollectionSpec, segments: Sequence[Segment]
) -> tuple[list[tuple[Any, ...]], list[Segment]]:
    """The rows of `compile_pieces` that stand for segments, and the segments to be read. The plan
    decomposes."""
    rows, rest = [], []
    for segment in segments:
        row = _row(plan, _Line(segment, spec))
        if row is None:
            rest.append(segment)
        else:
            rows.append(row)
    return rows, rest


@dataclass(frozen=True, slots=True)
class _Line:
    """A segment of a collection."""

    segment: Segment
    spec: CollectionSpec

    @property
    def exact(self) -> bool:
        return self.segment.count == self.segment.rows

    def span(self, name: str) -> Span | None:
        """The values of a column; `None`: it is empty."""
        field = self.spec.fields.get(name)
        if field is not None and self.segment.columns.get(name) != PHYSICAL[field.type]:
            return None
        span = self.segment.spans[name]
        return None if span.nulls == self.segment.rows else span


def _row(plan: QueryPlan, line: _Line) -> tuple[Any, ...] | None:
    if not all(surely(line.segment, line.spec, part) for part in conjuncts(plan.where)):
        return None
    if plan.aggregates:
        keys = [_key(line, group) for group in plan.group]
        cells = [*keys, *(_piece(line, m) for m in plan.measures), line.segment.count]
    else:
        cells = [_key(line, Group(field=path)) for path in plan.select] or [_UNKNOWN]
    return None if any(cell is _UNKNOWN for cell in cells) else tuple(cells)


def _key(line: _Line, group: Group) -> Any:
    """The value that all its records have."""
    span = line.span(split_path(group.field)[1])
    if span is None:
        return None
    if span.nulls or span.low is None:
        return _UNKNOWN
    low, high = span.low, span.high
    if group.bucket is not None:
        kind = line.spec.field(group.field).kind
        low, high = (bucket_start(end, kind, group.bucket) for end in (low, high))
    return low if low == high else _UNKNOWN


def _piece(line: _Line, measure: Measured) -> Any:
    if measure.where is not None:
        return _UNKNOWN
    if measure.field is None:
        return line.segment.count
    span = line.span(split_path(measure.field)[1])
    if measure.fn == "count":
        return _count(line, span)
    if measure.fn not in ("min", "max"):
        return _UNKNOWN
    if span is None:
        return None
    if not line.exact or span.low is None:
        return _UNKNOWN
    return span.low if measure.fn == "min" else span.high


def _count(line: _Line, span: Span | None) -> Any:
    if span is None:
        return 0
    if span.nulls and not line.exact:
        return _UNKNOWN
    return line.segment.count - span.nulls
