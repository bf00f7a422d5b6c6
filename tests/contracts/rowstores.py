"""A folder of row stores, for the tests of their contract."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from mcp_servers.ports import Draft, RowStore, Written
from mcp_servers.stores.sqlite import open_sqlite
from registry.clock import ManualClock
from registry.domain import DomainSpec, parse_spec
from registry.plan import parse_plan

FIELDS: dict[str, Any] = {
    "title": {"type": "text", "search": True}, "body": {"type": "text", "search": True},
    "n": {"type": "int"}, "x": {"type": "float"}, "price": {"type": "decimal"}, "on": {"type": "bool"},
    "day": {"type": "date"}, "at": {"type": "time"}, "doc": {"type": "json"}, "raw": {"type": "bytes"},
    "friend": {"type": "ref", "to": "club.people"}, "kind": {"type": "text", "enum": ["a", "b"]},
}  # fmt: skip
DATA: dict[str, Any] = {
    "domain": "club",
    "collections": {
        "notes": {"time": "at", "fields": FIELDS},
        "people": {"fields": {"name": {"type": "text"}}},
    },
}


def spec(**changes: Any) -> DomainSpec:
    """The spec with its `notes` fields replaced."""
    fields = {**FIELDS, **changes}
    notes = {"time": "at", "fields": {k: v for k, v in fields.items() if v is not None}}
    return parse_spec({**DATA, "collections": {**DATA["collections"], "notes": notes}})


class House:
    """Opens stores over one folder, each closed at the end."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = ManualClock(1_700_000_000_000_000)
        self.opened: list[RowStore] = []

    def open(self, what: DomainSpec | None = None) -> RowStore:
        store = open_sqlite(self.folder / "club.db", what or spec(), self.clock)
        self.opened.append(store)
        return store

    async def again(self, store: RowStore, what: DomainSpec | None = None) -> RowStore:
        await store.close()
        return self.open(what)


@asynccontextmanager
async def house(folder: Path) -> AsyncIterator[House]:
    found = House(folder)
    try:
        yield found
    finally:
        for store in found.opened:
            await store.close()


def lived(test: Callable[[House], Awaitable[None]]) -> Callable[[Path], None]:
    """A test of one house, run to its end."""

    def run(tmp_path: Path) -> None:
        async def go() -> None:
            async with house(tmp_path) as found:
                await test(found)

        asyncio.run(go())

    run.__name__ = test.__name__
    return run


async def put(store: RowStore, *drafts: Draft, tenant: str = "t", **how: Any) -> list[Written]:
    return await store.write(tenant, "notes", drafts, **{"on_conflict": "update", **how})


def outcomes(written: list[Written]) -> list[tuple[str, int, str]]:
    return [(w.id, w.version, w.outcome) for w in written]


async def ids_of(store: RowStore, where: Any = None, tenant: str = "t") -> list[str]:
    plan = {"from": "club.notes", "select": ["id"], **({"where": where} if where else {})}
    return [row[0] for row in (await store.query(tenant, parse_plan(plan))).rows]
