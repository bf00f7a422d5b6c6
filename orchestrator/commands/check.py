"""`isotherm check`: whether ledgers and bytes agree, and what is done when they do not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from orchestrator.commands import options, screen
from orchestrator.commands.session import administer


def check(
    deep: Annotated[
        bool, typer.Option("--deep", help="Read every byte; what is damaged goes to quarantine.")
    ] = False,
    repair: Annotated[
        Path | None,
        typer.Option(
            metavar="BACKUP",
            parser=options.path_of,
            help="Then bring back what has a good copy in this target.",
        ),
    ] = None,
    forget: Annotated[
        str | None,
        typer.Option(metavar="SEGMENT", help="Give up a quarantined segment, as `tiers` names it."),
    ] = None,
    json: options.Json = False,
    data: options.Data = None,
    config: options.Config = None,
) -> None:
    """Compare the ledger with the bytes."""
    settings = options.settings_held(data, config)
    if forget is not None:
        lost = administer(settings, "admin_write", "check", {"forget": forget})
        screen.emit_json(lost) if json else screen.line(
            f"{lost['records']:,} records are given up."
        )
        return
    if repair is not None:
        settings = replace(settings, backups=repair.absolute())
    if deep or repair is not None:
        found = administer(settings, "admin_write", "check", {"repair": repair is not None})
    else:
        found = administer(settings, "admin_read", "check", {})
    if json:
        screen.emit_json(found)
    else:
        _print(found)
    if not found["sound"]:
        raise typer.Exit(1)


def _print(found: dict[str, Any]) -> None:
    for domain, one in found["domains"].items():
        for name in one.get("mended", ()):
            screen.note(f"made again: {domain} {name}")
        if not one.get("summed", True):
            screen.note(
                f"note: {domain}.db has no page checksums yet, so rot may hide in it; it gets them"
                " when it is next opened with no other process at it."
            )
        for fault in one["faults"]:
            done = f" ({fault['done']})" if "done" in fault else ""
            screen.note(f"corrupt: {domain} {fault['object']}: {fault['fault']}{done}")
    if found["sound"]:
        count = sum(one["segments"] for one in found["domains"].values())
        screen.line(f"{count:,} segments hold what the ledger says.")
