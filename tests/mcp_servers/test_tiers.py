"""A plan means the same wherever its records are: rows, segments, or dead copies of them in between."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mcp_servers.ports import Draft
from mcp_servers.tiered import Tiered, open_store
from registry.clock import SystemClock
from registry.domain import parse_spec
from registry.errors import TooLarge
from registry.plan import parse_plan
from registry.record import decode
from tests.mcp_servers.plans import RECORDS, SPEC, groups, lists
from tests.mcp_servers.test_compile import meant
from tests.oracle import Records, same_rows

TENANTS = itertools.count()
THOROUGH = settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tiered]:
    opened = open_store(SPEC, tmp_path_factory.mktemp("data"), SystemClock())
    yield opened
    asyncio.run(opened.close())


def drafts(store: Tiered, address: str, rows: list[dict[str, Any]]) -> list[Draft]:
    fields = store.spec.collection(address).fields
    return [
        Draft(r["id"], {k: decode(v, fields[k].kind) for k, v in r.items() if k != "id"})
        for r in rows
    ]


async def spread(store: Tiered, tenant: str, records: Records, chance: Random) -> None:
    """Store the records, some in segments, some there in an older form, some only until deleted."""
    for address, rows in records.items():
        early = [row for row in rows if chance.random() < 0.7]
        stale = [row for row in early if chance.random() < 0.3]
        old = [{**chance.choice(rows), "id": row["id"]} if row in stale else row for row in early]
        gone = [{**row, "id": f"gone {row['id']}"} for row in rows if chance.random() < 0.2]
        await store.write(tenant, address, drafts(store, address, old + gone), on_conflict="update")
        await cool(store, tenant, address, chance)
        await store.delete(tenant, address, [row["id"] for row in gone])
        await store.write(tenant, address, drafts(store, address, rows), on_conflict="update")
        if chance.random() < 0.3:
            await cool(store, tenant, address, chance)
        mine = [s for s in await store.mover.segments() if s.tenant == tenant and s.count]
        if mine and chance.random() < 0.2:
            await store.compactor.rewrite([chance.choice(mine)])
        elif mine and chance.random() < 0.2:
            await store.mover.warm(chance.choice(mine).number)


async def cool(store: Tiered, tenant: str, address: str, chance: Random) -> None:
    for bucket in await store.mover.buckets(tenant, address):
        if chance.random() < 0.7:
            await store.mover.cool(tenant, address, bucket)


def ask(store: Tiered, plan: dict[str, Any], records: Records, seed: int) -> list[Any]:
    tenant = f"t{next(TENANTS)}"

    async def go() -> list[Any]:
        await spread(store, tenant, records, Random(seed))
        parsed = parse_plan(plan)
        page = await store.query(tenant, parsed)
        rows = list(page.rows)
        while page.cursor is not None:
            page = await store.query(tenant, parsed, cursor=page.cursor)
            assert page.rows
            rows += page.rows
        return rows

    return asyncio.run(go())


@THOROUGH
@given(lists(), RECORDS, st.integers(0, 2**32))
def test_a_list_over_all_tiers_gives_what_the_plan_means(
    store: Tiered, plan: dict[str, Any], records: Records, seed: int
) -> None:
    wanted = meant(plan, records)
    rows = ask(store, plan, records, seed)
    total = not plan["distinct"] and all(j["on"][1] == "id" for j in plan["joins"])
    assert same_rows(rows, wanted, ordered=total)


@THOROUGH
@given(groups(), RECORDS, st.integers(0, 2**32))
def test_groups_over_all_tiers_give_what_the_plan_means(
    store: Tiered, plan: dict[str, Any], records: Records, seed: int
) -> None:
    wanted = meant(plan, records)
    rows = ask(store, plan, records, seed)
    assert same_rows(rows, wanted, ordered=not plan["joins"])


def test_a_computed_number_past_64_bits_is_refused_in_every_tier(store: Tiered) -> None:
    plan = {"from": "shop.orders", "measures": [{"fn": "max", "field": "pieces", "as": "n"}],
            "compute": [{"as": "twice", "op": "*", "args": ["n", 2]}]}  # fmt: skip
    rows = [{"id": "a", "at": "2024-01-05T00:00:00Z", "pieces": str(2**62)}]
    for seed in range(4):  # in rows, in segments
        with pytest.raises(TooLarge):
            ask(store, plan, {"shop.orders": rows}, seed)


# -- words ---------------------------------------------------------------------------------------

SEARCHED = parse_spec({"domain": "talk", "collections": {
    "notes": {"time": "at", "fields": {"at": {"type": "time"}, "title": {"type": "text", "search": True},
              "body": {"type": "text", "search": True}, "topic": {"type": "ref", "to": "talk.topics"}}},
    "topics": {"fields": {"name": {"type": "text", "search": True}}}}})  # fmt: skip
TEXTS = st.lists(
    st.sampled_from(["red", "Rede", "blau", "BLAU", "grün", "a-b", "c3", "."]), max_size=4
).map(" ".join)
NOTE = st.fixed_dictionaries({
    "id": st.integers(0, 9).map("n{}".format),
    "at": st.none() | st.sampled_from(["2024-01-05T00:00:00Z", "2024-02-05T00:00:00Z", "2025-01-01T00:00:00Z"]),
    "title": st.none() | TEXTS, "body": st.none() | TEXTS, "topic": st.none() | st.sampled_from(["t0", "t1", "t2"])})  # fmt: skip
TOPIC = st.fixed_dictionaries(
    {"id": st.integers(0, 3).map("t{}".format), "name": st.none() | TEXTS}
)
NOTES = st.fixed_dictionaries({
    "talk.notes": st.lists(NOTE, max_size=8, unique_by=lambda r: r["id"]),
    "talk.topics": st.lists(TOPIC, max_size=3, unique_by=lambda r: r["id"])})  # fmt: skip
WANTED = st.sampled_from(
    ["red", "re*", "blau OR c3", '"red blau"', "gru*", "a b", "none", "red OR nothing", "!"]
)


@st.composite
def searches(draw: st.DrawFn) -> dict[str, Any]:
    joined = draw(st.sampled_from([None, "inner", "left"]))

    def leaf() -> dict[str, Any]:
        alias = {"alias": "topic"} if joined and draw(st.booleans()) else {}
        return {"op": "match", "text": draw(WANTED), **alias}

    where = draw(st.sampled_from(["one", "and", "or", "not"]))
    tree = {"one": leaf(), "not": {"op": "not", "arg": leaf()}}.get(where) or {
        "op": where,
        "args": [leaf(), leaf()],
    }
    join = {"as": "topic", "to": "talk.topics", "on": ["topic", "id"], "kind": joined}
    return {
        "from": "talk.notes",
        "select": ["id"],
        "where": tree,
        **({"joins": [join]} if joined else {}),
    }


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tiered]:
    opened = open_store(SEARCHED, tmp_path_factory.mktemp("talk"), SystemClock())
    yield opened
    asyncio.run(opened.close())


@THOROUGH
@given(searches(), NOTES, st.integers(0, 2**32))
def test_words_find_over_all_tiers_what_they_find_in_rows(
    talk: Tiered, plan: dict[str, Any], records: Records, seed: int
) -> None:
    rows = f"t{next(TENANTS)}"

    async def in_rows() -> list[Any]:
        for address, some in records.items():
            await talk.write(rows, address, drafts(talk, address, some), on_conflict="update")
        return (await talk.query(rows, parse_plan(plan))).rows

    assert ask(talk, plan, records, seed) == asyncio.run(in_rows())
