"""Full-text search over the collections of one domain, as plans: one per collection, the results
taken in turn.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from itertools import chain, zip_longest
from typing import Any, Final

from mcp_servers.ports import Page
from registry.domain import CollectionSpec, DomainSpec
from registry.errors import BadInput, shown
from registry.plan import Match, QueryPlan

Ask = Callable[[QueryPlan], Awaitable[Page]]
_SNIPPET_CHARS: Final = 160
_WORD = re.compile(r"\w+")


async def find(
    spec: DomainSpec, ask: Ask, text: str, collection: str | None, limit: int
) -> list[dict[str, Any]]:
    """At most `limit` hits `{collection, id, label, snippet}`, of each collection in turn."""
    lists = [
        await _one(address, found, ask, text, limit)
        for address, found in _searched(spec, collection)
    ]
    turns = chain.from_iterable(zip_longest(*lists))
    return [hit for hit in turns if hit is not None][:limit]


def _searched(spec: DomainSpec, collection: str | None) -> list[tuple[str, CollectionSpec]]:
    if collection is None:
        found = [(address, c) for address, c in spec.addresses() if c.searched]
        if not found:
            raise BadInput(f"Nothing in {spec.domain} is indexed for search; use query.")
        return found
    chosen = spec.collection(collection)
    if not chosen.searched:
        raise BadInput(f"{shown(collection)} has no text that is indexed for search; use query.")
    return [(f"{spec.domain}.{collection.removeprefix(f'{spec.domain}.')}", chosen)]


async def _one(
    address: str, spec: CollectionSpec, ask: Ask, text: str, limit: int
) -> list[dict[str, Any]]:
    label = spec.label or next(iter(spec.display), None)
    select = tuple(dict.fromkeys(("id", *((label,) if label else ()), *spec.searched)))
    plan = QueryPlan(source=address, where=Match(text=text), select=select, limit=limit)
    page = await ask(plan)
    words = [word.lower() for word in _WORD.findall(text)]
    return [
        _hit(address, spec, label, dict(zip(select, row, strict=True)), words) for row in page.rows
    ]


def _hit(
    address: str, spec: CollectionSpec, label: str | None, cells: dict[str, Any], words: list[str]
) -> dict[str, Any]:
    texts = [str(cells[name]) for name in spec.searched if cells[name] is not None]
    named = cells[label] if label else None
    return {
        "collection": address,
        "id": cells["id"],
        "label": str(cells["id"] if named is None else named),
        "snippet": snippet(texts, words),
    }


def snippet(texts: list[str], words: list[str]) -> str:
    """The part of the first text that holds one of the words, `_SNIPPET_CHARS` long at most."""
    for text in texts:
        low = text.lower()
        places = [place for word in words if (place := low.find(word)) >= 0]
        if places:
            return _around(text, min(places))
    return _around(texts[0], 0) if texts else ""


def _around(text: str, place: int) -> str:
    start = max(0, min(place - _SNIPPET_CHARS // 3, len(text) - _SNIPPET_CHARS))
    cut = text[start : start + _SNIPPET_CHARS]
    return f"{'…' if start else ''}{cut}{'…' if start + len(cut) < len(text) else ''}"
