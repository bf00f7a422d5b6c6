"""One HTTP application around one MCP server: `/mcp` (both eras), legacy SSE at `/sse`, `/healthz`.

Every request passes the Host and Origin check and, where tokens are configured, needs a bearer
token; bodies are capped. Nothing but loopback is served without both tokens and allowed hosts. It
opens no store.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import anyio
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken
from mcp.server.lowlevel import Server
from mcp.server.sse import SseServerTransport
from mcp.server.streamable_http_manager import StreamableHTTPASGIApp, StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecurityMiddleware, TransportSecuritySettings
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mcp_servers.serving.door import SCOPE_KEY
from mcp_servers.serving.tokens import Tokens, digest, read_tokens
from registry import limits
from registry.errors import BadInput, Unavailable, shown
from registry.settings import Settings

_LOOPBACK: Final = ("127.0.0.1", "localhost", "[::1]")


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def tokens_for(host: str, settings: Settings) -> Tokens | None:
    """The tokens to ask for, `None` where nobody need show one; `BadInput` when the bind would be
    open to others.
    """
    tokens = read_tokens(settings.tokens) if settings.tokens is not None else None
    if not is_loopback(host) and (tokens is None or not settings.allowed_hosts):
        raise BadInput(
            f"Binding {shown(host)} lets other machines in: set `tokens` to a file with one "
            "`TOKEN SUBJECT ROLE` per line and `allowed_hosts` to the names they will use, "
            "or bind 127.0.0.1."
        )
    return tokens


def bind(host: str, port: int) -> socket.socket:
    """A bound socket, not listening yet; port 0 takes a free one. `Unavailable` when taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named so that asyncio knows TCP and turns Nagle's delay off.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host.strip("[]"), port))
    except OSError as bad:
        bound.close()
        raise Unavailable(
            f"Cannot listen on {host}:{port}: {bad.strerror}; choose another port."
        ) from None
    return bound


def security(settings: Settings) -> TransportSecuritySettings:
    """Host and Origin headers that are let in: loopback's and the configured, with any port."""
    names = (*_LOOPBACK, *settings.allowed_hosts)
    hosts = [form for name in names for form in (name, f"{name}:*")]
    origins = [f"{scheme}://{host}" for host in hosts for scheme in ("http", "https")]
    return TransportSecuritySettings(allowed_hosts=hosts, allowed_origins=origins)


class Guard:
    """Host, Origin and bearer token, before anything else sees the request. Can end its streams."""

    def __init__(
        self, app: ASGIApp, checks: TransportSecuritySettings, tokens: Tokens | None
    ) -> None:
        self._app = app
        self._checks = TransportSecurityMiddleware(checks)
        self._tokens = tokens
        self._streams: set[anyio.Event] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            refusal = await self._checks.validate_request(Request(scope)) or self._admit(scope)
            if refusal is not None:
                await refusal(scope, receive, send)
                return
            if scope["method"] == "GET":
                await self._stream(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def hang_up(self) -> None:
        """End every open event stream, so that a stopping server need not wait for its clients."""
        for ending in self._streams:
            ending.set()

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A GET: it lasts as long as the client likes, or until `hang_up` tells the app it left."""
        ending, unfinished = anyio.Event(), False

        async def watched(message: Message) -> None:
            nonlocal unfinished
            unfinished = message["type"] == "http.response.start" or message.get("more_body", False)
            await send(message)

        async def received() -> Message:
            message: Message = {"type": "http.disconnect"}
            async with anyio.create_task_group() as race:
                race.start_soon(_cancel_after, ending, race.cancel_scope)
                message = await receive()
                race.cancel_scope.cancel()
            return message

        self._streams.add(ending)
        try:
            await self._app(scope, received, watched)
        finally:
            self._streams.discard(ending)
        if unfinished:
            await send({"type": "http.response.body", "body": b""})

    def _admit(self, scope: Scope) -> Response | None:
        """None when the caller may come in; their principal is then on the scope."""
        if self._tokens is None or scope["path"] == "/healthz":
            return None
        kind, _, token = Request(scope).headers.get("authorization", "").partition(" ")
        principal = self._tokens.get(digest(token.strip())) if kind.lower() == "bearer" else None
        if principal is None:
            refusal = {"error": {"code": "denied", "message": "Send a valid bearer token."}}
            return JSONResponse(refusal, 401, {"WWW-Authenticate": "Bearer"})
        scope[SCOPE_KEY] = principal
        # The SDK ties a session to the credential that opened it by this user.
        held = AccessToken(token="", client_id=principal.subject, scopes=list(principal.roles))
        scope["user"] = AuthenticatedUser(held)
        return None


class _Events:
    """The legacy SSE transport: a GET that stays open, answered in full by the transport itself."""

    def __init__(self, server: Server[Any], sse: SseServerTransport) -> None:
        self._server = server
        self._sse = sse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self._sse.connect_sse(scope, receive, send) as (read, write):
            options = self._server.create_initialization_options()
            await self._server.run(read, write, options)


async def _cancel_after(event: anyio.Event, scope: anyio.CancelScope) -> None:
    await event.wait()
    scope.cancel()


def http_app(server: Server[Any], settings: Settings, tokens: Tokens | None) -> Guard:
    """The ASGI application. Its lifespan runs the sessions; the stores live outside."""
    checks = security(settings)
    sessions = StreamableHTTPSessionManager(
        server,
        security_settings=checks,
        max_request_body_size=limits.HTTP_BODY_BYTES_MAX,
        max_sessions=limits.HTTP_SESSIONS_MAX,
    )
    sse = SseServerTransport("/messages/", checks, limits.HTTP_BODY_BYTES_MAX)

    async def health(request: Request) -> Response:
        return JSONResponse({"ok": True, "server": server.name, "version": server.version})

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with sessions.run():
            yield

    routes = [
        Route("/mcp", StreamableHTTPASGIApp(sessions)),
        Route("/sse", _Events(server, sse), methods=["GET"]),
        Mount("/messages/", app=sse.handle_post_message),
        Route("/healthz", health, methods=["GET"]),
    ]
    return Guard(Starlette(routes=routes, lifespan=lifespan), checks, tokens)
