"""What a pydantic model refused, in one line: where and why, never the value."""

from __future__ import annotations

from typing import Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from registry.errors import shown
from registry.limits import FAULT_CHARS_MAX

_WHY: Final = {
    "extra_forbidden": "there is no such key",
    "string_type": "should be text; quote it if it is",
    "invalid_key": "a key should be text",
    "union_tag_not_found": "should say its kind by `op`",
    "string_unicode": "holds a lone surrogate, which is not valid Unicode",
}
_SCALARS: Final = frozenset({"str", "constrained-str", "int", "float", "bool"})


def first_fault(bad: ValidationError) -> str:
    """The first thing that is wrong, without a full stop: `path.to.it: why`."""
    first = bad.errors(include_url=False, include_input=False)[0]
    path = _path(first)
    why = _why(first)[:FAULT_CHARS_MAX]
    return f"{path}: {why}" if path else why


def _path(error: ErrorDetails) -> str:
    loc = error["loc"]
    if _any_scalar(error):
        loc = loc[:-1]
    return ".".join(shown(part)[1:-1] for part in loc)


def _why(error: ErrorDetails) -> str:
    if error["type"] == "union_tag_invalid":
        tag = error["ctx"]["tag"]
        return f"no `op` is called {shown(tag)}; there are {error['ctx']['expected_tags']}"
    if _any_scalar(error):
        return "should be text, a finite number or a boolean"
    told = error["msg"].removeprefix("Value error, ").removeprefix("Input ")
    if error["loc"][-1:] == ("[key]",):
        return "a key should be text; quote it"
    return _WHY.get(error["type"], told)


def _any_scalar(error: ErrorDetails) -> bool:
    # a value that fits no member of a union is refused once per member, by the member's name
    return error["loc"][-1:] != () and error["loc"][-1] in _SCALARS and len(error["loc"]) > 1
