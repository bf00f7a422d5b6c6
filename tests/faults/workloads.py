"""What clients do in a simulation, and what must be true whenever they look: transfers keep the sum, what was
acknowledged as added is there once, a ring of references stays one ring.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from mcp_servers.ports import Draft
from mcp_servers.tiered import Tiered
from registry.domain import DomainSpec, parse_spec
from registry.plan import QueryPlan, parse_plan
from tests.faults.moving import MONTH
from tests.faults.simulation import Lost, World

ACCOUNTS, RING = 12, 12
START = 100


def spec_of(domain: str, tier: str) -> DomainSpec:
    at = {"at": {"type": "time"}}
    return parse_spec({"domain": domain, "tier": tier, "collections": {
        "accounts": {"time": "at", "fields": {**at, "n": {"type": "int"}}},
        "ring": {"time": "at", "fields": {**at, "next": {"type": "text"}}},
        "items": {"time": "at", "fields": {**at, "text": {"type": "text", "search": True}}},
    }})  # fmt: skip


def account(place: int, n: int) -> Draft:
    return Draft(f"a{place:02}", {"at": place % 2 * MONTH, "n": n})


def link(place: int, to: str) -> Draft:
    return Draft(f"r{place:02}", {"at": place % 2 * MONTH, "next": to})


async def fill(store: Tiered) -> None:
    """What each run begins with."""
    accounts = [account(place, START) for place in range(ACCOUNTS)]
    ring = [link(place, f"r{(place + 1) % RING:02}") for place in range(RING)]
    await store.write("t", "accounts", accounts, on_conflict="error")
    await store.write("t", "ring", ring, on_conflict="error")


def plan(domain: str, collection: str, **how: Any) -> QueryPlan:
    return parse_plan({"from": f"{domain}.{collection}", "limit": 10_000, **how})


class Bank:
    """Transfers between two accounts, each one write. One client moves all money, so that a read of two
    accounts and the write behind it belong together; others look at any time."""

    def __init__(self, world: World, domain: str) -> None:
        self.world, self.domain = world, domain
        self.all = plan(domain, "accounts", select=["id", "n"])
        self.sum = plan(domain, "accounts", measures=[
            {"fn": "sum", "field": "n"}, {"fn": "count"}, {"fn": "distinct", "field": "id"}])  # fmt: skip

    async def transfer(self) -> None:
        world, chance = self.world, self.world.chance
        while world.stormy:
            one, two = chance.sample(range(ACCOUNTS), 2)
            try:
                rows = await world.call(self.domain, lambda s, one=one, two=two: _get(s, "accounts", [account(one, 0).id, account(two, 0).id]))  # fmt: skip
                if len(rows) != 2:
                    world.violations.append(f"an account is missing: {[row.id for row in rows]}")
                    return
                amount = chance.randrange(1, 20)
                drafts = [account(one, rows[0].values["n"] - amount), account(two, rows[1].values["n"] + amount)]  # type: ignore[operator] # fmt: skip
                await world.call(self.domain, lambda s, drafts=drafts: s.write("t", "accounts", drafts, on_conflict="update"))  # fmt: skip
                world.seen["transfer"] += 1
            except Lost:
                world.seen["lost"] += 1

    async def audit(self) -> None:
        while True:
            stormy = self.world.stormy
            try:
                summed = await self.world.call(self.domain, lambda s: s.query("t", self.sum))
                listed = await self.world.call(self.domain, lambda s: s.query("t", self.all))
            except Lost:
                continue
            self.world.seen["audit"] += 1
            self.world.seen["audit-cold"] += any(s.tier == "cold" for s in summed.sources)
            if summed.rows != [[ACCOUNTS * START, ACCOUNTS, ACCOUNTS]]:
                self.world.violations.append(f"the bank's sum is {summed.rows}")
            self.look(listed.rows)
            if not stormy:
                return

    def look(self, rows: list[list[Any]]) -> None:
        if len(rows) != ACCOUNTS or sum(n for _, n in rows) != ACCOUNTS * START:
            self.world.violations.append(f"the bank's accounts are {rows}")


class Ring:
    """Each step takes r -> a -> b -> c to r -> b -> a -> c, in one write."""

    def __init__(self, world: World, domain: str) -> None:
        self.world, self.domain = world, domain
        self.all = plan(domain, "ring", select=["id", "next"])

    async def turn(self) -> None:
        world, chance = self.world, self.world.chance
        while world.stormy:
            try:
                found = await world.call(self.domain, lambda s: s.query("t", self.all))
                after = dict(found.rows)
                if not self.look(found.rows):
                    return
                r = chance.choice(sorted(after))
                a, b = after[r], after[after[r]]
                drafts = [link(int(r[1:]), b), link(int(a[1:]), after[b]), link(int(b[1:]), a)]
                await world.call(self.domain, lambda s, drafts=drafts: s.write("t", "ring", drafts, on_conflict="update"))  # fmt: skip
                world.seen["ring-turn"] += 1
            except Lost:
                world.seen["lost"] += 1
        await self._last_look()

    async def _last_look(self) -> None:
        try:
            found = await self.world.call(self.domain, lambda s: s.query("t", self.all))
            self.look(found.rows)
        except Lost:
            await self._last_look()

    def look(self, rows: list[list[str]]) -> bool:
        after, place, seen = dict(rows), "r00", set()
        while place in after and place not in seen:
            seen.add(place)
            place = after[place]
        whole = len(rows) == len(seen) == RING and place == "r00"
        if not whole:
            self.world.violations.append(f"the ring is {rows}")
        return whole


class Set:
    """Adds with a key that are sent until they are acknowledged, and deletes."""

    def __init__(self, world: World, domain: str) -> None:
        self.world, self.domain = world, domain
        self.there: set[str] = set()
        self.gone: set[str] = set()
        self.all = plan(domain, "items", select=["id"])
        self.words = plan(domain, "items", select=["id"], where={"op": "match", "text": "thing"})

    async def add(self) -> None:
        world, number = self.world, 0
        while world.stormy:
            ids = [f"i{number + n:03}" for n in range(world.chance.randrange(1, 4))]
            number += len(ids)
            drafts = [Draft(id, {"at": number % 2 * MONTH, "text": f"thing {id}"}) for id in ids]
            await self._until_acknowledged(lambda s, drafts=drafts, ids=ids: s.write("t", "items", drafts, on_conflict="error", idempotency_key=ids[0]))  # fmt: skip
            self.there.update(ids)
            await self._read_back(ids)
            if world.chance.random() < 0.2:
                id = world.chance.choice(sorted(self.there))
                self.there.remove(id)
                await self._until_acknowledged(lambda s, id=id: s.delete("t", "items", [id]))
                self.gone.add(id)
        await self._compare()

    async def _until_acknowledged(self, work: Any) -> None:
        while True:
            try:
                await self.world.call(self.domain, work)
                return
            except Lost:
                self.world.seen["lost"] += 1

    async def _read_back(self, ids: list[str]) -> None:
        """What was acknowledged is what anybody reads next, cache or not."""
        try:
            rows = await self.world.call(self.domain, lambda s: _get(s, "items", ids))
        except Lost:
            return
        if [row.id for row in rows] != ids:
            self.world.violations.append(f"of {ids} only {[row.id for row in rows]} are read")

    async def _compare(self) -> None:
        for looked in (self.all, self.words):
            try:
                rows = (await self.world.call(self.domain, lambda s, looked=looked: s.query("t", looked))).rows  # fmt: skip
            except Lost:
                return await self._compare()
            counted = Counter(id for (id,) in rows)
            if counted != Counter(self.there):
                extra, missing = counted - Counter(self.there), Counter(self.there) - counted
                self.world.violations.append(f"the set has {dict(extra)} and lacks {dict(missing)}")


async def _get(store: Tiered, collection: str, ids: list[str]) -> list[Any]:
    return list(store.get("t", collection, ids))
