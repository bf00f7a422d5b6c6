"""Measures: aggregates that a collection gives a name. Data only; a plan is made of them by a
planner.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, field_serializer, model_validator

from registry.errors import IsothermError, listed, shown
from registry.plan import Compare, In, IsNull, Like, Predicate, leaves, predicate_wire
from registry.record import NUMERIC, TEXT, decode

if TYPE_CHECKING:
    from registry.domain import FieldSpec

Aggregate = Literal["count", "sum", "avg", "min", "max", "distinct", "median"]
_OPAQUE: Final = frozenset({"json", "bytes"})


class Measure(BaseModel):
    """`revenue` = the sum of `amount` where `status` is paid; or, as `ratio`, one measure over
    another: each a measure written out, or the name of one of the same collection.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    fn: Aggregate | None = None
    field: str | None = None
    where: Predicate | None = None
    ratio: tuple[Measure | str, Measure | str] | None = Field(default=None, strict=False)
    description: str = ""
    synonyms: tuple[str, ...] = Field(default=(), strict=False)

    @model_validator(mode="after")
    def _one_kind(self) -> Measure:
        if (self.fn is None) == (self.ratio is None):
            raise ValueError("a measure has either `fn` or `ratio: [measure, measure]`")
        if self.ratio is not None and (self.field is not None or self.where is not None):
            raise ValueError("a `ratio` has no `field` and no `where`; its two measures have")
        if self.fn not in (None, "count") and self.field is None:
            raise ValueError(f"{self.fn} needs a `field`")
        return self

    @field_serializer("where")
    def _wire(self, where: Predicate | None) -> dict[str, Any] | None:
        return None if where is None else predicate_wire(where)


def check_measures(measures: dict[str, Measure], field: Callable[[str], FieldSpec]) -> None:
    """`ValueError` naming the first measure that does not fit. `field`: a field of the collection,
    or raises.
    """
    for name, measure in measures.items():
        try:
            _check(measure, measures, field)
        except (ValueError, IsothermError) as bad:
            raise ValueError(f"measure {shown(name)}: {bad}") from None


def _check(
    measure: Measure, measures: dict[str, Measure], field: Callable[[str], FieldSpec]
) -> None:
    if measure.field is not None and (
        measure.fn in ("sum", "avg", "median") and field(measure.field).type not in NUMERIC
    ):
        raise ValueError(f"{measure.fn} needs a numeric `field`")
    if measure.field is not None:
        field(measure.field)
    for part in measure.ratio or ():
        named = measures.get(part) if isinstance(part, str) else part
        if named is None or named.fn is None:
            plain = [name for name, other in measures.items() if other.fn is not None]
            raise ValueError(
                f"a `ratio` is of measures that have an `fn`; by name: {listed(plain)}"
            )
        if named is part:
            _check(named, measures, field)
    for leaf in leaves(measure.where):
        _check_leaf(leaf, field)


def _check_leaf(leaf: Any, field: Callable[[str], FieldSpec]) -> None:
    if not isinstance(leaf, (Compare, In, IsNull, Like)) or getattr(leaf, "plan", None) is not None:
        raise ValueError("`where` compares fields of the collection with values")
    spec = field(leaf.field)
    if isinstance(leaf, IsNull):
        return
    if spec.type in _OPAQUE:
        raise ValueError(f"{shown(leaf.field)} is {spec.type}, which cannot be compared")
    if isinstance(leaf, Compare) and leaf.other is not None:
        if field(leaf.other).kind != spec.kind:
            raise ValueError(f"{shown(leaf.field)} and {shown(leaf.other)} are of different types")
        return
    if isinstance(leaf, Like) and spec.type not in ("text", "ref"):
        raise ValueError(f"`{leaf.op}` needs text; {shown(leaf.field)} is {spec.type}")
    for value in leaf.values if isinstance(leaf, In) else (leaf.value,):
        decode(value, TEXT if spec.type == "ref" else spec.kind, where=leaf.field)
        if spec.enum is not None and not isinstance(leaf, Like) and value not in spec.enum:
            raise ValueError(
                f"{shown(leaf.field)} is never {shown(str(value))}; it is {listed(spec.enum)}"
            )
