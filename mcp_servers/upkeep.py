"""What a domain's storage needs from time to time, for the cooling trip and operators. Compaction
sees to the files of all tenants and tells no contents; retention is the caller's tenant's.
"""

from __future__ import annotations

from mcp_servers.tiers.retention import Retention
from mcp_servers.verbs import Verbs
from registry.tool import Call, Params, Reply, Tool


class NoParams(Params):
    """Nothing to say."""


class Upkeep:
    """The tools, over a domain's verbs. Each does a bounded part and says whether there is
    `more`."""

    def __init__(self, verbs: Verbs) -> None:
        self._verbs = verbs

    def tools(self) -> tuple[Tool, ...]:
        """All of them; only the orchestrator calls them."""
        of = self._verbs.spec.title or self._verbs.spec.domain
        return (
            Tool(
                "compact", f"Compact {of}", "Merge small segments, rewrite half-dead ones.",
                NoParams, self.compact, hint="write", idempotent=True, internal=True,
            ),
            Tool(
                "retain", f"Retention of {of}", "Delete the caller's records past their time.",
                NoParams, self.retain, hint="destructive", idempotent=True, internal=True,
            ),
        )  # fmt: skip

    async def retain(self, call: Call, params: NoParams) -> Reply:
        """{deleted: {collection: records}, segments, more}, of the caller's tenant."""
        tenant = self._verbs.may(call, "admin")
        self._verbs.renew()
        done = await Retention(self._verbs.store, tenant, self._verbs.clock).run()
        return Reply({"deleted": done.deleted, "segments": done.segments, "more": done.more})

    async def compact(self, call: Call, params: NoParams) -> Reply:
        """What was rewritten, in segments and bytes."""
        self._verbs.may(call, "admin")
        self._verbs.renew()
        done, more = await self._verbs.store.compactor.run()
        return Reply({
            "segments": sum(r.segments for r in done),
            "made": sum(1 for r in done if r.bytes_after),
            "rows": sum(r.rows for r in done),
            "bytes_before": sum(r.bytes_before for r in done),
            "bytes_after": sum(r.bytes_after for r in done),
            "more": more,
        })  # fmt: skip
