"""Moving records between rows and segments, so that every reader sees each of them exactly once.

Cooling   rows of a bucket -> object (whole, synced) -> read back and compared -> entered in the
          ledger with nothing live -> a few row groups at a time: rows out, border up
Warming   the same backwards: a few row groups at a time, rows in, border down; then retired
Promoting single records of a segment: rows in, and dead in the segment, in one step
Sweeping  what is retired longer than any query runs, and objects that nobody entered, are removed

Ledger and rows are one database, so each step of a move is one small transaction that takes a few
thousand records from one place to the other; there is nothing to tag, to hide or to purge, a writer
waits for one step at most, and a move may stop after any step for as long as it likes. A record
that was changed after the copy fails the comparison of its change number inside the step: it stays
where it is, and its copy is dead on arrival. One process at a time moves (a lease that each step
checks), so what stands half-written was left by a dead one.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import anyio

from mcp_servers.segments import PHYSICAL, ColdRow, Segment, State, folder_of, readable
from mcp_servers.stores import sqlite_holds as holds
from mcp_servers.stores import sqlite_ledger as ledger
from mcp_servers.stores import sqlite_moves as moves
from mcp_servers.stores.files import UNFINISHED
from mcp_servers.stores.sqlite import SqliteStore
from mcp_servers.stores.sqlite_bulk import loads_at_work
from mcp_servers.stores.sqlite_heat import Heat
from mcp_servers.stores.sqlite_schema import Table
from mcp_servers.stores.sqlite_writer import Transaction
from mcp_servers.tiers.cold import ColdFolder
from mcp_servers.tiers.heat import half_life
from registry.clock import Clock
from registry.errors import BadInput, Conflict, Corrupt, IsothermError, NotFound, Unavailable
from registry.limits import LEASE_SECONDS, MOVE_ROWS, SEGMENT_GRACE_SECONDS

if TYPE_CHECKING:
    from mcp_servers.stores.parquet import Shelf

T = TypeVar("T")
Step = Callable[[str], None]
_LEASE: Final = "mover"
_US: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Moved:
    """What a move did. `segment`: as it is now."""

    segment: Segment
    rows: int


def _go_on(step: str) -> None:
    """Nothing happens between two steps, but in tests."""


class Mover:
    """Moves the records of one domain. `holder` names this process in the lease."""

    def __init__(
        self,
        store: SqliteStore,
        cold: ColdFolder,
        clock: Clock,
        holder: str,
        *,
        on_step: Step = _go_on,
    ) -> None:
        self.store = store
        self.cold = cold
        self._clock = clock
        self._holder = holder
        self.on_step = on_step
        self._one = anyio.Lock()

    # -- what can be done ------------------------------------------------------------------------

    async def buckets(self, tenant: str, collection: str) -> dict[str, int]:
        """{bucket: rows} of the rows that could be cooled."""
        table = self.table(collection)
        return await self.store.look(lambda c, _: moves.buckets(c, table, tenant))

    async def tenants(self) -> list[str]:
        """Whose records there are."""
        tables = list(self.store.schema.tables.values())
        return await self.store.look(lambda c, _: moves.tenants(c, tables))

    async def ids(self, tenant: str, collection: str, bucket: str, most: int) -> list[str]:
        """Of the first rows of a bucket."""
        table = self.table(collection)
        return await self.store.look(lambda c, _: moves.bucket_ids(c, table, tenant, bucket, most))

    async def row_bytes(self, tenant: str, collection: str) -> int:
        """About what one of these rows takes."""
        table = self.table(collection)
        return await self.store.look(lambda c, _: moves.row_bytes(c, table, tenant))

    async def segments(self) -> list[Segment]:
        """All that the ledger knows."""
        return await self.store.look(lambda c, _: ledger.every(c))

    async def cool(self, tenant: str, collection: str, bucket: str) -> Moved | None:
        """The bucket's rows, as many as one segment holds, become a segment; `None` without
        rows."""
        async with self.alone():
            table, digest = self.table(collection), self.digest()
            rows = await self.store.look(lambda c, _: moves.bucket_rows(c, table, tenant, bucket))
            self.on_step("copied")
            if not rows:
                return None
            new = await anyio.to_thread.run_sync(partial(self.written, table, tenant, bucket, rows))
            self.on_step("written")
            segment = await self.in_step(lambda t: _entered(t, new, digest))
            self.on_step("entered")
            return await self._carried(segment)

    async def warm(self, number: int) -> Moved:
        """A segment's records become rows again."""
        async with self.alone():
            return await self._carried(await self.in_step(lambda t: _warming(t, number)))

    async def promote(self, number: int, rows: Sequence[int]) -> Moved:
        """Single records of a segment, by their rows in it, become rows again."""
        async with self.alone():
            segment = next((s for s in await self.segments() if s.number == number), None)
            if segment is None:
                raise NotFound(f"There is no segment {number}.")
            table, digest = self.table(segment.collection), self.digest()
            wanted = sorted({row for row in rows if 0 <= row < segment.live})
            read = partial(self.cold.read, segment, wanted, table.fields)
            found = await anyio.to_thread.run_sync(read)
            self.on_step("copied")
            step = partial(_back, table=table, number=number, rows=found, digest=digest)
            return await self.in_step(step, rows=len(found))

    async def resume(self) -> list[Moved]:
        """Finish what a process that died was doing. A damaged segment stays as it is, for `check`
        to find, and holds up no other."""
        done = []
        async with self.alone():
            for segment in await self.segments():
                if segment.state in (State.COOLING, State.WARMING):
                    with suppress(Corrupt):
                        done.append(await self._carried(segment))
        return done

    async def sweep(self) -> int:
        """Remove objects that no query and no backup can need any more; how many. While a bulk load
        is at work, objects that nobody entered may be its own, and stay."""
        async with self.alone():
            known = await self.in_step(_retire_the_dead)
            now = self._clock.now_us()
            if await self.store.look(lambda c, _: ledger.pinned(c, now)):
                return 0
            before = now - SEGMENT_GRACE_SECONDS * _US
            old = [s for s in known if s.state is State.RETIRED and s.changed_us < before]
            names = await anyio.to_thread.run_sync(lambda: list(self.cold.objects.names()))
            self.on_step("listed")
            for segment in old:
                await self.in_step(partial(self._erased, segment=segment, names=names))
                self.on_step("erased")
            gone = {_stem(s.name) for s in old}
            rest = [name for name in names if _stem(name) not in gone]
            await anyio.to_thread.run_sync(self._given_up, known)
            return len(old) + await self.in_step(partial(self._cleared, names=rest))

    async def spares_strays(self) -> bool:
        """Whether a sweep would leave objects that nobody entered, because a backup or a bulk load
        may be about to; or one that died, whose lease lasts."""
        now_us = self._clock.now_us()
        return await self.store.look(lambda c, _: ledger.pinned(c, now_us)) or (
            await self.store.change(loads_at_work)
        )

    # -- steps, for whoever else rewrites objects --------------------------------------------------

    def written(
        self, table: Table, tenant: str, bucket: str, rows: list[tuple[Any, ...]]
    ) -> Segment:
        """The object on disk, read back and equal."""
        # heavy: only a mover needs to write objects
        from mcp_servers.stores import parquet, parquet_bytes, spans

        kinds = {name: field.type for name, field in table.spec.fields.items()}
        columns = parquet.table_of(rows, kinds)
        data = parquet_bytes.bytes_of(columns)
        checksum = parquet_bytes.checksum_of(data)
        name = f"{table.name}/{folder_of(tenant)}/{bucket}/{checksum}.parquet"
        size = self.cold.objects.put(name, lambda path: _write(path, data))
        if not parquet_bytes.holds(self.cold.objects.local(name), checksum, columns):
            raise Corrupt(f"Object {name} does not read back as it was written; check the disk.")
        segment = Segment(
            0, name, tenant, table.name, bucket, State.COOLING, len(rows), 0, 0, size, checksum,
            {field: PHYSICAL[kind] for field, kind in kinds.items()}, spans.spans_of(columns),
        )  # fmt: skip
        self._shelf.prepare(segment, table.searched)
        return segment

    async def _carried(self, segment: Segment) -> Moved:
        """A move that is under way, to its end, a few row groups at a time."""
        table, digest, doing, count = (
            self.table(segment.collection), self.digest(), segment.state, 0
        )  # fmt: skip
        while segment.state is doing:
            fields = () if doing is State.COOLING else table.fields
            part = await self._read(segment, _next(segment), fields)
            step = partial(_step, table=table, segment=segment, part=part, digest=digest)
            segment = await self.in_step(step, rows=len(part))
            count += len(part)
            self.on_step("carried")
        return Moved(segment, count)

    async def _read(self, segment: Segment, rows: range, fields: tuple[str, ...]) -> list[ColdRow]:
        return await anyio.to_thread.run_sync(self.cold.read, segment, rows, fields)

    async def in_step(self, work: Callable[[Transaction], T], *, rows: int = 1) -> T:
        """A transaction that commits only while this process holds the lease."""

        def fenced(transaction: Transaction) -> T:
            self._keep(transaction)
            return work(transaction)

        return await self.store.change(fenced, rows=rows)

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Nobody else moves, in this process or another. `TooBusy` when another does."""
        async with self._one:
            await self.store.change(self._take)
            try:
                yield
            finally:
                with anyio.CancelScope(shield=True), suppress(IsothermError):
                    await self.store.change(self._release)

    def _release(self, transaction: Transaction) -> None:
        ledger.release(transaction.connection, _LEASE, self._holder)

    def _take(self, transaction: Transaction) -> None:
        now = transaction.now_us
        ledger.lease(transaction.connection, _LEASE, self._holder, now, now + LEASE_SECONDS * _US)

    def _keep(self, transaction: Transaction) -> None:
        until = transaction.now_us + LEASE_SECONDS * _US
        ledger.keep(transaction.connection, _LEASE, self._holder, until)

    # -- inside ----------------------------------------------------------------------------------

    @property
    def _shelf(self) -> Shelf:
        return self.cold.shelf

    def table(self, collection: str) -> Table:
        return self.store.schema.table(collection)

    def digest(self) -> str:
        return self.store.schema.digest

    # Objects are removed inside a step: between two of them another process may have taken the
    # lease, and entered one of the same name.

    def _erased(self, transaction: Transaction, *, segment: Segment, names: list[str]) -> None:
        ledger.erase(transaction.connection, segment.number)
        self._shelf.let_go(segment)
        self._remove(name for name in names if _stem(name) == _stem(segment.name))

    def _given_up(self, known: list[Segment]) -> None:
        """What is in quarantine and of no segment there is waited for by nobody."""
        held = {s.name for s in known if s.state is State.QUARANTINED}
        for name in list(self.cold.quarantine.names()):
            if name not in held:
                self.cold.quarantine.remove(name)

    def _cleared(self, transaction: Transaction, *, names: list[str]) -> int:
        """Those that the ledger does not know, and what a crash left, are removed; how many."""
        if loads_at_work(transaction):  # what one makes from now on is not among the names
            return 0
        kept = {_stem(s.name) for s in ledger.every(transaction.connection)}
        return self._remove(
            name for name in names if _stem(name) not in kept or name.endswith(UNFINISHED)
        )

    def _remove(self, names: Iterable[str]) -> int:
        count = 0
        for name in names:
            with suppress(Unavailable):  # a file in use somewhere is the next sweep's
                self.cold.objects.remove(name)
                count += 1
        return count


def _next(segment: Segment) -> range:
    """The rows of the next step."""
    if segment.state is State.COOLING:
        return range(segment.live, min(segment.live + MOVE_ROWS, segment.rows))
    return range((segment.live - 1) // MOVE_ROWS * MOVE_ROWS, segment.live)


def _step(
    transaction: Transaction, *, table: Table, segment: Segment, part: list[ColdRow], digest: str
) -> Segment:
    same_spec(transaction, digest)
    carry = moves.let_out if segment.state is State.COOLING else moves.take_in
    now = carry(transaction, table, segment, part)
    if now.state is not segment.state:
        heat_in(transaction).moved(now)
    return now


def _back(
    transaction: Transaction, *, table: Table, number: int, rows: list[ColdRow], digest: str
) -> Moved:
    same_spec(transaction, digest)
    segment = ledger.one(transaction.connection, number)
    if segment is None or readable(segment).state is not State.COLD:
        raise Conflict(f"Segment {number} is being moved; look again.")
    back = moves.take_some(transaction, table, segment, rows)
    heat_in(transaction).promoted(segment, back)
    return Moved(moves.now(transaction, segment), len(back))


def heat_in(transaction: Transaction) -> Heat:
    """The heat of the domain, as of the transaction."""
    half = half_life(transaction.schema.spec.policy.max_rows)
    return Heat(transaction.connection, transaction.now_us, half)


def _entered(transaction: Transaction, new: Segment, digest: str) -> Segment:
    same_spec(transaction, digest)
    return ledger.enter(transaction.connection, new, transaction.now_us)


def _warming(transaction: Transaction, number: int) -> Segment:
    connection = transaction.connection
    found = ledger.one(connection, number)
    if found is None or found.state is State.RETIRED:
        raise NotFound(f"There is no segment {number}.")
    readable(found)
    if found.state is State.COOLING:
        raise BadInput(f"Segment {number} is still being made; resume that first.")
    ledger.set_live(connection, found, found.live, State.WARMING, transaction.now_us)
    return moves.now(transaction, found)


def _retire_the_dead(transaction: Transaction) -> list[Segment]:
    """Segments without a live record are retired, where no legal hold keeps dead ones as evidence;
    all that are known. One that retires only in the future, by a clock that has been set back
    since, retires now."""
    connection, now_us = transaction.connection, transaction.now_us
    for segment in ledger.every(connection):
        if segment.state is State.RETIRED and segment.changed_us > now_us:
            ledger.set_live(connection, segment, 0, State.RETIRED, now_us)
        held = holds.of(connection, segment.tenant, segment.collection)
        if segment.state is State.COLD and not segment.count and not held:
            ledger.set_live(connection, segment, 0, State.RETIRED, now_us)
    return ledger.every(connection)


def same_spec(transaction: Transaction, digest: str) -> None:
    if transaction.schema.digest != digest:
        raise Conflict("The domain's spec changed during the move; start it again.")


def _stem(name: str) -> str:
    return name.partition(".")[0]


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)
