"""A sound data folder, ways in which its files rot, and a reader that knows the truth."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from mcp_servers.ports import Draft
from mcp_servers.safety.backup import take
from mcp_servers.safety.vault import Vault, blob_name
from mcp_servers.tiered import Tiered, open_store
from registry.clock import ManualClock
from registry.errors import Corrupt, IsothermError
from registry.plan import parse_plan
from tests.faults.moving import MONTH, SPEC

NOW = 1_700_000_000_000_000
IDS = [f"r{n:03}" for n in range(240)]
PLANS = [
    {"from": "club.notes", "select": ["id", "n", "text"], "limit": 10_000},
    {"from": "club.notes", "select": ["id"], "where": {"op": "match", "text": "three"}, "limit": 10_000},
    {"from": "club.notes", "group": [{"field": "text"}], "measures": [{"fn": "count"}, {"fn": "sum", "field": "n"}]},
    {"from": "club.notes", "select": ["id"], "where": {"op": "=", "field": "n", "value": 17}},
]  # fmt: skip
WORDS = ("one", "two", "three", "four", "five")
TENANTS = ("t", "u")


def draft(n: int, value: int) -> Draft:
    text = f"{WORDS[n % 5]} {'and so on ' * (n % 7)}"
    return Draft(IDS[n], {"at": n % 4 * MONTH, "n": value, "text": text}, f'{{"more":{n}}}')


async def furnish(folder: Path) -> None:
    """Two tenants with rows and segments, some of their records changed or deleted since."""
    store = open_store(SPEC, folder, ManualClock(NOW))
    for tenant, count in (("t", 240), ("u", 90)):
        await store.write(tenant, "notes", [draft(n, n) for n in range(count)], on_conflict="error")
        for bucket in list(await store.mover.buckets(tenant, "notes"))[:3]:
            await store.mover.cool(tenant, "notes", bucket)
        await store.write(
            tenant, "notes", [draft(n, -n) for n in (3, 21, 40)], on_conflict="update"
        )
        await store.delete(tenant, "notes", IDS[5:8])
    await store.close()


@asynccontextmanager
async def opened(folder: Path) -> Any:
    store = open_store(SPEC, folder, ManualClock(NOW))
    try:
        yield store
    finally:
        await store.close()


# -- reading -------------------------------------------------------------------------------------


def reads(store: Tiered) -> Iterator[Callable[[], Any]]:
    """Everything there is, in every way of asking."""
    for tenant in TENANTS:
        for plan in PLANS:
            yield partial(_query, store, tenant, plan)
        for ids in (IDS, IDS[17:18]):
            yield partial(_get, store, tenant, ids)
        yield partial(_facts, store, tenant)


async def _query(store: Tiered, tenant: str, plan: dict[str, Any]) -> Any:
    return sorted((await store.query(tenant, parse_plan(plan))).rows, key=str)


async def _get(store: Tiered, tenant: str, ids: list[str]) -> Any:
    found = store.get(tenant, "notes", ids)
    return [(r.id, r.version, r.seq, sorted(r.values.items()), r.extra) for r in found]


async def _facts(store: Tiered, tenant: str) -> Any:
    return (await store.facts(tenant, "notes")).rows


async def answers(folder: Path) -> list[Any]:
    """Each answer, `None` where it was refused as corrupt. Anything else is raised."""
    try:
        async with opened(folder) as store:
            return [await _answer(read) for read in reads(store)]
    except Corrupt:
        return [None]


async def _answer(read: Callable[[], Any]) -> Any:
    try:
        return await read()
    except Corrupt:
        return None


# -- rotting -------------------------------------------------------------------------------------


def flipped(chance: Random, data: bytes) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]


def cut(chance: Random, data: bytes) -> bytes:
    return data[: chance.randrange(len(data))]


def blanked(chance: Random, data: bytes) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + bytes(min(512, len(data) - at)) + data[at + 512 :]


def grown(chance: Random, data: bytes) -> bytes:
    return data + chance.randbytes(chance.randrange(1, 5_000))


def rot(folder: Path, chance: Random) -> str:
    """Harm one file, or swap two; what was done. Something is different afterwards, always."""
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    path = chance.choice(files)
    data = path.read_bytes()
    kind = chance.choices(["flip", "cut", "blank", "grow", "lose", "swap"], [50, 12, 8, 8, 10, 12])[
        0
    ]
    others = [p for p in files if p.suffix == path.suffix and p.read_bytes() != data]
    if kind == "lose":
        path.unlink()
    elif kind == "swap" and others:
        other = chance.choice(others)
        path.write_bytes(other.read_bytes())
        other.write_bytes(data)
    else:
        harm = {"cut": cut, "blank": blanked, "grow": grown}.get(kind, flipped)
        new = data
        while new == data:
            new = harm(chance, data)
        path.write_bytes(new)
    return f"{kind} {path.relative_to(folder)}"


# -- a trial -------------------------------------------------------------------------------------


@dataclass
class Verdict:
    """`missed`: what a deep check did not find; `wrong`: answers that are not the truth; `unhealed`: segments
    that did not come back from a backup; `false`: what a check found in sound folders."""

    trials: int = 0
    refused: int = 0
    quarantined: int = 0
    healed: int = 0
    missed: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    unhealed: list[str] = field(default_factory=list)
    false: list[str] = field(default_factory=list)
    kinds: set[str] = field(default_factory=set)

    @property
    def clean(self) -> bool:
        return not (self.missed or self.wrong or self.unhealed or self.false)


class Trials:
    """Harms copies of one sound folder, which has a backup."""

    def __init__(self, place: Path, seed: int) -> None:
        self.place = place
        self.sound = place / "sound"
        self.chance = Random(seed)
        self.verdict = Verdict()
        self.truth: list[Any] = []

    async def begin(self) -> None:
        await furnish(self.sound)
        self.truth = await answers(self.sound)
        assert None not in self.truth
        take(self.sound, self.place / "target", ManualClock(NOW))
        shutil.rmtree(self.sound / "backups")

    async def one(self) -> None:
        """Harm the folder; read it as it is; check, repair and read it again."""
        read, checked = self.place / "read", self.place / "checked"
        for folder in (read, checked):
            shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.sound, checked)
        what = rot(checked, self.chance)
        shutil.copytree(checked, read)
        self.verdict.trials += 1
        self.verdict.kinds.add(what.partition(" ")[0] + Path(what).suffix)
        await self._compare(read, what)
        await self._check(checked, what)

    async def _compare(self, folder: Path, what: str) -> bool:
        """Whether every answer is there."""
        try:
            found = await answers(folder)
        except Exception as bad:
            self.verdict.wrong.append(f"{what}: {bad!r}")
            return False
        self.verdict.refused += found.count(None)
        if len(found) == len(self.truth):
            wrong = [n for n, a in enumerate(found) if a is not None and a != self.truth[n]]
            self.verdict.wrong += [f"{what}: read {n}" for n in wrong]
        return found == self.truth

    async def _check(self, folder: Path, what: str) -> None:
        try:
            async with opened(folder) as store:
                found = await store.inspect()
                if not found.faults and not found.mended:
                    self.verdict.missed.append(what)
                accused = [f.segment for f in found.faults if f.segment is not None]
                undone = [f for f in found.faults if f.done is None]
                healable = len(accused) == len(undone)
                taken = await store.quarantine.take(accused) if accused else []
        except IsothermError as refusal:
            if refusal.code != "corrupt":
                self.verdict.missed.append(f"{what}: {refusal.message}")
            return
        self.verdict.quarantined += len(taken)
        if healable:
            await self._heal(folder, what, len(taken))

    async def _heal(self, folder: Path, what: str, taken: int) -> None:
        blobs = Vault(self.place / "target").blobs.path
        await self._compare(folder, f"{what}, in quarantine")
        async with opened(folder) as store:
            back = await store.quarantine.release(lambda s: blobs / blob_name(s.checksum))
            left = (await store.inspect()).faults
        whole = await self._compare(folder, f"{what}, healed")
        if len(back) != taken or left or not whole:
            self.verdict.unhealed.append(what)
        self.verdict.healed += len(back)

    async def sound_one(self) -> None:
        """A sound folder, read and checked while it is changed."""
        shutil.rmtree(self.place / "read", ignore_errors=True)
        shutil.copytree(self.sound, self.place / "read")
        async with opened(self.place / "read") as store:
            writes = [draft(n, n) for n in self.chance.sample(range(240), 20)]
            writing = asyncio.create_task(store.write("t", "notes", writes, on_conflict="update"))
            found = await store.inspect()
            await writing
            found.faults += (await store.inspect()).faults
        self.verdict.false += [f.fault for f in found.faults] + found.mended
