"""A process that loads sources straight to segments, one after the other, and sweeps all the while, until it is
killed: `loading.py DATA RUN FIRST HANDLES [MUTANT]`.

It says `ready`, then `step` after each step and `ack N` for each source that is in. With a mutant's name it is broken in a way that the
checker must catch.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

import mcp_servers.loading.bulk
import mcp_servers.loading.parts
from mcp_servers.loading.load import load
from mcp_servers.stores import lookout, sqlite_bulk
from mcp_servers.stores.meeting import Stored
from mcp_servers.tiered import Tiered, open_store
from registry.clock import ManualClock
from registry.domain import parse_spec
from registry.errors import IsothermError
from registry.shape.mapping import Mapping, To
from tests.sources import TENANT

FIELDS = {"at": {"type": "time"}, "n": {"type": "int"}, "text": {"type": "text", "search": False}}
SPEC = parse_spec({"domain": "club", "tier": "cold", "collections": {
    "keyed": {"time": "at", "key": "n", "fields": FIELDS}, "hashed": {"time": "at", "fields": FIELDS}}})  # fmt: skip
MAPPING = Mapping({name: To(name) for name in FIELDS})
ROWS = 6_000  # of a source; the child sends 5,000 at a time
RUN_S = 1_000  # between two runs, past every lease and grace


def collection(source: int) -> str:
    return ("keyed", "hashed")[source % 2]


def body(source: int) -> str:
    """Rows of two months; of a source without a key, each tenth is there twice."""
    rows = [
        f'{{"n":{source * ROWS + n},"at":"2024-0{n % 2 + 1}-01T00:00:00Z","text":"t{n % 9}"}}\n'
        for n in range(ROWS)
    ]
    return "".join(rows + rows[:: 10 if source % 2 else ROWS])


def wanted(source: int) -> int:
    """How many records a source makes."""
    return ROWS + (ROWS // 10 if source % 2 else 0)


async def load_all(store: Tiered, folder: Path, clock: ManualClock, handles: list[str]) -> None:
    for number, handle in enumerate(handles):
        if not handle:
            continue
        receipt = await load(
            store, SPEC, folder=folder, tenant=TENANT, handle=handle, table=None, mapping=MAPPING,
            collection=collection(number), on_conflict="update", clock=clock,
        )  # fmt: skip
        assert receipt.tier == "cold" and not receipt.rejected
        print(f"ack {number}", flush=True)


async def sweep(store: Tiered) -> None:
    while True:
        await store.mover.sweep()


# -- mutants ---------------------------------------------------------------------------------------

enter = sqlite_bulk.enter


def break_it(mutant: str) -> None:
    match mutant:
        case "marks-ahead":  # the progress is there before the segments
            change = mcp_servers.stores.sqlite.SqliteStore.change
            later: list[Any] = []

            def put_off(transaction: Any, *arguments: Any) -> None:
                later.append(arguments)

            async def in_two(self: Any, work: Any, *, rows: int = 1) -> Any:
                found = await change(self, work, rows=rows)
                if later and getattr(work, "func", work).__name__ == "_enter":
                    arguments = later.pop()
                    await asyncio.sleep(0.5)
                    await change(self, lambda t: enter(t, *arguments))
                return found

            sqlite_bulk.enter = put_off
            mcp_servers.stores.sqlite.SqliteStore.change = in_two  # type: ignore[method-assign]
        case "blind":  # what is stored already is not looked for, and progress is not kept
            lookout.look = lambda c, shelf, table, tenant, seen, records: Stored(
                records.slice(0, 0), []
            )
            mcp_servers.loading.bulk.note_progress = lambda *_: None
        case _:
            raise ValueError(mutant)


def tell(step: str) -> None:
    if step in ("object", "laid", "loaded"):  # the sweep has its own
        print("step", flush=True)


async def main(folder: Path, run: int, handles: list[str]) -> None:
    clock = ManualClock(1_700_000_000_000_000 + run * RUN_S * 1_000_000)
    store = open_store(SPEC, folder, clock)
    store.mover.on_step = tell
    print("ready", flush=True)
    sweeping = asyncio.create_task(sweep(store))
    try:
        await load_all(store, folder, clock, handles)
    except IsothermError:
        if len(sys.argv) <= 4:
            raise  # a mutant may trip over itself; what it left is for the checker
    sweeping.cancel()
    print("done", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    mcp_servers.loading.parts.BULK_PART_ROWS = 5_000
    if len(sys.argv) > 4:
        break_it(sys.argv[4])
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3].split(",")))
