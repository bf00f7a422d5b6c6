"""A backup's manifest: which files of a data folder it holds, with their checksums, and of which
moment each domain is. Pure; reads and writes nothing.

The manifest carries its own checksum. A file's bytes lie in the target under their checksum, so a
manifest is all that tells one backup from another.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import PurePosixPath
from typing import Any, Final

import orjson

from mcp_servers.stores.files import SUM_BYTES
from registry.errors import Corrupt, Unavailable, shown

FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """One file: where it stands in the data folder, its checksum and size."""

    path: str
    sum: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Moment:
    """A domain as it was backed up. `quarantined`: objects that were damaged and are left out."""

    as_of: str
    seq: int
    format: int
    spec: str
    segments: int
    quarantined: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Manifest:
    """`id`: its time, so that ids sort like backups."""

    id: str
    made_us: int
    files: Sequence[Entry]
    domains: Mapping[str, Moment]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(entry.bytes for entry in self.files)

    def dump(self) -> bytes:
        """As it lies in the target."""
        body = orjson.dumps({"format": FORMAT, **asdict(self)}, option=orjson.OPT_SORT_KEYS)
        return orjson.dumps({"manifest": body.decode(), "sum": _sum(body)})


def parse_manifest(data: bytes, name: str) -> Manifest:
    """The inverse of `dump`. `Corrupt` when it is not what was written, `Unavailable` when a newer
    version wrote it."""
    try:
        outer = orjson.loads(data)
        body = outer["manifest"].encode()
        if _sum(body) != outer["sum"]:
            raise ValueError("checksum")
        found = orjson.loads(body)
        made = found.pop("format")
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Corrupt(
            f"Backup {shown(name)} has a damaged manifest; use another one of the list."
        ) from None
    if made > FORMAT:
        raise Unavailable(
            f"Backup {shown(name)} has format {made}, made by a newer version; this one reads up to"
            f" {FORMAT}. Upgrade Isotherm, then restore it."
        )
    return _manifest(found)


def _manifest(found: dict[str, Any]) -> Manifest:
    files = [Entry(**entry) for entry in found["files"]]
    for entry in files:
        place = PurePosixPath(entry.path)
        if place.is_absolute() or ".." in place.parts or "\\" in entry.path or ":" in entry.path:
            raise Corrupt(f"A manifest names {shown(entry.path)}, which is no file of a backup.")
    domains = {name: Moment(**moment) for name, moment in found["domains"].items()}
    return Manifest(found["id"], found["made_us"], files, domains)


def _sum(body: bytes) -> str:
    return hashlib.blake2b(body, digest_size=SUM_BYTES).hexdigest()
