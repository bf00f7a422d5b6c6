"""A plan crosses the wire unchanged, and nothing but a plan comes through."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.errors import BadPlan, IsothermError, TooLarge
from registry.limits import (
    INNER_DEPTH_MAX,
    PLAN_DEPTH_MAX,
    PLAN_NODES_MAX,
    PLAN_VALUES_MAX,
    ROWS_MAX,
)
from registry.plan import (
    And,
    Combine,
    Compare,
    Compute,
    Group,
    In,
    IsNull,
    Join,
    Like,
    Match,
    Measured,
    Not,
    Or,
    Order,
    Per,
    Predicate,
    QueryPlan,
    conjoin,
    conjuncts,
    leaves,
    parse_plan,
    predicate_wire,
    split_path,
)

NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
VALUES = st.text(max_size=9) | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
VALUES |= st.booleans()
LEAVES: st.SearchStrategy[Predicate] = st.one_of(
    st.builds(
        Compare, op=st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), field=NAMES, value=VALUES
    ),
    st.builds(In, field=NAMES, values=st.lists(VALUES, max_size=4).map(tuple)),
    st.builds(IsNull, field=NAMES),
    st.builds(Like, op=st.sampled_from(["contains", "starts", "ends"]), field=NAMES, value=NAMES),
    st.builds(Match, text=NAMES, alias=st.none() | NAMES),
)
SMALL = st.builds(QueryPlan, source=NAMES, select=st.lists(NAMES, max_size=2).map(tuple))
LEAVES |= st.builds(Compare, op=st.sampled_from(["=", "<"]), field=NAMES, other=NAMES)
LEAVES |= st.builds(Compare, op=st.sampled_from(["=", "<"]), field=NAMES, plan=SMALL)
LEAVES |= st.builds(In, field=NAMES, plan=SMALL)
PREDICATES: st.SearchStrategy[Predicate] = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(And, args=st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(Or, args=st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(Not, arg=inner),
    ),
    max_leaves=6,
)
BUCKETS = st.sampled_from(["minute", "hour", "day", "week", "month", "quarter", "year"])
FNS = st.sampled_from(["count", "sum", "avg", "min", "max", "distinct", "median", "percentile"])


def some(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(strategy, max_size=2).map(tuple)


PLANS = st.builds(
    QueryPlan,
    source=NAMES,
    joins=some(
        st.builds(
            Join,
            alias=NAMES,
            to=NAMES,
            on=st.tuples(NAMES, NAMES),
            kind=st.sampled_from(["inner", "left", "anti"]),
        )
    ),
    where=st.none() | PREDICATES,
    select=some(NAMES),
    distinct=st.booleans(),
    group=some(st.builds(Group, field=NAMES, bucket=st.none() | BUCKETS, alias=st.none() | NAMES)),
    measures=some(
        st.builds(
            Measured,
            fn=FNS,
            field=st.none() | NAMES,
            q=st.none() | st.floats(0, 1),
            where=st.none() | PREDICATES,
            alias=st.none() | NAMES,
        )
    ),
    having=st.none() | PREDICATES,
    order=some(st.builds(Order, by=NAMES, desc=st.booleans())),
    limit=st.none() | st.integers(1, ROWS_MAX),
    compute=some(
        st.builds(
            Compute,
            alias=NAMES,
            op=st.sampled_from(["+", "/"]),
            args=st.tuples(NAMES, NAMES | st.integers(-9, 9) | st.floats(-1, 1)),
        )
    ),
    show=some(NAMES),
    per=st.none() | st.builds(Per, by=st.tuples(NAMES), n=st.integers(1, 9)),
    combine=st.none() | st.builds(Combine, op=st.sampled_from(["union", "except"]), plan=SMALL),
)


@given(PLANS)
def test_a_plan_comes_back_from_the_wire_equal(plan: QueryPlan) -> None:
    wire = plan.to_wire()
    again = parse_plan(wire)
    assert again == plan
    assert again.to_wire() == wire


@given(PREDICATES)
def test_types_of_values_survive_the_wire(node: Predicate) -> None:
    again = parse_plan({"from": "a.b", "where": predicate_wire(node)}).where
    assert repr(again) == repr(node)


def test_the_least_plan_is_its_source() -> None:
    assert parse_plan({"from": "a.b"}).to_wire() == {"version": 1, "from": "a.b"}


LEAF = {"op": "=", "field": "a", "value": 1}
BAD: dict[str, tuple[Any, str]] = {
    "nothing": (None, "plan: should be a valid dictionary"),
    "a list": ([], "plan: should be a valid dictionary"),
    "text": ("select 1", "plan: should be a valid dictionary"),
    "no source": ({}, "plan: from: Field required"),
    "a source by its inner name": ({"source": "a.b"}, "from: Field required"),
    "source as a number": ({"from": 5}, "from: should be text"),
    "empty source": ({"from": ""}, "from: String should have at least 1"),
    "unknown key": ({"from": "a.b", "sql": "drop"}, "sql: there is no such key"),
    "another version": ({"from": "a.b", "version": 2}, "version: "),
    "version as text": ({"from": "a.b", "version": "1"}, "version: "),
    "version as a boolean": ({"from": "a.b", "version": True}, "version: "),
    "limit as text": ({"from": "a.b", "limit": "5"}, "limit: should be a valid integer"),
    "limit as a float": ({"from": "a.b", "limit": 5.0}, "limit: should be a valid integer"),
    "limit as a boolean": ({"from": "a.b", "limit": True}, "limit: should be a valid integer"),
    "limit of none": ({"from": "a.b", "limit": 0}, "limit: should be greater"),
    "limit past the bound": ({"from": "a.b", "limit": ROWS_MAX + 1}, "limit: should be less"),
    "distinct as a number": ({"from": "a.b", "distinct": 1}, "distinct: should be a valid boolean"),
    "select as text": ({"from": "a.b", "select": "name"}, "select: should be a valid tuple"),
    "select of numbers": ({"from": "a.b", "select": [1]}, "select.0: should be text"),
    "an empty and": ({"from": "a.b", "where": {"op": "and", "args": []}}, "where.and.args: "),
    "no op": ({"from": "a.b", "where": {"field": "a"}}, "where: should say its kind by `op`"),
    "unknown op": (
        {"from": "a.b", "where": {**LEAF, "op": "like" * 999}},
        "where: no `op` is called 'likelike",
    ),
    "op as a list": ({"from": "a.b", "where": {**LEAF, "op": ["="]}}, "no `op` is called"),
    "a value and another field": (
        {"from": "a.b", "where": {**LEAF, "other": "b"}}, "where.=: give one of `value`, `other`"),
    "values and a plan": (
        {"from": "a.b", "where": {"op": "in", "field": "a", "values": [], "plan": {"from": "a.b"}}},
        "where.in: give either `values` or `plan`"),
    "neither values nor a plan": (
        {"from": "a.b", "where": {"op": "in", "field": "a"}}, "where.in: give either `values` or `plan`"),
    "a fault within": (
        {"from": "a.b", "where": {"op": "in", "field": "a", "plan": {"form": "a.b"}}}, "where.in.plan.from"),
    "arithmetic of one": (
        {"from": "a.b", "compute": [{"as": "c", "op": "+", "args": ["a"]}]}, "compute.0: arithmetic takes two"),
    "per of nothing": ({"from": "a.b", "per": {"by": [], "n": 1}}, "per.by"),
    "comparison with null": (
        {"from": "a.b", "where": {**LEAF, "value": None}},
        "where.=: give one of `value`, `other` (a field) and `plan`; `null` finds what has no value",
    ),
    "comparison with a list": ({"from": "a.b", "where": {**LEAF, "value": [1]}}, "should be text, a finite"),
    "comparison with NaN": ({"from": "a.b", "where": {**LEAF, "value": float("nan")}}, "finite"),
    "comparison with infinity": (
        {"from": "a.b", "where": {"op": "in", "field": "a", "values": [1, float("inf")]}},
        "finite",
    ),
    "in a text": ({"from": "a.b", "where": {"op": "in", "field": "a", "values": "xy"}}, "tuple"),
    "a leaf with args": ({"from": "a.b", "where": {**LEAF, "args": []}}, "where.=.args: there is no"),
    "an empty search": ({"from": "a.b", "where": {"op": "match", "text": ""}}, "where.match.text: "),
    "a surrogate": ({"from": "a.b", "where": {"op": "match", "text": "\ud800"}}, "lone surrogate"),
    "a join by half": (
        {"from": "a.b", "joins": [{"as": "x", "to": "c.d", "on": ["y"]}]},
        "joins.0.on",
    ),
    "a join without a name": ({"from": "a.b", "joins": [{"to": "c.d", "on": ["y", "z"]}]}, "joins.0.as"),
    "an unknown join": (
        {"from": "a.b", "joins": [{"as": "x", "to": "c.d", "on": ["y", "z"], "kind": "full"}]},
        "joins.0.kind: should be 'inner', 'left' or 'anti'",
    ),
    "an unknown bucket": ({"from": "a.b", "group": [{"field": "t", "bucket": "decade"}]}, "bucket"),
    "an unknown measure": ({"from": "a.b", "measures": [{"fn": "mode"}]}, "measures.0.fn: should be"),
    "q past one": (
        {"from": "a.b", "measures": [{"fn": "percentile", "field": "a", "q": 1.5}]},
        "measures.0.q",
    ),
    "q as text": ({"from": "a.b", "measures": [{"fn": "percentile", "q": "0.5"}]}, "measures.0.q"),
    "order as text": ({"from": "a.b", "order": ["a"]}, "order.0: should be a valid dictionary"),
    "a key that is a number": ({"from": "a.b", 3: 4}, "a key should be text"),
    "a key of a megabyte": ({"from": "a.b", "x" * 10**6: 4}, "there is no such key"),
    "a key that hides": ({"from": "a.b", "\x1b[2J": 4}, r"\x1b[2J: there is no such key"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_malformed_plan_is_refused_with_its_path(name: str) -> None:
    plan, message = BAD[name]
    with pytest.raises(BadPlan) as no:
        parse_plan(plan)
    assert message in no.value.message
    assert no.value.message.endswith("See describe('plan').")
    assert len(no.value.message) < 500
    assert no.value.message.isprintable()


def nested(levels: int) -> dict[str, Any]:
    node: dict[str, Any] = LEAF
    for _ in range(levels):
        node = {"op": "not", "arg": node}
    return {"from": "a.b", "where": node}


@pytest.mark.promise(6)
def test_a_deep_plan_is_refused_before_any_model_sees_it() -> None:
    parse_plan(nested(PLAN_DEPTH_MAX))
    for levels in (3 * PLAN_DEPTH_MAX, 200_000):
        with pytest.raises(TooLarge, match="nested too deeply"):
            parse_plan(nested(levels))
    within: dict[str, Any] = {"from": "a.b"}
    for _ in range(INNER_DEPTH_MAX):
        within = {"from": "a.b", "where": {"op": "in", "field": "a", "plan": within}}
    assert parse_plan(within).below
    with pytest.raises(TooLarge, match="nested too deeply"):
        parse_plan({"from": "a.b", "combine": {"op": "union", "plan": within}})


@pytest.mark.promise(6)
def test_a_wide_plan_is_refused_before_any_model_sees_it() -> None:
    wide = {"op": "in", "field": "a", "values": list(range(PLAN_VALUES_MAX))}
    assert parse_plan({"from": "a.b", "where": wide}).where
    too_wide = {**wide, "values": list(range(PLAN_VALUES_MAX + 4 * PLAN_NODES_MAX))}
    for plan in (
        {"from": "a.b", "where": too_wide},
        {"from": "a.b", "select": ["a"] * 1_000_000},
        {"from": "a.b", "where": {"op": "or", "args": [LEAF] * 100_000}},
    ):
        with pytest.raises(TooLarge, match="too many parts"):
            parse_plan(plan)


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=6)
    | st.sampled_from(["=", "in", "and", "not", "match", "count", "a.b", "a"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["from", "where", "op", "field", "value", "values", "args", "arg", "on", "q"])
        | st.sampled_from(["joins", "group", "measures", "order", "as", "to", "by", "fn", "limit"]),
        inner,
        max_size=5,
    ),
    max_leaves=25,
)  # fmt: skip


@given(JUNK)
def test_any_json_is_a_plan_or_one_of_our_errors(junk: Any) -> None:
    try:
        plan = parse_plan(junk)
    except IsothermError:
        return
    assert parse_plan(plan.to_wire()) == plan


@given(st.lists(LEAVES, max_size=5))
def test_conjuncts_are_what_was_conjoined(parts: list[Predicate]) -> None:
    assert conjuncts(conjoin(parts)) == tuple(parts)


@given(PREDICATES)
def test_leaves_are_found_at_any_depth(node: Predicate) -> None:
    assert list(leaves(Not(arg=Or(args=(node, node))))) == 2 * list(leaves(node))
    assert list(leaves(None)) == []


def test_names_of_columns_paths_and_addresses() -> None:
    assert [split_path(p) for p in ("a", "x.a", "x.y.a")] == [(None, "a"), ("x", "a"), ("x.y", "a")]
    assert Group(field="x.t", bucket="day").name == "x.t_day"
    assert Measured(fn="sum", field="a").name == "sum_a"
    assert Measured(fn="count").name == "count"
    plan = QueryPlan(
        source="a.b",
        joins=(
            Join(alias="c", to="d.e", on=("x", "id")),
            Join(alias="f", to="a.b", on=("y", "id")),
        ),
    )
    assert (plan.collections, plan.domains) == (("a.b", "d.e"), ("a", "d"))
    assert [plan.address_of(alias) for alias in (None, "c", "f", "g")] == [
        "a.b",
        "d.e",
        "a.b",
        None,
    ]
