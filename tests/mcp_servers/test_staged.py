"""A domain alone runs the plans within a plan first, each over all tiers, for one tenant."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mcp_servers.ports import Page
from mcp_servers.staged import staged
from mcp_servers.tiered import Tiered, open_store
from registry.check import check
from registry.clock import SystemClock
from registry.errors import BadInput
from registry.limits import INNER_PLANS_MAX
from registry.plan import parse_plan
from tests.mcp_servers.plans import CATALOGUE, RECORDS, SPEC
from tests.mcp_servers.test_tiers import drafts, spread
from tests.oracle import Records, evaluate, same_rows

TENANTS = itertools.count()
ORDERS, PEOPLE = {"from": "shop.orders"}, {"from": "shop.people"}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tiered]:
    opened = open_store(SPEC, tmp_path_factory.mktemp("data"), SystemClock())
    yield opened
    asyncio.run(opened.close())


async def ask(store: Tiered, tenant: str, plan: dict[str, Any], cursor: str | None = None) -> Page:
    parsed = parse_plan(plan)
    check(parsed, CATALOGUE)
    return await staged(store, CATALOGUE, tenant, parsed, cursor)


async def pages(store: Tiered, tenant: str, plan: dict[str, Any]) -> list[list[Any]]:
    page = await ask(store, tenant, plan)
    rows = list(page.rows)
    while page.cursor is not None:
        page = await ask(store, tenant, plan, page.cursor)
        rows += page.rows
    return rows


AVERAGE = {**ORDERS, "measures": [{"fn": "avg", "field": "weight"}]}
SINGLE = [
    AVERAGE,
    {**ORDERS, "measures": [{"fn": "max", "field": "pieces"}]},
    {**ORDERS, "select": ["amount"], "order": [{"by": "at", "desc": True}], "limit": 1},
    {**PEOPLE, "measures": [{"fn": "median", "field": "age"}],
     "where": {"op": "in", "field": "id", "plan": {**ORDERS, "select": ["buyer"]}}},
]  # fmt: skip
TEXTS = [
    {**PEOPLE, "select": ["id"]},
    {**PEOPLE, "select": ["name"], "order": [{"by": "age"}], "limit": 2},
    {**ORDERS, "group": [{"field": "note"}], "measures": [{"fn": "count", "as": "n"}], "show": ["note"],
     "having": {"op": ">", "field": "n", "value": 1}},
    {**ORDERS, "select": ["buyer"], "where": {"op": ">", "field": "weight", "plan": AVERAGE}},
    {**PEOPLE, "select": ["team"], "combine": {"op": "except", "plan": {"from": "shop.teams", "select": ["id"]}}},
]  # fmt: skip
LEAVES = st.one_of(
    st.builds(
        lambda op, field, plan: {"op": op, "field": field, "plan": plan},
        st.sampled_from(["<", "<=", "=", "!=", ">"]),
        st.sampled_from(["pieces", "amount", "weight"]),
        st.sampled_from(SINGLE),
    ),
    st.builds(
        lambda field, plan: {"op": "in", "field": field, "plan": plan},
        st.sampled_from(["buyer", "note", "id"]),
        st.sampled_from(TEXTS),
    ),
    st.just({"op": "in", "field": "amount", "plan": {**ORDERS, "select": ["pieces"]}}),
    st.just({"op": "null", "field": "pieces"}),
)
CONDITIONS = st.recursive(
    LEAVES,
    lambda inner: (
        st.builds(
            lambda op, args: {"op": op, "args": args},
            st.sampled_from(["and", "or"]),
            st.lists(inner, min_size=1, max_size=2),
        )
        | inner.map(lambda node: {"op": "not", "arg": node})
    ),
    max_leaves=3,
)


@st.composite
def plans(draw: st.DrawFn) -> dict[str, Any]:
    plan: dict[str, Any] = {
        **ORDERS,
        "where": draw(CONDITIONS),
        "limit": draw(st.sampled_from([2, 100])),
    }
    if draw(st.booleans()):
        plan["measures"] = [
            {"fn": "count", "where": draw(CONDITIONS), "as": "n"},
            {"fn": "count", "as": "all"},
        ]
        plan["group"] = [{"field": "state"}]
        if draw(st.booleans()):
            plan["having"] = {"op": ">=", "field": "all", "plan": draw(st.sampled_from(SINGLE))}
    else:
        plan["select"] = ["id"]
    return plan


def few(plan: dict[str, Any]) -> bool:
    """Whether it holds no more plans than one may: each names the collection it is from."""
    return str(plan).count("'from'") <= INNER_PLANS_MAX + 1


THOROUGH = settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@THOROUGH
@given(plans().filter(few), RECORDS, st.integers(0, 2**32))
def test_plans_within_plans_mean_the_same_over_all_tiers_and_pages(
    store: Tiered, plan: dict[str, Any], records: Records, seed: int
) -> None:
    tenant = f"t{next(TENANTS)}"

    async def go() -> list[list[Any]]:
        await spread(store, tenant, records, Random(seed))
        return await pages(store, tenant, plan)

    wanted = evaluate(parse_plan({**plan, "limit": None}), CATALOGUE, records)
    assert same_rows(asyncio.run(go()), wanted, ordered=True)


@pytest.mark.promise(7)
def test_a_plan_within_a_plan_sees_the_callers_tenant_only(store: Tiered) -> None:
    ids = {**PEOPLE, "select": ["id"]}
    asked = [
        {**ORDERS, "select": ["id"], "where": {"op": "in", "field": "buyer", "plan": ids}},
        {**ORDERS, "select": ["buyer"], "combine": {"op": "intersect", "plan": ids}},
    ]
    people, orders = [{"id": "p1", "name": "Ada"}], [{"id": "o1", "buyer": "p1"}]

    async def go() -> tuple[list[Any], list[Any]]:
        await store.write(
            "one", "people", drafts(store, "shop.people", people), on_conflict="error"
        )
        await store.write(
            "two", "orders", drafts(store, "shop.orders", orders), on_conflict="error"
        )
        strange = [await pages(store, "two", plan) for plan in asked]
        await store.write(
            "two", "people", drafts(store, "shop.people", people), on_conflict="error"
        )
        return strange, [await pages(store, "two", plan) for plan in asked]

    assert asyncio.run(go()) == ([[], []], [[["o1"]], [["p1"]]])


def test_pages_end_when_the_value_of_a_plan_within_moves(store: Tiered) -> None:
    above = {"op": ">", "field": "weight", "plan": AVERAGE}
    plan = {**ORDERS, "select": ["id"], "where": above, "limit": 2}
    orders = [{"id": f"o{n}", "weight": float(n)} for n in range(9)]

    async def go() -> list[list[Any]]:
        await store.write(
            "moving", "orders", drafts(store, "shop.orders", orders), on_conflict="error"
        )
        first = await ask(store, "moving", plan)
        second = await ask(store, "moving", plan, first.cursor)
        more = drafts(store, "shop.orders", [{"id": "o9", "weight": 900.0}])
        await store.write("moving", "orders", more, on_conflict="error")
        with pytest.raises(BadInput, match="run the plan again"):
            await ask(store, "moving", plan, first.cursor)
        return [*first.rows, *second.rows]

    assert asyncio.run(go()) == [["o5"], ["o6"], ["o7"], ["o8"]]


def test_a_set_of_two_plans_is_cut_and_has_no_cursor(store: Tiered) -> None:
    plan = {**ORDERS, "select": ["id"], "limit": 3,
            "combine": {"op": "union", "plan": {**PEOPLE, "select": ["id"]}}}  # fmt: skip
    orders = [{"id": f"o{n}"} for n in range(4)]

    async def go() -> Page:
        await store.write(
            "sets", "orders", drafts(store, "shop.orders", orders), on_conflict="error"
        )
        with pytest.raises(BadInput, match="cursor"):
            await ask(store, "sets", plan, "x")
        return await ask(store, "sets", plan)

    page = asyncio.run(go())
    assert (page.rows, page.truncated, page.cursor) == ([["o0"], ["o1"], ["o2"]], True, None)
    assert [source.collection for source in page.sources] == ["shop.orders", "shop.people"]
