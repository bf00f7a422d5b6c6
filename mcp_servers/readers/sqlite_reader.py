"""SQLite files: every table is a table; views, virtual and internal tables are left out.

The file is opened read-only and immutable, with untrusted schema functions off and no extension in
reach. A database with changes waiting in its write-ahead log is refused: leaving them out would
store old data.
"""

from __future__ import annotations

import base64
import math
import os
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Final
from urllib.parse import quote

import apsw

from mcp_servers.readers.table import (
    BATCH_ROWS,
    Batch,
    Column,
    Cut,
    Foreign,
    Source,
    Table,
    check_width,
    distinct_headers,
)
from mcp_servers.readers.unpack import Member, in_memory
from registry import limits
from registry.errors import BadInput, TooLarge, shown

MAGIC: Final = b"SQLite format 3\x00"


def read_sqlite(name: str, member: Member, source: Source) -> list[Table]:
    """The tables of a database file."""
    try:
        db = _open(member, source.path)
        source.opened.callback(db.close)
        names = [
            row[0]
            for row in db.execute(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' "
                "ESCAPE '~' AND sql NOT LIKE 'CREATE VIRTUAL%' AND rootpage > 0"
            )
        ]
        if len(names) > limits.COLLECTIONS_MAX:
            raise TooLarge(
                f"{shown(name)} has {len(names):,} tables; the most is {limits.COLLECTIONS_MAX:,}."
            )
        tables = [_table(db, table) for table in names]
    except (apsw.Error, UnicodeDecodeError, MemoryError) as bad:
        raise BadInput(f"{shown(name)} is a damaged SQLite database: {_brief(bad)}.") from None
    if not tables:
        raise BadInput(f"{shown(name)} is a SQLite database without tables.")
    return tables


def _open(member: Member, path: str) -> apsw.Connection:
    if member.seekable:
        if os.path.exists(f"{path}-wal") and os.path.getsize(f"{path}-wal") > 0:
            raise BadInput(
                f"{shown(member.name)} has changes in its write-ahead log; close the program that "
                "uses it, or run `PRAGMA wal_checkpoint(TRUNCATE)`, and try again."
            )
        flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
        db = apsw.Connection(
            f"file:{quote(os.path.abspath(path))}?mode=ro&immutable=1", flags=flags
        )
    else:
        db = apsw.Connection(":memory:")
        db.deserialize("main", in_memory(member, "SQLite database"))
    db.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
    db.config(apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
    db.execute("PRAGMA query_only=ON; PRAGMA cell_size_check=ON; PRAGMA mmap_size=0")
    db.limit(apsw.SQLITE_LIMIT_LENGTH, 64 << 20)
    return db


def _table(db: apsw.Connection, table: str) -> Table:
    info = db.execute("SELECT name, type, pk FROM pragma_table_info(?)", (table,)).fetchall()
    check_width(len(info), shown(table))
    keys = [row[0] for row in info if row[2]]
    notes: list[str] = []
    headers = distinct_headers([str(row[0]) for row in info], notes)
    rows = _count(db, table)
    columns = tuple(
        Column(header, _affinity(str(row[1])) if rows == 0 else None, key=[row[0]] == keys)
        for header, row in zip(headers, info, strict=True)
    )
    selected = ", ".join(_selected(db, table, str(row[0]), str(row[1])) for row in info)
    # Identifiers come from the file's own schema, quoted; there is no value here.
    sql = f"SELECT {selected} FROM {_quoted(table)}"  # noqa: S608 - quoted

    key = next((n for n, column in enumerate(columns) if column.key), None)

    def batches() -> Iterator[Batch]:
        line = 1
        try:
            cursor = db.execute(sql)
            while rows := list(islice(cursor, BATCH_ROWS)):
                plain: list[Sequence[Any]] = [list(map(_plain, row)) for row in rows]
                if key is not None:
                    plain = [_whole(row, key) for row in plain]
                yield Batch(plain, range(line, line + len(rows)))
                line += len(rows)
        except (apsw.Error, UnicodeDecodeError, MemoryError) as bad:
            raise Cut(f"after row {line - 1} the database is damaged: {_brief(bad)}") from None

    return Table(
        table,
        columns,
        True,
        batches,
        rows=rows,
        notes=notes,
        foreign=_foreign(db, table),
    )


#: part of a declared type -> our type, the first that fits (https://sqlite.org/datatype3.html §3.1)
_AFFINITIES: Final = (
    ("BOOL", "bool"),
    ("INT", "int"),
    ("CHAR", "text"),
    ("CLOB", "text"),
    ("TEXT", "text"),
    ("DATETIME", "time"),
    ("TIMESTAMP", "time"),
    ("DATE", "date"),
    ("REAL", "float"),
    ("FLOA", "float"),
    ("DOUB", "float"),
    ("NUM", "float"),
    ("DEC", "float"),
)


def _affinity(declared: str) -> tuple[str, str, int]:
    """What a table without rows would hold: SQLite's word for it is all there is."""
    wanted = declared.upper()
    return next((kind for part, kind in _AFFINITIES if part in wanted), "text"), "", 0


def _selected(db: apsw.Connection, table: str, name: str, declared: str) -> str:
    """Nothing written among numbers or times is nothing known, not a text."""
    column = _quoted(name)
    if _affinity(declared)[0] == "text":
        return column
    some = f"SELECT 1 FROM {_quoted(table)} WHERE {column} <> '' LIMIT 1"  # noqa: S608 - quoted
    try:
        return f"nullif({column}, '')" if db.execute(some).get else column
    except apsw.Error:
        return column  # damaged: reading it will say where


def _count(db: apsw.Connection, table: str) -> int | None:
    try:
        return int(db.execute(f"SELECT count(*) FROM {_quoted(table)}").get)  # noqa: S608 - quoted
    except apsw.Error:
        return None


def _foreign(db: apsw.Connection, table: str) -> tuple[Foreign, ...]:
    found: dict[int, list[Any]] = {}
    rows = db.execute(
        'SELECT id, "table", "from", "to" FROM pragma_foreign_key_list(?) ORDER BY id, seq',
        (table,),
    )
    for key, target, source, to in rows:
        found.setdefault(key, [target, [], []])
        found[key][1].append(source)
        found[key][2].append(to or "")
    return tuple(Foreign(tuple(f), t, tuple(to)) for t, f, to in found.values())


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _whole(row: Sequence[Any], key: int) -> Sequence[Any]:
    """A key declared REAL mostly holds whole numbers: then its values are integers, as what refers
    to them writes them."""
    value = row[key]
    if type(value) is not float or not value.is_integer():
        return row
    return [*row[:key], int(value), *row[key + 1 :]]


def _plain(value: Any) -> Any:
    if type(value) is bytes:
        return base64.b64encode(value).decode()
    if type(value) is float and not math.isfinite(value):
        return None
    return value


def _brief(bad: BaseException) -> str:
    return str(bad).splitlines()[0][:120] if str(bad) else type(bad).__name__
