"""The same source loaded twice: as rows, and straight to segments; and what is stored then."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from mcp_servers.loading.load import load
from mcp_servers.ports import Draft
from mcp_servers.tiered import Tiered, open_store
from registry.answer import Receipt
from registry.clock import Clock, ManualClock
from registry.domain import DomainSpec, parse_spec
from registry.plan import parse_plan
from registry.shape.mapping import Mapping, To
from tests.sources import TENANT, stage

NOW_US = 1_700_000_000_000_000
FIELDS = {
    "at": {"type": "time"}, "day": {"type": "date"}, "n": {"type": "int"}, "value": {"type": "float"},
    "price": {"type": "decimal", "scale": 2}, "done": {"type": "bool"}, "text": {"type": "text", "search": True},
    "state": {"type": "text", "enum": ["ok", "bad"]}, "who": {"type": "ref", "to": "plant.people"},
    "raw": {"type": "bytes"}, "more": {"type": "json"},
}  # fmt: skip


def spec(way: str, **collection: Any) -> DomainSpec:
    """A domain whose loads go to rows, or to segments."""
    collection = {"time": "at", "fields": FIELDS, **collection}
    return parse_spec({
        "domain": "plant", "tier": "cold" if way == "bulk" else "warm",
        "collections": {"points": collection, "people": {"fields": {"name": {"type": "text"}}}},
    })  # fmt: skip


def all_fields(*names: str, **to: Any) -> Mapping:
    return Mapping({**{name: To(name) for name in names}, **to})


class Plant:
    """A data folder with one domain; `tenant` loads and asks."""

    def __init__(self, folder: Path, store: Tiered, what: DomainSpec, clock: Clock) -> None:
        self.folder, self.store, self.spec, self.clock = folder, store, what, clock

    async def load(self, path: Path, mapping: Mapping, **changes: Any) -> Receipt:
        arguments: dict[str, Any] = {
            "folder": self.folder, "tenant": TENANT, "table": None, "collection": "points",
            "handle": changes.pop("handle", None) or stage(self.folder, path).handle,
            "mapping": mapping, "on_conflict": "update", "clock": self.clock, **changes,
        }  # fmt: skip
        return await load(self.store, self.spec, **arguments)

    async def put(self, *drafts: Draft, tenant: str = TENANT) -> None:
        await self.store.write(tenant, "points", drafts, on_conflict="update")

    async def records(self, tenant: str = TENANT) -> dict[str, Any]:
        """{id: (version, values, extra)} of all that is stored, each once."""
        plan = parse_plan({"from": "plant.points", "select": ["id"], "limit": 10_000})
        page = await self.store.query(tenant, plan)
        assert not page.truncated
        ids = [id for (id,) in page.rows]
        assert len(set(ids)) == len(ids)
        return {
            row.id: (row.version, dict(row.values), row.extra)
            for row in self.store.get(tenant, "points", ids)
        }


@asynccontextmanager
async def plant(
    folder: Path, way: str = "bulk", *, clock: Clock | None = None, **collection: Any
) -> AsyncIterator[Plant]:
    what, clock = spec(way, **collection), clock or ManualClock(NOW_US)
    store = open_store(what, folder, clock)
    try:
        yield Plant(folder, store, what, clock)
    finally:
        await store.close()


def told(receipt: Receipt) -> dict[str, Any]:
    """What a receipt says of the source, whichever way it went in."""
    wire = receipt.to_wire()
    kept = {k: wire[k] for k in ("accepted", "updated", "duplicate", "rejected")}
    return {**kept, "reasons": sorted(map(str, wire["reasons"])), "notes": receipt.notes}
