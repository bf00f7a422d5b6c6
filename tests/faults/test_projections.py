"""Cache and search are disposable: with a cache that forgets at will, a change log that is soon too short, and
sidecars that vanish, rot, grow old or change places, every answer is that of the records.
"""

from __future__ import annotations

import asyncio
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest

from mcp_servers.ports import Draft, Row
from mcp_servers.segments import State
from mcp_servers.stores import parquet, sqlite_writer
from mcp_servers.stores.memory import MemoryCache
from mcp_servers.stores.sqlite import SqliteStore
from mcp_servers.tiered import Tiered, open_store
from registry.clock import ManualClock
from registry.domain import parse_spec
from registry.errors import IsothermError
from registry.plan import parse_plan
from tests.faults.figures import figure
from tests.faults.moving import MONTH

SEED = 20261123
STEPS, IDS = 60, 24
SPEC = parse_spec({"domain": "club", "tier": "hot", "collections": {"notes": {"time": "at", "fields": {
    "at": {"type": "time"}, "n": {"type": "int"}, "text": {"type": "text", "search": True}}}}})  # fmt: skip
WORDS = ("red", "green", "blue")
ALL = parse_plan({"from": "club.notes", "select": ["id", "n", "text"], "limit": 10_000})
Record = tuple[int, str]


class Forgetful(MemoryCache):
    """Forgets one record, or all, when it likes to, and keeps only some of what it is given."""

    def __init__(self, chance: Random) -> None:
        super().__init__()
        self._chance = chance

    def get(self, tenant: str, collection: str, key: str) -> Row | None:
        if self._chance.random() < 0.02:
            self.clear()
        return None if self._chance.random() < 0.1 else super().get(tenant, collection, key)

    def put(self, tenant: str, collection: str, row: Row, *, unread: bool = False) -> None:
        if self._chance.random() < 0.9:
            super().put(tenant, collection, row, unread=unread)


@dataclass
class Verdict:
    answers: int = 0
    wrong: list[str] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)


class House:
    """Two stores on one folder, and a plain dict of what is true."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.chance = Random(seed)
        self.folder = folder
        self.stores = [self._opened(), self._opened()]
        self.truth: dict[str, Record] = {}
        self.verdict = Verdict()

    def _opened(self) -> Tiered:
        store = open_store(SPEC, self.folder, ManualClock(1_700_000_000_000_000))
        store._cache = Forgetful(self.chance)
        return store

    async def live(self) -> None:
        steps: list[tuple[int, Callable[[Tiered], Any]]] = [
            (6, self.write), (2, self.delete), (2, self.cool), (1, self.warm), (5, self.spoil), (1, self.reopen),
            (6, self.get), (3, self.ask), (5, self.search),
        ]  # fmt: skip
        for _ in range(STEPS):
            (step,) = self.chance.choices([s for _, s in steps], [weight for weight, _ in steps])
            self.verdict.done[step.__name__] += 1
            await step(self.chance.choice(self.stores))
        for store in self.stores:
            await self.ask(store)

    def ids(self) -> list[str]:
        return [f"k{self.chance.randrange(IDS):02}" for _ in range(self.chance.randrange(1, 5))]

    async def write(self, store: Tiered) -> None:
        records = {}
        for id in self.ids():
            text = " ".join(self.chance.sample(WORDS, 2))
            records[id] = (self.chance.randrange(1_000), text)
        drafts = [
            Draft(id, {"at": int(id[1:]) % 2 * MONTH, "n": n, "text": text})
            for id, (n, text) in records.items()
        ]
        await store.write("t", "notes", drafts, on_conflict="update")
        self.truth |= records

    async def delete(self, store: Tiered) -> None:
        ids = self.ids()[:2]
        await store.delete("t", "notes", ids)
        for id in ids:
            self.truth.pop(id, None)

    async def cool(self, store: Tiered) -> None:
        for bucket in await store.mover.buckets("t", "notes"):
            await store.mover.cool("t", "notes", bucket)

    async def warm(self, store: Tiered) -> None:
        cold = [s for s in await store.mover.segments() if s.state is State.COLD]
        if cold:
            await store.mover.warm(self.chance.choice(cold).number)

    async def reopen(self, store: Tiered) -> None:
        await store.close()
        self.stores[self.stores.index(store)] = self._opened()

    # -- the nemesis -----------------------------------------------------------------------------

    async def spoil(self, store: Tiered) -> None:
        """Two sidecars of a kind are lost, damaged, or put in each other's place."""
        kind = self.chance.choice([".keys", ".words"])
        found = sorted(p for p in self.folder.rglob(f"*{kind}") if p.is_file())
        if not found:
            return
        path, other = self.chance.choice(found), self.chance.choice(found)
        fresh = path.with_name(f"{path.name}.new")
        match self.chance.randrange(5):
            case 0:
                path.unlink()
                return
            case 1:
                body = bytearray(path.read_bytes() or b"\0")
                body[self.chance.randrange(len(body))] ^= 1 << self.chance.randrange(8)
                fresh.write_bytes(body)
            case 2:
                fresh.write_bytes(path.read_bytes()[: self.chance.randrange(200)])
            case 3:
                fresh.write_bytes(b"")
            case _:
                shutil.copyfile(other, fresh)
        fresh.replace(path)

    # -- looking ---------------------------------------------------------------------------------

    def judge(self, what: str, found: Any, wanted: Any) -> None:
        self.verdict.answers += 1
        if found != wanted:
            self.verdict.wrong.append(f"{what}: {found} instead of {wanted}")

    async def get(self, store: Tiered) -> None:
        ids = list(dict.fromkeys(self.ids()))
        found = {r.id: (r.values["n"], r.values["text"]) for r in store.get("t", "notes", ids)}
        self.judge("get", found, {id: self.truth[id] for id in ids if id in self.truth})

    async def ask(self, store: Tiered) -> None:
        rows = (await store.query("t", ALL)).rows
        self.judge("list", rows, [[id, n, text] for id, (n, text) in sorted(self.truth.items())])

    async def search(self, store: Tiered) -> None:
        word = self.chance.choice(WORDS)
        plan = {"from": "club.notes", "select": ["id"], "where": {"op": "match", "text": word}}
        rows = (await store.query("t", parse_plan({**plan, "limit": 10_000}))).rows
        self.judge("search", rows, [[id] for id in sorted(self.truth) if word in self.truth[id][1]])


async def compare(folder: Path, seed: int) -> Verdict:
    house = House(folder, seed)
    try:
        await house.live()
    except IsothermError as refusal:
        house.verdict.wrong.append(f"{type(refusal).__name__}: {refusal.message}")
    finally:
        for store in house.stores:
            await store.close()
    return house.verdict


@pytest.fixture(autouse=True)
def short_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """The change log is soon too short for a store that has slept."""
    monkeypatch.setattr(sqlite_writer, "CHANGES_KEPT_MAX", 6)
    monkeypatch.setattr(sqlite_writer, "_TRIM_EVERY", 1)


@pytest.mark.promise(5)
@pytest.mark.parametrize(
    "seeds",
    [8, pytest.param(300, marks=[pytest.mark.full, pytest.mark.timeout(1_800)])],
    ids=["quick", "full"],
)
def test_no_answer_rests_on_the_cache_or_a_sidecar(tmp_path: Path, seeds: int) -> None:
    answers, done = 0, Counter[str]()
    for seed in range(SEED, SEED + seeds):
        verdict = asyncio.run(compare(tmp_path / str(seed), seed))
        answers, done = answers + verdict.answers, done + verdict.done
        assert not verdict.wrong, f"seed {seed}: {verdict.wrong[:3]}"
        shutil.rmtree(tmp_path / str(seed))
    figure("F8 projections", seed=SEED, seeds=seeds, answers=answers, wrong=0, **dict(sorted(done.items())))  # fmt: skip


# -- mutants -------------------------------------------------------------------------------------

changes = SqliteStore.changes


def never_catches_up(self: Tiered) -> None:
    """The cache is right as long as nobody else writes."""


def a_gap_is_nothing(self: SqliteStore, after: int) -> list[tuple[int, str, str, str]]:
    """A log that does not reach back far enough is taken for a quiet one."""
    return changes(self, after) or []


def every_seal_holds(path: Path, name: str) -> bool:
    return True


@pytest.mark.parametrize(
    ("where", "name", "broken"),
    [
        (Tiered, "_catch_up", never_catches_up),
        (SqliteStore, "changes", a_gap_is_nothing),
        (parquet, "_sealed", every_seal_holds),
    ],
    ids=["never-catches-up", "a-gap-is-nothing", "every-seal-holds"],
)
def test_a_projection_that_is_trusted_is_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: Any, name: str, broken: Any
) -> None:
    monkeypatch.setattr(where, name, broken)
    verdicts = (asyncio.run(compare(tmp_path / str(seed), seed)) for seed in range(20))
    assert any(verdict.wrong for verdict in verdicts)
