"""Reading foreign files: the parent's side. Every file is opened by a limited child process
(`child`), never here.

The child is not trusted: a message over the cap, silence past the deadline or an early death end
the reading with an error that says so.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from mmap import mmap
from pathlib import Path
from typing import Any, Final

import anyio
import anyio.abc
import orjson

from mcp_servers.loading.staging import Staged
from registry import limits
from registry.errors import BadInput, IsothermError, TooLarge, TooSlow, from_dict, shown

MESSAGE_BYTES_MAX: Final = 64 << 20
CPU_SECONDS_MAX: Final = 4 * 3_600
_PACKAGES: Final = Path(__file__).resolve().parents[2]
Message = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Look:
    """What a peek asks: `full` looks at every row; `sample` rows come back as they are."""

    full: bool = False
    sample: int = 20
    table: str | None = None
    format: str | None = None


async def peek(staged: Staged, look: Look) -> Message:
    """{format, tables: [{name, typed, columns, rows, exact, bad, reasons, notes, foreign,
    sample}]}.

    A table's `columns` are [{header, declared, key, evidence}]. `rows` is exact when all rows were
    looked at or the file says so; else an estimate, or absent. Raises the `BadInput`, `TooLarge`, …
    that the reader found.
    """
    extra = {"mode": "look", "table": look.table, "full": look.full, "sample": look.sample}
    tables: list[Message] = []
    format = ""
    async with reading(staged, {**extra, "format": look.format or staged.format}) as messages:
        async for message in messages:
            if message["t"] == "head":
                tables, format = message["tables"], str(message["format"])
            elif message["t"] == "tally":
                _fill(tables[message["table"]], message)
    return {"format": format, "tables": tables}


def _fill(table: Message, tally: Message) -> None:
    for column, evidence in zip(table["columns"], tally["columns"], strict=True):
        column["evidence"] = evidence
    for header, evidence in tally["late"].items():
        column = {"header": header, "declared": None, "key": False, "evidence": evidence}
        table["columns"].append(column)
    if tally["whole"]:
        table["rows"] = tally["rows"]
    table["whole"] = tally["whole"]
    table["sampled"] = tally["rows"]
    table["bad"] = tally["bad"]
    table["reasons"] = tally["reasons"]
    table["notes"] = tally["notes"]
    if tally["cut"]:
        table["notes"] = [*table["notes"], f"incomplete: {tally['cut']}"]
    table["sample"] = tally["sample"]


@asynccontextmanager
async def reading(staged: Staged, job: Message) -> AsyncIterator[AsyncIterator[Message]]:
    """The messages of a child at work on a staged source. The child does not outlive the block."""
    order = {
        "path": staged.path,
        "name": staged.name,
        "bytes": staged.bytes,
        "mtime_ns": staged.mtime_ns,
        "memory_bytes_max": limits.READER_MEMORY_BYTES_MAX,
        "cpu_seconds_max": CPU_SECONDS_MAX,
        **job,
    }
    process = await anyio.open_process(
        [sys.executable, "-P", "-m", "mcp_servers.readers.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_environment(),
        cwd=str(_PACKAGES),
    )
    try:
        assert process.stdin is not None and process.stdout is not None
        await process.stdin.send(orjson.dumps(order) + b"\n")
        await process.stdin.aclose()
        yield _messages(process.stdout, staged.name)
    finally:
        with anyio.CancelScope(shield=True):
            if process.returncode is None:
                _end(process)
            await process.aclose()


def _end(process: anyio.abc.Process) -> None:
    """Kill the child. `process.kill()` would look first whether it has ended by itself, and take
    that news from the thread of asyncio that waits for it, which then warns of an unknown child."""
    with suppress(ProcessLookupError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.kill(process.pid, signal.SIGKILL)


def _environment() -> dict[str, str]:
    """What Python needs to start, and nothing else: secrets in ours stay here."""
    kept = {name: os.environ[name] for name in ("SYSTEMROOT", "WINDIR") if name in os.environ}
    path = os.pathsep.join([str(_PACKAGES), *(p for p in sys.path if p)])
    return {**kept, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}


async def _messages(stream: anyio.abc.ByteReceiveStream, name: str) -> AsyncIterator[Message]:
    """Messages up to `end`; the child's `error` is raised. What stands behind a message's line is
    its `body`."""
    pipe = _Pipe(stream, name)
    while True:
        message = _parsed(await pipe.line(), name)
        if message["t"] == "columns":
            message["body"] = await pipe.take(message.get("bytes"))
        yield message
        if message["t"] == "end":
            return


class _Pipe:
    """What comes from the child, a line or so many bytes at a time."""

    def __init__(self, stream: anyio.abc.ByteReceiveStream, name: str) -> None:
        self._stream = stream
        self._name = name
        self._rest = b""

    async def line(self) -> bytes:
        parts: list[bytes] = []
        size = 0
        while True:
            chunk = self._rest or await _receive(self._stream, self._name)
            line, newline, self._rest = chunk.partition(b"\n")
            parts.append(line)
            size += len(line)
            if newline:
                return b"".join(parts)
            self._check(size)

    async def take(self, size: Any) -> bytes | mmap:
        if not isinstance(size, int) or size < 0:
            raise BadInput(f"Reading {shown(self._name)} gave no sense; the file is damaged.")
        self._check(size)
        if not size:
            return b""
        body = mmap(-1, size)  # the system has it back at once when it is let go
        while (left := size - body.tell()) > 0:
            chunk = self._rest or await _receive(self._stream, self._name)
            body.write(chunk[:left])
            self._rest = chunk[left:]
        return body

    def _check(self, size: int) -> None:
        if size > MESSAGE_BYTES_MAX:
            raise TooLarge(f"{shown(self._name)} has rows too large to pass on; split it.")


async def _receive(stream: anyio.abc.ByteReceiveStream, name: str) -> bytes:
    try:
        with anyio.fail_after(limits.READER_SECONDS_IDLE_MAX):
            return await stream.receive(1 << 20)
    except TimeoutError:
        raise TooSlow(
            f"Reading {shown(name)} made no progress for {limits.READER_SECONDS_IDLE_MAX} s."
        ) from None
    except (anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError):
        raise BadInput(
            f"Reading {shown(name)} stopped: the file is damaged, "
            "or needs more memory than allowed."
        ) from None


def _parsed(line: bytes, name: str) -> Message:
    try:
        message = orjson.loads(line)
        kind = message["t"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        raise BadInput(f"Reading {shown(name)} gave no sense; the file is damaged.") from None
    if kind == "error":
        raise _error(message)
    return dict(message)


def _error(message: Message) -> IsothermError:
    error = message.get("error")
    return from_dict(error if isinstance(error, dict) else {})


__all__ = ["Look", "Message", "peek", "reading"]
