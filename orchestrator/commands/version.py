"""`isotherm version`: which Isotherm this is, and on what it runs."""

from __future__ import annotations

import platform
from importlib import metadata

import typer

from orchestrator.commands import options, screen

_PARTS = ("mcp", "apsw", "duckdb", "pyarrow", "pydantic")


def version(json: options.Json = False) -> None:
    """Show the version."""
    if json:
        screen.emit_json(versions())
    else:
        typer.echo(f"isotherm {installed('isotherm')}")


def versions() -> dict[str, str]:
    """Versions of Isotherm, Python and the parts that matter in a bug report."""
    found = {"isotherm": installed("isotherm"), "python": platform.python_version()}
    return found | {name: installed(name) for name in _PARTS}


def installed(name: str) -> str:
    """The installed version of a distribution."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"
