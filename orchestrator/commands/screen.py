"""What a person sees: tables, lines, JSON. Data goes to stdout; everything about it to stderr.

Stored text is data here too: control characters are shown, never sent to the terminal.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import Any, Final

import orjson
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

CELL_CHARS_MAX: Final = 100
_PLAIN_WIDTH: Final = 160  # of a table that goes to a file or a pipe


def out() -> Console:
    return _console(sys.stdout, stderr=False)


def err() -> Console:
    return _console(sys.stderr, stderr=True)


def _console(stream: Any, *, stderr: bool) -> Console:
    if getattr(stream, "errors", "") == "strict" and hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="replace")  # a letter that the terminal lacks is no failure
    width = None if stream.isatty() else _PLAIN_WIDTH
    return Console(stderr=stderr, width=width, markup=False, highlight=False, emoji=False)


def width() -> int:
    """Columns that a line may have."""
    return out().width


def draws(glyphs: str) -> bool:
    """Whether stdout can show these characters."""
    try:
        glyphs.encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def emit_json(data: Any) -> None:
    """One JSON document: indented for a terminal, one line for a pipe."""
    option = orjson.OPT_INDENT_2 if sys.stdout.isatty() else 0
    typer.echo(orjson.dumps(data, option=option).decode())


def line(text: str = "", *, style: str = "") -> None:
    """A line of our own words on stdout."""
    out().print(Text(clean(text), style=style), soft_wrap=True)


def note(text: str) -> None:
    """A line on stderr."""
    err().print(Text(clean(text)), soft_wrap=True)


def clean(text: str) -> str:
    """Printable text: what would move the cursor or colour the screen is written out instead."""
    return "".join(
        c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode() for c in text
    )


def cell(value: Any) -> str:
    """A wire value in a table: one line, bounded."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}" if abs(value) > 9_999 else str(value)
    if isinstance(value, float):
        return f"{value:,.6g}" if abs(value) < 1e6 else f"{value:,.1f}"
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    flat = clean(" ".join(text[: 2 * CELL_CHARS_MAX].split()))
    return flat if len(flat) <= CELL_CHARS_MAX else f"{flat[: CELL_CHARS_MAX - 1]}…"


def grid(
    headers: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    right: Iterable[int] = (),
    title: str | None = None,
) -> None:
    """A table on stdout. `right`: indexes of columns aligned right."""
    numeric = set(right)
    table = Table(title=title, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for index, header in enumerate(headers):
        table.add_column(
            Text(clean(header)), justify="right" if index in numeric else "left", overflow="fold"
        )
    for row in rows:
        table.add_row(*(Text(cell(value)) for value in row))
    out().print(table)
