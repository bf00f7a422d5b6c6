"""What things are called inside a row database. Pure.

Names of collections and fields are `[a-z](_?[a-z0-9])*`: they hold no quote and no `__`, so a
leading `_` or a `__` always marks a name of ours, and quoting is enough to keep SQL's own words
apart.
"""

from __future__ import annotations

from typing import Final

from registry.record import TypeName

COLUMN_TYPES: Final[dict[TypeName, str]] = {
    "text": "TEXT",
    "int": "INTEGER",
    "float": "REAL",
    "decimal": "INTEGER",
    "bool": "INTEGER",
    "date": "INTEGER",
    "time": "INTEGER",
    "json": "TEXT",
    "bytes": "BLOB",
    "ref": "TEXT",
}
#: of every full-text index, in all tiers
TOKENIZER: Final = "unicode61 remove_diacritics 2"


def quoted(name: str) -> str:
    """An identifier of a checked spec, quoted for SQL."""
    if '"' in name or "\x00" in name:
        raise ValueError(f"{name!r} is not a checked name")
    return f'"{name}"'


def table_name(collection: str) -> str:
    """The table of a collection's rows."""
    return quoted(f"c_{collection}")


def search_name(collection: str) -> str:
    """The full-text index over the collection's searched fields; its rowid is the row's `_row`."""
    return quoted(f"s_{collection}")


def search_column(field: str) -> str:
    """A searched field inside the full-text index, where `rank` and `rowid` are taken."""
    return quoted(f"f_{field}")


def index_name(collection: str, field: str) -> str:
    """The index over (tenant, field)."""
    return quoted(f"i__{collection}__{field}")
