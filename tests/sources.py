"""Sources for the tests of reading and loading: staged files, and what reading them gives."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from random import Random
from typing import Any

from mcp_servers.loading.load import job_of
from mcp_servers.loading.staging import Staged, Staging
from mcp_servers.readers.child import answer
from registry.catalog import Catalogue
from registry.clock import SystemClock
from registry.errors import from_dict
from registry.shape.propose import Proposal, propose
from registry.shape.shape import Shape, shape_of

TENANT = "default"


def stage(folder: Path, path: Path, *, format: str | None = None) -> Staged:
    """A file pinned in a data folder, by its own folder as root."""
    staging = Staging(folder, clock=SystemClock(), rng=Random(str(path)), roots=[path.parent])
    return staging.stage_path(TENANT, str(path), format=format)


def write(folder: Path, name: str, body: str | bytes) -> Path:
    """A file in the folder."""
    path = folder / name
    path.write_bytes(body.encode() if isinstance(body, str) else body)
    return path


def messages(path: Path, *, format: str | None = None, **job: Any) -> list[dict[str, Any]]:
    """What the child would say, said in this process; its error is raised."""
    stat = path.stat()
    order = {
        "path": str(path),
        "name": path.name,
        "bytes": stat.st_size,
        "mtime_ns": stat.st_mtime_ns,
        "format": format,
        "table": None,
        **job,
    }
    out = list(answer(order))
    if out and out[-1]["t"] == "error":
        raise from_dict(out[-1]["error"])
    return out


def look(path: Path, *, format: str | None = None, full: bool = True) -> list[dict[str, Any]]:
    """The tables of a source with the evidence about their columns."""
    said = messages(path, format=format, mode="look", full=full, sample=5)
    tables: list[dict[str, Any]] = said[0]["tables"]
    for tally in (m for m in said if m["t"] == "tally"):
        table = tables[tally["table"]]
        for column, evidence in zip(table["columns"], tally["columns"], strict=True):
            column["evidence"] = evidence
        kept = {name: tally[name] for name in ("whole", "bad", "reasons", "notes", "cut", "sample")}
        table |= kept | {"rows": tally["rows"]}
    return tables


def shapes(path: Path, *, format: str | None = None) -> list[Shape]:
    return [shape_of(table) for table in look(path, format=format)]


def proposal(path: Path, name: str = "thing") -> Proposal:
    """The domain that a source would make in an empty house."""
    return propose(shapes(path), name, Catalogue([]))


def records(path: Path, table: str | None = None) -> tuple[list[dict[str, Any]], list[Any]]:
    """(records with canonical values and their id, [(line, reason)]) of one table, under its own proposal."""
    made = proposal(path)
    name, mapping = made.tables[table or next(iter(made.tables))]
    job = job_of(made.spec.collections[name], mapping, {})
    said = messages(path, mode="load", table=table, skip=0, job=job.to_wire())
    fields = next(m["fields"] for m in said if m["t"] == "fields")
    out: list[dict[str, Any]] = []
    bad: list[Any] = []
    for message in (m for m in said if m["t"] == "rows"):
        cells = zip(*message["columns"], strict=True) if fields else [()] * len(message["ids"])
        for key, row in zip(message["ids"], cells, strict=True):
            out.append({"id": key, **dict(zip(fields, row, strict=True))})
        bad += [tuple(reason) for reason in message["reasons"]]
    return out, bad


def sqlite_bytes(folder: Path, *statements: str) -> bytes:
    """A database file made of these statements."""
    path = folder / "made.sqlite"
    db = sqlite3.connect(path)
    for statement in statements:
        db.execute(statement)
    db.commit()
    db.close()
    return path.read_bytes()
