"""Backing up a data folder while it is written, by this process or any other.

Per domain: the objects are pinned, the row database is copied as of one moment, and the objects
which that copy's ledger names are copied too, if the target has not got their bytes. So rows and
segments are of one moment, each domain of its own (`as_of`). Then what the orchestrator remembers,
and the domains' files. The manifest is written last.

Not in a backup: the signing key (a folder without one makes its own; it signs tokens that live for
minutes), staged sources (they expire; a load that was cut is repeated), sidecars and the cache
(made again). Bytes of erased records are not in it, as long as the erasure was before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson

from mcp_servers.safety.manifests import Entry, Manifest, Moment
from mcp_servers.safety.vault import Vault, overlap
from mcp_servers.segments import Segment, State
from mcp_servers.stores.files import Folder
from mcp_servers.stores.sqlite_copy import Pin, content, copy
from registry.clock import Clock, to_datetime
from registry.errors import BadInput, IsothermError
from registry.limits import BACKUP_PIN_SECONDS
from registry.moment import time_text

_US: Final = 1_000_000
_KNOWN: Final = "backups"
Step = Callable[[str], None]


def _go_on(step: str) -> None:
    """Nothing happens between two steps, but in tests."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A backup that was made, and how many bytes its target did not have yet."""

    manifest: Manifest
    written: int


@dataclass(frozen=True, slots=True)
class Known:
    """A backup of this data folder, as the folder remembers it; it may be in the making."""

    id: str
    target: str
    made_us: int


def take(folder: Path, target: Path, clock: Clock, *, on_step: Step = _go_on) -> Taken:
    """Back the data folder up. Blocks for as long as it takes to read what is new."""
    folder, target = folder.absolute(), target.absolute()
    if overlap(folder, target):
        raise BadInput("A backup cannot lie in the data folder, nor around it; choose another.")
    vault = Vault(target)
    with vault.alone():
        now_us = clock.now_us()
        id = f"{to_datetime(now_us):%Y%m%dT%H%M%S}.{now_us % _US:06}Z"
        with _remembered(folder, Known(id, str(target), now_us)):
            return _Taking(folder, vault, clock, id, on_step).all(now_us)


class _Taking:
    """One backup on its way."""

    def __init__(self, folder: Path, vault: Vault, clock: Clock, id: str, on_step: Step) -> None:
        self._folder = folder
        self._vault = vault
        self._clock = clock
        self._id = id
        self._on_step = on_step
        self._work = vault.path / "work.db"
        self._files: list[Entry] = []
        self._written = 0

    def all(self, now_us: int) -> Taken:
        domains = {
            path.stem: self._domain(path) for path in sorted((self._folder / "rows").glob("*.db"))
        }
        if (self._folder / "system.db").exists():
            copy(self._folder / "system.db", self._work)
            self._adopt("system.db")
        for path in sorted((self._folder / "domains").rglob("*.yaml")):
            self._plain(path)
        manifest = Manifest(self._id, now_us, tuple(self._files), domains)
        self._on_step("copied")
        self._vault.write(manifest)
        self._on_step("written")
        return Taken(manifest, self._written)

    def _domain(self, path: Path) -> Moment:
        pin = Pin(path, self._id)
        try:
            self._renew(pin)
            as_of = time_text(self._clock.now_us())
            copy(path, self._work)
            held = content(self._work)
            self._adopt(f"rows/{path.name}")
            self._on_step("snapshot")
            lost = [s.name for s in held.segments if s.state is State.QUARANTINED]
            kept = [s for s in held.segments if s.state is not State.QUARANTINED]
            for segment in kept:
                self._object(path.stem, segment)
                self._renew(pin)
        finally:
            with suppress(IsothermError):  # it ends by itself
                pin.drop()
        return Moment(as_of, held.seq, held.format, held.spec, len(kept), tuple(lost))

    def _renew(self, pin: Pin) -> None:
        pin.until(self._clock.now_us() + BACKUP_PIN_SECONDS * _US)

    def _object(self, domain: str, segment: Segment) -> None:
        name = f"objects/{domain}/{segment.name}"
        entry = Entry(name, segment.checksum, segment.bytes)
        source = Folder(self._folder / "objects" / domain).local(segment.name)
        self._add(entry, self._vault.keep(source, entry))
        self._on_step("object")

    def _plain(self, path: Path) -> None:
        self._work.write_bytes(path.read_bytes())
        self._adopt(path.relative_to(self._folder).as_posix())

    def _adopt(self, name: str) -> None:
        """What was copied to the working file is this file of the data folder."""
        self._add(*self._vault.adopt(self._work, name))

    def _add(self, entry: Entry, written: int) -> None:
        self._files.append(entry)
        self._written += written


# -- what the data folder remembers ----------------------------------------------------------------


@contextmanager
def _remembered(folder: Path, known: Known) -> Iterator[None]:
    """The folder knows of the backup before the first byte is copied, so that an erasure which
    happens meanwhile can name it."""
    remember(folder, known)
    try:
        yield
    except BaseException:
        forget(folder, known.id)
        raise


def remember(folder: Path, known: Known) -> None:
    """Write a backup down in the data folder."""
    body = orjson.dumps({"id": known.id, "target": known.target, "made_us": known.made_us})
    Folder(folder / _KNOWN).put(f"{known.id}.json", lambda path: _write(path, body))


def forget(folder: Path, id: str) -> None:
    """The backup is no more."""
    Folder(folder / _KNOWN).remove(f"{id}.json")


def known_backups(folder: Path) -> list[Known]:
    """The backups of a data folder that it knows of, the oldest first: what an erasure cannot
    reach."""
    found = []
    for path in sorted((folder / _KNOWN).glob("*.json")):
        with suppress(OSError, ValueError, TypeError):
            found.append(Known(**orjson.loads(path.read_bytes())))
    return found


def prune(folder: Path, target: Path, keep: int) -> tuple[list[str], int]:
    """See `Vault.prune`; the data folder forgets them too."""
    ids, files = Vault(target.absolute()).prune(keep)
    for id in ids:
        forget(folder, id)
    return ids, files


def _write(path: Path, body: bytes) -> None:
    path.write_bytes(body)


__all__ = ["Known", "Taken", "forget", "known_backups", "prune", "remember", "take"]
