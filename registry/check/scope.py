"""The names that a plan can see. Pure."""

from __future__ import annotations

from registry.catalog import Catalogue
from registry.check.column import OPAQUE
from registry.domain import CollectionSpec, FieldSpec
from registry.errors import BadPlan, shown
from registry.plan import Join, QueryPlan, split_path
from registry.record import Type


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
        if _joinable(left.kind) != _joinable(right.kind):
            raise BadPlan(
                f"join {shown(join.alias)} compares {left.type} with {right.type}; "
                "join equal types."
            )
        if left.type in OPAQUE:
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


def _joinable(kind: Type) -> tuple[str, int]:
    return ("text" if kind.name in ("text", "ref") else kind.name, kind.scale)


def shown_fields(plan: QueryPlan, scope: Scope) -> tuple[str, ...]:
    """The paths a list shows: those selected, else the id and the collection's display or all its
    fields.
    """
    if plan.select:
        return plan.select
    spec = scope.spec(None)
    return tuple(dict.fromkeys(("id", *(spec.display or spec.fields))))
