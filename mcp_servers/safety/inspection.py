"""Comparing a domain's ledger with its bytes: every page of the row database, every byte of every
object, and that no record is in two places. Only looks, and makes sidecars again; what is done
about a damaged object is the mover's.

Any number of processes may write meanwhile: ledger and rows are read in one snapshot, objects do
not change, and one that is swept away during the look is asked for again in the ledger.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

import apsw

from mcp_servers.segments import KEY_BITS, Segment, State, key_of
from mcp_servers.stores import sqlite_check as rows
from mcp_servers.stores import sqlite_ledger as ledger
from mcp_servers.stores import sqlite_sums as sums
from mcp_servers.stores.sqlite import load_schema
from mcp_servers.stores.sqlite_cold import snapshot
from mcp_servers.stores.sqlite_connection import connect, translated
from mcp_servers.stores.sqlite_schema import Schema, Table
from mcp_servers.tiers.cold import ColdFolder
from registry.errors import IsothermError

_DOUBLES_MAX: Final = 1_000  # keys looked at one by one
_ROW_MASK: Final = (1 << KEY_BITS) - 1


@dataclass(frozen=True, slots=True)
class Fault:
    """`object`: a file of the data folder, by what it is called there. `segment`: whose object it
    is. `done`: what was done about it already."""

    object: str
    fault: str
    segment: Segment | None = None
    done: str | None = None


@dataclass(slots=True)
class Findings:
    """What a look found. `mended`: sidecars that were missing and are made now; `strays`:
    objects of nobody; `summed`: whether the pages of the row database have checksums, so that rot
    cannot hide."""

    segments: int = 0
    bytes: int = 0
    records: int = 0
    faults: list[Fault] = field(default_factory=list)
    mended: list[str] = field(default_factory=list)
    strays: int = 0
    summed: bool = True


def inspect(path: Path, cold: ColdFolder, *, deep: bool = True) -> Findings:
    """What is wrong with the domain in the row database `path` and its objects. Takes as long as
    reading all of it, if `deep`; else sizes only."""
    out = Findings()
    name = path.name
    out.summed = sums.carried(path)
    try:
        with translated(path):
            if deep:
                out.faults += [Fault(name, fault) for fault in rows.page_faults(path)]
            connection = connect(path, query_only=True)
            try:
                _Look(connection, cold, name, out).all(deep=deep)
            finally:
                connection.close(True)
    except IsothermError as refusal:
        out.faults.append(Fault(name, refusal.message))
    return out


class _Look:
    """One look over one connection."""

    def __init__(
        self, connection: apsw.Connection, cold: ColdFolder, name: str, out: Findings
    ) -> None:
        self._connection = connection
        self._cold = cold
        self._name = name
        self._out = out

    def all(self, *, deep: bool) -> None:
        connection, out = self._connection, self._out
        with snapshot(connection):
            schema = load_schema(connection)
            found = rows.structure_faults(connection) if deep else []
            found += rows.search_faults(connection, schema) if deep else []
            if _has_ledger(connection):
                found += rows.ledger_faults(connection)
                sound = self._objects(schema, deep=deep)
                found += self._doubled(schema, sound) if deep else []
        out.faults += [Fault(self._name, fault) for fault in found]

    def _objects(self, schema: Schema, *, deep: bool) -> list[Segment]:
        """The segments whose object is sound."""
        from mcp_servers.stores import parquet_check  # heavy: only where there are segments

        known = ledger.every(self._connection)
        live = [s for s in known if s.state is not State.RETIRED]
        self._out.segments, self._out.bytes = len(live), sum(s.bytes for s in live)
        sound = []
        for segment in live:
            fault = parquet_check.object_fault(self._cold.objects, segment, deep=deep)
            if fault is None and segment.state is not State.QUARANTINED:
                sound.append(segment)
            elif segment.state is State.QUARANTINED:
                self._fault(segment, "it is in quarantine")
            elif self._still(segment):
                self._fault(segment, str(fault))
        self._out.strays = _strays(self._cold, known)
        if deep:
            for segment in sound:
                searched = schema.table(segment.collection).searched
                wrong, missing = parquet_check.mended(self._cold.objects, segment, searched)
                self._out.mended += missing
                self._out.faults += [
                    Fault(name, "it is not what was written", done="made again") for name in wrong
                ]
        return sound

    def _fault(self, segment: Segment, fault: str) -> None:
        self._out.faults.append(Fault(segment.name, fault, segment))

    def _still(self, segment: Segment) -> bool:
        """Whether the ledger still needs the object, outside of this snapshot."""
        other = connect(Path(self._connection.filename), query_only=True)
        try:
            now = ledger.one(other, segment.number)
        finally:
            other.close(True)
        return now is not None and now.name == segment.name and now.state is not State.RETIRED

    # -- no key in two places --------------------------------------------------------------------

    def _doubled(self, schema: Schema, sound: Sequence[Segment]) -> Iterator[str]:
        owners = sorted({(s.tenant, s.collection) for s in sound if s.count})
        for tenant, collection in owners:
            mine = [s for s in sound if (s.tenant, s.collection) == (tenant, collection)]
            table = schema.table(collection)
            twice = _Twice(self._connection, self._cold, table, tenant, mine).ids()
            if twice:
                yield f"{len(twice)} records of {collection} are in two places"


class _Twice:
    """The records of one collection and tenant that have two truths."""

    def __init__(
        self,
        connection: apsw.Connection,
        cold: ColdFolder,
        table: Table,
        tenant: str,
        segments: Sequence[Segment],
    ) -> None:
        self._rows = partial(_row_ids, connection, table, tenant)
        self._cold = cold
        self._segments = segments
        self._dead: dict[int, list[int]] = {}
        for number, row in ledger.dead(connection, [s.number for s in segments if s.dead]):
            self._dead.setdefault(number, []).append(row)

    def ids(self) -> list[str]:
        """Their ids. First by 48 bits of the id's hash, then those that are left by the id."""
        from mcp_servers.stores.parquet_check import repeated  # heavy

        entries = [self._live(segment) for segment in self._segments]
        suspects = set(repeated(entries, [key_of(id) for id in self._rows()])[:_DOUBLES_MAX])
        if not suspects:
            return []
        counted = Counter(id for id in self._rows() if key_of(id) in suspects)
        for segment in self._segments:
            counted.update(self._cold_ids(segment, suspects))
        return [id for id, count in counted.items() if count > 1]

    def _live(self, segment: Segment) -> Any:
        from mcp_servers.stores.parquet_check import live_entries  # heavy

        dead = self._dead.get(segment.number, [])
        return live_entries(self._cold.shelf.entries(segment), segment.live, dead)

    def _cold_ids(self, segment: Segment, keys: set[int]) -> list[str]:
        live = self._live(segment).to_pylist()
        places = [entry & _ROW_MASK for entry in live if entry >> KEY_BITS in keys]
        return [row.id for row in self._cold.shelf.read(segment, places, ())] if places else []


def _row_ids(connection: apsw.Connection, table: Table, tenant: str) -> Iterator[str]:
    found: Any = connection.execute(
        f"SELECT id FROM {table.sql} WHERE _tenant = ?",  # noqa: S608 - the name is a checked one
        (tenant,),
    )
    return (id for (id,) in found)


def _has_ledger(connection: apsw.Connection) -> bool:
    return bool(connection.execute("SELECT 1 FROM sqlite_schema WHERE name = '_segments'").get)


def _strays(cold: ColdFolder, known: Sequence[Segment]) -> int:
    stems = {s.name.partition(".")[0] for s in known}
    return sum(name.partition(".")[0] not in stems for name in cold.objects.names())
