"""Folding weighted rows and partial aggregates into one value per group. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from registry.errors import Bug, TooLarge
from registry.plan import Measured
from registry.record import INT64_MAX, Canonical, Type


class Accumulator(Protocol):
    """Takes parts of a measure with the weight of the rows that stand behind them."""

    def add(self, parts: Sequence[Any], weight: int) -> None: ...

    def result(self) -> Canonical: ...


class _Count:
    def __init__(self) -> None:
        self.total = 0

    def add(self, parts: Sequence[Any], weight: int) -> None:
        self.total += parts[0] * weight

    def result(self) -> Canonical:
        return self.total


class _Sum:
    def __init__(self) -> None:
        self.total: int | float = 0
        self.seen = False

    def add(self, parts: Sequence[Any], weight: int) -> None:
        if parts[0] is not None:
            self.total += parts[0] * weight
            self.seen = True

    def result(self) -> Canonical:
        if isinstance(self.total, int) and abs(self.total) > INT64_MAX:
            raise TooLarge("The sum does not fit 64 bits; sum fewer records.")
        return self.total if self.seen else None


class _Mean:
    """parts: (sum, count)."""

    def __init__(self, scale: int) -> None:
        self.total: int | float = 0
        self.count = 0
        self.divisor: int = 10**scale

    def add(self, parts: Sequence[Any], weight: int) -> None:
        if parts[0] is not None:
            self.total += parts[0] * weight
            self.count += parts[1] * weight

    def result(self) -> Canonical:
        return self.total / self.count / self.divisor if self.count else None


class _Extreme:
    def __init__(self, greatest: bool) -> None:
        self.greatest = greatest
        self.best: Any = None

    def add(self, parts: Sequence[Any], weight: int) -> None:
        value = parts[0]
        if value is not None and (
            self.best is None or (value > self.best if self.greatest else value < self.best)
        ):
            self.best = value

    def result(self) -> Canonical:
        found: Canonical = self.best
        return found


class _Distinct:
    def __init__(self) -> None:
        self.seen: set[Any] = set()

    def add(self, parts: Sequence[Any], weight: int) -> None:
        if parts[0] is not None:
            self.seen.add(parts[0])

    def result(self) -> Canonical:
        return len(self.seen)


class _Quantile:
    """Linear interpolation between the two nearest ranks, as SQL's `percentile_cont`."""

    def __init__(self, q: float, scale: int) -> None:
        self.q = q
        self.divisor: int = 10**scale
        self.weights: dict[Any, int] = {}

    def add(self, parts: Sequence[Any], weight: int) -> None:
        if parts[0] is not None:
            self.weights[parts[0]] = self.weights.get(parts[0], 0) + weight

    def result(self) -> Canonical:
        count = sum(self.weights.values())
        if not count:
            return None
        rank = self.q * (count - 1)
        low = int(rank)
        below, above = self._at(low), self._at(min(low + 1, count - 1))
        return float(below + (above - below) * (rank - low)) / self.divisor

    def _at(self, rank: int) -> Any:
        passed = 0
        for value in sorted(self.weights):
            passed += self.weights[value]
            if passed > rank:
                return value
        raise Bug("a rank past the last value was asked for")


def accumulator(measure: Measured, kind: Type | None) -> Accumulator:
    """A fresh accumulator for a measure over a field of `kind` (`None` for a bare count)."""
    scale = kind.scale if kind is not None else 0
    if measure.fn == "count":
        return _Count()
    if measure.fn == "sum":
        return _Sum()
    if measure.fn == "avg":
        return _Mean(scale)
    if measure.fn in ("min", "max"):
        return _Extreme(measure.fn == "max")
    if measure.fn == "distinct":
        return _Distinct()
    return _Quantile(0.5 if measure.q is None else measure.q, scale)


def raw_parts(measure: Measured, value: Any) -> tuple[Any, ...]:
    """A single field value as the parts that the measure's accumulator takes."""
    if measure.fn == "count":
        return (1 if measure.field is None or value is not None else 0,)
    if measure.fn == "avg":
        return (value, 1)
    return (value,)
