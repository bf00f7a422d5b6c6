"""The official MCP conformance suite against our registration and transport, in both protocol eras.

Install `node@22` and `@modelcontextprotocol/conformance@0.2.0-alpha.12` with npm into a folder and
name that folder in `ISOTHERM_CONFORMANCE`. Scenarios outside a version's requirements are run but
not scored by the suite itself.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
SUITE = Path(os.environ.get("ISOTHERM_CONFORMANCE", ""))
#: what every server of ours must pass without a fixture
EITHER = (
    "tools-list",
    "tools-call-error",
    "resources-list",
    "prompts-list",
    "completion-complete",
    "server-sse-multiple-streams",
    "dns-rebinding-protection",
)
GENERIC = {
    "2026-07-28": (*EITHER, "caching", "sep-2164-resource-not-found", "http-header-validation"),
    "2025-11-25": (*EITHER, "server-initialize", "ping", "server-session-lifecycle"),
}


def _listening(*arguments: str) -> Iterator[str]:
    """The URL of a server started with `python ARGUMENTS`."""
    environ = {**os.environ, "PYTHONPATH": str(HERE.parents[1])}
    command = [sys.executable, *arguments]
    with subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            events = (json.loads(line) for line in process.stderr if line.startswith("{"))
            yield next(event["url"] for event in events if event["event"] == "listening")
        finally:
            process.terminate()
            process.communicate(timeout=20)


@pytest.fixture(scope="module")
def fixture_url() -> Iterator[str]:
    yield from _listening(str(HERE / "fixture_server.py"))


@pytest.fixture(scope="module", params=["domain", "orchestrator"])
def own_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    folder = str(tmp_path_factory.mktemp("data"))
    if request.param == "domain":
        yield from _listening(str(HERE / "domain_server.py"), folder)
    else:
        serve = ("serve", "--transport", "http", "--port", "0")
        yield from _listening("-m", "orchestrator.cli", "--data", folder, *serve)


def _suite(*arguments: str) -> subprocess.CompletedProcess[str]:
    node = SUITE / "node_modules" / "node" / "bin"
    environ: dict[str, Any] = {**os.environ, "PATH": f"{node}{os.pathsep}{os.environ['PATH']}"}
    command = [str(SUITE / "node_modules" / ".bin" / "conformance"), "server", *arguments]
    return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=100)


@pytest.mark.parametrize("version", ["2026-07-28", "2025-11-25"])
def test_the_fixture_passes_every_required_scenario(
    version: str, fixture_url: str, tmp_path: Path
) -> None:
    ran = _suite("--url", fixture_url, "--requirements", version, "-o", str(tmp_path))
    assert ran.returncode == 0, ran.stdout[-6_000:]


@pytest.mark.parametrize(
    ("version", "scenario"), [(v, scenario) for v, names in GENERIC.items() for scenario in names]
)
def test_our_own_servers_pass_what_needs_no_fixture(
    version: str, scenario: str, own_url: str, tmp_path: Path
) -> None:
    ran = _suite(
        *("--url", own_url, "--scenario", scenario),
        *("--spec-version", version, "-o", str(tmp_path)),
    )
    assert ran.returncode == 0, ran.stdout[-4_000:]
