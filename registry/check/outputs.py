"""The columns that a plan makes: listed, folded, computed. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from registry.check.column import OPAQUE, ORDERED, Column, common
from registry.check.scope import Scope, shown_fields
from registry.errors import BadPlan, TooLarge, listed, shown
from registry.limits import COMPUTE_PARTS_MAX
from registry.plan import Compute, Group, Measured, QueryPlan
from registry.record import FLOAT, INT, INT64_MAX, NUMERIC, TEMPORAL, Type


def made(plan: QueryPlan, scope: Scope) -> tuple[Column, ...]:
    """The columns of the records listed or folded, then the computed ones."""
    columns = _folded(plan, scope) if plan.aggregates else _listed(plan, scope)
    if not plan.compute:
        return columns
    known = {column.name: column for column in columns}
    parts = dict.fromkeys(known, 1)
    computed = []
    for compute in plan.compute:
        column = _computed(plan, compute, known)
        computed.append(column)
        known.setdefault(column.name, column)
        # an engine may write a column out wherever it is used, so this doubles with each step
        count = 1 + sum(parts[name] for name in compute.columns)
        if count > COMPUTE_PARTS_MAX:
            raise TooLarge(
                f"{shown(compute.alias)} is computed from over {COMPUTE_PARTS_MAX} parts; "
                "use what it is made of less often."
            )
        parts.setdefault(column.name, count)
    return (*columns, *computed)


def _folded(plan: QueryPlan, scope: Scope) -> tuple[Column, ...]:
    if plan.select:
        raise BadPlan("`select` lists records; with `group` or `measures` leave it out.")
    return (
        *(_group(group, scope) for group in plan.group),
        *(_measure(measure, scope) for measure in plan.measures),
    )


def _listed(plan: QueryPlan, scope: Scope) -> tuple[Column, ...]:
    if plan.having and not plan.compute:
        raise BadPlan("`having` filters groups; use `where` to filter records.")
    return tuple(
        Column(path, field.kind, field.unit)
        for path in shown_fields(plan, scope)
        for field in (scope.field(path),)
    )


def _group(group: Group, scope: Scope) -> Column:
    field = scope.field(group.field)
    if field.type in OPAQUE:
        raise BadPlan(
            f"{shown(group.field)} is {field.type}; group by a field with comparable values."
        )
    if group.bucket is None:
        return Column(group.name, field.kind, field.unit)
    if field.type not in TEMPORAL:
        raise BadPlan(
            f"{shown(group.field)} is {field.type}; only times and dates go in calendar buckets."
        )
    fine = group.bucket in ("minute", "hour")
    if fine and field.type == "date":
        raise BadPlan(f"{shown(group.field)} is a date; it has no {group.bucket}s.")
    return Column(group.name, Type("time") if fine else Type("date"))


def _measure(measure: Measured, scope: Scope) -> Column:
    if (measure.q is None) == (measure.fn == "percentile"):
        raise BadPlan("`q` goes with `percentile`, and only with it.")
    if measure.field is None:
        if measure.fn != "count":
            raise BadPlan(f"{measure.fn} needs a `field`.")
        return Column(measure.name, INT)
    field = scope.field(measure.field)
    if measure.fn in ("count", "distinct"):
        return Column(measure.name, INT)
    if measure.fn in ("min", "max"):
        if field.type not in ORDERED | {"bool", "ref"}:
            raise BadPlan(f"{shown(measure.field)} is {field.type}, which has no {measure.fn}.")
        return Column(measure.name, field.kind, field.unit)
    if field.type not in NUMERIC:
        raise BadPlan(f"{measure.fn} needs a number; {shown(measure.field)} is {field.type}.")
    return Column(measure.name, field.kind if measure.fn == "sum" else FLOAT, field.unit)


def _computed(plan: QueryPlan, compute: Compute, known: Mapping[str, Column]) -> Column:
    for name in compute.columns:
        if name not in known:
            raise BadPlan(
                f"{shown(compute.alias)} is computed from {shown(name)}; "
                f"the columns before it are {listed(known)}."
            )
    if compute.op in ("previous", "total"):
        if len(compute.columns) < len(compute.args):
            raise BadPlan(f"{shown(compute.alias)}: `{compute.op}` takes columns, not numbers.")
        return (_previous if compute.op == "previous" else _total)(plan, compute, known)
    found = [known[a] if isinstance(a, str) else Column("", _literal(a)) for a in compute.args]
    for column in found:
        if column.type.name not in NUMERIC:
            raise BadPlan(
                f"{shown(compute.alias)} computes with numbers; "
                f"{shown(column.name)} is {column.type.name}."
            )
    return Column(compute.alias, _kind(compute.op, *found), _unit(compute.op, *found))


def _previous(plan: QueryPlan, compute: Compute, known: Mapping[str, Column]) -> Column:
    (name,) = compute.columns
    if sum(group.bucket is not None for group in plan.group) != 1:
        raise BadPlan(
            f"{shown(compute.alias)}: `previous` looks one calendar bucket back; "
            "group by exactly one `bucket`."
        )
    return Column(compute.alias, known[name].type, known[name].unit)


def _total(plan: QueryPlan, compute: Compute, known: Mapping[str, Column]) -> Column:
    column = known[compute.columns[0]]
    if column.type.name not in NUMERIC:
        raise BadPlan(
            f"{shown(compute.alias)}: `total` sums numbers; "
            f"{shown(column.name)} is {column.type.name}."
        )
    return Column(compute.alias, column.type, column.unit)


def _literal(value: int | float) -> Type:
    if isinstance(value, float):
        return FLOAT
    if abs(value) > INT64_MAX:
        raise BadPlan("A number of `compute` is outside the 64-bit integers; write it as a float.")
    return INT


def _kind(op: str, left: Column, right: Column) -> Type:
    """Quotients are floats; so are products of decimals, which would be finer than both."""
    both = common(left.type, right.type)
    fine = op == "*" and left.type.name == right.type.name == "decimal"
    return FLOAT if both is None or op == "/" or fine else both


def _unit(op: str, left: Column, right: Column) -> str | None:
    if op == "/":
        return left.unit if right.unit is None else None
    if op == "*":
        return None if left.unit and right.unit else left.unit or right.unit
    return left.unit if right.unit in (left.unit, None) else right.unit if not left.unit else None
