"""Groups that are ranked have a name: what came from nowhere is none of "the three referrers
with the most views". Pure; changes only which groups there are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from orchestrator.planner.describe import describe
from orchestrator.planner.reading import Reading
from registry.catalog import Catalogue
from registry.plan import IsNull, Not, QueryPlan, conjoin, conjuncts, split_path


def without_nameless(reading: Reading, catalogue: Catalogue) -> Reading:
    """The reading without the group of records that lack what they are grouped by."""
    plan = reading.plan
    if not (plan.group and plan.measures and plan.limit):
        return reading
    parts = list(conjuncts(plan.where))
    added = [p for p in map(_told, _optional(plan, catalogue)) if p not in parts]
    if not added or any(isinstance(p, IsNull) for p in parts):
        return reading
    plan = plan.model_copy(update={"where": conjoin([*parts, *added])})
    return replace(reading, plan=plan, label=describe(plan))


def _told(name: str) -> Not:
    return Not(arg=IsNull(field=name))


def _optional(plan: QueryPlan, catalogue: Catalogue) -> Iterator[str]:
    """Own fields that are grouped by and that a record may lack."""
    fields = catalogue.collections[plan.source].fields
    for key in plan.group:
        alias, name = split_path(key.field)
        field = fields.get(name)
        if alias is not None or field is None or field.type != "text":
            continue
        if not field.required and field.enum is None:
            yield name
