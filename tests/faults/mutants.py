"""Broken servers that the checkers must catch: `python mutants.py MUTANT serve …`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from mcp_servers.loading import load
from mcp_servers.ports import Written
from mcp_servers.tiered import Tiered
from mcp_servers.verbs import Verbs
from orchestrator.cli import main

_write = Tiered.write
_ids = Verbs._ids
_load_write = load._write


async def ack_before_commit(self: Tiered, tenant: str, name: str, drafts: Any, **how: Any) -> Any:
    loop = asyncio.get_running_loop()
    later = loop.create_future()
    loop.call_later(0.05, later.set_result, None)

    async def commit() -> None:
        await later
        await _write(self, tenant, name, drafts, **how)

    self.kept = [*getattr(self, "kept", []), loop.create_task(commit())]  # type: ignore[attr-defined]
    return [Written(draft.id, 1, "accepted") for draft in drafts]


async def one_by_one(self: Tiered, tenant: str, name: str, drafts: Any, **how: Any) -> Any:
    how["idempotency_key"] = None
    return [w for draft in drafts for w in await _write(self, tenant, name, [draft], **how)]


async def keyless(self: Tiered, tenant: str, name: str, drafts: Any, **how: Any) -> Any:
    how["idempotency_key"] = None
    return await _write(self, tenant, name, drafts, **how)


def never_catches_up(self: Tiered) -> None:
    """The cache is right as long as nobody else writes."""


async def marks_ahead(work: Any, drafts: Any, progress: Any) -> Any:
    """A load's progress is committed before its rows."""
    if drafts:
        await _load_write(work, [], progress)
        await asyncio.sleep(0.3)
    return await _load_write(work, drafts, progress)


mutant = sys.argv.pop(1)
if mutant == "ack-before-commit":
    Tiered.write = ack_before_commit  # type: ignore[method-assign]
elif mutant == "one-by-one":
    Tiered.write = one_by_one  # type: ignore[method-assign]
elif mutant == "forgets-keys":
    Tiered.write = keyless  # type: ignore[method-assign]
    Verbs._ids = lambda self, tenant, key: _ids(self, tenant, None)  # type: ignore[method-assign]
elif mutant == "stale-cache":
    Tiered._catch_up = never_catches_up  # type: ignore[method-assign]
elif mutant == "marks-ahead":
    load._write = marks_ahead
else:
    raise SystemExit(f"no mutant {mutant}")
main()
