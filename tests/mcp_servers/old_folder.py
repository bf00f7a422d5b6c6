"""Makes a row database of the format that this tree writes: `python -m tests.mcp_servers.old_folder FILE`.

`old/format1.db` was made so before there were segments; it is kept so that old folders open for ever.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from mcp_servers.ports import Draft, Progress
from mcp_servers.stores.sqlite import SqliteStore, open_sqlite
from registry.clock import ManualClock
from registry.domain import parse_spec

SPEC = parse_spec({
    "domain": "old",
    "collections": {"notes": {"time": "at", "fields": {
        "at": {"type": "time"}, "text": {"type": "text", "search": True}, "n": {"type": "int"}}}},
})  # fmt: skip
RECORDS = [
    Draft(f"n{n}", {"at": n * 10**12, "text": f"note number {n}", "n": n}) for n in range(40)
]


async def fill(store: SqliteStore) -> None:
    """Two tenants, a load, a repeatable write, a deleted and an updated record."""
    await store.write(
        "one", "notes", RECORDS, on_conflict="error", progress=Progress("load", 40, True)
    )
    await store.write("two", "notes", RECORDS[:3], on_conflict="error", idempotency_key="key")
    await store.write("one", "notes", [Draft("n1", {"n": 100}, '{"more":1}')], on_conflict="update")
    await store.delete("one", "notes", ["n2"])
    await store.close()


if __name__ == "__main__":
    asyncio.run(fill(open_sqlite(Path(sys.argv[1]), SPEC, ManualClock(1_700_000_000_000_000))))
