"""What `isotherm ingest` was given, as a list of files: folders expanded, stdin spooled."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from registry.errors import BadInput, TooLarge, shown
from registry.limits import FILES_MAX

EXTENSIONS: Final = {
    "csv": ("csv", "tsv"),
    "json": ("json",),
    "jsonl": ("jsonl", "ndjson"),
    "parquet": ("parquet",),
    "sqlite": ("sqlite", "sqlite3", "db"),
}
KNOWN: Final = tuple(extension for kind in EXTENSIONS.values() for extension in kind)
PACKED: Final = ("gz", "zst", "zip")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to load. `bytes`: its size as it lies on disk."""

    path: Path
    bytes: int

    @property
    def stem(self) -> str:
        """The name without its known extensions: `art_daily.csv.gz` is `art_daily`."""
        parts = self.path.name.split(".")
        while len(parts) > 1 and parts[-1].lower() in (*KNOWN, *PACKED):
            parts.pop()
        return ".".join(parts)


@contextmanager
def gathered(given: Sequence[str], *, format: str | None) -> Iterator[list[SourceFile]]:
    """The files of the arguments; what came on stdin is on disk for as long as the block lasts.

    A folder gives its data files, with `format` only those that are named so.
    """
    if given.count("-") > 1:
        raise BadInput("- (stdin) can be given once.")
    if "-" not in given:
        yield _bounded(_expand(given, format))
        return
    with TemporaryDirectory(prefix="isotherm-") as folder:
        spooled = Path(folder) / f"stdin.{format or 'data'}"
        with spooled.open("wb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file)
        named = [str(spooled) if name == "-" else name for name in given]
        yield _bounded(_expand(named, format))


def _expand(given: Sequence[str], format: str | None) -> list[SourceFile]:
    wanted = KNOWN if format is None else EXTENSIONS[format]
    found: list[SourceFile] = []
    for name in given:
        if "://" in name:
            raise BadInput(f"{shown(name)}: URLs are not read yet; download the file first.")
        path = Path(name).absolute()
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if is_named(p, wanted) and p.is_file())
            if not inside:
                raise BadInput(
                    f"{shown(name)} holds no data file ({', '.join(wanted)}; also packed)."
                )
            found.extend(_source(p) for p in inside)
        else:
            found.append(_source(path))
    return found


def _source(path: Path) -> SourceFile:
    try:
        return SourceFile(path, path.stat().st_size)
    except OSError as bad:
        raise BadInput(f"{shown(path.name)} cannot be read: {bad.strerror}.") from None


def _bounded(files: list[SourceFile]) -> list[SourceFile]:
    if len(files) > FILES_MAX:
        raise TooLarge(f"{len(files):,} files at once; {FILES_MAX:,} are the most.")
    return files


def is_named(path: Path, wanted: Sequence[str]) -> bool:
    """Whether a folder's file has one of the extensions, under a packing extension too."""
    if path.name.startswith("."):
        return False
    parts = path.name.lower().split(".")[1:]
    if parts and parts[-1] in PACKED:
        return parts[-1] == "zip" or (len(parts) > 1 and parts[-2] in wanted)
    return bool(parts) and parts[-1] in wanted
