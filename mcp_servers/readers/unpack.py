"""Compressed sources as streams. Nothing is written to disk, and nothing expands past its caps.

One layer only: an archive inside an archive is refused. `zip` is read member by member; names are
checked though nothing is ever extracted by name.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any, Final

import zstandard

from mcp_servers.readers.table import Cut, Source
from registry import limits
from registry.errors import BadInput, TooLarge, shown

GZIP: Final = b"\x1f\x8b"
ZSTD: Final = b"\x28\xb5\x2f\xfd"
ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_OTHERS: Final = {
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"7z\xbc\xaf": "7-Zip",
    b"Rar!": "RAR",
    b"\x04\x22\x4d\x18": "lz4",
}
#: a packed file that must be sought in is held in memory, up to this
_WHOLE_BYTES_MAX: Final = 512 << 20
# A zstd block of 128 KiB may lie in 4 bytes: small bites keep one bite's output small too.
_BITE_BYTES: Final = {"gzip": 16 << 10, "zstd": 1 << 10}


@dataclass(frozen=True, slots=True)
class Member:
    """One plain stream of a source: the file itself, or a member of a zip. `open` starts from the
    beginning.
    """

    name: str
    open: Callable[[], IO[bytes]]
    #: bytes as they lie on disk
    packed_bytes: int
    #: the stream can seek, for formats that need to
    seekable: bool


def layer(head: bytes) -> str | None:
    """The compression that the first bytes announce."""
    if head.startswith(GZIP):
        return "gzip"
    if head.startswith(ZSTD):
        return "zstd"
    return "zip" if head.startswith(ZIP) else None


def refuse_unknown(head: bytes, name: str) -> None:
    """`BadInput` for archives that are not read."""
    for magic, what in _OTHERS.items():
        if head.startswith(magic):
            raise BadInput(
                f"{shown(name)} is {what}, which is not read; use gzip, zstd or zip instead."
            )


def members(source: Source) -> list[Member]:
    """The plain streams of a file. `BadInput` or `TooLarge` for what cannot be opened safely."""
    path, name, size = source.path, source.name, source.bytes
    with open(path, "rb") as file:
        head = file.read(8)
    refuse_unknown(head, name)
    kind = layer(head)
    if kind is None:
        return [Member(name, lambda: open(path, "rb"), size, True)]
    if kind == "zip":
        return _zip_members(source)
    inner = re.sub(r"\.(gz|gzip|zst|zstd)$", "", name, flags=re.IGNORECASE)

    def start() -> IO[bytes]:
        return _buffered(_Inflated(open(path, "rb"), kind))

    _refuse_nested(start, inner)
    return [Member(inner, start, size, False)]


def _refuse_nested(start: Callable[[], IO[bytes]], name: str) -> None:
    with start() as stream:
        try:
            head = stream.read(8)
        except Cut:
            raise BadInput(
                f"{shown(name)}: the compressed file is cut short; fetch it again."
            ) from None
    if layer(head) is not None:
        raise BadInput(f"{shown(name)} is an archive inside an archive; unpack it once.")
    refuse_unknown(head, name)


def _buffered(raw: io.RawIOBase) -> IO[bytes]:
    return io.BufferedReader(raw, buffer_size=256 << 10)


def in_memory(member: Member, what: str) -> bytes:
    """A packed file that needs seeking, unpacked into memory."""
    with member.open() as stream:
        try:
            body = stream.read(_WHOLE_BYTES_MAX + 1)
        except Cut as cut:
            raise BadInput(f"{shown(member.name)}: {cut}; fetch it again.") from None
    if len(body) > _WHOLE_BYTES_MAX:
        raise TooLarge(
            f"{shown(member.name)} is a packed {what} of more than {_WHOLE_BYTES_MAX >> 20} MiB; "
            "unpack it first."
        )
    return body


class Gauge:
    """Counts what came out against what went in."""

    def __init__(self) -> None:
        self.packed = 0
        self.expanded = 0

    def add(self, packed: int, expanded: int) -> None:
        self.packed += packed
        self.expanded += expanded
        if self.expanded > limits.EXPANDED_BYTES_MAX:
            raise TooLarge(
                f"The file unpacks to more than {limits.EXPANDED_BYTES_MAX >> 30} GiB; split it."
            )
        over = self.expanded > limits.EXPANSION_RATIO_MAX * max(self.packed, 1)
        if over and self.expanded > limits.EXPANSION_FREE_BYTES:
            raise TooLarge(
                f"The file unpacks to more than {limits.EXPANSION_RATIO_MAX} times its size, "
                "as a decompression bomb does; unpack it yourself if you trust it."
            )


class _Inflated(io.RawIOBase):
    """A gzip or zstd file, several members or frames long, as plain bytes."""

    def __init__(self, file: IO[bytes], kind: str) -> None:
        self._file = file
        self._kind = kind
        self._gauge = Gauge()
        self._inflater: Any = None
        self._rest = b""
        self._out = memoryview(b"")

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        self._file.close()
        super().close()

    def readinto(self, buffer: Any) -> int:
        while not self._out:
            if not self._step():
                return 0
        size = min(len(buffer), len(self._out))
        buffer[:size] = self._out[:size]
        self._out = self._out[size:]
        return size

    def _step(self) -> bool:
        """Unpack one bite; False at the end. `Cut` when the file stops inside a member."""
        bite = self._rest or self._file.read(_BITE_BYTES[self._kind])
        fresh = 0 if self._rest else len(bite)
        self._rest = b""
        if not bite:
            if self._inflater is not None:
                raise Cut("the compressed file is cut short")
            return False
        if self._inflater is None:
            if not bite.strip(b"\0"):
                return True  # zero padding after the last member, as tape tools leave it
            self._inflater = self._start()
        try:
            out = self._inflater.decompress(bite)
        except (zlib.error, zstandard.ZstdError):
            raise Cut("the compressed file is damaged") from None
        if self._inflater.eof:
            self._rest, self._inflater = self._inflater.unused_data, None
        self._gauge.add(fresh, len(out))
        self._out = memoryview(out)
        return True

    def _start(self) -> Any:
        if self._kind == "gzip":
            return zlib.decompressobj(31)
        return zstandard.ZstdDecompressor(max_window_size=128 << 20).decompressobj()


class _Measured(io.RawIOBase):
    """A zip member, counted."""

    def __init__(self, stream: IO[bytes], packed: int) -> None:
        self._stream = stream
        self._gauge = Gauge()
        self._gauge.packed = packed

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        self._stream.close()
        super().close()

    def readinto(self, buffer: Any) -> int:
        try:
            chunk = self._stream.read(len(buffer))
        except (zipfile.BadZipFile, zlib.error, EOFError):
            raise Cut("the archive is damaged") from None
        self._gauge.add(0, len(chunk))
        buffer[: len(chunk)] = chunk
        return len(chunk)


def _zip_members(source: Source) -> list[Member]:
    name = source.name
    try:
        archive = source.opened.enter_context(zipfile.ZipFile(source.path))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise BadInput(f"{shown(name)} is a damaged or cut zip file; fetch it again.") from None
    infos = [i for i in archive.infolist() if not i.is_dir() and not _is_litter(i.filename)]
    if len(infos) > limits.ARCHIVE_MEMBERS_MAX:
        raise TooLarge(
            f"{shown(name)} holds {len(infos):,} files; the most is {limits.ARCHIVE_MEMBERS_MAX:,}."
        )
    if any(i.filename == "[Content_Types].xml" for i in infos):
        raise BadInput(f"{shown(name)} is an Office file; save the sheet as CSV.")
    if not infos:
        raise BadInput(f"{shown(name)} is an archive without files.")
    return [_zip_member(archive, info) for info in infos]


def _is_litter(filename: str) -> bool:
    return filename.startswith("__MACOSX/") or filename.rsplit("/", 1)[-1].startswith(".")


def _zip_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Member:
    parts = re.split(r"[/\\]", info.filename)
    if ".." in parts or info.filename.startswith(("/", "\\")) or ":" in parts[0]:
        raise BadInput(f"The archive holds a path that leaves it: {shown(info.filename)}.")
    if info.flag_bits & 1:
        raise BadInput(f"{shown(info.filename)} is encrypted; unpack it with its password first.")
    if (info.external_attr >> 16) & 0o170000 == 0o120000:
        raise BadInput(f"{shown(info.filename)} is a link; put the file itself into the archive.")

    # What the archive says of itself may be a lie, so the stream is measured too.
    Gauge().add(info.compress_size, info.file_size)

    def start() -> IO[bytes]:
        try:
            stream = archive.open(info)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError):
            raise BadInput(f"{shown(info.filename)} cannot be unpacked; fetch it again.") from None
        return _buffered(_Measured(stream, info.compress_size))

    _refuse_nested(start, info.filename)
    return Member(parts[-1], start, info.compress_size, False)
