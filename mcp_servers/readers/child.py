"""The process that opens foreign files: `python -m mcp_servers.readers.child`.

One job comes in on stdin as a JSON line; messages go out on stdout, one JSON line each: `head`,
then `rows`, `columns` or `tally`, then `end`, or `error` at any point; behind a `columns` line
stand the bytes it tells of. It starts by taking rights from itself (memory, processor time, no file
may grow), opens one file read-only, and writes nothing but its stdout. A hostile file can at worst
kill this process.
"""

from __future__ import annotations

import gc
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import islice
from typing import Any

import orjson

from mcp_servers.readers.rows import Job, Maker
from mcp_servers.readers.source import open_source
from mcp_servers.readers.table import Batch, Cut, Source, Table
from mcp_servers.readers.unpack import layer
from registry import limits
from registry.errors import BadInput, Bug, Conflict, IsothermError, TooLarge, shown
from registry.shape.headers import looks_like_key
from registry.shape.infer import SKETCHED_COLUMNS_MAX, Tally

Message = dict[str, Any]
_EXPANDS = 5  # times its packed size, a usual file
_TOO_MUCH = TooLarge("The file needs more memory than reading may take; split or simplify it.")


def main() -> int:
    """Read the job, answer it. The exit code says nothing; the messages do."""
    job = orjson.loads(sys.stdin.buffer.readline())
    # Rows form no cycles, and looking for some costs a fifth of the time.
    gc.disable()
    _limit(job["memory_bytes_max"], job["cpu_seconds_max"])
    out = sys.stdout.buffer
    try:
        for message in answer(job):
            body = message.pop("body", ())
            out.write(orjson.dumps(message))
            out.write(b"\n")
            out.writelines(body)
            out.flush()
    except BrokenPipeError:
        return 1
    return 0


def answer(job: Message) -> Iterator[Message]:
    """All messages of a job; failures are a message too."""
    try:
        yield from _answer(job)
    except Cut as cut:
        yield {"t": "end", "cut": str(cut)}
    except IsothermError as no:
        yield {"t": "error", "error": no.to_dict()}
    except MemoryError:
        yield {"t": "error", "error": _TOO_MUCH.to_dict()}
    except RecursionError:
        yield {"t": "error", "error": BadInput("The file is nested too deeply.").to_dict()}
    except Exception as bad:
        refusal = Bug(f"The reader failed on this file ({type(bad).__name__}).")
        yield {"t": "error", "error": refusal.to_dict()}


def _limit(memory_bytes_max: int, cpu_seconds_max: int) -> None:
    # Windows has no such limits; there the parent's idle deadline and caps remain.
    if sys.platform == "win32":
        return
    import resource

    for what, bound in (
        (resource.RLIMIT_AS, memory_bytes_max),
        (resource.RLIMIT_CPU, cpu_seconds_max),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        lower = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
        resource.setrlimit(what, (lower, lower))


def _answer(job: Message) -> Iterator[Message]:
    _check_pin(job)
    with ExitStack() as opened:
        source = Source(job["path"], job["name"], job["bytes"], opened)
        yield from _read(job, *open_source(source, job["format"]))


def _read(job: Message, format: str, tables: list[Table]) -> Iterator[Message]:
    if job["mode"] == "load":
        table = _choose(tables, job["table"])
        bulk = _is_bulk(table, job)
        head = {"format": format, "table": table.name, "notes": table.notes, "bulk": bulk}
        yield {"t": "head", **head}
        yield from (_columns if bulk else _load)(table, Job.from_wire(job["job"]), job["skip"])
    else:
        chosen = tables if job["table"] is None else [_choose(tables, job["table"])]
        yield {"t": "head", "format": format, "tables": [table.to_wire() for table in chosen]}
        for index, table in enumerate(chosen):
            yield from _look(index, table, job)
    yield {"t": "end"}


def _check_pin(job: Message) -> None:
    """Is it still the file that was staged? Nothing but a regular file is ever opened."""
    found = os.stat(job["path"], follow_symlinks=False)
    if not stat.S_ISREG(found.st_mode) or (
        (found.st_size, found.st_mtime_ns) != (job["bytes"], job["mtime_ns"])
    ):
        raise Conflict(f"{shown(job['name'])} changed since it was staged; ingest it again.")


def _choose(tables: list[Table], name: str | None) -> Table:
    if name is None and len(tables) == 1:
        return tables[0]
    for table in tables:
        if table.name == name:
            return table
    names = ", ".join(table.name for table in tables[:40])
    raise BadInput(f"No table {shown(name or '')} in the source; there are {names}.")


def _load(table: Table, job: Job, skip: int) -> Iterator[Message]:
    maker = Maker(job, table)
    seen = 0
    yield {"t": "fields", "fields": maker.fields}
    for batch in table.batches():
        if seen + batch.count <= skip:
            maker.skip(batch)
            seen += batch.count
            yield {"t": "alive", "rows": seen}
            continue
        seen += batch.count
        yield {"t": "rows", **maker.make(batch)}


def _is_bulk(table: Table, job: Message) -> bool:
    """Whether the source has more rows, about, than the caller wants one by one."""
    most: int | None = job.get("rows_max")
    if most is None:
        return False
    if table.rows is not None or most < 0:
        return most < 0 or (table.rows or 0) > most
    with open(job["path"], "rb") as file:
        packed = layer(file.read(8)) is not None
    about: int = job["bytes"] * (_EXPANDS if packed else 1)
    return about > most * _row_bytes(table)


def _row_bytes(table: Table) -> int:
    """Of the first rows, on average."""
    try:
        rows = next(iter(table.batches())).rows[: limits.PEEK_ROWS_MAX]
    except (Cut, StopIteration, IsothermError):
        rows = []
    keys = sum(len(column.header) for column in table.columns) if table.keyed else 0
    return max(1, keys + len(orjson.dumps(rows)) // max(1, len(rows)))


def _columns(table: Table, job: Job, skip: int) -> Iterator[Message]:
    # Arrow is heavy: only a bulk load pays for it
    from mcp_servers.readers.columns import Columns

    columns = Columns(job, table)
    yield {"t": "fields", "fields": columns.fields}
    for made in columns.all(table, skip):
        yield made.message()


def _look(index: int, table: Table, job: Message) -> Iterator[Message]:
    """Tallies of a table's columns: over a sample, or over all rows."""
    tallies = [
        Tally(
            typed=table.typed,
            declared=column.declared,
            watch_unique=column.key or looks_like_key(column.header),
            sketched=len(table.columns) <= SKETCHED_COLUMNS_MAX,
        )
        for column in table.columns
    ]
    sample: list[list[Any]] = []
    rows = bad = 0
    cut: str | None = None
    reasons: list[tuple[int, str]] = []
    late: dict[str, Tally] = {}
    whole = True
    try:
        for batch in table.batches():
            if not job["full"] and rows >= limits.PEEK_ROWS_MAX:
                whole = False
                break
            _add(tallies, table, batch, late, job)
            rows += len(batch.rows)
            bad += len(batch.faults)
            reasons += batch.faults[: limits.REASONS_MAX - len(reasons)]
            sample += map(list, islice(batch.rows, max(0, job["sample"] - len(sample))))
            if job["full"]:
                yield {"t": "alive", "rows": rows}
    except Cut as short:
        cut = str(short)
    yield {
        "t": "tally",
        "table": index,
        "rows": rows,
        "whole": whole,
        "bad": bad,
        "reasons": reasons,
        "cut": cut,
        "notes": table.notes,
        "columns": [tally.to_wire() for tally in tallies],
        "late": {header: tally.to_wire() for header, tally in late.items()},
        "sample": [[_shorten(cell) for cell in row] for row in sample],
    }


def _add(
    tallies: list[Tally], table: Table, batch: Batch, late: dict[str, Tally], job: Message
) -> None:
    rows = batch.rows if job["full"] else batch.rows[: limits.PEEK_ROWS_MAX]
    for tally, cells in zip(tallies, zip(*rows, strict=True), strict=False):
        tally.add(cells)
    for spill in batch.spill or ():
        for header, value in (spill or {}).items():
            # Keys that the head lacks: few, or the file has no columns to speak of.
            if header in late or len(late) + len(tallies) < limits.COLUMNS_MAX:
                late.setdefault(header, Tally(typed=True)).add([value])


def _shorten(cell: Any) -> Any:
    if isinstance(cell, str):
        return cell[:200]
    if isinstance(cell, int) and not -(2**53) <= cell <= 2**53:
        return str(cell)
    return str(cell)[:200] if isinstance(cell, (dict, list)) else cell


if __name__ == "__main__":
    sys.exit(main())
