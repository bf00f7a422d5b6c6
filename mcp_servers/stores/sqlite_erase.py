# ruff: noqa: S608 - identifiers come from a checked spec and are quoted; values are always bound
"""Taking records out of a row database so that no byte of them is left in its file, and what other
tables remember of them. Steps run in the caller's transaction, but for `scrub`, which needs the
file's own connection outside of any.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import apsw
import orjson

from mcp_servers.ports import Draft, Row
from mcp_servers.stores import sqlite_holds as holds
from mcp_servers.stores import sqlite_rows
from mcp_servers.stores.sqlite_cold import find, row_of
from mcp_servers.stores.sqlite_connection import connect, translated
from mcp_servers.stores.sqlite_names import search_name
from mcp_servers.stores.sqlite_schema import Schema, Table
from mcp_servers.stores.sqlite_writer import Transaction
from registry.limits import ERASED_KEPT_MAX
from registry.record import Canonical


@dataclass(frozen=True, slots=True)
class Order:
    """Which erasure takes something out of which collection of whose."""

    erasure: str
    tenant: str
    table: Table


Values = Mapping[str, Sequence[Canonical]]  # {field: the values that name the subject}


def take(transaction: Transaction, order: Order, ids: Sequence[str]) -> int:
    """Delete those of these records that are not held, and what repeats of their writes remember;
    how many."""
    table, tenant = order.table, order.tenant
    loose = free(transaction, table, tenant, ids)
    if not loose:
        return 0
    deleted = sqlite_rows.delete(transaction, table, tenant, loose, None)
    transaction.connection.execute(
        "DELETE FROM _idempotency WHERE tenant = ?1 AND EXISTS (SELECT 1 FROM"
        " json_each(_idempotency.outcome) AS o WHERE json_extract(o.value, '$[0]')"
        " IN (SELECT value FROM json_each(?2)))",
        (tenant, orjson.dumps(loose).decode()),
    )
    _count(transaction, order, deleted, 0)
    return deleted


def empty(transaction: Transaction, order: Order, ids: Sequence[str], values: Values) -> int:
    """Take these values out of these records' fields, held ones left as they are; how many changed.
    A field that every record must have says `erased` instead."""
    table, tenant = order.table, order.tenant
    loose = free(transaction, table, tenant, ids)
    drafts = []
    for row in _records(transaction, table, tenant, loose):
        kept = {
            name: "erased" if name in table.spec.required else None
            for name, some in values.items()
            if row.values.get(name) in some
        }
        if kept:
            drafts.append(Draft(row.id, {**row.values, **kept}, row.extra))
    if drafts:
        sqlite_rows.write(
            transaction, table, tenant, drafts, on_conflict="update", expected_version=None
        )
        _count(transaction, order, 0, len(drafts))
    return len(drafts)


def counted(connection: apsw.Connection, order: Order) -> tuple[int, int]:
    """How many records the erasure has deleted and emptied, over all its runs."""
    found: Any = connection.execute(
        "SELECT deleted, emptied FROM _erased WHERE tenant = ? AND erasure = ? AND collection = ?",
        (order.tenant, order.erasure, order.table.name),
    ).fetchone()
    return found or (0, 0)


def _count(transaction: Transaction, order: Order, deleted: int, emptied: int) -> None:
    transaction.connection.execute(
        "INSERT INTO _erased VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
        " deleted = deleted + excluded.deleted, emptied = emptied + excluded.emptied",
        (order.tenant, order.erasure, order.table.name, deleted, emptied),
    )
    transaction.connection.execute(
        "DELETE FROM _erased WHERE rowid <= (SELECT max(rowid) - ? FROM _erased)",
        (ERASED_KEPT_MAX,),
    )


def free(transaction: Transaction, table: Table, tenant: str, ids: Sequence[str]) -> list[str]:
    """Those of these records that no legal hold names."""
    held = holds.of(transaction.connection, tenant, table.name)
    if held.every is not None:
        return []
    if not held:
        return list(ids)
    rows = _records(transaction, table, tenant, ids)
    names = table.fields
    return [r.id for r in rows if held.why(r.id, names, [*map(r.values.get, names)]) is None]


def _records(transaction: Transaction, table: Table, tenant: str, ids: Sequence[str]) -> list[Row]:
    found = sqlite_rows.read(transaction.connection, table, tenant, ids)
    if transaction.cold is not None and len(found) < len(ids):
        missing = set(ids) - {row.id for row in found}
        cold = find(transaction.connection, transaction.cold, table, tenant, missing)
        found += [row_of(table, row) for row in cold.values()]
    return found


def forget(transaction: Transaction, tenant: str, named: Sequence[str] | None) -> int:
    """What housekeeping remembers of the tenant's records: ids in the change log, the words of load
    receipts, and outcomes that contain one of the names (`None`: all); how many entries. A load's
    reasons quote rows that were never stored, so all of them go."""
    connection = transaction.connection
    connection.execute(
        "UPDATE _changes SET id = '' WHERE tenant = ? AND id <> '' AND collection <> ''", (tenant,)
    )
    count = connection.changes()
    connection.execute(
        "UPDATE _progress SET receipt = json_set(receipt, '$.reasons', json('[]'), '$.notes',"
        " json('[]')) WHERE tenant = ?1 AND (receipt ->> '$.reasons' <> '[]'"
        " OR receipt ->> '$.notes' <> '[]')",
        (tenant,),
    )
    count += connection.changes()
    if named is None:
        connection.execute("DELETE FROM _idempotency WHERE tenant = ?", (tenant,))
        count += connection.changes()
    for name in named or ():
        connection.execute(
            "DELETE FROM _idempotency WHERE tenant = ?1 AND (instr(key, ?2) OR instr(outcome, ?2))",
            (tenant, name),
        )
        count += connection.changes()
    return count


def settle_words(transaction: Transaction, schema: Schema) -> None:
    """Deleted texts leave the full-text indexes, which keep them until they merge by themselves."""
    for table in schema.tables.values():
        if table.searched:
            name = search_name(table.name)
            transaction.connection.execute(f"INSERT INTO {name}({name}) VALUES ('optimize')")


def scrub(path: Path) -> bool:
    """Write the file anew without what it still holds of deleted rows, and empty its log; whether
    the log is empty (`False`: somebody is reading, try later)."""
    with translated(path):
        connection = connect(path, query_only=False)
        try:
            _forget_samples(connection)
            connection.execute("PRAGMA temp_store = FILE")
            connection.execute("VACUUM")
            busy: Any = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            return not busy[0]
        finally:
            connection.close(True)


def _forget_samples(connection: apsw.Connection) -> None:
    """Values that the engine's statistics hold as samples; it takes new ones by itself."""
    for name in ("sqlite_stat4", "sqlite_stat3"):
        if connection.execute("SELECT 1 FROM sqlite_schema WHERE name = ?", (name,)).get:
            connection.execute(f"DELETE FROM {name}")
