"""Writing, deleting and reading rows inside a transaction. Knows SQL and rows; opens and commits
nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Final, Literal, TypeAlias

import apsw
import orjson

from mcp_servers.ports import Cold, Draft, OnConflict, Row, Written
from mcp_servers.stores import sqlite_holds as holds
from mcp_servers.stores import sqlite_ledger as ledger
from mcp_servers.stores.sqlite_cold import find, snapshot
from mcp_servers.stores.sqlite_cold import row_of as cold_row
from mcp_servers.stores.sqlite_lists import bound, pieces
from mcp_servers.stores.sqlite_schema import Table
from mcp_servers.stores.sqlite_writer import Transaction
from registry.errors import Conflict, Denied, UnknownField, shown
from registry.limits import IDEMPOTENCY_SECONDS, RECORD_BYTES_MAX

_IDS_AT_ONCE: Final = 500
_ENVELOPE_BYTES: Final = 16 << 10  # what a row holds beside its record
Outcome: TypeAlias = Literal["accepted", "updated", "duplicate", "rejected"]
_WROTE: Final = frozenset({"accepted", "updated"})


@dataclass(slots=True)
class _Stored:
    """A row as it is, or as this write will leave it. `place`: its `_row`; `fresh`: this write
    inserts it."""

    place: int
    version: int
    cells: tuple[Any, ...]  # extra, then the fields
    fresh: bool = False
    cold: tuple[int, int] | None = None  # it is in a segment, at this row


@dataclass(slots=True)
class _Effects:
    """What a write will do, decided before anything is done."""

    #: id, version, outcome, reason of each draft
    written: list[tuple[str, int, Outcome, str | None]] = field(default_factory=list)
    new: dict[str, _Stored] = field(default_factory=dict)
    changed: dict[str, _Stored] = field(default_factory=dict)


def read(connection: apsw.Connection, table: Table, tenant: str, ids: Sequence[str]) -> list[Row]:
    """The rows of these ids, in their order; missing ones are left out."""
    if len(ids) == 1:
        found = connection.execute(table.select_one, (tenant, ids[0])).fetchone()
        return [row_of(table, found)] if found else []
    by_id: dict[str, Row] = {}
    for some in pieces(ids, _IDS_AT_ONCE):
        for cells in connection.execute(table.select_many, (tenant, bound(some))):
            by_id[cells[0]] = row_of(table, cells)
    return [by_id[id] for id in ids if id in by_id]


def read_anywhere(
    connection: apsw.Connection, cold: Cold, table: Table, tenant: str, ids: Sequence[str]
) -> list[Row]:
    """The same, in rows or segments, at one moment: none that moves may be missed."""
    with snapshot(connection):
        known = {row.id: row for row in read(connection, table, tenant, ids)}
        found = find(connection, cold, table, tenant, set(ids) - known.keys())
    known |= {id: cold_row(table, row) for id, row in found.items()}
    return [known[id] for id in ids if id in known]


def row_of(table: Table, cells: Sequence[Any]) -> Row:
    """A row of `table.columns`. Fields without a value are left out."""
    id, version, seq, extra, *values = cells
    kept = {
        name: value for name, value in zip(table.fields, values, strict=True) if value is not None
    }
    return Row(id, version, seq, kept, extra)


def write(
    transaction: Transaction,
    table: Table,
    tenant: str,
    drafts: Sequence[Draft],
    *,
    on_conflict: OnConflict,
    expected_version: int | None,
) -> list[Written]:
    """All drafts or, when one raises `Conflict`, none. Equal ones are left as they are; one that
    would take a record out of its legal hold is `rejected`."""
    ids = [draft.id for draft in drafts]
    cells = _cells(table, drafts)
    stored = _existing(transaction, table, tenant, ids)
    place = int(transaction.connection.execute(table.last_row).get)
    for found in stored.values():
        if found.cold:  # an update brings it back among the rows
            place += 1
            found.place = place
    if not stored and not expected_version and len(set(ids)) == len(ids):
        return _insert_all(transaction, table, tenant, ids, cells, place + 1)
    effects = _Effects()
    held = holds.of(transaction.connection, tenant, table.name)
    for draft, now in zip(drafts, cells, strict=True):
        was = stored.get(draft.id)
        if expected_version is not None and expected_version != (was.version if was else 0):
            raise Conflict(_mismatch(draft.id, expected_version, was.version if was else 0))
        if was is None:
            place += 1
            fresh = stored[draft.id] = effects.new[draft.id] = _Stored(place, 1, now, fresh=True)
            effects.written.append((draft.id, fresh.version, "accepted", None))
        else:
            if draft.merge:
                now = _merged(table, draft, was.cells, now)
            # the first cell is what no field holds
            reason = held.escape(draft.id, table.fields, was.cells[1:], now[1:]) if held else None
            if reason is not None:
                effects.written.append((draft.id, was.version, "rejected", reason))
                continue
            _meet(effects, draft, was, now, on_conflict)
    return _apply(transaction, table, tenant, effects)


def _merged(
    table: Table, draft: Draft, was: tuple[Any, ...], now: tuple[Any, ...]
) -> tuple[Any, ...]:
    """What a draft names, over what is there."""
    said = (draft.extra is not None, *(name in draft.values for name in table.fields))
    return tuple(new if told else old for told, new, old in zip(said, now, was, strict=True))


def _meet(
    effects: _Effects, draft: Draft, was: _Stored, now: tuple[Any, ...], on_conflict: OnConflict
) -> None:
    """A draft meets a row with its id."""
    if was.cells == now:
        effects.written.append((draft.id, was.version, "duplicate", None))
    elif on_conflict == "error":
        raise Conflict(f"Record {shown(draft.id)} exists with other values; update or skip it.")
    elif on_conflict == "skip":
        reason = f"{shown(draft.id)} exists with other values and was kept (on_conflict=skip)"
        effects.written.append((draft.id, was.version, "rejected", reason))
    else:
        was.version += 1
        was.cells = now
        if not was.fresh:
            effects.changed[draft.id] = was
        effects.written.append((draft.id, was.version, "updated", None))


def _mismatch(id: str, expected: int, found: int) -> str:
    if expected == 0:
        return f"Record {shown(id)} exists already (version {found}); read it, then update it."
    if found == 0:
        return f"Record {shown(id)} does not exist; expected version {expected}."
    return f"Record {shown(id)} is at version {found}, not {expected}; read it again."


def _insert_all(
    transaction: Transaction,
    table: Table,
    tenant: str,
    ids: list[str],
    cells: list[tuple[Any, ...]],
    place: int,
) -> list[Written]:
    """The short way of a bulk load: every draft is new."""
    seqs = transaction.log(tenant, table.name, ids, new=True)
    rows = [
        (place + n, tenant, id, 1, seq, *row)
        for n, (id, seq, row) in enumerate(zip(ids, seqs, cells, strict=True))
    ]
    with _record_bound(transaction.connection):
        transaction.connection.executemany(table.insert, rows)
        if table.searched:
            index_texts(transaction.connection, table, [(row[0], row[5:]) for row in rows])
    return [Written(id, 1, "accepted", None, seq) for id, seq in zip(ids, seqs, strict=True)]


def _apply(transaction: Transaction, table: Table, tenant: str, effects: _Effects) -> list[Written]:
    new, changed = effects.new, effects.changed
    seqs = dict(zip(new, transaction.log(tenant, table.name, [*new], new=True), strict=True))
    seqs |= zip(changed, transaction.log(tenant, table.name, [*changed]), strict=True)
    back = {id: s for id, s in changed.items() if s.cold}
    kept = {id: s for id, s in changed.items() if not s.cold}
    inserts = [
        (s.place, tenant, id, s.version, seqs[id], *s.cells)
        for id, s in chain(new.items(), back.items())
    ]
    updates = [(s.version, seqs[id], *s.cells, s.place) for id, s in kept.items()]
    connection = transaction.connection
    ledger.bury(connection, [s.cold for s in back.values() if s.cold])
    with _record_bound(connection):
        connection.executemany(table.insert, inserts)
        connection.executemany(table.update, updates)
        if table.searched:
            connection.executemany(table.search_delete, [(s.place,) for s in kept.values()])
            index_texts(
                connection, table, [(s.place, s.cells) for s in (*new.values(), *changed.values())]
            )
    return [
        Written(id, version, outcome, reason, seqs[id] if outcome in _WROTE else 0)
        for id, version, outcome, reason in effects.written
    ]


def index_texts(
    connection: apsw.Connection, table: Table, rows: Sequence[tuple[int, tuple[Any, ...]]]
) -> None:
    """Add (`_row`, cells) to the full-text index."""
    at = [1 + table.fields.index(name) for name in table.searched]
    connection.executemany(
        table.search_insert, [(place, *[cells[i] for i in at]) for place, cells in rows]
    )


@contextmanager
def _record_bound(connection: apsw.Connection) -> Iterator[None]:
    """The engine itself refuses a row past `RECORD_BYTES_MAX`, which costs nothing per row."""
    before = connection.limit(apsw.SQLITE_LIMIT_LENGTH, RECORD_BYTES_MAX + _ENVELOPE_BYTES)
    try:
        yield
    finally:
        connection.limit(apsw.SQLITE_LIMIT_LENGTH, before)


def _cells(table: Table, drafts: Sequence[Draft]) -> list[tuple[Any, ...]]:
    """Each draft as `extra` and one cell per field; `UnknownField`."""
    known, fields = table.spec.fields.keys(), table.fields
    for draft in drafts:
        if not draft.values.keys() <= known:
            strange = next(name for name in draft.values if name not in known)
            raise UnknownField(
                f"No field {shown(strange)} in {table.name}; there are {', '.join(fields[:40])}."
            )
    return [(draft.extra, *map(draft.values.get, fields)) for draft in drafts]


def _existing(
    transaction: Transaction, table: Table, tenant: str, ids: Sequence[str]
) -> dict[str, _Stored]:
    """{id: row} of those that are stored, in rows or segments. Looks in the key index first, so
    that all-new ids cost little."""
    found: dict[str, _Stored] = {}
    keys: list[Any]
    connection = transaction.connection
    for some in pieces(ids, _IDS_AT_ONCE):
        keys = list(connection.execute(table.select_keys, (tenant, bound(some))))
        if not keys:
            continue
        places = {id: place for place, id in keys}
        row: Any
        for row in connection.execute(table.select_many, (tenant, bound(list(places)))):
            id, version, _, *cells = row
            found[id] = _Stored(places[id], version, tuple(cells))
    if transaction.cold is not None and len(found) < len(ids):
        missing = {id for id in ids if id not in found}
        for id, row in find(connection, transaction.cold, table, tenant, missing).items():
            at = (row.segment, row.row)
            found[id] = _Stored(0, row.version, (row.extra, *row.values), cold=at)
    return found


def delete(
    transaction: Transaction,
    table: Table,
    tenant: str,
    ids: Sequence[str],
    expected_version: int | None,
) -> int:
    """How many there were. `Conflict` when one is not at `expected_version`, `Denied` when one is
    under legal hold; nothing is deleted then."""
    connection = transaction.connection
    ids = list(dict.fromkeys(ids))
    stored = _existing(transaction, table, tenant, ids)
    if expected_version is not None:
        for id in ids:
            version = stored[id].version if id in stored else 0
            if version != expected_version:
                raise Conflict(_mismatch(id, expected_version, version))
    if not stored:
        return 0
    _refuse_held(connection, table, tenant, stored)
    transaction.log(tenant, table.name, list(stored))
    ledger.bury(connection, [row.cold for row in stored.values() if row.cold])
    places = [(row.place,) for row in stored.values() if not row.cold]
    connection.executemany(table.delete, places)
    if table.searched:
        connection.executemany(table.search_delete, places)
    return len(stored)


def _refuse_held(
    connection: apsw.Connection, table: Table, tenant: str, stored: Mapping[str, _Stored]
) -> None:
    held = holds.of(connection, tenant, table.name)
    for id, row in stored.items() if held else ():
        why = held.why(id, table.fields, row.cells[1:])
        if why is not None:
            raise Denied(
                f"Record {shown(id)} is under legal hold ({shown(why)}); it can be deleted once the"
                " hold is removed (`isotherm hold list`)."
            )


# -- idempotency ---------------------------------------------------------------------------------


def digest_of(collection: str, drafts: Iterable[Draft]) -> bytes:
    """Equal drafts for the same collection have equal digests; fields without a value do not
    count."""
    hasher = hashlib.blake2b(collection.encode(), digest_size=16)
    for draft in drafts:
        values = sorted((k, v) for k, v in draft.values.items() if v is not None)
        hasher.update(repr((draft.id, values, draft.extra)).encode())
        if draft.merge:
            hasher.update(b"merge")
    return hasher.digest()


def replayed(
    transaction: Transaction, tenant: str, key: str, digest: bytes
) -> list[Written] | None:
    """The first outcome under this key; `None` if it is new; `Conflict` if it was for other
    records."""
    found = transaction.connection.execute(
        "SELECT digest, outcome FROM _idempotency WHERE tenant = ? AND key = ? AND at_us > ?",
        (tenant, key, transaction.now_us - IDEMPOTENCY_SECONDS * 1_000_000),
    ).fetchone()
    if found is None:
        return None
    if found[0] != digest:
        raise Conflict(
            f"Idempotency key {shown(key)} was used for other records; use a new key for these."
        )
    return [Written(*item) for item in orjson.loads(found[1])]


def remember(
    transaction: Transaction, tenant: str, key: str, digest: bytes, written: Sequence[Written]
) -> None:
    """Keep the outcome under the key, and forget keys past their time."""
    outcome = [(w.id, w.version, w.outcome, w.reason, w.seq) for w in written]
    transaction.connection.execute(
        "DELETE FROM _idempotency WHERE at_us <= ?",
        (transaction.now_us - IDEMPOTENCY_SECONDS * 1_000_000,),
    )
    transaction.connection.execute(
        "INSERT OR REPLACE INTO _idempotency(tenant, key, digest, outcome, at_us)"
        " VALUES (?, ?, ?, ?, ?)",
        (tenant, key, digest, bound(outcome), transaction.now_us),
    )
