"""Whether a domain's ledger and bytes agree, and what is done when they do not: for operators. It
sees to the files of all tenants and tells no contents.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import Field

from mcp_servers.safety.inspection import Findings
from mcp_servers.safety.quarantine import Copy
from mcp_servers.safety.vault import Vault, blob_name
from mcp_servers.verbs import Verbs
from registry.tool import Call, Params, Reply, Tool


class CheckParams(Params):
    deep: bool = Field(default=False, description="Read every byte, not sizes alone.")


class MendParams(Params):
    backups: str | None = Field(
        default=None, max_length=4_096, description="A backup target, which has good copies."
    )
    forget: int | None = Field(default=None, description="Give up this quarantined segment.")


class Soundness:
    """The tools, over a domain's verbs."""

    def __init__(self, verbs: Verbs) -> None:
        self._verbs = verbs

    def tools(self) -> tuple[Tool, ...]:
        """All of them; only the orchestrator calls them."""
        of = self._verbs.spec.title or self._verbs.spec.domain
        return (
            Tool(
                "check", f"Check {of}", "Compare the ledger with the bytes.", CheckParams,
                self.check, hint="read", idempotent=True, internal=True,
            ),
            Tool(
                "mend", f"Mend {of}", "Quarantine what is damaged, bring back what has a copy.",
                MendParams, self.mend, hint="write", idempotent=True, internal=True,
            ),
        )  # fmt: skip

    async def check(self, call: Call, params: CheckParams) -> Reply:
        """What is wrong; nothing is moved."""
        self._verbs.may(call, "admin")
        return Reply(_wire(await self._verbs.store.inspect(deep=params.deep), {}))

    async def mend(self, call: Call, params: MendParams) -> Reply:
        """What a deep look found, and what became of it: each fault's `done` is `quarantined`,
        `restored`, `made again`, or missing where nothing could be done."""
        self._verbs.may(call, "admin")
        quarantine = self._verbs.store.quarantine
        if params.forget is not None:
            lost = await quarantine.forget(params.forget)
            return Reply({"forgotten": lost.name, "records": lost.count})
        found = await self._verbs.store.inspect()
        accused = [f.segment for f in found.faults if f.segment is not None]
        done: dict[str, str] = {}
        if accused:
            await quarantine.take(accused)
            done = dict.fromkeys((s.name for s in accused), "quarantined")
            back = await quarantine.release(_copies(params.backups))
            done |= dict.fromkeys(back, "restored")
        return Reply(_wire(found, done))


def _copies(target: str | None) -> Copy:
    """Where a backup target would have an object's bytes."""
    if target is None:
        return lambda segment: None
    blobs = Vault(Path(target)).blobs.path
    return lambda segment: blobs / blob_name(segment.checksum)


def _wire(found: Findings, done: Mapping[str, str]) -> dict[str, Any]:
    faults = []
    for one in found.faults:
        fault = {"object": one.object, "fault": one.fault}
        what = done.get(one.object, one.done)
        faults.append(fault if what is None else {**fault, "done": what})
    return {
        "segments": found.segments,
        "bytes": found.bytes,
        "faults": faults,
        "mended": found.mended,
        "strays": found.strays,
        "summed": found.summed,
    }
