"""What a domain server talks to: the row store with a cache over it that is never stale.

The cache is right up to a mark, the last change it has looked at. Before every read the store's
data version is asked; when it moved, the change log since the mark says what to forget, and when
the log no longer reaches back that far, all of it is forgotten. A row enters only if it was read,
or written, after the mark.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from mcp_servers.ports import Cache, Draft, OnConflict, Page, Progress, Row, Written
from mcp_servers.stores.memory import MemoryCache
from mcp_servers.stores.sqlite import SqliteStore, open_sqlite
from registry.catalog import Facts
from registry.clock import Clock
from registry.domain import DomainSpec
from registry.plan import QueryPlan
from registry.tier import Tier

_ONCE_MAX: Final = 10_000  # keys remembered as read once
_KEPT_AT_ONCE: Final = 1_000  # rows of one write that become resident; a bulk load keeps its last
_READ_BACK_MAX: Final = 100  # rows of a write that are read again to become resident


class Tiered:
    """Rows and cache of one domain."""

    def __init__(self, store: SqliteStore, cache: Cache) -> None:
        self._store = store
        self._cache = cache
        self._lock = threading.Lock()
        self._once: OrderedDict[tuple[str, str, str], None] = OrderedDict()
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
        """As `RowStore.write`; in a hot domain the rows written are resident when it returns."""
        written = await self._store.write(
            tenant,
            collection,
            drafts,
            on_conflict=on_conflict,
            expected_version=expected_version,
            idempotency_key=idempotency_key,
            progress=progress,
        )
        if self._store.spec.tier is Tier.HOT:
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
            self._catch_up()
            found = {}
            for id in ids:
                row = self._cache.get(tenant, name, id)
                if row is not None:
                    found[id] = row
            missing = [id for id in dict.fromkeys(ids) if id not in found]
            for row in self._store.get(tenant, name, missing) if missing else ():
                found[row.id] = row
                if self._worth_keeping(tenant, name, row.id):
                    self._cache.put(tenant, name, replace(row, tier=Tier.HOT))
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

    def seq(self) -> int:
        """As `RowStore.seq`."""
        return self._store.seq()

    def changes(self, after: int) -> list[tuple[int, str, str, str]] | None:
        """As `RowStore.changes`."""
        return self._store.changes(after)

    def statistics(self) -> dict[str, int]:
        """The cache's figures: rows, bytes, bytes_max, hits, misses, evicted, dropped."""
        with self._lock:
            return self._cache.statistics()

    async def close(self) -> None:
        """As `RowStore.close`."""
        await self._store.close()

    # -- the cache -------------------------------------------------------------------------------

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
        """Make the rows of a write resident. Those whose change the mark has passed are read
        again."""
        again = []
        last = slice(-_KEPT_AT_ONCE, None)
        with self._lock:
            for draft, done in zip(drafts[last], written[last], strict=True):
                if draft.merge and done.outcome == "updated":
                    continue  # what it kept is only known to the store
                if done.seq > self._mark:
                    self._cache.put(tenant, collection, _as_row(draft, done))
                elif done.seq:
                    again.append(draft.id)
            if again:
                self._catch_up()
                for row in self._store.get(tenant, collection, again[:_READ_BACK_MAX]):
                    self._cache.put(tenant, collection, replace(row, tier=Tier.HOT))

    def _worth_keeping(self, tenant: str, collection: str, id: str) -> bool:
        """Whether a row just read becomes resident: in a hot domain at once, else when read the
        second time."""
        if self._store.spec.tier is Tier.HOT:
            return True
        key = (tenant, collection, id)
        if key in self._once:
            del self._once[key]
            return True
        self._once[key] = None
        if len(self._once) > _ONCE_MAX:
            self._once.popitem(last=False)
        return False

    def _short(self, collection: str) -> str:
        return collection.removeprefix(f"{self._store.spec.domain}.")


def _as_row(draft: Draft, done: Written) -> Row:
    values = {name: value for name, value in draft.values.items() if value is not None}
    return Row(draft.id, done.version, done.seq, values, draft.extra, Tier.HOT)


def open_store(spec: DomainSpec, folder: Path, clock: Clock) -> Tiered:
    """The embedded store of a domain in `folder`/rows/NAME.db. Raises as `open_sqlite` does."""
    store = open_sqlite(folder / "rows" / f"{spec.domain}.db", spec, clock)
    return Tiered(store, MemoryCache())
