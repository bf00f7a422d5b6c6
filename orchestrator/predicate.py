"""A plan's predicate over joined rows, in SQL's three-valued logic: true, false or `None` for
unknown.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Final

from registry.check import comparable
from registry.errors import BadPlan
from registry.numbers import as_float
from registry.plan import And, Compare, In, IsNull, Like, Match, Not, Or, Predicate
from registry.record import NUMERIC, Canonical, Type

#: path -> (how to read it from a row, its type)
Reader = Callable[[str], tuple[Callable[[object], Canonical], Type]]
Truth = Callable[[object], bool | None]
_COMPARE: Final[dict[str, Callable[[object, object], bool]]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,  # type: ignore[dict-item]
    "<=": operator.le,  # type: ignore[dict-item]
    ">": operator.gt,  # type: ignore[dict-item]
    ">=": operator.ge,  # type: ignore[dict-item]
}


def compiled(node: Predicate, read: Reader) -> Truth:
    """A function of a row.

    Full-text `match` cannot be tested on joined rows and raises `BadPlan`.
    """
    if isinstance(node, And):
        return _all([compiled(arg, read) for arg in node.args])
    if isinstance(node, Or):
        return _any([compiled(arg, read) for arg in node.args])
    if isinstance(node, Not):
        return _not(compiled(node.arg, read))
    if isinstance(node, Match):
        raise BadPlan(
            "Text search cannot be combined by `or` with another domain; ask in two steps."
        )
    return _leaf(node, read)


def _all(parts: list[Truth]) -> Truth:
    def truth(row: object) -> bool | None:
        found: bool | None = True
        for part in parts:
            value = part(row)
            if value is False:
                return False
            if value is None:
                found = None
        return found

    return truth


def _any(parts: list[Truth]) -> Truth:
    negated = _all([_not(part) for part in parts])
    return _not(negated)


def _not(part: Truth) -> Truth:
    def truth(row: object) -> bool | None:
        value = part(row)
        return None if value is None else not value

    return truth


def _leaf(node: Compare | In | IsNull | Like, read: Reader) -> Truth:
    get, kind = read(node.field)
    if isinstance(node, IsNull):
        return lambda row: get(row) is None
    if isinstance(node, In):
        wanted = {comparable(value, kind, node.field) for value in node.values}
        return _known(get, lambda value: value in wanted)
    if isinstance(node, Like):
        return _known(get, _like(node))
    compare = _COMPARE[node.op]
    if node.other is not None:
        return _two(compare, (get, kind), read(node.other))
    bound = comparable(node.value, kind, node.field)
    return _known(get, lambda value: compare(value, bound))


def _two(
    compare: Callable[[object, object], bool],
    left: tuple[Callable[[object], Canonical], Type],
    right: tuple[Callable[[object], Canonical], Type],
) -> Truth:
    """A field against another; numbers of different types as floats."""
    (get, kind), (other, its) = left, right
    floats = kind != its and kind.name in NUMERIC

    def truth(row: object) -> bool | None:
        a, b = get(row), other(row)
        if a is None or b is None:
            return None
        return compare(as_float(a, kind), as_float(b, its)) if floats else compare(a, b)

    return truth


def _known(get: Callable[[object], Canonical], test: Callable[[Canonical], bool]) -> Truth:
    def truth(row: object) -> bool | None:
        value = get(row)
        return None if value is None else test(value)

    return truth


def _like(node: Like) -> Callable[[Canonical], bool]:
    needle = node.value.lower()
    if node.op == "contains":
        return lambda value: needle in str(value).lower()
    if node.op == "starts":
        return lambda value: str(value).lower().startswith(needle)
    return lambda value: str(value).lower().endswith(needle)
