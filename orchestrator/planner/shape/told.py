"""The unit that an answer is told in: "average visit length in minutes" of seconds."""

from __future__ import annotations

import re
from typing import Final

from orchestrator.planner.grammar import UNITS
from registry.domain import CollectionSpec
from registry.plan import Compute, Measured, QueryPlan
from registry.record import NUMERIC

_NAMED: Final = "|".join(sorted((u for u in UNITS if u.isalpha()), key=len, reverse=True))
#: "in days" may ask for one row a day
IN_UNIT: Final = re.compile(rf"\bin (?P<unit>(?!days?\b|weeks?\b)(?:{_NAMED}))s?\b")


def told_in(plan: QueryPlan, unit: str, spec: CollectionSpec) -> QueryPlan | None:
    """The plan with its folds in the unit; `None` where none of them can be told in it, or
    something is computed of them already."""
    if plan.compute or plan.combine is not None:
        return None
    made = [(m, _factor(m, unit, spec)) for m in plan.measures]
    if not any(made) or all(factor in (None, 1) for _, factor in made):
        return None
    compute, names = [], {}
    for measure, factor in made:
        names[measure.name] = measure.name
        if factor not in (None, 1):
            names[measure.name] = f"{measure.name}_{unit}"[:60]
            compute.append(_converted(names[measure.name], measure.name, float(factor or 1)))
    return plan.model_copy(
        update={
            "compute": tuple(compute),
            "show": tuple(names.get(n, n) for n in plan.show or _columns(plan)),
            "order": tuple(o.model_copy(update={"by": names.get(o.by, o.by)}) for o in plan.order),
        }
    )


def _columns(plan: QueryPlan) -> tuple[str, ...]:
    return (*(key.name for key in plan.group), *(m.name for m in plan.measures))


def _factor(measure: Measured, unit: str, spec: CollectionSpec) -> float | None:
    """By how much the field's own unit is multiplied; `None`: it has no such unit."""
    field = spec.fields.get(measure.field or "")
    if field is None or field.type not in NUMERIC or measure.fn in ("count", "distinct"):
        return None
    low = (field.unit or "").lower()
    own, asked = UNITS.get(low) or UNITS.get(low.removesuffix("s")), UNITS[unit]
    return own[1] / asked[1] if own is not None and own[0] == asked[0] else None


def _converted(alias: str, name: str, factor: float) -> Compute:
    if factor < 1:
        return Compute(alias=alias, op="/", args=(name, _whole(1 / factor)))
    return Compute(alias=alias, op="*", args=(name, _whole(factor)))


def _whole(factor: float) -> int | float:
    return round(factor) if abs(factor - round(factor)) < 1e-9 * factor else factor
