"""Every tool under arguments made from its own schema and spoilt: known codes only, never a bug, never a traceback."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from registry.errors import CODES
from tests.faults.figures import figure
from tests.faults.nasty import arguments
from tests.faults.peer import Peer

SERVERS = {
    "orchestrator": ("serve",),
    "chat": ("domain", "serve", "chat"),
    "metrics": ("domain", "serve", "metrics"),
}
KNOWN = set(CODES) - {"bug"}


@pytest.fixture(scope="module", params=SERVERS)
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Peer]:
    with Peer(tmp_path_factory.mktemp("data"), what=SERVERS[request.param]) as peer:
        yield peer.ready()
        log = peer.errors()
        assert peer.end() == 0, log[-2_000:]
        assert "Traceback" not in log, log[-6_000:]


def tools_of(peer: Peer) -> list[dict[str, Any]]:
    sent = peer.request("tools/list")
    while (message := peer.receive()).get("id") != sent:
        pass
    return list(message["result"]["tools"])


def outcome(peer: Peer, name: str, given_arguments: dict[str, Any]) -> str:
    """`ok`, or the code of the refusal."""
    sent = peer.send(name, **given_arguments)
    while (message := peer.receive()).get("id") != sent:
        assert "id" not in message, message
    if "error" in message:
        return f"protocol {message['error']['code']}"
    result = message["result"]
    data = result["structuredContent"]
    return str(data["error"]["code"]) if result.get("isError") and "error" in data else "ok"


@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@pytest.mark.parametrize(
    "examples",
    [25, pytest.param(500, marks=[pytest.mark.full, pytest.mark.timeout(1_800)])],
    ids=["quick", "full"],
)
def test_spoilt_arguments_are_refused_with_known_codes(server: Peer, examples: int) -> None:
    seen: Counter[str] = Counter()
    tools = tools_of(server)
    for tool in tools:
        seen.update(fuzzed(server, tool, examples))
    figure("B1 schemas", seed="derandomized", tools=len(tools), calls=seen.total(), **seen)
    assert set(seen) <= {"ok", *KNOWN}, seen
    server.ready()


def fuzzed(server: Peer, tool: dict[str, Any], examples: int) -> Counter[str]:
    seen: Counter[str] = Counter()

    @settings(
        max_examples=examples, deadline=None, database=None, derandomize=True,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(arguments(tool["inputSchema"]))
    def check(given_arguments: dict[str, Any]) -> None:
        code = outcome(server, tool["name"], given_arguments)
        seen[code] += 1
        assert code == "ok" or code in KNOWN, (tool["name"], code, str(given_arguments)[:2_000])

    check()
    return seen


def test_unknown_keys_and_coercions_are_never_accepted(server: Peer) -> None:
    calls = []
    for tool in tools_of(server):
        properties = tool["inputSchema"].get("properties", {})
        base = {name: value for name, value in VALID.items() if name in properties}
        unknown = [{**base, key: 1} for key in ("x", "Limit", "__proto__", "")]
        calls += [(tool["name"], spoilt) for spoilt in (*unknown, *coerced(base, properties))]
    accepted = [call for call in calls if outcome(server, *call) == "ok"]
    figure("B2 strictness", seed=0, calls=len(calls), accepted=len(accepted))
    assert not accepted


VALID: dict[str, Any] = {
    "question": "how many users?",
    "words": "put",
    "collection": "user.users",
    "ids": ["a"],
}


def coerced(base: dict[str, Any], properties: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The same call with a value of another type that means the same to a lax reader."""
    other: dict[str, list[Any]] = {
        "integer": ["5", 5.5, True], "boolean": ["true", 1, "yes"], "string": [5, True, ["a"]], "array": ["a", {"0": "a"}],
    }  # fmt: skip
    for name, schema in properties.items():
        for value in other.get(str(schema.get("type")), []):
            yield {**base, name: value}
