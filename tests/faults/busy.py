"""A process that changes, moves, compacts and sweeps without end, on a clock that runs fast: `busy.py DATA BEGAN [MUTANT]`.

It says `ready`, then `ack ID N` for each record of each committed write; all records of one write have its N.
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parents[2]))

import mcp_servers.tiers.mover
from mcp_servers.stores import parquet_bytes, sqlite_ledger
from mcp_servers.tiered import open_store
from tests.faults.moving import RECORDS, SPEC, change, draft, move

SPEED = 100  # so that a retired object is swept after less than a second


class FastClock:
    """The machine's time, but faster; equal in every process that is told when it began."""

    def __init__(self, began_s: float) -> None:
        self._began_s = began_s

    def now_us(self) -> int:
        return 1_700_000_000_000_000 + round((time.time() - self._began_s) * SPEED * 1_000_000)

    def monotonic(self) -> float:
        return time.monotonic()


async def main(folder: Path, began_s: float) -> None:
    store, chance = open_store(SPEC, folder, FastClock(began_s)), Random(7)
    await store.write("t", "notes", [draft(p, 0) for p in range(RECORDS)], on_conflict="error")
    print("ready", flush=True)
    await asyncio.gather(move(store, chance), change(store, chance, 0))


if __name__ == "__main__":
    mcp_servers.tiers.mover.MOVE_ROWS = parquet_bytes.ROW_GROUP_ROWS = 16
    if sys.argv[3:] == ["sweeps-what-is-pinned"]:
        sqlite_ledger.pinned = lambda connection, now_us: False
    asyncio.run(main(Path(sys.argv[1]), float(sys.argv[2])))
