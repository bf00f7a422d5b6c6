"""Does a plan fit the catalogue? What comes through here is valid: names exist, types agree, values
decode.
"""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from registry import limits
from registry.catalog import Catalogue
from registry.domain import CollectionSpec, FieldSpec
from registry.errors import BadInput, BadPlan, IsothermError, TooLarge, listed, shown
from registry.plan import (
    And,
    Compare,
    Group,
    In,
    IsNull,
    Join,
    Like,
    Match,
    Measured,
    Not,
    Or,
    Predicate,
    QueryPlan,
    leaves,
    split_path,
)
from registry.record import (
    FLOAT,
    INT,
    INT64_MAX,
    NUMERIC,
    TEMPORAL,
    Type,
    check_text,
    decode,
)

_OPAQUE = frozenset({"json", "bytes"})
ORDERED = NUMERIC | TEMPORAL | {"text"}


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


class Scope:
    """The names a plan can see: its own collection and its joined ones."""

    def __init__(self, plan: QueryPlan, catalogue: Catalogue) -> None:
        self.plan = plan
        self._specs: dict[str | None, CollectionSpec] = {None: catalogue.collection(plan.source)}
        self._taken: set[str] = set()
        for join in plan.joins:
            self._add(join, catalogue)

    def _add(self, join: Join, catalogue: Catalogue) -> None:
        if join.alias in self._taken or not join.alias.isidentifier():
            raise BadPlan(f"join alias {shown(join.alias)} is taken or not a name; choose another.")
        self._taken.add(join.alias)
        left = self.field(join.on[0])
        spec = catalogue.collection(join.to)
        right = spec.field(join.on[1])
        if _comparable(left.kind) != _comparable(right.kind):
            raise BadPlan(
                f"join {shown(join.alias)} compares {left.type} with {right.type}; "
                "join equal types."
            )
        if left.type in _OPAQUE:
            raise BadPlan(f"join {shown(join.alias)} is on {left.type}, which cannot be compared.")
        if join.kind != "anti":
            self._specs[join.alias] = spec

    def spec(self, alias: str | None) -> CollectionSpec:
        found = self._specs.get(alias)
        if found is None:
            raise BadPlan(
                f"{shown(alias)} is not a joined collection of this plan; add it under `joins`."
            )
        return found

    def field(self, path: str) -> FieldSpec:
        alias, name = split_path(path)
        return self.spec(alias).field(name)


def _comparable(kind: Type) -> tuple[str, int]:
    return ("text" if kind.name in ("text", "ref") else kind.name, kind.scale)


def check(plan: QueryPlan, catalogue: Catalogue) -> tuple[Column, ...]:
    """The plan's output columns; raises `BadPlan`, `UnknownDomain` or `UnknownField` where it does
    not fit.
    """
    _check_size(plan)
    scope = Scope(plan, catalogue)
    _check_predicate(plan.where, scope.field, scope)
    for measure in plan.measures:
        _check_predicate(measure.where, scope.field, scope)
    columns = _aggregate_columns(plan, scope) if plan.aggregates else _list_columns(plan, scope)
    _unique([column.name for column in columns])
    _check_having(plan, columns)
    _check_order(plan, columns, scope)
    return columns


def _check_size(plan: QueryPlan) -> None:
    if len(plan.joins) > limits.JOINS_MAX:
        raise TooLarge(f"A plan joins at most {limits.JOINS_MAX} collections.")
    trees = (plan.where, plan.having, *(measure.where for measure in plan.measures))
    for tree in trees:
        _depth(tree, limits.PLAN_DEPTH_MAX)
    found = [leaf for tree in trees for leaf in leaves(tree)]
    parts = len(found) + len(plan.joins) + len(plan.group) + len(plan.measures) + len(plan.order)
    if parts > limits.PLAN_NODES_MAX:
        raise TooLarge(f"The plan has {parts} parts; keep it under {limits.PLAN_NODES_MAX}.")
    if sum(len(leaf.values) for leaf in found if isinstance(leaf, In)) > limits.PLAN_VALUES_MAX:
        raise TooLarge(f"The plan's `in` lists hold over {limits.PLAN_VALUES_MAX:,} values.")


def _aggregate_columns(plan: QueryPlan, scope: Scope) -> tuple[Column, ...]:
    if plan.select:
        raise BadPlan("`select` lists records; with `group` or `measures` leave it out.")
    return (
        *(_group_column(g, scope) for g in plan.group),
        *(_measure_column(m, scope) for m in plan.measures),
    )


def _list_columns(plan: QueryPlan, scope: Scope) -> tuple[Column, ...]:
    if plan.having:
        raise BadPlan("`having` filters groups; use `where` to filter records.")
    return tuple(
        Column(path, field.kind, field.unit)
        for path in shown_fields(plan, scope)
        for field in (scope.field(path),)
    )


def shown_fields(plan: QueryPlan, scope: Scope) -> tuple[str, ...]:
    """The paths a list shows: those selected, else the id and the collection's display or all its
    fields.
    """
    if plan.select:
        return plan.select
    spec = scope.spec(None)
    return tuple(dict.fromkeys(("id", *(spec.display or spec.fields))))


def _group_column(group: Group, scope: Scope) -> Column:
    field = scope.field(group.field)
    if field.type in _OPAQUE:
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


def _measure_column(measure: Measured, scope: Scope) -> Column:
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


def _check_predicate(
    node: Predicate | None, field: Callable[[str], FieldSpec], scope: Scope | None
) -> None:
    for leaf in leaves(node):
        if isinstance(leaf, Match):
            if scope is None or not scope.spec(leaf.alias).searched:
                raise BadPlan("This collection has no text to search; filter by a field instead.")
        else:
            _check_leaf(leaf, field(leaf.field))


def _depth(node: Predicate | None, left: int) -> None:
    if left < 0:
        raise TooLarge(f"Predicates are nested deeper than {limits.PLAN_DEPTH_MAX}; flatten them.")
    if isinstance(node, (And, Or)):
        for arg in node.args:
            _depth(arg, left - 1)
    elif isinstance(node, Not):
        _depth(node.arg, left - 1)


def _check_leaf(leaf: Compare | In | IsNull | Like, field: FieldSpec) -> None:
    if isinstance(leaf, IsNull):
        return
    if field.type in _OPAQUE:
        raise BadPlan(f"{shown(leaf.field)} is {field.type}, which cannot be compared.")
    if isinstance(leaf, Like):
        if field.type not in ("text", "ref"):
            raise BadPlan(f"`{leaf.op}` needs text; {shown(leaf.field)} is {field.type}.")
        _check_part(leaf)
        return
    values = leaf.values if isinstance(leaf, In) else (leaf.value,)
    try:
        for value in values:
            comparable(value, field.kind, leaf.field)
    except IsothermError as bad:
        raise BadPlan(bad.message) from None


def _check_part(leaf: Like) -> None:
    try:
        check_text(leaf.value, leaf.field)
    except IsothermError as bad:
        raise BadPlan(bad.message) from None


def comparable(value: object, kind: Type, where: str) -> str | int | float | bytes:
    """A plan's literal as the canonical value to compare with.

    A number against an int or decimal field may be finer than the field; it is then compared as it
    is.
    """
    if kind.name in ("int", "decimal") and isinstance(value, float):
        return _scaled(value, kind, where)
    if kind.name == "ref":
        kind = Type("text")
    found = decode(value, kind, where=where)
    if found is None:
        raise BadInput(f"{where}: compare with null by the `null` predicate.")
    return found


def _scaled(value: float, kind: Type, where: str) -> int | float:
    # by digits: in floats 1.1 * 100 is not 110
    if not math.isfinite(value):
        raise BadInput(f"{where} cannot be compared with a number that is not finite.")
    exact = Decimal(repr(value)).scaleb(kind.scale)
    if abs(exact) <= INT64_MAX and exact == exact.to_integral_value():
        return int(exact)
    return float(exact) if abs(exact) < sys.float_info.max else math.copysign(1e308, value)


def _check_having(plan: QueryPlan, columns: tuple[Column, ...]) -> None:
    by_name = {column.name: column for column in columns}

    def field(name: str) -> FieldSpec:
        column = by_name.get(name)
        if column is None:
            raise BadPlan(f"`having` names {shown(name)}; the columns are {listed(by_name)}.")
        kind = column.type
        return FieldSpec(type="text" if kind.name == "ref" else kind.name, scale=kind.scale)

    _check_predicate(plan.having, field, None)


def _check_order(plan: QueryPlan, columns: tuple[Column, ...], scope: Scope) -> None:
    names = [column.name for column in columns]
    for order in plan.order:
        if order.by in names:
            continue
        if plan.aggregates or plan.distinct:
            raise BadPlan(f"`order` names {shown(order.by)}; the columns are {listed(names)}.")
        if scope.field(order.by).type in _OPAQUE:
            raise BadPlan(f"{shown(order.by)} cannot be ordered by.")


def _unique(names: list[str]) -> None:
    for name, count in Counter(names).items():
        if count > 1:
            raise BadPlan(f"Two columns are called {shown(name)}; name one with `as`.")
        if not name.isprintable():
            raise BadPlan(f"{shown(name)} holds characters that no column's name may have.")
