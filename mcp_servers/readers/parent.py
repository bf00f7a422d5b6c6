"""Reading foreign files: the parent's side. Every file is opened by a limited child process
(`child`), never here.

The child is not trusted: a message over the cap, silence past the deadline or an early death end
the reading with an error that says so.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, TypeVar

import anyio
import orjson

from mcp_servers.loading.staging import Staged
from registry import limits
from registry.errors import BadInput, IsothermError, TooLarge, TooSlow, from_dict, shown

if sys.platform == "linux":
    import fcntl

T = TypeVar("T")
MESSAGE_BYTES_MAX: Final = 64 << 20
CPU_SECONDS_MAX: Final = 4 * 3_600
_PACKAGES: Final = Path(__file__).resolve().parents[2]
_PIPE_BYTES: Final = 1 << 20
#: what its engines are told: to keep memory for the next columns, which are as large as the last
#: ones, and not to start threads for algebra
_ENGINES: Final = {
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "MALLOC_MMAP_THRESHOLD_": str(1 << 30),
    "MALLOC_TRIM_THRESHOLD_": str(1 << 30),
    "OPENBLAS_NUM_THREADS": "1",
}
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
    process = _started()
    assert process.stdout is not None
    try:
        pipe = Pipe(process.stdout, staged.name)
        await pipe.wait(lambda: _tell(process, orjson.dumps(order) + b"\n"))
        yield _messages(pipe)
    finally:
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(_end, process)


def _started() -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "mcp_servers.readers.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_environment(),
        cwd=str(_PACKAGES),
    )
    if sys.platform == "linux" and process.stdout is not None:
        with suppress(OSError):  # a user has only so much of it; it works with less, too
            fcntl.fcntl(process.stdout, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    return process


def _tell(process: subprocess.Popen[bytes], order: bytes) -> None:
    assert process.stdin is not None
    with suppress(OSError), process.stdin as stdin:  # one that died tells so by its silence
        stdin.write(order)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill the child; whoever still reads from it then reads its end."""
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with suppress(OSError):
                stream.close()


def _environment() -> dict[str, str]:
    """What Python needs to start, and nothing else: secrets in ours stay here."""
    kept = {name: os.environ[name] for name in ("SYSTEMROOT", "WINDIR") if name in os.environ}
    kept |= _ENGINES
    path = os.pathsep.join([str(_PACKAGES), *(p for p in sys.path if p)])
    return {**kept, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}


async def _messages(pipe: Pipe) -> AsyncIterator[Message]:
    """Messages up to `end`; the child's `error` is raised."""
    while True:
        message = await pipe.wait(pipe.message)
        yield message
        if message["t"] == "end":
            return


class Pipe:
    """What comes from the child, a message at a time. Threads of its own wait for it: a large
    message then goes from the pipe to its place in one step."""

    def __init__(self, stream: IO[bytes], name: str) -> None:
        self._stream = stream
        self._name = name
        self._thread = anyio.CapacityLimiter(1)

    async def wait(self, step: Callable[[], T]) -> T:
        """A step's result; `TooSlow` when it takes too long. One that is given up ends with the
        child."""
        try:
            with anyio.fail_after(limits.READER_SECONDS_IDLE_MAX):
                return await anyio.to_thread.run_sync(
                    step, abandon_on_cancel=True, limiter=self._thread
                )
        except TimeoutError:
            raise TooSlow(
                f"Reading {shown(self._name)} made no progress for"
                f" {limits.READER_SECONDS_IDLE_MAX} s."
            ) from None

    def message(self) -> Message:
        """The next one. What stands behind a message's line is its `body`."""
        try:
            line = self._stream.readline(MESSAGE_BYTES_MAX)
            if not line.endswith(b"\n"):
                raise self._too_large() if len(line) == MESSAGE_BYTES_MAX else self._stopped()
            message = _parsed(line, self._name)
            if message["t"] == "columns":
                message["body"] = self._body(message.get("bytes"))
        except (OSError, ValueError):
            raise self._stopped() from None
        return message

    def _body(self, size: Any) -> memoryview:
        if not isinstance(size, int) or size < 0:
            raise BadInput(f"Reading {shown(self._name)} gave no sense; the file is damaged.")
        if size > MESSAGE_BYTES_MAX:
            raise self._too_large()
        import numpy as np  # heavy: only a bulk load pays for it

        # kept by the process for the next one, and not filled with noughts before it is read into
        body = np.empty(size, np.uint8).data
        if self._stream.readinto(body) < size:  # type: ignore[attr-defined]
            raise self._stopped()
        return body

    def _too_large(self) -> TooLarge:
        return TooLarge(f"{shown(self._name)} has rows too large to pass on; split it.")

    def _stopped(self) -> BadInput:
        return BadInput(
            f"Reading {shown(self._name)} stopped: the file is damaged, "
            "or needs more memory than allowed."
        )


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


__all__ = ["Look", "Message", "Pipe", "peek", "reading"]
