"""What the orchestrator costs between a client and a domain: a record read through it and directly.

Both sides use the same client transport in the same run. `processes`: the orchestrator's domains
are children of its own, so a call crosses two pipes instead of one.
"""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import anyio
from mcp import Client

from benchmarks.house import (
    bare_domain,
    calling,
    fill,
    over_http,
    over_stdio,
    scratch,
    through,
)
from benchmarks.measure import Op, crowd, interleaved, options, publish, rounded
from orchestrator.client import connect
from registry.settings import Settings

USERS = 1_000
IN_FLIGHT = 16
_GETS = [{"collection": "users", "ids": [f"u-{n}"]} for n in range(USERS)]


async def compared(direct: Client, via: Client, *, rounds: int, calls: int) -> dict[str, Any]:
    """`user.get` of one id, both ways, one at a time and with 16 in flight."""
    front = [{"collection": "user.users", "ids": get["ids"]} for get in _GETS]
    cases: dict[str, Op] = {
        "direct": calling(direct, "get", *_GETS),
        "call_read": through(via, "user__get", *_GETS),
        "get": calling(via, "get", *front),
    }
    timed = await interleaved(cases, rounds=rounds, calls=calls)
    rates: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(rounds):
        for name, op in cases.items():
            rate, _ = await crowd(op, callers=IN_FLIGHT, calls=calls)
            rates[name].append(rate)
    middle = {name: sorted(some)[len(some) // 2] for name, some in rates.items()}
    return {
        "ms": {name: one.report() for name, one in timed.items()},
        "calls_per_s_16_in_flight": {name: round(rate) for name, rate in middle.items()},
        "hop_ratio": rounded(timed["call_read"].over(timed["direct"])),
        "hop_ratio_get": rounded(timed["get"].over(timed["direct"])),
        "throughput_ratio": rounded(middle["call_read"] / middle["direct"]),
    }


async def measured(folder: Path, *, rounds: int, calls: int, processes: bool) -> dict[str, Any]:
    """Figures by transport."""
    size = {"rounds": rounds, "calls": calls}
    await fill(folder, USERS)
    found: dict[str, Any] = {}
    async with AsyncExitStack() as open_:
        direct, _ = await open_.enter_async_context(bare_domain(folder))
        via = (await open_.enter_async_context(connect(Settings(data=folder)))).mcp
        found["in_memory"] = await compared(direct, via, **size)
        alone = await open_.enter_async_context(
            over_stdio("domain", "serve", "user", folder=folder)
        )
        via = await open_.enter_async_context(over_stdio("serve", folder=folder))
        found["stdio"] = await compared(alone, via, **size)
        if processes:
            async with (
                over_http("domain", "serve", "user", folder=folder) as direct,
                over_http("serve", folder=folder) as via,
            ):
                found["http"] = await compared(direct, via, **size)
            settings = Settings(data=folder, topology="processes")
            async with connect(settings) as client:
                found["processes_client_in_memory"] = await compared(alone, client.mcp, **size)
            async with over_stdio("serve", "--topology", "processes", folder=folder) as via:
                found["processes_client_over_stdio"] = await compared(alone, via, **size)
    return found


def main() -> None:
    given = options(
        __doc__,
        rounds=(9, 1, "interleaved rounds"),
        calls=(300, 20, "calls of each case in a round"),
    )

    async def run() -> dict[str, Any]:
        with scratch(given.scratch) as folder:
            return await measured(
                folder, rounds=given.rounds, calls=given.calls, processes=not given.quick
            )

    publish("hop", anyio.run(run))


if __name__ == "__main__":
    main()
