"""Real clients of three protocol eras and two agent frameworks, over every transport."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.timeout(300)  # a start is seconds of work on a busy machine
HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CLIENTS = Path(os.environ.get("ISOTHERM_CLIENTS", ""))
#: clients start it from anywhere, with an environment of their choosing
_MAIN = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from orchestrator.cli import main; main()"
SERVE = [sys.executable, "-c", _MAIN, "serve"]
ERAS = {"mcp-1.12": "2025-06-18", "mcp-1.30": "2025-11-25", "mcp-2": "2026-07-28"}
SCRIPTS = {"mcp-1.12": "sdk_1.py", "mcp-1.30": "sdk_1.py", "mcp-2": "sdk_2.py"}
TOOLS_MAX, TOOLS_BYTES_MAX = 10, 8_000
TRANSPORTS = ("stdio", "http", "sse")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("log") / "stderr"


@pytest.fixture(scope="module")
def port(data: Path, log: Path) -> Iterator[int]:
    """A server over HTTP for all of them."""
    command = [*SERVE, "--transport", "http", "--port", "0", "--data", str(data)]
    with log.open("wb") as errors, subprocess.Popen(command, cwd=ROOT, stderr=errors) as process:
        try:
            yield _port_told(log, process)
        finally:
            process.terminate()
            process.wait(20)


def _port_told(log: Path, process: subprocess.Popen[bytes]) -> int:
    while process.poll() is None:
        for line in log.read_text().splitlines(keepends=True):
            if (
                line.startswith("{")
                and line.endswith("}\n")
                and json.loads(line).get("event") == "listening"
            ):
                return int(json.loads(line)["port"])
    raise AssertionError(log.read_text())


def run(venv: str, script: str, transport: str, data: Path, port: int) -> dict[str, Any]:
    """A client's script in its own environment; what it printed."""
    path = "sse" if transport == "sse" else "mcp"
    target = [f"http://127.0.0.1:{port}/{path}"]
    if transport == "stdio":
        target = [*SERVE, "--data", str(data)]
    ended = subprocess.run(
        [str(CLIENTS / venv / "bin" / "python"), str(HERE / script), transport, "u1", *target],
        capture_output=True, text=True, timeout=100, cwd=data,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr[-4_000:]
    assert "Traceback" not in ended.stderr, ended.stderr[-4_000:]
    return dict(json.loads(ended.stdout))


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("venv", ERAS)
def test_a_client_of_its_era_finds_and_uses_everything(
    venv: str, transport: str, data: Path, port: int, log: Path
) -> None:
    seen = run(venv, SCRIPTS[venv], transport, data, port)
    assert seen["era"] == ERAS[venv]
    assert len(seen["tools"]) <= TOOLS_MAX and seen["bytes"] <= TOOLS_BYTES_MAX
    assert {"ask", "query", "get", "describe", "ingest"} <= set(seen["tools"])
    assert seen["stored"] == 1
    assert (seen["status"], seen["rows"]) == ("answered", [[1]])
    assert seen["got"][0]["name"] == "Ann" and "Ann" in json.dumps(seen["read"])
    assert seen["prompts"] and seen["message"]
    assert seen["wrong"] is True
    print(
        f"{venv} over {transport}: era {seen['era']}, {len(seen['tools'])} tools in {seen['bytes']} bytes"
    )
    assert "Traceback" not in log.read_text()


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize(
    ("venv", "script"), [("llama-index", "llama.py"), ("langchain", "langchain_adapter.py")]
)
def test_an_agent_framework_lists_the_tools_asks_and_gets(
    venv: str, script: str, transport: str, data: Path, port: int, log: Path
) -> None:
    run("mcp-1.30", "sdk_1.py", "http", data, port)  # so that there is a user
    seen = run(venv, script, transport, data, port)
    assert len(seen["tools"]) <= TOOLS_MAX
    assert "1" in seen["answer"] and "Ann" in seen["got"]
    assert "Traceback" not in log.read_text()
