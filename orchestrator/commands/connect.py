"""`isotherm connect`: this data folder into an MCP client's configuration."""

from __future__ import annotations

import os
import shlex
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from orchestrator.commands import hosts, options, screen
from registry.errors import IsothermError


class HostName(StrEnum):
    claude_desktop = "claude-desktop"
    claude_code = "claude-code"
    cursor = "cursor"
    vscode = "vscode"


def connect(
    client: Annotated[
        HostName,
        typer.Argument(metavar="CLIENT", help="claude-desktop, claude-code, cursor or vscode."),
    ],
    print_: Annotated[
        bool, typer.Option("--print", help="Print the entry; write nothing.")
    ] = False,
    name: Annotated[
        str, typer.Option(metavar="NAME", help="What the client calls it.")
    ] = "isotherm",
    json: options.Json = False,
    data: options.Data = None,
    config: options.Config = None,
) -> None:
    """Write an MCP client's configuration, keeping what is there."""
    host = hosts.HOSTS[client.value]
    settings = options.settings_of(data, config)
    command = hosts.command_line(Path(sys.executable), settings.data.absolute(), config)
    server = hosts.entry(host, command)
    path = hosts.config_path(
        host.name, platform=sys.platform, home=Path.home(), here=Path.cwd(), environ=os.environ
    )
    if print_:
        _print_entry(host, name, server, path, command)
        return
    try:
        outcome = hosts.write(path, host, name, server)
    except IsothermError:
        screen.note(_text(hosts.snippet(host, name, server)))
        raise
    if json:
        screen.emit_json(
            {"client": host.name, "path": str(path), "outcome": outcome, "entry": server}
        )
        return
    done = "was there already" if outcome == "unchanged" else "is written"
    screen.line(f"{host.title}: {name} {done} in {path}.")
    screen.line(host.then, style="dim")


def _print_entry(
    host: hosts.Host, name: str, server: dict[str, Any], path: Path, command: list[str]
) -> None:
    typer.echo(_text(hosts.snippet(host, name, server)))
    screen.note(f"goes into {path}")
    if host.name == "claude-code":
        screen.note(f"or run: claude mcp add {name} -- {shlex.join(command)}")


def _text(data: dict[str, Any]) -> str:
    return orjson.dumps(data, option=orjson.OPT_INDENT_2).decode()
