"""The fixture's tools that ask their caller back: pushed requests in the handshake era,
`input_required` in the newer.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from typing import Any

import mcp_types as types
from fixture_contents import NoParams, tool
from mcp import MCPError

from registry.tool import Call, Params, Reply

_KEY = b"fixture"
_NAME = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
_OK = {"type": "object", "properties": {"ok": {"type": "boolean"}}, "required": ["ok"]}
_COLOR = {"type": "object", "properties": {"color": {"type": "string"}}, "required": ["color"]}


# -- handshake era -------------------------------------------------------------------------------


class PromptParams(Params):
    prompt: str


class MessageParams(Params):
    message: str


async def _sampling(call: Call, params: PromptParams) -> Reply:
    content = types.TextContent(text=params.prompt)
    result = await call.request.session.create_message(
        [types.SamplingMessage(role="user", content=content)],
        max_tokens=100,
        related_request_id=call.request.request_id,
    )
    return Reply({}, f"LLM response: {result.content.text}")


async def _elicit(call: Call, message: str, properties: dict[str, Any], *required: str) -> Reply:
    schema = {"type": "object", "properties": properties, "required": list(required)}
    result = await call.request.session.elicit_form(message, schema, call.request.request_id)
    return Reply({}, f"User response: action={result.action}, content={result.content}")


async def _elicitation(call: Call, params: MessageParams) -> Reply:
    username = {"type": "string", "description": "User's response"}
    email = {"type": "string", "description": "User's email address"}
    properties = {"username": username, "email": email}
    return await _elicit(call, params.message, properties, "username", "email")


async def _defaults(call: Call, params: NoParams) -> Reply:
    properties = {
        "name": {"type": "string", "default": "John Doe"},
        "age": {"type": "integer", "default": 30},
        "score": {"type": "number", "default": 95.5},
        "status": {
            "type": "string",
            "enum": ["active", "inactive", "pending"],
            "default": "active",
        },
        "verified": {"type": "boolean", "default": True},
    }
    return await _elicit(call, "Who are you?", properties)


async def _enums(call: Call, params: NoParams) -> Reply:
    options = ["option1", "option2", "option3"]
    titled = [{"const": f"value{n}", "title": f"Choice {n}"} for n in (1, 2, 3)]
    properties = {
        "untitledSingle": {"type": "string", "enum": options},
        "titledSingle": {"type": "string", "oneOf": titled},
        "legacyEnum": {
            "type": "string",
            "enum": ["opt1", "opt2", "opt3"],
            "enumNames": ["Option One", "Option Two", "Option Three"],
        },
        "untitledMulti": {"type": "array", "items": {"type": "string", "enum": options}},
        "titledMulti": {"type": "array", "items": {"anyOf": titled}},
    }
    return await _elicit(call, "Choose.", properties)


# -- the newer era -------------------------------------------------------------------------------


def ask_name(message: str = "What is your name?", schema: dict[str, Any] = _NAME) -> dict[str, Any]:
    return {
        "method": "elicitation/create",
        "params": {"mode": "form", "message": message, "requestedSchema": schema},
    }


def _sample(text: str) -> dict[str, Any]:
    message = {"role": "user", "content": {"type": "text", "text": text}}
    return {
        "method": "sampling/createMessage",
        "params": {"messages": [message], "maxTokens": 100},
    }


ROOTS = {"method": "roots/list", "params": {}}


def needed(requests: dict[str, Any], state: str | None = None) -> dict[str, Any]:
    out: dict[str, Any] = {"resultType": "input_required", "inputRequests": requests}
    return out if state is None else {**out, "requestState": _seal(state)}


def _seal(state: str) -> str:
    return f"{state}.{hmac.new(_KEY, state.encode(), hashlib.sha256).hexdigest()}"


def _state(call: Call) -> str | None:
    """The state that came back, checked; an altered one is refused."""
    given = call.request.params.get("requestState")
    if given is None:
        return None
    state = str(given).partition(".")[0]
    if not hmac.compare_digest(_seal(state), str(given)):
        raise MCPError(types.INVALID_PARAMS, "requestState is not what this server gave out.")
    return state


def answers(call: Call, requests: dict[str, Any]) -> dict[str, Any] | None:
    """The responses, if there is a well-formed one to every request."""
    given = call.request.params.get("inputResponses") or {}
    if not all(isinstance(given.get(name), dict) for name in requests):
        return None
    for name, request in requests.items():
        if request["method"] == "elicitation/create":
            response = given[name]
            wanted = request["params"]["requestedSchema"]["required"]
            content = response.get("content") or {}
            if response.get("action") != "accept" or not all(key in content for key in wanted):
                return None
    return given


def _once(requests: dict[str, Any], state: str | None = None) -> Callable[..., Any]:
    """A tool that asks for all of `requests`, then says what it heard."""

    async def handler(call: Call, params: NoParams) -> Any:
        known = _state(call)
        given = answers(call, requests)
        if given is None or known != state:
            return needed(requests, state)
        heard = ", ".join(str(given[name]) for name in requests)
        return Reply({}, f"state-ok: {heard}" if state else f"Hello, {heard}!")

    return handler


async def _rounds(call: Call, params: NoParams) -> Any:
    state = _state(call)
    first = {"step1": ask_name("Step 1: What is your name?")}
    second = {"step2": ask_name("Step 2: What is your favorite color?", _COLOR)}
    if state == "two" and answers(call, second):
        return Reply({}, "Thank you.")
    if state == "one" and answers(call, first):
        return needed(second, "two")
    return needed(first, "one")


async def _capable(call: Call, params: NoParams) -> Any:
    """Asks only for what the client says it can do."""
    capabilities = call.request.session.client_capabilities
    requests: dict[str, Any] = {}
    if capabilities is not None and capabilities.sampling is not None:
        requests["greeting"] = _sample("Generate a greeting")
    if capabilities is not None and capabilities.elicitation is not None:
        requests["user_name"] = ask_name()
    given = answers(call, requests)
    return needed(requests) if given is None else Reply({}, "Thank you.")


_CONFIRM = {"confirm": ask_name("Please confirm", _OK)}
_ALL = {"user_name": ask_name(), "greeting": _sample("Generate a greeting"), "client_roots": ROOTS}
_CAPITAL = {"capital_question": _sample("What is the capital of France?")}
_ASKS = "test_input_required_result_"
TOOLS = (
    tool("test_sampling", _sampling, PromptParams),
    tool("test_elicitation", _elicitation, MessageParams),
    tool("test_elicitation_sep1034_defaults", _defaults),
    tool("test_elicitation_sep1330_enums", _enums),
    tool("test_streaming_elicitation", _once({"user_name": ask_name()})),
    tool(f"{_ASKS}elicitation", _once({"user_name": ask_name()})),
    tool(f"{_ASKS}sampling", _once(_CAPITAL)),
    tool(f"{_ASKS}list_roots", _once({"client_roots": ROOTS})),
    tool(f"{_ASKS}request_state", _once(_CONFIRM, "asked")),
    tool(f"{_ASKS}multiple_inputs", _once(_ALL, "asked")),
    tool(f"{_ASKS}multi_round", _rounds),
    tool(f"{_ASKS}tampered_state", _once(_CONFIRM, "asked")),
    tool(f"{_ASKS}capabilities", _capable),
)
