"""`isotherm doctor`: what runs here, where the data lies, and what is wrong with either."""

from __future__ import annotations

import os
import shutil
import stat
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import typer

from orchestrator.commands import options, screen
from orchestrator.commands.domains import listing
from orchestrator.commands.session import refusal_in, with_client
from orchestrator.commands.version import versions
from registry.settings import Settings

_FREE_BYTES_MIN = 100 << 20


def doctor(
    json: options.Json = False, data: options.Data = None, config: options.Config = None
) -> None:
    """Check the installation, the data folder and the domains."""
    settings = options.settings_of(data, config)
    report = examine(settings)
    if json:
        screen.emit_json(report)
    else:
        _print(report)
    for problem in report["problems"]:
        screen.note(f"problem: {problem}")
    if report["problems"]:
        raise typer.Exit(1)


def examine(settings: Settings) -> dict[str, Any]:
    """{versions, executable, data, settings, domains, links, problems}; no data folder is made."""
    folder, problems = folder_state(settings.data)
    found = listing(settings)
    problems.extend(f"{file}: {fault}" for file, fault in found.faults.items())
    problems.extend(_llm(settings))
    links: list[dict[str, Any]] = []
    if folder["exists"] and folder["writable"]:
        links, more = _links(settings)
        problems.extend(more)
    return {
        "versions": {**versions(), "sqlite": _sqlite()},
        "executable": sys.executable,
        "data": folder,
        "settings": _settings(settings),
        "domains": list(found.specs),
        "links": links,
        "problems": problems,
    }


def folder_state(folder: Path) -> tuple[dict[str, Any], list[str]]:
    """(what the data folder is like, what is wrong with it)."""
    existing = next(p for p in (folder, *folder.parents) if p.exists())
    free = shutil.disk_usage(existing).free
    writable = _writable(existing)
    state = {
        "path": str(folder),
        "exists": folder.exists(),
        "writable": writable,
        "bytes_free": free,
        "bytes": {
            str(p.relative_to(folder)): p.stat().st_size for p in sorted(folder.glob("**/*.db"))
        },
    }
    problems = []
    if not existing.is_dir():
        problems.append(f"{existing} is not a folder; choose another with --data.")
    elif not writable:
        problems.append(f"{existing} cannot be written to; choose another with --data.")
    if free < _FREE_BYTES_MIN:
        problems.append(f"only {free >> 20} MiB are free under {existing}.")
    if _exposed(folder / "key"):
        problems.append(f"{folder / 'key'} can be read by others; run chmod 600 on it.")
    return state, problems


def _writable(folder: Path) -> bool:
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _exposed(key: Path) -> bool:
    if os.name != "posix" or not key.exists():
        return False
    return bool(stat.S_IMODE(key.stat().st_mode) & 0o077)


def _links(settings: Settings) -> tuple[list[dict[str, Any]], list[str]]:
    """Each domain's health, as an orchestrator on this folder finds it now."""
    try:
        health = with_client(settings, lambda client: client.call("admin_read", action="health"))
    except Exception as failure:
        refusal = refusal_in(failure)
        if refusal is None:
            raise
        return [], [f"{refusal.code}: {refusal.message}"]
    down = [link for link in health["links"] if not link["up"]]
    problems = [
        f"{link['domain']} is down: {link.get('error', 'no reason given')}" for link in down
    ]
    problems.extend(f"{name}: {fault}" for name, fault in health["faults"].items())
    return health["links"], problems


def _llm(settings: Settings) -> list[str]:
    """What keeps the language model that is set up from being asked; it is not."""
    provider = settings.llm_provider
    if provider is None or find_spec(f"llama_index.llms.{provider}") is not None:
        return []
    package = f"llama-index-llms-{provider.replace('_', '-')}"
    return [f"llm_provider {provider} is not installed; {package} brings it."]


def _sqlite() -> str:
    # Late: the engine's library, which other commands do not open here.
    import apsw

    return str(apsw.sqlite_lib_version())


def _settings(settings: Settings) -> dict[str, Any]:
    names = (
        "data",
        "topology",
        "host",
        "port",
        "roots",
        "allowed_hosts",
        "tokens",
        "remotes",
        "cool_every_seconds",
        "llm_provider",
        "llm_model",
    )
    return {
        name: {
            "value": _plain(getattr(settings, name)),
            "source": settings.source.get(name, "default"),
        }
        for name in names
    }


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [str(item) for item in value]
    return value if value is None or isinstance(value, (int, dict)) else str(value)


def _print(report: dict[str, Any]) -> None:
    folder = report["data"]
    state = "there" if folder["exists"] else "not made yet"
    screen.line("versions", style="bold")
    screen.line(", ".join(f"{name} {value}" for name, value in report["versions"].items()))
    screen.line("data", style="bold")
    screen.line(
        f"{folder['path']}: {state}, {'writable' if folder['writable'] else 'not writable'}, "
        f"{folder['bytes_free'] >> 20:,} MiB free, {sum(folder['bytes'].values()) >> 10:,} KiB used"
    )
    screen.line("settings", style="bold")
    rows = [(name, s["value"], s["source"]) for name, s in report["settings"].items()]
    screen.grid(("name", "value", "from"), rows)
    if report["links"]:
        screen.line("domains", style="bold")
        links = [
            (link["domain"], "up" if link["up"] else "down", link["breaker"], link["restarts"])
            for link in report["links"]
        ]
        screen.grid(("domain", "state", "breaker", "restarts"), links)
    else:
        screen.line(f"{len(report['domains'])} domains")
