"""Chat: the messages of a conversation in the order they were written."""

from __future__ import annotations

from pydantic import Field

from mcp_servers.arguments import Id
from mcp_servers.tiered import Tiered
from mcp_servers.verbs import Verbs, page_text, page_wire
from registry.plan import Compare, Order, QueryPlan
from registry.tool import Call, Params, Reply, Tool


class HistoryParams(Params):
    conversation: Id
    limit: int = Field(default=50, ge=1, le=500)
    newest_first: bool = False


def extend(server: Verbs, store: Tiered) -> tuple[Tool, ...]:
    if not server.has("messages", "conversation", "author", "body", "sent_at"):
        return ()

    async def history(call: Call, params: HistoryParams) -> Reply:
        plan = QueryPlan(
            source="chat.messages",
            where=Compare(op="=", field="conversation", value=params.conversation),
            select=("id", "sent_at", "author", "body"),
            order=(Order(by="sent_at", desc=params.newest_first),),
            limit=params.limit,
        )
        page = await server.run(call, plan)
        return Reply(page_wire(page), page_text(page))

    about = "The messages of one conversation, in the order they were written."
    return (Tool("history", "Conversation history", about, HistoryParams, history),)
