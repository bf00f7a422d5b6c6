"""A column of an answer, and how the types of two columns go together. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from registry.record import FLOAT, NUMERIC, TEMPORAL, TEXT, Type

OPAQUE: Final = frozenset({"json", "bytes"})
ORDERED: Final = NUMERIC | TEMPORAL | {"text"}
_TEXTS: Final = frozenset({"text", "ref"})


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an answer."""

    name: str
    type: Type
    unit: str | None = None

    def to_wire(self) -> dict[str, Any]:
        out: dict[str, Any] = {"name": self.name, "type": self.type.name}
        if self.type.scale:
            out["scale"] = self.type.scale
        return {**out, "unit": self.unit} if self.unit else out


def common(left: Type, right: Type) -> Type | None:
    """The type that holds the values of both, numbers as numbers; `None` where there is none.

    Whole numbers and decimals stay exact, at the finer scale; beside a float all are floats.
    """
    if left == right:
        return left
    if left.name in NUMERIC and right.name in NUMERIC:
        if FLOAT in (left, right):
            return FLOAT
        return Type("decimal", max(left.scale, right.scale))
    return TEXT if {left.name, right.name} <= _TEXTS else None
