"""The embedded cache: rows by (tenant, collection, id), least recently used out first, bounded in
bytes.

A projection of the row store: it may be emptied at any moment. It does no I/O and is not
thread-safe by itself.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Final, TypeAlias

from mcp_servers.ports import Row
from registry.limits import CACHE_BYTES_MAX

_Key: TypeAlias = tuple[str, str, str]
_ROW_BYTES: Final = 600  # what an entry and its row take in Python beside their values, about
_VALUE_BYTES: Final = 100  # of a value and its place


def bytes_of(row: Row) -> int:
    """About what a row takes in memory."""
    text = sum(len(v) for v in row.values.values() if isinstance(v, (str, bytes)))
    return _ROW_BYTES + _VALUE_BYTES * len(row.values) + 2 * text + 2 * len(row.extra or "")


class MemoryCache:
    """See `mcp_servers.ports.Cache`."""

    def __init__(self, bytes_max: int = CACHE_BYTES_MAX) -> None:
        self._bytes_max = bytes_max
        self._rows: OrderedDict[_Key, tuple[Row, int]] = OrderedDict()
        self._bytes = 0
        self._counts = {"hits": 0, "misses": 0, "evicted": 0, "dropped": 0}

    def get(self, tenant: str, collection: str, key: str) -> Row | None:
        """The row, or `None`."""
        entry = self._rows.get((tenant, collection, key))
        if entry is None:
            self._counts["misses"] += 1
            return None
        self._rows.move_to_end((tenant, collection, key))
        self._counts["hits"] += 1
        return entry[0]

    def put(self, tenant: str, collection: str, row: Row) -> None:
        """Keep a row; an older one never replaces a newer, one larger than a tenth of the budget
        is not kept."""
        key = (tenant, collection, row.id)
        before = self._rows.get(key)
        if before is not None and before[0].seq > row.seq:
            return
        self._forget(key)
        size = bytes_of(row)
        if size > self._bytes_max // 10:
            return
        self._rows[key] = (row, size)
        self._bytes += size
        while self._bytes > self._bytes_max:
            self._bytes -= self._rows.popitem(last=False)[1][1]
            self._counts["evicted"] += 1

    def drop(self, tenant: str, collection: str, key: str, seq: int) -> None:
        """See the port."""
        if key:
            self._drop((tenant, collection, key), seq)
            return
        for known in [k for k in self._rows if k[0] == tenant and k[1] == collection]:
            self._drop(known, seq)

    def _drop(self, key: _Key, seq: int) -> None:
        entry = self._rows.get(key)
        if entry is not None and entry[0].seq < seq:
            self._forget(key)
            self._counts["dropped"] += 1

    def _forget(self, key: _Key) -> None:
        entry = self._rows.pop(key, None)
        if entry is not None:
            self._bytes -= entry[1]

    def clear(self) -> None:
        """Forget everything."""
        self._rows.clear()
        self._bytes = 0

    def rows(self, tenant: str) -> list[tuple[str, Row]]:
        """See the port."""
        return [(key[1], entry[0]) for key, entry in self._rows.items() if key[0] == tenant]

    def statistics(self) -> dict[str, int]:
        """rows, bytes, bytes_max, hits, misses, evicted, dropped."""
        return {
            "rows": len(self._rows),
            "bytes": self._bytes,
            "bytes_max": self._bytes_max,
            **self._counts,
        }
