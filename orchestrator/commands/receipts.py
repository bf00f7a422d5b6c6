"""What became of each source of an ingest, printed for a person or a program."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from orchestrator.commands import screen

_COUNTS = ("accepted", "updated", "duplicate", "rejected")
_REASONS_SHOWN = 5


def print_outcomes(outcomes: list[dict[str, Any]], *, json: bool) -> None:
    """Receipts as a table (or JSON) on stdout; bad rows and refused sources on stderr."""
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
        _print_notes(outcomes)
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


def _print_notes(outcomes: list[dict[str, Any]]) -> None:
    """What is said of a source, once for all the sources of which it is said."""
    told = {
        (text, outcome["source"]): None
        for outcome in outcomes
        for receipt in _receipts(outcome)
        for text in receipt.get("notes", ())
    }
    for text in dict.fromkeys(text for text, _ in told):
        names = [Path(source).name for known, source in told if known == text]
        whose = names[0] if len(names) == 1 else f"{len(names)} sources"
        screen.note(f"{whose}: {text}")
