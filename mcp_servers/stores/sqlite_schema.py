# ruff: noqa: S608 - identifiers come from a checked spec and are quoted; values are always bound
"""The tables of a domain, as values: what a spec looks like inside SQLite. Opens nothing, changes
nothing.

c_NAME   _row (stable rowid), _tenant, id, version, _seq, one column per field, extra;   UNIQUE
(_tenant, id) s_NAME   full-text index over the searched fields, contentless, its rowid is `_row`
_meta    format, spec, spec_hash, cursor_key _changes (seq, tenant, collection, id): what moved,
contiguous, the last CHANGES_KEPT_MAX
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import orjson

from mcp_servers.stores.sqlite_names import (
    COLUMN_TYPES,
    TOKENIZER,
    index_name,
    quoted,
    search_column,
    search_name,
    table_name,
)
from registry.catalog import Catalogue
from registry.domain import CollectionSpec, DomainSpec

FORMAT: Final = 2
HOUSEKEEPING: Final = (
    "CREATE TABLE _meta(name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID",
    "CREATE TABLE _changes(seq INTEGER PRIMARY KEY AUTOINCREMENT, tenant TEXT NOT NULL,"
    " collection TEXT NOT NULL, id TEXT NOT NULL) STRICT",
    "CREATE TABLE _idempotency(tenant TEXT, key TEXT, digest BLOB NOT NULL, outcome TEXT NOT NULL,"
    " at_us INTEGER NOT NULL, PRIMARY KEY (tenant, key)) STRICT, WITHOUT ROWID",
    "CREATE INDEX i__idempotency__at ON _idempotency(at_us)",
    "CREATE TABLE _progress(tenant TEXT, load TEXT, rows INTEGER NOT NULL, done INTEGER NOT NULL,"
    " receipt TEXT NOT NULL, PRIMARY KEY (tenant, load)) STRICT, WITHOUT ROWID",
)


def indexed_fields(spec: CollectionSpec) -> tuple[str, ...]:
    """The fields that stand in an index of their own, behind the tenant."""
    return tuple(
        name
        for name, f in spec.fields.items()
        if name == spec.time or f.index or f.type == "ref" or f.enum is not None
    )


@dataclass(frozen=True)
class Table:
    """One collection's statements. Parameters are named in each line's comment."""

    name: str
    spec: CollectionSpec
    fields: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", tuple(self.spec.fields))

    @cached_property
    def sql(self) -> str:
        return table_name(self.name)

    @cached_property
    def searched(self) -> tuple[str, ...]:
        return self.spec.searched

    @cached_property
    def columns(self) -> str:
        """id, version, _seq, extra, then the fields."""
        return ", ".join(("id", "version", "_seq", "extra", *map(quoted, self.fields)))

    @cached_property
    def select_one(self) -> str:  # tenant, id
        return f"SELECT {self.columns} FROM {self.sql} WHERE _tenant = ? AND id = ?"

    @cached_property
    def select_many(self) -> str:  # tenant, JSON list of ids
        return (
            f"SELECT {self.columns} FROM {self.sql}"
            " WHERE _tenant = ? AND id IN (SELECT value FROM json_each(?))"
        )

    @cached_property
    def select_keys(self) -> str:  # tenant, JSON list of ids -> _row, id
        return (
            f"SELECT _row, id FROM {self.sql}"
            " WHERE _tenant = ? AND id IN (SELECT value FROM json_each(?))"
        )

    @cached_property
    def last_row(self) -> str:
        return f"SELECT ifnull(max(_row), 0) FROM {self.sql}"

    @cached_property
    def insert(self) -> str:  # _row, tenant, id, version, _seq, extra, fields…
        marks = ", ".join("?" * (6 + len(self.fields)))
        return f"INSERT INTO {self.sql}(_row, _tenant, {self.columns}) VALUES ({marks})"

    @cached_property
    def update(self) -> str:  # version, _seq, extra, fields…, _row
        sets = ", ".join(f"{quoted(name)} = ?" for name in self.fields)
        return f"UPDATE {self.sql} SET version = ?, _seq = ?, extra = ?, {sets} WHERE _row = ?"

    @cached_property
    def delete(self) -> str:  # _row
        return f"DELETE FROM {self.sql} WHERE _row = ?"

    @cached_property
    def search_insert(self) -> str:  # _row, searched fields…
        names = ", ".join(("rowid", *map(search_column, self.searched)))
        marks = ", ".join("?" * (1 + len(self.searched)))
        return f"INSERT INTO {search_name(self.name)}({names}) VALUES ({marks})"

    @cached_property
    def search_delete(self) -> str:  # _row
        return f"DELETE FROM {search_name(self.name)} WHERE rowid = ?"

    def definition(self) -> list[str]:
        """The statements that make the table, its indexes and its full-text index."""
        columns = [
            "_row INTEGER PRIMARY KEY",
            "_tenant TEXT NOT NULL",
            "id TEXT NOT NULL",
            "version INTEGER NOT NULL",
            "_seq INTEGER NOT NULL",
            *(self.column(name) for name in self.fields),
            "extra TEXT",
            "UNIQUE (_tenant, id)",
        ]
        return [
            f"CREATE TABLE {self.sql}({', '.join(columns)}) STRICT",
            *(self.index(name) for name in indexed_fields(self.spec)),
            *self.search_definition(),
        ]

    def column(self, name: str) -> str:
        """A field's column definition."""
        return f"{quoted(name)} {COLUMN_TYPES[self.spec.fields[name].type]}"

    def index(self, name: str) -> str:
        """The statement that makes a field's index."""
        return f"CREATE INDEX {index_name(self.name, name)} ON {self.sql}(_tenant, {quoted(name)})"

    def search_definition(self) -> list[str]:
        """The statements that make the full-text index; none without searched fields."""
        if not self.searched:
            return []
        names = ", ".join(map(search_column, self.searched))
        return [
            f"CREATE VIRTUAL TABLE {search_name(self.name)} USING fts5({names}, content='',"
            f" contentless_delete=1, tokenize='{TOKENIZER}')"
        ]

    def search_fill(self) -> str:
        """The statement that indexes every stored row."""
        names = ", ".join(("rowid", *map(search_column, self.searched)))
        fields = ", ".join(("_row", *map(quoted, self.searched)))
        return f"INSERT INTO {search_name(self.name)}({names}) SELECT {fields} FROM {self.sql}"


class Schema:
    """A spec and its tables."""

    def __init__(self, spec: DomainSpec) -> None:
        self.spec = spec
        self.tables = {name: Table(name, c) for name, c in spec.collections.items()}
        self.catalogue = Catalogue([spec])

    def table(self, collection: str) -> Table:
        """By short name or address; `UnknownDomain` naming what there is."""
        name = collection.removeprefix(f"{self.spec.domain}.")
        found = self.tables.get(name)
        if found is None:
            self.spec.collection(collection)  # raises
            raise AssertionError("a collection of the spec has a table")
        return found

    @cached_property
    def text(self) -> str:
        """The spec as JSON, as `_meta` holds it."""
        return orjson.dumps(self.spec.model_dump(mode="json")).decode()

    @cached_property
    def digest(self) -> str:
        """Equal specs have equal digests."""
        return hashlib.blake2b(self.text.encode(), digest_size=16).hexdigest()
