"""stdin and stdout as MCP streams: one JSON message per line.

On POSIX, pipes and terminals are read by the event loop itself, without threads: half the latency
and CPU of the SDK's transport, and a signal can end it while it waits. Windows and files go through
the SDK's. Either way descriptor 0 reads nothing and descriptor 1 is stderr while serving, so that
stray prints and children stay off the wire.
"""

from __future__ import annotations

import asyncio
import os
import stat
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from types import TracebackType
from typing import Any

import anyio
import mcp_types as types
from mcp.server.stdio import stdio_server
from mcp.shared.message import SessionMessage

from registry.limits import LINE_BYTES_MAX

_BUFFERED_BYTES_MAX = 64 << 10  # written but not taken by the peer, before a sender waits


class _Closing:
    """Both directions are async context managers that close themselves."""

    async def aclose(self) -> None:
        raise NotImplementedError

    async def __aenter__(self) -> Any:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()


class LineReader(_Closing):
    """Messages in; what is not a message comes out as the exception it raised, and reading goes
    on.
    """

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader

    async def receive(self) -> SessionMessage | Exception:
        try:
            line = await self._reader.readline()
        except OSError:
            raise anyio.EndOfStream from None
        except ValueError as too_long:
            return too_long
        if not line:
            raise anyio.EndOfStream
        try:
            return SessionMessage(types.jsonrpc_message_adapter.validate_json(line, by_name=False))
        except ValueError as bad:
            return bad

    def __aiter__(self) -> LineReader:
        return self

    async def __anext__(self) -> SessionMessage | Exception:
        try:
            return await self.receive()
        except anyio.EndOfStream:
            raise StopAsyncIteration from None

    async def aclose(self) -> None:
        """The transport goes with the event loop."""


class LineWriter(_Closing):
    """Messages out. A peer that does not read makes the sender wait."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer

    async def send(self, item: SessionMessage) -> None:
        if self._writer.is_closing():
            raise anyio.ClosedResourceError
        text = item.message.model_dump_json(by_alias=True, exclude_unset=True)
        self._writer.write(text.encode() + b"\n")
        try:
            if self._writer.transport.get_write_buffer_size() > _BUFFERED_BYTES_MAX:
                await self._writer.drain()
            else:
                await anyio.lowlevel.checkpoint()
        except OSError:
            raise anyio.BrokenResourceError from None

    async def aclose(self) -> None:
        self._writer.close()


def _pollable(fd: int) -> bool:
    mode = os.fstat(fd).st_mode
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or os.isatty(fd)


@asynccontextmanager
async def standard_streams() -> AsyncIterator[tuple[Any, Any]]:
    """(read, write) streams for `Server.run`. Ends the wire when left."""
    if sys.platform == "win32" or not (_pollable(0) and _pollable(1)):
        async with stdio_server() as streams:
            yield streams
        return
    with _claimed() as (wire_in, wire_out):
        async with _piped(wire_in, wire_out) as streams:
            yield streams


@contextmanager
def _claimed() -> Iterator[tuple[int, int]]:
    """Descriptors of our own for the wire, while 0 and 1 lead elsewhere."""
    sys.stdout.flush()
    kept = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    try:
        yield os.dup(kept[0]), os.dup(kept[1])
    finally:
        # What was printed meanwhile must not reach the wire when it is given back.
        sys.stdout.flush()
        for standard, wire in enumerate(kept):
            os.dup2(wire, standard)
            os.close(wire)


@asynccontextmanager
async def _piped(wire_in: int, wire_out: int) -> AsyncIterator[tuple[LineReader, LineWriter]]:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=LINE_BYTES_MAX)
    incoming, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(wire_in, "rb", 0)
    )
    outgoing, protocol = await loop.connect_write_pipe(
        lambda: asyncio.StreamReaderProtocol(asyncio.StreamReader()), os.fdopen(wire_out, "wb", 0)
    )
    writer = asyncio.StreamWriter(outgoing, protocol, None, loop)
    try:
        yield LineReader(reader), LineWriter(writer)
    finally:
        incoming.close()
        writer.close()
