"""The ports of the middle floor.

Every adapter keeps the contract suite of its port (`tests/contracts/`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from mcp_servers.segments import ColdRow, Segment
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

    `seq`: the change that wrote it, rising over the whole domain. `cold`: the segment's number and
    the row in it, where its truth is. `bucket`: of a row that is resident, so that counting what is
    read costs little.
    """

    id: str
    version: int
    seq: int
    values: Mapping[str, Canonical]
    extra: str | None = None  # canonical JSON object
    tier: Tier = Tier.WARM
    cold: tuple[int, int] | None = field(default=None, compare=False)
    bucket: str = field(default="", compare=False)


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
        long ago. Of many new records only one may be named: nobody has an older form of them.
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

    A projection: losing it changes no answer. It may refuse a row and let go of any.
    """

    def get(self, tenant: str, collection: str, key: str) -> Row | None:
        """A row that is resident; this is a read of it."""
        ...

    def holds(self, tenant: str, collection: str, key: str) -> bool:
        """Whether a row is resident; not a read."""
        ...

    def wants(self, tenant: str, collection: str, key: str) -> bool:
        """Whether one of many rows that were read together, and not found here, is worth a `put`:
        it was asked for before."""
        ...

    def put(self, tenant: str, collection: str, row: Row, *, unread: bool = False) -> None:
        """Offer a row that was just read, or `unread`: just written."""
        ...

    def move(self, tenant: str, collection: str, row: Row) -> None:
        """Make a row resident because somebody said so; it stays as one that is read often."""
        ...

    def drop(self, tenant: str, collection: str, key: str, seq: int) -> None:
        """Forget a row older than change `seq`; key "" forgets the collection."""
        ...

    def clear(self) -> None: ...

    def rows(self, tenant: str) -> list[tuple[str, Row]]:
        """(collection, row) of all that is resident of a tenant; not a read."""
        ...

    def statistics(self) -> dict[str, int]:
        """`rows`, `bytes` and what they may be; `hits` and `misses` of reads; rows `kept` because
        a read or write had just brought them, `admitted` because they had proved themselves,
        `evicted` for want of room, `dropped` because they changed.
        """
        ...


class Objects(Protocol):
    """Immutable objects by name (`folder/…/NAME`), whole and durable or not there at all."""

    def put(self, name: str, write: Callable[[Path], None]) -> int:
        """What `write` leaves in the file it is given becomes the object; its size in bytes.

        An object of that name is replaced: names come from contents, so it is the same or rotten.
        """
        ...

    def local(self, name: str) -> Path:
        """A file with the object's bytes; `Corrupt` when there is no such object."""
        ...

    def remove(self, name: str) -> None:
        """Forget an object; one that is not there is forgotten already."""
        ...

    def names(self) -> Iterator[str]:
        """Of all objects."""
        ...


@dataclass(frozen=True, slots=True)
class Part:
    """A collection inside a scan: its rows as packed batches, how many they are, and its segments.

    `columns`: the name and type of each, at least one, the place among them if it is asked for.
    `dead`: (segment's number, row). `matches`: of each text searched for, by its table's name in
    the statement: the search expression, and the places of the rows that match. `needed`: the
    tables of searches that every record of the answer matches. `only`: the numbers of the segments'
    rows that are read, and no others, where somebody knows them.
    """

    table: str
    columns: Mapping[str, str]
    batches: Sequence[Any]
    rows: int
    segments: Sequence[Segment]
    dead: Sequence[tuple[int, int]]
    searched: tuple[str, ...] = ()
    matches: Mapping[str, tuple[str, Sequence[int]]] = field(default_factory=dict)
    needed: frozenset[str] = frozenset()
    only: Sequence[int] = ()


class Watch(Protocol):
    """How long a query may run."""

    def late(self) -> bool: ...

    def left_s(self) -> float: ...


class Cold(Protocol):
    """Reads a domain's segments. Answers are right, or `Corrupt` is raised."""

    def seek(self, segments: Sequence[Segment], ids: Collection[str]) -> list[tuple[Segment, int]]:
        """(segment, row) where one of the ids may lie, dead ones too; rarely one where it does
        not."""
        ...

    def read(self, segment: Segment, rows: Sequence[int], fields: Sequence[str]) -> list[ColdRow]:
        """These rows; a field that the object lacks is `None`."""
        ...

    def pack(self, columns: Mapping[str, str], rows: Sequence[tuple[Any, ...]]) -> Any:
        """Rows of these columns as a scan takes them, small."""
        ...

    def scan(
        self, sql: str, values: Sequence[Any], parts: Sequence[Part], watch: Watch, *, most: int
    ) -> list[tuple[Any, ...]]:
        """At most `most` rows of a statement over the parts; `TooSlow` past the watch."""
        ...

    def narrowed(self, part: Part, places: Sequence[int]) -> Part:
        """The part with little more of its segments than the records at these places, as a scan of
        it told them."""
        ...

    def close(self) -> None: ...


__all__ = [
    "Cache",
    "Cold",
    "Draft",
    "Objects",
    "OnConflict",
    "Page",
    "Part",
    "Progress",
    "Receipt",
    "Row",
    "RowStore",
    "Watch",
    "Written",
]
