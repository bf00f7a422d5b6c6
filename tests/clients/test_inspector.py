"""The MCP Inspector's command line against each built-in domain alone, over stdio.

Install `@modelcontextprotocol/inspector@2.12.0` and `node@22` with npm beside the conformance suite.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from registry.domain import CollectionSpec, load_spec
from registry.settings import configs_dir

pytestmark = pytest.mark.timeout(300)  # a start is seconds of work on a busy machine
ROOT = Path(__file__).parents[2]
NODE = Path(os.environ.get("ISOTHERM_CONFORMANCE", "")) / "node_modules"
DOMAINS = sorted(path.stem for path in (configs_dir() / "domains").glob("*.yaml"))
SAMPLES: dict[str, Any] = {
    "text": "word",
    "int": 7,
    "float": 1.5,
    "decimal": "12.50",
    "bool": True,
    "date": "2026-03-01",
    "time": "2026-03-01T10:00:00Z",
    "json": {"a": [1]},
    "bytes": "AAEC",
    "ref": "r1",
}


class Inspector:
    """One server under inspection; each call starts it anew, as the Inspector does."""

    def __init__(self, folder: Path, *serve: str) -> None:
        self._config = folder / "inspector.json"
        arguments = ["-m", "orchestrator.cli", *serve, "--data", str(folder / "data")]
        server = {"type": "stdio", "command": sys.executable, "args": arguments, "cwd": str(ROOT)}
        self._config.write_text(json.dumps({"mcpServers": {"it": server}}))
        path = f"{NODE / 'node' / 'bin'}{os.pathsep}{os.environ['PATH']}"
        self._environ = {**os.environ, "PATH": path, "MCP_INSPECTOR_SECRET_STORE": "memory"}

    def run(self, method: str, *arguments: str) -> dict[str, Any]:
        """What the Inspector printed; it must not have complained."""
        inspector = str(NODE / ".bin" / "mcp-inspector")
        ended = subprocess.run(
            [inspector, "--cli", "--config", str(self._config), "--server", "it", "--method", method, *arguments],
            env=self._environ, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        assert ended.returncode == 0, ended.stderr[-2_000:] + ended.stdout[-2_000:]
        assert "Traceback" not in ended.stderr, ended.stderr[-2_000:]
        complaints = [line for line in ended.stderr.splitlines() if "schema" in line.lower()]
        assert not complaints, complaints
        return dict(json.loads(ended.stdout))

    def tool(self, name: str, **arguments: Any) -> dict[str, Any]:
        pairs = [
            f"{key}={value if isinstance(value, str) else json.dumps(value)}"
            for key, value in arguments.items()
        ]
        given = [part for pair in pairs for part in ("--tool-arg", pair)]
        result = self.run("tools/call", "--tool-name", name, *given)
        assert not result.get("isError"), result
        return dict(result["structuredContent"])


def sample(spec: CollectionSpec) -> dict[str, Any]:
    """A record with a value in every field."""
    values = {
        name: field.enum[0] if field.enum else SAMPLES[field.type]
        for name, field in spec.fields.items()
    }
    return values if spec.key else {"id": "one", **values}


@pytest.mark.parametrize("domain", DOMAINS)
def test_a_domain_alone_lists_puts_gets_queries_and_reads_back(domain: str, tmp_path: Path) -> None:
    spec = load_spec(configs_dir() / "domains" / f"{domain}.yaml")
    name, collection = next(iter(spec.collections.items()))
    inspector = Inspector(tmp_path, "domain", "serve", domain)
    tools = {tool["name"] for tool in inspector.run("tools/list", "--strict")["tools"]}
    assert {"put", "get", "query", "search", "delete", "stats", "describe"} <= tools
    uris = {resource["uri"] for resource in inspector.run("resources/list")["resources"]}
    scheme = domain.replace("_", "-")
    assert uris >= {f"{scheme}://schema", f"{scheme}://stats"}

    record = sample(collection)
    (written,) = inspector.tool("put", collection=name, records=[record])["written"]
    (got,) = inspector.tool("get", collection=name, ids=[written["id"]])["records"]
    assert {field: got[field] for field in record} == record
    page = inspector.tool("query", plan={"from": f"{domain}.{name}", "limit": 5})
    assert page["row_count"] == 1 and written["id"] in page["rows"][0]
    (content,) = inspector.run("resources/read", "--uri", f"{scheme}://{name}/{written['id']}")[
        "contents"
    ]
    assert {field: json.loads(content["text"])[field] for field in record} == record


def test_the_orchestrators_schemas_are_portable(tmp_path: Path) -> None:
    tools = Inspector(tmp_path, "serve").run("tools/list", "--strict")["tools"]
    assert 0 < len(tools) <= 10
