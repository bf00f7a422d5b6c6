"""A domain of notes in a data folder, its stores closed at the end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from mcp_servers.ports import Draft
from mcp_servers.tiered import Tiered, open_store
from registry.clock import ManualClock
from registry.domain import DomainSpec, parse_spec
from registry.plan import parse_plan

DAY = 86_400_000_000


def spec(**fields: Any) -> DomainSpec:
    notes = {"at": {"type": "time"}, "n": {"type": "int"}, "text": {"type": "text", "search": True},
             **fields}  # fmt: skip
    notes = {name: field for name, field in notes.items() if field}
    return parse_spec({"domain": "club", "collections": {
        "notes": {"time": "at", "fields": notes}, "people": {"fields": {"name": {"type": "text"}}}}})  # fmt: skip


class House:
    """A data folder; its stores are closed at the end."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = ManualClock(1_700_000_000_000_000)
        self.opened: list[Tiered] = []

    def open(self, what: DomainSpec | None = None) -> Tiered:
        store = open_store(what or spec(), self.folder, self.clock)
        self.opened.append(store)
        return store

    @property
    def objects(self) -> list[Path]:
        return sorted(p for p in (self.folder / "objects").rglob("*") if p.is_file())


@pytest.fixture
def run(tmp_path: Path) -> Callable[[Callable[[House], Coroutine[Any, Any, None]]], None]:
    def go(test: Callable[[House], Coroutine[Any, Any, None]]) -> None:
        async def all_of_it() -> None:
            house = House(tmp_path)
            try:
                await test(house)
            finally:
                for store in house.opened:
                    await store.close()

        asyncio.run(all_of_it())

    return go


def notes(count: int, **changes: Any) -> list[Draft]:
    """Notes one second apart, in January 1970."""
    return [
        Draft(f"n{n:05}", {"at": n * 1_000_000, "n": n, "text": f"word{n % 7} note", **changes})
        for n in range(count)
    ]


async def put(store: Tiered, drafts: list[Draft], **how: Any) -> list[Any]:
    how.setdefault("on_conflict", "update")
    return [
        w for n in range(0, len(drafts), 5_000)
        for w in await store.write("t", "notes", drafts[n : n + 5_000], **how)
    ]  # fmt: skip


async def cool(store: Tiered, bucket: str = "1970-01", tenant: str = "t") -> Any:
    return await store.mover.cool(tenant, "notes", bucket)


async def everything(store: Tiered, **plan: Any) -> list[list[Any]]:
    parsed = parse_plan({"from": "club.notes", "select": ["id", "n"], "limit": 10_000, **plan})
    page = await store.query("t", parsed)
    assert not page.truncated
    return page.rows


def as_rows(drafts: list[Draft]) -> list[list[Any]]:
    return [[d.id, d.values["n"]] for d in drafts]
