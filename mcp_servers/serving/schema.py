"""A tool's arguments: the JSON schema that is published, and the check that is made.

Nothing else decides what a call may hold. The schema says no more than what the check enforces,
without the noise that costs an agent tokens (generated titles, null defaults). An error names the
argument and what to do.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError

from registry.errors import BadInput, shown
from registry.tool import Params


def nearest(name: str, known: list[str]) -> str:
    """ " Did you mean …?" for a misspelt name, else what there is; ready to follow a sentence."""
    close = get_close_matches(name, known, n=1, cutoff=0.6)
    if close:
        return f" Did you mean {shown(close[0])}?"
    return f" There are: {', '.join(known[:30])}." if known else ""


def check(params: type[Params], arguments: dict[str, Any]) -> Params:
    """The checked arguments; `BadInput` naming the first one that is wrong."""
    try:
        return params.model_validate(arguments)
    except ValidationError as bad:
        raise BadInput(_fault(params, bad)) from None


def _fault(params: type[Params], bad: ValidationError) -> str:
    """One sentence about the first fault. Never echoes the value itself beyond its kind."""
    first = bad.errors(include_url=False, include_context=False)[0]
    path = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden" and len(first["loc"]) == 1:
        known = [field.alias or name for name, field in params.model_fields.items()]
        hint = nearest(path, known) or " The tool takes no arguments."
        return f"No argument {shown(path)}.{hint}"
    if first["type"] == "missing":
        field = params.model_fields.get(path)
        about = f": {field.description}" if field is not None and field.description else "."
        return f"The argument {shown(path)} is missing{about}"
    got = type(first["input"]).__name__
    message = first["msg"].removeprefix("Value error, ")
    return f"{shown(path)}: {message}, got {got}." if path else f"{message}."


def schema_of(params: type[Params]) -> dict[str, Any]:
    """The published JSON schema of a tool's arguments."""
    trimmed: dict[str, Any] = _trim(params.model_json_schema(by_alias=True))
    trimmed.setdefault("type", "object")
    trimmed.setdefault("properties", {})
    return trimmed


def _trim(node: Any, *, names: bool = False) -> Any:
    """Drop what only repeats. `names`: this mapping's keys are property names, not keywords."""
    if isinstance(node, list):
        return [_trim(item) for item in node]
    if not isinstance(node, dict):
        return node
    if names:
        return {name: _trim(item) for name, item in node.items()}
    out = {
        key: _trim(item, names=key in ("properties", "$defs"))
        for key, item in node.items()
        if not (key == "title" or (key == "default" and item is None))
    }
    return _without_null(out)


def _without_null(node: dict[str, Any]) -> dict[str, Any]:
    """`anyOf [X, null]` as X: an optional argument is left out rather than sent as null."""
    options = node.get("anyOf")
    if not isinstance(options, list):
        return node
    kept = [option for option in options if option != {"type": "null"}]
    if len(kept) == len(options) or len(kept) != 1:
        return node
    rest = {key: item for key, item in node.items() if key != "anyOf"}
    return {**kept[0], **rest}
