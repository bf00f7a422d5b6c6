"""From a `Surface` to a real MCP server, for both protocol eras.

The only room that registers anything with the SDK. What a request gets is decided in `desk`; here
it is tied to the protocol, plain calls are given a short way, and changes are announced.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random, SystemRandom
from typing import Any, Final
from weakref import WeakSet

import anyio
import mcp_types as types
from mcp.server.caching import CacheHint
from mcp.server.connection import Connection
from mcp.server.context import CallNext, HandlerResult
from mcp.server.lowlevel import NotificationOptions, Server
from mcp.server.models import InitializationOptions
from mcp.server.subscriptions import (
    InMemorySubscriptionBus,
    ListenHandler,
    PromptsListChanged,
    ResourcesListChanged,
    ResourceUpdated,
    ToolsListChanged,
)
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from mcp_servers.serving.desk import Context, Desk, wire_form
from mcp_servers.serving.door import Door
from registry.tool import Surface

_LISTS: Final = CacheHint(ttl_ms=60_000, scope="private")
_HINTS: Final[dict[Any, CacheHint]] = {
    "server/discover": CacheHint(ttl_ms=3_600_000, scope="public"),
    "tools/list": _LISTS,
    "prompts/list": _LISTS,
    "resources/list": _LISTS,
    "resources/templates/list": _LISTS,
    "resources/read": CacheHint(ttl_ms=0, scope="private"),
}
_PLAIN_KEYS: Final = frozenset({"name", "arguments", "_meta"})
_ANNOUNCE_SECONDS: Final = 2.0  # for one legacy client to take an announcement


class AnnouncingServer(Server[Any]):
    """The SDK's server, which says in the handshake too that its lists may change."""

    def create_initialization_options(
        self,
        notification_options: NotificationOptions | None = None,
        experimental_capabilities: dict[str, dict[str, Any]] | None = None,
        extensions: dict[str, dict[str, Any]] | None = None,
    ) -> InitializationOptions:
        everything = NotificationOptions(True, True, True)
        return super().create_initialization_options(
            notification_options or everything, experimental_capabilities, extensions
        )


@dataclass(frozen=True, slots=True)
class Built:
    """A running surface: the SDK server, and the ways to tell its clients of a change."""

    server: Server[Any]
    surface: Surface
    _desk: Desk
    _bus: InMemorySubscriptionBus
    _listeners: ListenHandler
    _legacy: WeakSet[Connection]

    async def call(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """A `tools/call` from inside the process: params with `_meta` in, the result out, both as
        on the wire.

        For a caller that has no use for a session: no cancellation token, no progress, same door.
        """
        result, _ = await self._desk.answer(
            params.get("_meta") or {}, None, params["name"], params.get("arguments") or {}
        )
        return wire_form(result)

    async def changed(self) -> None:
        """Announce that tools, resources and prompts changed, to clients of both eras."""
        for event in (ToolsListChanged(), ResourcesListChanged(), PromptsListChanged()):
            await self._bus.publish(event)
        async with anyio.create_task_group() as group:
            for connection in list(self._legacy):
                group.start_soon(_announce, connection)

    async def updated(self, uri: str) -> None:
        """Announce that one resource changed, to those who listen for it (the newer era)."""
        await self._bus.publish(ResourceUpdated(uri))

    def hang_up(self) -> None:
        """End the streams of those who listen for changes, before the transport goes."""
        self._listeners.close()


async def _announce(connection: Connection) -> None:
    with anyio.move_on_after(_ANNOUNCE_SECONDS):
        await connection.send_tool_list_changed()
        await connection.send_resource_list_changed()
        await connection.send_prompt_list_changed()


def build(surface: Surface, door: Door, *, rng: Random | None = None) -> Built:
    """The MCP server of a surface. `rng` makes incident ids."""
    bus = InMemorySubscriptionBus()
    listeners = ListenHandler(bus)
    legacy: WeakSet[Connection] = WeakSet()
    desk = Desk(surface, door, rng or SystemRandom())
    server = AnnouncingServer(
        surface.name,
        version=surface.version,
        title=surface.title,
        instructions=surface.instructions,
        cache_hints=_HINTS,
        on_list_tools=desk.list_tools,
        on_call_tool=desk.call_tool,
        on_list_resources=desk.list_resources,
        on_list_resource_templates=desk.list_templates,
        on_read_resource=desk.read_resource,
        on_list_prompts=desk.list_prompts,
        on_get_prompt=desk.get_prompt,
        on_completion=desk.complete,
        on_subscriptions_listen=listeners,
    )

    async def initialized(ctx: Context, params: types.NotificationParams) -> None:
        # The session has no public way to its connection, and only the connection lives as long as
        # the client.
        legacy.add(ctx.session._connection)

    server.add_notification_handler(
        "notifications/initialized", types.NotificationParams, initialized
    )
    stamp = {types.SERVER_INFO_META_KEY: server.server_info_stamp}
    # Instead of the SDK's default (a span per message, for an exporter we do not have): 10-20 % of
    # a call.
    server.middleware[:] = [_Shortcut(desk, stamp)]
    return Built(server, surface, desk, bus, listeners, legacy)


class _Shortcut:
    """Answers plain modern tool calls itself, past the SDK's two validations and two copies of
    every result.

    Params are checked here, results are built in wire form by this file. Everything else goes the
    usual way.
    """

    def __init__(self, desk: Desk, stamp: dict[str, Any]) -> None:
        self._desk = desk
        self._stamp = stamp

    async def __call__(self, ctx: Context, call_next: CallNext) -> HandlerResult:
        params = ctx.params
        if (
            ctx.method != "tools/call"
            or params is None
            or ctx.protocol_version not in MODERN_PROTOCOL_VERSIONS
            or not params.keys() <= _PLAIN_KEYS
            or not isinstance(name := params.get("name"), str)
            or not isinstance(arguments := params.get("arguments", {}), dict)
        ):
            return await call_next(ctx)
        result, internal = await self._desk.answer(ctx.meta or {}, ctx, name, arguments)
        wire = wire_form(result)
        if not internal:
            wire["_meta"] = {**self._stamp, **wire.get("_meta", {})}
        return wire
