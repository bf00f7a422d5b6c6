"""One surface's request handlers: every request to an MCP server of ours is answered here.

The way of a tool call: who is it (`Door`), does the tool exist for them, do the arguments fit
(`schema`), then the handler. Whatever goes wrong becomes an `isError` result with a stable code; a
fault of ours becomes code `bug` with an incident id, is logged, and shows the caller no traceback.
No output schema is published: clients would check every row against it. An internal call (the
orchestrator's) gets its structured data as it is and no text.

A handler may return the SDK's own result model, or one in wire form, instead of a `Reply`; it then
goes out as it is (sampling, elicitation).
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

import mcp_types as types
import structlog
from mcp import MCPError
from mcp.server.context import ServerRequestContext
from pydantic import BaseModel

from mcp_servers.serving import schema, text
from mcp_servers.serving.door import Door
from mcp_servers.serving.offers import COMPLETIONS_MAX, Offers, reachable
from registry.errors import BadInput, Bug, Denied, IsothermError, NotFound, Unavailable, shown
from registry.tool import Call, Prompt, Reply, Surface, Tool

Context = ServerRequestContext[Any, Any]
log = structlog.get_logger("isotherm")


class Desk:
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
            hint = schema.nearest(name, known)
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


def wire_form(result: Any) -> dict[str, Any]:
    """A result in wire form, whether it is so already or a model of the SDK's."""
    if isinstance(result, BaseModel):
        return result.model_dump(by_alias=True, mode="json", exclude_none=True)
    wire: dict[str, Any] = result
    return wire
