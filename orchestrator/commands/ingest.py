"""`isotherm ingest`: files, folders or stdin into domains, one receipt per source."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from orchestrator.commands import options, screen
from orchestrator.commands.domains import listing
from orchestrator.commands.session import with_client
from orchestrator.commands.sources import SourceFile, gathered
from registry.errors import BadInput, IsothermError, shown
from registry.settings import Settings

if TYPE_CHECKING:
    from orchestrator.client import Client

_COUNTS = ("accepted", "updated", "duplicate", "rejected")
_REASONS_SHOWN = 5
_FILES_AT_ONCE = 4
Advance: TypeAlias = Callable[[SourceFile], None]


class Format(StrEnum):
    csv = "csv"
    json = "json"
    jsonl = "jsonl"
    parquet = "parquet"
    sqlite = "sqlite"


class OnConflict(StrEnum):
    update = "update"
    skip = "skip"
    error = "error"


@dataclass(frozen=True, slots=True)
class Wanted:
    """How every source is to be loaded."""

    into: str | None
    format: str | None
    on_conflict: str
    constants: dict[str, str]
    dry_run: bool
    name: str | None

    def arguments(self, source: SourceFile) -> dict[str, Any]:
        """The `ingest` tool's arguments for one file."""
        filled = {n: v.replace("{stem}", source.stem) for n, v in self.constants.items()}
        return {
            "path": str(source.path),
            "into": self.into,
            "format": self.format,
            "on_conflict": self.on_conflict,
            "set": filled or None,
            "dry_run": self.dry_run,
            "name": self.name,
        }


def ingest(
    sources: Annotated[
        list[str], typer.Argument(metavar="PATH…", help="Files or folders; - is stdin.")
    ],
    into: Annotated[
        str | None,
        typer.Option(metavar="DOMAIN[.COLLECTION]", help="Without it, the match or a new domain."),
    ] = None,
    format: Annotated[
        Format | None, typer.Option(help="Without it, by the name and the first bytes.")
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="FIELD=VALUE",
            help="A value for every record; {stem} is the file's name.",
        ),
    ] = None,
    on_conflict: Annotated[
        OnConflict, typer.Option(help="For a record that is there and differs.")
    ] = OnConflict.update,
    dry_run: Annotated[bool, typer.Option(help="Say what would happen; store nothing.")] = False,
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="What to call the source.")
    ] = None,
    json: options.Json = False,
    data: options.Data = None,
    config: options.Config = None,
) -> None:
    """Put data in. Repeating it stores nothing twice."""
    wanted = Wanted(
        into,
        format.value if format else None,
        on_conflict.value,
        constants(set_ or []),
        dry_run,
        name,
    )
    settings = options.settings_of(data, config)
    with gathered(sources, format=wanted.format) as files:
        # Who types a path may read the file: for this process the paths given are the open folders.
        opened = replace(settings, roots=tuple({file.path.resolve().parent for file in files}))
        at_once = _at_once(settings, into)
        with _progress(files) as advance:
            outcomes = with_client(
                opened,
                lambda client: _load_all(client, files, wanted, advance, at_once=at_once),
            )
    _print(outcomes, json=json)
    if any(outcome.get("failed") or "error" in outcome for outcome in outcomes):
        raise typer.Exit(1)


async def _load_all(
    client: Client, files: list[SourceFile], wanted: Wanted, advance: Advance, *, at_once: int
) -> list[dict[str, Any]]:
    """One outcome per file: what the tool gave, or `error`. A bad file does not stop the others."""
    # Late: see `session`.
    import anyio

    outcomes: list[dict[str, Any]] = [{} for _ in files]
    slots = anyio.Semaphore(at_once)

    async def load(place: int, file: SourceFile) -> None:
        async with slots:
            try:
                outcome = await client.ingest(**wanted.arguments(file))
            except IsothermError as refusal:
                outcome = {"error": refusal.to_dict()}
        outcomes[place] = {"source": str(file.path), **outcome}
        advance(file)

    async with anyio.create_task_group() as tasks:
        for place, file in enumerate(files):
            tasks.start_soon(load, place, file)
    return outcomes


def _at_once(settings: Settings, into: str | None) -> int:
    """How many files may be under way. One, where a domain may have to be made: the second file of
    a kind belongs into the domain that the first one made.
    """
    known = into is not None and into.partition(".")[0] in listing(settings).specs
    return _FILES_AT_ONCE if known else 1


def constants(given: list[str]) -> dict[str, str]:
    """`FIELD=VALUE` options as a mapping."""
    found: dict[str, str] = {}
    for text in given:
        field, separator, value = text.partition("=")
        if not separator or not field:
            raise BadInput(f"--set takes FIELD=VALUE, not {shown(text)}.")
        found[field.strip()] = value
    return found


@contextmanager
def _progress(files: list[SourceFile]) -> Iterator[Advance]:
    """A bar on stderr where stderr is a terminal, by bytes done; elsewhere nothing."""
    console = screen.err()
    if not console.is_terminal:
        yield lambda file: None
        return
    # Late: rich's live display, which only a terminal needs.
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("loading", total=sum(file.bytes for file in files) or 1)
        yield lambda file: bar.update(task, advance=file.bytes)


def _print(outcomes: list[dict[str, Any]], *, json: bool) -> None:
    if json:
        screen.emit_json(outcomes)
    else:
        rows = [row for outcome in outcomes for row in _rows(outcome)]
        if rows:
            screen.grid(
                ("source", "collection", *_COUNTS, "tier", "ms"), rows, right=(2, 3, 4, 5, 7)
            )
        for outcome in outcomes:
            if "tables" in outcome:
                _print_plan(outcome)
            _print_details(outcome)
    for outcome in outcomes:
        if "error" in outcome:
            error = outcome["error"]
            screen.note(f"{error['code']}: {Path(outcome['source']).name}: {error['message']}")


def _print_plan(outcome: dict[str, Any]) -> None:
    """What a dry run found: where each table would go, and each column."""
    name = Path(outcome["source"]).name
    screen.line(f"{name} ({outcome['format']}): {outcome['text']}", style="bold")
    for table in outcome["tables"]:
        fields = {column: to["field"] for column, to in table["mapping"]["columns"].items()}
        rows = [
            (column["header"], column["type"], fields.get(column["header"], "extra"))
            for column in table["columns"]
        ]
        screen.line(f"{table['table']} → {table['collection']} ({table['confidence']:.2f})")
        screen.grid(("column", "looks like", "field"), rows)


def _receipts(outcome: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = outcome.get("receipts", [])
    return found or ([outcome] if "accepted" in outcome else [])


def _rows(outcome: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    name = Path(outcome["source"]).name
    for receipt in _receipts(outcome):
        counts = (receipt[count] for count in _COUNTS)
        yield (name, receipt["collection"], *counts, receipt["tier"], round(receipt["ms"]))


def _print_details(outcome: dict[str, Any]) -> None:
    for domain in outcome.get("domains_added", ()):
        screen.line(f"New domain {domain}: isotherm describe {domain}")
    for receipt in _receipts(outcome):
        for reason in receipt["reasons"][:_REASONS_SHOWN]:
            line = f"line {reason['line']}: " if reason.get("line") is not None else ""
            screen.note(f"{Path(outcome['source']).name}: {line}{reason['reason']}")
        for text in receipt.get("notes", ()):
            screen.note(f"{Path(outcome['source']).name}: {text}")
