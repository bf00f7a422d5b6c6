"""Plans within a plan are run before it, alone, and their values take their place: so nobody who
runs a plan needs to know plans within plans. How a plan without others is run is the caller's.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from registry.answer import Source
from registry.catalog import Catalogue
from registry.check import Scope, check, outputs
from registry.errors import TooLarge
from registry.limits import GATHER_ROWS_MAX, PLAN_VALUES_MAX
from registry.numbers import as_literal
from registry.plan import And, Compare, In, Not, Or, Predicate, QueryPlan
from registry.record import Canonical, Type, decode
from registry.sets import combined


@dataclass(frozen=True, slots=True)
class Fetched:
    """Rows of a plan in wire form, as many as wanted or as there are, or a cursor that leads on."""

    rows: list[list[Any]]
    cursor: str | None
    sources: tuple[Source, ...]


#: the type of a column and its canonical values
Given: TypeAlias = tuple[Type, Sequence[Canonical]]
#: runs a plan that holds no others: the plan, a cursor, how many rows are wanted
Fetch: TypeAlias = Callable[[QueryPlan, str | None, int], Awaitable[Fetched]]


class Staging:
    """One run of a checked plan that holds others. `sources`: what has been read so far."""

    def __init__(self, catalogue: Catalogue, fetch: Fetch) -> None:
        self.sources: list[Source] = []
        self._catalogue = catalogue
        self._fetch = fetch

    async def plain(self, plan: QueryPlan) -> QueryPlan:
        """The plan with the values of its inner plans in their place; `combine` stays."""
        found: dict[QueryPlan, Given] = {}
        for inner in plan.inner:
            if inner not in found:
                rows = await self._every(_as_set(inner), PLAN_VALUES_MAX)
                kind = check(inner, self._catalogue)[0].type
                values = [decode(row[0], kind) for row in rows if row[0] is not None]
                found[inner] = (kind, values)
        return filled(plan, self._catalogue, found)

    async def combined(self, plan: QueryPlan) -> list[list[Any]]:
        """All rows of a plan that combines, its inner values in place, whatever its limit."""
        assert plan.combine is not None
        alone = plan.model_copy(update={"combine": None, "order": (), "limit": None})
        sides = [
            (check(side, self._catalogue), await self._every(_as_set(side), GATHER_ROWS_MAX))
            for side in (alone, plan.combine.plan)
        ]
        return combined(plan, check(plan, self._catalogue), *sides)

    async def _every(self, plan: QueryPlan, most: int) -> list[list[Any]]:
        """All rows of a plan; `TooLarge` where they are more."""
        plan = await self.plain(plan) if plan.inner else plan
        if plan.combine is not None:
            rows = (await self.combined(plan))[: plan.limit]
        else:
            rows = await self._pages(plan, most)
        if len(rows) > most:
            raise TooLarge(
                f"A plan within the plan gives more than {most:,} rows; filter it, or use a join."
            )
        return rows

    async def _pages(self, plan: QueryPlan, most: int) -> list[list[Any]]:
        wanted = most + 1 if plan.limit is None else plan.limit
        page = await self._fetch(plan, None, wanted)
        rows = list(page.rows)
        while page.cursor is not None and len(rows) < wanted:
            page = await self._fetch(plan, page.cursor, wanted)
            rows += page.rows
        self.sources += page.sources
        return rows[:wanted]


def _as_set(plan: QueryPlan) -> QueryPlan:
    """The same rows as a set, each brought once where that is easily said."""
    if plan.aggregates or plan.limit or plan.per or plan.compute or plan.combine:
        return plan
    return plan.model_copy(update={"distinct": True, "order": ()})


# -- values in their places ----------------------------------------------------------------------


def filled(plan: QueryPlan, catalogue: Catalogue, found: Mapping[QueryPlan, Given]) -> QueryPlan:
    """The plan with the values of each of its inner plans where that plan stood."""
    scope = Scope(plan, catalogue)
    made = {column.name: column.type for column in outputs(plan, catalogue)}

    def kind(path: str) -> Type:
        return scope.field(path).kind

    return plan.model_copy(
        update={
            "where": plan.where and _filled(plan.where, kind, found),
            "measures": tuple(
                measure.model_copy(
                    update={"where": measure.where and _filled(measure.where, kind, found)}
                )
                for measure in plan.measures
            ),
            "having": plan.having and _filled(plan.having, made.__getitem__, found),
        }
    )


def _filled(
    node: Predicate,
    kind: Callable[[str], Type],
    found: Mapping[QueryPlan, Given],
    negated: bool = False,
) -> Predicate:
    if isinstance(node, (And, Or)):
        args = tuple(_filled(arg, kind, found, negated) for arg in node.args)
        return node.model_copy(update={"args": args})
    if isinstance(node, Not):
        return Not(arg=_filled(node.arg, kind, found, not negated))
    if not isinstance(node, (Compare, In)) or node.plan is None:
        return node
    its, values = found[node.plan]
    literals = tuple(dict.fromkeys(as_literal(value, its, kind(node.field)) for value in values))
    if isinstance(node, In):
        return In(field=node.field, values=literals)
    if literals:
        return Compare(op=node.op, field=node.field, value=literals[0])
    # Nothing compares with nothing: what is never true, or within a `not` never false.
    nothing = In(field=node.field, values=())
    return Not(arg=nothing) if negated else nothing
