"""`isotherm query` and `isotherm get`: data without words."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from orchestrator.commands import answers, options, screen
from orchestrator.commands.session import with_client
from registry.errors import BadInput, shown


def query(
    plan: Annotated[
        str, typer.Argument(metavar="PLAN.json", help="A plan or a whole answer; - is stdin.")
    ],
    cursor: Annotated[
        str | None, typer.Option(help="The next page, as an answer's `cursor` says.")
    ] = None,
    json: options.Json = False,
    data: options.Data = None,
    config: options.Config = None,
) -> None:
    """Run a typed plan (`isotherm describe plan` shows its grammar)."""
    document = read_plan(plan)
    settings = options.settings_of(data, config)
    answer = with_client(settings, lambda client: client.query(document, cursor=cursor))
    if json:
        screen.emit_json(answer)
    if answer["status"] == "refused":
        for text in answers.refusal_lines(answer):
            screen.note(text)
        raise typer.Exit(1)
    if not json:
        answers.print_answer(answer)
        if answer.get("cursor"):
            screen.line(f"next page: --cursor {answer['cursor']}", style="dim")


def get(
    collection: Annotated[str, typer.Argument(metavar="DOMAIN.COLLECTION")],
    ids: Annotated[list[str], typer.Argument(metavar="ID…")],
    json: options.Json = False,
    data: options.Data = None,
    config: options.Config = None,
) -> None:
    """Fetch records by id."""
    settings = options.settings_of(data, config)
    found = with_client(settings, lambda client: client.get(collection, *ids))
    if json:
        screen.emit_json(found)
    else:
        for record in found["records"]:
            _print_record(record)
    if found.get("missing"):
        screen.note(f"not-found: {collection} has no {', '.join(map(shown, found['missing']))}.")
        raise typer.Exit(1)


def _print_record(record: dict[str, Any]) -> None:
    screen.line(f"{record['id']} (version {record['version']}, {record['tier']})", style="bold")
    rest = {n: v for n, v in record.items() if n not in ("id", "version", "tier")}
    screen.grid(("field", "value"), rest.items())


def read_plan(source: str) -> dict[str, Any]:
    """The plan in a JSON file or on stdin; a whole answer stands for its plan."""
    try:
        text = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    except OSError as bad:
        raise BadInput(f"{shown(source)} cannot be read: {bad.strerror}.") from None
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError as bad:
        raise BadInput(f"{shown(source)} is not JSON: {bad}.") from None
    if isinstance(document, dict) and "from" not in document and "plan" in document:
        document = document["plan"]
    if not isinstance(document, dict):
        raise BadInput(f"{shown(source)} holds no plan; a plan is a JSON object with `from`.")
    return document
