"""The `system` server's tools about legal holds and erasures, and for dropping its own working
copies. All are internal; who may is decided by the orchestrator's front door and again here.
"""

from __future__ import annotations

from typing import Any, Literal

import anyio.to_thread
from pydantic import Field

from mcp_servers.loading.staging import Staging
from mcp_servers.system.custody import Custody, Erasure
from mcp_servers.system.store import SystemStore
from registry.access import decide
from registry.limits import ID_CHARS_MAX
from registry.moment import time_text
from registry.tool import Call, Params, Reply, Tool, internal

Kind = Literal["subject", "collection", "domain"]


class NoParams(Params):
    """Nothing to say."""


class HoldAddParams(Params):
    kind: Kind
    target: str = Field(min_length=1, max_length=ID_CHARS_MAX)
    reason: str = Field(min_length=1, max_length=500)


class HoldRemoveParams(Params):
    kind: Kind
    target: str = Field(min_length=1, max_length=ID_CHARS_MAX)


class SubjectParams(Params):
    subject: str = Field(min_length=1, max_length=ID_CHARS_MAX)


class KeepParams(SubjectParams):
    work: dict[str, Any]
    receipt: dict[str, Any]


class FinishParams(SubjectParams):
    receipt: dict[str, Any]


class CustodyTools:
    """The tools, over system.db and the staging folder."""

    def __init__(self, custody: Custody, store: SystemStore, staging: Staging) -> None:
        self._custody = custody
        self._store = store
        self._staging = staging

    def tools(self) -> list[Tool]:
        return [
            internal("hold_add", HoldAddParams, self.hold_add, "Put a legal hold.", "write"),
            internal(
                "hold_remove", HoldRemoveParams, self.hold_remove, "Lift a legal hold.", "write"
            ),
            internal("holds", NoParams, self.holds, "The legal holds."),
            internal("custody_log", NoParams, self.log, "What was held, lifted and erased."),
            internal("erasure_check", SubjectParams, self.check, "May they be erased?"),
            internal(
                "erasure_begin", SubjectParams, self.begin, "Begin an erasure or go on.", "write"
            ),
            internal(
                "erasure_keep", KeepParams, self.keep, "How far an erasure has come.", "write"
            ),
            internal("erasure_finish", FinishParams, self.finish, "An erasure is done.", "write"),
            internal("erasures", NoParams, self.erasures, "Erasures and their receipts."),
            internal("custody_due", NoParams, self.due, "Holds and erasures to go on with."),
            internal("forget", NoParams, self.forget, "Drop working copies.", "destructive"),
        ]

    async def hold_add(self, call: Call, params: HoldAddParams) -> Reply:
        """{new}."""
        tenant = _may(call)
        new = self._custody.hold(
            tenant, params.kind, params.target, reason=params.reason, by=call.principal.subject
        )
        return Reply({"new": new})

    async def hold_remove(self, call: Call, params: HoldRemoveParams) -> Reply:
        """{}."""
        tenant, by = _may(call), call.principal.subject
        self._custody.release(tenant, params.kind, params.target, by=by)
        return Reply({})

    async def holds(self, call: Call, params: NoParams) -> Reply:
        """{holds: [{kind, target, reason, by, since}]}."""
        return Reply({"holds": self._custody.holds(_may(call))})

    async def log(self, call: Call, params: NoParams) -> Reply:
        """{log: [{at, by, action, kind, target, reason}]}."""
        return Reply({"log": self._custody.log(_may(call))})

    async def check(self, call: Call, params: SubjectParams) -> Reply:
        """{}; `Denied` while they are under hold."""
        self._custody.check(_may(call), params.subject)
        return Reply({})

    async def begin(self, call: Call, params: SubjectParams) -> Reply:
        """{erasure: its name, work, receipt}, the latter two as they are so far."""
        begun = self._custody.begin(_may(call), params.subject, by=call.principal.subject)
        name = f"{begun.digest}.{begun.begun_us}"
        return Reply({"erasure": name, "work": begun.work, "receipt": begun.receipt})

    async def keep(self, call: Call, params: KeepParams) -> Reply:
        """{}."""
        self._custody.keep(_may(call), params.subject, work=params.work, receipt=params.receipt)
        return Reply({})

    async def finish(self, call: Call, params: FinishParams) -> Reply:
        """{log_empty}: the name has left system.db too."""
        self._custody.finish(_may(call), params.subject, params.receipt)
        return Reply({"log_empty": await anyio.to_thread.run_sync(self._custody.scrub)})

    async def erasures(self, call: Call, params: NoParams) -> Reply:
        """{erasures: [{digest, begun, done?, receipt}]}, the tenant's."""
        return Reply({"erasures": [_wire(e) for e in self._custody.erasures(_may(call))]})

    async def due(self, call: Call, params: NoParams) -> Reply:
        """{erasures: [{tenant, subject}], holders: [tenant]} of all tenants: what need not wait any
        more, and who has holds to be told. Whoever goes on with them works in each one's name."""
        _may(call)
        found = [{"tenant": e.tenant, "subject": e.subject} for e in self._custody.due()]
        return Reply({"erasures": found, "holders": self._custody.holders()})

    async def forget(self, call: Call, params: NoParams) -> Reply:
        """Conversations and staged sources of the tenant, all of them: they may quote anybody.
        {conversations, staged, log_empty}."""
        tenant = _may(call)
        notes = self._store.forget(tenant)
        staged = await anyio.to_thread.run_sync(self._staging.forget, tenant)
        return Reply({
            "conversations": notes.get("conversation", 0), "staged": staged,
            "log_empty": await anyio.to_thread.run_sync(self._custody.scrub),
        })  # fmt: skip


def _may(call: Call) -> str:
    decide(call.principal, "admin", "system")
    return call.principal.tenant


def _wire(erasure: Erasure) -> dict[str, Any]:
    out = {"digest": erasure.digest, "begun": time_text(erasure.begun_us)}
    if erasure.done_us is not None:
        out["done"] = time_text(erasure.done_us)
    return {**out, "receipt": erasure.receipt}
