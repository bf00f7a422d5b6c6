"""Whether the rows of an answer are the right ones. Pure.

Strict: the same rows, as a multiset, or in order where that counts; the columns in any order, and
no further ones. Lenient: the right columns are among those of the answer. Numbers agree to one
part in a million, however they are written.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final, TypeAlias

Row: TypeAlias = Sequence[Any]
_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_MOMENT: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(\.\d+)?(?:Z|\+00:00)?", re.ASCII
)
_MIDNIGHT: Final = "00:00:00"
_RELATIVE: Final = 1e-6
_TRIES_MAX: Final = 10_000  # ways to match the columns


def same(given: Sequence[Row], right: Sequence[Row], *, ordered: bool, lenient: bool) -> bool:
    """Whether `given` answers what `right` does."""
    if len(given) != len(right):
        return False
    if not right:
        return True
    width, wanted = len(given[0]), len(right[0])
    if width < wanted or (width > wanted and not lenient):
        return False
    ours = [[normal(value) for value in row] for row in given]
    theirs = [[normal(value) for value in row] for row in right]
    for tries, choice in enumerate(_choices(ours, theirs)):
        if tries >= _TRIES_MAX:
            return False
        if _equal([[row[at] for at in choice] for row in ours], theirs, ordered=ordered):
            return True
    return False


def normal(value: Any) -> Any:
    """A value in the one way it is compared: a number as float, a moment as ISO text."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, (bool, int, float)):
        return float(value)
    if not isinstance(value, str):
        return value
    text = value.strip()
    if _NUMBER.fullmatch(text):
        return float(text)
    if text in ("true", "false"):
        return float(text == "true")
    moment = _MOMENT.fullmatch(text)
    if moment is None:
        return text
    day, clock, fraction = moment.groups()
    clock = f"{clock}:00" if len(clock) == 5 else clock
    part = (fraction or "").rstrip("0.")
    return day if clock == _MIDNIGHT and not part else f"{day} {clock}{part}"


def _choices(ours: list[list[Any]], theirs: list[list[Any]]) -> Iterator[tuple[int, ...]]:
    """Ways to choose one of our columns for each of theirs, by what lies in them."""
    mine = [_content([row[at] for row in ours]) for at in range(len(ours[0]))]
    fits = [
        [
            at
            for at, content in enumerate(mine)
            if content == _content([row[want] for row in theirs])
        ]
        for want in range(len(theirs[0]))
    ]

    def choose(chosen: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        if len(chosen) == len(fits):
            yield chosen
            return
        for at in fits[len(chosen)]:
            if at not in chosen:
                yield from choose((*chosen, at))

    return choose(())


def _content(column: Sequence[Any]) -> Counter[Any]:
    return Counter(_key(value) for value in column)


def _key(value: Any) -> tuple[int, Any]:
    """For sorting and counting; numbers that agree have the same one, nearly always."""
    if value is None:
        return (0, "")
    if isinstance(value, float):
        return (1, float(f"{value:.5g}") if math.isfinite(value) else 0.0)
    return (2, str(value))


def _equal(ours: list[list[Any]], theirs: list[list[Any]], *, ordered: bool) -> bool:
    if not ordered:
        ours, theirs = (sorted(rows, key=lambda r: [_key(v) for v in r]) for rows in (ours, theirs))
    return all(
        _agree(a, b)
        for row, right in zip(ours, theirs, strict=True)
        for a, b in zip(row, right, strict=True)
    )


def _agree(a: Any, b: Any) -> bool:
    if isinstance(a, float) and isinstance(b, float):
        return math.isclose(a, b, rel_tol=_RELATIVE, abs_tol=1e-9)
    return bool(a == b)
