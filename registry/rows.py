"""Orders and cuts of rows of canonical values, as every store orders and cuts them. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from registry.record import Canonical

Rows = list[list[Canonical]]


def ordered(rows: Rows, by: Sequence[tuple[int, bool]]) -> Rows:
    """Sorted in place by (column, descending) pairs; nulls stand last both ways."""
    for index, desc in reversed(by):
        rows.sort(key=lambda row: _rank(row[index], desc), reverse=desc)
    return rows


def _rank(value: Canonical, desc: bool) -> tuple[bool, Any]:
    return (value is None) != desc, 0 if value is None else value


def first_per(rows: Iterable[list[Canonical]], by: Sequence[int], n: int) -> Rows:
    """The first `n` rows of each combination of these columns."""
    seen: Counter[tuple[Canonical, ...]] = Counter()
    kept = []
    for row in rows:
        key = tuple(row[place] for place in by)
        seen[key] += 1
        if seen[key] <= n:
            kept.append(row)
    return kept
