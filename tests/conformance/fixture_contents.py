"""The fixture's plain tools, resources and prompts: every kind of content the protocol carries."""

from __future__ import annotations

from typing import Any

import anyio
import mcp_types as types
from mcp import MCPError

from registry.errors import BadInput, NotFound
from registry.tool import Argument, Call, Params, Prompt, Reply, Resource, Tool

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=="
WAV = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA="
IMAGE = {"type": "image", "data": PNG, "mimeType": "image/png"}
AUDIO = {"type": "audio", "data": WAV, "mimeType": "audio/wav"}


class NoParams(Params):
    pass


def embedded(uri: str, mime: str, text: str) -> dict[str, Any]:
    return {"type": "resource", "resource": {"uri": uri, "mimeType": mime, "text": text}}


def _says(text: str, *blocks: dict[str, Any]) -> Any:
    async def handler(call: Call, params: NoParams) -> Reply:
        return Reply({}, text, blocks)

    return handler


async def _fails(call: Call, params: NoParams) -> Reply:
    raise BadInput("This tool intentionally returns an error for testing")


async def _progress(call: Call, params: NoParams) -> Reply:
    for done in (0, 50, 100):
        await call.request.session.report_progress(done, 100, f"{done} of 100")
        await anyio.lowlevel.checkpoint()
    return Reply({}, "Done in three steps.")


async def log(call: Call, text: str) -> None:
    await call.request.session.send_log_message(
        "info", text, related_request_id=call.request.request_id
    )


async def _logs(call: Call, params: NoParams) -> Reply:
    for text in ("Tool execution started", "Tool processing data", "Tool execution completed"):
        await log(call, text)
    return Reply({}, "Said three things.")


async def _needs_sampling(call: Call, params: NoParams) -> Reply:
    capabilities = call.request.session.client_capabilities
    if capabilities is None or capabilities.sampling is None:
        needed = {"requiredCapabilities": {"sampling": {}}}
        code = types.MISSING_REQUIRED_CLIENT_CAPABILITY
        raise MCPError(code, "This tool needs a client that samples.", needed)
    return Reply({}, "The client samples.")


class RichParams(Params):
    """Publishes a hand-written schema with the keywords of JSON Schema 2020-12."""

    name: str | None = None
    phone: str | None = None
    email: str | None = None

    @classmethod
    def model_json_schema(cls, *args: Any, **kwargs: Any) -> dict[str, Any]:
        text = {"type": "string"}
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "$defs": {
                "address": {
                    "$anchor": "addressDef",
                    "type": "object",
                    "properties": {"street": text, "city": text},
                }
            },
            "properties": {
                "name": text,
                "address": {"$ref": "#/$defs/address"},
                "contactMethod": {"type": "string", "enum": ["phone", "email"]},
                "phone": text,
                "email": text,
            },
            "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
            "if": {
                "properties": {"contactMethod": {"const": "phone"}},
                "required": ["contactMethod"],
            },
            "then": {"required": ["phone"]},
            "else": {"required": ["email"]},
            "additionalProperties": False,
        }


def tool(name: str, handler: Any, params: type[Params] = NoParams) -> Tool:
    return Tool(name, name.replace("_", " "), f"Fixture: {name}.", params, handler)


_MIXED = embedded(
    "test://mixed-content-resource", "application/json", '{"test":"data","value":123}'
)
_EMBEDDED = embedded(
    "test://embedded-resource", "text/plain", "This is an embedded resource content."
)
TOOLS = (
    tool("test_simple_text", _says("This is a simple text response for testing.")),
    tool("test_image_content", _says("", IMAGE)),
    tool("test_audio_content", _says("", AUDIO)),
    tool("test_embedded_resource", _says("", _EMBEDDED)),
    tool("test_multiple_content_types", _says("Multiple content types test:", IMAGE, _MIXED)),
    tool("test_error_handling", _fails),
    tool("test_tool_with_progress", _progress),
    tool("test_tool_with_logging", _logs),
    tool("test_logging_tool", _logs),
    tool("test_missing_capability", _needs_sampling),
    tool("json_schema_2020_12_tool", _says("Ok."), RichParams),
)

RESOURCES = (
    Resource("test://static-text", "static-text", "A text.", "text/plain"),
    Resource("test://static-binary", "static-binary", "An image.", "image/png"),
    Resource("test://watched-resource", "watched", "A text to subscribe to.", "text/plain"),
    Resource("test://template/{id}/data", "template", "A document by id."),
)


async def read(call: Call, uri: str) -> Any:
    if uri == "test://static-text":
        return "This is the content of the static text resource."
    if uri == "test://watched-resource":
        return "Watched."
    if uri == "test://static-binary":
        blob = types.BlobResourceContents(uri=uri, mime_type="image/png", blob=PNG)
        return types.ReadResourceResult(contents=[blob])
    if uri.startswith("test://template/") and uri.endswith("/data"):
        id = uri.split("/")[3]
        return f'{{"id":"{id}","templateTest":true,"data":"Data for ID: {id}"}}'
    raise NotFound("Resource not found")


def _prompt(name: str, *arguments: str) -> Prompt:
    listed = tuple(Argument(argument, f"Argument {argument}.", True) for argument in arguments)
    return Prompt(name, name.replace("_", " "), f"Fixture: {name}.", listed, lambda given: "")


PROMPTS = (
    _prompt("test_simple_prompt"),
    _prompt("test_prompt_with_arguments", "arg1", "arg2"),
    _prompt("test_prompt_with_embedded_resource", "resourceUri"),
    _prompt("test_prompt_with_image"),
    _prompt("test_input_required_result_prompt"),
)


def _messages(*contents: dict[str, Any]) -> dict[str, Any]:
    messages = [{"role": "user", "content": content} for content in contents]
    return {"resultType": "complete", "messages": messages}


def _text(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


def plain_prompt(name: str, given: dict[str, str]) -> Any:
    """What the prompt says, as text or in wire form."""
    if name == "test_simple_prompt":
        return "This is a simple prompt for testing."
    if name == "test_prompt_with_arguments":
        return f"Prompt with arguments: arg1='{given['arg1']}', arg2='{given['arg2']}'"
    if name == "test_prompt_with_image":
        return _messages(IMAGE, _text("Please analyze the image above."))
    held = embedded(given["resourceUri"], "text/plain", "Embedded resource content for testing.")
    return _messages(held, _text("Please process the embedded resource above."))
