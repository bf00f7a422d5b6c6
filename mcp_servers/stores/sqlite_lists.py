"""Lists as values of a statement: bound as JSON for SQLite's `json_each`, some at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

import orjson

T = TypeVar("T")


def pieces(values: Sequence[T], at_once: int) -> Iterator[Sequence[T]]:
    """The values in their order, at most so many at a time."""
    for first in range(0, len(values), at_once):
        yield values[first : first + at_once]


def bound(values: Sequence[Any]) -> str:
    """The values as one JSON text."""
    return orjson.dumps(values).decode()
