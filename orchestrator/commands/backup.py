"""`isotherm backup` and `isotherm restore`: the whole data folder, to a target and back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orchestrator.commands import options, screen
from orchestrator.commands.session import administer
from registry.errors import NotFound, shown

if TYPE_CHECKING:
    from mcp_servers.safety.manifests import Manifest

Target = Annotated[
    Path,
    typer.Argument(
        metavar="TARGET", parser=options.path_of, help="A folder for any number of them."
    ),
]
Source = Annotated[
    Path,
    typer.Argument(
        metavar="BACKUP",
        parser=options.path_of,
        help="A target (its newest), or a file of `manifests`.",
    ),
]
Id = Annotated[str | None, typer.Option(metavar="ID", help="Which one, as `backup --list` says.")]
Into = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR", parser=options.path_of, help="Another folder than the data folder."
    ),
]
Keep = Annotated[
    int | None, typer.Option(metavar="N", min=1, help="Then forget all but the newest N.")
]


def backup(
    target: Target,
    keep: Keep = None,
    list_: Annotated[bool, typer.Option("--list", help="Only list what is there.")] = False,
    verify: Annotated[bool, typer.Option(help="Only read every byte of what is there.")] = False,
    json: options.Json = False,
    data: options.Data = None,
    config: options.Config = None,
) -> None:
    """Back up the whole data folder, while it is in use."""
    if list_ or verify:
        _look(target, verify=verify, json=json)
        return
    settings = replace(options.settings_held(data, config), backups=target.absolute())
    given = {} if keep is None else {"keep": keep}
    found = administer(settings, "admin_write", "backup", given)
    if json:
        screen.emit_json(found)
    else:
        screen.line(
            f"{found['id']}: {len(found['domains'])} domains, {found['files']:,} files,"
            f" {found['bytes'] >> 10:,} KiB, {found['written'] >> 10:,} of them new."
        )
        if found.get("pruned"):
            screen.line(f"Forgotten: {', '.join(found['pruned'])}.")
    for domain, lost in found.get("quarantined", {}).items():
        screen.note(f"left out: {domain}: {len(lost)} damaged segments in quarantine")


def _look(target: Path, *, verify: bool, json: bool) -> None:
    # Late: the storage floor, which a usage error does not need.
    from mcp_servers.safety.vault import Vault
    from mcp_servers.system.safekeeping import manifest_wire

    vault = Vault(target.absolute())
    found, faults = vault.every()
    if verify and not found and not faults:
        raise NotFound(f"There is no backup in {shown(target)}.")
    damaged = vault.mend() if verify and found else []
    if json:
        listed = [manifest_wire(manifest) for manifest in found]
        screen.emit_json({"backups": listed, "faults": faults, "damaged": damaged})
    else:
        screen.grid(("id", "domains", "files", "KiB"), list(map(_row, found)), right=(1, 2, 3))
    for why in faults.values():
        screen.note(f"corrupt: {why}")
    for path in damaged:
        screen.note(f"corrupt: {path}: the next backup copies it again")
    if faults or damaged:
        raise typer.Exit(1)


def _row(manifest: Manifest) -> tuple[Any, ...]:
    return manifest.id, len(manifest.domains), len(manifest.files), manifest.size >> 10


def restore(
    backup: Source,
    id: Id = None,
    into: Into = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Set aside the folder that is there.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option(help="Read and verify everything, make nothing.")
    ] = False,
    json: options.Json = False,
    data: options.Data = None,
    config: options.Config = None,
) -> None:
    """Make a data folder from a backup; its servers must be stopped."""
    # Late: the storage floor, which a usage error does not need.
    from mcp_servers.safety import restore as restoring
    from mcp_servers.system.safekeeping import manifest_wire

    folder = options.settings_of(data, config).data if into is None else into
    if dry_run:
        vault, manifest = restoring.find(backup, id)
        restoring.verify(vault, manifest)
        found = {**manifest_wire(manifest), "folder": None}
    else:
        made = restoring.restore(backup, folder, id=id, replace=replace)
        found = {
            **manifest_wire(made.manifest),
            "folder": str(made.folder),
            "aside": None if made.aside is None else str(made.aside),
            "erased_since": made.since.erased,
            "held_since": made.since.held,
        }
    if json:
        screen.emit_json(found)
        return
    what = f"{found['id']}: {len(found['domains'])} domains, {found['files']:,} files"
    screen.line(f"{what} are whole." if dry_run else f"{what} are in {found['folder']}.")
    if found.get("erased_since"):
        screen.note(
            f"{found['erased_since']} erasures are younger than this backup: what they took out is"
            " back. Erase these people again."
        )
    if found.get("held_since"):
        screen.note(
            f"{found['held_since']} holds are younger than this backup and do not hold here; list"
            " them with `isotherm hold list` --data the folder set aside, and put them again."
        )
    if found.get("aside"):
        screen.line(f"What was there is in {found['aside']}.")
