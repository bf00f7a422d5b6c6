"""Checksums of a database's pages, by SQLite's own extension `cksumvfs`: eight bytes at the end of
each page, written with it and compared whenever it is read from the file.

So a page that rots is an error (`SQLITE_IOERR_DATA`) and never a wrong answer. SQLite's integrity
check alone passes over a changed value. A file that carries checksums may only be written by
connections that keep them, so an installation without the extension refuses it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import apsw

from registry.errors import Unavailable, shown

try:
    from apsw import sqlite_extra
except ImportError:  # pragma: no cover - an apsw built from source may lack its extras
    sqlite_extra = None  # type: ignore[assignment]

_NAME: Final = "cksumvfs"
_VFS: Final = "cksmvfs"
_RESERVED: Final = 8
_RESERVED_AT: Final = 20  # in the header, as SQLite's file format says
_PAGE_SIZE_AT: Final = 16
_HEADER_BYTES: Final = 100
_LOOKS: Final = 5
_PAUSE_S: Final = 0.05
_lock = threading.Lock()


def kept() -> bool:
    """Whether this installation keeps checksums. From the first call on, all connections do."""
    if sqlite_extra is None or not sqlite_extra.has(_NAME):
        return False
    with _lock:  # loaded twice, it would stand on itself
        if _VFS not in apsw.vfs_names():
            connection = apsw.Connection(":memory:")
            sqlite_extra.load(connection, _NAME)
            connection.close()
    return True


def open_file(path: Path, *, statements: int = 100) -> apsw.Connection:
    """A connection that gives a new file checksums. `Unavailable` where they cannot be kept."""
    keeps = kept()
    if not keeps and carried(path):
        raise Unavailable(
            f"{shown(path.name)} has page checksums, and this apsw cannot keep them; install apsw"
            " from a wheel (`pip install --only-binary apsw apsw`)."
        )
    connection = apsw.Connection(str(path), statementcachesize=statements)
    if keeps:
        connection.reserve_bytes(reserve=_RESERVED)
    return connection


def carried(path: Path) -> bool:
    """Whether the file's pages have checksums."""
    header = _header(path)
    return len(header) == _HEADER_BYTES and header[_RESERVED_AT] == _RESERVED


def told(bad: apsw.Error) -> bool:
    """Whether an error says that a page is not what was written, or that the file ends early."""
    return getattr(bad, "extendedresult", 0) in (
        apsw.SQLITE_IOERR_DATA,
        apsw.SQLITE_IOERR_CORRUPTFS,
        apsw.SQLITE_IOERR_SHORT_READ,
    )


def add(path: Path) -> bool:
    """Give an old file's pages checksums, whole or not at all; whether they have them now. It needs
    the file for itself, so with others at it nothing is done."""
    if carried(path):
        return True
    if not _header(path) or not kept():  # somebody is just making it, with them
        return False
    connection = open_file(path)
    try:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        if connection.execute("PRAGMA journal_mode = DELETE").get == "delete":
            connection.execute("VACUUM")
    except (apsw.BusyError, apsw.LockedError):
        return False
    finally:
        connection.close(True)
    return carried(path)


def rotten(path: Path) -> list[int]:
    """The pages, from 0, that are not what was written, unused ones too. A page that a checkpoint
    is just writing is looked at again. Errors are apsw's."""
    size = _page_size(_header(path))
    pause = threading.Event()
    with _opened(path) as file:
        pages = range((file.xFileSize() + size - 1) // size)
        found = [page for page in pages if not _sound(file, page, size)]
        for _ in range(_LOOKS):
            if not found:
                break
            pause.wait(_PAUSE_S)
            found = [page for page in found if not _sound(file, page, size)]
    return found


def _page_size(header: bytes) -> int:
    size = int.from_bytes(header[_PAGE_SIZE_AT : _PAGE_SIZE_AT + 2], "big")
    return 65_536 if size == 1 else max(size, 512)


def _sound(file: apsw.VFSFile, page: int, size: int) -> bool:
    try:
        return len(file.xRead(size, page * size)) == size
    except apsw.IOError:
        return False


def _header(path: Path) -> bytes:
    try:
        with _opened(path) as file:
            return bytes(file.xRead(_HEADER_BYTES, 0))
    except (apsw.CantOpenError, apsw.IOError):
        return b""


@contextmanager
def _opened(path: Path) -> Iterator[apsw.VFSFile]:
    """The file's bytes through SQLite's own door: closing it by any other would drop the locks that
    this process has on it."""
    flags = [apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_MAIN_DB, 0]
    file = apsw.VFSFile("", str(path.absolute()), flags)
    try:
        yield file
    finally:
        file.xClose()
