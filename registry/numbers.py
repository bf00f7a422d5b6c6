"""Numbers of one type as numbers of another, rounded the same everywhere. Pure."""

from __future__ import annotations

from typing import Any

from registry.errors import TooLarge
from registry.record import FLOAT, INT64_MAX, NUMERIC, Canonical, Type, encode


def as_float(value: Any, kind: Type) -> float:
    """A number of this type as a float, as every store rounds it."""
    return float(value) / float(10**kind.scale) if kind.scale else float(value)


def as_type(value: Canonical, kind: Type, out: Type) -> Canonical:
    """A value as one of a type that `registry.check.common` gave; `TooLarge` past 64 bits."""
    if value is None or kind == out or out.name not in NUMERIC:
        return value
    if out == FLOAT:
        return as_float(value, kind)
    found: int = int(value) * 10 ** (out.scale - kind.scale)
    if abs(found) > INT64_MAX:
        raise TooLarge("A number does not fit 64 bits with the digits of the other column.")
    return found


def as_literal(value: Canonical, its: Type, kind: Type) -> Any:
    """A value of one type in the wire form that a condition on a field of another takes."""
    if kind == its or kind.name not in NUMERIC:
        return encode(value, its)
    if FLOAT in (kind, its):
        return as_float(value, its)
    assert isinstance(value, int)
    coarser = 10 ** max(its.scale - kind.scale, 0)
    found = value * 10 ** max(kind.scale - its.scale, 0)
    if found % coarser or abs(found // coarser) > INT64_MAX:
        return as_float(value, its)
    return encode(found // coarser, kind)
