"""Batched reads through the orchestrator: 1,000 ids in a `get`, 10,000 rows in a `query`."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import anyio
from mcp import Client

from benchmarks.house import calling, fill, over_http, over_stdio, scratch
from benchmarks.measure import Op, interleaved, options, publish, rounded
from orchestrator.client import connect
from registry.settings import Settings

IDS = 1_000


def cases_of(client: Client, users: int) -> dict[str, tuple[int, Op]]:
    """{case: (records in one reply, call)}"""
    spans = range(0, users, IDS)
    gets = [
        {"collection": "user.users", "ids": [f"u-{n}" for n in range(start, start + IDS)]}
        for start in spans
    ]
    columns = ["id", "name", "email", "plan", "country", "signed_up_at"]
    plan = {"from": "user.users", "select": columns, "limit": users}
    return {
        "get": (IDS, calling(client, "get", *gets)),
        "query": (users, calling(client, "query", {"plan": plan})),
    }


async def measured(folder: Path, *, users: int, rounds: int, http: bool) -> dict[str, Any]:
    """records/s by transport and call."""
    await fill(folder, users)
    async with AsyncExitStack() as open_:
        clients = {"in_memory": (await open_.enter_async_context(connect(Settings(folder)))).mcp}
        clients["stdio"] = await open_.enter_async_context(over_stdio("serve", folder=folder))
        if http:
            clients["http"] = await open_.enter_async_context(over_http("serve", folder=folder))
        sizes: dict[str, int] = {}
        ops: dict[str, Op] = {}
        for transport, client in clients.items():
            for name, (records, op) in cases_of(client, users).items():
                sizes[f"{transport} {name}"], ops[f"{transport} {name}"] = records, op
        timed = await interleaved(ops, rounds=rounds, calls=5)
    return {
        "users": users,
        "ms": {name: one.report() for name, one in timed.items()},
        "records_per_s": {
            name: rounded(sizes[name] / one.p50 * 1000) for name, one in timed.items()
        },
    }


def main() -> None:
    given = options(
        __doc__, rounds=(9, 1, "interleaved rounds"), users=(10_000, 1_000, "records stored")
    )

    async def run() -> dict[str, Any]:
        with scratch(given.scratch) as folder:
            return await measured(
                folder, users=given.users, rounds=given.rounds, http=not given.quick
            )

    publish("reads", anyio.run(run))


if __name__ == "__main__":
    main()
