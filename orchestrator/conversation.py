"""What a conversation keeps between its turns: the last questions and their plans, by a handle.

`system` remembers them for the subject who asks, the last few and for a day. No rows are kept. A
turn that got no plan leaves the plan before as it is, and a mark that it came between; what was not
sure leaves the same mark.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from orchestrator.links import Call
from orchestrator.planner.followup.cues import cued
from orchestrator.planner.reading import Context
from registry.access import Principal
from registry.answer import Answer
from registry.errors import IsothermError
from registry.plan import parse_plan

_FORGOTTEN: Final = (
    "Ask it as a whole question: no earlier one of this conversation is known (each is kept for a "
    "day), and this goes on from one."
)


async def context(call: Call, key: str | None, principal: Principal) -> Context:
    """The turn before; nothing where there is none, or none any more."""
    if key is None:
        return Context()
    data = await call("system", "conversation_get", {"id": key}, principal=principal, retry=True)
    if not data["turns"]:
        return Context()
    last = data["turns"][-1]
    return Context(parse_plan(last["plan"]), last["question"], last.get("unsure", False))


async def remembered(
    call: Call,
    answer: Answer,
    question: str,
    key: str | None,
    principal: Principal,
    before: Context,
) -> Answer:
    """The answer with the handle that continues it. That it could not be kept is no failure of the
    answer: it says so.
    """
    turn: dict[str, Any] = {"question": question, "plan": answer.plan}
    if answer.status == "tentative":
        turn["unsure"] = True
    if answer.plan is None:
        if before.plan is None or before.unsure:
            return replace(answer, conversation=key)
        turn = {"question": before.question, "plan": before.plan.to_wire(), "unsure": True}
    arguments: dict[str, Any] = {"turn": turn}
    if key is not None:
        arguments["id"] = key
    try:
        data = await call("system", "conversation_put", arguments, principal=principal)
    except IsothermError:
        return replace(answer, partial=True, missing=(*answer.missing, "system.conversations"))
    return replace(answer, conversation=data["id"])


def unanswerable(answer: Answer, question: str, before: Context) -> Answer:
    """A refusal of what goes on from a turn that nobody knows says so."""
    if answer.status != "refused" or before.plan is not None or not cued(question):
        return answer
    return replace(answer, suggestions=(_FORGOTTEN, *answer.suggestions))


async def forget(call: Call, key: str, principal: Principal) -> dict[str, Any]:
    """{forgotten: "conversation", turns: how many there were}."""
    data = await call("system", "conversation_drop", {"id": key}, principal=principal)
    return {"forgotten": "conversation", "turns": data["turns"]}
