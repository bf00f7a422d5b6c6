"""Running a route: the plans within the plan first, then one MCP `query` where one domain has all,
else fragments joined by `gather`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from orchestrator.fragments import Run, sources_of
from orchestrator.gather import gather
from orchestrator.links import Call
from orchestrator.route import Route
from orchestrator.route import route as cut
from registry.access import Principal
from registry.answer import Source
from registry.check import Column
from registry.errors import BadInput, Unavailable
from registry.limits import ROWS_DEFAULT, ROWS_MAX
from registry.plan import QueryPlan
from registry.staging import Fetched, Staging

_NO_CURSOR = "The cursor is not of this query; run the plan again without one."


@dataclass(slots=True)
class Outcome:
    """What a plan brought, in wire form."""

    columns: tuple[Column, ...]
    rows: list[list[Any]]
    truncated: bool = False
    cursor: str | None = None
    sources: tuple[Source, ...] = ()
    #: domains whose columns are empty because they did not answer
    missing: tuple[str, ...] = ()


async def execute(
    route: Route, call: Call, *, principal: Principal, cursor: str | None = None
) -> Outcome:
    """Run a route. A limit is always in force: the plan's, else `ROWS_DEFAULT`. Only the cursor of
    a plan that goes through whole leads on.
    """
    if route.plan.below:
        return await _staged(route, call, principal, cursor)
    return await _plain(route, call, principal, route.plan.limit or ROWS_DEFAULT, cursor)


async def _staged(route: Route, call: Call, principal: Principal, cursor: str | None) -> Outcome:
    """Plans within the plan first. What they lack is never left out: such an answer would be
    wrong."""

    async def fetch(plan: QueryPlan, cursor: str | None, wanted: int) -> Fetched:
        inner = cut(plan, route.catalogue)
        found = await _plain(inner, call, principal, wanted, cursor)
        if found.missing:
            raise _lacking(found.missing[0])
        return Fetched(found.rows, found.cursor, found.sources)

    staging = Staging(route.catalogue, fetch)
    plan = await staging.plain(route.plan)
    if plan.combine is not None:
        if cursor is not None:
            raise BadInput(_NO_CURSOR)
        rows, limit = await staging.combined(plan), plan.limit or ROWS_DEFAULT
        more = len(rows) > limit and _ours(route)
        found = Outcome(route.columns, rows[:limit], more)
    else:
        found = await execute(cut(plan, route.catalogue), call, principal=principal, cursor=cursor)
    return replace(found, sources=(*staging.sources, *found.sources))


def _lacking(domain: str) -> Unavailable:
    failure = Unavailable(f"{domain} did not answer, and a plan within the plan needs it.")
    failure.domain = domain
    return failure


async def _plain(
    route: Route, call: Call, principal: Principal, limit: int, cursor: str | None
) -> Outcome:
    """Run a route that holds no plans within."""
    if route.whole:
        return await _whole(route, call, principal, limit, cursor)
    if cursor is not None:
        raise BadInput(_NO_CURSOR)
    run, rows = await _run(route, call, principal, limit)
    if len(rows) < limit and run.cut:
        # Partners were missing for rows that a pushed limit had chosen: fetch without it.
        route.root.limit = None
        run, rows = await _run(route, call, principal, limit)
    more = len(rows) > limit or (run.cut and len(rows) == limit)
    return Outcome(
        route.columns,
        rows[:limit],
        more and _ours(route),
        None,
        tuple(run.sources),
        tuple(sorted(run.missing)),
    )


async def _run(
    route: Route, call: Call, principal: Principal, limit: int
) -> tuple[Run, list[list[Any]]]:
    run = Run(route, call, principal)
    await run.fragment(route.root, [])
    return run, gather(_limited(route, limit), run.tables, optional=run.missing)


def _limited(route: Route, limit: int) -> Route:
    return replace(route, plan=route.plan.model_copy(update={"limit": limit}))


async def _whole(
    route: Route, call: Call, principal: Principal, limit: int, cursor: str | None
) -> Outcome:
    plan = route.plan
    if plan.limit is None:
        plan = plan.model_copy(update={"limit": min(limit, ROWS_MAX)})
    arguments: dict[str, Any] = {"plan": plan.to_wire()}
    if cursor is not None:
        arguments["cursor"] = cursor
    data = await call(route.root.domain, "query", arguments, principal=principal, retry=True)
    return Outcome(
        route.columns,
        data["rows"],
        bool(data["truncated"]) and _ours(route),
        data.get("cursor"),
        sources_of(data),
    )


def _ours(route: Route) -> bool:
    """Whether the limit is ours: a plan that asks for ten rows is not cut when there are more."""
    return route.plan.limit is None
