"""A plan's literals as the values that stores compare. Pure."""

from __future__ import annotations

import math
import sys
from decimal import Decimal

from registry.errors import BadInput
from registry.record import INT64_MAX, TEXT, Type, decode


def comparable(value: object, kind: Type, where: str) -> str | int | float | bytes:
    """A plan's literal as the canonical value to compare with.

    A number against an int or decimal field may be finer than the field; it is then compared as it
    is.
    """
    if kind.name in ("int", "decimal") and isinstance(value, float):
        return _scaled(value, kind, where)
    if kind.name == "ref":
        kind = TEXT
    found = decode(value, kind, where=where)
    if found is None:
        raise BadInput(f"{where}: compare with null by the `null` predicate.")
    return found


def _scaled(value: float, kind: Type, where: str) -> int | float:
    # by digits: in floats 1.1 * 100 is not 110
    if not math.isfinite(value):
        raise BadInput(f"{where} cannot be compared with a number that is not finite.")
    exact = Decimal(repr(value)).scaleb(kind.scale)
    if abs(exact) <= INT64_MAX and exact == exact.to_integral_value():
        return int(exact)
    return float(exact) if abs(exact) < sys.float_info.max else math.copysign(1e308, value)
