"""A plan against the catalogue: its sizes, its names, its columns. Pure."""

from __future__ import annotations

from collections import Counter

from registry import limits
from registry.catalog import Catalogue
from registry.check.column import OPAQUE, Column, common
from registry.check.conditions import Columns, Conditions
from registry.check.outputs import made
from registry.check.scope import Scope
from registry.domain import FieldSpec
from registry.errors import BadPlan, TooLarge, listed, shown
from registry.plan import And, In, Not, Or, Predicate, QueryPlan, leaves


def check(plan: QueryPlan, catalogue: Catalogue) -> tuple[Column, ...]:
    """The columns of a plan's answer; raises `BadPlan`, `UnknownDomain` or `UnknownField` where it,
    or a plan within it, does not fit.
    """
    return chosen(plan, outputs(plan, catalogue), catalogue)


def outputs(plan: QueryPlan, catalogue: Catalogue) -> tuple[Column, ...]:
    """The columns that a plan makes, shown or not: keys and measures, or fields, then what is
    computed. Raises as `check` does.
    """
    _check_size(plan)

    def within(inner: QueryPlan) -> tuple[Column, ...]:
        return check(inner, catalogue)

    scope = Scope(plan, catalogue)
    conditions = Conditions(scope.field, scope, within)
    conditions.check(plan.where)
    for measure in plan.measures:
        conditions.check(measure.where)
    columns = made(plan, scope)
    _unique([column.name for column in columns])
    _check_having(plan, columns, within)
    _check_order(plan, columns, scope)
    return columns


def chosen(plan: QueryPlan, made: tuple[Column, ...], catalogue: Catalogue) -> tuple[Column, ...]:
    """The columns of the answer, from those that the plan makes: what it shows, in the order shown,
    with the types that the rows of a plan beside it need.
    """
    columns = _shown(plan, made) if plan.show else made
    return columns if plan.combine is None else _combined(plan, columns, catalogue)


# -- sizes ---------------------------------------------------------------------------------------


def _check_size(plan: QueryPlan) -> None:
    if len(plan.joins) > limits.JOINS_MAX:
        raise TooLarge(f"A plan joins at most {limits.JOINS_MAX} collections.")
    if len(plan.compute) > limits.COMPUTES_MAX:
        raise TooLarge(f"A plan computes at most {limits.COMPUTES_MAX} columns.")
    trees = plan.predicates
    for tree in trees:
        _depth(tree, limits.PLAN_DEPTH_MAX)
    found = [leaf for tree in trees for leaf in leaves(tree)]
    others = (plan.joins, plan.group, plan.measures, plan.order, plan.compute, plan.show)
    parts = len(found) + sum(map(len, others))
    if parts > limits.PLAN_NODES_MAX:
        raise TooLarge(f"The plan has {parts} parts; keep it under {limits.PLAN_NODES_MAX}.")
    if sum(len(leaf.values) for leaf in found if isinstance(leaf, In)) > limits.PLAN_VALUES_MAX:
        raise TooLarge(f"The plan's `in` lists hold over {limits.PLAN_VALUES_MAX:,} values.")
    if plan.combine or any(getattr(leaf, "plan", None) for leaf in found):
        _check_below(plan)


def _depth(node: Predicate | None, left: int) -> None:
    if left < 0:
        raise TooLarge(f"Predicates are nested deeper than {limits.PLAN_DEPTH_MAX}; flatten them.")
    if isinstance(node, (And, Or)):
        for arg in node.args:
            _depth(arg, left - 1)
    elif isinstance(node, Not):
        _depth(node.arg, left - 1)


def _check_below(plan: QueryPlan) -> None:
    level, count = [plan], -1
    for _ in range(limits.INNER_DEPTH_MAX + 1):
        count += len(level)
        level = [below for outer in level for below in outer.below]
    if level:
        raise TooLarge(f"Plans are nested deeper than {limits.INNER_DEPTH_MAX}; ask in steps.")
    if count > limits.INNER_PLANS_MAX:
        raise TooLarge(f"A plan holds at most {limits.INNER_PLANS_MAX} others; ask in steps.")


# -- columns -------------------------------------------------------------------------------------


def _shown(plan: QueryPlan, made: tuple[Column, ...]) -> tuple[Column, ...]:
    known = {column.name: column for column in made}
    for name in plan.show:
        if name not in known:
            raise BadPlan(f"`show` names {shown(name)}; the columns are {listed(known)}.")
    _unique(list(plan.show))
    return tuple(known[name] for name in plan.show)


def _combined(
    plan: QueryPlan, columns: tuple[Column, ...], catalogue: Catalogue
) -> tuple[Column, ...]:
    assert plan.combine is not None
    if plan.per is not None:
        raise BadPlan("`per` cannot stand beside `combine`; put it in one of the two plans.")
    others = check(plan.combine.plan, catalogue)
    if len(others) != len(columns):
        raise BadPlan(
            f"`{plan.combine.op}` joins {len(columns)} columns with {len(others)}; "
            "`select`, or `show`, as many."
        )
    names = [column.name for column in columns]
    for order in plan.order:
        if order.by not in names:
            raise BadPlan(f"`order` names {shown(order.by)}; the columns are {listed(names)}.")
    return tuple(map(_both, columns, others))


def _both(column: Column, other: Column) -> Column:
    kind = common(column.type, other.type)
    if kind is None:
        raise BadPlan(
            f"{shown(column.name)} is {column.type.name} and {shown(other.name)} is "
            f"{other.type.name}; combine equal types."
        )
    return Column(column.name, kind, column.unit if column.unit == other.unit else None)


def _check_having(plan: QueryPlan, columns: tuple[Column, ...], within: Columns) -> None:
    by_name = {column.name: column for column in columns}

    def field(name: str) -> FieldSpec:
        column = by_name.get(name)
        if column is None:
            raise BadPlan(f"`having` names {shown(name)}; the columns are {listed(by_name)}.")
        kind = column.type
        return FieldSpec(type="text" if kind.name == "ref" else kind.name, scale=kind.scale)

    Conditions(field, None, within).check(plan.having)


def _check_order(plan: QueryPlan, columns: tuple[Column, ...], scope: Scope) -> None:
    names = [column.name for column in columns]
    for order in plan.order:
        if order.by in names:
            continue
        if plan.aggregates or plan.distinct:
            raise BadPlan(f"`order` names {shown(order.by)}; the columns are {listed(names)}.")
        if scope.field(order.by).type in OPAQUE:
            raise BadPlan(f"{shown(order.by)} cannot be ordered by.")
    for name in plan.per.by if plan.per else ():
        if name not in names:
            raise BadPlan(f"`per` names {shown(name)}; the columns are {listed(names)}.")


def _unique(names: list[str]) -> None:
    for name, count in Counter(names).items():
        if count > 1:
            raise BadPlan(f"Two columns are called {shown(name)}; name one with `as`.")
        if not name.isprintable():
            raise BadPlan(f"{shown(name)} holds characters that no column's name may have.")
