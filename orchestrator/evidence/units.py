"""Units of the numbers that a plan compares with, put where words name those numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass

from registry.catalog import Catalogue
from registry.plan import Compare, QueryPlan, leaves, split_path

_SIGN = r"(?:is(?: (?:over|under|at least|at most|not))?|[<>=≠!]+)"


@dataclass(frozen=True, slots=True)
class Measure:
    """A comparison's field or column, its number as written, and the number's unit."""

    name: str
    value: str
    unit: str


def compared(plan: QueryPlan, catalogue: Catalogue) -> tuple[Measure, ...]:
    """The plan's comparisons with numbers that have a unit."""
    found = []
    for leaf in (leaf for tree in plan.predicates for leaf in leaves(tree)):
        if isinstance(leaf, Compare) and type(leaf.value) in (int, float):
            unit = _unit(leaf.field, plan, catalogue)
            if unit:
                found.append(Measure(leaf.field, str(leaf.value), unit))
    return tuple(found)


def with_units(text: str, found: tuple[Measure, ...]) -> str:
    """The text with the units behind the numbers: "duration_s is over 300 s"."""
    for one in found:
        said = rf"(\b{re.escape(one.name)} {_SIGN} {re.escape(one.value)})(?![\w.,]\w)"
        text = re.sub(said, lambda m, unit=one.unit: f"{m[1]} {unit}", text)  # type: ignore[misc]
    return text


def _unit(path: str, plan: QueryPlan, catalogue: Catalogue) -> str | None:
    made = next((measure for measure in plan.measures if measure.name == path), None)
    if made is not None and (made.field is None or made.fn in ("count", "distinct")):
        return None
    alias, name = split_path(made.field if made is not None and made.field else path)
    spec = catalogue.collections.get(plan.address_of(alias) or "")
    field = spec.fields.get(name) if spec is not None else None
    return field.unit if field is not None else None
