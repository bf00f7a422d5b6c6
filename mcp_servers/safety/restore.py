"""Making a data folder from a backup: verified first, built beside its place, renamed at the end.

What was copied stays when a restore is cut short, and the next one goes on from there; until the
last rename there is no folder that looks like a restored one. What stood in the place is set
aside, never deleted; a folder that no restore has made is never written to.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mcp_servers.disk import unwritable
from mcp_servers.safety.backup import Known, remember
from mcp_servers.safety.inspection import inspect
from mcp_servers.safety.manifests import Entry, Manifest
from mcp_servers.safety.vault import Vault, blob_name, overlap
from mcp_servers.stores.files import Folder, copied, digest_of, sync_folder
from mcp_servers.stores.sqlite_copy import in_use
from mcp_servers.stores.sqlite_schema import FORMAT
from mcp_servers.system.store import Since, custody_since, file_faults
from mcp_servers.tiers.cold import ColdFolder
from registry.errors import (
    BadInput,
    Conflict,
    Corrupt,
    IsothermError,
    StorageFull,
    Unavailable,
    shown,
)

_NAMED_MAX: Final = 5
_OURS: Final = ".restoring"  # stands in a folder that a restore is making
Step = Callable[[str], None]


def _go_on(step: str) -> None:
    """Nothing happens between two steps, but in tests."""


@dataclass(frozen=True, slots=True)
class Restored:
    """`folder`: where it is now. `aside`: where the folder that stood there is. `since`: what
    that folder knew which is younger than the backup: people who were erased and are back, and
    holds that are gone."""

    manifest: Manifest
    folder: Path
    aside: Path | None
    since: Since


def find(backup: Path, id: str | None = None) -> tuple[Vault, Manifest]:
    """A target with one of its backups, the newest without `id`; or a manifest's own path."""
    backup = backup.resolve()
    if backup.is_file() and backup.parent.name == "manifests":
        vault, id = Vault(backup.parent.parent), backup.stem
    else:
        vault = Vault(backup)
    manifest = vault.read(id)
    for name, moment in manifest.domains.items():
        if moment.format > FORMAT:
            raise Unavailable(
                f"Backup {manifest.id} holds {name} in format {moment.format}, made by a newer"
                f" version; this one reads up to {FORMAT}. Upgrade Isotherm, then restore it."
            )
    return vault, manifest


def verify(vault: Vault, manifest: Manifest) -> None:
    """Read all of a backup; `Corrupt` when a byte is not what was written."""
    faults = {e.path: fault for e in manifest.files if (fault := vault.fault(e))}
    if faults:
        named = ", ".join(f"{shown(p)} is {why}" for p, why in list(faults.items())[:_NAMED_MAX])
        raise Corrupt(
            f"Backup {manifest.id} is not whole: {named} ({len(faults)} files). Take another one of"
            " the list; `isotherm backup` copies damaged files again after `--verify`."
        )


def restore(
    backup: Path,
    into: Path,
    *,
    id: str | None = None,
    replace: bool = False,
    on_step: Step = _go_on,
) -> Restored:
    """Make the data folder `into`. `Conflict` when there is data there and `replace` is not
    told."""
    into = into.resolve() if into.is_symlink() else into.absolute()
    vault, manifest = find(backup, id)
    held = _guard(into, vault, replace=replace)
    verify(vault, manifest)
    on_step("verified")
    made = into.with_name(f"{into.name}.restoring")
    try:
        _begin(made)
        _need(made, manifest)
        for entry in manifest.files:
            _place(vault, entry, made)
            on_step("placed")
        _only(made, {_OURS, *(entry.path for entry in manifest.files)})
        _sound(made, manifest)
        on_step("sound")
        _remember(made, vault)
        since = _since(into, manifest)
        aside = _swap(made, into, manifest, held=held, on_step=on_step)
        return Restored(manifest, into, aside, since)
    except OSError as bad:
        raise unwritable(f"{shown(made)} cannot be written", bad) from None


def _guard(into: Path, vault: Vault, *, replace: bool) -> bool:
    """Whether there is something in the place."""
    if overlap(into, vault.path):
        raise BadInput("A backup cannot be restored into itself; choose another folder.")
    if into.exists() and not into.is_dir():
        raise BadInput(f"{shown(into)} is not a folder; choose another with --into.")
    held = into.exists() and any(into.iterdir())
    if held and not replace:
        raise Conflict(
            f"{shown(into)} is not empty; restore --into another folder, or say --replace, which"
            " sets it aside."
        )
    for path in (*sorted((into / "rows").glob("*.db")), into / "system.db"):
        if path.exists() and _busy(path):
            raise Conflict(f"A server is using {shown(into)} ({path.name}); stop it first.")
    return held


def _busy(path: Path) -> bool:
    try:
        return in_use(path)
    except IsothermError:
        return False  # damaged: nobody can use it


def _begin(made: Path) -> None:
    """The folder in the making; `Conflict` when something else stands there."""
    if made.is_symlink() or (made.exists() and not (made / _OURS).is_file()):
        raise Conflict(
            f"{shown(made)} is in the way, and no restore has made it; move it elsewhere, then"
            " restore again."
        )
    made.mkdir(parents=True, exist_ok=True)
    (made / _OURS).touch()


def _need(made: Path, manifest: Manifest) -> None:
    there = sum(path.stat().st_size for path in made.rglob("*") if path.is_file())
    need, free = manifest.size - there, shutil.disk_usage(made.parent).free
    if need > free:
        raise StorageFull(
            f"The backup needs {need >> 20:,} MiB and {free >> 20:,} are free under"
            f" {shown(made.parent)}; free some, or restore --into another disk."
        )


def _place(vault: Vault, entry: Entry, made: Path) -> None:
    """One file in its place, unless an earlier try has put it there whole."""
    to = made / entry.path
    if to.is_file() and to.stat().st_size == entry.bytes and digest_of(to) == entry.sum:
        return

    def write(part: Path) -> None:
        if copied(vault.blobs.local(blob_name(entry.sum)), part) != entry.sum:
            raise Corrupt(f"{shown(entry.path)} does not copy as it was written; check the disks.")

    Folder(made).put(entry.path, write)


def _only(made: Path, wanted: set[str]) -> None:
    """What an earlier try of another backup, or a look into a database, has left goes."""
    for path in made.rglob("*"):
        if path.is_file() and path.relative_to(made).as_posix() not in wanted:
            path.unlink()


def _sound(made: Path, manifest: Manifest) -> None:
    """Ledgers against objects, and every page of the databases; makes the sidecars."""
    faults = []
    for name, moment in manifest.domains.items():
        path = made / "rows" / f"{name}.db"
        found = inspect(path, ColdFolder(made / "objects" / name))
        left = [f for f in found.faults if f.done is None and f.object not in moment.quarantined]
        faults += [f"{f.object}: {f.fault}" for f in left]
    if (made / "system.db").exists():
        faults += [f"system.db: {fault}" for fault in file_faults(made / "system.db")]
    if faults:
        raise Corrupt(
            f"Backup {manifest.id} is whole, but what it holds is not sound ({faults[0]});"
            " take an older one."
        )


def _remember(made: Path, vault: Vault) -> None:
    """An erasure in the restored folder has to name the backups there are."""
    for manifest in vault.every()[0]:
        remember(made, Known(manifest.id, str(vault.path), manifest.made_us))


def _since(into: Path, manifest: Manifest) -> Since:
    path = into / "system.db"
    with suppress(IsothermError):  # a damaged one cannot tell
        return custody_since(path, manifest.made_us) if path.exists() else Since()
    return Since()


def _swap(made: Path, into: Path, manifest: Manifest, *, held: bool, on_step: Step) -> Path | None:
    aside = None
    if held:
        aside = next(p for p in _asides(into, manifest) if not p.exists())
        into.rename(aside)
        on_step("aside")
    elif into.exists():
        into.rmdir()
    made.rename(into)
    (into / _OURS).unlink()
    if os.name != "nt":
        sync_folder(into.parent)
    on_step("renamed")
    return aside


def _asides(into: Path, manifest: Manifest) -> Iterator[Path]:
    number = 1
    while True:
        yield into.with_name(f"{into.name}.before-{manifest.id}-{number}")
        number += 1
