"""SQLite files as sources: what their tables declare is kept."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from registry.errors import BadInput
from registry.shape.shape import shape_of
from tests.sources import look, records, sqlite_bytes, write


def test_sqlite_tables_come_with_keys_and_foreign_keys(tmp_path: Path) -> None:
    body = sqlite_bytes(
        tmp_path,
        "CREATE TABLE team(team_id INTEGER PRIMARY KEY, name TEXT)",
        'CREATE TABLE "a person"(id TEXT PRIMARY KEY, team INT REFERENCES team(team_id), x BLOB) WITHOUT ROWID',
        "CREATE VIEW v AS SELECT * FROM team",
        "INSERT INTO team VALUES (7, 'red')",
        "INSERT INTO \"a person\" VALUES ('p', 7, x'00ff'), ('q', NULL, 'text')",
    )
    path = write(tmp_path, "club.db", body)
    tables = {table["name"]: table for table in look(path)}
    assert set(tables) == {"team", "a person"}
    assert tables["a person"]["foreign"] == [{"columns": ("team",), "table": "team", "to": ("team_id",)}]  # fmt: skip
    assert records(path, "team")[0] == [{"id": "7", "team_id": 7, "name": "red"}]
    people = records(path, "a person")[0]
    assert [p["team"] for p in people] == ["7", None]


def test_an_empty_sqlite_table_keeps_what_it_declares(tmp_path: Path) -> None:
    body = sqlite_bytes(tmp_path, "CREATE TABLE t(id INTEGER PRIMARY KEY, at DATE, of REAL, x)")
    shape = shape_of(look(write(tmp_path, "a.sqlite", body))[0])
    assert [c.kind.name for c in shape.columns] == ["int", "date", "float", "text"]
    assert shape.key == "id" and shape.declared


def test_a_real_key_of_whole_numbers_is_read_as_integers(tmp_path: Path) -> None:
    made = ("CREATE TABLE t(k REAL PRIMARY KEY, x REAL)", "INSERT INTO t VALUES (1, 1), (2, 2)")
    body = sqlite_bytes(tmp_path, *made)
    shape = shape_of(look(write(tmp_path, "a.sqlite", body))[0])
    assert [c.kind.name for c in shape.columns] == ["int", "float"]
    assert shape.key == "k"


def test_an_empty_text_where_a_number_belongs_is_no_value(tmp_path: Path) -> None:
    made = (
        "CREATE TABLE t(id INTEGER PRIMARY KEY, high INTEGER, low NUMERIC, seen DATE, note TEXT)",
        "INSERT INTO t VALUES (1, 85, 60.5, '2026-01-02', ''), (2, '', '', '', 'fog')",
    )
    path = write(tmp_path, "a.sqlite", sqlite_bytes(tmp_path, *made))
    shape = shape_of(look(path)[0])
    assert [c.kind.name for c in shape.columns] == ["int", "int", "float", "date", "text"]
    found = records(path, "t")[0]
    assert [r["high"] for r in found] == [85, None]
    assert [r["note"] for r in found] == ["", "fog"]


def test_a_database_with_changes_in_its_log_is_refused(tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / "w.db")
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("CREATE TABLE t(a)")
    db.commit()
    with pytest.raises(BadInput, match="write-ahead"):
        look(tmp_path / "w.db")
    db.close()
