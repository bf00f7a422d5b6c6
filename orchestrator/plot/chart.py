"""What is drawn: bars by category, or a course over time buckets, of one or a few series."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

from registry.plan import Bucket

SERIES_MAX: Final = 6  # more cannot be told apart


@dataclass(frozen=True, slots=True)
class Series:
    """One number per label of its chart; `None` is a gap."""

    name: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing's content. `measured`: what the numbers are. `keyed`: what the labels are. `bucket`
    is a time chart's. `notes`: what a reader must know, one line each.
    """

    kind: Literal["bars", "time"]
    measured: str
    keyed: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str = ""
    bucket: Bucket | None = None
    notes: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        unit = f" ({self.unit})" if self.unit else ""
        return f"{self.measured}{unit} by {self.keyed}" if self.keyed else f"{self.measured}{unit}"

    @property
    def numbers(self) -> tuple[float, ...]:
        """All its numbers, gaps left out."""
        return tuple(v for one in self.series for v in one.values if v is not None)

    def head(self, n: int) -> Chart:
        """The chart with its first `n` labels, which it says where there are more."""
        if len(self.labels) <= n:
            return self
        cut = tuple(replace(one, values=one.values[:n]) for one in self.series)
        note = f"the first {n} of {len(self.labels)}"
        return replace(self, labels=self.labels[:n], series=cut, notes=(*self.notes, note))
