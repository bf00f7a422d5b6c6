"""Training questions with SQL over databases of their own, seen through catalogues as ingest makes
them."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson

from orchestrator.planner.network.schema import Schema
from orchestrator.training.gold import Names
from registry.shape.naming import collection_name, field_names


@dataclass(frozen=True, slots=True)
class Example:
    """A training question."""

    id: str
    db: str
    question: str
    sql: str
    synonym: str | None


def held_out(db: str) -> bool:
    """Whether a database is for measuring only: a fifth of them, by a fixed hash."""
    return int(hashlib.sha256(db.encode()).hexdigest(), 16) % 5 == 0


def examples(folder: Path) -> list[Example]:
    out = []
    for line in (folder / "questions.jsonl").read_bytes().splitlines():
        row = orjson.loads(line)
        out.append(
            Example(row["id"], row["db"], row["question"], row["sql"], row.get("synonym_question"))
        )
    return out


def names_of(schema: Schema, database: Path) -> tuple[Names, dict[int, str], dict[int, str]]:
    """The source's names as numbers, and the way back: {table: name}, {column: name}."""
    by_address = {t.address.partition(".")[2]: t.number for t in schema.tables}
    tables: dict[str, int] = {}
    columns: dict[tuple[int, str], int] = {}
    table_names: dict[int, str] = {}
    column_names: dict[int, str] = {}
    for name, headers in _headers(database):
        number = by_address.get(collection_name(name))
        if number is None:
            continue
        tables[name.lower()] = number
        table_names[number] = name
        own = {schema.columns[n].name: n for n in schema.tables[number].columns}
        for header, fname in zip(headers, field_names(headers), strict=True):
            found = own.get(fname, own.get("id") if header.lower() == "id" else None)
            if found is not None:
                columns[number, header.lower()] = found
                column_names[found] = header
    return Names(schema, tables, columns), table_names, column_names


def _headers(database: Path) -> Iterator[tuple[str, list[str]]]:
    connection = sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_schema WHERE type='table' AND name NOT LIKE 'sqlite~_%' "
            "ESCAPE '~'"
        ).fetchall():
            rows = connection.execute("SELECT name FROM pragma_table_info(?)", (name,)).fetchall()
            yield name, [row[0] for row in rows]
    finally:
        connection.close()
