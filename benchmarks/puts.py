"""Durable single puts by 1, 8 and 64 callers, at three depths, against a bare INSERT and COMMIT.

Every put is acknowledged after its fsync. The bare one is `apsw`, one connection, one commit per
row, a table with the same columns and no index but its key.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from itertools import count
from pathlib import Path
from typing import Any

import anyio
import apsw

from benchmarks.house import bare_domain, calling, scratch, through, users
from benchmarks.measure import Op, crowd, options, publish, quantile, rounded
from mcp_servers.ports import Draft
from mcp_servers.tiered import Tiered
from orchestrator.client import connect
from registry.access import LOCAL
from registry.settings import Settings

CALLERS = (1, 8, 64)
_TEMPLATE = next(users(1))


def fresh(number: Iterator[int]) -> dict[str, Any]:
    """A record that nobody has put yet."""
    return {**_TEMPLATE, "id": f"p-{next(number)}"}


def into_store(store: Tiered, number: Iterator[int]) -> Op:
    """Past every protocol: the store's own `write`."""

    async def op() -> Any:
        record = fresh(number)
        values = {k: v for k, v in record.items() if k not in ("id", "signed_up_at")}
        draft = Draft(record["id"], values, None, 1)
        return await store.write(LOCAL.tenant, "users", [draft], on_conflict="update")

    return op


def put(make: Callable[[dict[str, Any]], Op], number: Iterator[int]) -> Op:
    """A put of a fresh record per call."""

    def op() -> Awaitable[Any]:
        return make({"collection": "users", "records": [fresh(number)]})()

    return op


def bare(folder: Path, rows: int) -> float:
    """Rows per second of one connection that commits each row."""
    path = folder / "bare.db"
    connection = apsw.Connection(str(path))
    connection.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
    connection.execute(
        "CREATE TABLE IF NOT EXISTS users(id TEXT PRIMARY KEY, name TEXT, email TEXT, plan TEXT,"
        " status TEXT, country TEXT, signed_up_at TEXT)"
    )
    known = connection.execute("SELECT count(*) FROM users").get
    records = [tuple(r.values()) for r in users(rows, prefix=f"b{known}")]
    began = time.perf_counter()
    for record in records:
        connection.execute("INSERT INTO users VALUES (?, ?, ?, ?, ?, ?, ?)", record)
    rate = rows / (time.perf_counter() - began)
    connection.close()
    return rate


async def measured(folder: Path, *, rounds: int, puts: int) -> dict[str, Any]:
    """puts/s and ms by depth and number of callers."""
    number = count()
    async with AsyncExitStack() as open_:
        direct, store = await open_.enter_async_context(bare_domain(folder / "alone"))
        front = await open_.enter_async_context(connect(Settings(data=folder / "house")))
        ops: dict[str, Op] = {
            "store": into_store(store, number),
            "domain": put(lambda given: calling(direct, "put", given), number),
            "orchestrator": put(
                lambda given: through(front.mcp, "user__put", given, write=True), number
            ),
        }
        bare_rates: list[float] = []
        rates: dict[tuple[str, int], list[float]] = {}
        spent: dict[tuple[str, int], list[float]] = {}
        for turn in range(rounds + 1):
            bare_rates.append(bare(folder, max(20, puts // 4)))
            for callers in CALLERS:
                for name, op in ops.items():
                    calls = puts if callers > 1 else max(10, puts // 8)
                    rate, ms = await crowd(op, callers=callers, calls=calls)
                    if turn:
                        rates.setdefault((name, callers), []).append(rate)
                        spent.setdefault((name, callers), []).extend(ms)
    return _report(rates, spent, bare_rates[1:])


def _report(
    rates: dict[tuple[str, int], list[float]],
    spent: dict[tuple[str, int], list[float]],
    bare_rates: list[float],
) -> dict[str, Any]:
    found: dict[str, Any] = {"bare_puts_per_s": round(quantile(bare_rates, 0.5)), "puts": {}}
    for (name, callers), some in rates.items():
        rate, ms = quantile(some, 0.5), spent[name, callers]
        found["puts"].setdefault(name, {})[str(callers)] = {
            "per_s": round(rate),
            "ms_p50": rounded(quantile(ms, 0.5)),
            "ms_p95": rounded(quantile(ms, 0.95)),
            "over_bare": rounded(rate / quantile(bare_rates, 0.5)),
        }
    return found


def main() -> None:
    given = options(
        __doc__,
        rounds=(5, 1, "interleaved rounds"),
        puts=(2_000, 64, "puts of a case in a round; an eighth for one caller"),
    )

    async def run() -> dict[str, Any]:
        with scratch(given.scratch) as folder:
            return await measured(folder, rounds=given.rounds, puts=given.puts)

    publish("puts", anyio.run(run))


if __name__ == "__main__":
    main()
