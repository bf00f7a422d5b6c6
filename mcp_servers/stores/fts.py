# ruff: noqa: S608 - identifiers come from a checked spec and are quoted; values are always bound
"""The full-text sidecar of a segment: a small SQLite file with the same tokenizer as the rows'
index, so that a search means the same in every tier. Written once, then only read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import apsw

from mcp_servers.stores.sqlite_connection import translated
from mcp_servers.stores.sqlite_names import TOKENIZER, search_column


def build(path: Path, searched: Sequence[str], texts: Iterable[tuple[Any, ...]]) -> None:
    """Index texts (one per searched field) under their row's number, in a new or empty file."""
    with translated(path):
        connection = apsw.Connection(str(path))
        try:
            connection.execute("PRAGMA journal_mode = OFF")
            connection.execute("PRAGMA synchronous = OFF")  # whoever puts the object syncs it
            names = ", ".join(map(search_column, searched))
            marks = ", ".join("?" * (1 + len(searched)))
            with connection:
                connection.execute(
                    f"CREATE VIRTUAL TABLE words USING fts5({names}, content='', columnsize=0,"
                    f" tokenize='{TOKENIZER}')"
                )
                connection.executemany(
                    f"INSERT INTO words(rowid, {names}) VALUES ({marks})",
                    ((row, *cells) for row, cells in enumerate(texts)),
                )
                connection.execute("INSERT INTO words(words) VALUES ('optimize')")
        finally:
            connection.close(True)


def search(path: Path, expression: str) -> list[int]:
    """The numbers of the rows that match."""
    with translated(path):
        connection = apsw.Connection(
            f"{path.absolute().as_uri()}?immutable=1",
            flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI,
        )
        try:
            found: Any = connection.execute(
                "SELECT rowid FROM words WHERE words MATCH ?", (expression,)
            ).fetchall()
            return [row for (row,) in found]
        finally:
            connection.close(True)
