"""Cutting a plan across domains and joining what comes back gives what the plan means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.execute import execute
from orchestrator.route import route
from registry.access import LOCAL, Principal
from registry.catalog import Catalogue
from registry.check import check
from registry.domain import parse_spec
from registry.errors import BadInput, TooLarge, TooSlow, Unavailable
from registry.limits import PLAN_VALUES_MAX
from registry.plan import Group, Measured, parse_plan
from tests.mcp_servers.plans import arranged
from tests.oracle import Records, evaluate, same_rows

SHOP = parse_spec({
    "domain": "shop",
    "collections": {"orders": {
        "time": "at",
        "fields": {
            "buyer": {"type": "ref", "to": "people.persons"},
            "at": {"type": "time"}, "amount": {"type": "decimal"}, "pieces": {"type": "int"},
            "weight": {"type": "float"}, "state": {"type": "text"},
        },
    }},
})  # fmt: skip
PEOPLE = parse_spec({
    "domain": "people",
    "collections": {
        "persons": {"fields": {"name": {"type": "text"}, "country": {"type": "text"},
                               "age": {"type": "int"}, "club": {"type": "ref", "to": "clubs.clubs"}}},
        "badges": {"fields": {"holder": {"type": "ref", "to": "people.persons"}}},
    },
})  # fmt: skip
CLUBS = parse_spec({
    "domain": "clubs", "collections": {"clubs": {"fields": {"title": {"type": "text"}}}},
})  # fmt: skip
CATALOGUE = Catalogue([SHOP, PEOPLE, CLUBS])


class Domains:
    """Each domain's `query`, answered by the oracle; some may be sick."""

    def __init__(self, records: Records, sick: tuple[str, ...] = ()) -> None:
        self.records = records
        self.sick = sick
        self.plans: list[Any] = []

    async def __call__(
        self, domain: str, tool: str, arguments: Mapping[str, Any], *,
        principal: Principal = LOCAL, retry: bool = False,
    ) -> dict[str, Any]:  # fmt: skip
        assert tool == "query"
        if domain in self.sick:
            raise Unavailable(f"{domain} is away")
        plan = parse_plan(arguments["plan"])
        self.plans.append(plan)
        assert plan.domains == (domain,)
        columns = check(plan, CATALOGUE)
        rows = evaluate(plan.model_copy(update={"limit": None}), CATALOGUE, self.records)
        limit = plan.limit or 100
        start = int(arguments.get("cursor") or 0)
        more = len(rows) > start + limit
        return {
            "columns": [c.to_wire() for c in columns], "rows": rows[start : start + limit],
            "truncated": more, **({"cursor": str(start + limit)} if more else {}),
            "sources": [{"collection": plan.source, "tier": "warm", "rows_scanned": len(rows),
                         "ms": 0.0, "as_of": "2026-01-01T00:00:00Z"}],
        }  # fmt: skip


def run(plan: dict[str, Any], records: Records, sick: tuple[str, ...] = ()) -> Any:
    parsed = parse_plan(plan)
    return anyio.run(
        lambda: execute(route(parsed, CATALOGUE), Domains(records, sick), principal=LOCAL)
    )


maybe = st.none
texts = st.sampled_from(["a", "b", "c"])
ids = st.sampled_from(["p1", "p1", "p2", "p3"])
orders = st.fixed_dictionaries({
    "buyer": ids | ids | maybe() | st.just("p9"),
    "at": st.integers(0, 90).map(lambda d: f"2026-0{1 + d // 31}-{1 + d % 28:02d}T{d % 24:02d}:30:00Z"),
    "amount": maybe() | st.integers(0, 5_000).map(lambda n: f"{n // 100}.{n % 100:02d}"),
    "pieces": maybe() | st.integers(-5, 9),
    "weight": maybe() | st.sampled_from([0.5, 1.25, 3.0]),
    "state": maybe() | texts,
})  # fmt: skip
persons = st.fixed_dictionaries({
    "name": maybe() | texts, "country": maybe() | st.sampled_from(["DE", "FR"]),
    "age": maybe() | st.integers(18, 30), "club": st.sampled_from(["k1", "k1", "k2", "k9", None]),
})  # fmt: skip


@st.composite
def stores(draw: st.DrawFn) -> Records:
    return {
        "shop.orders": [
            {"id": f"o{i:02d}", **o}
            for i, o in enumerate(draw(st.lists(orders, min_size=6, max_size=14)))
        ],
        "people.persons": [
            {"id": f"p{i + 1}", **p}
            for i, p in enumerate(draw(st.lists(persons, min_size=3, max_size=4)))
        ],
        "clubs.clubs": [
            {"id": f"k{i + 1}", "title": t}
            for i, t in enumerate(draw(st.lists(texts, min_size=1, max_size=2)))
        ],
    }


own = st.sampled_from([
    {"op": "=", "field": "state", "value": "a"}, {"op": ">", "field": "pieces", "value": 2},
    {"op": "null", "field": "amount"}, {"op": "<", "field": "at", "value": "2026-02-10T00:00:00Z"},
    {"op": "not", "arg": {"op": "in", "field": "state", "values": ["b", "c"]}},
    {"op": "contains", "field": "state", "value": "A"}, {"op": "<", "field": "weight", "other": "pieces"},
])  # fmt: skip
theirs = st.sampled_from([
    {"op": "=", "field": "who.country", "value": "DE"}, {"op": ">=", "field": "who.age", "value": 20},
    {"op": "null", "field": "who.name"}, {"op": "=", "field": "club.title", "value": "a"},
    {"op": ">", "field": "who.age", "other": "pieces"}, {"op": "=", "field": "state", "other": "who.name"},
])  # fmt: skip
DE = {"op": "=", "field": "country", "value": "DE"}
GERMANS = {"from": "people.persons", "where": DE}
inner = st.sampled_from([
    {"op": ">", "field": "pieces", "plan": {"from": "shop.orders", "measures": [{"fn": "avg", "field": "pieces"}]}},
    {"op": "<=", "field": "amount", "plan": {"from": "shop.orders", "measures": [{"fn": "median", "field": "amount"}]}},
    {"op": ">=", "field": "weight", "plan": {"from": "people.persons", "select": ["age"], "limit": 1,
                                             "order": [{"by": "age", "desc": True}]}},
    {"op": "!=", "field": "pieces", "plan": {"from": "shop.orders", "select": ["amount"], "limit": 1,
                                             "where": {"op": "=", "field": "state", "value": "b"}}},
    {"op": "in", "field": "buyer", "plan": {**GERMANS, "select": ["id"]}},
    {"op": "in", "field": "state", "plan": {"from": "people.persons", "select": ["name"], "limit": 2,
                                            "order": [{"by": "age"}]}},
    {"op": "in", "field": "amount", "plan": {"from": "shop.orders", "select": ["pieces"]}},
    {"op": "in", "field": "buyer", "plan": {
        "from": "people.persons", "select": ["id"], "where": {"op": ">", "field": "age", "plan": {
            "from": "people.persons", "measures": [{"fn": "avg", "field": "age"}]}}}},
    {"op": "in", "field": "buyer", "plan": {
        "from": "shop.orders", "group": [{"field": "buyer"}], "measures": [{"fn": "count", "as": "n"}],
        "having": {"op": ">", "field": "n", "value": 1}, "show": ["buyer"]}},
    {"op": "in", "field": "state", "plan": {
        "from": "shop.orders", "select": ["who.name"],
        "joins": [{"as": "who", "to": "people.persons", "on": ["buyer", "id"]}]}},
])  # fmt: skip
inner = inner | inner.map(lambda node: {"op": "not", "arg": node})
predicates = own | theirs | inner | st.builds(
    lambda op, args: {"op": op, "args": args},
    st.sampled_from(["and", "or"]), st.lists(own | theirs | inner, min_size=1, max_size=3),
)  # fmt: skip
measures = st.sampled_from([
    {"fn": "count"}, {"fn": "sum", "field": "amount"}, {"fn": "avg", "field": "amount"},
    {"fn": "min", "field": "at"}, {"fn": "max", "field": "pieces"}, {"fn": "distinct", "field": "buyer"},
    {"fn": "median", "field": "weight"}, {"fn": "percentile", "field": "pieces", "q": 0.9},
    {"fn": "sum", "field": "who.age"}, {"fn": "avg", "field": "who.age"}, {"fn": "count", "field": "who.name"},
    {"fn": "distinct", "field": "who.country"}, {"fn": "max", "field": "who.age"},
    {"fn": "count", "where": {"op": "=", "field": "who.country", "value": "DE"}, "as": "germans"},
    {"fn": "count", "where": {"op": "null", "field": "who.country"}, "as": "stateless"},
    {"fn": "sum", "field": "pieces", "where": {"op": "=", "field": "who.country", "value": "FR"}, "as": "fr"},
    {"fn": "sum", "field": "pieces", "where": {"op": "=", "field": "state", "value": "a"}, "as": "in_a"},
])  # fmt: skip
groups = st.sampled_from([
    {"field": "state"}, {"field": "who.country"}, {"field": "at", "bucket": "month"},
    {"field": "at", "bucket": "week"}, {"field": "who.name"}, {"field": "club.title"}, {"field": "buyer"},
])  # fmt: skip


@st.composite
def sets(draw: st.DrawFn) -> dict[str, Any]:
    sides = st.sampled_from([
        {"from": "shop.orders", "select": ["buyer", "pieces"]}, {"from": "people.persons", "select": ["id", "age"]},
        {"from": "shop.orders", "select": ["state", "weight"]},
        {"from": "people.persons", "group": [{"field": "name"}], "measures": [{"fn": "count"}]},
        {"from": "shop.orders", "select": ["who.name", "amount"], "limit": 3, "order": [{"by": "at"}, {"by": "id"}],
         "joins": [{"as": "who", "to": "people.persons", "on": ["buyer", "id"], "kind": "left"}]},
        {"from": "people.persons", "select": ["name", "age"], "where": draw(inner_people)},
    ])  # fmt: skip
    left, right = dict(draw(sides)), dict(draw(sides))
    if draw(st.booleans()):
        right.pop("order", None)
        right["combine"] = {"op": draw(SET_OPS), "plan": draw(sides)}
    left.pop("order", None)
    left["combine"] = {"op": draw(SET_OPS), "plan": right}
    left["limit"] = draw(st.sampled_from([2, 100]))
    if draw(st.booleans()):
        by = (left.get("select") or ["name", "count"])[draw(st.integers(0, 1))]
        left["order"] = [{"by": by, "desc": draw(st.booleans())}]
    return left


SET_OPS = st.sampled_from(["union", "intersect", "except"])
inner_people = st.sampled_from([
    {"op": "in", "field": "id", "plan": {"from": "shop.orders", "select": ["buyer"]}},
    {"op": ">=", "field": "age", "plan": {"from": "people.persons", "measures": [{"fn": "avg", "field": "age"}]}},
])  # fmt: skip


@st.composite
def plans(draw: st.DrawFn) -> dict[str, Any]:
    kinds = st.sampled_from(["inner", "left"])
    plan: dict[str, Any] = {
        "from": "shop.orders",
        "joins": [
            {"as": "who", "to": "people.persons", "on": ["buyer", "id"], "kind": draw(kinds)},
            {"as": "club", "to": "clubs.clubs", "on": ["who.club", "id"], "kind": draw(kinds)},
        ],
    }
    if draw(st.booleans()):
        plan["where"] = draw(predicates)
    if draw(st.booleans()):
        picked = draw(st.lists(measures, max_size=3, unique_by=str))
        keys = draw(st.lists(groups, min_size=0 if picked else 1, max_size=2, unique_by=str))
        plan |= {"measures": picked, "group": keys}
        exact = [name_of(m) for m in picked if m["fn"] in ("count", "distinct", "sum")]
        names = [k["as"] if "as" in k else name_of(k) for k in keys] + [name_of(m) for m in picked]
        draw(arranged(plan, names, exact, before=sum("bucket" in k for k in keys) == 1))
    else:
        plan["select"] = draw(st.lists(
            st.sampled_from(["id", "state", "who.name", "club.title", "amount"]), min_size=1, max_size=4, unique=True,
        ))  # fmt: skip
        by = draw(st.sampled_from(["at", "who.age", "pieces"]))
        plan["order"] = [{"by": by, "desc": draw(st.booleans())}]
        numbers = [name for name in plan["select"] if name == "amount"]
        draw(arranged(plan, list(plan["select"]), numbers, before=False))
        plan["limit"] = draw(st.integers(1, 12))
    return plan


def name_of(part: dict[str, Any]) -> str:
    """The name of a key's or measure's column."""
    model = Measured if "fn" in part else Group
    return model.model_validate(part, by_alias=True).name


@settings(max_examples=400, deadline=None)
@given(plans(), stores())
def test_a_plan_across_domains_means_the_same_as_in_one_place(
    plan: dict[str, Any], records: Records
) -> None:
    expected = evaluate(parse_plan(plan), CATALOGUE, records)
    found = run(plan, records)
    assert same_rows(found.rows, expected, ordered=True), (found.rows, expected)


@settings(max_examples=200, deadline=None)
@given(sets(), stores())
def test_rows_of_two_plans_are_one_set_wherever_they_are(
    plan: dict[str, Any], records: Records
) -> None:
    expected = evaluate(parse_plan(plan), CATALOGUE, records)
    found = run(plan, records)
    assert same_rows(found.rows, expected, ordered=True), (found.rows, expected)


@settings(max_examples=100, deadline=None)
@given(stores(), st.none() | own)
def test_what_never_happened_is_found_across_domains(records: Records, where: Any) -> None:
    plan: dict[str, Any] = {
        "from": "people.persons", "select": ["id"], "limit": 50,
        "joins": [{"as": "o", "to": "shop.orders", "on": ["id", "buyer"], "kind": "anti"}],
    }  # fmt: skip
    assert run(plan, records).rows == evaluate(parse_plan(plan), CATALOGUE, records)


@settings(max_examples=200, deadline=None)
@given(
    stores(),
    st.lists(st.sampled_from(["p1", "p2", "p3"]), max_size=3),
    st.sampled_from(["left", "inner"]),
    st.sampled_from([["people.badges", "who.id", "holder"], ["shop.orders", "who.id", "buyer"],
                     ["clubs.clubs", "who.club", "id"]]),
    st.sampled_from(["left", "inner", "anti"]),
    st.sampled_from([{"fn": "count"}, {"fn": "sum", "field": "pieces"}]),
)  # fmt: skip
def test_what_a_join_below_a_left_one_drops_is_dropped(
    records: Records, holders: list[str], above: str, to: list[str], kind: str, measure: Any
) -> None:
    records["people.badges"] = [{"id": f"b{i}", "holder": h} for i, h in enumerate(holders)]
    plan = {
        "from": "shop.orders", "measures": [measure], "group": [{"field": "state"}],
        "joins": [{"as": "who", "to": "people.persons", "on": ["buyer", "id"], "kind": above},
                  {"as": "x", "to": to[0], "on": to[1:], "kind": kind}],
    }  # fmt: skip
    assert run(plan, records).rows == evaluate(parse_plan(plan), CATALOGUE, records)


@settings(max_examples=100, deadline=None)
@given(stores())
def test_the_many_side_may_be_the_joined_one(records: Records) -> None:
    plan = {
        "from": "people.persons", "group": [{"field": "country"}], "order": [{"by": "n", "desc": True}],
        "measures": [{"fn": "count", "as": "n"}, {"fn": "sum", "field": "o.amount"}, {"fn": "sum", "field": "age"}],
        "joins": [{"as": "o", "to": "shop.orders", "on": ["id", "buyer"], "kind": "left"}],
    }  # fmt: skip
    assert run(plan, records).rows == evaluate(parse_plan(plan), CATALOGUE, records)


RECORDS: Records = {
    "shop.orders": [{"id": f"o{i}", "buyer": f"p{i % 3}", "pieces": i, "at": "2026-01-01T00:00:00Z"} for i in range(30)],
    "people.persons": [{"id": f"p{i}", "name": f"n{i}", "country": "DE" if i else "FR"} for i in range(3)],
}  # fmt: skip
WHO = [{"as": "who", "to": "people.persons", "on": ["buyer", "id"]}]


def test_keys_of_the_filtered_side_narrow_the_other() -> None:
    domains = Domains(RECORDS)
    plan = parse_plan({
        "from": "shop.orders", "joins": WHO, "measures": [{"fn": "count"}],
        "where": {"op": "=", "field": "who.country", "value": "FR"},
    })  # fmt: skip
    outcome = anyio.run(lambda: execute(route(plan, CATALOGUE), domains, principal=LOCAL))
    assert outcome.rows == [[10]]
    assert [p.source for p in domains.plans] == ["people.persons", "shop.orders"]
    assert "p0" in str(domains.plans[1].where)


def test_key_filters_that_a_plan_cannot_hold_are_left_to_the_join() -> None:
    plan = parse_plan({
        "from": "shop.orders", "joins": WHO, "measures": [{"fn": "count"}],
        "where": {"op": "and", "args": [
            {"op": "=", "field": "who.country", "value": "FR"},
            {"op": "in", "field": "pieces", "values": list(range(10_000))},
        ]},
    })  # fmt: skip
    outcome = anyio.run(lambda: execute(route(plan, CATALOGUE), Domains(RECORDS), principal=LOCAL))
    assert outcome.rows == [[10]]


def test_a_limit_reaches_the_domain_that_orders() -> None:
    domains = Domains(RECORDS)
    plan = parse_plan({
        "from": "shop.orders", "joins": WHO, "select": ["id", "who.name"], "limit": 3,
        "order": [{"by": "pieces", "desc": True}],
    })  # fmt: skip
    outcome = anyio.run(lambda: execute(route(plan, CATALOGUE), domains, principal=LOCAL))
    assert [row[0] for row in outcome.rows] == ["o29", "o28", "o27"]
    assert domains.plans[0].limit == 3


@pytest.mark.promise(9)
def test_a_sick_lookup_leaves_its_columns_empty_and_is_named() -> None:
    plan = {"from": "shop.orders", "joins": WHO, "select": ["id", "who.name"], "limit": 2}
    outcome = run(plan, RECORDS, sick=("people",))
    assert outcome.rows == [["o0", None], ["o1", None]]
    assert outcome.missing == ("people",)


@pytest.mark.promise(9)
@pytest.mark.parametrize(
    "plan",
    [
        {"from": "shop.orders", "select": ["id"], "where": {
            "op": "in", "field": "buyer", "plan": {"from": "people.persons", "select": ["id"]}}},
        {"from": "shop.orders", "select": ["id"], "where": {"op": "not", "arg": {
            "op": "in", "field": "state",
            "plan": {"from": "shop.orders", "joins": WHO, "select": ["who.name"], "limit": 9}}}},
        {"from": "shop.orders", "select": ["buyer"],
         "combine": {"op": "except", "plan": {"from": "people.persons", "select": ["id"]}}},
    ],
)  # fmt: skip
def test_a_plan_within_a_plan_that_lacks_a_domain_makes_no_answer(plan: dict[str, Any]) -> None:
    with pytest.raises(Unavailable, match="people"):
        run(plan, RECORDS, sick=("people",))


@pytest.mark.promise(6)
def test_a_plan_within_a_plan_that_gives_too_much_is_refused() -> None:
    many = [{"id": f"o{i}", "buyer": f"p{i}"} for i in range(PLAN_VALUES_MAX + 1)]
    plan = {"from": "people.persons", "select": ["id"], "where": {
        "op": "in", "field": "id", "plan": {"from": "shop.orders", "select": ["buyer"]}}}  # fmt: skip
    with pytest.raises(TooLarge, match="more than 10,000 rows"):
        run(plan, {**RECORDS, "shop.orders": many})
    assert run(plan, {**RECORDS, "shop.orders": many[:-1]}).rows == [["p0"], ["p1"], ["p2"]]


def test_all_values_of_a_plan_within_count_and_its_own_limit_holds() -> None:
    domains = Domains(RECORDS)
    average = {"from": "shop.orders", "measures": [{"fn": "avg", "field": "pieces"}]}
    inner = {"from": "shop.orders", "select": ["buyer"], "limit": 2, "order": [{"by": "id"}],
             "where": {"op": ">", "field": "pieces", "plan": average}}  # fmt: skip
    plan = {
        "from": "people.persons",
        "select": ["id"],
        "where": {"op": "in", "field": "id", "plan": inner},
    }
    found = anyio.run(lambda: execute(route(parse_plan(plan), CATALOGUE), domains, principal=LOCAL))
    assert found.rows == [["p0"], ["p1"]]
    assert [source.collection for source in found.sources] == [
        "shop.orders", "shop.orders", "people.persons"
    ]  # fmt: skip
    assert not any(plan.below for plan in domains.plans)


def test_a_number_computed_across_domains_past_64_bits_is_refused() -> None:
    plan = {"from": "shop.orders", "joins": WHO, "measures": [{"fn": "sum", "field": "pieces", "as": "n"}],
            "compute": [{"as": "twice", "op": "*", "args": ["n", 2]}]}  # fmt: skip
    big = [{"id": "o1", "buyer": "p1", "pieces": str(2**62)}]
    with pytest.raises(TooLarge, match="'twice'"):
        run(plan, {**RECORDS, "shop.orders": big})


def test_an_answer_of_two_plans_says_when_it_was_cut_and_takes_no_cursor() -> None:
    plan = parse_plan({"from": "shop.orders", "select": ["id"],
                       "combine": {"op": "union", "plan": {"from": "people.persons", "select": ["id"]}}})  # fmt: skip
    many = {**RECORDS, "shop.orders": [{"id": f"x{i:03}"} for i in range(150)]}
    found = run(plan.to_wire(), many)
    assert (len(found.rows), found.truncated, found.cursor) == (100, True, None)
    with pytest.raises(BadInput, match="cursor"):
        anyio.run(lambda: execute(
            route(plan, CATALOGUE), Domains(many), principal=LOCAL, cursor="x"))  # fmt: skip


@pytest.mark.promise(9)
def test_a_total_is_never_made_without_a_sick_domain() -> None:
    plan = {
        "from": "shop.orders",
        "joins": WHO,
        "group": [{"field": "who.country"}],
        "measures": [{"fn": "count"}],
    }
    with pytest.raises((Unavailable, TooSlow)):
        run(plan, RECORDS, sick=("people",))
