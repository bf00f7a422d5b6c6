"""A plan with plans within it, all over one domain: the store runs each, one after the other."""

from __future__ import annotations

from dataclasses import replace

from mcp_servers.ports import Page
from mcp_servers.tiered import Tiered
from registry.catalog import Catalogue
from registry.check import check
from registry.errors import BadInput
from registry.limits import ROWS_DEFAULT, ROWS_MAX
from registry.plan import QueryPlan
from registry.staging import Fetched, Staging


async def staged(
    store: Tiered, catalogue: Catalogue, tenant: str, plan: QueryPlan, cursor: str | None
) -> Page:
    """One page of a checked plan. The rows of two plans as one set come without a cursor."""

    async def fetch(inner: QueryPlan, cursor: str | None, wanted: int) -> Fetched:
        if inner.limit is None:
            inner = inner.model_copy(update={"limit": min(wanted, ROWS_MAX)})
        page = await store.query(tenant, inner, cursor=cursor)
        return Fetched(page.rows, page.cursor, page.sources)

    staging = Staging(catalogue, fetch)
    plain = await staging.plain(plan)
    if plan.combine is None:
        page = await store.query(tenant, plain, cursor=cursor)
        return replace(page, sources=(*staging.sources, *page.sources))
    if cursor is not None:
        raise BadInput("The cursor is not of this query; run the plan again without one.")
    rows, limit = await staging.combined(plain), plan.limit or ROWS_DEFAULT
    columns = check(plan, catalogue)
    return Page(columns, rows[:limit], len(rows) > limit, None, tuple(staging.sources))
