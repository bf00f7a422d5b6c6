"""Fetching the fragments of a plan that was cut: one MCP `query` per domain, as parallel as keys
allow.

Fragments with filters under an inner or anti join run first; the keys they find narrow their
parent. The others run after their parent and are narrowed by its keys. An input that would be cut
is never joined: `too-large` instead of a wrong total.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import anyio

from orchestrator.gather import Table
from orchestrator.links import Call
from orchestrator.route import Edge, Fragment, Route, fragment_plan, optional_fragments
from registry.access import Principal
from registry.answer import Source
from registry.errors import IsothermError, TooLarge, TooSlow, Unavailable
from registry.limits import GATHER_ROWS_MAX, PLAN_VALUES_MAX, ROWS_MAX
from registry.plan import In, IsNull, Not, Or, Predicate, QueryPlan, leaves

#: more keys than this are not pushed: the join is cheaper than the list
KEYS_PUSHED_MAX: Final = 1_000


def sources_of(data: dict[str, Any]) -> tuple[Source, ...]:
    """Where the rows of a domain's reply came from."""
    return tuple(Source(**source) for source in data["sources"])


@dataclass(slots=True)
class Run:
    """One execution of a cut plan: tables by fragment, and what was read."""

    route: Route
    call: Call
    principal: Principal
    tables: dict[int, Table] = field(default_factory=dict)
    sources: list[Source] = field(default_factory=list)
    #: a pushed limit left rows behind
    cut: bool = False
    missing: set[str] = field(default_factory=set)

    async def fragment(self, fragment: Fragment, narrowed: list[Predicate]) -> None:
        """Fetch a fragment and everything below it."""
        first = [edge for edge in fragment.children if _narrows(edge)]
        await self._children([(edge, []) for edge in first])
        for edge in first:
            narrowed = [*narrowed, *self._keys_below(edge)]
        table = await self._fetch(fragment, narrowed)
        later = [edge for edge in fragment.children if edge not in first]
        column_of = {path: index for index, (path, _) in enumerate(fragment.keys)}
        await self._children([(e, _keys_above(table, column_of[e.left], e)) for e in later])

    async def _children(self, edges: list[tuple[Edge, list[Predicate]]]) -> None:
        failures: list[IsothermError] = []

        async def fetch(edge: Edge, narrowed: list[Predicate]) -> None:
            try:
                await self.fragment(edge.child, narrowed)
            except (Unavailable, TooSlow) as failure:
                if self.route.plan.aggregates or self.route.residual or not edge.lookup:
                    failures.append(failure)
                    return
                self.missing.add(edge.child.domain)
                self.tables[id(edge.child)] = Table(edge.child.types, [])
            except IsothermError as failure:
                failures.append(failure)

        async with anyio.create_task_group() as tasks:
            for edge, narrowed in edges:
                tasks.start_soon(fetch, edge, narrowed)
        if failures:
            raise failures[0]

    def _keys_below(self, edge: Edge) -> list[Predicate]:
        """The child's keys as a filter on the parent, where they are few enough."""
        table = self.tables[id(edge.child)]
        column = list(edge.child.keys).index((edge.right, None))
        keys = tuple(dict.fromkeys(row[column] for row in table.rows if row[column] is not None))
        if len(keys) > KEYS_PUSHED_MAX:
            self.route.root.limit = None
            return []
        parent = next(f for f in self.route.fragments if edge in f.children)
        if edge.kind == "anti" and any(parent is f for f in optional_fragments(self.route.root)):
            return []  # without its partner a row of a left join would seem to have none
        found = In(field=parent.local(edge.left), values=keys)
        # A null key has no partner, so an anti join keeps it; `not in` alone would drop it.
        return [found] if edge.kind == "inner" else ([_or_null(found)] if keys else [])

    async def _fetch(self, fragment: Fragment, narrowed: list[Predicate]) -> Table:
        affordable = _affordable(fragment.where, narrowed)
        if len(affordable) < len(narrowed):
            fragment.limit = None
        plan = fragment_plan(fragment, aggregates=self.route.plan.aggregates, extra=affordable)
        rows: list[list[Any]] = []
        cursor: str | None = None
        while True:
            data = await self._page(fragment, plan, cursor)
            rows.extend(data["rows"])
            cursor = data.get("cursor")
            if fragment.limit is not None and len(rows) >= fragment.limit:
                self.cut = self.cut or bool(data["truncated"])
                break
            if cursor is None:
                break
            if len(rows) >= GATHER_ROWS_MAX:
                raise TooLarge(
                    f"{fragment.source} would bring more than {GATHER_ROWS_MAX:,} rows to a join; "
                    "filter it, or group by less."
                )
        self.sources.extend(sources_of(data))
        table = self.tables[id(fragment)] = Table(fragment.types, rows)
        return table

    async def _page(
        self, fragment: Fragment, plan: QueryPlan, cursor: str | None
    ) -> dict[str, Any]:
        if plan.limit is None:
            plan = plan.model_copy(update={"limit": ROWS_MAX})
        arguments: dict[str, Any] = {"plan": plan.to_wire()}
        if cursor is not None:
            arguments["cursor"] = cursor
        return await self.call(
            fragment.domain, "query", arguments, principal=self.principal, retry=True
        )


def _affordable(own: list[Predicate], narrowed: list[Predicate]) -> list[Predicate]:
    """As many of the key filters as a plan may hold values. They only save work, so any may go."""
    left = PLAN_VALUES_MAX - sum(map(_values, own))
    kept: list[Predicate] = []
    for predicate in narrowed:
        left -= _values(predicate)
        if left >= 0:
            kept.append(predicate)
    return kept


def _values(predicate: Predicate) -> int:
    return sum(len(leaf.values) for leaf in leaves(predicate) if isinstance(leaf, In))


def _or_null(found: In) -> Predicate:
    return Or(args=(Not(arg=found), IsNull(field=found.field)))


def _narrows(edge: Edge) -> bool:
    """Whether the child is worth running first: it drops rows of the parent."""
    if edge.kind == "left":
        return False
    return (
        edge.kind == "anti"
        or bool(edge.child.where)
        or any(_narrows(deeper) for deeper in edge.child.children)
    )


def _keys_above(table: Table, column: int, edge: Edge) -> list[Predicate]:
    keys = tuple(dict.fromkeys(row[column] for row in table.rows if row[column] is not None))
    if len(keys) > KEYS_PUSHED_MAX:
        return []
    return [In(field=edge.child.local(edge.right), values=keys)]
