"""All domain tools, as an agent finds and calls them: `domain__tool`.

Pages through the links once per change.
"""

from __future__ import annotations

from typing import Any

import anyio

from orchestrator.find import Entry, Index
from orchestrator.links import Links
from registry.access import Principal, allowed
from registry.domain import DomainSpec
from registry.errors import BadInput, IsothermError, NotFound, UnknownDomain, listed, shown
from registry.tool import INTERNAL_KEY

Definition = dict[str, Any]


class Toolbox:
    """Definitions by domain, and the index over them. `forget` after a domain changed."""

    def __init__(self, links: Links) -> None:
        self._links = links
        self._specs: dict[str, DomainSpec] = {}
        self._tools: dict[str, dict[str, Definition]] = {}
        self._index: Index | None = None

    def adopt(self, specs: dict[str, DomainSpec]) -> None:
        """The domains there are; what changed is listed again when next needed."""
        for name in {*self._specs, *specs}:
            if self._specs.get(name) != specs.get(name):
                self._tools.pop(name, None)
        self._specs = dict(specs)
        self._index = None

    async def of(self, domain: str) -> dict[str, Definition]:
        """{tool: definition} of one domain, without those that are for the orchestrator alone.

        `system` is not a domain: what it remembers of others is nobody's to read or write.
        """
        if domain not in self._specs:
            raise UnknownDomain(f"No domain {shown(domain)}; there are {listed(self._specs)}.")
        found = self._tools.get(domain)
        if found is None:
            every = await self._links.tools(domain)
            found = self._tools[domain] = {
                tool["name"]: tool for tool in every if not _internal(tool)
            }
        return found

    async def require(self, domain: str, tool: str, *, read: bool) -> None:
        """Raise unless the tool exists and is of that kind. What is not marked read-only writes."""
        tools = await self.of(domain)
        found = tools.get(tool)
        if found is None:
            raise NotFound(
                f"No tool {shown(tool)} in {domain}; there are {', '.join(tools)}. "
                "find_tools helps."
            )
        reads = _reads(found)
        if reads != read:
            raise BadInput(
                f"{domain}__{tool} {'reads' if reads else 'writes'}; use "
                f"{'call_read' if reads else 'call_write'}."
            )

    async def find(self, words: str, limit: int, principal: Principal) -> list[Definition]:
        """The tools that fit the words, best first, with their argument schemas and which call runs
        them.
        """
        index = self._index or await self._build()
        hits = index.search(words, 200)
        return [
            entry.shown
            for _, entry in hits
            if allowed(principal, "read", entry.key.partition("__")[0])
        ][:limit]

    async def _build(self) -> Index:
        missing: list[str] = []

        async def fetch(domain: str) -> None:
            try:
                await self.of(domain)
            except IsothermError:
                missing.append(domain)

        async with anyio.create_task_group() as tasks:
            for domain in self._specs:
                tasks.start_soon(fetch, domain)
        index = Index(
            _entry(spec, tool)
            for domain, spec in self._specs.items()
            for tool in self._tools.get(domain, {}).values()
        )
        if not missing:
            self._index = index
        return index


def _internal(tool: Definition) -> bool:
    return bool((tool.get("_meta") or {}).get(INTERNAL_KEY))


def _reads(tool: Definition) -> bool:
    return bool((tool.get("annotations") or {}).get("readOnlyHint"))


def _entry(spec: DomainSpec, tool: Definition) -> Entry:
    collections = " ".join(
        f"{name} {' '.join(c.synonyms)} {c.description}" for name, c in spec.collections.items()
    )
    name = f"{spec.domain}__{tool['name']}"
    return Entry(
        key=name,
        weighted=(
            (3.0, f"{tool['name']} {tool.get('title', '')}"),
            (3.0, f"{spec.domain} {spec.title} {' '.join(spec.synonyms)}"),
            (1.5, tool.get("description", "")),
            (1.0, f"{spec.description} {collections}"),
        ),
        shown={
            "name": name,
            "description": tool.get("description", ""),
            "call": "call_read" if _reads(tool) else "call_write",
            "arguments": tool["inputSchema"],
        },
    )
