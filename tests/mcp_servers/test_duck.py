"""The scanner reads one folder's objects and nothing else, and stops when it is told to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from mcp_servers.ports import Part
from mcp_servers.segments import Segment, State
from mcp_servers.stores.duck import Scanner
from mcp_servers.stores.files import Folder
from mcp_servers.stores.parquet import Shelf, pack, table_of
from mcp_servers.stores.parquet_bytes import bytes_of, checksum_of
from mcp_servers.stores.spans import spans_of
from registry.errors import TooLarge, TooSlow

KINDS = {"id": "string", "n": "int64"}


class Watch:
    """Runs out after so many looks."""

    def __init__(self, looks: int = 1_000_000) -> None:
        self.looks = looks

    def late(self) -> bool:
        self.looks -= 1
        return self.looks < 0

    def left_s(self) -> float:
        return 10.0


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(Folder(tmp_path / "objects"))


@pytest.fixture
def scanner(tmp_path: Path, shelf: Shelf) -> Iterator[Scanner]:
    made = Scanner(tmp_path / "objects", shelf)
    yield made
    made.close()


def segment(tmp_path: Path, count: int = 10) -> Segment:
    table = table_of([(f"k{n}", 1, n, None, n) for n in range(count)], {"n": "int"})
    data = bytes_of(table)
    name = f"notes/t/none/{checksum_of(data)}.parquet"
    size = Folder(tmp_path / "objects").put(name, lambda path: path.write_bytes(data) and None)
    return Segment(1, name, "t", "notes", "none", State.COLD, count, count, 0, size, checksum_of(data),
                   {"n": "int64"}, spans_of(table))  # fmt: skip


def part(*segments: Segment, rows: int = 0) -> Part:
    batch = pack(KINDS, [(f"r{n}", n) for n in range(rows)])
    return Part("c_notes", KINDS, [batch], rows, segments, [])


HOSTILE = [
    "SELECT * FROM read_csv('{outside}')",
    "SELECT * FROM read_text('{outside}')",
    "SELECT * FROM '{outside}'",
    "SELECT * FROM glob('{folder}/*')",
    "SELECT * FROM read_text('{folder}/objects/../secret.csv')",
    "COPY (SELECT 1) TO '{folder}/written.csv'",
    "COPY (SELECT 1) TO '{folder}/objects/../written.csv'",
    "ATTACH '{folder}/other.duckdb'",
    "ATTACH '{folder}/rows.db' (TYPE sqlite)",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET enable_external_access = true",
    "SET allowed_directories = ['/']",
    "SET memory_limit = '64GB'",
    "RESET lock_configuration",
    "PRAGMA enable_external_access",
    "SELECT * FROM read_parquet('https://localhost/x.parquet')",
    "EXPORT DATABASE '{folder}/dump'",
    "CREATE SECRET (TYPE s3, KEY_ID 'a', SECRET 'b')",
]


@pytest.mark.parametrize("statement", HOSTILE)
def test_the_engine_reaches_no_file_but_its_objects_and_takes_no_settings(
    tmp_path: Path, scanner: Scanner, statement: str
) -> None:
    outside = tmp_path / "secret.csv"
    outside.write_text("secret\nword\n")
    with pytest.raises(duckdb.Error):
        scanner._engine.execute(statement.format(outside=outside, folder=tmp_path)).fetchall()
    assert sorted(path.name for path in tmp_path.iterdir()) in (
        ["secret.csv"],
        ["objects", "secret.csv"],
    )


def test_rows_and_segments_are_one_table(tmp_path: Path, scanner: Scanner) -> None:
    sql = "SELECT count(*), sum(n), count(DISTINCT id) FROM c_notes"
    assert scanner.run(sql, (), [part(segment(tmp_path), rows=3)], Watch(), 2) == [(13, 48, 13)]


def test_a_statement_that_runs_late_is_interrupted(tmp_path: Path, scanner: Scanner) -> None:
    sql = "SELECT sum(a.n * b.n + c.n) FROM c_notes AS a, c_notes AS b, c_notes AS c"
    with pytest.raises(TooSlow):
        scanner.run(sql, (), [part(rows=20_000)], Watch(looks=1), 2)


def test_a_statement_that_needs_too_much_memory_is_refused(scanner: Scanner) -> None:
    sql = "SELECT a.id, list(a.n * b.n) FROM c_notes AS a, c_notes AS b GROUP BY a.id"
    with pytest.raises(TooLarge):
        scanner.run(sql, (), [part(rows=20_000)], Watch(), 2)
