"""Domain specs as files: the built-in ones, and those added under DATA/domains.

An added file of the same name stands over a built-in one. A file that does not parse takes its own
domain away and is reported; the others stay. Nothing here touches a row.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path

from mcp_servers.disk import unwritable
from registry import limits
from registry.domain import DomainSpec, check_domain_name, dump_spec, load_spec
from registry.errors import (
    BadInput,
    Conflict,
    IsothermError,
    NotFound,
    TooLarge,
    shown,
)


@dataclass(slots=True)
class Listing:
    """The domains as of one look at the folders. `faults`: {file name: what is wrong}."""

    specs: dict[str, DomainSpec] = field(default_factory=dict)
    added: list[str] = field(default_factory=list)
    faults: dict[str, str] = field(default_factory=dict)
    #: of the files' names and contents: equal wherever and whenever they were installed
    signature: str = ""


class DomainFiles:
    """Reads specs again only when a name, size or change time moved."""

    def __init__(self, builtin: Path, folder: Path) -> None:
        self._builtin = builtin
        self._added = folder / "domains"
        self._kept = Listing()
        self._stamp = ""

    def look(self) -> Listing:
        """What there is now."""
        files = [(False, p) for p in _yaml_files(self._builtin)]
        files += [(True, p) for p in _yaml_files(self._added)]
        stamp = _stamp([path for _, path in files])
        if stamp != self._stamp:
            self._kept, self._stamp = _read(files), stamp
        return self._kept

    def add(self, spec: DomainSpec, *, replace: bool) -> bool:
        """Write the spec's YAML; whether anything changed. `Conflict` for another domain of that
        name.
        """
        listing = self.look()
        known = listing.specs.get(spec.domain)
        if known == spec:
            return False
        if known is not None and not replace:
            raise Conflict(
                f"There is a domain {shown(spec.domain)} already, and it differs; "
                "choose another name or say `replace`."
            )
        if known is None and len(listing.specs) >= limits.DOMAINS_MAX:
            raise TooLarge(f"There are {limits.DOMAINS_MAX} domains already; remove one first.")
        self._write(self._added / f"{spec.domain}.yaml", dump_spec(spec).encode())
        return True

    def remove(self, name: str, *, at_us: int) -> None:
        """Set an added spec aside; its rows stay where they are."""
        try:
            path = self._added / f"{check_domain_name(name)}.yaml"
        except ValueError as bad:
            raise BadInput(f"{bad}.") from None
        if not path.is_file():
            raise NotFound(
                f"No added domain {shown(name)}; built-in ones cannot be removed, only overridden."
            )
        aside = self._added / "removed"
        try:
            aside.mkdir(parents=True, exist_ok=True)
            path.replace(aside / f"{name}.{at_us}.yaml")
        except OSError as bad:
            raise unwritable(f"{name}.yaml cannot be set aside", bad) from None

    def _write(self, target: Path, body: bytes) -> None:
        """Temporary file, fsync, rename, fsync of the folder: the old text or the new one, never
        half.
        """
        new = target.with_suffix(f".{os.getpid()}.new")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with new.open("wb") as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            new.replace(target)
            _sync_folder(target.parent)
        except OSError as bad:
            new.unlink(missing_ok=True)
            raise unwritable(f"{target.name} cannot be written", bad) from None


def _sync_folder(folder: Path) -> None:
    # Windows cannot open a folder, and does not need to: its renames are journalled.
    with contextlib.suppress(PermissionError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _yaml_files(folder: Path) -> list[Path]:
    try:
        return sorted(p for p in folder.iterdir() if p.suffix in (".yaml", ".yml") and p.is_file())
    except OSError:
        return []


def _stamp(paths: list[Path]) -> str:
    """What moves when a file does; cheap."""
    digest = hashlib.sha256()
    for path in paths:
        with contextlib.suppress(OSError):
            found = path.stat()
            digest.update(f"{path}\0{found.st_size}\0{found.st_mtime_ns}\0".encode())
    return digest.hexdigest()


def _read(files: list[tuple[bool, Path]]) -> Listing:
    out = Listing(signature=_signature(files))
    for is_added, path in files:
        try:
            spec = load_spec(path)
            if path.stem != spec.domain:
                raise BadInput(
                    f"{path.name}: holds `domain: {spec.domain}`; name the file after it."
                )
        except IsothermError as bad:
            out.faults[path.name] = bad.message
            out.specs.pop(path.stem, None)
            continue
        out.specs[spec.domain] = spec
        if is_added:
            out.added.append(spec.domain)
    return out


def _signature(files: list[tuple[bool, Path]]) -> str:
    digest = hashlib.sha256()
    for is_added, path in files:
        with contextlib.suppress(OSError), path.open("rb") as file:
            body = file.read(limits.SPEC_BYTES_MAX + 1)
            digest.update(f"{is_added}\0{path.name}\0{len(body)}\0".encode() + body)
    return digest.hexdigest()
