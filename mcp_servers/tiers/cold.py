"""The cold tier of one domain as its row store sees it: objects in a folder, single rows of them,
and scans. Opened with the store, but the engines behind it only when there is a segment to read.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mcp_servers.ports import Part, Watch
from mcp_servers.segments import ColdRow, Segment, readable
from mcp_servers.stores.files import Folder
from registry.errors import Corrupt

if TYPE_CHECKING:
    from mcp_servers.stores.duck import Scanner
    from mcp_servers.stores.parquet import Shelf


def _moved(found: Path, to: Path) -> None:
    found.replace(to)


class ColdFolder:
    """See `mcp_servers.ports.Cold`. `quarantine`: damaged objects, which nobody reads."""

    def __init__(self, folder: Path) -> None:
        self.objects = Folder(folder)
        self.quarantine = Folder(folder.parent.parent / "quarantine" / folder.name)
        self._lock = threading.Lock()
        self._shelf: Shelf | None = None
        self._scanner: Scanner | None = None

    @property
    def shelf(self) -> Shelf:
        """The reader of single rows."""
        with self._lock:
            if self._shelf is None:
                # a server without segments starts faster, and smaller, without these engines
                from mcp_servers.stores.parquet import Shelf

                self._shelf = Shelf(self.objects)
            return self._shelf

    def seek(self, segments: Sequence[Segment], ids: Collection[str]) -> list[tuple[Segment, int]]:
        """See the port."""
        return self.shelf.seek(segments, ids)

    def read(self, segment: Segment, rows: Sequence[int], fields: Sequence[str]) -> list[ColdRow]:
        """See the port."""
        return self.shelf.read(readable(segment), rows, fields)

    def pack(self, columns: Mapping[str, str], rows: Sequence[tuple[Any, ...]]) -> Any:
        """See the port."""
        from mcp_servers.stores.parquet import pack  # late: as above

        return pack(columns, rows)

    def scan(
        self, sql: str, values: Sequence[Any], parts: Sequence[Part], watch: Watch, *, most: int
    ) -> list[tuple[Any, ...]]:
        """See the port."""
        for part in parts:
            for segment in part.segments:
                readable(segment)
        shelf = self.shelf
        with self._lock:
            if self._scanner is None:
                from mcp_servers.stores.duck import Scanner

                self._scanner = Scanner(self.objects.path, shelf)
            scanner = self._scanner
        return scanner.run(sql, values, parts, watch, most)

    def narrowed(self, part: Part, places: Sequence[int]) -> Part:
        """See the port."""
        from mcp_servers.stores.duck import narrowed  # late: as above

        return narrowed(part, places)

    def set_aside(self, segment: Segment) -> None:
        """Take a damaged object out of its place, and keep it."""
        self.shelf.let_go(segment)
        with suppress(Corrupt):  # a missing one leaves nothing to keep
            found = self.objects.local(segment.name)
            self.quarantine.put(segment.name, partial(_moved, found))

    def close(self) -> None:
        """See the port."""
        with self._lock:
            if self._scanner is not None:
                self._scanner.close()
            if self._shelf is not None:
                self._shelf.close()
            self._scanner = self._shelf = None
