"""What a domain server talks to: rows and segments, with a cache over them that is never stale.

The cache is right up to a mark, the last change it has looked at. Before every read the store's
data version is asked; when it moved, the change log since the mark says what to forget, and when
the log no longer reaches back that far, all of it is forgotten. A row enters only if it was read,
or written, after the mark. Which rows stay is the cache's to decide.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import anyio

from mcp_servers.ports import Cache, Draft, OnConflict, Page, Progress, Row, Written
from mcp_servers.safety.inspection import Findings, inspect
from mcp_servers.safety.quarantine import Quarantine
from mcp_servers.stores.memory import MemoryCache
from mcp_servers.stores.sqlite import SqliteStore, open_sqlite
from mcp_servers.tiers.cold import ColdFolder
from mcp_servers.tiers.compaction import Compactor, Debt, debt
from mcp_servers.tiers.heat import Place
from mcp_servers.tiers.mover import Mover
from mcp_servers.tiers.thermometer import Thermometer
from registry.catalog import Facts
from registry.clock import Clock
from registry.domain import DomainSpec
from registry.errors import Corrupt
from registry.plan import QueryPlan
from registry.tier import Tier

_KEPT_AT_ONCE: Final = 1_000  # rows of one write that become resident; a bulk load keeps its last
_READ_TOGETHER_MAX: Final = 100  # rows; more of them become resident when they are read again
_READ_BACK_MAX: Final = 100  # rows of a write that are read again to become resident


class Tiered:
    """Rows, segments and cache of one domain. `mover` moves what lies in them, `compactor` rewrites
    segments."""

    def __init__(
        self, store: SqliteStore, cache: Cache, cold: ColdFolder, clock: Clock, holder: str
    ) -> None:
        self._store = store
        self._cold = cold
        self.mover = Mover(store, cold, clock, holder)
        self.compactor = Compactor(self.mover)
        self.quarantine = Quarantine(self.mover)
        self.heat = Thermometer(store, clock)
        self._cache = cache
        self._lock = threading.Lock()
        self._version = -1
        self._mark = 0

    @property
    def spec(self) -> DomainSpec:
        """The spec as the data folder has it now."""
        return self._store.refresh()

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
        """As `RowStore.write`; what is resident stays so, and in a hot domain all that is written
        becomes so."""
        written = await self._store.write(
            tenant,
            collection,
            drafts,
            on_conflict=on_conflict,
            expected_version=expected_version,
            idempotency_key=idempotency_key,
            progress=progress,
        )
        self.heat.wrote(tenant, self._short(collection), drafts, written)
        self._keep_written(tenant, self._short(collection), drafts, written)
        return written

    async def delete(
        self,
        tenant: str,
        collection: str,
        ids: Sequence[str],
        *,
        expected_version: int | None = None,
    ) -> int:
        """As `RowStore.delete`."""
        return await self._store.delete(tenant, collection, ids, expected_version=expected_version)

    async def evolve(self, spec: DomainSpec) -> None:
        """As `RowStore.evolve`."""
        await self._store.evolve(spec)

    # -- reading ---------------------------------------------------------------------------------

    def get(self, tenant: str, collection: str, ids: Sequence[str]) -> list[Row]:
        """As `RowStore.get`; `Row.tier` is hot where the cache served it."""
        name = self._short(collection)
        with self._lock:
            found, missing = self._resident(tenant, name, ids)
            self._met(
                tenant, name, found, self._store.get(tenant, name, missing) if missing else ()
            )
        self.heat.read(tenant, name, found.values())
        return [found[id] for id in ids if id in found]

    async def fetch(self, tenant: str, collection: str, ids: Sequence[str]) -> list[Row]:
        """The same; what lies in segments is read in a worker thread, so that nobody waits for
        it."""
        name = self._short(collection)
        with self._lock:
            found, missing = self._resident(tenant, name, ids)
            mark = self._mark
        if missing:
            rows = await self._store.fetch(tenant, name, missing)
            with self._lock:
                # past the mark there may be changes that were forgotten before these rows came
                self._met(tenant, name, found, rows, keep=self._mark == mark)
        self.heat.read(tenant, name, found.values())
        return [found[id] for id in ids if id in found]

    async def query(self, tenant: str, plan: QueryPlan, *, cursor: str | None = None) -> Page:
        """As `RowStore.query`; scans go past the cache."""
        return await self._store.query(tenant, plan, cursor=cursor)

    async def facts(self, tenant: str, collection: str, *, values: bool = False) -> Facts:
        """As `RowStore.facts`."""
        return await self._store.facts(tenant, collection, values=values)

    async def progress(self, tenant: str, load: str) -> Progress | None:
        """As `RowStore.progress`."""
        return await self._store.progress(tenant, load)

    async def cold(self, tenant: str, collection: str) -> tuple[int, int]:
        """How many records of the collection are in segments, and the bytes of these."""
        name = self._short(collection)
        known = [
            s
            for s in await self.mover.segments()
            if (s.tenant, s.collection) == (tenant, name) and s.count
        ]
        return sum(s.count for s in known), sum(s.bytes for s in known)

    async def debt(self, tenant: str, collection: str) -> Debt:
        """What compaction would mend in the collection's segments."""
        name = self._short(collection)
        known = await self.mover.segments()
        return debt(s for s in known if (s.tenant, s.collection) == (tenant, name))

    def seq(self) -> int:
        """As `RowStore.seq`."""
        return self._store.seq()

    def changes(self, after: int) -> list[tuple[int, str, str, str]] | None:
        """As `RowStore.changes`."""
        return self._store.changes(after)

    def keep(self, tenant: str, collection: str, ids: Sequence[str]) -> None:
        """Make these records resident, as if they had been read often."""
        name = self._short(collection)
        with self._lock:
            self._catch_up()
            for row in self._store.get(tenant, name, ids):
                self._cache.move(tenant, name, self._hot(name, row))

    def resident(self, tenant: str) -> Mapping[Place, int]:
        """How many records of each place are resident; of segments too."""
        with self._lock:
            self._catch_up()
            rows = self._cache.rows(tenant)
        return self.heat.places(tenant, rows)

    def statistics(self) -> dict[str, int]:
        """As `Cache.statistics`."""
        with self._lock:
            return self._cache.statistics()

    def forget(self) -> None:
        """Nothing is resident any more, nor remembered as read."""
        with self._lock:
            self._cache.clear()
            self._version = -1
        self._store.forget()

    async def inspect(self, *, deep: bool = True) -> Findings:
        """What is wrong with the domain's files; `deep` reads every byte of them."""
        look = partial(inspect, self._store.path, self._cold, deep=deep)
        return await anyio.to_thread.run_sync(look)

    async def close(self) -> None:
        """As `RowStore.close`."""
        await self.heat.flush()
        await self._store.close()
        self._cold.close()

    # -- the cache -------------------------------------------------------------------------------

    def _resident(
        self, tenant: str, name: str, ids: Sequence[str]
    ) -> tuple[dict[str, Row], list[str]]:
        """The rows of these ids that the cache has, and the other ids, each once."""
        self._catch_up()
        rows = ((id, self._cache.get(tenant, name, id)) for id in ids)
        found = {id: row for id, row in rows if row is not None}
        return found, [id for id in dict.fromkeys(ids) if id not in found]

    def _met(
        self, tenant: str, name: str, found: dict[str, Row], rows: Sequence[Row], keep: bool = True
    ) -> None:
        """Rows that were read just now join those found."""
        few = len(rows) <= _READ_TOGETHER_MAX
        for row in rows:
            found[row.id] = row
            if keep and (few or self._cache.wants(tenant, name, row.id)):
                self._cache.put(tenant, name, self._hot(name, row))

    def _catch_up(self) -> None:
        """Forget what others changed since the mark."""
        version = self._store.data_version()
        if version == self._version:
            return
        changes = self._store.changes(self._mark)
        if changes is None:
            self._cache.clear()
            self._mark = self._store.seq()
        for seq, tenant, collection, id in changes or ():
            if collection:
                self._cache.drop(tenant, collection, id, seq)
            else:  # the tables changed
                self._cache.clear()
            self._mark = seq
        self._version = version

    def _keep_written(
        self, tenant: str, collection: str, drafts: Sequence[Draft], written: Sequence[Written]
    ) -> None:
        """Make the rows of a write resident: in a hot domain, else those that are. Those whose
        change the mark has passed are read again."""
        again = []
        hot = self._store.spec.tier is Tier.HOT
        first = len(drafts) - _KEPT_AT_ONCE if hot else len(drafts)
        with self._lock:
            for place, (draft, done) in enumerate(zip(drafts, written, strict=True)):
                if place < first and not self._cache.holds(tenant, collection, draft.id):
                    continue
                if draft.merge and done.outcome == "updated":
                    continue  # what it kept is only known to the store
                if done.seq > self._mark:
                    row = self._hot(collection, _as_row(draft, done))
                    self._cache.put(tenant, collection, row, unread=True)
                elif done.seq:
                    again.append(draft.id)
            if again:
                self._catch_up()
                for row in self._store.get(tenant, collection, again[:_READ_BACK_MAX]):
                    self._cache.put(tenant, collection, self._hot(collection, row), unread=True)

    def _hot(self, collection: str, row: Row) -> Row:
        """A row as the cache serves it."""
        bucket = self.heat.bucket(collection, row.id, row.values)
        return Row(row.id, row.version, row.seq, row.values, row.extra, Tier.HOT, row.cold, bucket)

    def _short(self, collection: str) -> str:
        return collection.removeprefix(f"{self._store.spec.domain}.")


def _as_row(draft: Draft, done: Written) -> Row:
    values = {name: value for name, value in draft.values.items() if value is not None}
    return Row(draft.id, done.version, done.seq, values, draft.extra)


def _has_bytes(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except OSError:
        return False


def open_store(spec: DomainSpec, folder: Path, clock: Clock) -> Tiered:
    """The embedded store of a domain: `folder`/rows/NAME.db and `folder`/objects/NAME. Raises as
    `open_sqlite` does, and `Corrupt` where there are segments and no rows, which would be taken for
    a new domain."""
    cold = ColdFolder((folder / "objects" / spec.domain).absolute())
    path = folder / "rows" / f"{spec.domain}.db"
    if not _has_bytes(path) and any(cold.objects.names()):
        raise Corrupt(f"{path.name} is gone, but its segments are there; restore a backup.")
    store = open_sqlite(path, spec, clock, cold)
    return Tiered(store, MemoryCache(), cold, clock, store.mark)
