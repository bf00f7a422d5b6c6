"""Sessions: who is here now."""

from __future__ import annotations

from pydantic import Field

from mcp_servers.arguments import Id
from mcp_servers.tiered import Tiered
from mcp_servers.verbs import Verbs, page_text, page_wire
from registry.plan import Compare, IsNull, Order, Predicate, QueryPlan, conjoin
from registry.tool import Call, Params, Reply, Tool


class ActiveParams(Params):
    user: Id | None = None
    limit: int = Field(default=50, ge=1, le=500)


def extend(server: Verbs, store: Tiered) -> tuple[Tool, ...]:
    if not server.has("sessions", "user", "started_at", "ended_at"):
        return ()

    async def active(call: Call, params: ActiveParams) -> Reply:
        parts: list[Predicate] = [IsNull(field="ended_at")]
        if params.user is not None:
            parts.append(Compare(op="=", field="user", value=params.user))
        plan = QueryPlan(
            source="session.sessions",
            where=conjoin(parts),
            order=(Order(by="started_at", desc=True),),
            limit=params.limit,
        )
        page = await server.run(call, plan)
        return Reply(page_wire(page), page_text(page))

    about = "Sessions that have not ended, the newest first; of one user if given."
    return (Tool("active", "Active sessions", about, ActiveParams, active),)
