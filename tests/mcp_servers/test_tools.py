"""A surface becomes an MCP server: what callers of both eras see, whatever they send."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random
from typing import Any

import anyio
import mcp_types as types
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mcp import Client, MCPError
from mcp.server.lowlevel import Server
from pydantic import Field

from mcp_servers.serving.door import door_local, door_signed
from mcp_servers.serving.tools import Built, build
from registry.access import META_KEY, Principal, mint
from registry.clock import ManualClock
from registry.errors import Conflict, NotFound, TooBusy, shown
from registry.limits import PRINCIPAL_SECONDS, TEXT_BLOCK_CHARS_MAX
from registry.tool import Argument, Call, Params, Prompt, Reply, Resource, Surface, Tool

pytestmark = pytest.mark.anyio
ERAS = ("legacy", "2026-07-28")
KEY = b"k" * 32


class RowsParams(Params):
    count: int = Field(ge=0, le=100_000, description="How many.")
    names: list[str] = Field(default=[])
    cell: str = "x"


async def _rows(call: Call, params: RowsParams) -> Reply:
    columns = [{"name": "n", "type": "int"}, {"name": "cell", "type": "text"}]
    rows = [[n, params.cell] for n in range(params.count)]
    return Reply(
        {"columns": columns, "rows": rows}, f"{params.count} rows for {call.principal.subject}"
    )


class NoParams(Params):
    pass


async def _breaks(call: Call, params: NoParams) -> Reply:
    raise KeyError("a secret of the inside")


async def _busy(call: Call, params: NoParams) -> Reply:
    raise TooBusy("Too many calls; wait a little.", retry_after_ms=250)


async def _conflict(call: Call, params: NoParams) -> Reply:
    raise Conflict("line one\nline two \u202e reversed")


async def _read(call: Call, uri: str) -> str:
    if uri == "demo://schema":
        return "{}"
    if uri == "demo://broken":
        raise KeyError("a secret of the inside")
    raise NotFound(f"No resource {shown(uri)}.")


async def _complete(call: Call, ref: str, argument: str, prefix: str) -> list[str]:
    return [f"{ref}:{argument}:{prefix}{n}" for n in range(150)]


def _tool(name: str, handler: Any, params: type[Params] = NoParams, **more: Any) -> Tool:
    return Tool(name, name.title(), f"About {name}.", params, handler, **more)


TOOLS = (
    _tool("rows", _rows, RowsParams),
    _tool("breaks", _breaks, hint="write", idempotent=False),
    _tool("busy", _busy, hint="destructive"),
    _tool("conflict", _conflict),
    _tool("inner", _rows, RowsParams, internal=True),
)
RESOURCES = (
    Resource("demo://schema", "schema", "The schema."),
    Resource("demo://{collection}/{id}", "record", "A record."),
)
PROMPTS = (
    Prompt(
        "greet",
        "Greet",
        "Says hello.",
        (Argument("who", "Whom to greet.", True), Argument("how", "The tone.")),
        lambda given: f"Hello {given['who']}",
    ),
)


def surface(**changes: Any) -> Surface:
    parts: dict[str, Any] = {
        "tools": lambda: TOOLS,
        "resources": lambda: RESOURCES,
        "prompts": lambda: PROMPTS,
        "read": _read,
        "complete": _complete,
    }
    return Surface("demo", "Demo", "How to use it.", "1.2.3", **{**parts, **changes})


def built(**changes: Any) -> Built:
    return build(surface(**changes), door_local(), rng=Random(7))


@asynccontextmanager
async def client(server: Server[Any], era: str = "2026-07-28") -> AsyncIterator[Client]:
    async with Client(server, mode=era, cache=None) as connected:
        yield connected


async def call(connected: Client, name: str, arguments: Any, **meta: Any) -> dict[str, Any]:
    """A raw tools/call, so that nothing on the client's side adds to it."""
    request = types.CallToolRequest(
        params=types.CallToolRequestParams(name=name, arguments=arguments, _meta=meta or None)
    )
    result = await connected.session.send_request(request, types.CallToolResult)
    return result.model_dump(by_alias=True, exclude_none=True)


def text_of(result: dict[str, Any]) -> str:
    return str(result["content"][0]["text"])


# -- calls ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("era", ERAS)
async def test_a_call_gives_structured_data_and_a_text_that_says_the_same(era: str) -> None:
    async with client(built().server, era) as connected:
        result = await call(connected, "rows", {"count": 2, "cell": "hi"})
    assert result["structuredContent"]["rows"] == [[0, "hi"], [1, "hi"]]
    assert text_of(result) == "2 rows for local\nn\tcell\n0\thi\n1\thi"
    assert not result["isError"]


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({}, "'count' is missing: How many."),
        ({"count": "3"}, "'count': Input should be a valid integer, got str"),
        ({"count": True}, "'count': Input should be a valid integer, got bool"),
        ({"count": -1}, "greater than or equal to 0"),
        ({"count": 1, "name": "x"}, "No argument 'name'. Did you mean 'names'?"),
        ({"count": 1, "zzz": 1}, "There are: count, names, cell"),
        ({"count": 1, "names": [1]}, "'names.0': Input should be a valid string, got int"),
    ],
)
async def test_wrong_arguments_are_refused_by_name(era: str, arguments: Any, said: str) -> None:
    async with client(built().server, era) as connected:
        result = await call(connected, "rows", arguments)
    assert result["isError"]
    assert result["structuredContent"]["error"]["code"] == "bad-input"
    assert said in text_of(result)


@pytest.mark.parametrize("era", ERAS)
async def test_an_unknown_tool_is_a_tool_error_with_the_nearest_name(era: str) -> None:
    async with client(built().server, era) as connected:
        result = await call(connected, "rwos", {})
    assert result["isError"]
    assert text_of(result) == "not-found: No tool 'rwos'. Did you mean 'rows'?"


@pytest.mark.parametrize("era", ERAS)
async def test_a_refusal_keeps_its_code_and_when_to_try_again(era: str) -> None:
    async with client(built().server, era) as connected:
        result = await call(connected, "busy", {})
    assert result["structuredContent"]["error"] == {
        "code": "too-busy",
        "message": "Too many calls; wait a little.",
        "retryable": True,
        "retry_after_ms": 250,
    }


@pytest.mark.parametrize("era", ERAS)
async def test_a_fault_of_ours_shows_an_incident_and_nothing_of_the_inside(era: str) -> None:
    async with client(built().server, era) as connected:
        result = await call(connected, "breaks", {})
        after = await call(connected, "rows", {"count": 0})
    assert result["structuredContent"]["error"]["code"] == "bug"
    assert "incident" in text_of(result)
    assert "secret" not in json.dumps(result)
    assert not after["isError"]


@pytest.mark.promise(10)
async def test_an_error_text_is_one_line_without_hidden_characters() -> None:
    async with client(built().server) as connected:
        result = await call(connected, "conflict", {})
    assert text_of(result) == "conflict: line one\\nline two \\u202e reversed"


@pytest.mark.promise(10)
@given(st.text(max_size=40))
@settings(max_examples=60, deadline=None)
def test_no_stored_text_breaks_out_of_its_cell(cell: str) -> None:
    async def ask() -> str:
        async with client(built().server) as connected:
            return text_of(await call(connected, "rows", {"count": 2, "cell": cell}))

    lines = anyio.run(ask).split("\n")
    assert len(lines) == 4
    assert all(line.count("\t") == 1 for line in lines[1:])


@pytest.mark.promise(6)
async def test_the_text_is_bounded_and_says_what_it_left_out() -> None:
    async with client(built().server) as connected:
        result = await call(connected, "rows", {"count": 5_000, "cell": "y" * 30})
    assert len(text_of(result)) <= TEXT_BLOCK_CHARS_MAX
    assert "more not shown" in text_of(result)
    assert len(result["structuredContent"]["rows"]) == 5_000


@pytest.mark.parametrize("era", ERAS)
async def test_a_handler_may_answer_in_the_protocols_own_words(era: str) -> None:
    image = {"type": "image", "data": "aGk=", "mimeType": "image/png"}

    async def own(call: Call, params: NoParams) -> Any:
        return types.CallToolResult(content=[types.TextContent(text="mine")])

    async def drawn(call: Call, params: NoParams) -> Reply:
        return Reply({}, "", (image,))

    tools = (_tool("own", own), _tool("drawn", drawn))
    async with client(built(tools=lambda: tools).server, era) as connected:
        assert text_of(await call(connected, "own", {})) == "mine"
        assert (await call(connected, "drawn", {}))["content"] == [image]


# -- lists ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("era", ERAS)
async def test_tools_are_listed_in_order_with_their_hints(era: str) -> None:
    async with client(built().server, era) as connected:
        listed = (await connected.list_tools()).tools
    assert [tool.name for tool in listed] == ["rows", "breaks", "busy", "conflict", "inner"]
    hints = [tool.annotations for tool in listed if tool.annotations is not None]
    assert [h.read_only_hint for h in hints] == [True, False, False, True, True]
    assert [h.destructive_hint for h in hints] == [False, False, True, False, False]
    assert [h.idempotent_hint for h in hints] == [True, False, True, True, True]
    assert all(h.open_world_hint is False for h in hints)
    assert all(tool.title and tool.output_schema is None for tool in listed)


async def test_a_schema_says_what_is_checked_and_no_more() -> None:
    async with client(built().server) as connected:
        schema = (await connected.list_tools()).tools[0].input_schema
    assert schema == {
        "type": "object",
        "additionalProperties": False,
        "required": ["count"],
        "properties": {
            "count": {
                "type": "integer",
                "minimum": 0,
                "maximum": 100_000,
                "description": "How many.",
            },
            "names": {"type": "array", "items": {"type": "string"}, "default": []},
            "cell": {"type": "string", "default": "x"},
        },
    }


async def test_lists_say_how_long_they_hold_and_for_whom() -> None:
    async with client(built().server) as connected:
        tools = await connected.list_tools()
        read = await connected.read_resource("demo://schema")
    assert (tools.cache_scope, tools.ttl_ms > 0) == ("private", True)
    assert (read.cache_scope, read.ttl_ms) == ("private", 0)


@pytest.mark.parametrize("era", ERAS)
async def test_a_change_is_announced_in_both_eras(era: str) -> None:
    tools = [TOOLS[:1]]
    heard = anyio.Event()

    async def on_message(message: Any) -> None:
        if "list_changed" in getattr(message, "method", ""):
            heard.set()

    server = built(tools=lambda: tools[0])
    async with (
        Client(server.server, mode=era, cache=None, message_handler=on_message) as connected,
        anyio.create_task_group() as group,
    ):
        if era == "legacy":
            await connected.list_tools()
            tools[0] = TOOLS[:2]
            await server.changed()
        else:

            async def listen(*, task_status: Any) -> None:
                async with connected.listen(tools_list_changed=True) as events:
                    task_status.started()
                    async for _ in events:
                        heard.set()
                        return

            await group.start(listen)
            tools[0] = TOOLS[:2]
            await server.changed()
        with anyio.fail_after(5):
            await heard.wait()
        assert len((await connected.list_tools()).tools) == 2
        group.cancel_scope.cancel()


async def test_the_handshake_says_that_lists_may_change() -> None:
    async with client(built().server, "legacy") as connected:
        capabilities = connected.server_capabilities
    assert capabilities.tools is not None and capabilities.tools.list_changed
    assert capabilities.prompts is not None and capabilities.prompts.list_changed


# -- resources, prompts, completions -------------------------------------------------------------


@pytest.mark.parametrize("era", ERAS)
async def test_resources_are_read_and_unknown_ones_are_invalid_params(era: str) -> None:
    async with client(built().server, era) as connected:
        found = (await connected.read_resource("demo://schema")).contents[0]
        with pytest.raises(MCPError) as unknown:
            await connected.read_resource("demo://nowhere")
        with pytest.raises(MCPError) as broken:
            await connected.read_resource("demo://broken")
    assert (found.mime_type, getattr(found, "text", None)) == ("application/json", "{}")
    assert unknown.value.code == types.INVALID_PARAMS
    assert unknown.value.data["uri"] == "demo://nowhere"
    assert broken.value.code == types.INTERNAL_ERROR
    assert "secret" not in str(broken.value)


@pytest.mark.parametrize("era", ERAS)
async def test_templates_and_resources_are_listed_apart(era: str) -> None:
    async with client(built().server, era) as connected:
        resources = (await connected.list_resources()).resources
        templates = (await connected.list_resource_templates()).resource_templates
    assert [str(r.uri) for r in resources] == ["demo://schema"]
    assert [t.uri_template for t in templates] == ["demo://{collection}/{id}"]


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("great", {}, "Did you mean 'greet'?"),
        ("greet", {}, "'who' is missing"),
        ("greet", {"who": "x", "hwo": "y"}, "No argument 'hwo'"),
    ],
)
async def test_a_prompt_that_does_not_fit_is_invalid_params(
    era: str, name: str, arguments: dict[str, str], said: str
) -> None:
    async with client(built().server, era) as connected:
        with pytest.raises(MCPError) as refused:
            await connected.get_prompt(name, arguments)
    assert refused.value.code == types.INVALID_PARAMS
    assert said in refused.value.message


async def test_a_prompt_renders_its_arguments() -> None:
    async with client(built().server) as connected:
        result = await connected.get_prompt("greet", {"who": "Ada"})
        listed = (await connected.list_prompts()).prompts
    assert getattr(result.messages[0].content, "text", None) == "Hello Ada"
    assert all(prompt.description for prompt in listed)


async def test_completions_are_bounded_and_say_that_there_are_more() -> None:
    async with client(built().server) as connected:
        ref = types.PromptReference(name="greet")
        done = (await connected.complete(ref, {"name": "who", "value": "a"})).completion
    assert done.values[0] == "greet:who:a0"
    assert (len(done.values), done.has_more) == (100, True)


async def test_a_cursor_that_nobody_gave_is_refused() -> None:
    async with client(built().server) as connected:
        with pytest.raises(MCPError) as refused:
            await connected.list_tools(cursor="")
    assert refused.value.code == types.INVALID_PARAMS


# -- who is calling ------------------------------------------------------------------------------


def _signed(clock: ManualClock, fallback: Principal | None = None) -> Built:
    return build(surface(), door_signed("demo", KEY, clock, fallback=fallback))


async def test_a_signed_call_is_internal_and_gets_no_text() -> None:
    clock = ManualClock(1_000_000_000)
    token = mint(Principal("ada"), "demo", key=KEY, now_us=clock.now_us())
    async with client(_signed(clock).server) as connected:
        result = await call(connected, "rows", {"count": 1}, **{META_KEY: token})
    assert result["content"] == []
    assert result["structuredContent"]["rows"] == [[0, "x"]]


async def test_an_expired_token_is_refused_even_when_it_was_good_before() -> None:
    clock = ManualClock(1_000_000_000)
    token = mint(Principal("ada"), "demo", key=KEY, now_us=clock.now_us())
    async with client(_signed(clock).server) as connected:
        good = await call(connected, "rows", {"count": 1}, **{META_KEY: token})
        clock.advance(PRINCIPAL_SECONDS + 1)
        late = await call(connected, "rows", {"count": 1}, **{META_KEY: token})
    assert not good["isError"]
    assert late["structuredContent"]["error"]["code"] == "denied"


@pytest.mark.parametrize("token", ["x", "a.b", 7, None, "é.x", {"a": 1}])
async def test_a_forged_token_is_refused_though_there_is_a_fallback(token: Any) -> None:
    clock = ManualClock(1_000_000_000)
    stranger = mint(Principal("eve"), "demo", key=b"e" * 32, now_us=clock.now_us())
    async with client(_signed(clock, Principal("guest", roles=("reader",))).server) as connected:
        for forged in (token, stranger):
            result = await call(connected, "rows", {"count": 1}, **{META_KEY: forged})
            code = result["structuredContent"].get("error", {}).get("code")
            assert code == "denied" or forged is None


async def test_without_a_token_a_signed_door_stays_shut() -> None:
    async with client(_signed(ManualClock()).server) as connected:
        result = await call(connected, "rows", {"count": 1})
        with pytest.raises(MCPError) as refused:
            await connected.list_tools()
    assert result["structuredContent"]["error"]["code"] == "denied"
    assert refused.value.data["code"] == "denied"


async def test_internal_tools_are_there_for_the_orchestrator_and_for_administrators_only() -> None:
    clock = ManualClock(1_000_000_000)
    guest = _signed(clock, Principal("guest", roles=("editor",)))
    token = mint(Principal("ada", roles=("reader",)), "demo", key=KEY, now_us=clock.now_us())
    async with client(guest.server) as connected:
        outside = [tool.name for tool in (await connected.list_tools()).tools]
        refused = await call(connected, "inner", {"count": 1})
        inside = await call(connected, "inner", {"count": 1}, **{META_KEY: token})
    assert "inner" not in outside
    assert refused["structuredContent"]["error"]["code"] == "not-found"
    assert not inside["isError"]


async def test_a_call_inside_the_process_goes_through_the_same_door() -> None:
    clock = ManualClock(1_000_000_000)
    server = _signed(clock)
    token = mint(Principal("ada"), "demo", key=KEY, now_us=clock.now_us())
    plain = {"name": "rows", "arguments": {"count": 1}}
    refused = await server.call(plain)
    good = await server.call({**plain, "_meta": {META_KEY: token}})
    assert refused["structuredContent"]["error"]["code"] == "denied"
    assert good["structuredContent"]["rows"] == [[0, "x"]]
