"""Rows per second of ingesting a file nobody has seen, against DuckDB's own reader of it.

The file is generated from its size alone. `isotherm` is the whole trip as an agent would start it:
guard, shape, a domain made for the file, parsing in a limited child, typed rows with key and search
index on disk. DuckDB's is `CREATE TABLE AS` in memory, and `COPY TO` Parquet on disk.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, Literal

import anyio
import duckdb

from benchmarks.house import scratch
from benchmarks.measure import options, publish, rounded
from orchestrator.client import Client, connect
from registry.settings import Settings

Kind = Literal["csv", "parquet"]
_ROWS = """
SELECT i AS order_no,
       'C-' || (i * 2654435761 % 5003) AS customer,
       ['new', 'paid', 'sent', 'returned'][1 + i * 40503 % 4] AS status,
       (i * 7919 % 100000 / 100)::DECIMAL(9, 2) AS amount,
       1 + i * 31 % 9 AS quantity,
       TIMESTAMP '2025-01-01' + INTERVAL (i * 37 % 31536000) SECOND AS placed_at,
       'Order ' || i || ' for shelf ' || (i * 13 % 97) AS note
FROM range(?) AS numbers(i)
"""


def generate(path: Path, rows: int) -> None:
    """A file of orders, by the suffix of its name."""
    connection = duckdb.connect()
    connection.execute(f"CREATE TABLE orders AS {_ROWS}", [rows])
    how = "(HEADER)" if path.suffix == ".csv" else "(FORMAT parquet)"
    connection.execute(f"COPY orders TO '{path}' {how}")
    connection.close()


def duck(path: Path) -> dict[str, float]:
    """DuckDB's seconds for the same file."""
    connection = duckdb.connect()
    reader = "read_csv" if path.suffix == ".csv" else "read_parquet"
    began = time.perf_counter()
    connection.execute(f"CREATE TABLE orders AS SELECT * FROM {reader}('{path}')")
    table = time.perf_counter() - began
    began = time.perf_counter()
    target = path.with_suffix(".copy")
    connection.execute(f"COPY (SELECT * FROM {reader}('{path}')) TO '{target}' (FORMAT parquet)")
    copy = time.perf_counter() - began
    connection.close()
    return {"table": table, "copy": copy}


async def ingested(client: Client, path: Path) -> tuple[float, dict[str, Any]]:
    """(s, the first receipt)"""
    began = time.perf_counter()
    outcome = await client.ingest(path=str(path))
    spent = time.perf_counter() - began
    return spent, (outcome.get("receipts") or [outcome])[0]


async def one(folder: Path, kind: Kind, rows: int) -> dict[str, Any]:
    """Figures of one file: DuckDB before and after, so that both see the same machine."""
    path = folder / f"{kind}_orders.{kind}"
    generate(path, rows)
    before = duck(path)
    settings = Settings(data=folder / kind, roots=(folder,))
    async with connect(settings) as client:
        spent, receipt = await ingested(client, path)
        again, repeated = await ingested(client, path)
    after = duck(path)
    table, copy = ((before[name] + after[name]) / 2 for name in ("table", "copy"))
    if receipt["accepted"] != rows or repeated["accepted"]:
        raise RuntimeError(f"{rows} rows went in as {receipt}, then {repeated}")
    return {
        "rows": rows,
        "bytes": path.stat().st_size,
        "collection": receipt["collection"],
        "isotherm_rows_per_s": round(rows / spent),
        "again_s": rounded(again),
        "duckdb_table_rows_per_s": round(rows / table),
        "duckdb_copy_rows_per_s": round(rows / copy),
        "of_duckdb_table": rounded(table / spent),
        "of_duckdb_copy": rounded(copy / spent),
    }


def main() -> None:
    given = options(
        __doc__,
        rows=(1_000_000, 2_000, "rows of the CSV"),
        parquet_rows=(200_000, 2_000, "rows of the Parquet file"),
    )

    async def run() -> dict[str, Any]:
        with scratch(given.scratch) as folder:
            return {
                "csv": await one(folder, "csv", given.rows),
                "parquet": await one(folder, "parquet", given.parquet_rows),
            }

    publish("ingest", anyio.run(run))


if __name__ == "__main__":
    main()
