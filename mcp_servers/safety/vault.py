"""A backup target: a folder with the bytes of any number of backups, each byte once, and their
manifests.

TARGET/blobs/ab/abcd…   a file's bytes under their checksum; never changed
TARGET/manifests/ID     what one backup consists of; written last, so that a torn one is none
TARGET/lock             held while somebody writes here; the system lets go of it when they die
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Final

import apsw

from mcp_servers.disk import unwritable
from mcp_servers.safety.manifests import Entry, Manifest, parse_manifest
from mcp_servers.stores.files import Folder, copied, digest_of
from registry.errors import BadInput, Corrupt, IsothermError, NotFound, TooBusy, shown

_SUFFIX: Final = ".json"


def blob_name(checksum: str) -> str:
    """Where the bytes with this checksum lie, under `blobs`."""
    return f"{checksum[:2]}/{checksum}"


def overlap(one: Path, other: Path) -> bool:
    """Whether one folder lies in the other, or is it, wherever links lead."""
    one, other = one.resolve(), other.resolve()
    return one.is_relative_to(other) or other.is_relative_to(one)


class Vault:
    """One target. Makes no folder before something is written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.blobs = Folder(path / "blobs")
        self._manifests = Folder(path / "manifests")

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else writes here. `TooBusy` while somebody does."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            lock = apsw.Connection(str(self.path / "lock"))
        except OSError as bad:
            raise unwritable(f"{shown(self.path)} cannot be made", bad) from None
        except apsw.Error:
            raise BadInput(f"{shown(self.path)} cannot be written to; choose another.") from None
        try:
            self._take(lock)
            yield
        finally:
            lock.close(True)

    def _take(self, lock: apsw.Connection) -> None:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except apsw.Error:
            raise TooBusy(
                f"Another backup is being written to {shown(self.path)}.", retry_after_ms=10_000
            ) from None

    # -- bytes -----------------------------------------------------------------------------------

    def holds(self, entry: Entry) -> bool:
        """Whether the bytes are there, by their name and size."""
        try:
            return self.blobs.local(blob_name(entry.sum)).stat().st_size == entry.bytes
        except (Corrupt, OSError):
            return False

    def keep(self, source: Path, entry: Entry) -> int:
        """Copy a file, unless its bytes are here; how many were copied. `Corrupt` when the file is
        not what the entry says."""
        if self.holds(entry):
            return 0
        return self.blobs.put(blob_name(entry.sum), partial(_copy, source, entry))

    def adopt(self, source: Path, path: str) -> tuple[Entry, int]:
        """Take a file over, unless its bytes are here; its entry, and how many were written."""
        entry = Entry(path, digest_of(source), source.stat().st_size)
        if self.holds(entry):
            source.unlink()
            return entry, 0
        return entry, self.blobs.put(blob_name(entry.sum), partial(_moved, source))

    def fault(self, entry: Entry) -> str | None:
        """What is wrong with the bytes, read to the last one."""
        try:
            if digest_of(self.blobs.local(blob_name(entry.sum))) == entry.sum:
                return None
        except (Corrupt, OSError):
            return "missing"
        return "damaged"

    def mend(self) -> list[str]:
        """Read every byte; damaged files are forgotten, so that the next backup copies them again.
        The paths that they have in some backup."""
        with self.alone():
            named = {entry.sum: entry for m in self.every()[0] for entry in m.files}
            damaged = [entry for entry in named.values() if self.fault(entry)]
            for entry in damaged:
                self.blobs.remove(blob_name(entry.sum))
        return [entry.path for entry in damaged]

    # -- manifests -------------------------------------------------------------------------------

    def ids(self) -> list[str]:
        """Of all backups, the newest first."""
        names = (n.removesuffix(_SUFFIX) for n in self._manifests.names() if n.endswith(_SUFFIX))
        return sorted(names, reverse=True)

    def write(self, manifest: Manifest) -> None:
        """From now on there is this backup."""
        data = manifest.dump()
        self._manifests.put(f"{manifest.id}{_SUFFIX}", lambda path: _write(path, data))

    def read(self, id: str | None = None) -> Manifest:
        """A backup's manifest; without `id`, the newest."""
        known = self.ids()
        if not known:
            raise NotFound(f"There is no backup in {shown(self.path)}.")
        if id is None:
            id = known[0]
        if id not in known:
            raise NotFound(f"No backup {shown(id)}; there are {', '.join(known[:10])}.")
        with suppress(OSError):
            return parse_manifest(self._manifests.local(f"{id}{_SUFFIX}").read_bytes(), id)
        raise Corrupt(f"Backup {shown(id)} cannot be read; use another one of the list.")

    def every(self) -> tuple[list[Manifest], dict[str, str]]:
        """All manifests, the newest first, and {id: why} of those that cannot be read."""
        found, faults = [], {}
        for id in self.ids():
            try:
                found.append(self.read(id))
            except IsothermError as refusal:
                faults[id] = refusal.message
        return found, faults

    def prune(self, keep: int) -> tuple[list[str], int]:
        """Forget all but the newest backups, and the bytes that no backup names: the ids, and how
        many files. Nothing is removed while a manifest cannot be read: its bytes are not known."""
        if keep < 1:
            raise BadInput("Keep at least one backup.")
        with self.alone():
            found, faults = self.every()
            if faults:
                raise Corrupt(f"{next(iter(faults.values()))} Nothing was removed.")
            for manifest in found[keep:]:
                self._manifests.remove(f"{manifest.id}{_SUFFIX}")
            named = {blob_name(entry.sum) for m in found[:keep] for entry in m.files}
            strays = [name for name in self.blobs.names() if name not in named]
            for name in strays:
                self.blobs.remove(name)
        return [manifest.id for manifest in found[keep:]], len(strays)


def _copy(source: Path, entry: Entry, to: Path) -> None:
    if copied(source, to) != entry.sum:
        to.unlink()
        raise Corrupt(
            f"{shown(entry.path)} is not what was written; run `isotherm check --deep`, then back"
            " up again."
        )


def _moved(source: Path, to: Path) -> None:
    source.replace(to)


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)
