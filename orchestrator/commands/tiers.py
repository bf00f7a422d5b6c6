"""`isotherm tiers`, `move` and `cool`: where the data is, and moving it."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from orchestrator.commands import options, screen
from orchestrator.commands.session import with_client

Now = Annotated[str | None, typer.Option(metavar="TIME", help="The time to decide by.")]


def tiers(
    domain: Annotated[str | None, typer.Argument(metavar="[DOMAIN]")] = None,
    now: Now = None,
    json: options.Json = False,
    data: options.Data = None,
    config: options.Config = None,
) -> None:
    """Where the records are, what moves next, and why."""
    given = _given(domain=domain, now=now)
    found = admin("admin_read", "tiers", given, data, config)
    if json:
        screen.emit_json(found)
        return
    rows = [
        tuple(map(p.get, ("place", "tier", "rows", "bytes", "heat", "age_days", "next", "why")))
        for p in found["places"]
    ]
    headers = ("place", "tier", "records", "bytes", "heat", "days", "next", "why")
    screen.grid(headers, rows, right=(2, 3, 4, 5))
    _missing(found)


def move(
    place: Annotated[str, typer.Argument(metavar="SEGMENT", help="A place, as `tiers` says.")],
    tier: Annotated[str, typer.Argument(metavar="TIER", help="hot, warm or cold")],
    json: options.Json = False,
    data: options.Data = None,
    config: options.Config = None,
) -> None:
    """Move a place to another tier."""
    found = admin("admin_write", "move", {"place": place, "tier": tier}, data, config)
    if json:
        screen.emit_json(found)
    else:
        screen.line(f"{found['rows']:,} records are {found['tier']}: {found['place']}")
        if "resident" in found:
            screen.line("They are resident in this process; ask a server to keep them in its own.")


def cool(
    domain: Annotated[str | None, typer.Argument(metavar="[DOMAIN]")] = None,
    now: Now = None,
    json: options.Json = False,
    data: options.Data = None,
    config: options.Config = None,
) -> None:
    """Move what has cooled, once."""
    found = admin("admin_write", "cool", _given(domain=domain, now=now), data, config)
    if json:
        screen.emit_json(found)
    else:
        _print(found)
    if found["failed"] or "missing" in found or "custody" in found:
        raise typer.Exit(1)


def _print(found: dict[str, Any]) -> None:
    rows = [(m["place"], m["tier"], m["rows"], m["why"]) for m in found["moved"]]
    if rows:
        screen.grid(("segment", "now", "records", "why"), rows, right=(2,))
    else:
        screen.line("Nothing has cooled.")
    for failed in found["failed"]:
        screen.note(f"not moved: {failed['place']}: {failed['why']}")
    for address, count in found["expired"].items():
        screen.line(f"{count:,} records of {address} were past their retention and are gone.")
    if found.get("erased"):
        screen.line(f"{found['erased']:,} erasures that were under way are done.")
    if "custody" in found:
        screen.note(f"holds and erasures wait: {found['custody']}")
    _missing(found)


def admin(
    tool: str, action: str, arguments: dict[str, Any], data: options.Data, config: options.Config
) -> dict[str, Any]:
    """What an operator's action gives."""
    settings = options.settings_of(data, config)
    return with_client(
        settings, lambda client: client.call(tool, action=action, arguments=arguments)
    )


def _given(**arguments: str | None) -> dict[str, Any]:
    return {name: value for name, value in arguments.items() if value is not None}


def _missing(found: dict[str, Any]) -> None:
    for domain, why in found.get("missing", {}).items():
        screen.note(f"left out: {domain}: {why}")
