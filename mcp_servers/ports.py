"""The ports of the middle floor.

Every adapter keeps the contract suite of its port (`tests/contracts/`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from registry.answer import Receipt, Source
from registry.catalog import Facts
from registry.check import Column
from registry.domain import DomainSpec
from registry.plan import QueryPlan
from registry.record import Canonical
from registry.tier import Tier

OnConflict = Literal["update", "skip", "error"]


@dataclass(frozen=True, slots=True)
class Row:
    """A stored record in canonical form.

    `seq`: the change that wrote it, rising over the whole domain.
    """

    id: str
    version: int
    seq: int
    values: Mapping[str, Canonical]
    extra: str | None = None  # canonical JSON object
    tier: Tier = Tier.WARM


@dataclass(frozen=True, slots=True)
class Draft:
    """A record to be written, already canonical. `line` is where it stands in its source.

    `merge`: a record that is there keeps the fields that are not named here, and its `extra` where
    this has none.
    """

    id: str
    values: Mapping[str, Canonical]
    extra: str | None = None
    line: int | None = None
    merge: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """What became of one draft. `seq`: the change that wrote it, 0 when nothing was written."""

    id: str
    version: int
    outcome: Literal["accepted", "updated", "duplicate", "rejected"]
    reason: str | None = None
    seq: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a load has come: rows of `table` in the source `sha256` (with its mapping) that are
    committed.
    """

    load: str
    rows: int
    done: bool
    receipt: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a query in wire form. `cursor` is `None` on the last page."""

    columns: tuple[Column, ...]
    rows: list[list[Any]]
    truncated: bool
    cursor: str | None
    sources: tuple[Source, ...]


class RowStore(Protocol):
    """Truth of one domain: rows, search index, idempotency, load progress, change log.

    Errors are IsothermErrors.

    Writes return when they are durable. Any process may write; `seq` rises with every committed
    change.
    """

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
        """All drafts (and the progress mark) in one transaction.

        `expected_version`: 0 means "must not exist"; a mismatch raises `Conflict` and nothing is
        written. `on_conflict="error"`: an existing, different record raises `Conflict` likewise.
        The same idempotency key with the same drafts returns the first outcome again; with others
        it raises `Conflict`.
        """
        ...

    async def delete(
        self,
        tenant: str,
        collection: str,
        ids: Sequence[str],
        *,
        expected_version: int | None = None,
    ) -> int: ...

    def get(self, tenant: str, collection: str, ids: Sequence[str]) -> list[Row]:
        """Point reads, inline. Missing ids are left out; order follows `ids`."""
        ...

    async def query(self, tenant: str, plan: QueryPlan, *, cursor: str | None = None) -> Page:
        """A plan whose collections are all of this domain. Bounded in rows and time (`TooSlow`)."""
        ...

    async def facts(self, tenant: str, collection: str, *, values: bool = False) -> Facts:
        """Row count, time range and, if asked, the vocabulary of text fields."""
        ...

    def seq(self) -> int:
        """The last committed change."""
        ...

    def changes(self, after: int) -> list[tuple[int, str, str, str]] | None:
        """(seq, tenant, collection, id) since `after`; id "" is the whole collection; `None`: too
        long ago.
        """
        ...

    async def progress(self, tenant: str, load: str) -> Progress | None: ...

    async def evolve(self, spec: DomainSpec) -> None:
        """Make tables and indexes fit the spec.

        Only additions; what would lose data raises `Conflict`.
        """
        ...

    async def close(self) -> None: ...


class Cache(Protocol):
    """Hot rows by (tenant, collection, id), bounded in bytes.

    A projection: losing it changes no answer.
    """

    def get(self, tenant: str, collection: str, key: str) -> Row | None: ...

    def put(self, tenant: str, collection: str, row: Row) -> None: ...

    def drop(self, tenant: str, collection: str, key: str, seq: int) -> None:
        """Forget a row older than change `seq`; key "" forgets the collection."""
        ...

    def clear(self) -> None: ...

    def statistics(self) -> dict[str, int]: ...


__all__ = [
    "Cache",
    "Draft",
    "OnConflict",
    "Page",
    "Progress",
    "Receipt",
    "Row",
    "RowStore",
    "Written",
]
