"""The MCP clients that `isotherm connect` knows: where each keeps its configuration, and its shape.

Pure but for `write`, which merges our entry into what is there.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import orjson

from registry.errors import BadInput, Denied, StorageFull

Outcome = Literal["written", "unchanged"]


@dataclass(frozen=True, slots=True)
class Host:
    """An MCP client. `section` of its file maps server names to commands."""

    name: str
    title: str
    section: str
    #: entries say `type: stdio` themselves
    typed: bool
    then: str


HOSTS: Final = {
    host.name: host
    for host in (
        Host(
            "claude-desktop",
            "Claude Desktop",
            "mcpServers",
            False,
            "Quit and start Claude Desktop.",
        ),
        Host("claude-code", "Claude Code", "mcpServers", True, "Start `claude` in this folder."),
        Host(
            "cursor", "Cursor", "mcpServers", False, "Cursor asks to enable it under Settings, MCP."
        ),
        Host("vscode", "VS Code", "servers", True, "Start it from the file, or ask in agent mode."),
    )
}


def config_path(
    host: str, *, platform: str, home: Path, here: Path, environ: Mapping[str, str]
) -> Path:
    """Where the client looks: `platform` is `sys.platform`, `here` the project folder."""
    if host == "claude-desktop":
        return _desktop_folder(platform, home, environ) / "claude_desktop_config.json"
    if host == "claude-code":
        return here / ".mcp.json"
    if host == "cursor":
        return home / ".cursor" / "mcp.json"
    return here / ".vscode" / "mcp.json"


def _desktop_folder(platform: str, home: Path, environ: Mapping[str, str]) -> Path:
    if platform == "darwin":
        return home / "Library" / "Application Support" / "Claude"
    if platform == "win32":
        return Path(environ.get("APPDATA") or home / "AppData" / "Roaming") / "Claude"
    return Path(environ.get("XDG_CONFIG_HOME") or home / ".config") / "Claude"


def command_line(executable: Path, data: Path, config: Path | None) -> list[str]:
    """The absolute command that serves this data folder, whatever folder it is started from."""
    script = executable.parent / ("isotherm.exe" if executable.suffix == ".exe" else "isotherm")
    start = [str(script)] if script.is_file() else [str(executable), "-m", "orchestrator.cli"]
    more = [] if config is None else ["--config", str(config.absolute())]
    return [*start, "serve", "--data", str(data), *more]


def entry(host: Host, command: list[str]) -> dict[str, Any]:
    """Our entry in the client's file."""
    plain: dict[str, Any] = {"command": command[0], "args": command[1:]}
    return {"type": "stdio", **plain} if host.typed else plain


def snippet(host: Host, name: str, server: dict[str, Any]) -> dict[str, Any]:
    """What the file holds when it holds nothing else."""
    return {host.section: {name: server}}


def write(path: Path, host: Host, name: str, server: dict[str, Any]) -> Outcome:
    """Merge our entry into the file, replaced whole; the old one stays beside it as `.bak`.

    `BadInput` for a file that is not plain JSON (comments, say): nothing is touched.
    """
    path = path.resolve()
    document = _read(path)
    servers = document.setdefault(host.section, {})
    if not isinstance(servers, dict):
        raise BadInput(f"{path}: `{host.section}` is not an object; add the entry by hand.")
    if servers.get(name) == server:
        return "unchanged"
    servers[name] = server
    _replace(path, orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n")
    return "written"


def _read(path: Path) -> dict[str, Any]:
    try:
        text = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    except FileNotFoundError:
        return {}
    except OSError as bad:
        raise Denied(f"{path} cannot be read: {bad.strerror}.") from None
    if not text.strip():
        return {}
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise BadInput(
            f"{path} is not plain JSON (comments or commas too many?); add the entry by hand."
        ) from None
    if not isinstance(document, dict):
        raise BadInput(f"{path} is not a JSON object; add the entry by hand.")
    return document


def _replace(path: Path, body: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, draft)
            shutil.copy2(path, path.with_name(f"{path.name}.bak"))
        os.replace(draft, path)
    except OSError as bad:
        raise StorageFull(f"{path} cannot be written: {bad.strerror}.") from None
