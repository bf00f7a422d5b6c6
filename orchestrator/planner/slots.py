"""A plan's literals and where they stand in its wire form, so that others may take their place.

Pure; knows nothing of questions.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from registry.moment import date_text, time_text
from registry.plan import Scalar

Place = tuple[str | int, ...]
_US_DAY: Final = 86_400_000_000
_ORDERED: Final = frozenset({"=", "!=", "<", "<=", ">", ">="})


@dataclass(frozen=True, slots=True)
class Literal:
    """A value of a plan. `address` and `field`: what it is compared with, where that is a stored
    field; `op`: how."""

    place: Place
    value: Scalar
    op: str = ""
    address: str = ""
    field: str = ""


def literals(wire: Mapping[str, Any], at: Place = ()) -> Iterator[Literal]:
    """The literals of a plan in wire form: conditions, limits, those of plans within it."""
    owners = {"": wire["from"], **{j["as"]: j["to"] for j in wire.get("joins", ())}}
    if "where" in wire:
        yield from _conditions(wire["where"], (*at, "where"), owners)
    for n, measure in enumerate(wire.get("measures", ())):
        if "where" in measure:
            yield from _conditions(measure["where"], (*at, "measures", n, "where"), owners)
    if "having" in wire:
        yield from _conditions(wire["having"], (*at, "having"), {})
    if "limit" in wire:
        yield Literal((*at, "limit"), wire["limit"], "limit")
    if "per" in wire:
        yield Literal((*at, "per", "n"), wire["per"]["n"], "limit")
    if "combine" in wire:
        yield from literals(wire["combine"]["plan"], (*at, "combine", "plan"))


def _conditions(node: Mapping[str, Any], at: Place, owners: Mapping[str, str]) -> Iterator[Literal]:
    if "arg" in node:
        yield from _conditions(node["arg"], (*at, "arg"), owners)
    for n, arg in enumerate(node.get("args", ())):
        yield from _conditions(arg, (*at, "args", n), owners)
    if "plan" in node:
        yield from literals(node["plan"], (*at, "plan"))
    alias, _, name = str(node.get("field", "")).rpartition(".")
    owner = owners.get(alias, "")
    if node["op"] in _ORDERED and "value" in node:
        yield Literal((*at, "value"), node["value"], node["op"], owner, name)
    for n, value in enumerate(node.get("values", ())):
        yield Literal((*at, "values", n), value, "in", owner, name)


def placed(wire: Mapping[str, Any], values: Mapping[Place, Scalar]) -> dict[str, Any]:
    """A copy of a plan's wire form with other values at these places."""
    out: dict[str, Any] = copy.deepcopy(dict(wire))
    for place, value in values.items():
        node: Any = out
        for step in place[:-1]:
            node = node[step]
        node[place[-1]] = value
    return out


def moment_like(us: int, shape: Scalar) -> str:
    """An instant written as `shape` is: a time, or the first day that does not begin before it."""
    if "T" in str(shape):
        return time_text(us)
    days, rest = divmod(us, _US_DAY)
    return date_text(days + (1 if rest else 0))
