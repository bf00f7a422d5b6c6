"""The embedded cache: rows by (tenant, collection, id), bounded in bytes and in number.

A projection of the row store: it may be emptied at any moment. Which rows stay is decided in
`admission`; here only newer rows replace older ones. It does no I/O and is not thread-safe by
itself.
"""

from __future__ import annotations

from typing import Final, TypeAlias, cast

from mcp_servers.ports import Row
from mcp_servers.stores.admission import Admission
from registry.limits import CACHE_BYTES_MAX, CACHE_ROWS_MAX

_Key: TypeAlias = tuple[str, str, str]
_ROW_BYTES: Final = 600  # what an entry, its row and a ghost take in Python beside values, about
_VALUE_BYTES: Final = 100  # of a value and its place


def bytes_of(row: Row) -> int:
    """About what a row takes in memory."""
    text = sum(len(v) for v in row.values.values() if isinstance(v, (str, bytes)))
    return _ROW_BYTES + _VALUE_BYTES * len(row.values) + 2 * text + 2 * len(row.extra or "")


class MemoryCache:
    """See `mcp_servers.ports.Cache`."""

    def __init__(self, bytes_max: int = CACHE_BYTES_MAX, rows_max: int = CACHE_ROWS_MAX) -> None:
        self._rows: Admission[Row] = Admission(bytes_max, rows_max)
        self._dropped = 0

    def get(self, tenant: str, collection: str, key: str) -> Row | None:
        """The row, or `None`."""
        return self._rows.read((tenant, collection, key))

    def holds(self, tenant: str, collection: str, key: str) -> bool:
        """See the port."""
        return self._rows.peek((tenant, collection, key)) is not None

    def wants(self, tenant: str, collection: str, key: str) -> bool:
        """See the port."""
        return self._rows.is_wanted((tenant, collection, key))

    def put(self, tenant: str, collection: str, row: Row, *, unread: bool = False) -> None:
        """Keep a row; an older one never replaces a newer, one larger than a tenth of the budget
        is not kept."""
        key = (tenant, collection, row.id)
        before = self._rows.peek(key)
        if before is None or before.seq <= row.seq:
            self._rows.keep(key, row, bytes_of(row), unread=unread)

    def move(self, tenant: str, collection: str, row: Row) -> None:
        """See the port; else as `put`."""
        self.put(tenant, collection, row)
        self._rows.move((tenant, collection, row.id))

    def drop(self, tenant: str, collection: str, key: str, seq: int) -> None:
        """See the port."""
        if key:
            self._drop((tenant, collection, key), seq)
            return
        for known in self._rows:
            if cast(_Key, known)[:2] == (tenant, collection):
                self._drop(cast(_Key, known), seq)

    def _drop(self, key: _Key, seq: int) -> None:
        row = self._rows.peek(key)
        if row is not None and row.seq < seq:
            self._rows.drop(key)
            self._dropped += 1

    def clear(self) -> None:
        """Forget everything."""
        self._rows.clear()

    def rows(self, tenant: str) -> list[tuple[str, Row]]:
        """See the port."""
        known = [cast(_Key, key) for key in self._rows]
        mine = ((key[1], self._rows.peek(key)) for key in known if key[0] == tenant)
        return [(collection, row) for collection, row in mine if row is not None]

    def statistics(self) -> dict[str, int]:
        """See the port."""
        rows = self._rows
        return {
            "rows": len(rows),
            "rows_max": rows.entries_max,
            "bytes": rows.bytes,
            "bytes_max": rows.bytes_max,
            "hits": rows.hits,
            "misses": rows.misses,
            "kept": rows.kept,
            "admitted": rows.moves,
            "evicted": rows.evicted,
            "dropped": self._dropped,
        }
