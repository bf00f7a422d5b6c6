"""Metrics: one series over time, folded into calendar buckets."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from mcp_servers.tiered import Tiered
from mcp_servers.verbs import Verbs, page_text, page_wire
from registry.limits import ROWS_MAX
from registry.plan import Bucket, Compare, Group, Measured, Order, Predicate, QueryPlan, conjoin
from registry.tool import Call, Params, Reply, Tool


class SeriesParams(Params):
    series: str = Field(min_length=1, max_length=200)
    fn: Literal["avg", "min", "max", "sum", "count", "median"] = "avg"
    bucket: Bucket = "hour"
    host: str | None = Field(default=None, max_length=200)
    since: str | None = Field(default=None, max_length=40, description="ISO time, inclusive.")
    until: str | None = Field(default=None, max_length=40, description="ISO time, exclusive.")
    limit: int = Field(default=500, ge=1, le=ROWS_MAX)


def extend(server: Verbs, store: Tiered) -> tuple[Tool, ...]:
    if not server.has("points", "series", "at", "value", "host"):
        return ()

    async def series(call: Call, params: SeriesParams) -> Reply:
        parts: list[Predicate] = [Compare(op="=", field="series", value=params.series)]
        if params.host is not None:
            parts.append(Compare(op="=", field="host", value=params.host))
        if params.since is not None:
            parts.append(Compare(op=">=", field="at", value=params.since))
        if params.until is not None:
            parts.append(Compare(op="<", field="at", value=params.until))
        plan = QueryPlan(
            source="metrics.points",
            where=conjoin(parts),
            group=(Group(field="at", bucket=params.bucket, alias="at"),),
            measures=(Measured(fn=params.fn, field="value", alias=params.fn),),
            order=(Order(by="at"),),
            limit=params.limit,
        )
        page = await server.run(call, plan)
        return Reply(page_wire(page), page_text(page))

    about = "One series over time, folded into minutes, hours, days or longer."
    return (Tool("series", "Series over time", about, SeriesParams, series),)
