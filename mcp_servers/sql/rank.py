"""Which segments the first records of an ordered list can come from. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Final

from mcp_servers.segments import PHYSICAL, Segment, Span
from registry.domain import CollectionSpec
from registry.plan import QueryPlan

_SHARE: Final = 8  # of all records are looked at, when the first segments did not fill a list
_EMPTY: Final = Span(None, None, 0)


@dataclass(frozen=True, slots=True)
class Rank:
    """An order by one field, nulls last."""

    spec: CollectionSpec
    name: str
    desc: bool

    @classmethod
    def of(cls, plan: QueryPlan, spec: CollectionSpec) -> Rank:
        """The first key of a plan that lists records of one collection."""
        if not plan.order:
            return cls(spec, "id", desc=False)
        return cls(spec, plan.order[0].by, plan.order[0].desc)

    def ranked(self, segments: Sequence[Segment]) -> list[Segment]:
        """Those that may hold the first records first."""
        unknown = [s for s in segments if not self._empty(s) and self._best(s) is None]
        known = [s for s in segments if not self._empty(s) and self._best(s) is not None]
        empty = [s for s in segments if self._empty(s)]
        return [*unknown, *sorted(known, key=self._best, reverse=self.desc), *empty]

    def behind(self, segment: Segment, value: Any) -> bool:
        """Whether all its records stand behind one that has this value, ties excluded."""
        if value is None or self._empty(segment):
            return value is not None
        best = self._best(segment)
        return best is not None and bool(best < value if self.desc else best > value)

    def before(self, segment: Segment, value: Any) -> bool:
        """Whether all its records stand before one that has this value, ties excluded."""
        span = self._span(segment)
        if value is None or span.nulls or self._empty(segment) or span.low is None:
            return False
        return bool(span.low > value if self.desc else span.high < value)

    def _best(self, segment: Segment) -> Any:
        span = self._span(segment)
        return span.high if self.desc else span.low

    def _span(self, segment: Segment) -> Span:
        return segment.spans.get(self.name, _EMPTY)

    def _empty(self, segment: Segment) -> bool:
        """Whether none of its records has a value."""
        field = self.spec.fields.get(self.name)
        if field is not None and segment.columns.get(self.name) != PHYSICAL[field.type]:
            return True
        return self._span(segment).nulls == segment.rows


def steps_of(segments: Sequence[Segment], most: int) -> list[int]:
    """How many of ranked segments to look at, one after the other, until a list of `most` records
    is full; the last: all."""
    counts = list(accumulate(segment.count for segment in segments))
    out: list[int] = []
    for wanted in (most, (counts[-1] if counts else 0) // _SHARE):
        seen = next((n + 1 for n, count in enumerate(counts) if count >= wanted), len(counts))
        if not out or seen > out[-1]:
            out.append(seen)
    return [*out, len(counts)] if out[-1] < len(counts) else out
