"""The embedded Objects: a folder. An object is on disk, whole, before `put` returns.

Written beside its place, synced, renamed, and the folder synced (where the system can), so that a
power cut leaves an object or none.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Final

from registry.errors import Corrupt, StorageFull, Unavailable, shown

UNFINISHED: Final = ".part"
_ATTEMPTS: Final = 3
_CHUNK_BYTES: Final = 1 << 20
SUM_BYTES: Final = 16


def digest_of(path: Path) -> str:
    """The checksum of a file, as all names and ledgers have it."""
    hasher = hashlib.blake2b(digest_size=SUM_BYTES)
    with path.open("rb") as file:
        while some := file.read(_CHUNK_BYTES):
            hasher.update(some)
    return hasher.hexdigest()


def copied(path: Path, to: Path) -> str:
    """Copy a file; the checksum of what was copied."""
    hasher = hashlib.blake2b(digest_size=SUM_BYTES)
    with path.open("rb") as file, to.open("wb") as out:
        while some := file.read(_CHUNK_BYTES):
            hasher.update(some)
            out.write(some)
    return hasher.hexdigest()


class Folder:
    """See `mcp_servers.ports.Objects`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._entered: set[Path] = set()  # folders whose own entries are on disk

    def put(self, name: str, write: Callable[[Path], None]) -> int:
        """See the port. Several may put the same object at once. `StorageFull` or `Unavailable`
        when the disk refuses."""
        place = self._place(name)
        for left in reversed(range(_ATTEMPTS)):
            try:
                return self._put(place, write)
            except FileNotFoundError as bad:  # a sweep took it for the rest of a crash
                if not left:
                    raise _refused(name, bad) from None
            except OSError as bad:
                raise _refused(name, bad) from None
        raise AssertionError("the last attempt returns or raises")

    def _put(self, place: Path, write: Callable[[Path], None]) -> int:
        place.parent.mkdir(parents=True, exist_ok=True)
        part = _claimed(place)
        try:
            write(part)
            _sync(part)
            part.replace(place)
        except OSError:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
            raise
        self._enter(place.parent)
        return place.stat().st_size

    def _enter(self, folder: Path) -> None:
        """What stands in the folder is on disk. The folders above it once: they stay."""
        sync_folder(folder)
        if folder in self._entered:
            return
        for above in _above(folder, self.path):
            sync_folder(above)
        self._entered.add(folder)

    def local(self, name: str) -> Path:
        """See the port."""
        place = self._place(name)
        if not place.is_file():
            raise Corrupt(f"Object {shown(name)} is missing; restore it from a backup.")
        return place

    def remove(self, name: str) -> None:
        """See the port."""
        try:
            self._place(name).unlink(missing_ok=True)
        except OSError as bad:  # Windows keeps a file that is open; the next sweep takes it
            raise Unavailable(f"Object {shown(name)} is in use ({bad.strerror}).") from None

    def names(self) -> Iterator[str]:
        """See the port. What a crash left unfinished is among them."""
        for path in sorted(self.path.rglob("*")):
            if path.is_file():
                yield path.relative_to(self.path).as_posix()

    def _place(self, name: str) -> Path:
        place = self.path.joinpath(*name.split("/"))
        if ".." in place.parts:
            raise Unavailable(f"{shown(name)} is no name of an object.")
        return place


def _claimed(place: Path) -> Path:
    """A new file beside the place, nobody else's."""
    for number in count():
        part = place.with_name(f"{place.name}.{number}{UNFINISHED}")
        with contextlib.suppress(FileExistsError):
            part.touch(exist_ok=False)
            return part
    raise AssertionError("numbers do not end")


def _refused(name: str, bad: OSError) -> StorageFull:
    return StorageFull(
        f"Object {shown(name)} could not be written ({bad.strerror}); free space on its disk, then"
        " try again."
    )


def _above(folder: Path, root: Path) -> list[Path]:
    """The folders that may be new: those between, the root, and the two that lead to it."""
    inside = [path for path in folder.parents if root in path.parents]
    return [*inside, root, root.parent, root.parent.parent]


def _sync(path: Path) -> None:
    # Windows flushes files that are open for writing only
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def sync_folder(path: Path) -> None:
    """What stands in a folder outlives a power cut, where the system can be asked for it."""
    if os.name == "nt":
        return  # a rename is in the journal already, and folders cannot be opened
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
