"""`isotherm compact`: keeping the storage in order by hand."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from orchestrator.commands import options, screen
from orchestrator.commands.session import administer


def compact(
    domain: Annotated[str | None, typer.Argument(metavar="[DOMAIN]")] = None,
    json: options.Json = False,
    data: options.Data = None,
    config: options.Config = None,
) -> None:
    """Merge small segments and rewrite half-dead ones."""
    settings = options.settings_of(data, config)
    given = {} if domain is None else {"domain": domain}
    found = administer(settings, "admin_write", "compact", given)
    if json:
        screen.emit_json(found)
    else:
        _print(found)
    if found.get("missing"):
        raise typer.Exit(1)


def _print(found: dict[str, Any]) -> None:
    rows = [
        (name, d["segments"], d["made"], d["rows"], d["bytes_before"], d["bytes_after"])
        for name, d in found["compacted"].items()
    ]
    if rows:
        heads = ("domain", "segments", "became", "records", "bytes before", "after")
        screen.grid(heads, rows, right=(1, 2, 3, 4, 5))
    else:
        screen.line("Nothing to compact.")
    for name, why in found.get("missing", {}).items():
        screen.note(f"left out: {name}: {why}")
