"""A disk that keeps apart what was synced and what was only written, and that shows a data folder as a power
cut would leave it: all that was synced, and of the rest any part, torn and in any order.

SQLite's files (database, WAL, journal) are watched by a VFS, write by write; of other files the disk knows the
bytes at their last fsync and those that they have now. A folder's entries are what stood in it when it was
last synced, each later one kept or not by itself. Shared memory is gone after a cut.
"""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

import apsw

_ENGINE_FILES = (".db", ".db-wal", ".db-journal")
_SYSTEM = "unix"
_SUMS = "cksmvfs"  # stands on what is there when it is loaded, which must be ours
_fsync = os.fsync


@dataclass(eq=False)
class Written:
    """A file of the engine: what is synced, and the writes since, in order; `None`: cut to that size."""

    synced: bytearray = field(default_factory=bytearray)
    since: list[tuple[int, bytes | None]] = field(default_factory=list)

    def sync(self) -> None:
        for at, data in self.since:
            _apply(self.synced, at, data)
        self.since = []


@dataclass(eq=False)
class Other:
    """Any other file, held open so that its number is not given to another."""

    handle: int
    synced: bytes = b""

    def now(self) -> bytes:
        return os.pread(self.handle, os.fstat(self.handle).st_size, 0)


#: what a name in a folder stands for; `None`: another folder
Entry = Written | Other | None


@dataclass
class Cut:
    """How one power cut treats what was not synced."""

    chance: Random
    kept: float
    sector: int | None  # bytes that are written whole; None: each write is whole

    def keeps(self) -> bool:
        return self.chance.random() < self.kept


def any_cut(chance: Random) -> Cut:
    kept = chance.choice([0.0, 0.0, 0.1, 0.5, 0.9, 1.0])
    return Cut(chance, kept, chance.choice([None, 512, 4096]))


class Disk:
    """Watches the files under `root`. `on_event` is called before and after what may be lost or is kept."""

    def __init__(self, root: Path, on_event: Callable[[str], None]) -> None:
        self.root = root
        self._on_event = on_event
        self._lock = threading.RLock()
        self._engine: dict[str, Written] = {}
        self._others: dict[int, Other] = {}
        self._folders: dict[str, Mapping[str, Entry]] = {}

    @contextmanager
    def watched(self) -> Iterator[None]:
        _let_go()
        self._begin()
        vfs = _Watch(self)
        try:
            with patch("os.fsync", self._fsync):
                yield
        finally:
            _let_go()
            vfs.unregister()
            for other in self._others.values():
                os.close(other.handle)

    def image(self, into: Path, cut: Cut) -> None:
        """The folder after a cut at this moment."""
        with self._lock:
            into.mkdir(parents=True)
            self._fill(self.root, into, cut)

    def _begin(self) -> None:
        """What stands there already is synced."""
        for path in sorted(self.root.rglob("*")):
            if path.is_file() and path.name.endswith(_ENGINE_FILES):
                self._engine[str(path)] = Written(bytearray(path.read_bytes()))
        for folder in (self.root, *self.root.rglob("*")):
            if folder.is_dir():
                self.sync_folder(folder)
        for other in self._others.values():
            other.synced = other.now()

    # -- what happens to files -------------------------------------------------------------------

    def event(self, what: str) -> None:
        with self._lock:
            self._on_event(what)

    def opened(self, path: str) -> Written | None:
        """The record of an engine's file, if it is one of ours."""
        if not (path.startswith(str(self.root)) and path.endswith(_ENGINE_FILES)):
            return None
        with self._lock:
            return self._engine.setdefault(path, Written())

    @contextmanager
    def changing(self) -> Iterator[None]:
        """No image is made meanwhile."""
        with self._lock:
            yield

    def removed(self, path: str) -> None:
        self._engine.pop(path, None)

    def sync_folder(self, path: Path) -> None:
        self._folders[str(path)] = self._entries(path)

    def _fsync(self, handle: Any) -> None:
        found = os.fstat(handle)
        self.event("object")
        with self._lock:
            _fsync(handle)
            if not stat.S_ISDIR(found.st_mode):
                other = self._other(found.st_ino, lambda: os.dup(handle))
                other.synced = other.now()
            else:
                for path in (self.root, *self.root.rglob("*/")):
                    if path.is_dir() and path.stat().st_ino == found.st_ino:
                        self.sync_folder(path)
        self.event("object")

    def _other(self, number: int, handle: Callable[[], int]) -> Other:
        if number not in self._others:
            self._others[number] = Other(handle())
        return self._others[number]

    def _entries(self, folder: Path) -> dict[str, Entry]:
        found: dict[str, Entry] = {}
        for path in folder.iterdir() if folder.is_dir() else ():
            if path.name.endswith("-shm"):
                continue
            if path.is_dir():
                found[path.name] = None
            elif str(path) in self._engine:
                found[path.name] = self._engine[str(path)]
            else:
                found[path.name] = self._other(
                    path.stat().st_ino, lambda path=path: os.open(path, os.O_RDONLY)
                )
        return found

    # -- what a cut leaves -----------------------------------------------------------------------

    def _fill(self, folder: Path, into: Path, cut: Cut) -> None:
        synced, now = self._folders.get(str(folder), {}), self._entries(folder)
        for name in sorted(synced.keys() | now.keys()):
            both = [entries[name] for entries in (synced, now) if name in entries]
            if len(both) == 2 and both[0] is both[1]:
                entry = both[0]
            else:
                entries = now if cut.keeps() else synced
                if name not in entries:
                    continue
                entry = entries[name]
            if entry is None:
                (into / name).mkdir()
                self._fill(folder / name, into / name, cut)
            else:
                (into / name).write_bytes(left(entry, cut))


def left(entry: Written | Other, cut: Cut) -> bytes:
    """What a cut leaves of a file."""
    if isinstance(entry, Other):
        return _mixed(entry.synced, entry.now(), cut)
    out = bytearray(entry.synced)
    for at, data in entry.since:
        if data is None:
            if cut.keeps():
                _apply(out, at, None)
            continue
        for start, piece in _pieces(at, data, cut.sector):
            if cut.keeps():
                _apply(out, start, piece)
    return bytes(out)


def _mixed(synced: bytes, now: bytes, cut: Cut) -> bytes:
    """Each sector as it was synced or as it is now."""
    size = len(now) if cut.keeps() else len(synced)
    out = bytearray(synced[:size].ljust(size, b"\0"))
    for start, piece in _pieces(0, now[:size], cut.sector or 4096):
        if cut.keeps():
            out[start : start + len(piece)] = piece
    return bytes(out)


def _pieces(at: int, data: bytes, sector: int | None) -> Iterator[tuple[int, bytes]]:
    end = at + len(data)
    while at < end:
        stop = end if sector is None else min(end, (at // sector + 1) * sector)
        yield at, data[: stop - at]
        data, at = data[stop - at :], stop


def _apply(content: bytearray, at: int, data: bytes | None) -> None:
    if data is None:
        del content[at:]
        return
    if len(content) < at:
        content.extend(bytes(at - len(content)))
    content[at : at + len(data)] = data


def _let_go() -> None:
    if _SUMS in apsw.vfs_names():
        apsw.unregister_vfs(_SUMS)


class _Watch(apsw.VFS):
    """The system's VFS, with the disk told of all that happens."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        super().__init__("watched", _SYSTEM, makedefault=True)

    def xOpen(self, name: Any, flags: Any) -> Any:
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        written = self._disk.opened(path or "")
        if written is None:
            return apsw.VFSFile(_SYSTEM, name, flags)
        return _WatchedFile(self._disk, Path(path), written, name, flags)

    def xDelete(self, name: str, sync: bool) -> None:
        with self._disk.changing():
            super().xDelete(name, sync)
            self._disk.removed(name)
            if sync:
                self._disk.sync_folder(Path(name).parent)


class _WatchedFile(apsw.VFSFile):
    """One opening of an engine's file. As in os_unix.c, the first sync of a journal or WAL that was opened to
    be made syncs its folder too."""

    def __init__(self, disk: Disk, path: Path, written: Written, name: Any, flags: Any) -> None:
        self._disk, self._path, self._written = disk, path, written
        self._sync_folder = path.suffix != ".db"
        super().__init__(_SYSTEM, name, flags)

    def xWrite(self, data: Any, offset: int) -> None:
        self._disk.event("engine")
        with self._disk.changing():
            super().xWrite(data, offset)
            self._written.since.append((offset, bytes(data)))

    def xTruncate(self, size: int) -> None:
        with self._disk.changing():
            super().xTruncate(size)
            self._written.since.append((size, None))

    def xSync(self, flags: int) -> None:
        self._disk.event("engine")
        with self._disk.changing():
            super().xSync(flags)
            self._written.sync()
            if self._sync_folder:
                self._disk.sync_folder(self._path.parent)
                self._sync_folder = False
        self._disk.event("engine")
