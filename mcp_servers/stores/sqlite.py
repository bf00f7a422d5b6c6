"""The embedded RowStore: one SQLite file per domain, shared by any number of processes.

Writes go through one writer thread and return after COMMIT (`synchronous = FULL`). Point reads run
on the caller's thread over a connection of their own; scans run in worker threads. No driver
exception leaves this room.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

import apsw
import orjson

from mcp_servers.ports import Cold, Draft, OnConflict, Page, Progress, Row, Written
from mcp_servers.sql.cursor import seal, unseal
from mcp_servers.stores import sqlite_ledger as ledger
from mcp_servers.stores import sqlite_rows
from mcp_servers.stores import sqlite_sums as sums
from mcp_servers.stores.files import sync_folder
from mcp_servers.stores.sqlite_ask import Asked, ask
from mcp_servers.stores.sqlite_connection import connect, in_our_words, translated
from mcp_servers.stores.sqlite_evolve import create, evolve, migrate
from mcp_servers.stores.sqlite_facts import Remembered, facts_of
from mcp_servers.stores.sqlite_readers import Readers, Watch
from mcp_servers.stores.sqlite_schema import FORMAT, Schema
from mcp_servers.stores.sqlite_writer import Transaction, Writer
from registry.answer import Source
from registry.catalog import Facts
from registry.clock import Clock
from registry.domain import DomainSpec, parse_spec
from registry.errors import Conflict, Corrupt, StorageFull, TooLarge, Unavailable, shown
from registry.limits import PUT_RECORDS_MAX
from registry.plan import QueryPlan
from registry.record import TIME, encode

T = TypeVar("T")
_FACTS_KEPT_MAX: Final = 1_000  # remembered, over tenants and collections


class SqliteStore:
    """See `mcp_servers.ports.RowStore`. Make one with `open_sqlite`."""

    def __init__(
        self, path: Path, clock: Clock, connection: apsw.Connection, cold: Cold | None
    ) -> None:
        self.path = path
        self.cold = cold
        self._clock = clock
        self._point: apsw.Connection | None = connection
        self._lock = threading.Lock()
        self._writer = Writer(self, clock)
        self._readers = Readers(path, clock)
        self._schema = load_schema(connection)
        self._secret: bytes = connection.execute(
            "SELECT value FROM _meta WHERE name = 'cursor_key'"
        ).get
        self._facts: dict[tuple[str, str, bool], Facts] = {}
        self._cold_facts: dict[tuple[str, str, bool], Remembered] = {}
        #: tells this opening of the file from all others
        self.mark = str(connection.execute("SELECT hex(randomblob(8))").get)

    @property
    def spec(self) -> DomainSpec:
        """The spec as the file has it, as far as this process has looked."""
        return self._schema.spec

    @property
    def schema(self) -> Schema:
        """The tables of that spec."""
        return self._schema

    # -- writing ---------------------------------------------------------------------------------

    async def write(
        self,
        tenant: str,
        collection: str,
        drafts: Sequence[Draft],
        *,
        on_conflict: OnConflict,
        expected_version: int | None = None,
        idempotency_key: str | None = None,
        progress: Progress | None = None,
    ) -> list[Written]:
        """See the port. `TooLarge` past `PUT_RECORDS_MAX` drafts or `RECORD_BYTES_MAX` of one."""
        if len(drafts) > PUT_RECORDS_MAX:
            raise TooLarge(f"One write takes at most {PUT_RECORDS_MAX:,} records; split it.")
        self._schema.table(collection)

        def work(transaction: Transaction) -> list[Written]:
            table = transaction.schema.table(collection)
            digest = b""
            if idempotency_key is not None:
                digest = sqlite_rows.digest_of(table.name, drafts)
                before = sqlite_rows.replayed(transaction, tenant, idempotency_key, digest)
                if before is not None:
                    return before
            written = sqlite_rows.write(
                transaction,
                table,
                tenant,
                drafts,
                on_conflict=on_conflict,
                expected_version=expected_version,
            )
            if idempotency_key is not None:
                sqlite_rows.remember(transaction, tenant, idempotency_key, digest, written)
            if progress is not None:
                note_progress(transaction, tenant, progress)
            return written

        return await self._writer.run(work, rows=len(drafts) + 1)

    async def delete(
        self,
        tenant: str,
        collection: str,
        ids: Sequence[str],
        *,
        expected_version: int | None = None,
    ) -> int:
        """See the port."""
        self._schema.table(collection)
        return await self._writer.run(
            lambda transaction: sqlite_rows.delete(
                transaction, transaction.schema.table(collection), tenant, ids, expected_version
            ),
            rows=len(ids) + 1,
        )

    async def evolve(self, spec: DomainSpec) -> None:
        """See the port."""
        new = Schema(spec)
        if new.digest != self._schema.digest:
            await self._writer.run(lambda transaction: evolve(transaction, new))

    # -- reading ---------------------------------------------------------------------------------

    def get(self, tenant: str, collection: str, ids: Sequence[str]) -> list[Row]:
        """See the port."""

        def work(connection: apsw.Connection) -> list[Row]:
            found, whole = self._near(connection, tenant, collection, ids)
            return found if whole else self._anywhere(connection, tenant, collection, ids)

        try:
            return self._inline(work)
        except Corrupt:  # see `_scan`
            return self._inline(work)

    async def fetch(self, tenant: str, collection: str, ids: Sequence[str]) -> list[Row]:
        """As `get`, but segments are read in a worker thread: it takes milliseconds."""
        found, whole = self._inline(lambda c: self._near(c, tenant, collection, ids))
        if whole:
            return found
        return await self._scan(lambda c, _: self._anywhere(c, tenant, collection, ids))

    def _near(
        self, connection: apsw.Connection, tenant: str, collection: str, ids: Sequence[str]
    ) -> tuple[list[Row], bool]:
        """Those that are rows, and whether the others are nowhere."""
        self.adopt(self.current(connection))
        found = sqlite_rows.read(connection, self._schema.table(collection), tenant, ids)
        whole = len(found) == len(ids) or self.cold is None or not ledger.epoch(connection)
        return found, whole

    def _anywhere(
        self, connection: apsw.Connection, tenant: str, collection: str, ids: Sequence[str]
    ) -> list[Row]:
        assert self.cold is not None
        table = self._schema.table(collection)
        return sqlite_rows.read_anywhere(connection, self.cold, table, tenant, ids)

    async def query(self, tenant: str, plan: QueryPlan, *, cursor: str | None = None) -> Page:
        """See the port. `sources[].rows_scanned`: records listed, or records that went into the
        groups."""
        after = None if cursor is None else unseal(cursor, plan, tenant, self._secret)
        self.refresh()
        schema = self._schema
        begun, as_of = self._clock.monotonic(), encode(self._clock.now_us(), TIME)
        asked = Asked(plan, schema, tenant, after)
        cut, scanned = await self._scan(
            lambda connection, watch: ask(connection, asked, self.cold, watch)
        )
        ms = (self._clock.monotonic() - begun) * 1_000
        sources = tuple(Source(address, tier, rows, ms, as_of) for address, tier, rows in scanned)
        further = None if cut.last is None else seal(cut.last, plan, tenant, self._secret)
        return Page(cut.columns, cut.rows, cut.truncated, further, sources)

    async def facts(self, tenant: str, collection: str, *, values: bool = False) -> Facts:
        """See the port. Looked up again only after the collection has changed."""
        self.refresh()
        table = self._schema.table(collection)
        key = (tenant, table.name, values)
        seq = self.seq()
        known = self._facts.get(key)
        if known is None or self._moved(known.seq, tenant, table.name):
            remembered = self._cold_facts.setdefault(key, Remembered())
            look = partial(
                facts_of, table=table, tenant=tenant, seq=seq, values=values, cold=self.cold,
                remembered=remembered,
            )  # fmt: skip
            known = await self._scan(lambda c, watch: look(c, watch=watch))
        if known.seq < seq:
            known = _at(known, seq)
        if len(self._facts) >= _FACTS_KEPT_MAX:
            self.forget()
        self._facts[key] = known
        return known

    async def progress(self, tenant: str, load: str) -> Progress | None:
        """See the port."""
        found = self._inline(
            lambda connection: connection.execute(
                "SELECT rows, done, receipt FROM _progress WHERE tenant = ? AND load = ?",
                (tenant, load),
            ).fetchone()
        )
        return (
            None
            if found is None
            else Progress(load, found[0], bool(found[1]), orjson.loads(found[2]))
        )

    # -- changes ---------------------------------------------------------------------------------

    def seq(self) -> int:
        """See the port."""
        return int(self._inline(_last_seq))

    def changes(self, after: int) -> list[tuple[int, str, str, str]] | None:
        """See the port."""

        def work(connection: apsw.Connection) -> list[tuple[int, str, str, str]] | None:
            first = connection.execute("SELECT min(seq) FROM _changes").get
            if first is not None and first > after + 1:
                return None
            found: Any = connection.execute(
                "SELECT seq, tenant, collection, id FROM _changes WHERE seq > ? ORDER BY seq",
                (after,),
            ).fetchall()
            return list(found)

        return self._inline(work)

    def data_version(self) -> int:
        """Moves when any connection of any process has committed. Costs a few µs."""
        return int(self._inline(lambda c: c.execute("PRAGMA data_version").get))

    def refresh(self) -> DomainSpec:
        """Look whether another process evolved the file; the spec as it is now."""
        self._inline(lambda connection: self.adopt(self.current(connection)))
        return self.spec

    # -- the mover's doors -----------------------------------------------------------------------

    async def change(self, work: Callable[[Transaction], T], *, rows: int = 1) -> T:
        """Run `work` in a transaction; its result once that is on disk."""
        return await self._writer.run(work, rows=rows)

    async def look(self, work: Callable[[apsw.Connection, Watch], T]) -> T:
        """Run a read in a worker thread."""
        return await self._readers.run(work)

    # -- the writer's view -----------------------------------------------------------------------

    def current(self, connection: apsw.Connection) -> Schema:
        """The schema as the file has it, seen through `connection`."""
        digest = connection.execute("SELECT value FROM _meta WHERE name = 'spec_hash'").get
        return self._schema if digest == self._schema.digest else load_schema(connection)

    def adopt(self, schema: Schema) -> None:
        """Use this schema from now on."""
        if schema is not self._schema:
            self._schema = schema
            self.forget()

    def forget(self) -> None:
        """Nothing that was looked up before is remembered."""
        self._facts = {}
        self._cold_facts = {}

    async def close(self) -> None:
        """Finish what is queued and let go of the file."""
        await self._writer.close()
        await self._readers.close()
        with self._lock:
            connection, self._point = self._point, None
        if connection is not None:
            connection.close(True)

    # -- inside ----------------------------------------------------------------------------------

    def _inline(self, work: Callable[[apsw.Connection], T]) -> T:
        """Run a short read on the caller's thread."""
        with self._lock:
            if self._point is None:
                raise Unavailable(f"{self.path.name} is closed; open it again.")
            try:
                return work(self._point)
            except apsw.Error as bad:
                raise in_our_words(bad, self.path) from bad

    async def _scan(self, work: Callable[[apsw.Connection, Watch], T]) -> T:
        """Run a read of rows and segments. When it hung for longer than retired objects are kept,
        or a clock jumped as far, they may be gone under it: it looks once more then."""
        try:
            return await self._readers.run(work)
        except Corrupt:
            return await self._readers.run(work)

    def _moved(self, seq: int, tenant: str, collection: str) -> bool:
        changes = self.changes(seq)
        return changes is None or any(
            change[1:3] in ((tenant, collection), ("", "")) for change in changes
        )


def open_sqlite(
    path: Path, spec: DomainSpec, clock: Clock, cold: Cold | None = None
) -> SqliteStore:
    """Open or make the file, its tables fitting `spec`. `cold` reads its segments.

    `Unavailable`: it cannot be opened, or a newer version made it. `Corrupt`: it is no whole
    database. `Conflict`: it is somebody else's, or fitting it to `spec` would lose data.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as bad:
        raise Unavailable(f"{shown(path.parent)} cannot be made: {bad.strerror}.") from None
    connection = connect(path, query_only=False)
    try:
        with translated(path):
            _fit(connection, path, Schema(spec), clock, cold)
            connection = _summed(connection, path)
            connection.execute("PRAGMA query_only = ON")
            return SqliteStore(path, clock, connection, cold)
    except BaseException:
        connection.close(True)
        raise


def _fit(
    connection: apsw.Connection, path: Path, schema: Schema, clock: Clock, cold: Cold | None
) -> None:
    """Make, migrate or evolve the tables. Looks first without the write lock: mostly there is
    nothing to do."""
    if _made(connection, path) == FORMAT and _digest(connection) == schema.digest:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        made = _made(connection, path)
        if not made:
            create(connection, schema)
            _settle(path.parent)
        else:
            migrate(connection, made)
            if _digest(connection) != schema.digest:
                old = load_schema(connection)
                evolve(Transaction(connection, old, clock.now_us(), cold), schema)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _settle(folder: Path) -> None:
    """The folders that lead to a new file outlive a power cut as it does; the engine syncs only its
    own."""
    try:
        for above in (folder, folder.parent, folder.parent.parent):
            with suppress(PermissionError):  # one that we may not open was there before us
                sync_folder(above)
    except OSError as bad:
        raise StorageFull(f"{shown(folder)} could not be synced ({bad.strerror}).") from None


def _summed(connection: apsw.Connection, path: Path) -> apsw.Connection:
    """A connection to the file once its pages have checksums, if they can be given to it now."""
    told = connection.execute("SELECT value FROM _meta WHERE name = 'sums'").get
    if sums.carried(path):
        if told is None:
            connection.execute("INSERT OR IGNORE INTO _meta VALUES ('sums', 1)")
    elif told is not None:
        raise Corrupt(f"{shown(path.name)} is damaged (its header); restore a backup.")
    elif sums.kept():
        connection.close(True)
        sums.add(path)
        return connect(path, query_only=False)
    return connection


def _made(connection: apsw.Connection, path: Path) -> int:
    """The format of our tables, 0 without any; refuses files of others and of newer versions."""
    found: Any = connection.execute(
        "SELECT count(*), ifnull(sum(name = '_meta'), 0) FROM sqlite_schema"
    ).fetchone()
    if not found[0]:
        return 0
    if not found[1]:
        raise Conflict(f"{shown(path.name)} is a database of something else; move it away.")
    version = connection.execute("SELECT value FROM _meta WHERE name = 'format'").get
    if not isinstance(version, int) or version > FORMAT:
        raise Unavailable(
            f"{shown(path.name)} has format {version}, made by a newer version; this one reads up"
            f" to {FORMAT}. Upgrade Isotherm, or use another data folder."
        )
    return version


def _digest(connection: apsw.Connection) -> str:
    return str(connection.execute("SELECT value FROM _meta WHERE name = 'spec_hash'").get)


def load_schema(connection: apsw.Connection) -> Schema:
    """The schema of the spec that the file holds."""
    text = connection.execute("SELECT value FROM _meta WHERE name = 'spec'").get
    return Schema(parse_spec(orjson.loads(text), name="stored spec"))


def _last_seq(connection: apsw.Connection) -> Any:
    return connection.execute("SELECT max(seq) FROM _changes").get or 0


def note_progress(transaction: Transaction, tenant: str, progress: Progress) -> None:
    """Write down how far a load has come."""
    transaction.connection.execute(
        "INSERT OR REPLACE INTO _progress(tenant, load, rows, done, receipt)"
        " VALUES (?, ?, ?, ?, ?)",
        (
            tenant,
            progress.load,
            progress.rows,
            int(progress.done),
            orjson.dumps(progress.receipt).decode(),
        ),
    )


def _at(facts: Facts, seq: int) -> Facts:
    return Facts(facts.rows, facts.time_min_us, facts.time_max_us, seq, facts.values)
