"""What kind of file is it? By its content first, by its name where content does not tell; then the
right reader.

A file whose content is not what its name or the caller says is refused: guessing would store
nonsense.
"""

from __future__ import annotations

import re
from typing import Final

from mcp_servers.readers.csv_reader import read_csv
from mcp_servers.readers.json_reader import read_json, read_json_lines
from mcp_servers.readers.parquet_reader import MAGIC as PARQUET
from mcp_servers.readers.parquet_reader import read_parquet
from mcp_servers.readers.sqlite_reader import MAGIC as SQLITE
from mcp_servers.readers.sqlite_reader import read_sqlite
from mcp_servers.readers.table import Cut, Source, Table
from mcp_servers.readers.unpack import Member, members
from registry.errors import BadInput, shown

FORMATS: Final = ("csv", "json", "jsonl", "parquet", "sqlite")
_SUFFIXES: Final = {
    "csv": "csv",
    "tsv": "csv",
    "tab": "csv",
    "txt": "csv",
    "json": "json",
    "geojson": "json",
    "jsonl": "jsonl",
    "ndjson": "jsonl",
    "parquet": "parquet",
    "pq": "parquet",
    "sqlite": "sqlite",
    "sqlite3": "sqlite",
    "db": "sqlite",
}
_MARKUP: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:\?xml|!doctype|html|svg)", re.IGNORECASE)
_NOT_DATA: Final = (
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"\xd0\xcf\x11\xe0", "an old Office file"),
    (b"ARROW1", "an Arrow file"),
    (b"Obj\x01", "an Avro file"),
    (b"ORC", "an ORC file"),
)


def open_source(source: Source, format: str | None) -> tuple[str, list[Table]]:
    """(format, tables) of a file; `BadInput` says what is wrong with it."""
    if source.bytes == 0:
        raise BadInput(f"{shown(source.name)} is empty.")
    found: list[str] = []
    tables: list[Table] = []
    for member in members(source):
        kind = detect(member, format)
        found.append(kind)
        tables += _read(member, kind, source)
    _name_apart(tables)
    return "+".join(dict.fromkeys(found)), tables


def detect(member: Member, format: str | None) -> str:
    """The format of a stream. `format` is what the caller says, and must be true."""
    with member.open() as stream:
        try:
            head = stream.read(4_096)
        except Cut as cut:
            raise BadInput(f"{shown(member.name)}: {cut}; fetch it again.") from None
    suffix = re.search(r"\.([a-z0-9]+)$", member.name.lower())
    claimed = format or _SUFFIXES.get(suffix.group(1) if suffix else "")
    magic = "parquet" if head.startswith(PARQUET) else None
    magic = "sqlite" if head.startswith(SQLITE) else magic
    if magic is not None or claimed in ("parquet", "sqlite"):
        return _agree(magic, claimed, member.name)
    _refuse_binary(head, member.name)
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    looks_json = start in (b"{", b"[")
    if claimed in ("json", "jsonl"):
        if not looks_json:
            raise BadInput(f"{shown(member.name)} is said to be JSON, but does not begin like it.")
        return claimed
    if claimed is None and looks_json:
        return "json"
    return "csv"


def _agree(magic: str | None, claimed: str | None, name: str) -> str:
    if magic is None or (claimed is not None and claimed != magic):
        what = {"parquet": "Parquet", "sqlite": "a SQLite database", None: "something else"}[magic]
        said = {"parquet": "Parquet", "sqlite": "a SQLite database"}.get(claimed or "", claimed)
        raise BadInput(f"{shown(name)} is said to be {said}, but its content is {what}.")
    return magic


def _refuse_binary(head: bytes, name: str) -> None:
    for magic, what in _NOT_DATA:
        if head.startswith(magic):
            raise BadInput(
                f"{shown(name)} is {what}; give CSV, JSON, JSON Lines, Parquet or SQLite."
            )
    if _MARKUP.match(head):
        raise BadInput(f"{shown(name)} is XML or HTML; give the data as CSV or JSON.")
    utf16 = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    zeros = head.count(b"\x00")
    if zeros and not utf16 and not _every_second(head, zeros):
        control = sum(byte < 9 or 13 < byte < 27 for byte in head)
        if control > max(8, len(head) // 20):
            raise BadInput(
                f"{shown(name)} is binary data of no known format; "
                "give CSV, JSON, JSON Lines, Parquet or SQLite."
            )


def _every_second(head: bytes, zeros: int) -> bool:
    """UTF-16 without a mark: nearly every second byte is zero, on one side only."""
    return zeros >= len(head) // 3 and 0 in (head[::2].count(0), head[1::2].count(0))


def _read(member: Member, kind: str, source: Source) -> list[Table]:
    stem = member.name.rsplit(".", 1)[0] or member.name
    if kind == "csv":
        tab = member.name.lower().endswith((".tsv", ".tab"))
        return [read_csv(stem, member.open, prefer="\t" if tab else None)]
    if kind == "jsonl":
        return [read_json_lines(stem, member.open)]
    if kind == "json":
        return read_json(stem, member.open)
    if kind == "parquet":
        return [read_parquet(stem, member, source.opened)]
    return read_sqlite(stem, member, source)


def _name_apart(tables: list[Table]) -> None:
    """Members of an archive may carry the same name in different folders."""
    taken: set[str] = set()
    for table in tables:
        base, count = table.name, 1
        while table.name in taken:
            count += 1
            table.name = f"{base} {count}"
        taken.add(table.name)
