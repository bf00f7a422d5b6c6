"""Records per second of a CSV that goes straight to segments, against DuckDB's conversion of it.

The file has five columns (time, text, two ints, a float); a load of it ends with segments, their
key sidecars and the ledger on disk. Once with a key column, once without (a row's id is the hash of
what it holds, which costs that hash), once with the text searched (which costs the word index).
DuckDB's is `COPY (SELECT * FROM read_csv) TO` Parquet with zstd, before and after each load.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio
import duckdb

from benchmarks.house import scratch
from benchmarks.measure import options, peak_mb, publish, rounded
from mcp_servers.loading.load import load
from mcp_servers.tiered import open_store
from registry.clock import SystemClock
from registry.domain import DomainSpec, parse_spec
from registry.shape.mapping import Mapping, To
from tests.sources import TENANT, stage

_ROWS = """
SELECT TIMESTAMP '2024-01-01' + INTERVAL (i * 13) SECOND AS at,
       'sensor-' || (i * 2654435761 % 5003) AS name,
       i * 31 % 9 AS quantity, i AS n, (i * 7919 % 100000 / 100)::DOUBLE AS value
FROM range(?) AS numbers(i)
"""
_FIELDS = ("at", "name", "quantity", "n", "value")
_CASES: dict[str, dict[str, Any]] = {"keyed": {"key": "n"}, "hashed": {}, "searched": {"key": "n"}}


def generate(path: Path, rows: int) -> None:
    connection = duckdb.connect()
    connection.execute(f"CREATE TABLE t AS {_ROWS}", [rows])
    connection.execute(f"COPY t TO '{path}' (HEADER)")
    connection.close()


def spec(case: str) -> DomainSpec:
    text = {"type": "text", "search": case == "searched"}
    fields = {"at": {"type": "time"}, "name": text, "quantity": {"type": "int"},
              "n": {"type": "int"}, "value": {"type": "float"}}  # fmt: skip
    collection = {"time": "at", "fields": fields, **_CASES[case]}
    return parse_spec({"domain": "plant", "tier": "cold", "collections": {"points": collection}})


def duck(path: Path) -> tuple[float, float]:
    """DuckDB's seconds, and its seconds of work."""
    connection = duckdb.connect()
    began, worked = time.perf_counter(), cpu()
    target = path.with_suffix(".parquet")
    connection.execute(
        f"COPY (SELECT * FROM read_csv('{path}')) TO '{target}' (FORMAT parquet, COMPRESSION zstd)"
    )
    spent, worked = time.perf_counter() - began, cpu() - worked
    connection.close()
    return spent, worked


async def one(folder: Path, case: str, path: Path, rows: int) -> dict[str, Any]:
    clock, data = SystemClock(), folder / case
    store = open_store(spec(case), data, clock)
    mapping = Mapping({name: To(name) for name in _FIELDS})
    try:
        handle = stage(data, path).handle
        before = duck(path)
        with watched() as peaks:
            began, worked = time.perf_counter(), cpu()
            receipt = await load(
                store, store.spec, folder=data, tenant=TENANT, handle=handle, table=None,
                collection="points", mapping=mapping, on_conflict="error", clock=clock,
            )  # fmt: skip
            spent, worked = time.perf_counter() - began, cpu() - worked
        after = duck(path)
        cold, size = await store.cold(TENANT, "points")
    finally:
        await store.close()
    if (receipt.accepted, receipt.tier, cold) != (rows, "cold", rows):
        raise RuntimeError(f"{rows} rows went in as {receipt}, {cold} of them cold")
    own, own_work = ((one + other) / 2 for one, other in zip(before, after, strict=True))
    return {
        "records_per_s": round(rows / spent),
        "cpu_us_per_record": rounded(worked / rows * 1e6),
        "duckdb_rows_per_s": round(rows / own),
        "duckdb_cpu_us_per_row": rounded(own_work / rows * 1e6),
        "of_duckdb": rounded(own / spent),
        "of_duckdb_by_cpu": rounded(own_work / worked),
        "bytes_per_record": rounded(size / rows),
        "rss_mb": peaks,
    }


def cpu() -> float:
    """Seconds of work of this process and of the children that ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


@contextmanager
def watched() -> Iterator[dict[str, int]]:
    """The most MB resident of this process and of a child, while the block runs. Only Linux
    tells."""
    peaks: dict[str, int] = {}
    if not Path("/proc/self/clear_refs").exists():
        yield peaks
        return
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak so far
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.05):
            for child in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split():
                peaks["child"] = max(peaks.get("child", 0), peak_mb(child))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield peaks
    finally:
        done.set()
        watcher.join()
        peaks["process"] = peak_mb("self")


def main() -> None:
    given = options(__doc__, rows=(1_000_000, 3_000, "rows of the CSV"))

    async def run() -> dict[str, Any]:
        with scratch(given.scratch) as folder:
            path = folder / "points.csv"
            generate(path, given.rows)
            found = {case: await one(folder, case, path, given.rows) for case in _CASES}
            return {"rows": given.rows, "bytes": path.stat().st_size, **found}

    publish("bulk", anyio.run(run))


if __name__ == "__main__":
    main()
