"""`isotherm erase` and `isotherm hold`: taking a person out, and what nobody may delete."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from orchestrator.commands import options, screen
from orchestrator.commands.session import administer

hold = typer.Typer(help="Legal holds: what nobody may delete.", no_args_is_help=True)
Kind = Annotated[str, typer.Argument(metavar="KIND", help="subject, collection or domain")]
Target = Annotated[str, typer.Argument(metavar="TARGET", help="Who or what is held.")]


def erase(
    subject: Annotated[str, typer.Argument(metavar="SUBJECT", help="The person's id.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would go; erase nothing.")
    ] = False,
    json: options.Json = False,
    data: options.Data = None,
    config: options.Config = None,
) -> None:
    """Erase a person everywhere, down to the files."""
    settings = options.settings_held(data, config)
    given = {"subject": subject, "dry_run": dry_run}
    found = administer(settings, "admin_write", "erase", given)
    if json:
        screen.emit_json(found)
    else:
        _print(found, dry_run=dry_run)
    if found["status"] == "unfinished" or (dry_run and found.get("missing")):
        raise typer.Exit(1)


def _print(found: dict[str, Any], *, dry_run: bool) -> None:
    rows = [
        (f"{domain}.{name}", counts["deleted"], counts["emptied"])
        for domain, told in found["domains"].items()
        for name, counts in (told if dry_run else told["collections"]).items()
    ]
    if rows:
        screen.grid(("collection", "deleted", "emptied"), rows, right=(1, 2))
    screen.line(_said(found))
    for one in found.get("not_reached", ()):
        screen.note(f"not reached: {one['where']}: {one['why']}")
        for backup in one.get("known", ()):
            screen.note(f"  {backup['id']} in {backup['target']}")
    for domain, why in found.get("missing", {}).items():
        screen.note(f"left out: {domain}: {why}")


def _said(found: dict[str, Any]) -> str:
    return {
        "dry-run": "Nothing was erased; without --dry-run these records would be.",
        "done": "Erased; no file holds anything of it.",
        "nothing": "Nothing of it is stored.",
        "unfinished": "Unfinished: erase again once the domains below answer.",
    }.get(found["status"]) or (
        f"Erased; the last old files go at {found['finishes_at']}"
        " (the next cooling pass after that, or this command again, removes them)."
    )


@hold.command("add")
def add(
    kind: Kind,
    target: Target,
    reason: Annotated[str, typer.Option("--reason", help="Why; it is shown to who is refused.")],
    json: options.Json = False,
    data: options.Data = None,
    config: options.Config = None,
) -> None:
    """Hold a person's records, a collection or a domain."""
    given = {"kind": kind, "target": target, "reason": reason}
    found = administer(options.settings_of(data, config), "admin_write", "hold_add", given)
    _tell(found, json, f"{kind} {target} is held.")


@hold.command("remove")
def remove(
    kind: Kind,
    target: Target,
    json: options.Json = False,
    data: options.Data = None,
    config: options.Config = None,
) -> None:
    """Lift a hold."""
    given = {"kind": kind, "target": target}
    found = administer(options.settings_of(data, config), "admin_write", "hold_remove", given)
    _tell(found, json, f"{kind} {target} is held no more.")


@hold.command("list")
def list_(
    json: options.Json = False,
    data: options.Data = None,
    config: options.Config = None,
) -> None:
    """What is held, since when and why."""
    found = administer(options.settings_of(data, config), "admin_read", "holds", {})
    if json:
        screen.emit_json(found)
        return
    rows = [(h["kind"], h["target"], h["since"], h["by"], h["reason"]) for h in found["holds"]]
    if rows:
        screen.grid(("kind", "target", "since", "by", "reason"), rows)
    else:
        screen.line("Nothing is held.")


def _tell(found: dict[str, Any], json: bool, line: str) -> None:
    if json:
        screen.emit_json(found)
    else:
        screen.line(line)
    for domain, why in found.get("missing", {}).items():
        screen.note(f"not told yet: {domain}: {why}")
