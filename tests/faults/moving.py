"""A process that moves and changes records without end, until it is killed: `moving.py DATA RUN [MUTANT]`.

It says `ready`, then `ack ID N` for each change that is committed. With a mutant's name it is broken
in a way that the checker must catch.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

import mcp_servers.tiers.mover
from mcp_servers.ports import Draft
from mcp_servers.segments import ColdRow, Segment, State
from mcp_servers.stores import parquet_bytes, sqlite_ledger, sqlite_moves
from mcp_servers.stores.sqlite_schema import Table
from mcp_servers.stores.sqlite_writer import Transaction
from mcp_servers.tiered import Tiered, open_store
from registry.clock import ManualClock
from registry.domain import DomainSpec, parse_spec
from registry.errors import IsothermError


def spec_of(tier: str) -> DomainSpec:
    notes = {"at": {"type": "time"}, "n": {"type": "int"}, "text": {"type": "text", "search": True}}
    collections = {"notes": {"time": "at", "fields": notes}}
    return parse_spec({"domain": "club", "tier": tier, "collections": collections})


SPEC = spec_of("warm")
COLD = spec_of("cold")  # what is loaded goes straight to segments
MONTH = 31 * 86_400_000_000
RECORDS = 240
RUN_S = 1_000  # between two runs, past every lease and grace


def draft(place: int, n: int) -> Draft:
    return Draft(f"r{place:03}", {"at": place % 3 * MONTH, "n": n, "text": f"note {place}"})


async def move(store: Tiered, chance: Random) -> None:
    await store.mover.resume()
    while True:
        for bucket in await store.mover.buckets("t", "notes"):
            if chance.random() < 0.7:
                await store.mover.cool("t", "notes", bucket)
        for segment in await store.mover.segments():
            if segment.state is not State.COLD:
                continue
            if chance.random() < 0.4:
                await store.mover.warm(segment.number)
            elif len(sys.argv) <= 3 and chance.random() < 0.5:  # the mutants break other steps
                few = chance.sample(range(segment.rows), min(5, segment.rows))
                await store.mover.promote(segment.number, few)
        if chance.random() < 0.3:
            await compact(store, chance)
        await store.mover.sweep()


async def compact(store: Tiered, chance: Random) -> None:
    """Some segments of a bucket, due or not, are rewritten into one."""
    cold = [s for s in await store.mover.segments() if s.state is State.COLD and s.count]
    if cold:
        one = chance.choice(cold)
        place = (one.tenant, one.collection, one.bucket)
        near = [s for s in cold if (s.tenant, s.collection, s.bucket) == place]
        await store.compactor.rewrite(near[:3])


async def change(store: Tiered, chance: Random, n: int) -> None:
    while True:
        n += 1
        places = chance.sample(range(RECORDS), 3)
        await store.write("t", "notes", [draft(p, n) for p in places], on_conflict="update")
        for place in places:
            print(f"ack r{place:03} {n}", flush=True)
        await asyncio.sleep(0)


# -- mutants -------------------------------------------------------------------------------------

let_out = sqlite_moves.let_out
in_step = mcp_servers.tiers.mover.Mover.in_step
_halves: list[Any] = []


def _border(t: Transaction, segment: Segment, moved: Sequence[ColdRow]) -> Segment:
    live = moved[-1].row + 1
    state = State.COLD if live == segment.rows else State.COOLING
    sqlite_ledger.set_live(t.connection, segment, live, state, t.now_us)
    return sqlite_moves.now(t, segment)


def _rows(t: Transaction, table: Table, segment: Segment, moved: Sequence[ColdRow]) -> None:
    for row in moved:
        t.connection.execute(
            f"DELETE FROM {table.sql} WHERE _tenant = ? AND id = ? AND _seq = ?",
            (segment.tenant, row.id, row.seq),
        )


def visible_before_the_rows_are_gone(t: Any, table: Any, segment: Any, moved: Any) -> Segment:
    _halves.append(lambda later: _rows(later, table, segment, moved))
    return _border(t, segment, moved)


def rows_gone_before_it_is_visible(t: Any, table: Any, segment: Any, moved: Any) -> Segment:
    _rows(t, table, segment, moved)
    _halves.append(lambda later: _border(later, segment, moved))
    return segment


async def in_two_halves(self: Any, work: Any, *, rows: int = 1) -> Any:
    found = await in_step(self, work, rows=rows)
    while _halves:
        found = await in_step(self, _halves.pop()) or found
    return found


def ignores_changes(t: Any, table: Any, segment: Any, moved: Any) -> Segment:
    """The comparison with what was copied is left out."""
    for row in moved:
        t.connection.execute(
            f"DELETE FROM {table.sql} WHERE _tenant = ? AND id = ?", (segment.tenant, row.id)
        )
    return _border(t, segment, moved)


def break_it(mutant: str) -> None:
    if mutant == "no-tombstone":
        sqlite_ledger.bury = lambda connection, places: None
        return
    broken = {
        "visible-first": visible_before_the_rows_are_gone,
        "delete-first": rows_gone_before_it_is_visible,
        "ignores-changes": ignores_changes,
    }[mutant]
    sqlite_moves.let_out = broken
    mcp_servers.tiers.mover.Mover.in_step = in_two_halves  # type: ignore[method-assign]


async def main(folder: Path, run: int) -> None:
    clock = ManualClock(1_700_000_000_000_000 + run * RUN_S * 1_000_000)
    store, chance = open_store(SPEC, folder, clock), Random(run)
    if not run:
        await store.write("t", "notes", [draft(p, 0) for p in range(RECORDS)], on_conflict="error")
    print("ready", flush=True)
    changes = change(store, chance, run * 1_000_000)
    try:
        await asyncio.gather(move(store, chance), changes)
    except IsothermError:
        if len(sys.argv) <= 3:
            raise
        await changes  # a mutant may trip over itself; what it left is for the checker


if __name__ == "__main__":
    mcp_servers.tiers.mover.MOVE_ROWS = parquet_bytes.ROW_GROUP_ROWS = (
        16  # many steps of few records
    )
    if len(sys.argv) > 3:
        break_it(sys.argv[3])
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
