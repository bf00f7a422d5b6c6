"""A compiled plan gives what the plan means: an oracle of nested loops says the same, over one file of many tenants."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, reject, settings

from mcp_servers.ports import Draft
from mcp_servers.sql.compile import compile_plan
from mcp_servers.stores.sqlite import SqliteStore, open_sqlite
from registry.clock import SystemClock
from registry.errors import IsothermError, TooLarge
from registry.plan import parse_plan
from registry.record import decode
from tests.mcp_servers.plans import CATALOGUE, RECORDS, SPEC, groups, lists
from tests.oracle import Records, evaluate, same_rows

TENANTS = itertools.count()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteStore]:
    opened = open_sqlite(tmp_path_factory.mktemp("rows") / "shop.db", SPEC, SystemClock())
    yield opened
    asyncio.run(opened.close())


def ask(store: SqliteStore, plan: dict[str, Any], records: Records) -> tuple[Any, list[Any]]:
    """All pages of a plan over these records alone, under a tenant of their own."""
    tenant = f"t{next(TENANTS)}"

    async def go() -> tuple[Any, list[Any]]:
        for address, rows in records.items():
            collection = SPEC.collection(address)
            drafts = [
                Draft(
                    row["id"],
                    {k: decode(v, collection.field(k).kind) for k, v in row.items() if k != "id"},
                )
                for row in rows
            ]
            await store.write(tenant, address, drafts, on_conflict="update")
        parsed = parse_plan(plan)
        first = page = await store.query(tenant, parsed)
        rows = list(page.rows)
        while page.cursor is not None:
            page = await store.query(tenant, parsed, cursor=page.cursor)
            assert page.rows, "a cursor leads to at least one more row"
            rows += page.rows
        return first, rows

    return asyncio.run(go())


# -- the oracle agrees ---------------------------------------------------------------------------

THOROUGH = settings(
    max_examples=250,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


def meant(plan: dict[str, Any], records: Records) -> list[list[Any]]:
    """What an oracle gives. Not of numbers past 64 bits: those have tests of their own, and an
    engine need not compute what is not shown."""
    try:
        return evaluate(parse_plan({**plan, "limit": None}), CATALOGUE, records)
    except TooLarge:
        reject()


@THOROUGH
@given(lists(), RECORDS)
def test_a_list_gives_the_records_that_the_plan_means_over_all_its_pages(
    store: SqliteStore, plan: dict[str, Any], records: Records
) -> None:
    wanted = meant(plan, records)
    _, rows = ask(store, plan, records)
    total = not plan["distinct"] and all(j["on"][1] == "id" for j in plan["joins"])
    assert same_rows(rows, wanted, ordered=total)


@THOROUGH
@given(groups(), RECORDS)
def test_groups_and_measures_give_what_the_plan_means_over_all_their_pages(
    store: SqliteStore, plan: dict[str, Any], records: Records
) -> None:
    wanted = meant(plan, records)
    first, rows = ask(store, plan, records)
    assert same_rows(rows, wanted, ordered=not plan["joins"])
    assert first.truncated == (first.cursor is not None)


# -- the shape of statements ---------------------------------------------------------------------


def compiled(plan: dict[str, Any], tenant: str = "t") -> Any:
    return compile_plan(parse_plan({"from": "shop.orders", **plan}), CATALOGUE, tenant)


@given(lists() | groups())
def test_values_and_names_of_callers_never_stand_in_the_statement(plan: dict[str, Any]) -> None:
    tenant = "' OR 1=1 --"
    found = compile_plan(parse_plan(plan), CATALOGUE, tenant)
    assert tenant not in found.sql and found.values[0] == tenant
    for text in ("straße", "日本", "--", "value 0", "key 0"):
        assert text not in found.sql


@given(lists() | groups())
def test_every_table_of_a_statement_is_held_to_the_tenant(plan: dict[str, Any]) -> None:
    sql = compile_plan(parse_plan(plan), CATALOGUE, "t").sql
    assert sql.count("_tenant = ?1") == sql.count('"c_')


def test_plans_that_differ_in_values_only_share_a_statement() -> None:
    one, two = (
        compiled({"where": {"op": "and", "args": [
            {"op": "=", "field": "note", "value": word}, {"op": "in", "field": "pieces", "values": numbers}]}})
        for word, numbers in (("a", [1, 2, 3]), ("b", [4, 5, 6, 7]))
    )  # fmt: skip
    assert one.sql == two.sql and one.values != two.values


def test_a_thousand_values_fit_and_too_many_are_refused() -> None:
    wide = {"op": "in", "field": "pieces", "values": list(range(10_000))}
    assert len(compiled({"where": wide}).values) > 10_000
    with pytest.raises(TooLarge, match="values"):
        compiled({"where": {"op": "or", "args": [wide, {**wide, "field": "weight"}]}})


def test_hundreds_of_alternatives_run(store: SqliteStore) -> None:
    args = [{"op": "=", "field": "pieces", "value": n} for n in range(500)]
    records = {"shop.orders": [{"id": "a", "pieces": 499}, {"id": "b", "pieces": 500}]}
    _, rows = ask(
        store,
        {"from": "shop.orders", "select": ["id"], "where": {"op": "or", "args": args}},
        records,
    )
    assert rows == [["a"]]
    with pytest.raises(TooLarge):
        compiled({"where": {"op": "or", "args": [*args, args[0]]}})


def test_a_sum_past_64_bits_is_refused_not_rounded(store: SqliteStore) -> None:
    big = str(2**62)
    records = {"shop.orders": [{"id": n, "pieces": big} for n in ("a", "b", "c")]}
    plan = {"from": "shop.orders", "measures": [{"fn": "sum", "field": "pieces"}]}
    with pytest.raises(TooLarge, match="64-bit"):
        ask(store, plan, records)


def test_a_computed_number_past_64_bits_is_refused_not_rounded(store: SqliteStore) -> None:
    records = {"shop.orders": [{"id": "a", "pieces": str(2**62)}]}
    plan = {"from": "shop.orders", "measures": [{"fn": "sum", "field": "pieces", "as": "n"}],
            "compute": [{"as": "twice", "op": "*", "args": ["n", 2]}]}  # fmt: skip
    with pytest.raises(TooLarge, match="64-bit"):
        ask(store, plan, records)
    above = {"op": ">", "field": "twice", "value": 0}
    with pytest.raises(TooLarge, match="64-bit"):
        ask(store, {**plan, "having": above, "show": ["n"]}, records)
    assert ask(store, {"from": "shop.orders", "select": ["pieces"], "compute": [
        {"as": "half", "op": "/", "args": ["pieces", 2]}]}, records)[1] == [[str(2**62), 2.0**61]]  # fmt: skip


def test_a_float_sum_past_the_floats_is_refused(store: SqliteStore) -> None:
    records = {"shop.orders": [{"id": n, "weight": 1.7e308} for n in ("a", "b")]}
    plan = {"from": "shop.orders", "measures": [{"fn": "sum", "field": "weight"}]}
    with pytest.raises(TooLarge):
        ask(store, plan, records)


def test_the_sum_of_decimals_is_exact(store: SqliteStore) -> None:
    records = {"shop.orders": [{"id": str(n), "amount": "0.001"} for n in range(100)]}
    plan = {
        "from": "shop.orders",
        "measures": [{"fn": "sum", "field": "amount"}, {"fn": "avg", "field": "amount"}],
    }
    assert ask(store, plan, records)[1] == [["0.100", 0.001]]


def test_a_list_without_an_order_goes_by_id_and_shows_what_the_collection_displays(
    store: SqliteStore,
) -> None:
    records = {"shop.orders": [{"id": "b", "note": "x"}, {"id": "a", "note": "y"}]}
    first, rows = ask(store, {"from": "shop.orders"}, records)
    assert [c.name for c in first.columns] == ["id", "at", "buyer", "amount", "note"]
    assert [row[0] for row in rows] == ["a", "b"]


def test_a_column_past_what_the_engine_can_select_is_refused_politely(store: SqliteStore) -> None:
    plan = {"from": "shop.orders", "group": [{"field": "note"}],
            "measures": [{"fn": "count", "as": f"m{n}"} for n in range(2_500)]}  # fmt: skip
    with pytest.raises(IsothermError) as refused:
        ask(store, plan, {})
    assert refused.value.code == "too-large"
