"""Bulk loads: a source goes straight to segments, a large part of it at a time.

Child's columns -> a part (half a million rows or so) -> met with what is stored -> objects (whole,
synced, read back) -> one transaction: segments in, what they replace out, progress and receipt.

The part is met with the records of one moment. When its transaction finds that any of them changed
since, it looks again, under the write lock, and goes on only if the objects are still right; else
they are made anew. So no lease is needed against moves and writers; the load's own lease tells the
sweep that objects which nobody entered yet are somebody's. What a dead load left is swept once its
lease has run out; a load that outlived its lease makes its objects again.
"""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import anyio
import apsw
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

from mcp_servers.ports import OnConflict, Progress
from mcp_servers.segments import Segment
from mcp_servers.stores import sqlite_bulk
from mcp_servers.stores import sqlite_ledger as ledger
from mcp_servers.stores.sqlite import note_progress
from mcp_servers.stores.sqlite_bulk import Sight
from mcp_servers.stores.sqlite_cold import snapshot
from mcp_servers.stores.sqlite_schema import Table
from mcp_servers.stores.sqlite_writer import Transaction
from mcp_servers.tiers.mover import Mover, same_spec
from registry.answer import Receipt
from registry.clock import Clock
from registry.domain import CollectionSpec
from registry.errors import Corrupt, IsothermError, TooBusy
from registry.limits import LEASE_SECONDS
from registry.record import Canonical

if TYPE_CHECKING:
    import pyarrow as pa

    from mcp_servers.loading.parts import Gatherer, Part
    from mcp_servers.stores.meeting import Met

_ATTEMPTS: Final = 10
_US: Final = 1_000_000
_WRITERS: Final = 2  # objects made at the same time
_AHEAD: Final = 1  # messages, and parts, that wait while the next one is made
_numbers: Final = count()
Message: TypeAlias = dict[str, Any]
#: `again`: what is stored changed so that other objects are needed. `swept`: they may be gone
Outcome: TypeAlias = Literal["done", "again", "swept"]


@dataclass(frozen=True, slots=True)
class Order:
    """What a load is to do. `mark`: its progress mark; `hashed`: ids are hashes of rows; `after`:
    the line of the source behind which it goes on, `rows` those before it."""

    tenant: str
    collection: str
    spec: CollectionSpec
    on_conflict: OnConflict
    constants: Mapping[str, Canonical]
    mark: str
    hashed: bool
    after: int = 0
    rows: int = 0


class Bulk:
    """One load at work. `receipt` and `rows` tell what is committed."""

    def __init__(self, mover: Mover, order: Order, receipt: Receipt, clock: Clock) -> None:
        self.receipt = receipt
        self.rows = order.rows
        self._mover = mover
        self._order = order
        self._clock = clock
        self._table: Table = mover.table(order.collection)
        self._digest = mover.digest()
        self._name = f"{mover.store.mark}{next(_numbers)}"
        self._renewed = -math.inf

    async def run(self, messages: AsyncIterator[Message]) -> None:
        """All of the child's messages behind its head. Raises what the reading and the store
        raise; what was committed before stays."""
        read, to_gather = anyio.create_memory_object_stream[Message](_AHEAD)
        gathered, to_write = anyio.create_memory_object_stream["Part"](_AHEAD)
        try:
            async with self._at_work(), anyio.create_task_group() as tasks:
                tasks.start_soon(_read_all, messages, read)
                tasks.start_soon(self._write_all, to_write)
                async with to_gather, gathered:
                    await self._gather(to_gather, gathered)
        except BaseExceptionGroup as group:
            refusals = group.subgroup(IsothermError)
            raise group if refusals is None else _first(refusals) from None

    # -- gathering -------------------------------------------------------------------------------

    async def _gather(
        self, messages: MemoryObjectReceiveStream[Message], send: MemoryObjectSendStream[Part]
    ) -> None:
        from mcp_servers.loading.parts import Gatherer, Part  # heavy: only a bulk load pays for it

        order = self._order
        gatherer = Gatherer(order.spec, order.constants, hashed=order.hashed, after=order.after)
        part = Part(first=True)
        async for message in messages:
            match message["t"]:
                case "fields":
                    gatherer.expect(message["fields"])
                case "columns":
                    await self._add(gatherer, part, message)
                case "end" if message.get("cut"):
                    self.receipt.notes.append(f"incomplete: {str(message['cut'])[:300]}")
            if part.full:
                await self._hand(gatherer, part, send)
                part = Part()
        if part.rows:
            await self._hand(gatherer, part, send)

    async def _hand(
        self, gatherer: Gatherer, part: Part, send: MemoryObjectSendStream[Part]
    ) -> None:
        await anyio.to_thread.run_sync(gatherer.finish, part)
        await send.send(part)

    async def _add(self, gatherer: Gatherer, part: Part, message: Message) -> None:
        table = await anyio.to_thread.run_sync(gatherer.table, message)
        if table is not None:
            part.add(table, message)

    # -- writing ---------------------------------------------------------------------------------

    async def _write_all(self, receive: MemoryObjectReceiveStream[Part]) -> None:
        async with receive:
            async for part in receive:
                await self._write(part)

    async def _write(self, part: Part) -> None:
        """One part, to its commit."""
        records = part.records
        laid: list[Segment] | None = None
        before: Met | None = None
        for _ in range(_ATTEMPTS):
            seen, met = await self._mover.store.look(lambda c, _: self._looked(c, records))
            if laid is None or before is None or not met.same(before):
                await self._forget(laid)
                laid = await self._laid(met, seen)
                if laid is None:
                    continue
            self._mover.on_step("laid")
            step = partial(self._enter, part=part, records=records, seen=seen, met=met, laid=laid)
            outcome, receipt = await self._mover.store.change(step, rows=1)
            if outcome == "done":
                self.receipt, self.rows = receipt, self.rows + part.rows
                self._mover.on_step("loaded")
                return
            if outcome == "swept":
                laid = None
                await self._mover.store.change(self._take)
            before = met
        raise TooBusy(
            "The collection changes faster than the load can follow; load it again, it goes on"
            " where it is.",
            retry_after_ms=5_000,
        )

    def _looked(self, connection: apsw.Connection, records: pa.Table) -> tuple[Sight, Met]:
        with snapshot(connection):
            return self._met(connection, records)

    def _met(self, connection: apsw.Connection, records: pa.Table) -> tuple[Sight, Met]:
        """What stands under the ids of these records, and so what becomes of them."""
        from mcp_servers.stores.lookout import look  # heavy: as above
        from mcp_servers.stores.meeting import meet

        table, tenant = self._table, self._order.tenant
        seen = sqlite_bulk.sight(connection, table, tenant)
        stored = look(connection, self._mover.cold.shelf, table, tenant, seen, records)
        return seen, meet(records, stored, table.fields, self._order.on_conflict, seen.held)

    async def _laid(self, met: Met, seen: Sight) -> list[Segment] | None:
        """What `_lay` gives; `None` if objects were gone before it was done with them, as they may
        be once the lease ran out: of a process that was suspended, say."""
        try:
            return await self._lay(met, seen)
        except BaseExceptionGroup as group:
            lost = group.subgroup((Corrupt, TooBusy)) is not None
            if not lost or await self._mover.store.change(self._held):
                raise
            await self._mover.store.change(self._take)
            return None

    async def _lay(self, met: Met, seen: Sight) -> list[Segment]:
        """The objects of what shall be written, on disk."""
        from mcp_servers.stores.parquet_lay import Layer, sheets, written

        cold = self._mover.cold
        mark = f"{self._name}-{next(_numbers)}"
        layer = Layer(cold.objects, cold.shelf, self._table, self._order.tenant, mark)
        rows = written(met.records, met.written, met.versions, seen.seq)
        cut = await anyio.to_thread.run_sync(lambda: list(sheets(self._table, rows)))
        out: list[Segment | None] = [None] * len(cut)
        waiting = iter(enumerate(cut))

        async def work() -> None:
            for place, (bucket, sheet) in waiting:
                await self._stay()
                out[place] = await anyio.to_thread.run_sync(layer.lay, bucket, sheet)
                self._mover.on_step("object")

        async with anyio.create_task_group() as tasks:
            for _ in range(_WRITERS):
                tasks.start_soon(work)
        return [segment for segment in out if segment is not None]

    async def _forget(self, laid: list[Segment] | None) -> None:
        """Remove objects that will not be entered."""
        cold, searched = self._mover.cold, self._table.searched
        for segment in laid or ():
            cold.shelf.let_go(segment)
            for name in (segment.name, *cold.shelf.sidecars(segment, searched)):
                await anyio.to_thread.run_sync(cold.objects.remove, name)

    def _enter(
        self, transaction: Transaction, *, part: Part, records: pa.Table, seen: Sight, met: Met,
        laid: list[Segment],
    ) -> tuple[Outcome, Receipt]:  # fmt: skip
        """The part's transaction. Nothing is written unless it is done."""
        same_spec(transaction, self._digest)
        table, tenant = self._table, self._order.tenant
        if not self._held(transaction):
            return "swept", self.receipt
        from mcp_servers.stores.meeting import among

        changed = sqlite_bulk.moved_since(transaction, table, tenant, seen)
        if changed is None or among(changed, records):
            _, now = self._met(transaction.connection, records)
            if not now.same(met):
                return "again", self.receipt
            met = now
        sqlite_bulk.enter(transaction, table, tenant, laid, met.gone)
        receipt = _counted(self.receipt, part, met)
        note_progress(transaction, tenant, self._progress(receipt, part))
        return "done", receipt

    def _progress(self, receipt: Receipt, part: Part) -> Progress:
        kept = {**kept_of(receipt), "line": part.line}
        return Progress(self._order.mark, self.rows + part.rows, False, kept)

    # -- the lease -------------------------------------------------------------------------------

    @asynccontextmanager
    async def _at_work(self) -> AsyncIterator[None]:
        await self._mover.store.change(self._take)
        try:
            yield
        finally:
            with anyio.CancelScope(shield=True), suppress(IsothermError):
                await self._mover.store.change(self._leave)

    async def _stay(self) -> None:
        """Renew the lease in time, never take it anew: what is laid already may be swept."""
        if self._clock.monotonic() - self._renewed > LEASE_SECONDS / 3:
            self._renewed = self._clock.monotonic()
            await self._mover.store.change(self._keep)

    @property
    def _lease(self) -> str:
        return f"{sqlite_bulk.LEASE}{self._name}"

    def _take(self, transaction: Transaction) -> None:
        until = transaction.now_us + LEASE_SECONDS * _US
        ledger.lease(transaction.connection, self._lease, self._name, transaction.now_us, until)
        self._renewed = self._clock.monotonic()

    def _keep(self, transaction: Transaction) -> None:
        """`TooBusy` if somebody could sweep since it was taken."""
        until = transaction.now_us + LEASE_SECONDS * _US
        ledger.keep(transaction.connection, self._lease, self._name, until)
        self._renewed = self._clock.monotonic()

    def _held(self, transaction: Transaction) -> bool:
        try:
            self._keep(transaction)
        except TooBusy:
            return False
        return True

    def _leave(self, transaction: Transaction) -> None:
        ledger.release(transaction.connection, self._lease, self._name)


async def _read_all(
    messages: AsyncIterator[Message], send: MemoryObjectSendStream[Message]
) -> None:
    async with send:
        async for message in messages:
            await send.send(message)


def kept_of(receipt: Receipt) -> dict[str, Any]:
    """What a progress mark keeps of a receipt."""
    wire = receipt.to_wire()
    names = ("accepted", "updated", "duplicate", "rejected", "reasons", "tier")
    return {**{name: wire[name] for name in names}, "notes": list(receipt.notes)}


def _counted(receipt: Receipt, part: Part, met: Met) -> Receipt:
    """The receipt once the part is in."""
    out = replace(receipt, reasons=list(receipt.reasons))
    out.accepted += met.accepted
    out.updated += met.updated
    out.duplicate += met.duplicate
    for line, reason in sorted([*part.reasons, *met.rejected]):
        out.reject(line, reason)
    out.rejected += part.bad - len(part.reasons)
    return out


def _first(group: BaseExceptionGroup[IsothermError]) -> BaseException:
    found: BaseException = group
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    return found
