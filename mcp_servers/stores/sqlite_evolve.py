# ruff: noqa: S608 - identifiers come from a checked spec and are quoted; values are always bound
"""Making a file's tables fit a spec, in the caller's transaction. What would lose data is
refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import apsw
import orjson

from mcp_servers.stores import sqlite_ledger as ledger
from mcp_servers.stores import sqlite_recall as cold
from mcp_servers.stores.sqlite_heat import HEAT
from mcp_servers.stores.sqlite_ledger import LEDGER
from mcp_servers.stores.sqlite_names import index_name, quoted, search_name
from mcp_servers.stores.sqlite_schema import FORMAT, HOUSEKEEPING, Schema, Table, indexed_fields
from mcp_servers.stores.sqlite_writer import Transaction
from registry.domain import FieldSpec
from registry.errors import Conflict, IsothermError, shown
from registry.limits import ID_CHARS_MAX
from registry.record import canonical_json, decode

_ROWS_AT_ONCE: Final = 1_000
_SAME_TEXT: Final = frozenset({"text", "ref"})


def create(connection: apsw.Connection, schema: Schema) -> None:
    """All tables of a new file."""
    for statement in (*HOUSEKEEPING, *LEDGER, *HEAT):
        connection.execute(statement)
    for table in schema.tables.values():
        for statement in table.definition():
            connection.execute(statement)
    connection.execute("INSERT INTO _meta VALUES ('format', ?)", (FORMAT,))
    connection.execute("INSERT INTO _meta VALUES ('cursor_key', randomblob(32))")
    _describe(connection, schema)


def migrate(connection: apsw.Connection, made: int) -> None:
    """From format `made` to today's, in the caller's transaction."""
    if made < 2:
        for statement in (*LEDGER, *HEAT):
            connection.execute(statement)
    connection.execute("UPDATE _meta SET value = ? WHERE name = 'format'", (FORMAT,))


def evolve(transaction: Transaction, new: Schema) -> None:
    """From the transaction's schema to `new`. `Conflict` says what stands in the way and what to
    do."""
    old, connection = transaction.schema, transaction.connection
    if old.digest == new.digest:
        return
    ledger.stop_moves(connection, transaction.now_us)
    for name, table in old.tables.items():
        if name not in new.tables:
            _remove_table(transaction, table)
    for name, table in new.tables.items():
        if name in old.tables:
            _Change(transaction, old.tables[name], table).make()
        else:
            for statement in table.definition():
                connection.execute(statement)
    _describe(connection, new)
    transaction.log("", "", [""])
    transaction.schema = new


def _describe(connection: apsw.Connection, schema: Schema) -> None:
    connection.executemany(
        "INSERT OR REPLACE INTO _meta VALUES (?, ?)",
        [("spec", schema.text), ("spec_hash", schema.digest)],
    )


def _remove_table(transaction: Transaction, table: Table) -> None:
    connection = transaction.connection
    if _exists(connection, table, "1") or cold.any_record(transaction, table):
        raise Conflict(
            f"Collection {shown(table.name)} still holds records; delete them before you remove it."
        )
    if table.searched:
        connection.execute(f"DROP TABLE {search_name(table.name)}")
    connection.execute(f"DROP TABLE {table.sql}")


def _exists(connection: apsw.Connection, table: Table, condition: str, *values: Any) -> bool:
    return bool(
        connection.execute(
            f"SELECT EXISTS(SELECT 1 FROM {table.sql} WHERE {condition})",
            values,
        ).get
    )


class _Change:
    """One collection's way from `old` to `new`."""

    def __init__(self, transaction: Transaction, old: Table, new: Table) -> None:
        self.transaction = transaction
        self.connection = transaction.connection
        self.old = old
        self.new = new
        self.replaced = [
            name
            for name, field in new.spec.fields.items()
            if name in old.spec.fields and not _same(old.spec.fields[name], field)
        ]
        self.removed = [name for name in old.spec.fields if name not in new.spec.fields]
        self.added = [name for name in new.spec.fields if name not in old.spec.fields]

    def make(self) -> None:
        self._refuse_losses()
        if self.added:
            cold.recall(self.transaction, self.old, self.added)
        search_moved = self.old.searched != self.new.searched or self.replaced
        if search_moved and self.old.searched:
            self.connection.execute(f"DROP TABLE {search_name(self.old.name)}")
        self._move_columns()
        if self.added:
            self._absorb()
        if search_moved and self.new.searched:
            for statement in (*self.new.search_definition(), self.new.search_fill()):
                self.connection.execute(statement)

    def _refuse_losses(self) -> None:
        cold_record = cold.any_record(self.transaction, self.old)
        if self.old.spec.key != self.new.spec.key and (cold_record or self._holds("1")):
            self._refuse("its key changes, and the ids of its records are made of the key")
        for name in self.removed:
            if self._holds_values(name):
                self._refuse(f"field {shown(name)} is removed but holds values")
        for name in self.replaced:
            if self._holds_values(name):
                self._refuse(f"field {shown(name)} changes its type but holds values")
        for name, field in self.new.spec.fields.items():
            if name in self.old.spec.fields and name not in self.replaced:
                self._check_values(name, field)

    def _check_values(self, name: str, field: FieldSpec) -> None:
        was = self.old.spec.fields[name]
        if field.enum is not None and (was.enum is None or set(was.enum) - set(field.enum)):
            self._check_enum(name, field.enum)
        if field.type == "ref" and was.type == "text":
            column = quoted(name)
            if self._holds(
                f"length({column}) = 0 OR length({column}) > ?", ID_CHARS_MAX
            ) or self._cold_holds(name, lambda text: not 0 < len(text) <= ID_CHARS_MAX):
                self._refuse(f"field {shown(name)} becomes a ref but holds texts that are no ids")

    def _check_enum(self, name: str, values: tuple[str, ...]) -> None:
        column = quoted(name)
        if self._holds(
            f"{column} IS NOT NULL AND {column} NOT IN (SELECT value FROM json_each(?))",
            orjson.dumps(values).decode(),
        ) or self._cold_holds(name, lambda value: value not in values):
            self._refuse(f"field {shown(name)} holds values that its enum leaves out")

    def _holds(self, condition: str, *values: Any) -> bool:
        return _exists(self.connection, self.old, condition, *values)

    def _holds_values(self, name: str) -> bool:
        return self._holds(f"{quoted(name)} IS NOT NULL") or self._cold_holds(name, lambda _: True)

    def _cold_holds(self, name: str, wrong: Callable[[Any], bool]) -> bool:
        return cold.any_value(self.transaction, self.old, name, wrong)

    def _refuse(self, why: str) -> None:
        raise Conflict(
            f"Collection {shown(self.old.name)} cannot change so: {why}. "
            "Keep it as it was under this name and add the new form under another."
        )

    def _move_columns(self) -> None:
        before, after = set(indexed_fields(self.old.spec)), set(indexed_fields(self.new.spec))
        gone = {*self.removed, *self.replaced}
        for name in sorted((before - after) | (before & gone)):
            self.connection.execute(f"DROP INDEX {index_name(self.old.name, name)}")
        for name in (*self.removed, *self.replaced):
            self.connection.execute(f"ALTER TABLE {self.old.sql} DROP COLUMN {quoted(name)}")
        for name in (*self.replaced, *self.added):
            self.connection.execute(
                f"ALTER TABLE {self.new.sql} ADD COLUMN {self.new.column(name)}"
            )
        for name in sorted((after - before) | (after & gone)):
            self.connection.execute(self.new.index(name))

    def _absorb(self) -> None:
        """Values that waited in `extra` under a new field's name move into its column, if they
        fit."""
        place: Any = 0
        while rows := self.connection.execute(
            f"SELECT _row, extra FROM {self.new.sql}"
            " WHERE _row > ? AND extra IS NOT NULL ORDER BY _row LIMIT ?",
            (place, _ROWS_AT_ONCE),
        ).fetchall():
            place = rows[-1][0]
            for row, extra in rows:
                self._absorb_row(row, str(extra))

    def _absorb_row(self, row: Any, text: str) -> None:
        extra: dict[str, Any] = orjson.loads(text)
        taken = {}
        for name in self.added:
            if extra.get(name) is None:
                continue
            try:
                taken[name] = _fitting(extra[name], self.new.spec.fields[name])
            except IsothermError:
                continue  # it does not fit the field, so it stays where it is
            del extra[name]
        if not taken:
            return
        sets = ", ".join(f"{quoted(name)} = ?" for name in taken)
        self.connection.execute(
            f"UPDATE {self.new.sql} SET extra = ?, {sets} WHERE _row = ?",
            (canonical_json(extra) if extra else None, *taken.values(), row),
        )


def _same(old: FieldSpec, new: FieldSpec) -> bool:
    """Whether stored values mean the same under both."""
    return old.kind == new.kind or {old.type, new.type} == _SAME_TEXT


def _fitting(wire: Any, field: FieldSpec) -> Any:
    value = decode(wire, field.kind)
    if field.enum is not None and value not in field.enum:
        raise Conflict("not a value of the enum")
    return value
