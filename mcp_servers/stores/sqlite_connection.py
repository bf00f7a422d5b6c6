"""Opening SQLite the one right way, and saying its errors in our words. No other file names a
driver's exception."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import apsw

from mcp_servers.stores import sqlite_sums as sums
from registry.errors import (
    Bug,
    Corrupt,
    IsothermError,
    StorageFull,
    TooBusy,
    TooLarge,
    TooSlow,
    Unavailable,
    shown,
)
from registry.limits import BUSY_MS_MAX, RECORD_BYTES_MAX

_RETRY_MS: Final = 100
_OPEN_ATTEMPTS: Final = 200
_OPEN_PAUSE_S: Final = 0.02
_SETUP: Final = (
    "PRAGMA synchronous = FULL",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cache_size = -16000",
    "PRAGMA wal_autocheckpoint = 4000",
    "PRAGMA journal_size_limit = 67108864",
)
_PERCENTILE: Final = "ENABLE_PERCENTILE" in apsw.compile_options


def connect(path: Path, *, query_only: bool) -> apsw.Connection:
    """A connection in WAL mode. Several processes may do this on a fresh file at the same
    instant."""
    with translated(path):
        connection = sums.open_file(path, statements=256)
        try:
            _set_up(connection, query_only)
        except BaseException:
            connection.close()
            raise
    return connection


def _set_up(connection: apsw.Connection, query_only: bool) -> None:
    connection.set_busy_timeout(BUSY_MS_MAX)
    connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
    # Backstop: a value or row past this is refused by the engine itself.
    connection.limit(apsw.SQLITE_LIMIT_LENGTH, 4 * RECORD_BYTES_MAX)
    enter_wal(connection)
    for pragma in _SETUP:
        connection.execute(pragma)
    if query_only:
        connection.execute("PRAGMA query_only = ON")
    connection.create_scalar_function("isotherm_lower", _lower, 1, deterministic=True)
    connection.create_scalar_function("isotherm_whole", _whole, 1, deterministic=True)
    if not _PERCENTILE:  # pragma: no cover - wheels since 3.51 carry it
        _add_percentiles(connection)


def enter_wal(connection: apsw.Connection) -> None:
    """Changing the journal mode does not wait for other connections by itself, so try until it is
    done."""
    pause = threading.Event()
    for attempt in range(_OPEN_ATTEMPTS):
        try:
            connection.execute("PRAGMA journal_mode = WAL").fetchall()
            return
        except (apsw.BusyError, apsw.LockedError):
            if attempt == _OPEN_ATTEMPTS - 1:
                raise
            pause.wait(_OPEN_PAUSE_S)


def _lower(*texts: Any) -> Any:
    (text,) = texts
    return text.lower() if isinstance(text, str) else None


def _whole(*values: Any) -> Any:
    """SQLite goes on in floats where whole numbers overflow."""
    (value,) = values
    if isinstance(value, float):
        raise TooLarge("A computed number is outside the 64-bit integers; compute with fewer.")
    return value


class _Percentile:
    """Linear interpolation between the two nearest values (SQL's `percentile_cont`)."""

    def __init__(self) -> None:
        self._values: list[float] = []
        self._q = 0.5

    def step(self, value: float | None, q: float = 0.5) -> None:
        self._q = q
        if value is not None:
            self._values.append(value)

    def final(self) -> float | None:
        if not self._values:
            return None
        values = sorted(self._values)
        place = self._q * (len(values) - 1)
        low = int(place)
        high = min(low + 1, len(values) - 1)
        return float(values[low] + (values[high] - values[low]) * (place - low))


def _add_percentiles(connection: apsw.Connection) -> None:
    def fresh() -> tuple[Any, Any, Any]:
        state = _Percentile()
        return state, _Percentile.step, _Percentile.final

    connection.create_aggregate_function("median", fresh, 1)
    connection.create_aggregate_function("percentile_cont", fresh, 2)


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Driver errors inside become `IsothermError`s that name the file."""
    try:
        yield
    except apsw.Error as bad:
        raise in_our_words(bad, path) from bad


def in_our_words(bad: apsw.Error, path: Path) -> IsothermError:
    """The error of our tree that a driver's exception means."""
    where = shown(path.name)
    if isinstance(bad, (apsw.BusyError, apsw.LockedError, apsw.SchemaChangeError)):
        return TooBusy(
            f"{where} is locked by another process; try again.", retry_after_ms=_RETRY_MS
        )
    if isinstance(bad, (apsw.CorruptError, apsw.NotADBError)) or sums.told(bad):
        return Corrupt(f"{where} is damaged ({_code(bad)}); restore a backup or move it away.")
    if isinstance(bad, (apsw.FullError, apsw.IOError)):
        return StorageFull(
            f"{where} could not be written ({_code(bad)}); free space on its disk, then try again."
        )
    if isinstance(bad, (apsw.ReadOnlyError, apsw.CantOpenError, apsw.PermissionsError)):
        return Unavailable(
            f"{where} cannot be written ({_code(bad)}); check the data folder's permissions."
        )
    if isinstance(bad, apsw.InterruptError):
        return TooSlow("The query took too long; narrow it by time or by a filter.")
    return _refused(bad, where)


def _refused(bad: apsw.Error, where: str) -> IsothermError:
    said = str(bad)
    if isinstance(bad, apsw.TooBigError):
        return TooLarge("A value or a record is larger than the store holds; split it.")
    if isinstance(bad, apsw.NoMemError):
        return TooLarge("The query needs more memory than there is; narrow it.")
    if "integer overflow" in said:
        return TooLarge("A sum is outside the 64-bit integers; sum fewer records.")
    if "too many" in said or "too large" in said or "too deep" in said or "at most" in said:
        return TooLarge("The plan is too wide for one query; select fewer columns or predicates.")
    return Bug(f"{where}: the store refused a statement of ours ({type(bad).__name__}).")


def _code(bad: apsw.Error) -> str:
    number = getattr(bad, "extendedresult", 0)
    name = apsw.mapping_extended_result_codes.get(number) or apsw.mapping_result_codes.get(
        number & 255
    )
    return str(name or type(bad).__name__)
