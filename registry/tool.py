"""A tool as a value: what it is called, what it takes, who answers. Which protocol carries it is not known here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from registry.access import Principal

Hint = Literal["read", "write", "destructive"]


class Params(BaseModel):
    """A tool's arguments: unknown keys and coercions are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


@dataclass(frozen=True, slots=True)
class Call:
    """Who calls. `internal`: the orchestrator does, so nobody reads the text block."""

    principal: Principal
    internal: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """A tool's result: structured data, and one short text that says the same."""

    data: dict[str, Any]
    text: str = ""
    #: images and other content blocks, as protocol-neutral mappings
    blocks: tuple[dict[str, Any], ...] = field(default=())


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
    #: only the orchestrator and operators see it in lists
    internal: bool = False
