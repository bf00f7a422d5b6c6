"""A log of many entries, made from its size alone: as one Parquet file that DuckDB writes, and as
records of the domain `logs`, in segments or where a benchmark moves them.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa

from mcp_servers.ports import Draft
from mcp_servers.segments import PHYSICAL, Segment, State, folder_of
from mcp_servers.stores import parquet_bytes
from mcp_servers.stores import sqlite_ledger as ledger
from mcp_servers.stores.arrow import ARROW
from mcp_servers.stores.spans import spans_of
from mcp_servers.stores.sqlite_writer import Transaction
from mcp_servers.tiered import Tiered, open_store
from registry.clock import SystemClock
from registry.domain import DomainSpec, load_spec
from registry.limits import SEGMENT_ROWS_MAX
from registry.settings import configs_dir

TENANT: Final = "default"
ADDRESS: Final = "logs.entries"
MONTHS: Final = [f"{2024 + n // 12}-{1 + n % 12:02}" for n in range(21)]  # the last: past the end
_ENTRIES: Final = """
SELECT 'e' || lpad(i::VARCHAR, 9, '0') AS id,
       TIMESTAMP '2024-01-01' + to_microseconds(i * (20 * 30 * 86400000000 // $rows)) AS "at",
       ['api', 'auth', 'billing', 'exporter', 'mailer', 'search', 'worker']
         [1 + (hash(i) % 7)::INT] AS service,
       ['debug', 'info', 'info', 'info', 'info', 'info', 'warning', 'warning', 'error', 'fatal']
         [1 + (hash(i, 1) % 10)::INT] AS level,
       'request ' || (hash(i, 2) % 100000) || ' to shelf ' || (hash(i, 3) % 97)
         || ' took word' || (hash(i, 4) % 5000) || ' and word' || (hash(i, 5) % 5000) AS message,
       'host-' || (hash(i, 6) % 40) AS host,
       'r' || (i // 3) AS request,
       CASE WHEN hash(i, 7) % 5 > 0 THEN 'u-' || (hash(i, 8) % 20000) END AS "user",
       (hash(i, 9) % 3000)::BIGINT AS duration_ms
FROM range($rows) AS numbers(i)
"""


def spec() -> DomainSpec:
    return load_spec(configs_dir() / "domains" / "logs.yaml")


def opened(folder: Path) -> Tiered:
    """The store of the domain in a data folder."""
    return open_store(spec(), folder, SystemClock())


def plain(path: Path, rows: int) -> None:
    """The entries in one Parquet file, as DuckDB writes it by itself."""
    connection = duckdb.connect()
    connection.execute(f"COPY ({_ENTRIES}) TO '{path}' (FORMAT parquet)", {"rows": rows})
    connection.close()


async def fill(store: Tiered, path: Path) -> int:
    """The entries of that file as segments; how many."""
    made = 0
    for bucket, entries in _months(path):
        for first in range(0, len(entries), SEGMENT_ROWS_MAX):
            segment = _written(store, bucket, entries.slice(first, SEGMENT_ROWS_MAX))
            await store.mover.store.change(partial(_entered, segment=segment))
            made += 1
    return made


async def warm(store: Tiered, rows: int) -> int:
    """So many of the newest entries, whole segments of them, become rows; how many."""
    moved = 0
    for segment in sorted(await store.mover.segments(), key=lambda s: s.bucket, reverse=True):
        if moved < rows and segment.count:
            moved += (await store.mover.warm(segment.number)).rows
    return moved


async def rewrite(store: Tiered, path: Path, every: int) -> int:
    """Every so many entries are stored again with another request, and so as rows; how many."""
    connection = duckdb.connect()
    sql = f"SELECT * FROM read_parquet('{path}') WHERE right(id, 9)::BIGINT % {every} = 0"
    found = _physical(connection.sql(sql).to_arrow_table()).to_pylist()
    names = _kinds()
    drafts = [
        Draft(row["id"], {**{name: row[name] for name in names}, "request": "new"}) for row in found
    ]
    for first in range(0, len(drafts), 5_000):
        some = drafts[first : first + 5_000]
        await store.write(TENANT, ADDRESS, some, on_conflict="update")
    return len(drafts)


def _months(path: Path) -> Iterator[tuple[str, pa.Table]]:
    connection = duckdb.connect()
    for month, following in pairwise(MONTHS):
        sql = (
            f"SELECT * FROM read_parquet('{path}') WHERE \"at\" >= TIMESTAMP '{month}-01'"
            f' AND "at" < TIMESTAMP \'{following}-01\' ORDER BY "at", id'
        )
        yield month, _physical(connection.sql(sql).to_arrow_table())
    connection.close()


def _physical(table: pa.Table) -> pa.Table:
    """Entries as an object holds them."""
    count = len(table)
    columns = {
        "id": table.column("id"),
        "version": pa.array([1] * count, pa.int64()),
        "_seq": pa.array([1] * count, pa.int64()),
        "extra": pa.nulls(count, pa.string()),
    }
    for name, kind in _kinds().items():
        columns[name] = table.column(name).cast(ARROW[kind])
    return pa.table(columns)


def _kinds() -> dict[str, str]:
    fields = spec().collections["entries"].fields
    return {name: PHYSICAL[field.type] for name, field in fields.items()}


def _written(store: Tiered, bucket: str, entries: pa.Table) -> Segment:
    """An object of these entries, not yet in the ledger."""
    data = parquet_bytes.bytes_of(entries)
    checksum, count = parquet_bytes.checksum_of(data), len(entries)
    name = f"entries/{folder_of(TENANT)}/{bucket}/{checksum}.parquet"
    size = store.mover.cold.objects.put(name, lambda path: _write(path, data))
    segment = Segment(
        0, name, TENANT, "entries", bucket, State.COLD, count, count, 0, size, checksum,
        _kinds(), spans_of(entries),
    )  # fmt: skip
    store.mover.cold.shelf.prepare(segment, ())
    return segment


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def _entered(transaction: Transaction, *, segment: Segment) -> None:
    ledger.enter(transaction.connection, segment, transaction.now_us)
