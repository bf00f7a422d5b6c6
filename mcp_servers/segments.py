"""Segments as values: what the ledger says about an immutable object of records, and which of them
a plan can pass by. Pure; reads and writes nothing.

A segment's rows are numbered from 0 in the order of its object. Its truth is `rows < live` that are
not dead; the rest of the object does not exist for any reader. So moving is moving `live`, and a
reader of one ledger snapshot sees each record once.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

from mcp_servers.physical import PHYSICAL as PHYSICAL
from registry.check import comparable
from registry.domain import CollectionSpec
from registry.errors import Corrupt
from registry.plan import Compare, In, IsNull, Predicate, split_path
from registry.record import Type

#: what every row of an object carries beside the fields
ENVELOPE: Final = {"id": "string", "version": "int64", "_seq": "int64", "extra": "string"}
#: a record among all that one scan reads: its row's `_row`, or less than 0 in a segment
PLACE: Final = "_place"
KEY_BITS: Final = 16  # of a key's entry, for the row's number
NO_TIME: Final = "none"
HASH_BUCKETS: Final = 16
_EPOCH: Final = date(1970, 1, 1)
_DAY_US: Final = 86_400_000_000
_SAFE: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_-")
_FOLDER_CHARS_MAX: Final = 80


class State(StrEnum):
    """`cooling`: `live` rises. `cold`: at rest. `warming`: `live` falls. `retired`: it is 0 for
    good. `quarantined`: at rest, and nobody can read it, because its object is damaged."""

    COOLING = "cooling"
    COLD = "cold"
    WARMING = "warming"
    RETIRED = "retired"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True)
class Span:
    """The least and the greatest value of a column, `None` where unknown, and how many it lacks."""

    low: Any
    high: Any
    nulls: int


@dataclass(frozen=True, slots=True)
class Segment:
    """One row of the ledger. `dead`: how many of the first `live` rows were replaced or deleted."""

    number: int
    name: str
    tenant: str
    collection: str
    bucket: str
    state: State
    rows: int
    live: int
    dead: int
    bytes: int
    checksum: str
    columns: Mapping[str, str]
    spans: Mapping[str, Span]
    changed_us: int = 0

    @property
    def count(self) -> int:
        """Records whose truth it is."""
        return self.live - self.dead


@dataclass(frozen=True, slots=True)
class ColdRow:
    """A record read from a segment. `values`: one per field asked for."""

    segment: int
    row: int
    id: str
    version: int
    seq: int
    extra: str | None
    values: tuple[Any, ...]


def readable(segment: Segment) -> Segment:
    """The segment; `Corrupt`, with what to do, when it is in quarantine."""
    if segment.state is State.QUARANTINED:
        raise Corrupt(
            f"Segment {segment.collection}/{segment.bucket}/{segment.number} is damaged and in"
            " quarantine: `isotherm check --repair BACKUP` brings it back, `--forget` gives it up."
        )
    return segment


# -- where records go ----------------------------------------------------------------------------


def bucket_of(spec: CollectionSpec, id: str, time: int | None) -> str:
    """The bucket of a record: the month of its time, else one of a few by its id."""
    if spec.time is None:
        return hash_bucket(key_of(id) % HASH_BUCKETS)
    if time is None:
        return NO_TIME
    days = time if spec.fields[spec.time].type == "date" else time // _DAY_US
    return _month(days)


@lru_cache(4_096)  # point reads ask for it, to count heat
def _month(days: int) -> str:
    return (_EPOCH + timedelta(days=days)).isoformat()[:7]


def hash_bucket(number: int) -> str:
    """The bucket of the records without a time whose key leaves this rest."""
    return f"h{number:02x}"


def month_bounds(bucket: str, *, unit_us: bool) -> tuple[int, int]:
    """The first time of a month's bucket and of the next, in µs or days."""
    first = date.fromisoformat(f"{bucket}-01")
    days = (first - _EPOCH).days
    unit = _DAY_US if unit_us else 1
    return days * unit, (days + monthrange(first.year, first.month)[1]) * unit


def folder_of(tenant: str) -> str:
    """A tenant as a folder's name, the same on file systems that fold case; different tenants
    differ."""
    name = "".join(
        char if char in _SAFE else "".join(f"%{byte:02x}" for byte in char.encode())
        for char in tenant
    )
    if len(name) <= _FOLDER_CHARS_MAX:
        return name
    return f"{name[:40]}~{hashlib.blake2b(tenant.encode(), digest_size=16).hexdigest()}"


def key_of(id: str) -> int:
    """48 bits of an id's MD5, as a scan engine can compute them too. No secret rests on it."""
    digest = hashlib.md5(id.encode(), usedforsecurity=False).digest()
    return int.from_bytes(digest[8:], "little") >> KEY_BITS


# -- pruning -------------------------------------------------------------------------------------


def reached(
    segments: Iterable[Segment], spec: CollectionSpec, parts: Sequence[Predicate]
) -> list[Segment]:
    """The segments that may hold a record for which all of `parts` are true."""
    tests = [_Test(spec, part) for part in parts if isinstance(part, (Compare, In, IsNull))]
    return [s for s in segments if all(test.may_hold(s) for test in tests)]


class _Test:
    """A condition, its values decoded once for all segments."""

    def __init__(self, spec: CollectionSpec, part: Compare | In | IsNull) -> None:
        self.part = part
        self.name = split_path(part.field)[1]
        self.declared = spec.fields.get(self.name)
        self.values = _values(part, spec.field(self.name).kind)

    def may_hold(self, segment: Segment) -> bool:
        """Whether a record of the segment may meet it."""
        span = segment.spans.get(self.name)
        absent = self.declared is not None and (
            segment.columns.get(self.name) != PHYSICAL[self.declared.type]
        )
        if isinstance(self.part, IsNull):
            return absent or span is None or span.nulls > 0
        if absent:
            return False  # no value, so no comparison is true
        if span is None or span.low is None or span.high is None or _beside(self.part):
            return True
        return self._within(span)

    def _within(self, span: Span) -> bool:
        if isinstance(self.part, In):
            first = bisect_left(self.values, span.low)
            return first < len(self.values) and bool(self.values[first] <= span.high)
        (value,) = self.values
        match self.part.op:
            case "=":
                return bool(span.low <= value <= span.high)
            case "<":
                return bool(span.low < value)
            case "<=":
                return bool(span.low <= value)
            case ">":
                return bool(span.high > value)
            case ">=":
                return bool(span.high >= value)
            case _:
                return True


def _beside(part: Compare | In | IsNull) -> bool:
    """Whether it compares with another field."""
    return isinstance(part, Compare) and part.other is not None


def _values(part: Compare | In | IsNull, kind: Type) -> list[Any]:
    """What a condition compares with, in order."""
    if isinstance(part, In):
        found: list[Any] = [comparable(value, kind, part.field) for value in part.values]
        return sorted(found)
    if isinstance(part, Compare) and not _beside(part):
        return [comparable(part.value, kind, part.field)]
    return []


def surely(segment: Segment, spec: CollectionSpec, part: Predicate) -> bool:
    """Whether `part` is known to be true for all its records."""
    if not isinstance(part, (Compare, In, IsNull)) or _beside(part):
        return False
    name = split_path(part.field)[1]
    span = segment.spans.get(name)
    if name in spec.fields and segment.columns.get(name) != PHYSICAL[spec.fields[name].type]:
        return isinstance(part, IsNull)
    if isinstance(part, IsNull):
        return span is not None and span.nulls == segment.rows
    if span is None or span.nulls or span.low is None or span.high is None:
        return False
    return _holds(span, part, spec.field(name).kind)


def _holds(span: Span, part: Compare | In, kind: Type) -> bool:
    if isinstance(part, In):
        one = span.low == span.high
        return one and span.low in [comparable(v, kind, part.field) for v in part.values]
    value: Any = comparable(part.value, kind, part.field)
    match part.op:
        case "=":
            return bool(span.low == value == span.high)
        case "!=":
            return bool(value < span.low or value > span.high)
        case "<":
            return bool(span.high < value)
        case "<=":
            return bool(span.high <= value)
        case ">":
            return bool(span.low > value)
        case _:
            return bool(span.low >= value)
