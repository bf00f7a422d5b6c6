"""Workflows: the runs of an automation."""

from __future__ import annotations

from pydantic import Field

from mcp_servers.arguments import Id
from mcp_servers.tiered import Tiered
from mcp_servers.verbs import Verbs, page_text, page_wire
from registry.plan import Compare, Order, Predicate, QueryPlan, conjoin
from registry.tool import Call, Params, Reply, Tool


class RunsParams(Params):
    workflow: Id | None = None
    status: str | None = Field(default=None, max_length=80)
    limit: int = Field(default=50, ge=1, le=500)


def extend(server: Verbs, store: Tiered) -> tuple[Tool, ...]:
    if not server.has("runs", "workflow", "status", "started_at"):
        return ()

    async def runs(call: Call, params: RunsParams) -> Reply:
        given = {"workflow": params.workflow, "status": params.status}
        parts: list[Predicate] = [
            Compare(op="=", field=name, value=value)
            for name, value in given.items()
            if value is not None
        ]
        plan = QueryPlan(
            source="workflow.runs",
            where=conjoin(parts),
            order=(Order(by="started_at", desc=True),),
            limit=params.limit,
        )
        page = await server.run(call, plan)
        return Reply(page_wire(page), page_text(page))

    about = "Runs of automations, the newest first; of one workflow or status if given."
    return (Tool("runs", "Workflow runs", about, RunsParams, runs),)
