"""Questions and point reads over a log in its tiers, against DuckDB over one Parquet file of it.

At each size the log lies all in segments, then its newest entries in rows as many as the policy
lets there be, then some of the old ones there too, with dead copies in their segments. Both sides
answer every question, and their answers are compared before they are timed.
"""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any, Final

import anyio
import duckdb
import orjson

from benchmarks import history
from benchmarks.house import SEED, calling, scratch
from benchmarks.measure import (
    ROOT,
    Op,
    Timed,
    interleaved,
    options,
    peak_mb,
    publish,
    rounded,
)
from mcp_servers.tiered import Tiered
from orchestrator.client import connect
from registry.limits import ROWS_STORED_MAX, SCAN_THREADS_MAX
from registry.plan import parse_plan
from registry.settings import Settings

SIZES: Final = (100_000, 1_000_000, 10_000_000)
REWRITTEN_EVERY: Final = 200  # entries; 5,000 of them at most
_AT: Final = '"at"'
_WINDOW: Final = {
    "op": "and",
    "args": [
        {"op": ">=", "field": "at", "value": "2024-06-10T00:00:00Z"},
        {"op": "<", "field": "at", "value": "2024-07-10T00:00:00Z"},
    ],
}
_MEASURES: Final = [{"fn": "count"}, {"fn": "avg", "field": "duration_ms"}]
#: {question: (plan, the same of `log` for DuckDB)}
QUESTIONS: Final[dict[str, tuple[dict[str, Any], str]]] = {
    "grouped in a window": (
        {"group": [{"field": "service"}], "measures": _MEASURES, "where": _WINDOW},
        f"SELECT service, count(*), avg(duration_ms) FROM log WHERE {_AT} >= TIMESTAMP '2024-06-10'"
        f" AND {_AT} < TIMESTAMP '2024-07-10' GROUP BY 1 ORDER BY 1",
    ),
    "grouped": (
        {"group": [{"field": "level"}], "measures": _MEASURES},
        "SELECT level, count(*), avg(duration_ms) FROM log GROUP BY 1 ORDER BY 1",
    ),
    "grouped by month": (
        {
            "group": [{"field": "at", "bucket": "month"}, {"field": "service"}],
            "measures": [{"fn": "count"}, {"fn": "max", "field": "duration_ms"}],
            "limit": 1_000,
        },
        f"SELECT strftime(date_trunc('month', {_AT}), '%Y-%m-%d'), service, count(*),"
        " max(duration_ms) FROM log GROUP BY 1, 2 ORDER BY 1, 2",
    ),
    "grouped where": (
        {
            "group": [{"field": "host"}],
            "measures": _MEASURES,
            "where": {"op": "=", "field": "level", "value": "error"},
        },
        "SELECT host, count(*), avg(duration_ms) FROM log WHERE level = 'error'"
        " GROUP BY 1 ORDER BY 1",
    ),
    "count": ({"measures": [{"fn": "count"}]}, "SELECT count(*) FROM log"),
    "distinct": (
        {"group": [{"field": "service"}], "measures": [{"fn": "distinct", "field": "user"}]},
        'SELECT service, count(DISTINCT "user") FROM log GROUP BY 1 ORDER BY 1',
    ),
    "most frequent": (
        {
            "group": [{"field": "user"}],
            "measures": [{"fn": "count"}],
            "order": [{"by": "count", "desc": True}],
            "limit": 10,
        },
        'SELECT "user", count(*) AS n FROM log GROUP BY 1 ORDER BY n DESC, 1 NULLS LAST LIMIT 10',
    ),
    "newest": (
        {"select": ["id", "message"], "order": [{"by": "at", "desc": True}], "limit": 20},
        f"SELECT id, message FROM log ORDER BY {_AT} DESC, id LIMIT 20",
    ),
    "top": (
        {"select": ["id", "message"], "order": [{"by": "duration_ms", "desc": True}], "limit": 20},
        "SELECT id, message FROM log ORDER BY duration_ms DESC, id LIMIT 20",
    ),
}


def yardstick(path: Path) -> duckdb.DuckDBPyConnection:
    """DuckDB alone, with as many threads as a domain's scans have."""
    connection = duckdb.connect(config={"threads": SCAN_THREADS_MAX})
    connection.execute(f"CREATE VIEW log AS SELECT * FROM read_parquet('{path}')")
    return connection


def cases_of(store: Tiered, duck: duckdb.DuckDBPyConnection) -> dict[str, tuple[Op, Op]]:
    """{question: (ours, DuckDB's)}, each giving its rows."""

    def both(plan: dict[str, Any], sql: str) -> tuple[Op, Op]:
        parsed = parse_plan({"from": history.ADDRESS, **plan})

        async def ours() -> Any:
            return (await store.query(history.TENANT, parsed)).rows

        async def theirs() -> Any:
            return duck.execute(sql).fetchall()

        return ours, theirs

    return {name: both(*question) for name, question in QUESTIONS.items()}


async def agree(cases: dict[str, tuple[Op, Op]]) -> None:
    """Both sides give the same rows."""
    for name, (ours, theirs) in cases.items():
        mine, other = await ours(), await theirs()
        if len(mine) != len(other) or not all(map(_same, mine, other)):
            raise RuntimeError(f"{name}: {mine[:3]} is not {other[:3]}")


def _same(mine: Sequence[Any], other: Sequence[Any]) -> bool:
    return all(
        math.isclose(a, b, rel_tol=1e-6) if isinstance(a, float) else a == b
        for a, b in zip(mine, other, strict=True)
    )


async def asked(store: Tiered, path: Path, *, rounds: int) -> dict[str, Any]:
    """Each question's ms, DuckDB's, and how many times DuckDB's ours are."""
    with yardstick(path) as duck:
        cases = cases_of(store, duck)
        await agree(cases)
        ops = {f"{name} {who}": op for name, ops in cases.items() for who, op in enumerate(ops)}
        timed = await interleaved(ops, rounds=rounds, calls=3)
    return {name: _beside(timed[f"{name} 0"], timed[f"{name} 1"]) for name in cases}


def _beside(ours: Timed, theirs: Timed) -> dict[str, Any]:
    return {
        "ms": ours.report(),
        "duckdb_ms": theirs.report(),
        "over_duckdb": rounded(ours.over(theirs)),
    }


async def read(folder: Path, ids: dict[str, list[str]], *, calls: int) -> dict[str, Any]:
    """ms of reading one record by its id through the orchestrator, in memory, by its tier."""
    async with connect(Settings(data=folder)) as client:
        ops = {
            tier: calling(
                client.mcp, "get", *({"collection": history.ADDRESS, "ids": [id]} for id in some)
            )
            for tier, some in ids.items()
        }
        timed = await interleaved(ops, rounds=3, calls=calls)
    return {tier: found.report() for tier, found in timed.items()}


def ids_of(rows: int, warm: int, calls: int) -> dict[str, list[str]]:
    """Ids of records in segments, in rows, and one that becomes resident."""
    rng = Random(SEED)
    name = "e{:09}".format
    found = {"cold": [name(rng.randrange(rows - warm)) for _ in range(4 * calls)]}
    if warm:
        found["warm"] = [name(rows - 1 - rng.randrange(warm)) for _ in range(4 * calls)]
        found["hot"] = [name(rows - 1)]
    return found


def resident(folder: Path) -> int:
    """MB at most, of a process of its own that answers every question once."""
    line = [sys.executable, "-c", f"from benchmarks import cold; cold.child({str(folder)!r})"]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, check=True)
    return int(orjson.loads(done.stdout)["resident_mb"])


def child(folder: str) -> None:
    """The process that `resident` starts."""

    async def run() -> None:
        store = history.opened(Path(folder))
        for plan, _ in QUESTIONS.values():
            await store.query(history.TENANT, parse_plan({"from": history.ADDRESS, **plan}))
        store.get(history.TENANT, history.ADDRESS, ["e000000001"])
        await store.close()

    anyio.run(run)
    sys.stdout.write(orjson.dumps({"resident_mb": peak_mb("self")}).decode())


async def one(folder: Path, rows: int, *, rounds: int, calls: int) -> dict[str, Any]:
    """All figures of one size."""
    path = folder / "log.parquet"
    history.plain(path, rows)
    store = history.opened(folder)
    found: dict[str, Any] = {"segments": await history.fill(store, path)}
    found["bytes_per_record"] = rounded(_bytes(folder) / rows)
    try:
        found["all_in_segments"] = await asked(store, path, rounds=rounds)
        warm = await history.warm(store, min(ROWS_STORED_MAX, rows // 2))
        found["rows_of_the_cap"] = warm
        found["newest_in_rows"] = await asked(store, path, rounds=rounds)
        found["rewritten"] = await history.rewrite(store, path, max(REWRITTEN_EVERY, rows // 5_000))
        found["mixed"] = await asked(store, path, rounds=rounds)
    finally:
        await store.close()
    found["read_ms"] = await read(folder, ids_of(rows, warm, calls), calls=calls)
    found["resident_mb"] = resident(folder)
    return found


def _bytes(folder: Path) -> int:
    return sum(p.stat().st_size for p in (folder / "objects").rglob("*.parquet"))


def main() -> None:
    given = options(
        __doc__,
        most=(1_000_000, 4_000, "records of the largest size; 10000000 takes some minutes"),
        rounds=(5, 1, "interleaved rounds of each question"),
        reads=(100, 5, "point reads of each tier in a round"),
    )
    sizes = [size for size in SIZES if size <= given.most] or [given.most]

    async def run() -> dict[str, Any]:
        found = {}
        for size in sizes:
            with scratch(given.scratch) as folder:
                found[str(size)] = await one(folder, size, rounds=given.rounds, calls=given.reads)
        return {"records": found}

    publish("cold", anyio.run(run))


if __name__ == "__main__":
    main()
