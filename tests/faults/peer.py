"""`isotherm serve` as a child, spoken to over stdio in raw JSON-RPC of the newer era.

Blocking and without the SDK, so that a kill at any instant leaves nothing of ours to tidy up.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
MUTANTS = Path(__file__).with_name("mutants.py")
META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
}


class Refused(Exception):
    """The server said no."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message = code, message


class Gone(Exception):
    """The server's stdout ended."""


def command(*arguments: str, mutant: str | None = None) -> list[str]:
    """The command line of `isotherm`, or of a broken one."""
    broken = [str(MUTANTS), mutant] if mutant else ["-m", "orchestrator.cli"]
    return [sys.executable, *broken, *arguments]


class Peer:
    """A running server. Ends with the `with` block, whatever happened inside."""

    def __init__(
        self,
        data: Path,
        *arguments: str,
        what: tuple[str, ...] = ("serve",),
        mutant: str | None = None,
        **popen: Any,
    ) -> None:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the peer
        self._sent = 0
        self.process = subprocess.Popen(
            command(*what, "--data", str(data), *arguments, mutant=mutant),
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, **popen,
        )  # fmt: skip

    def __enter__(self) -> Peer:
        return self

    def __exit__(self, *failure: object) -> None:
        self.kill()
        self._errors.close()

    def request(self, method: str, **params: Any) -> int:
        """Send a request; its id."""
        self._sent += 1
        message = {
            "jsonrpc": "2.0",
            "id": self._sent,
            "method": method,
            "params": {**params, "_meta": META},
        }
        self.raw(json.dumps(message).encode())
        return self._sent

    def raw(self, line: bytes) -> None:
        assert self.process.stdin
        try:
            self.process.stdin.write(line + b"\n")
            self.process.stdin.flush()
        except (OSError, ValueError):  # its end is closed, or ours is
            raise Gone(self.errors()[-2_000:]) from None

    def send(self, tool: str, **arguments: Any) -> int:
        return self.request("tools/call", name=tool, arguments=arguments)

    def receive(self) -> dict[str, Any]:
        """The next message; raises `Gone` at the end, torn last lines included."""
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line.endswith(b"\n"):
            raise Gone(self.errors()[-2_000:])
        return dict(json.loads(line))

    def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """A tool's structured data; raises `Refused`. Only while nothing else is in flight."""
        sent = self.send(tool, **arguments)
        while (message := self.receive()).get("id") != sent:
            assert "id" not in message, message
        return data_of(message)

    def write(self, name: str, **arguments: Any) -> dict[str, Any]:
        return self.call("call_write", name=name, arguments=arguments)

    def ready(self) -> Peer:
        self.call("describe")
        return self

    def kill(self) -> None:
        """SIGKILL, and nothing of it stays behind."""
        self.process.kill()
        self._close()

    def end(self, *, timeout: float = 20) -> int:
        """Close its stdin and wait; the exit code."""
        assert self.process.stdin
        self.process.stdin.close()
        code = self.process.wait(timeout)
        self._close()
        return code

    def _close(self) -> None:
        self.process.wait(20)
        for stream in (self.process.stdin, self.process.stdout):
            assert stream
            try:
                stream.close()
            except BrokenPipeError:
                stream.close()

    def errors(self) -> str:
        """What it wrote to stderr so far."""
        written = self._errors.fileno()  # the child's place in the file is the same place as ours
        return os.pread(written, os.fstat(written).st_size, 0).decode(errors="replace")


def data_of(message: dict[str, Any]) -> dict[str, Any]:
    """The structured data of a `tools/call` answer; raises `Refused`."""
    if "error" in message:
        raise Refused(str(message["error"]["code"]), message["error"]["message"])
    result = message["result"]
    if result.get("isError") and "error" in result["structuredContent"]:
        error = result["structuredContent"]["error"]
        raise Refused(error["code"], error["message"])
    return dict(result["structuredContent"])


def children(pid: int) -> dict[int, str]:
    """{pid: command line} of a process's children, by the system's own list of processes."""
    listed = subprocess.run(
        ["ps", "-axwwo", "pid=,ppid=,args="], capture_output=True, text=True, check=True
    ).stdout
    rows = (line.split(None, 2) for line in listed.splitlines())
    return {int(row[0]): row[2] for row in rows if len(row) == 3 and int(row[1]) == pid}
