"""The listing side of an MCP server: tools, resources, prompts and completions in protocol form.

What a `Surface` returns may change between two requests; wire forms are kept as long as it returns
the same object.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

import mcp_types as types

from mcp_servers.serving.schema import schema_of
from registry.access import allowed
from registry.tool import INTERNAL_KEY, Call, Prompt, Resource, Surface, Tool

T = TypeVar("T")
COMPLETIONS_MAX = 100


class Kept(Generic[T]):
    """A value made from what `source()` returns, made anew only when that is another object."""

    def __init__(self, source: Callable[[], Any], make: Callable[[Any], T]) -> None:
        self._source = source
        self._make = make
        self._seen: Any = None
        self._value: T | None = None

    def __call__(self) -> T:
        current = self._source()
        if self._value is None or current is not self._seen:
            self._value = self._make(current)
            self._seen = current
        return self._value


def reachable(tool: Tool, call: Call, server: str) -> bool:
    """Internal tools are for the orchestrator, and for an administrator who works on this server
    alone.
    """
    return not tool.internal or call.internal or allowed(call.principal, "admin", server)


def tool_wire(tool: Tool) -> types.Tool:
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=schema_of(tool.params),
        annotations=types.ToolAnnotations(
            read_only_hint=tool.hint == "read",
            destructive_hint=tool.hint == "destructive",
            idempotent_hint=tool.idempotent,
            open_world_hint=False,
        ),
        meta={INTERNAL_KEY: True} if tool.internal else None,
    )


def resource_wire(resource: Resource) -> types.Resource:
    return types.Resource(
        uri=resource.uri,
        name=resource.name,
        description=resource.description,
        mime_type=resource.mime_type,
    )


def template_wire(resource: Resource) -> types.ResourceTemplate:
    return types.ResourceTemplate(
        uri_template=resource.uri,
        name=resource.name,
        description=resource.description,
        mime_type=resource.mime_type,
    )


def prompt_wire(prompt: Prompt) -> types.Prompt:
    return types.Prompt(
        name=prompt.name,
        title=prompt.title,
        description=prompt.description,
        arguments=[
            types.PromptArgument(name=a.name, description=a.description, required=a.required)
            for a in prompt.arguments
        ],
    )


class Offers:
    """One surface's lists in protocol form, and look-ups by name."""

    def __init__(self, surface: Surface) -> None:
        self.surface = surface
        self.tools: Kept[dict[str, Tool]] = Kept(surface.tools, lambda ts: {t.name: t for t in ts})
        self._tool_wires: Kept[list[tuple[Tool, types.Tool]]] = Kept(
            surface.tools, lambda ts: [(t, tool_wire(t)) for t in ts]
        )
        self.prompts: Kept[dict[str, Prompt]] = Kept(
            surface.prompts, lambda ps: {p.name: p for p in ps}
        )
        self.resource_wires: Kept[list[types.Resource]] = Kept(
            surface.resources, lambda rs: [resource_wire(r) for r in rs if not r.template]
        )
        self.template_wires: Kept[list[types.ResourceTemplate]] = Kept(
            surface.resources, lambda rs: [template_wire(r) for r in rs if r.template]
        )
        self.prompt_wires: Kept[list[types.Prompt]] = Kept(
            surface.prompts, lambda ps: [prompt_wire(p) for p in ps]
        )
        self._patterns: Kept[list[tuple[re.Pattern[str], str]]] = Kept(surface.resources, _patterns)

    def tool_wires(self, call: Call) -> list[types.Tool]:
        """The tools this caller may use, in the surface's order."""
        name = self.surface.name
        return [wire for tool, wire in self._tool_wires() if reachable(tool, call, name)]

    def mime_type(self, uri: str) -> str:
        return next(
            (mime for shape, mime in self._patterns() if shape.fullmatch(uri)), "text/plain"
        )


def _patterns(resources: Sequence[Resource]) -> list[tuple[re.Pattern[str], str]]:
    return [
        (re.compile(re.sub(r"\\\{\w+\\\}", ".+", re.escape(r.uri))), r.mime_type) for r in resources
    ]
