"""Serving over real pipes and sockets: both eras, hostile input, guarded doors, clean ends."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from anyio.abc import Process
from mcp import Client, StdioServerParameters
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client

from mcp_servers.serving.door import door_local
from mcp_servers.serving.runtime import serve
from mcp_servers.serving.tools import Built, build
from registry.errors import BadInput, Unavailable
from registry.limits import HTTP_BODY_BYTES_MAX, LINE_BYTES_MAX
from registry.settings import Settings
from registry.tool import Call, Params, Reply, Surface, Tool

pytestmark = pytest.mark.anyio
ERAS = ("legacy", "2026-07-28")
ROOT = Path(__file__).parents[2]
PROGRAM = Path(__file__).parent / "stdio_program.py"
ENVIRON = {**os.environ, "PYTHONPATH": str(ROOT)}
TOKEN = "0123456789abcdef-reader"


class NoParams(Params):
    pass


async def _who(call: Call, params: NoParams) -> Reply:
    return Reply({"subject": call.principal.subject, "roles": list(call.principal.roles)}, "ok")


TOOLS = (Tool("who", "Who", "Who is calling.", NoParams, _who),)


def built() -> Built:
    surface = Surface("demo", "Demo", "Use it.", "1", lambda: TOOLS)
    return build(surface, door_local())


# -- stdio ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("era", ERAS)
async def test_stdio_serves_and_keeps_stray_prints_off_the_wire(era: str) -> None:
    parameters = StdioServerParameters(command=sys.executable, args=[str(PROGRAM)], env=ENVIRON)
    async with Client(parameters, mode=era) as client:
        results = [await client.call_tool("echo", {"text": f"t{n}"}) for n in range(3)]
    assert [result.structured_content for result in results] == [
        {"text": f"t{n}"} for n in range(3)
    ]


@asynccontextmanager
async def program() -> AsyncIterator[Process]:
    async with await anyio.open_process([sys.executable, str(PROGRAM)], env=ENVIRON) as process:
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()


async def _replies(process: Process, count: int) -> list[Any]:
    assert process.stdout is not None
    held = b""
    with anyio.fail_after(30):
        while held.count(b"\n") < count:
            held += await process.stdout.receive()
    return [json.loads(line) for line in held.splitlines()]


async def _stderr(process: Process) -> str:
    assert process.stderr is not None
    return b"".join([chunk async for chunk in process.stderr]).decode()


INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "t", "version": "1"},
    },
}
HOSTILE = (
    b"not json",
    b'"a string"',
    b"[]",
    b'{"jsonrpc":"2.0","id":{},"method":"ping"}',
    b'{"jsonrpc":"2.0","id":7,"id":8,"method":"nope","method":"tools/call","params":{"name":1}}',
    b"\xff\xfe\x00",
    b"[" * 100_000,
    b"",
    b'{"x":"' + b"y" * LINE_BYTES_MAX + b'"}',
)


@pytest.mark.promise(6)
async def test_malformed_lines_leave_the_server_serving() -> None:
    async with program() as process:
        assert process.stdin is not None
        await process.stdin.send(json.dumps(INITIALIZE).encode() + b"\n")
        await _replies(process, 1)
        for line in HOSTILE:
            await process.stdin.send(line + b"\n")
        await process.stdin.send(b'{"jsonrpc":"2.0","id":99,"method":"ping"}\n')
        seen: list[Any] = []
        while not any(reply.get("id") == 99 for reply in seen):
            seen += await _replies(process, 1)
        await process.stdin.aclose()
        log = await _stderr(process)
        assert await process.wait() == 0
    assert "Traceback" not in log
    assert log.endswith("closed\n")


@pytest.mark.promise(10)
async def test_a_fault_is_one_line_of_the_log_whatever_the_caller_sent() -> None:
    evil = 'x"}\n{"event":"forged"}\u2028'
    call = {
        "jsonrpc": "2.0",
        "id": 2,
        "method": "tools/call",
        "params": {"name": "breaks", "arguments": {"text": evil}},
    }
    async with program() as process:
        assert process.stdin is not None
        await process.stdin.send(json.dumps(INITIALIZE).encode() + b"\n")
        await _replies(process, 1)
        initialized = b'{"jsonrpc":"2.0","method":"notifications/initialized"}\n'
        await process.stdin.send(initialized + json.dumps(call).encode() + b"\n")
        reply = (await _replies(process, 1))[0]["result"]
        await process.stdin.aclose()
        log = await _stderr(process)
    events = [json.loads(line) for line in log.splitlines() if line != "closed"]
    assert [event["event"] for event in events] == ["bug"]
    assert events[0]["error"]["type"] == "KeyError"
    assert events[0]["incident"] in reply["content"][0]["text"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to wait for")
async def test_sigterm_ends_a_waiting_server_cleanly() -> None:
    async with program() as process:
        assert process.stdin is not None
        await process.stdin.send(json.dumps(INITIALIZE).encode() + b"\n")
        await _replies(process, 1)
        process.send_signal(signal.SIGTERM)
        with anyio.fail_after(10):
            assert await process.wait() == 0
        assert (await _stderr(process)).endswith("closed\n")


# -- HTTP ----------------------------------------------------------------------------------------


@asynccontextmanager
async def listening(**settings: Any) -> AsyncIterator[str]:
    """The base URL of a server on a free port of loopback."""
    async with anyio.create_task_group() as group:

        async def run(*, task_status: Any) -> None:
            configured = Settings(data=Path(), **settings)
            await serve(built(), configured, transport="http", port=0, task_status=task_status)

        port = await group.start(run)
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            group.cancel_scope.cancel()


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("path", ["/mcp", "/sse"])
async def test_one_port_serves_both_transports_in_both_eras(era: str, path: str) -> None:
    async with listening() as url:
        target = sse_client(url + path) if path == "/sse" else url + path
        async with Client(target, mode=era) as client:
            result = await client.call_tool("who", {})
    assert result.structured_content == {"subject": "local", "roles": ["administrator"]}


async def test_healthz_says_what_is_running() -> None:
    async with listening() as url, httpx2.AsyncClient() as http:
        answer = await http.get(f"{url}/healthz")
    assert answer.json() == {"ok": True, "server": "demo", "version": "1"}


@pytest.mark.parametrize("path", ["/mcp", "/sse", "/messages/", "/healthz"])
@pytest.mark.parametrize(
    ("header", "value", "status"),
    [("host", "evil.example", 421), ("origin", "https://evil.example", 403)],
)
async def test_foreign_hosts_and_origins_are_turned_away(
    path: str, header: str, value: str, status: int
) -> None:
    async with listening() as url, httpx2.AsyncClient() as http:
        answer = await http.request("GET", url + path, headers={header: value})
    assert answer.status_code == status


async def test_a_configured_host_is_let_in_with_and_without_its_port() -> None:
    async with listening(allowed_hosts=("db.example",)) as url, httpx2.AsyncClient() as http:
        for host in ("db.example", "db.example:8700"):
            headers = {"host": host, "origin": f"https://{host}"}
            assert (await http.get(f"{url}/healthz", headers=headers)).status_code == 200


@pytest.mark.promise(6)
@pytest.mark.parametrize("path", ["/mcp", "/messages/?session_id=" + "0" * 32])
async def test_a_body_over_the_cap_is_refused(path: str) -> None:
    headers = {"content-type": "application/json", "accept": "application/json, text/event-stream"}
    async with listening() as url, httpx2.AsyncClient() as http:
        body = b"x" * (HTTP_BODY_BYTES_MAX + 1)
        answer = await http.post(url + path, content=body, headers=headers)
    assert answer.status_code == 413


async def test_a_taken_port_is_said_so() -> None:
    async with listening() as url:
        port = int(url.rpartition(":")[2])
        with pytest.raises(Unavailable, match="choose another port"):
            await serve(built(), Settings(data=Path()), transport="http", port=port)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org"])
async def test_other_machines_are_let_in_only_with_tokens_and_hosts(
    host: str, tmp_path: Path
) -> None:
    tokens = tmp_path / "tokens"
    tokens.write_text(f"{TOKEN} ada reader\n")
    for given in ({}, {"tokens": tokens}, {"allowed_hosts": ("db.example",)}):
        with pytest.raises(BadInput, match="lets other machines in"):
            await serve(built(), Settings(data=Path(), **given), transport="http", host=host)


# -- tokens --------------------------------------------------------------------------------------


@pytest.mark.promise(8)
@pytest.mark.parametrize("era", ERAS)
async def test_a_token_is_the_principal_and_nobody_comes_in_without(
    era: str, tmp_path: Path
) -> None:
    tokens = tmp_path / "tokens"
    tokens.write_text(f"# people\n\n{TOKEN} ada reader,writer  # note\n")
    async with listening(tokens=tokens) as url, httpx2.AsyncClient() as http:
        for given in ({}, {"authorization": "Bearer wrong"}, {"authorization": f"Basic {TOKEN}"}):
            for path in ("/mcp", "/sse", "/messages/"):
                answer = await http.get(url + path, headers=given)
                assert (answer.status_code, answer.json()["error"]["code"]) == (401, "denied")
        assert (await http.get(f"{url}/healthz")).status_code == 200
        known = httpx2.AsyncClient(headers={"authorization": f"Bearer {TOKEN}"})
        async with (
            known,
            Client(streamable_http_client(f"{url}/mcp", http_client=known), mode=era) as client,
        ):
            result = await client.call_tool("who", {})
    assert result.structured_content == {"subject": "ada", "roles": ["reader", "writer"]}


@pytest.mark.promise(8)
async def test_a_session_belongs_to_the_token_that_opened_it(tmp_path: Path) -> None:
    other = "0123456789abcdef-other"
    tokens = tmp_path / "tokens"
    tokens.write_text(f"{TOKEN} ada reader\n{other} eve reader\n")

    def headers(token: str, **more: str) -> dict[str, str]:
        accept = "application/json, text/event-stream"
        return {"authorization": f"Bearer {token}", "accept": accept, **more}

    async with listening(tokens=tokens) as url, httpx2.AsyncClient() as http:
        opened = await http.post(f"{url}/mcp", json=INITIALIZE, headers=headers(TOKEN))
        session = {"mcp-session-id": opened.headers["mcp-session-id"]}
        ping = {"jsonrpc": "2.0", "id": 2, "method": "ping"}
        stolen = await http.post(f"{url}/mcp", json=ping, headers=headers(other, **session))
        own = await http.post(f"{url}/mcp", json=ping, headers=headers(TOKEN, **session))
    assert (opened.status_code, stolen.status_code, own.status_code) == (200, 404, 200)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds no"),
        ("short ada reader", "line 1: a token has at least"),
        (f"\n{TOKEN} ada", "line 2: write"),
        (f"{TOKEN} ada king", "no role 'king'; there are reader"),
        ("\xff", "is not UTF-8"),
    ],
)
async def test_a_token_file_that_does_not_fit_is_refused_without_showing_a_token(
    text: str, said: str, tmp_path: Path
) -> None:
    tokens = tmp_path / "tokens"
    tokens.write_bytes(text.encode("latin-1"))
    with pytest.raises(BadInput) as refused:
        await serve(built(), Settings(data=Path(), tokens=tokens), transport="http", port=0)
    assert said in refused.value.message
    assert TOKEN not in refused.value.message


async def test_a_file_as_stdin_is_answered_to_its_end(tmp_path: Path) -> None:
    asked = tmp_path / "asked"
    asked.write_text(json.dumps(INITIALIZE) + '\n{"jsonrpc":"2.0","id":2,"method":"ping"}\n')
    with asked.open("rb") as stdin:
        done = await anyio.run_process([sys.executable, str(PROGRAM)], stdin=stdin, env=ENVIRON)
    replies = [json.loads(line) for line in done.stdout.splitlines()]
    assert replies[0]["id"] == 1 and replies[0]["result"]["serverInfo"]["name"] == "demo"
    assert b"Traceback" not in done.stderr


async def test_a_stopping_server_ends_open_streams_well() -> None:
    stopping = anyio.CancelScope()

    async def run(*, task_status: Any) -> None:
        with stopping:
            settings = Settings(data=Path())
            await serve(built(), settings, transport="http", port=0, task_status=task_status)

    async with anyio.create_task_group() as group, httpx2.AsyncClient() as http:
        url = f"http://127.0.0.1:{await group.start(run)}/sse"
        async with http.stream("GET", url) as events:
            chunks = events.aiter_bytes()
            assert b"endpoint" in await anext(chunks)
            stopping.cancel()
            with anyio.fail_after(20):
                assert [chunk async for chunk in chunks] == []
