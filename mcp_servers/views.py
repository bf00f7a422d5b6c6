"""A domain's resources, prompts and completions: what a person or host picks from, made from the
spec alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import unquote

import orjson

from mcp_servers.arguments import GetParams, StatsParams
from mcp_servers.verbs import Verbs
from registry.domain import DomainSpec
from registry.errors import IsothermError, NotFound, shown
from registry.plan import Like, QueryPlan
from registry.tool import Argument, Call, Prompt, Resource

_INSTRUCTIONS_CHARS_MAX: Final = 2_000  # hosts cut longer ones
_COLLECTION: Final = Argument("collection", "Name of the collection.", required=True)


def instructions(spec: DomainSpec) -> str:
    """What the domain holds and how to start, short enough for every host."""
    lines = [
        f"{spec.title or spec.domain}: {spec.description}",
        *(f"- {address}: {c.description}" for address, c in spec.addresses()),
        "Call describe with a collection for its fields, then query, search or get.",
    ]
    text = "\n".join(lines)
    cut = text[: _INSTRUCTIONS_CHARS_MAX - 1]
    return text if len(text) <= _INSTRUCTIONS_CHARS_MAX else f"{cut}…"


def resources(spec: DomainSpec) -> tuple[Resource, ...]:
    at, title = spec.scheme, spec.title or spec.domain
    return (
        Resource(f"{at}://schema", "schema", f"Collections, fields and types of {title}."),
        Resource(f"{at}://stats", "stats", f"How much of {title} is stored, and where."),
        Resource(f"{at}://{{collection}}/{{id}}", "record", f"One record of {title}."),
    )


async def read(verbs: Verbs, call: Call, uri: str) -> str:
    """A resource's JSON text; `NotFound` for anything else."""
    scheme, separator, path = uri.partition("://")
    if scheme != verbs.spec.scheme or not separator:
        raise NotFound(f"No resource {shown(uri)}; URIs here start with {verbs.spec.scheme}://.")
    if path == "schema":
        verbs.may(call, "read")
        return _json(verbs.spec.model_dump(mode="json", exclude_defaults=True))
    if path == "stats":
        return _json((await verbs.stats(call, StatsParams())).data)
    collection, slash, quoted = path.partition("/")
    if slash and collection in verbs.spec.collections and quoted and len(quoted) <= 2_000:
        params = GetParams.model_construct(collection=collection, ids=[unquote(quoted)])
        found = (await verbs.get(call, params)).data["records"]
        if found:
            return _json(found[0])
    raise NotFound(f"No resource {shown(uri)}.")


def _json(data: Any) -> str:
    return orjson.dumps(data).decode()


def prompts(spec: DomainSpec) -> tuple[Prompt, ...]:
    title = spec.title or spec.domain

    def overview(given: dict[str, str]) -> str:
        return (
            f"Give me an overview of {title}. Call stats and describe first, then query each "
            "collection for its counts by month and by its most telling fields. "
            "Say what stands out."
        )

    def explore(given: dict[str, str]) -> str:
        about = f" Look at {given['field']}" if given.get("field") else ""
        value = f" = {given['value']}." if about and given.get("value") else "."
        return (
            f"Explore {spec.domain}.{given['collection']}.{about}{value if about else ''} "
            "Call describe for its fields, then answer with a few short tables from query; "
            "name the plan you used."
        )

    return (
        Prompt(
            "overview", f"Overview of {title}", f"What {title} holds, in numbers.", (), overview
        ),
        Prompt(
            "explore",
            "Explore a collection",
            "The most telling tables of one collection, by a field or value if given.",
            (
                _COLLECTION,
                Argument("field", "A field to look at."),
                Argument("value", "A value of that field."),
            ),
            explore,
        ),
    )


async def complete(verbs: Verbs, call: Call, ref: str, argument: str, prefix: str) -> Sequence[str]:
    """Names of collections and fields, values of enums, ids that begin like `prefix`."""
    spec = verbs.spec
    given = _context(call)
    if argument == "collection":
        return _starting(spec.collections, prefix)
    chosen = spec.collections.get(given.get("collection", ""))
    if argument == "field":
        fields = chosen.fields if chosen else _all_fields(spec)
        return _starting(fields, prefix)
    if argument == "value":
        fields = chosen.fields if chosen else _all_fields(spec)
        one = fields.get(given.get("field", ""))
        enums = [one] if one else fields.values()
        return _starting(dict.fromkeys(v for f in enums for v in f.enum or ()), prefix)
    if argument == "id" and chosen and prefix:
        return await _ids(verbs, call, f"{spec.domain}.{given['collection']}", prefix)
    return ()


def _all_fields(spec: DomainSpec) -> dict[str, Any]:
    return {name: f for c in spec.collections.values() for name, f in c.fields.items()}


def _starting(names: Any, prefix: str) -> list[str]:
    return [name for name in names if name.startswith(prefix)]


def _context(call: Call) -> dict[str, str]:
    """The arguments that the host has filled in already."""
    params = getattr(call.request, "params", None) or {}
    found = (params.get("context") or {}).get("arguments") or {}
    return {name: value for name, value in found.items() if isinstance(value, str)}


async def _ids(verbs: Verbs, call: Call, address: str, prefix: str) -> list[str]:
    plan = QueryPlan(
        source=address,
        select=("id",),
        where=Like(op="starts", field="id", value=prefix[:200]),
        limit=100,
    )
    try:
        page = await verbs.run(call, plan)
    except IsothermError:
        return []  # a completion is a courtesy; the call itself will say what is wrong
    return [row[0] for row in page.rows]
