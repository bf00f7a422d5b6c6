"""The `system` server's tools about lessons. All are internal: the orchestrator checks what is
taught, and who may teach, before; reading is for every question of the tenant.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field

from mcp_servers.system.lessons import Lessons
from registry import limits
from registry.access import decide
from registry.taught import Kind
from registry.tool import Call, Params, Reply, Tool, internal


class LessonsParams(Params):
    since_epoch: int | None = None


class LessonParams(Params):
    kind: Kind
    text: str = Field(min_length=1, max_length=limits.QUESTION_CHARS_MAX)


class LessonPutParams(LessonParams):
    body: dict[str, Any]


class NamesParams(Params):
    names: list[str] = Field(max_length=limits.GET_IDS_MAX)


class LessonTools:
    """The tools, over system.db."""

    def __init__(self, lessons: Lessons) -> None:
        self._lessons = lessons

    def tools(self) -> list[Tool]:
        return [
            internal("lessons", LessonsParams, self.lessons, "What the tenant taught."),
            internal("lesson_put", LessonPutParams, self.put, "Keep a lesson.", "write"),
            internal("lesson_drop", LessonParams, self.drop, "Forget a lesson.", "write"),
            internal(
                "lessons_forget",
                NamesParams,
                self.forget,
                "Forget lessons that name somebody.",
                "write",
            ),
        ]

    async def lessons(self, call: Call, params: LessonsParams) -> Reply:
        """{epoch, lessons: [{kind, body, at}]}; only the epoch where nothing changed."""
        tenant = call.principal.tenant
        epoch = self._lessons.epoch(tenant)
        if epoch == params.since_epoch:
            return Reply({"epoch": epoch})
        return Reply({"epoch": epoch, "lessons": self._lessons.all(tenant)})

    async def put(self, call: Call, params: LessonPutParams) -> Reply:
        """{new}."""
        decide(call.principal, "admin", "system")
        tenant = call.principal.tenant
        return Reply({"new": self._lessons.put(tenant, params.kind, params.text, params.body)})

    async def drop(self, call: Call, params: LessonParams) -> Reply:
        """{}; `NotFound` without such a lesson."""
        decide(call.principal, "admin", "system")
        self._lessons.drop(call.principal.tenant, params.kind, params.text)
        return Reply({})

    async def forget(self, call: Call, params: NamesParams) -> Reply:
        """{lessons: how many are gone}."""
        decide(call.principal, "admin", "system")
        return Reply({"lessons": self._lessons.forget(call.principal.tenant, params.names)})
