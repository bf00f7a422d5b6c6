# ruff: noqa: S608 - identifiers come from a checked spec and are quoted; values are always bound
"""The scanner of segments: DuckDB in memory, shut off from everything but one folder of objects.

Each scan is one statement whose tables are the parts given: rows as Arrow columns, and segments
read by the engine itself, without the rows that are not live. No settings can be changed once it
is open, nothing is ever stored in it, and a statement that runs late is interrupted.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa
from duckdb.func import FunctionNullHandling, PythonUDFType

from mcp_servers.ports import Part, Watch
from mcp_servers.segments import ENVELOPE, KEY_BITS, PLACE, Segment
from mcp_servers.stores.parquet import Shelf, pack
from registry.errors import Bug, Corrupt, IsothermError, TooLarge, TooSlow
from registry.limits import SCAN_MEMORY_BYTES_MAX, SCAN_THREADS_MAX
from registry.record import INT64_MAX

_SQL_TYPES: Final = {
    "string": "VARCHAR",
    "binary": "BLOB",
    "double": "DOUBLE",
    "int64": "BIGINT",
}
_LOOK_S: Final = 0.05  # between two looks at the watches
#: a row among those of the objects of one read; narrow, because joins hash it
_OBJECT_ROW: Final = f"CAST((file_index << {KEY_BITS}) + file_row_number AS UINTEGER)"


class Scanner:
    """Runs statements over parts. Any thread may call; scans run beside each other."""

    def __init__(self, folder: Path, shelf: Shelf) -> None:
        self._shelf = shelf
        self._engine = _locked_down(folder)
        self._guard = _Guard()

    def run(
        self, sql: str, values: Sequence[Any], parts: Sequence[Part], watch: Watch, most: int
    ) -> list[tuple[Any, ...]]:
        """See `Cold.scan`."""
        connection = self._engine.cursor()
        try:
            bound = list(values)
            parts, matches = _searched(self._shelf, parts)
            tables = [
                _Table(connection, n, part, self._shelf, bound).sql()
                for n, part in enumerate(parts)
            ]
            for table, places in matches.items():
                connection.register(table, _places(places))
            with self._guard.over(connection, watch):
                cursor = connection.execute(f"WITH {', '.join(tables)} {sql}", bound)
                found: list[tuple[Any, ...]] = cursor.fetchmany(most)
            return _held(found)
        except duckdb.Error as bad:
            raise _in_our_words(bad) from bad
        finally:
            connection.close()

    def close(self) -> None:
        self._guard.close()
        self._engine.close()


def _locked_down(folder: Path) -> duckdb.DuckDBPyConnection:
    engine = duckdb.connect(
        ":memory:",
        config={
            "threads": SCAN_THREADS_MAX,
            "memory_limit": f"{SCAN_MEMORY_BYTES_MAX >> 20}MiB",
            "preserve_insertion_order": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "temp_directory": "",
        },
    )
    engine.create_function(
        "isotherm_lower",
        _lower,
        ["VARCHAR"],
        "VARCHAR",
        type=PythonUDFType.ARROW,
        null_handling=FunctionNullHandling.SPECIAL,
    )
    place = str(folder).replace("'", "''")
    engine.execute(f"SET allowed_directories = ['{place}']")
    engine.execute("SET parquet_metadata_cache = true")  # of objects, which never change
    # it fails over columns that a file does not hold (the row's own number): DuckDB 2.0.0
    engine.execute("SET disabled_optimizers = 'late_materialization'")
    engine.execute("SET enable_external_access = false")
    engine.execute("SET lock_configuration = true")
    return engine


def _lower(texts: Any) -> Any:
    return pa.array([t if t is None else t.lower() for t in texts.to_pylist()], pa.string())


class _Guard:
    """Interrupts statements when their watches say so; one thread for all of them."""

    def __init__(self) -> None:
        self._running: dict[object, tuple[duckdb.DuckDBPyConnection, Watch]] = {}
        self._change = threading.Condition()
        self._closed = False
        threading.Thread(target=self._look, name="scan guard", daemon=True).start()

    @contextlib.contextmanager
    def over(self, connection: duckdb.DuckDBPyConnection, watch: Watch) -> Iterator[None]:
        """What runs inside on this connection ends with its time."""
        key = object()
        with self._change:
            self._running[key] = (connection, watch)
            self._change.notify()
        try:
            yield
        finally:
            with self._change:
                del self._running[key]

    def close(self) -> None:
        """End the thread."""
        with self._change:
            self._closed = True
            self._change.notify()

    def _look(self) -> None:
        with self._change:
            while not self._closed:
                for connection, watch in self._running.values():
                    if watch.late():
                        connection.interrupt()
                self._change.wait(_LOOK_S if self._running else None)


def _searched(shelf: Shelf, parts: Sequence[Part]) -> tuple[list[Part], dict[str, list[int]]]:
    """The parts without segments in which nothing that must match does, and the matching places of
    each search, in rows and segments."""
    left: list[Part] = []
    found: dict[str, list[int]] = {}
    for part in parts:
        rows = {
            (table, segment.number): shelf.words(segment, part.searched, expression)
            for table, (expression, _) in part.matches.items()
            for segment in part.segments
        }
        reached = [s for s in part.segments if all(rows[table, s.number] for table in part.needed)]
        left.append(replace(part, segments=reached))
        for table, (_, places) in part.matches.items():
            found[table] = list(places)
            for base, segment in enumerate(chain(*_groups(reached))):
                found[table] += [_place(base, row) for row in rows[table, segment.number]]
    return left, found


def _groups(segments: Sequence[Segment]) -> list[list[Segment]]:
    """Segments that one read can take together: equal columns, and all whole or one that is
    not."""
    groups: dict[Any, list[Segment]] = {}
    for segment in segments:
        whole = segment.live == segment.rows
        own = 0 if whole else segment.number
        key = (own, segment.dead > 0, tuple(sorted(segment.columns.items())))
        groups.setdefault(key, []).append(segment)
    return list(groups.values())


def narrowed(part: Part, places: Sequence[int]) -> Part:
    """See `Cold.narrowed`."""
    rows = [-place - 1 for place in places if place < 0]
    order = list(chain(*_groups(part.segments)))
    reached = [order[base] for base in sorted({row >> KEY_BITS for row in rows})]
    numbers = sorted({row & (1 << KEY_BITS) - 1 for row in rows})
    return replace(part, segments=reached, only=numbers)


def _place(base: int, row: int) -> int:
    """Where a segment's row stands among all rows of the part; rows of the row tier are > 0."""
    return -((base << KEY_BITS) + row) - 1


def _places(places: Sequence[int]) -> pa.Table:
    return pa.table({"place": pa.array(places, pa.int64())})


class _Table:
    """One part as a table expression of the statement."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        number: int,
        part: Part,
        shelf: Shelf,
        bound: list[Any],
    ) -> None:
        self.connection = connection
        self.number = number
        self.part = part
        self.shelf = shelf
        self.bound = bound
        self.kinds = part.columns

    def sql(self) -> str:
        branches = [self._rows()] if self.part.rows or not self.part.segments else []
        base = 0
        for group in _groups(self.part.segments):
            branches.append(self._segments(group, base))
            base += len(group)
        return f"{self.part.table} AS NOT MATERIALIZED ({' UNION ALL '.join(branches)})"

    def _rows(self) -> str:
        name = f"r{self.number}"
        batches = self.part.batches or [pack(self.kinds, ())]
        self.connection.register(name, pa.Table.from_batches(batches))
        return f"SELECT {', '.join(map(_quoted, self.kinds))} FROM {name}"

    def _segments(self, group: Sequence[Segment], base: int) -> str:
        self.bound.append([str(self.shelf.path(segment)) for segment in group])
        place = f"-((({base} + file_index) << {KEY_BITS}) + file_row_number) - 1"
        held = {**group[0].columns, **ENVELOPE}
        outputs = ", ".join(
            f"{place} AS {name}"
            if name == PLACE
            else _quoted(name)
            if held.get(name) == kind
            else f"NULL::{_SQL_TYPES[kind]} AS {_quoted(name)}"
            for name, kind in self.kinds.items()
        )
        source = f"read_parquet(?{len(self.bound)})"
        if group[0].dead:
            source += f" ANTI JOIN {self._dead(group, base)} ON dead_row = {_OBJECT_ROW}"
        conditions = []
        if group[0].live < group[0].rows:
            conditions.append(f"file_row_number < {group[0].live}")
        if self.part.only:
            conditions.append(f"file_row_number IN ({', '.join(map(str, self.part.only))})")
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        return f"SELECT {outputs} FROM {source}{where}"

    def _dead(self, group: Sequence[Segment], base: int) -> str:
        at = {segment.number: n for n, segment in enumerate(group)}
        name = f"d{self.number}_{base}"
        rows = [(at[n] << KEY_BITS) + row for n, row in self.part.dead if n in at]
        self.connection.register(name, pa.table({"dead_row": pa.array(rows, pa.uint32())}))
        return name


def _quoted(name: str) -> str:
    return f'"{name}"'


def _held(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The rows, unless a whole number in them is past what a store holds."""
    for row in rows:
        for value in row:
            if type(value) is int and not -INT64_MAX - 1 <= value <= INT64_MAX:
                raise TooLarge("A sum is outside the 64-bit integers; sum fewer records.")
    return rows


def _in_our_words(bad: duckdb.Error) -> IsothermError:
    if isinstance(bad, duckdb.InterruptException):
        return TooSlow("The query took too long; narrow it by time or by a filter.")
    if isinstance(bad, duckdb.OutOfMemoryException):
        return TooLarge("The query needs more memory than there is; narrow it.")
    if isinstance(bad, duckdb.OutOfRangeException | duckdb.ConversionException):
        return TooLarge("A number is outside the numbers a store holds; fold fewer records.")
    if isinstance(bad, duckdb.IOException):
        return Corrupt("A segment cannot be read; run a deep check.")
    return Bug(f"The scanner refused a statement of ours ({type(bad).__name__}).")
