"""One line of figures per fault test, as the reports of reliability read them."""

from __future__ import annotations

from collections.abc import Sequence


def figure(name: str, *, seed: int, **figures: object) -> None:
    """Printed for the log of the run; pytest shows it with `-s` or on failure."""
    said = " ".join(f"{key}={value}" for key, value in figures.items())
    print(f"{name} seed={seed} {said} backend=sqlite(real)")


def percentiles(seconds: Sequence[float]) -> str:
    """p50/p99 in milliseconds."""
    ordered = sorted(seconds)
    p50, p99 = ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)]
    return f"{p50 * 1_000:.0f}/{p99 * 1_000:.0f}"
