"""Whether conditions fit: their fields exist, their values decode, their plans give what they are
compared with. Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from registry.check.column import OPAQUE, Column, common
from registry.check.literals import comparable
from registry.check.scope import Scope
from registry.domain import FieldSpec
from registry.errors import BadPlan, IsothermError, shown
from registry.plan import Compare, In, IsNull, Like, Match, Predicate, QueryPlan, leaves
from registry.record import Type, check_text

#: the columns of a plan within, checked
Columns: TypeAlias = Callable[[QueryPlan], tuple[Column, ...]]


class Conditions:
    """Checks predicates over what `field` knows. `scope`: whose texts may be searched."""

    def __init__(
        self, field: Callable[[str], FieldSpec], scope: Scope | None, columns: Columns
    ) -> None:
        self._field = field
        self._scope = scope
        self._columns = columns

    def check(self, node: Predicate | None) -> None:
        """`BadPlan`, or what `field` raises, where a leaf does not fit."""
        for leaf in leaves(node):
            if isinstance(leaf, Match):
                self._match(leaf)
            else:
                self._leaf(leaf, self._field(leaf.field))

    def _match(self, leaf: Match) -> None:
        if self._scope is None or not self._scope.spec(leaf.alias).searched:
            raise BadPlan("This collection has no text to search; filter by a field instead.")

    def _leaf(self, leaf: Compare | In | IsNull | Like, field: FieldSpec) -> None:
        if isinstance(leaf, IsNull):
            return
        if field.type in OPAQUE:
            raise BadPlan(f"{shown(leaf.field)} is {field.type}, which cannot be compared.")
        if isinstance(leaf, Like):
            _like(leaf, field)
        elif leaf.plan is not None:
            self._within(leaf, leaf.plan, field.kind)
        elif isinstance(leaf, Compare) and leaf.other is not None:
            _compared(leaf.field, field.kind, leaf.other, self._field(leaf.other).kind)
        else:
            _values(leaf, field.kind)

    def _within(self, leaf: Compare | In, plan: QueryPlan, kind: Type) -> None:
        columns = self._columns(plan)
        if len(columns) != 1:
            raise BadPlan(
                f"The plan that {shown(leaf.field)} is compared with gives {len(columns)} columns; "
                "`select`, or `show`, one."
            )
        one = plan.limit == 1 or (plan.aggregates and not plan.group and plan.combine is None)
        if isinstance(leaf, Compare) and not one:
            raise BadPlan(
                f"The plan that {shown(leaf.field)} is compared with may give several rows; "
                "fold them without `group`, or `limit` it to 1."
            )
        _compared(leaf.field, kind, columns[0].name, columns[0].type)


def _compared(name: str, kind: Type, other: str, its: Type) -> None:
    if its.name in OPAQUE or common(kind, its) is None:
        raise BadPlan(
            f"{shown(name)} is {kind.name} and {shown(other)} is {its.name}; compare equal types."
        )


def _like(leaf: Like, field: FieldSpec) -> None:
    if field.type not in ("text", "ref"):
        raise BadPlan(f"`{leaf.op}` needs text; {shown(leaf.field)} is {field.type}.")
    try:
        check_text(leaf.value, leaf.field)
    except IsothermError as bad:
        raise BadPlan(bad.message) from None


def _values(leaf: Compare | In, kind: Type) -> None:
    try:
        for value in leaf.values if isinstance(leaf, In) else (leaf.value,):
            comparable(value, kind, leaf.field)
    except IsothermError as bad:
        raise BadPlan(bad.message) from None
