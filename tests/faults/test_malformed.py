"""Malformed JSON-RPC over stdio and HTTP: the server answers or ignores it, stays up and shows no traceback."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.figures import figure
from tests.faults.peer import META, Peer

PARAMS = {"name": "describe", "arguments": {}, "_meta": META}


def call(
    id: str = "7", method: str = '"tools/call"', params: str = json.dumps(PARAMS), rest: str = ""
) -> bytes:
    """A request with parts of it replaced, as text."""
    return f'{{"jsonrpc":"2.0","id":{id},"method":{method},"params":{params}{rest}}}'.encode()


def asked(arguments: str) -> bytes:
    meta = json.dumps(META)
    return call(params=f'{{"name":"ask","arguments":{arguments},"_meta":{meta}}}')


MALFORMED = [
    b"", b" ", b"\x00", b"\xff\xfe\xfd", b"\xc3\x28", b"\xed\xa0\x80", b"\xf0\x28\x8c\x28", b"\xef\xbb\xbf{}",
    b"not json", b"{", b"}", b"[", b"[]", b"[[]]", b"[1,2,3]", b"{}", b"null", b"true", b"1", b'"text"', b"NaN",
    b"{\"jsonrpc\":\"2.0\"}", b'{"jsonrpc":"1.0","id":1,"method":"tools/list"}', b'{"id":1,"method":"tools/list"}',
    b'{"jsonrpc":"2.0","id":1}', b'{"jsonrpc":"2.0","id":99,"result":{}}', b'{"jsonrpc":"2.0","id":99,"error":{}}',
    b'{"jsonrpc":"2.0","id":99,"error":{"code":-1,"message":"x"}}', b'{"jsonrpc":"2.0","method":"notifications/nope"}',
    b'{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"nope"}}',
    b'{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":{}}}',
    b'{"jsonrpc":"2.0","method":"notifications/initialized"}', b'{"jsonrpc":"2.0","method":"notifications/progress"}',
    call(id="null"), call(id="{}"), call(id="[1]"), call(id="1.5"), call(id="true"), call(id="-1"), call(id='""'),
    call(id="9" * 5_000), call(id='"' + "x" * 70_000 + '"'), call(id="1e400"),
    call(method="5"), call(method="null"), call(method='""'), call(method='"nope/nope"'), call(method='"tools/call\\u0000"'),
    call(method='"' + "m" * 70_000 + '"'), call(method='"tools/list"', params="5"), call(params="null"), call(params="[]"),
    call(params="{}"), call(params='{"name":5}'), call(params='{"name":"ask","arguments":[]}'), call(params='{"_meta":5}'),
    call(params=json.dumps({**PARAMS, "_meta": {}})), call(params=json.dumps({**PARAMS, "_meta": {"io.modelcontextprotocol/protocolVersion": "1999"}})),
    call(params=json.dumps({**PARAMS, "_meta": {**META, "isotherm/principal": "forged.token"}})),
    call(params=json.dumps({**PARAMS, "_meta": {**META, "isotherm/principal": {"a": 1}}})),
    call(params=json.dumps({**PARAMS, "_meta": {**META, "progressToken": {"a": []}}})),
    call(rest=',"id":8'), call(rest=',"method":"tools/list"'), call(rest=',"__proto__":{"x":1}'), call() + b"garbage", call() + call(),
    asked("[" * 100_000 + "]" * 100_000), asked('{"a":' * 100_000 + "1" + "}" * 100_000), asked('{"question":NaN}'),
    asked('{"question":"x","limit":' + "9" * 5_000 + "}"), asked('{"question":"x","limit":1e999}'), asked('{"question":"x","limit":-Infinity}'),
    asked('{"question":"\\ud800"}'), asked('{"question":"\\udc00\\ud800"}'), asked('{"question":"a\\u0000b"}'),
    asked('{"question":"x","question":"how many users?"}'), asked('{"question":"' + "q" * 1_000_000 + '"}'),
    asked('{"\\ud800":1}'), asked('{"question":"x","\\u0000":1}'), asked('{"question":"x","domains":["\\ud800"]}'),
    call(method='"resources/read"', params=json.dumps({"uri": "\x00", "_meta": META})),
    call(method='"resources/read"', params=json.dumps({"uri": "user://users/%00%ff..%2f", "_meta": META})),
    call(method='"resources/read"', params=json.dumps({"uri": "user://" + "a/" * 5_000, "_meta": META})),
    call(method='"prompts/get"', params=json.dumps({"name": "x", "arguments": {"a": 5}, "_meta": META})),
    call(method='"completion/complete"', params=json.dumps({"ref": {}, "argument": {}, "_meta": META})),
    call(method='"initialize"', params="{}"), call(method='"server/discover"', params="{}"), call(method='"ping"', params="5"),
    call(method='"subscriptions/listen"', params=json.dumps({"filter": 5, "_meta": META})),
]  # fmt: skip


@pytest.fixture(
    scope="module", params=[("serve",), ("domain", "serve", "user")], ids=["orchestrator", "domain"]
)
def what(request: pytest.FixtureRequest) -> tuple[str, ...]:
    return request.param


def test_over_stdio_every_malformed_line_leaves_the_server_answering(
    what: tuple[str, ...], tmp_path: Path
) -> None:
    answered = 0
    with Peer(tmp_path, what=what) as peer:
        peer.ready()
        for line in MALFORMED:
            answered += sent_then_listed(peer, line)
        log = peer.errors()
        assert peer.end() == 0
    figure(
        "B3 malformed-stdio",
        seed=0,
        lines=len(MALFORMED),
        answered=answered,
        crashes=0,
        tracebacks=log.count("Traceback"),
    )
    assert "Traceback" not in log, log[:4_000]
    assert '"bug"' not in log, log[:4_000]


def sent_then_listed(peer: Peer, line: bytes) -> bool:
    """Send a line, then ask for the tools: whether the line was answered before those came."""
    peer.raw(line.replace(b"\n", b" "))
    sent = peer.request("tools/list")
    answered = False
    while (message := peer.receive()).get("id") != sent or "tools" not in message.get("result", {}):
        answered = True
        code = str(
            message.get("result", {}).get("structuredContent", {}).get("error", {}).get("code")
        )
        assert code != "bug", (line[:200], message)
    return answered


@pytest.fixture
def url(what: tuple[str, ...], tmp_path: Path) -> Iterator[tuple[Peer, int]]:
    with Peer(tmp_path, "--transport", "http", "--port", "0", what=what) as peer:
        while not (
            told := [
                line
                for line in peer.errors().splitlines(keepends=True)
                if '"listening"' in line and line.endswith("\n")
            ]
        ):
            assert peer.process.poll() is None, peer.errors()
        yield peer, json.loads(told[0])["port"]


def test_over_http_every_malformed_body_gets_a_status_below_500(url: tuple[Peer, int]) -> None:
    peer, port = url
    statuses: dict[int, int] = {}
    for body in MALFORMED:
        for headers in ({"Mcp-Method": "tools/call", "Mcp-Name": "ask"}, {}):
            status = post(port, body, headers)
            statuses[status] = statuses.get(status, 0) + 1
            assert 200 <= status < 500, (status, body[:200])
    health = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    health.request("GET", "/healthz")
    assert health.getresponse().status == 200
    health.close()
    log = peer.errors()
    figure(
        "B3 malformed-http",
        seed=0,
        requests=len(MALFORMED) * 2,
        statuses=sorted(statuses.items()),
        tracebacks=log.count("Traceback"),
    )
    assert "Traceback" not in log, log[:6_000]


def post(port: int, body: bytes, headers: dict[str, str]) -> int:
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    usual = {
        "Content-Type": "application/json",
        "Accept": "application/json, text/event-stream",
        "MCP-Protocol-Version": "2026-07-28",
    }
    client.request("POST", "/mcp", body, {**usual, **headers})
    try:
        return client.getresponse().status
    finally:
        client.close()
