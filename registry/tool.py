"""What an MCP server offers, as values. Which protocol carries it is not known here.

A `Surface` is made by `mcp_servers.server` for a domain and by `orchestrator.server` for the front
door; `mcp_servers.serving.tools` turns either into a real MCP server.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict

from registry.access import Principal
from registry.errors import NotFound, shown

Hint = Literal["read", "write", "destructive"]
#: in a listed tool's `_meta`: nobody but the orchestrator itself may run it
INTERNAL_KEY: Final = "isotherm/internal"


class Params(BaseModel):
    """A tool's arguments: unknown keys and coercions are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


@dataclass(frozen=True, slots=True)
class Call:
    """Who calls. `internal`: the orchestrator does, so nobody reads the text block."""

    principal: Principal
    internal: bool = False
    #: the protocol adapter's request, for progress and the like; opaque here
    request: Any = None


@dataclass(frozen=True, slots=True)
class Reply:
    """A tool's result: structured data, and one short text that says the same."""

    data: dict[str, Any]
    text: str = ""
    #: further content blocks in MCP wire form (an image of a chart, say)
    blocks: tuple[dict[str, Any], ...] = ()
    #: the data describes a failure that a better call would have avoided
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool. `handler(call, params)` raises `IsothermError` to say no."""

    name: str
    title: str
    description: str
    params: type[Params]
    handler: Callable[[Call, Any], Awaitable[Reply]]
    hint: Hint = "read"
    idempotent: bool = True
    #: for the orchestrator only: neither listed to anybody else nor run for them, through
    #: `call_read` and `call_write` either
    internal: bool = False


def internal(
    name: str,
    params: type[Params],
    handler: Callable[[Call, Any], Awaitable[Reply]],
    description: str,
    hint: Hint = "read",
) -> Tool:
    """A tool for the orchestrator only; its title is its name in words."""
    title = name.replace("_", " ").capitalize()
    return Tool(name, title, description, params, handler, hint, internal=True)


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource, or a template when `uri` holds `{names}`."""

    uri: str
    name: str
    description: str
    mime_type: str = "application/json"

    @property
    def template(self) -> bool:
        return "{" in self.uri


@dataclass(frozen=True, slots=True)
class Argument:
    name: str
    description: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt. `render` turns checked arguments into the user message."""

    name: str
    title: str
    description: str
    arguments: tuple[Argument, ...]
    render: Callable[[dict[str, str]], str]


async def _no_resource(call: Call, uri: str) -> str:
    raise NotFound(f"No resource {shown(uri)}.")


async def _no_completion(call: Call, ref: str, argument: str, prefix: str) -> Sequence[str]:
    return ()


@dataclass(frozen=True, slots=True)
class Surface:
    """Everything one server offers.

    The callables are asked each time, so what they return may change.
    """

    name: str
    title: str
    instructions: str
    version: str
    tools: Callable[[], Sequence[Tool]]
    resources: Callable[[], Sequence[Resource]] = tuple
    prompts: Callable[[], Sequence[Prompt]] = tuple
    #: (call, uri) -> the resource's text
    read: Callable[[Call, str], Awaitable[str]] = _no_resource
    #: (call, prompt name or template uri, argument name, what was typed) -> candidates
    complete: Callable[[Call, str, str, str], Awaitable[Sequence[str]]] = _no_completion
    #: (call, prompt name, arguments) -> message, for prompts that live elsewhere; none:
    #: `Prompt.render`
    prompt: Callable[[Call, str, dict[str, str]], Awaitable[str]] | None = None
