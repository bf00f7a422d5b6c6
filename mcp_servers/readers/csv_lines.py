"""The lines of a CSV file: many at a time, decoded, whatever ends them. Does not know cells."""

from __future__ import annotations

import codecs
import io
from typing import IO, Final

from mcp_servers.readers.table import Cut
from registry.errors import TooLarge

_CHUNK_BYTES: Final = 512 << 10
_LINE_BYTES_MAX: Final = 4 << 20


class Lines:
    """A stream as chunks of decoded lines without their ends. A line that does not decode becomes
    `None`.
    """

    def __init__(self, stream: IO[bytes], encoding: str) -> None:
        self._encoding = "utf-8" if encoding.startswith("utf-16") else encoding
        self._stream = _Recoded(stream, encoding) if encoding.startswith("utf-16") else stream
        self._rest = b""
        self._first = True
        self._ended = False
        self._bare_cr = False

    def chunk(self) -> list[str | None] | None:
        """The next lines; `None` at the end. `TooLarge` for a line without end."""
        raw = self.raw()
        return None if raw is None else self.decoded(raw)

    def raw(self) -> bytes | None:
        """The next whole lines as they lie in the file, without the last one's end."""
        while not self._ended:
            raw = self._stream.read(_CHUNK_BYTES)
            if self._first:
                raw = raw.removeprefix(codecs.BOM_UTF8)
                self._bare_cr = b"\n" not in raw and b"\r" in raw.removesuffix(b"\r")
                self._first = False
            if self._bare_cr:
                raw = raw.replace(b"\r", b"\n")
            self._ended = not raw
            block = self._rest + raw
            end = len(block) if self._ended else block.rfind(b"\n") + 1
            self._rest = block[end:]
            if len(self._rest) > _LINE_BYTES_MAX:
                raise TooLarge(
                    f"A line is longer than {_LINE_BYTES_MAX >> 20} MiB; is this a CSV file?"
                )
            if end:
                return block[: end - block.endswith(b"\n", 0, end)]
        return None

    def utf8(self, block: bytes) -> bytes | None:
        """The lines as UTF-8; `None` if they do not decode."""
        if block.isascii():
            return block
        try:
            text = block.decode(self._encoding)
        except UnicodeDecodeError:
            return None
        return block if self._encoding == "utf-8" else text.encode()

    def decoded(self, block: bytes) -> list[str | None]:
        """The lines as text."""
        try:
            return list(block.decode(self._encoding).split("\n"))
        except UnicodeDecodeError:
            return [_decoded_line(line, self._encoding) for line in block.split(b"\n")]


def _decoded_line(line: bytes, encoding: str) -> str | None:
    try:
        return line.decode(encoding)
    except UnicodeDecodeError:
        return None


class _Recoded(io.RawIOBase):
    """UTF-16 as UTF-8."""

    def __init__(self, stream: IO[bytes], encoding: str) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding)()

    def read(self, size: int = -1) -> bytes:
        while True:
            raw = self._stream.read(size)
            try:
                text = self._decoder.decode(raw, final=not raw)
            except UnicodeDecodeError:
                raise Cut("the UTF-16 text is damaged") from None
            if text or not raw:
                return text.encode(errors="replace")
