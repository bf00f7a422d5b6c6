"""A language model that is none: speaks OpenAI's protocol over real HTTP on loopback, and replies what the test says."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

Asked = dict[str, Any]


@dataclass
class Reply:
    """What goes over the wire; with status 0 no headers of ours. `held`: the connection stays open after it until the stub ends. `pieces`: what follows the body, until the stub ends."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    held: bool = False
    pieces: Callable[[Event], Iterator[bytes]] | None = None


def said(message: dict[str, Any], *, finish: str = "stop", status: int = 200) -> Reply:
    body = {
        "id": "1", "object": "chat.completion", "created": 1, "model": "stub",
        "choices": [{"index": 0, "finish_reason": finish, "message": {"role": "assistant", **message}}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }  # fmt: skip
    return Reply(json.dumps(body).encode(), status)


def text(content: str | None, **more: Any) -> Reply:
    return said({"content": content, **more})


def called(arguments: str, name: str = "PlanReply") -> Reply:
    call = {"id": "c", "type": "function", "function": {"name": name, "arguments": arguments}}
    return said({"content": None, "tool_calls": [call]}, finish="tool_calls")


def planned(plan: Any, *, answers: bool = True) -> Reply:
    return called(json.dumps({"plan": plan, "answers": answers}))


def refused(status: int, body: Any = None, **headers: str) -> Reply:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(json.dumps(body or {"error": {"message": "no"}}).encode(), status, names)


class Stub:
    """`replies`: one after the other, the last again and again; or one function of what is asked. `asked`: bodies, as they came."""

    def __init__(self) -> None:
        self.replies: list[Reply] | Callable[[Asked], Reply] = []
        self.asked: list[Asked] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.over = Event()
        self.heard = Event()
        self.url = ""

    def next(self, body: Asked) -> Reply:
        self.asked.append(body)
        self.heard.set()
        if callable(self.replies):
            return self.replies(body)
        return self.replies[min(len(self.asked), len(self.replies)) - 1]

    @property
    def documents(self) -> list[dict[str, Any]]:
        """The data of each message."""
        return [json.loads(body["messages"][-1]["content"]) for body in self.asked]


@contextmanager
def stub(*replies: Reply, certificate: Path | None = None) -> Iterator[Stub]:
    made = Stub()
    made.replies = list(replies)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            made.paths.append(self.path)
            made.headers.append({k.lower(): v for k, v in self.headers.items()})
            body = self.rfile.read(int(self.headers["content-length"]))
            reply = made.next(json.loads(body))
            try:
                self._send(reply)
            except OSError:
                self.close_connection = True  # whoever asked has left

        def _send(self, reply: Reply) -> None:
            if reply.status:
                self._head(reply)
            self.wfile.write(reply.body)
            for piece in reply.pieces(made.over) if reply.pieces else ():
                self.wfile.write(piece)
            if reply.held:
                made.over.wait()
            if reply.held or reply.pieces:
                self.close_connection = True

        def _head(self, reply: Reply) -> None:
            self.send_response(reply.status)
            self.send_header("content-type", "application/json")
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if reply.held or reply.pieces:
                self.send_header("connection", "close")
            else:
                self.send_header("content-length", str(len(reply.body)))
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Nobody reads it."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            """Whoever asked has left, or did not trust us."""

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    scheme = "http" if certificate is None else "https"
    made.url = f"{scheme}://127.0.0.1:{server.server_address[1]}/v1"
    try:
        yield made
    finally:
        made.over.set()
        server.shutdown()
        server.server_close()
        thread.join()


def closed_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
