"""A compiled plan gives what the plan means: an oracle of nested loops says the same, over one file of many tenants."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mcp_servers.ports import Draft
from mcp_servers.sql.compile import compile_plan
from mcp_servers.stores.sqlite import SqliteStore, open_sqlite
from registry.catalog import Catalogue
from registry.clock import SystemClock
from registry.domain import parse_spec
from registry.errors import IsothermError, TooLarge
from registry.plan import parse_plan
from registry.record import decode, time_text
from tests.oracle import Records, evaluate, same_rows

SPEC = parse_spec({
    "domain": "shop",
    "collections": {
        "orders": {
            "time": "at",
            "display": ["at", "buyer", "amount", "note"],
            "fields": {
                "at": {"type": "time"}, "day": {"type": "date"}, "buyer": {"type": "ref", "to": "shop.people"},
                "amount": {"type": "decimal", "scale": 3}, "pieces": {"type": "int"}, "weight": {"type": "float"},
                "state": {"type": "text", "enum": ["open", "paid", "void"]}, "note": {"type": "text"},
                "gift": {"type": "bool"}, "tags": {"type": "json"}, "group": {"type": "text"},
            },
        },
        "people": {"fields": {"name": {"type": "text"}, "age": {"type": "int"},
                              "team": {"type": "ref", "to": "shop.teams"}}},
        "teams": {"fields": {"title": {"type": "text"}, "boss": {"type": "text"}}},
    },
})  # fmt: skip
CATALOGUE = Catalogue([SPEC])
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


# -- records and plans ---------------------------------------------------------------------------

IDS = st.sampled_from([f"k{n}" for n in range(8)] + ["ü", "K1", " "])
WORDS = st.sampled_from(
    ["", "a", "B", "b", "ab%", "a_b", "straße", "Über", "über", "a\\b", "'; --", "日本"]
)
DAYS = st.integers(-800_000_000, 2_500_000_000).map(
    lambda s: (date(1970, 1, 1) + timedelta(days=s // 86_400)).isoformat()
)
TIMES = st.integers(-800_000_000_000_000, 2_500_000_000_000_000).map(time_text) | st.sampled_from(
    [
        "1969-12-31T23:59:59.999999Z",
        "1970-01-01T00:00:00Z",
        "2024-02-29T12:00:00Z",
        "2024-12-30T00:00:00Z",
    ]
)
AMOUNTS = st.integers(-9_999, 9_999).map(lambda n: f"{n / 1000:.3f}")
INTS = st.integers(-5, 5) | st.sampled_from([2**53 + 2, -(2**60)]).map(str)
FLOATS = st.integers(-40, 40).map(lambda n: n / 4)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "at": TIMES, "day": DAYS, "buyer": IDS, "amount": AMOUNTS, "pieces": INTS, "weight": FLOATS,
    "state": st.sampled_from(["open", "paid", "void"]), "note": WORDS, "gift": st.booleans(),
    "tags": st.sampled_from([[], ["x"], {"a": 1}]), "group": WORDS,
    "name": WORDS, "age": st.integers(0, 90), "team": IDS, "title": WORDS, "boss": WORDS, "id": IDS,
}  # fmt: skip


def rows_of(collection: str, most: int) -> st.SearchStrategy[list[dict[str, Any]]]:
    fields = {name: st.none() | VALUES[name] for name in SPEC.collections[collection].fields}
    row = st.fixed_dictionaries({"id": IDS, **fields})
    return st.lists(row, max_size=most, unique_by=lambda r: r["id"])


RECORDS = st.fixed_dictionaries(
    {
        "shop.orders": rows_of("orders", 9),
        "shop.people": rows_of("people", 6),
        "shop.teams": rows_of("teams", 4),
    }
)
PATHS = {
    "orders": ["id", *SPEC.collections["orders"].fields],
    "people": ["id", *SPEC.collections["people"].fields],
    "teams": ["id", *SPEC.collections["teams"].fields],
}
NUMBERS = {"amount", "pieces", "weight", "age"}
TEXTS = {"note", "group", "name", "title", "boss", "id", "state", "buyer", "team"}


@st.composite
def joins(draw: st.DrawFn) -> list[dict[str, Any]]:
    kinds = st.sampled_from(["inner", "left", "anti"])
    out: list[dict[str, Any]] = []
    if draw(st.booleans()):
        on = draw(
            st.sampled_from(
                [["buyer", "id"], ["note", "name"], ["pieces", "age"], ["buyer", "team"]]
            )
        )
        out.append({"as": "who", "to": "shop.people", "on": on, "kind": draw(kinds)})
        if out[0]["kind"] != "anti" and draw(st.booleans()):
            on = draw(
                st.sampled_from([["who.team", "id"], ["who.name", "title"], ["note", "boss"]])
            )
            out.append({"as": "team", "to": "shop.teams", "on": on, "kind": draw(kinds)})
    return out


def predicates(paths: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    def leaf(path: str) -> st.SearchStrategy[dict[str, Any]]:
        name = path.rpartition(".")[2]
        value = VALUES[name]
        if name == "pieces":
            value |= st.floats(-3, 3).map(lambda f: round(f, 1))
        null = st.just({"op": "null", "field": path})
        if name == "tags":
            return null
        compare = st.fixed_dictionaries(
            {
                "op": st.sampled_from(["=", "!=", "<", "<=", ">", ">="]),
                "field": st.just(path),
                "value": value,
            }
        )
        within = st.fixed_dictionaries(
            {"op": st.just("in"), "field": st.just(path), "values": st.lists(value, max_size=5)}
        )
        kinds = [null, compare, within]
        if name in TEXTS:
            kinds.append(st.fixed_dictionaries({
                "op": st.sampled_from(["contains", "starts", "ends"]), "field": st.just(path),
                "value": WORDS.filter(bool),
            }))  # fmt: skip
        return st.one_of(kinds)

    return st.recursive(
        st.sampled_from(paths).flatmap(leaf),
        lambda inner: (
            st.fixed_dictionaries(
                {
                    "op": st.sampled_from(["and", "or"]),
                    "args": st.lists(inner, min_size=1, max_size=3),
                }
            )
            | st.fixed_dictionaries({"op": st.just("not"), "arg": inner})
        ),
        max_leaves=5,
    )


@st.composite
def scopes(draw: st.DrawFn) -> tuple[dict[str, Any], list[str]]:
    joined = draw(joins())
    paths = list(PATHS["orders"])
    for join in joined:
        if join["kind"] != "anti":
            paths += [f"{join['as']}.{name}" for name in PATHS[join["to"].partition(".")[2]]]
    plan: dict[str, Any] = {"from": "shop.orders", "joins": joined}
    if draw(st.booleans()):
        plan["where"] = draw(predicates(paths))
    return plan, paths


@st.composite
def lists(draw: st.DrawFn) -> dict[str, Any]:
    plan, paths = draw(scopes())
    plan["select"] = draw(st.lists(st.sampled_from(paths), max_size=4, unique=True))
    plan["distinct"] = draw(st.booleans()) and bool(plan["select"])
    sortable = [p for p in (plan["select"] if plan["distinct"] else paths) if p != "tags"]
    if sortable:
        by = st.fixed_dictionaries({"by": st.sampled_from(sortable), "desc": st.booleans()})
        plan["order"] = draw(st.lists(by, max_size=3, unique_by=lambda o: o["by"]))
    plan["limit"] = draw(st.sampled_from([1, 2, 3, 100]))
    return plan


@st.composite
def groups(draw: st.DrawFn) -> dict[str, Any]:
    plan, paths = draw(scopes())
    keys = []
    for n, path in enumerate(draw(st.lists(st.sampled_from(paths), max_size=2, unique=True))):
        name = path.rpartition(".")[2]
        buckets = {"at": ["minute", "hour"], "day": []}.get(name)
        if name == "tags":
            continue
        bucket = None if buckets is None else draw(
            st.sampled_from([None, *buckets, "day", "week", "month", "quarter", "year"]))  # fmt: skip
        keys.append({"field": path, "as": f"key {n}", **({"bucket": bucket} if bucket else {})})
    plan["group"] = keys
    measures = [draw(measured(paths, n)) for n in range(draw(st.integers(0 if keys else 1, 3)))]
    plan["measures"] = measures
    names = [k["as"] for k in keys] + [m["as"] for m in measures]
    counted = [m["as"] for m in measures if m["fn"] in ("count", "distinct")]
    if counted and draw(st.booleans()):
        plan["having"] = {"op": draw(st.sampled_from(["=", "!=", "<", ">="])),
                          "field": counted[0], "value": draw(st.integers(0, 3))}  # fmt: skip
    by = st.fixed_dictionaries({"by": st.sampled_from(names), "desc": st.booleans()})
    plan["order"] = draw(st.lists(by, max_size=3, unique_by=lambda o: o["by"]))
    plan["limit"] = draw(st.sampled_from([1, 2, 100]))
    return plan


@st.composite
def measured(draw: st.DrawFn, paths: list[str], n: int) -> dict[str, Any]:
    fn = draw(
        st.sampled_from(["count", "sum", "avg", "min", "max", "distinct", "median", "percentile"])
    )
    numeric = [p for p in paths if p.rpartition(".")[2] in NUMBERS]
    ordered = [p for p in paths if p != "tags"]
    choice = paths if fn in ("count", "distinct") else ordered if fn in ("min", "max") else numeric
    out: dict[str, Any] = {"fn": fn, "field": draw(st.sampled_from(choice)), "as": f"value {n}"}
    if fn == "count" and draw(st.booleans()):
        del out["field"]
    if fn == "percentile":
        out["q"] = draw(st.sampled_from([0.0, 0.25, 0.9, 1.0]))
    if draw(st.booleans()):
        out["where"] = draw(predicates(paths))
    return out


# -- the oracle agrees ---------------------------------------------------------------------------

THOROUGH = settings(
    max_examples=250,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


def meant(plan: dict[str, Any], records: Records) -> list[list[Any]]:
    return evaluate(parse_plan({**plan, "limit": None}), CATALOGUE, records)


@THOROUGH
@given(lists(), RECORDS)
def test_a_list_gives_the_records_that_the_plan_means_over_all_its_pages(
    store: SqliteStore, plan: dict[str, Any], records: Records
) -> None:
    _, rows = ask(store, plan, records)
    total = not plan["distinct"] and all(j["on"][1] == "id" for j in plan["joins"])
    assert same_rows(rows, meant(plan, records), ordered=total)


@THOROUGH
@given(groups(), RECORDS)
def test_groups_and_measures_give_what_the_plan_means_over_all_their_pages(
    store: SqliteStore, plan: dict[str, Any], records: Records
) -> None:
    first, rows = ask(store, plan, records)
    assert same_rows(rows, meant(plan, records), ordered=not plan["joins"])
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
