"""The same question of another collection: "the same for invoices"."""

from __future__ import annotations

from typing import Any

from orchestrator.planner.followup.periods import is_bound
from orchestrator.planner.shape.assemble import needed
from registry.catalog import Catalogue
from registry.check import check
from registry.domain import CollectionSpec
from registry.errors import IsothermError
from registry.plan import Compare, Predicate, QueryPlan, conjoin, conjuncts, leaves, paths_of


def moved(plan: QueryPlan, to: str, catalogue: Catalogue) -> tuple[QueryPlan, int] | None:
    """The plan over the collection `to`, and how many of its parts had no place there. Its windows
    go to the collection's own time; fields stay where it has one of that name. `None` where what it
    measures is not there.
    """
    old, new = catalogue.collections[plan.source], catalogue.collections[to]
    if plan.compute or plan.combine or plan.per or plan.having is not None:
        return None
    name = to.partition(".")[2]
    joins = tuple(j for j in plan.joins if j.on[0] in new.fields and "." not in j.on[0])
    known = {j.alias for j in joins}
    parts, lost = [], 0
    for part in conjuncts(plan.where):
        there = _there(part, old, new, known)
        parts += [there] if there is not None else []
        lost += there is None
    measures = [
        m.model_copy(update={"alias": name}) if m.fn == "count" else m for m in plan.measures
    ]
    renamed = {m.name: n.name for m, n in zip(plan.measures, measures, strict=True)}
    group = [
        key.model_copy(update={"field": new.time}) if key.field == old.time and new.time else key
        for key in plan.group
    ]
    made = QueryPlan.model_validate(
        {
            "from": to, "joins": joins, "where": conjoin(parts), "group": tuple(group),
            "measures": tuple(measures), "limit": plan.limit,
            "order": tuple(
                o.model_copy(update={"by": renamed.get(o.by, o.by)})
                for o in plan.order
                if plan.aggregates
            ),
        }
    )  # fmt: skip
    made = made.model_copy(update={"joins": needed(made)})
    try:
        check(made, catalogue)
    except IsothermError:
        return None
    return made, lost


def _there(
    part: Predicate, old: CollectionSpec, new: CollectionSpec, known: set[str]
) -> Predicate | None:
    """The condition on the other collection's fields; `None` where it has none of the sort."""
    if is_bound(part) and isinstance(part, Compare) and part.field == old.time and new.time:
        return _clocked(part, new)
    paths = [path for leaf in leaves(part) for path in paths_of(leaf)]
    fits = all(
        path.rpartition(".")[0] in known if "." in path else _alike(path, old, new)
        for path in paths
    )
    return part if fits and paths else None


def _clocked(part: Compare, new: CollectionSpec) -> Compare:
    return retimed(part, str(new.time), new)


def retimed(part: Compare, field: str, spec: CollectionSpec) -> Compare:
    """A bound of time on another field of the collection, written as that field is."""
    value: Any = part.value
    if spec.fields[field].type == "date":
        value = str(value)[:10]
    elif "T" not in str(value):
        value = f"{value}T00:00:00Z"
    return part.model_copy(update={"field": field, "value": value})


def _alike(path: str, old: CollectionSpec, new: CollectionSpec) -> bool:
    if path not in old.fields or path not in new.fields:
        return False
    mine, theirs = old.fields[path], new.fields[path]
    return mine.type == theirs.type and (theirs.enum is None or mine.enum == theirs.enum)
