"""The system server's tools for backups: into the one target that the settings name, so that no
caller chooses where the data goes. They see to the files of all tenants and tell no contents.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

import anyio.to_thread
from pydantic import Field

from mcp_servers.safety import backup, restore
from mcp_servers.safety.manifests import Manifest
from mcp_servers.safety.vault import Vault
from registry.access import decide
from registry.clock import Clock
from registry.errors import BadInput
from registry.moment import time_text
from registry.tool import Call, Params, Reply, Tool

_KEEP_MAX: Final = 10_000


class BackupParams(Params):
    """`keep`: then forget all but the newest."""

    keep: int | None = Field(default=None, ge=1, le=_KEEP_MAX)


class NoParams(Params):
    """Nothing to say."""


class RestoreParams(Params):
    """`into`: the name of a new folder beside the target."""

    into: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,59}$")
    id: str | None = Field(default=None, max_length=60)


class Safekeeping:
    """The tools, over a data folder and the target that may be none."""

    def __init__(self, folder: Path, target: Path | None, clock: Clock) -> None:
        self._folder = folder
        self._given = target
        self._clock = clock

    def tools(self) -> tuple[Tool, ...]:
        """All of them; only the orchestrator calls them."""
        return (
            Tool(
                "backup", "Backup", "Back up the whole data folder.", BackupParams, self.backup,
                hint="write", idempotent=True, internal=True,
            ),
            Tool(
                "backups", "Backups", "The backups in the target.", NoParams, self.backups,
                hint="read", idempotent=True, internal=True,
            ),
            Tool(
                "known_backups", "Known backups", "The backups that this folder knows of.",
                NoParams, self.known, hint="read", idempotent=True, internal=True,
            ),
            Tool(
                "restore", "Restore", "Make a new folder from a backup.", RestoreParams,
                self.restore, hint="write", idempotent=False, internal=True,
            ),
        )  # fmt: skip

    async def backup(self, call: Call, params: BackupParams) -> Reply:
        """What was backed up, how many bytes were new, and what was forgotten."""
        target = self._target(call)
        taken = await _in_thread(partial(backup.take, self._folder, target, self._clock))
        data = {**manifest_wire(taken.manifest), "written": taken.written, "target": str(target)}
        if params.keep is not None:
            work = partial(backup.prune, self._folder, target, params.keep)
            data["pruned"], data["files_removed"] = await _in_thread(work)
        return Reply(data)

    async def backups(self, call: Call, params: NoParams) -> Reply:
        """The newest first, and those that cannot be read."""
        target = self._target(call)
        found, faults = await _in_thread(Vault(target).every)
        listed = [manifest_wire(manifest) for manifest in found]
        return Reply({"target": str(target), "backups": listed, "faults": faults})

    async def known(self, call: Call, params: NoParams) -> Reply:
        """Wherever they were written to, the oldest first; one may be in the making."""
        found = backup.known_backups(self._folder)
        return Reply({
            "backups": [
                {"id": k.id, "target": k.target, "made_at": time_text(k.made_us)} for k in found
            ]
        })  # fmt: skip

    async def restore(self, call: Call, params: RestoreParams) -> Reply:
        """Where the new folder is. The folder in use stays as it is."""
        target = self._target(call)
        into = target.with_name(f"{target.name}-restored") / params.into
        made = await _in_thread(partial(restore.restore, target, into, id=params.id))
        return Reply({**manifest_wire(made.manifest), "folder": str(made.folder)})

    def _target(self, call: Call) -> Path:
        decide(call.principal, "admin", "system")
        if self._given is None:
            raise BadInput(
                "No folder for backups is configured; set `backups` in the configuration, or use"
                " `isotherm backup TARGET`."
            )
        return self._given.absolute()


async def _in_thread(work: Callable[[], Any]) -> Any:
    return await anyio.to_thread.run_sync(work)


def manifest_wire(manifest: Manifest) -> dict[str, Any]:
    """What a person wants to know of a backup."""
    lost: Mapping[str, Any] = {
        name: list(moment.quarantined)
        for name, moment in manifest.domains.items()
        if moment.quarantined
    }
    return {
        "id": manifest.id,
        "made_at": time_text(manifest.made_us),
        "files": len(manifest.files),
        "bytes": manifest.size,
        "domains": {
            name: {"as_of": m.as_of, "seq": m.seq, "segments": m.segments}
            for name, m in manifest.domains.items()
        },
        **({"quarantined": lost} if lost else {}),
    }
