"""`isotherm ingest`: files, folders or stdin into domains, one receipt per source."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from orchestrator.commands import options, screen
from orchestrator.commands.domains import listing
from orchestrator.commands.receipts import print_outcomes
from orchestrator.commands.session import with_client
from orchestrator.commands.sources import SourceFile, gathered
from registry.errors import BadInput, IsothermError, shown
from registry.settings import Settings

if TYPE_CHECKING:
    from orchestrator.client import Client

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
    outcomes = _load(sources, wanted, options.settings_of(data, config))
    print_outcomes(outcomes, json=json)
    if any(outcome.get("failed") or "error" in outcome for outcome in outcomes):
        raise typer.Exit(1)


def _load(sources: list[str], wanted: Wanted, settings: Settings) -> list[dict[str, Any]]:
    at_once = _at_once(settings, wanted.into)
    with gathered(sources, format=wanted.format) as files:
        # Who types a path may read the file: for this process the paths given are the open folders.
        opened = replace(settings, roots=tuple({file.path.resolve().parent for file in files}))
        with _progress(files) as advance:
            return with_client(
                opened,
                lambda client: _load_all(client, files, wanted, advance, at_once=at_once),
            )


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
