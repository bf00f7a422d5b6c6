"""Tool arguments are strict, and a surface with nothing says so."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from registry.access import LOCAL
from registry.errors import NotFound
from registry.tool import Call, Params, Reply, Resource, Surface


class Sample(Params):
    name: str
    limit: int = 10
    deep: bool = False


def test_arguments_as_declared_are_taken() -> None:
    assert Sample.model_validate({"name": "a", "limit": 5, "deep": True}).limit == 5


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"name": 5},
        {"name": None},
        {"name": "a", "limit": "5"},
        {"name": "a", "limit": 5.0},
        {"name": "a", "limit": True},
        {"name": "a", "deep": 1},
        {"name": "a", "deep": "true"},
        {"name": "a", "lim": 5},
    ],
)
def test_unknown_keys_and_coercions_are_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Sample.model_validate(arguments)


def test_arguments_do_not_change_under_a_handler() -> None:
    with pytest.raises(ValidationError):
        Sample(name="a").name = "b"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("uri", "template"), [("user://schema", False), ("user://{collection}/{id}", True)]
)
def test_a_resource_with_names_in_braces_is_a_template(uri: str, template: bool) -> None:
    assert Resource(uri, "n", "d").template == template


@pytest.mark.anyio
async def test_a_bare_surface_has_nothing_and_finds_nothing() -> None:
    surface = Surface("s", "S", "", "1", tools=tuple)
    call = Call(LOCAL)
    assert [*surface.tools(), *surface.resources(), *surface.prompts()] == []
    assert await surface.complete(call, "p", "a", "") == ()
    with pytest.raises(NotFound, match=r"No resource 'x\\x00'"):
        await surface.read(call, "x\x00")


def test_a_reply_is_a_success_unless_it_says_otherwise() -> None:
    reply = Reply({})
    assert (reply.failed, reply.text, reply.blocks) == (False, "", ())
    assert not Call(LOCAL).internal
