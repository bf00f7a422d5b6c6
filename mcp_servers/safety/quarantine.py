"""Segments whose object is damaged: taken out of every answer, and brought back from a good copy.

The ledger is marked first, then the object is moved to the quarantine folder; it is never deleted
for being damaged. A segment comes back when a file with just its bytes is found: where it was, in
quarantine, or in a backup. Until then whoever needs it is told so.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TypeAlias

import anyio

from mcp_servers.segments import Segment, State
from mcp_servers.stores import sqlite_ledger as ledger
from mcp_servers.stores.files import digest_of
from mcp_servers.stores.sqlite_writer import Transaction
from mcp_servers.tiers.mover import Mover
from registry.errors import Corrupt, NotFound

#: a good copy of a segment's object may be there
Copy: TypeAlias = Callable[[Segment], Path | None]


class Quarantine:
    """The quarantined segments of one domain, between the moves of its mover."""

    def __init__(self, mover: Mover) -> None:
        self._mover = mover

    async def take(self, accused: Sequence[Segment]) -> list[str]:
        """The objects of those that are damaged now, taken aside."""
        taken = []
        async with self._mover.alone():
            for segment in accused:
                if await anyio.to_thread.run_sync(self._sound, segment):
                    continue
                if await self._mover.in_step(partial(_mark, segment=segment)):
                    self._mover.on_step("marked")
                    await anyio.to_thread.run_sync(self._mover.cold.set_aside, segment)
                    taken.append(segment.name)
        return taken

    async def release(self, copy: Copy = lambda segment: None) -> list[str]:
        """The objects of which a good copy was found: their segments are read again."""
        back = []
        async with self._mover.alone():
            for segment in await self._held():
                if await anyio.to_thread.run_sync(self._brought, segment, copy):
                    self._mover.on_step("brought")
                    await self._mover.in_step(partial(_unmark, segment=segment))
                    self._mover.on_step("unmarked")
                    self._mover.cold.quarantine.remove(segment.name)
                    back.append(segment.name)
        return back

    async def forget(self, number: int) -> Segment:
        """Give up what a quarantined segment held, so that answers go on without it. The
        next sweep removes its object."""
        async with self._mover.alone():
            return await self._mover.in_step(partial(_give_up, number=number))

    async def _held(self) -> list[Segment]:
        return [s for s in await self._mover.segments() if s.state is State.QUARANTINED]

    # -- in a worker thread ----------------------------------------------------------------------

    def _sound(self, segment: Segment) -> bool:
        from mcp_servers.stores.parquet_check import object_fault  # heavy: rarely needed

        return object_fault(self._mover.cold.objects, segment, deep=True) is None

    def _brought(self, segment: Segment, copy: Copy) -> bool:
        for path in self._candidates(segment, copy):
            with suppress(OSError):
                if digest_of(path) == segment.checksum:
                    self._mover.cold.objects.put(segment.name, partial(_copy, path))
                    return self._sound(segment)
        return False

    def _candidates(self, segment: Segment, copy: Copy) -> Iterator[Path]:
        cold = self._mover.cold
        for folder in (cold.objects, cold.quarantine):
            with suppress(Corrupt):
                yield folder.local(segment.name)
        found = copy(segment)
        if found is not None:
            yield found


def _copy(path: Path, to: Path) -> None:
    shutil.copyfile(path, to)


def _mark(transaction: Transaction, *, segment: Segment) -> bool:
    now = ledger.one(transaction.connection, segment.number)
    if now is None or now.name != segment.name or now.state is State.RETIRED:
        return False
    ledger.set_state(transaction.connection, now, State.QUARANTINED, transaction.now_us)
    return True


def _unmark(transaction: Transaction, *, segment: Segment) -> None:
    ledger.set_state(transaction.connection, segment, State.COLD, transaction.now_us)


def _give_up(transaction: Transaction, *, number: int) -> Segment:
    found = ledger.one(transaction.connection, number)
    if found is None or found.state is not State.QUARANTINED:
        raise NotFound(f"There is no segment {number} in quarantine.")
    ledger.set_live(transaction.connection, found, 0, State.RETIRED, transaction.now_us)
    return found
