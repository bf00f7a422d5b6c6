"""`isotherm policy`: when a domain's records move between tiers."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from orchestrator.commands import options, screen
from orchestrator.commands.tiers import admin
from registry.document import load_yaml
from registry.errors import BadInput, shown


def policy(
    domain: Annotated[str, typer.Argument(metavar="DOMAIN")],
    given: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Change it; KEY= is the default again."),
    ] = None,
    json: options.Json = False,
    data: options.Data = None,
    config: options.Config = None,
) -> None:
    """Show a domain's thermal policy, or change it; running servers take it up."""
    arguments: dict[str, Any] = {"domain": domain}
    if given:
        arguments["set"] = dict(map(_parsed, given))
    tool = "admin_write" if given else "admin_read"
    found = admin(tool, "policy", arguments, data, config)
    if json:
        screen.emit_json(found)
        return
    said = set(found["set"])
    rows = [
        (name, "–" if value == [] else value, "the domain's file" if name in said else "its tier")
        for name, value in found["policy"].items()
    ]
    screen.grid(("policy", "value", "from"), rows, right=(1,))


def _parsed(text: str) -> tuple[str, Any]:
    """KEY=VALUE, the value as YAML reads it."""
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise BadInput(f"{shown(text)} is not KEY=VALUE, as in cool_after_days=30.")
    return name, load_yaml(value, name=name)
