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
GENERIC = {
    "2026-07-28": (
        "tools-list",
        "resources-list",
        "prompts-list",
        "dns-rebinding-protection",
        "caching",
    ),
    "2025-11-25": ("server-initialize", "ping", "tools-list", "resources-list", "prompts-list"),
}


def _listening(script: str, *arguments: str) -> Iterator[str]:
    command = [sys.executable, str(HERE / script), *arguments]
    environ = {**os.environ, "PYTHONPATH": str(HERE.parents[1])}
    with subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            yield json.loads(process.stderr.readline())["url"]
        finally:
            process.terminate()
            process.communicate(timeout=10)


@pytest.fixture(scope="module")
def fixture_url() -> Iterator[str]:
    yield from _listening("fixture_server.py")


@pytest.fixture(scope="module")
def domain_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    yield from _listening("domain_server.py", str(tmp_path_factory.mktemp("data")))


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
def test_a_domain_passes_what_needs_no_fixture(
    version: str, scenario: str, domain_url: str, tmp_path: Path
) -> None:
    ran = _suite(
        *("--url", domain_url, "--scenario", scenario),
        *("--spec-version", version, "-o", str(tmp_path)),
    )
    assert ran.returncode == 0, ran.stdout[-4_000:]
