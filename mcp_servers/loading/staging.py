"""Staged sources: what a caller handed in, under a handle, until a load reads it.

A file is pinned, not copied: its size, change time and sha256 are written down, and whoever opens
the handle checks that it is still that file. Text and records that came inside a call lie beside
the manifest. A handle is 128 random bits, belongs to one tenant and expires. This room never looks
inside a source.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import stat
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Any, Final

import orjson

from mcp_servers.disk import unwritable
from registry import limits
from registry.clock import Clock
from registry.errors import BadInput, Conflict, Denied, NotFound, TooLarge, shown

HANDLE: Final = re.compile(r"[0-9a-f]{32}")
_SWEEP_US: Final = 3_600_000_000
_UNFINISHED_US: Final = 60_000_000  # longer than staging takes between the bytes and the manifest
_CHUNK_BYTES: Final = 1 << 20
_OPEN_FLAGS: Final = (
    os.O_RDONLY
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
)


@dataclass(frozen=True, slots=True)
class Staged:
    """A manifest. `owned`: the bytes lie in the staging folder and go with the handle."""

    handle: str
    tenant: str
    name: str
    path: str
    owned: bool
    bytes: int
    sha256: str
    mtime_ns: int
    staged_us: int
    format: str | None = None

    def to_wire(self) -> dict[str, Any]:
        """What a caller may know of it."""
        return {
            "handle": self.handle,
            "name": self.name,
            "bytes": self.bytes,
            "sha256": self.sha256,
        }


class Staging:
    """The staging folder of one data folder. Several processes may use it at once."""

    def __init__(
        self, folder: Path, *, clock: Clock, rng: Random, roots: Sequence[Path] = ()
    ) -> None:
        self._data = folder.resolve()
        self._folder = folder / "staging"
        self._clock = clock
        self._rng = rng
        self._swept_us = 0
        self._roots = tuple(root.resolve() for root in roots)

    def stage_path(self, tenant: str, path: str, *, format: str | None = None) -> Staged:
        """Pin a regular file under one of the roots. Blocks while it is hashed."""
        resolved = self._reachable(path)
        try:
            sha256, found = _pin(resolved)
        except OSError as bad:
            raise BadInput(f"{shown(path)} cannot be read: {bad.strerror}.") from None
        staged = Staged(
            handle=self._new_handle(),
            tenant=tenant,
            name=resolved.name,
            path=str(resolved),
            owned=False,
            bytes=found.st_size,
            sha256=sha256,
            mtime_ns=found.st_mtime_ns,
            staged_us=self._clock.now_us(),
            format=format,
        )
        return self._keep(staged)

    def stage_bytes(
        self, tenant: str, body: bytes, *, name: str, format: str | None = None
    ) -> Staged:
        """Keep bytes that came inside a call."""
        if len(body) > limits.INLINE_BYTES_MAX:
            raise TooLarge(
                f"The text or records are larger than {limits.INLINE_BYTES_MAX >> 20} MiB; "
                "save them as a file and ingest its path."
            )
        handle = self._new_handle()
        target = self._folder / f"{handle}.bin"
        self._write(target, body)
        staged = Staged(
            handle=handle,
            tenant=tenant,
            name=clean_name(name),
            path=str(target),
            owned=True,
            bytes=len(body),
            sha256=hashlib.sha256(body).hexdigest(),
            mtime_ns=target.stat().st_mtime_ns,
            staged_us=self._clock.now_us(),
            format=format,
        )
        return self._keep(staged)

    def open(self, tenant: str, handle: str) -> Staged:
        """As `open_staged`."""
        return open_staged(self._data, tenant, handle, self._clock)

    def sweep(self) -> int:
        """Drop expired handles and bytes that no manifest names; how many went."""
        dropped = 0
        for path in self._files():
            with contextlib.suppress(OSError):
                if _expired(path.stat().st_mtime_ns // 1_000, self._clock):
                    path.unlink()
                    dropped += 1
        return dropped

    def forget(self, tenant: str) -> int:
        """Drop all that a tenant handed in and no load has finished with; how many handles."""
        dropped = 0
        for path in self._files():
            with contextlib.suppress(OSError):
                if path.suffix == ".json":
                    if _tenant_of(path) != tenant:
                        continue
                    dropped += 1
                    path.with_suffix(".bin").unlink(missing_ok=True)
                elif path.with_suffix("").with_suffix(".json").exists() or not self._left(path):
                    continue
                path.unlink()
        return dropped

    def _left(self, path: Path) -> bool:
        """Whether bytes without a manifest are nobody's any more: whoever staged them has died."""
        age_us = self._clock.now_us() - path.stat().st_mtime_ns // 1_000
        return age_us > _UNFINISHED_US

    def _files(self) -> Iterable[Path]:
        try:
            return [p for p in self._folder.iterdir() if p.suffix in (".json", ".bin", ".new")]
        except OSError:
            return []

    def _reachable(self, path: str) -> Path:
        """The real path, if it lies under a root and not in the data folder."""
        if not self._roots:
            raise Denied(
                "No folder is open for `path`; set `roots` in the configuration, "
                "pass the text itself, or use `isotherm ingest`."
            )
        refusal = Denied(
            f"{shown(path)} is not a file under the open folders; "
            "they are set as `roots` in the configuration."
        )
        try:
            resolved = Path(path).resolve(strict=True)
        except (OSError, ValueError, RuntimeError):
            raise refusal from None
        if not any(resolved.is_relative_to(root) for root in self._roots):
            raise refusal
        if resolved.is_relative_to(self._data):
            raise refusal
        return resolved

    def _new_handle(self) -> str:
        return f"{self._rng.getrandbits(128):032x}"

    def _keep(self, staged: Staged) -> Staged:
        now_us = self._clock.now_us()
        if now_us - self._swept_us > _SWEEP_US:
            self._swept_us = now_us
            self.sweep()
        self._write(self._folder / f"{staged.handle}.json", orjson.dumps(asdict(staged)))
        return staged

    def _write(self, target: Path, body: bytes) -> None:
        """Whole or not at all, readable by the owner only."""
        new = target.with_suffix(target.suffix + ".new")
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
            with open(os.open(new, flags, 0o600), "wb") as file:
                file.write(body)
            new.replace(target)
        except OSError as bad:
            new.unlink(missing_ok=True)
            raise unwritable("The source cannot be staged", bad) from None


def open_staged(folder: Path, tenant: str, handle: str, clock: Clock) -> Staged:
    """The manifest, once it is sure that the source is still what was staged.

    `NotFound`: unknown, expired or another tenant's; the three read the same. `Conflict`: the file
    changed.
    """
    unknown = NotFound(f"No staged source {shown(handle)}; it may have expired. Stage it again.")
    if not HANDLE.fullmatch(handle):
        raise unknown
    try:
        manifest = (folder / "staging" / f"{handle}.json").read_bytes()
        staged = Staged(**orjson.loads(manifest))
    except (OSError, orjson.JSONDecodeError, TypeError):
        raise unknown from None
    if staged.tenant != tenant or _expired(staged.staged_us, clock):
        raise unknown
    _same(staged)
    return staged


def _tenant_of(manifest: Path) -> str | None:
    try:
        return str(orjson.loads(manifest.read_bytes())["tenant"])
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError):
        return None


def _expired(since_us: int, clock: Clock) -> bool:
    return clock.now_us() - since_us > limits.STAGING_SECONDS_MAX * 1_000_000


def clean_name(name: str) -> str:
    """The last part of a name, printable and short: it becomes a stem and never a path."""
    last = re.split(r"[/\\]", name)[-1]
    return "".join(c for c in last if c.isprintable())[:120] or "inline"


def stem(name: str) -> str:
    """`art_daily.csv.gz` -> `art_daily`."""
    base = clean_name(name)
    for suffix in (".gz", ".zst", ".zip"):
        base = base.removesuffix(suffix)
    head, dot, tail = base.rpartition(".")
    return head if dot and head and len(tail) <= 8 else base


def _pin(path: Path) -> tuple[str, os.stat_result]:
    """sha256 and stat of a regular file, both of the same open file."""
    with open(os.open(path, _OPEN_FLAGS), "rb", buffering=0) as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise BadInput(
                f"{shown(path.name)} is not a regular file; give a file with data in it."
            )
        if found.st_size > limits.SOURCE_BYTES_MAX:
            raise TooLarge(
                f"{shown(path.name)} is larger than {limits.SOURCE_BYTES_MAX >> 30} GiB; split it."
            )
        digest = hashlib.sha256()
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest(), found


def _same(staged: Staged) -> None:
    try:
        found = os.stat(staged.path, follow_symlinks=False)
    except OSError:
        found = None
    if found is None or (found.st_size, found.st_mtime_ns) != (staged.bytes, staged.mtime_ns):
        raise Conflict(f"{shown(staged.name)} changed since it was staged; ingest it again.")


__all__ = ["HANDLE", "Staged", "Staging", "clean_name", "open_staged", "stem"]
