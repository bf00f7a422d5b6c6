"""From a `Surface` to a real MCP server, for both protocol eras. The only room that registers
anything with the SDK.

The way of a tool call: who is it (`Door`), does the tool exist for them, do the arguments fit
(`schema`), then the handler. Whatever goes wrong becomes an `isError` result with a stable code; a
fault of ours becomes code `bug` with an incident id, is logged, and shows the caller no traceback.
No output schema is published: clients would check every row against it. An internal call (the
orchestrator's) gets its structured data as it is and no text.

A handler may return the SDK's own result model instead of a `Reply`; it then goes out as it is
(sampling, elicitation).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from random import Random, SystemRandom
from typing import Any, Final
from weakref import WeakSet

import anyio
import mcp_types as types
import structlog
from mcp import MCPError
from mcp.server.caching import CacheHint
from mcp.server.connection import Connection
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
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
from pydantic import BaseModel

from mcp_servers import schema, text
from mcp_servers.door import Door
from mcp_servers.offers import COMPLETIONS_MAX, Offers, reachable
from registry.errors import BadInput, Bug, Denied, IsothermError, NotFound, Unavailable, shown
from registry.tool import Call, Prompt, Reply, Surface, Tool

Context = ServerRequestContext[Any, Any]
log = structlog.get_logger("isotherm")

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
    _desk: _Desk
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
        return _dumped(result)

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
    desk = _Desk(surface, door, rng or SystemRandom())
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


def _dumped(result: Any) -> dict[str, Any]:
    """A result in wire form, whether it is so already or a model of the SDK's."""
    if isinstance(result, BaseModel):
        return result.model_dump(by_alias=True, mode="json", exclude_none=True)
    wire: dict[str, Any] = result
    return wire


class _Shortcut:
    """Answers plain modern tool calls itself, past the SDK's two validations and two copies of
    every result.

    Params are checked here, results are built in wire form by this file. Everything else goes the
    usual way.
    """

    def __init__(self, desk: _Desk, stamp: dict[str, Any]) -> None:
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
        wire = _dumped(result)
        if not internal:
            wire["_meta"] = {**self._stamp, **wire.get("_meta", {})}
        return wire


class _Desk:
    """The request handlers over one surface."""

    def __init__(self, surface: Surface, door: Door, rng: Random) -> None:
        self._surface = surface
        self._door = door
        self._rng = rng
        self._offers = Offers(surface)

    # -- tools

    async def call_tool(self, ctx: Context, params: types.CallToolRequestParams) -> Any:
        arguments = params.arguments or {}
        return (await self.answer(ctx.meta or {}, ctx, params.name, arguments))[0]

    async def answer(
        self, meta: Mapping[str, Any], request: Any, name: str, arguments: dict[str, Any]
    ) -> tuple[Any, bool]:
        """(result in wire form or an SDK model, whether the caller is internal)."""
        internal = False
        try:
            call = self._door(meta, request)
            internal = call.internal
            tool = self._tool(name, call)
            reply = await tool.handler(call, schema.check(tool.params, arguments))
        except MCPError:
            raise
        except IsothermError as no:
            return _refusal(no), internal
        except Exception:
            return _refusal(self._bug("tool", name)), internal
        return (_result(reply, internal) if isinstance(reply, Reply) else reply), internal

    def _tool(self, name: str, call: Call) -> Tool:
        tools = self._offers.tools()
        tool = tools.get(name)
        if tool is None or not reachable(tool, call, self._surface.name):
            known = [n for n, t in tools.items() if reachable(t, call, self._surface.name)]
            raise NotFound(f"No tool {shown(name)}.{schema.nearest(name, known)}")
        return tool

    def _bug(self, kind: str, name: str) -> Bug:
        incident = f"{self._rng.getrandbits(48):012x}"
        log.exception("bug", incident=incident, server=self._surface.name, kind=kind, name=name)
        return Bug(f"Something broke on our side. Report incident {incident}.")

    async def list_tools(
        self, ctx: Context, params: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        _one_page(params)
        return types.ListToolsResult(tools=self._offers.tool_wires(self._caller(ctx)))

    def _caller(self, ctx: Context) -> Call:
        try:
            return self._door(ctx.meta or {}, ctx)
        except IsothermError as no:
            raise _protocol_error(no) from None

    # -- resources

    async def list_resources(
        self, ctx: Context, params: types.PaginatedRequestParams | None
    ) -> types.ListResourcesResult:
        _one_page(params)
        return types.ListResourcesResult(resources=self._offers.resource_wires())

    async def list_templates(
        self, ctx: Context, params: types.PaginatedRequestParams | None
    ) -> types.ListResourceTemplatesResult:
        _one_page(params)
        return types.ListResourceTemplatesResult(resource_templates=self._offers.template_wires())

    async def read_resource(self, ctx: Context, params: types.ReadResourceRequestParams) -> Any:
        uri = str(params.uri)
        found: Any = await self._guarded("uri", uri, self._surface.read, ctx, uri)
        if not isinstance(found, str):
            return found
        mime = self._offers.mime_type(uri)
        content = types.TextResourceContents(uri=params.uri, mime_type=mime, text=found)
        return types.ReadResourceResult(contents=[content])

    # -- prompts

    async def list_prompts(
        self, ctx: Context, params: types.PaginatedRequestParams | None
    ) -> types.ListPromptsResult:
        _one_page(params)
        return types.ListPromptsResult(prompts=self._offers.prompt_wires())

    async def get_prompt(self, ctx: Context, params: types.GetPromptRequestParams) -> Any:
        message: Any = await self._guarded(
            "prompt", params.name, self._render, ctx, params.name, params.arguments or {}
        )
        if not isinstance(message, str):
            return message
        content = types.TextContent(text=message)
        prompt = self._offers.prompts().get(params.name)
        return types.GetPromptResult(
            description=prompt.description if prompt else None,
            messages=[types.PromptMessage(role="user", content=content)],
        )

    async def _render(self, call: Call, name: str, arguments: dict[str, str]) -> Any:
        prompt = self._offers.prompts().get(name)
        if prompt is not None:
            _check_prompt(prompt, arguments)
        if self._surface.prompt is not None:
            return await self._surface.prompt(call, name, arguments)
        if prompt is None:
            known = list(self._offers.prompts())
            raise NotFound(f"No prompt {shown(name)}.{schema.nearest(name, known)}")
        return prompt.render(arguments)

    # -- completions

    async def complete(
        self, ctx: Context, params: types.CompleteRequestParams
    ) -> types.CompleteResult:
        ref = params.ref
        name = ref.name if isinstance(ref, types.PromptReference) else str(ref.uri)
        argument = params.argument
        found = await self._guarded(
            "completion", name, self._surface.complete, ctx, name, argument.name, argument.value
        )
        return types.CompleteResult(
            completion=types.Completion(
                values=list(found[:COMPLETIONS_MAX]),
                total=len(found),
                has_more=len(found) > COMPLETIONS_MAX,
            )
        )

    async def _guarded(self, kind: str, name: str, ask: Any, ctx: Context, *rest: Any) -> Any:
        """`ask(call, *rest)`; its refusals as protocol errors, our faults as incidents."""
        try:
            return await ask(self._door(ctx.meta or {}, ctx), *rest)
        except MCPError:
            raise
        except IsothermError as no:
            raise _protocol_error(no, **{kind: name}) from None
        except Exception:
            raise _protocol_error(self._bug(kind, name)) from None


def _one_page(params: types.PaginatedRequestParams | None) -> None:
    if params is not None and params.cursor is not None:
        raise _protocol_error(BadInput("This list has one page; leave out the cursor."))


def _check_prompt(prompt: Prompt, arguments: Mapping[str, str]) -> None:
    known = [argument.name for argument in prompt.arguments]
    for name in arguments:
        if name not in known:
            close = get_close_matches(name, known, n=1)
            hint = f" Did you mean {shown(close[0])}?" if close else ""
            raise BadInput(f"No argument {shown(name)} of prompt {prompt.name}.{hint}")
    for argument in prompt.arguments:
        if argument.required and argument.name not in arguments:
            raise BadInput(
                f"The argument {shown(argument.name)} is missing: {argument.description}"
            )


def _result(reply: Reply, internal: bool) -> dict[str, Any]:
    """A reply in wire form. For an internal caller without text, and `data` goes as the same
    object.
    """
    content: list[dict[str, Any]] = []
    if not internal and (reply.text or reply.data):
        content = [{"type": "text", "text": text.block(reply.text, reply.data)}]
    content += reply.blocks
    out = {"resultType": "complete", "content": content, "structuredContent": reply.data}
    return {**out, "isError": True} if reply.failed else out


def _refusal(no: IsothermError) -> dict[str, Any]:
    line = f"{no.code}: {text.escape(no.message)}"
    return {
        "resultType": "complete",
        "content": [{"type": "text", "text": line}],
        "structuredContent": {"error": no.to_dict()},
        "isError": True,
    }


def _protocol_error(no: IsothermError, **about: str) -> MCPError:
    """Where the protocol knows no `isError`: invalid params for what the caller can mend, data says
    the rest.
    """
    code = types.INVALID_PARAMS
    if isinstance(no, Denied):
        code = types.INVALID_REQUEST
    elif isinstance(no, (Bug, Unavailable)):
        code = types.INTERNAL_ERROR
    return MCPError(code, text.escape(no.message), {**no.to_dict(), **about})
