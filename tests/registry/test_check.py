"""What fits the catalogue has columns; what does not is refused with the thing named."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.catalog import Catalogue
from registry.check import Column, Scope, check, comparable, shown_fields
from registry.domain import parse_spec
from registry.errors import BadInput, BadPlan, IsothermError, TooLarge, UnknownDomain, UnknownField
from registry.limits import (
    COMPUTES_MAX,
    INNER_DEPTH_MAX,
    INNER_PLANS_MAX,
    JOINS_MAX,
    PLAN_DEPTH_MAX,
    PLAN_NODES_MAX,
    PLAN_VALUES_MAX,
)
from registry.plan import parse_plan
from registry.record import FLOAT, INT, TEXT, Type

FIELDS = {
    "name": {"type": "text", "search": True},
    "n": {"type": "int", "unit": "pcs"},
    "x": {"type": "float"},
    "price": {"type": "decimal", "unit": "EUR"},
    "on": {"type": "bool"},
    "day": {"type": "date"},
    "at": {"type": "time"},
    "doc": {"type": "json"},
    "raw": {"type": "bytes"},
    "who": {"type": "ref", "to": "b.people"},
}
CATALOGUE = Catalogue(
    [
        parse_spec({"domain": "a", "collections": {"things": {"fields": FIELDS}}}),
        parse_spec(
            {
                "domain": "b",
                "collections": {
                    "people": {
                        "display": ["name"],
                        "fields": {
                            "name": {"type": "text"},
                            "age": {"type": "int"},
                            "doc": {"type": "json"},
                            "fee": {"type": "decimal", "scale": 3},
                        },
                    }
                },
            }
        ),
    ]
)
WHO = {"as": "w", "to": "b.people", "on": ["who", "id"]}


def columns(**plan: Any) -> tuple[Column, ...]:
    return check(parse_plan({"from": "a.things", **plan}), CATALOGUE)


def where(op: str, field: str, value: Any) -> dict[str, Any]:
    key = "values" if op == "in" else "value"
    return {"where": {"op": op, "field": field, key: value}}


def test_a_list_shows_the_id_and_the_display_or_every_field() -> None:
    assert [c.name for c in columns()] == ["id", *FIELDS]
    plan = parse_plan({"from": "b.people"})
    assert shown_fields(plan, Scope(plan, CATALOGUE)) == ("id", "name")
    assert columns(select=["w.name", "version"], joins=[WHO]) == (
        Column("w.name", TEXT),
        Column("version", INT),
    )


def test_groups_and_measures_have_the_types_of_what_they_fold() -> None:
    found = columns(
        group=[
            {"field": "day", "bucket": "month"},
            {"field": "at", "bucket": "hour", "as": "hour"},
            {"field": "who"},
        ],
        measures=[
            {"fn": "count"},
            {"fn": "sum", "field": "price"},
            {"fn": "avg", "field": "price"},
            {"fn": "max", "field": "at"},
            {"fn": "distinct", "field": "name"},
            {"fn": "percentile", "field": "n", "q": 0.9, "as": "p90"},
        ],
    )
    assert found == (
        Column("day_month", Type("date")),
        Column("hour", Type("time")),
        Column("who", Type("ref")),
        Column("count", INT),
        Column("sum_price", Type("decimal", 2), "EUR"),
        Column("avg_price", FLOAT, "EUR"),
        Column("max_at", Type("time")),
        Column("distinct_name", INT),
        Column("p90", FLOAT, "pcs"),
    )
    assert found[4].to_wire() == {"name": "sum_price", "type": "decimal", "scale": 2, "unit": "EUR"}


def test_computed_columns_have_the_type_and_the_unit_of_what_they_compute() -> None:
    args = {
        "twice": ["*", "sum_price", 2],
        "share": ["/", "sum_price", "count"],
        "times": ["/", "sum_price", "sum_price"],
        "half": ["*", "sum_price", 0.5],
        "square": ["*", "sum_price", "sum_price"],
        "more": ["+", "count", 1],
        "less": ["-", "sum_price", "count"],
        "before": ["previous", "sum_price"],
    }
    found = columns(
        group=[{"field": "day", "bucket": "month", "as": "month"}],
        measures=[{"fn": "count"}, {"fn": "sum", "field": "price"}],
        compute=[{"as": name, "op": op, "args": rest} for name, (op, *rest) in args.items()],
        show=[*args, "month"],
    )
    price = Type("decimal", 2)
    assert found == (
        Column("twice", price, "EUR"),
        Column("share", FLOAT, "EUR"),
        Column("times", FLOAT),
        Column("half", FLOAT, "EUR"),
        Column("square", FLOAT),
        Column("more", INT),
        Column("less", price, "EUR"),
        Column("before", price, "EUR"),
        Column("month", Type("date")),
    )


def test_combined_columns_hold_the_values_of_both() -> None:
    found = columns(
        select=["name", "n", "price", "x"],
        combine={"op": "union", "plan": {
            "from": "b.people", "select": ["w.who", "age", "fee", "w.n"],
            "joins": [{"as": "w", "to": "a.things", "on": ["id", "who"]}]}},
        order=[{"by": "price"}],
    )  # fmt: skip
    assert [c.type for c in found] == [TEXT, INT, Type("decimal", 3), FLOAT]
    assert [c.unit for c in found] == [None, None, None, None]


ONE = {"from": "b.people", "measures": [{"fn": "avg", "field": "age"}]}
MANY = {"from": "b.people", "select": ["id"]}


def within(field: str, plan: dict[str, Any], op: str = "in") -> dict[str, Any]:
    return {"where": {"op": op, "field": field, "plan": plan}}


GOOD: list[dict[str, Any]] = [
    where("=", "name", "x"),
    where("=", "n", 5),
    where("<", "n", 5.5),
    where(">", "n", "9007199254740993"),
    where("=", "price", "1.10"),
    where("=", "price", 1.1),
    where("=", "price", 0.001),
    where("!=", "on", True),
    where(">=", "day", "2026-11-23"),
    where(">=", "at", "2026-11-23"),
    where("in", "who", ["u1", ""]),
    where("in", "n", []),
    where("starts", "who", "u"),
    {"where": {"op": "null", "field": "doc"}},
    {"where": {"op": "match", "text": 'a "b c" d*'}},
    {"order": [{"by": "x"}, {"by": "id", "desc": True}]},
    {"joins": [WHO], "order": [{"by": "w.age"}]},
    {"joins": [{**WHO, "kind": "anti"}]},
    {"joins": [WHO, {"as": "v", "to": "b.people", "on": ["w.name", "name"]}]},
    {"measures": [{"fn": "count", "as": "k"}], "having": {"op": ">", "field": "k", "value": 5}},
    {
        "group": [{"field": "who"}],
        "having": {"op": "=", "field": "who", "value": "u1"},
        "order": [{"by": "who"}],
    },
    {"where": {"op": "<", "field": "n", "other": "price"}},
    {"joins": [WHO], "where": {"op": "=", "field": "who", "other": "w.name"}},
    within("n", ONE, ">"),
    within("price", {**MANY, "select": ["age"], "order": [{"by": "age"}], "limit": 1}, "<="),
    within("who", MANY),
    within("n", {**MANY, "select": ["fee"]}),
    {"measures": [{"fn": "count"}], "having": {"op": ">", "field": "count", "plan": ONE}},
    {"select": ["n", "x"], "compute": [{"as": "d", "op": "-", "args": ["n", "x"]}],
     "having": {"op": ">", "field": "d", "value": 5}, "order": [{"by": "d"}, {"by": "price"}]},
    {"select": ["n"], "per": {"by": ["n"], "n": 2}, "order": [{"by": "x"}]},
    {"select": ["who"], "combine": {"op": "except", "plan": {**MANY, "limit": 5}}},
]  # fmt: skip


@pytest.mark.parametrize("plan", GOOD, ids=range(len(GOOD)))
def test_a_plan_that_fits_is_accepted(plan: dict[str, Any]) -> None:
    assert columns(**plan)


COUNT = [{"fn": "count"}]
BAD: dict[str, tuple[dict[str, Any], type[IsothermError], str]] = {
    "unknown domain": ({"from": "z.things"}, UnknownDomain, "No domain 'z'; there are a, b."),
    "unknown collection": ({"from": "a.z"}, UnknownDomain, "No collection 'z' in a"),
    "domain alone": ({"from": "a"}, UnknownDomain, "No collection '' in a"),
    "unknown field": (where("=", "nome", "x"), UnknownField, "No field 'nome'; the fields are name,"),
    "unknown alias": (where("=", "w.name", "x"), BadPlan, "'w' is not a joined collection"),
    "unknown field selected": ({"select": ["z"]}, UnknownField, "No field 'z'"),
    "unknown join": ({"joins": [{**WHO, "to": "b.z"}]}, UnknownDomain, "No collection 'z' in b"),
    "unknown join field": ({"joins": [{**WHO, "on": ["z", "id"]}]}, UnknownField, "No field 'z'"),
    "a path on the right": ({"joins": [{**WHO, "on": ["who", "w.id"]}]}, UnknownField, "'w.id'"),
    "join of types": ({"joins": [{**WHO, "on": ["n", "name"]}]}, BadPlan, "compares int with text"),
    "join of scales": ({"joins": [{**WHO, "on": ["price", "fee"]}]}, BadPlan, "decimal with decimal"),
    "join on json": ({"joins": [{**WHO, "on": ["doc", "doc"]}]}, BadPlan, "'w' is on json"),
    "alias twice": ({"joins": [WHO, WHO]}, BadPlan, "join alias 'w' is taken"),
    "alias of an anti join": ({"joins": [{**WHO, "kind": "anti"}, WHO]}, BadPlan, "alias 'w' is taken"),
    "alias no name": ({"joins": [{**WHO, "as": 'w"; x'}]}, BadPlan, "not a name"),
    "columns of an anti join": (
        {"joins": [{**WHO, "kind": "anti"}], "select": ["w.name"]}, BadPlan, "'w' is not a joined"),
    "text as a number": (where("=", "n", "5"), BadPlan, "n must be a whole number, got str '5'"),
    "a boolean as a number": (where("=", "n", True), BadPlan, "n must be a whole number"),
    "a number as text": (where("=", "name", 5), BadPlan, "name must be text"),
    "a number as a boolean": (where("=", "on", 1), BadPlan, "on must be true or false"),
    "no date": (where("=", "day", "2026-02-30"), BadPlan, "day is not a date of the calendar"),
    "a time as a date": (where("=", "day", "2026-02-03T00:00:00Z"), BadPlan, "day must be a date"),
    "no time": (where(">", "at", "yesterday"), BadPlan, "at must be a time"),
    "past 64 bits": (where("=", "n", 2**63), BadPlan, "n is outside the 64-bit integers"),
    "finer than the scale": (where("=", "price", "1.001"), BadPlan, "price has more than 2 digits"),
    "a NUL": (where("=", "name", "\x00"), BadPlan, "name holds a NUL"),
    "a NUL within": (where("contains", "name", "\x00"), BadPlan, "name holds a NUL"),
    "a surrogate": (where("=", "name", "\ud800"), BadPlan, "name holds a lone surrogate"),
    "one of many": (where("in", "n", [1, "2"]), BadPlan, "n must be a whole number"),
    "json compared": (where("=", "doc", "{}"), BadPlan, "'doc' is json, which cannot be compared"),
    "bytes compared": (where("=", "raw", "aGk="), BadPlan, "'raw' is bytes"),
    "like of a number": (where("contains", "n", "5"), BadPlan, "`contains` needs text; 'n' is int"),
    "match without search": (
        {"joins": [WHO], "where": {"op": "match", "text": "x", "alias": "w"}}, BadPlan, "no text to search"),
    "match of nobody": ({"where": {"op": "match", "text": "x", "alias": "z"}}, BadPlan, "'z' is not a"),
    "group by json": ({"group": [{"field": "doc"}]}, BadPlan, "'doc' is json; group by"),
    "bucket of text": ({"group": [{"field": "name", "bucket": "day"}]}, BadPlan, "'name' is text; only"),
    "hours of a date": ({"group": [{"field": "day", "bucket": "hour"}]}, BadPlan, "it has no hours"),
    "sum of nothing": ({"measures": [{"fn": "sum"}]}, BadPlan, "sum needs a `field`"),
    "sum of text": ({"measures": [{"fn": "sum", "field": "name"}]}, BadPlan, "sum needs a number; 'name'"),
    "max of json": ({"measures": [{"fn": "max", "field": "doc"}]}, BadPlan, "'doc' is json, which has no max"),
    "percentile without q": ({"measures": [{"fn": "percentile", "field": "n"}]}, BadPlan, "`q` goes with"),
    "q of a count": ({"measures": [{"fn": "count", "q": 0.5}]}, BadPlan, "`q` goes with"),
    "measure of no field": ({"measures": [{"fn": "max", "field": "z"}]}, UnknownField, "No field 'z'"),
    "measure where": (
        {"measures": [{"fn": "count", **where("=", "z", 1)}]}, UnknownField, "No field 'z'"),
    "select and group": ({"select": ["n"], "group": [{"field": "n"}]}, BadPlan, "`select` lists records"),
    "having of a list": ({"having": {"op": "=", "field": "n", "value": 1}}, BadPlan, "`having` filters groups"),
    "having of no column": (
        {"measures": COUNT, "having": {"op": "=", "field": "n", "value": 1}}, BadPlan,
        "`having` names 'n'; the columns are count."),
    "having of another type": (
        {"measures": COUNT, "having": {"op": "=", "field": "count", "value": "1"}}, BadPlan, "count must be"),
    "having with search": (
        {"measures": COUNT, "having": {"op": "match", "text": "x"}}, BadPlan, "no text to search"),
    "order of no column": (
        {"measures": COUNT, "order": [{"by": "n"}]}, BadPlan, "`order` names 'n'; the columns are count."),
    "order of no field": ({"order": [{"by": "z"}]}, UnknownField, "No field 'z'"),
    "order by json": ({"select": ["n"], "order": [{"by": "doc"}]}, BadPlan, "'doc' cannot be ordered by"),
    "order of a distinct": (
        {"select": ["n"], "distinct": True, "order": [{"by": "x"}]}, BadPlan, "`order` names 'x'"),
    "fields of two kinds": (
        {"where": {"op": "<", "field": "n", "other": "name"}}, BadPlan, "'n' is int and 'name' is text"),
    "a date beside a time": (
        {"where": {"op": "<", "field": "day", "other": "at"}}, BadPlan, "'day' is date and 'at' is time"),
    "an unknown other": ({"where": {"op": "<", "field": "n", "other": "z"}}, UnknownField, "No field 'z'"),
    "two columns within": (
        within("who", {**MANY, "select": ["id", "age"]}), BadPlan, "compared with gives 2 columns"),
    "many rows within": (within("who", MANY, "="), BadPlan, "may give several rows"),
    "groups within": (
        within("n", {**ONE, "group": [{"field": "name"}], "show": ["avg_age"]}, "="), BadPlan, "several rows"),
    "another kind within": (within("n", MANY), BadPlan, "'n' is int and 'id' is text"),
    "unknown within": (within("n", {"from": "z.z"}), UnknownDomain, "No domain 'z'"),
    "sees nothing around it": (
        within("who", {**MANY, "where": {"op": "=", "field": "w.name", "value": "x"}}) | {"joins": [WHO]},
        BadPlan, "'w' is not a joined"),
    "json within": (within("name", {**MANY, "select": ["doc"]}), BadPlan, "'name' is text and 'doc' is json"),
    "compute of nothing": (
        {"measures": COUNT, "compute": [{"as": "d", "op": "-", "args": ["count", "z"]}]}, BadPlan,
        "'d' is computed from 'z'; the columns before it are count."),
    "compute of what comes later": (
        {"measures": COUNT, "compute": [{"as": "d", "op": "-", "args": ["e", 1]},
                                        {"as": "e", "op": "-", "args": ["count", 1]}]}, BadPlan, "from 'e'"),
    "compute of text": (
        {"select": ["name"], "compute": [{"as": "d", "op": "-", "args": ["name", 1]}]}, BadPlan,
        "'d' computes with numbers; 'name' is text"),
    "compute of a huge number": (
        {"measures": COUNT, "compute": [{"as": "d", "op": "-", "args": ["count", 2**64]}]}, BadPlan, "64-bit"),
    "computed twice": (
        {"measures": COUNT, "compute": [{"as": "count", "op": "-", "args": ["count", 1]}]}, BadPlan,
        "Two columns are called 'count'"),
    "previous of no bucket": (
        {"measures": COUNT, "group": [{"field": "day"}],
         "compute": [{"as": "d", "op": "previous", "args": ["count"]}]}, BadPlan, "exactly one `bucket`"),
    "total of text": (
        {"select": ["name"], "compute": [{"as": "d", "op": "total", "args": ["name"]}]}, BadPlan, "`total` sums numbers"),
    "total of a number": (
        {"select": ["n"], "compute": [{"as": "d", "op": "total", "args": ["n", 3]}]}, BadPlan, "takes columns"),
    "previous of a number": (
        {"measures": COUNT, "group": [{"field": "day", "bucket": "day"}],
         "compute": [{"as": "d", "op": "previous", "args": [3]}]}, BadPlan, "takes columns"),
    "show of no column": ({"measures": COUNT, "show": ["n"]}, BadPlan, "`show` names 'n'; the columns are count."),
    "show twice": ({"measures": COUNT, "show": ["count"] * 2}, BadPlan, "Two columns are called 'count'"),
    "per of no column": ({"select": ["n"], "per": {"by": ["x"], "n": 1}}, BadPlan, "`per` names 'x'; the columns are n."),
    "combined widths": (
        {"select": ["n"], "combine": {"op": "union", "plan": {**MANY, "select": ["age", "id"]}}}, BadPlan,
        "`union` joins 1 columns with 2"),
    "combined kinds": (
        {"select": ["n"], "combine": {"op": "union", "plan": MANY}}, BadPlan, "'n' is int and 'id' is text"),
    "order of a combination": (
        {"select": ["name"], "order": [{"by": "n"}], "combine": {"op": "union", "plan": MANY}}, BadPlan,
        "`order` names 'n'; the columns are name."),
    "per of a combination": (
        {"select": ["name"], "per": {"by": ["name"], "n": 1}, "combine": {"op": "union", "plan": MANY}}, BadPlan,
        "`per` cannot stand beside `combine`"),
    "a column twice": ({"measures": COUNT * 2}, BadPlan, "Two columns are called 'count'"),
    "a column's name": (
        {"measures": [{"fn": "count", "as": "a\x00b"}]}, BadPlan, "characters that no column's name"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_plan_that_does_not_fit_is_refused_with_the_thing_named(name: str) -> None:
    plan, error, message = BAD[name]
    with pytest.raises(error) as no:
        columns(**plan)
    assert type(no.value) is error
    assert message in no.value.message
    assert no.value.message.isprintable()


@pytest.mark.promise(6)
def test_the_size_of_a_plan_is_bounded() -> None:
    leaf = {"op": "=", "field": "n", "value": 1}
    full = {"op": "in", "field": "n", "values": list(range(PLAN_VALUES_MAX))}
    one = {"op": "in", "field": "n", "values": [1]}
    deep: dict[str, Any] = leaf
    for _ in range(PLAN_DEPTH_MAX):
        deep = {"op": "not", "arg": deep}
    assert columns(where=full)
    assert columns(where=deep)
    for plan in (
        {"joins": [{**WHO, "as": f"w{i}"} for i in range(JOINS_MAX + 1)]},
        {"where": {"op": "not", "arg": deep}},
        {"where": {"op": "and", "args": [full, one]}},
        {"where": full, "measures": [{"fn": "count", "where": one}]},
        {"where": {"op": "or", "args": [leaf] * (PLAN_NODES_MAX + 1)}},
        {"order": [{"by": "n"}] * (PLAN_NODES_MAX + 1)},
        {
            "measures": COUNT,
            "compute": [
                {"as": f"c{i}", "op": "+", "args": ["count", 1]} for i in range(COMPUTES_MAX + 1)
            ],
        },
        {
            "measures": COUNT,
            "compute": [
                {"as": f"c{i}", "op": "+", "args": [f"c{i - 1}" if i else "count"] * 2}
                for i in range(6)
            ],
        },
        {"where": {"op": "and", "args": [within("who", MANY)["where"]] * (INNER_PLANS_MAX + 1)}},
    ):
        with pytest.raises(TooLarge):
            columns(**plan)


@pytest.mark.promise(6)
def test_plans_are_nested_no_deeper_than_the_limit() -> None:
    plan = MANY
    for _ in range(INNER_DEPTH_MAX - 1):
        plan = {**MANY, "where": {"op": "in", "field": "id", "plan": plan}}
    assert columns(**within("who", plan))
    plan = {**MANY, "combine": {"op": "union", "plan": plan}}
    with pytest.raises(TooLarge, match="nested"):
        columns(**within("who", plan))


@pytest.mark.parametrize(
    ("value", "scale", "canonical"),
    [(1.1, 2, 110), (0.29, 2, 29), (2.675, 3, 2675), (0.1, 9, 10 ** 8), (5.0, 0, 5), (0.125, 2, 12.5), (5.5, 0, 5.5), (-1.1, 2, -110), (1e+300, 0, 1e+300), (1e+308, 9, 1e+308), (-1e+308, 9, -1e+308)],
)  # fmt: skip
def test_a_number_is_scaled_by_its_digits(value: float, scale: int, canonical: int | float) -> None:
    kind = Type("decimal", scale) if scale else INT
    found = comparable(value, kind, "price")
    assert (found, type(found)) == (canonical, type(canonical))


@given(st.integers(-(10**13), 10**13), st.integers(0, 9))
def test_a_decimal_written_as_a_number_finds_the_same_records(cents: int, scale: int) -> None:
    assert comparable(float(f"{cents}e-2"), Type("decimal", 2), "price") == cents
    assert comparable(float(cents), Type("decimal", scale), "price") == cents * 10**scale or (
        abs(cents) * 10**scale > 2**63 - 1
    )


@pytest.mark.parametrize("value", [float("nan"), float("inf"), None])
def test_what_cannot_be_compared_is_refused(value: Any) -> None:
    for kind in (INT, FLOAT, Type("decimal", 2)):
        with pytest.raises(BadInput):
            comparable(value, kind, "price")


PATHS = st.sampled_from([*FIELDS, "id", "version", "extra", "w.name", "w.age", "w.doc", "z", "w.z"])
VALUES = st.sampled_from(["x", "", "2026-11-23", "2026-11-23T08:00:00Z", "1.50", 5, -1, 1.5, True])
LEAVES = st.one_of(
    st.fixed_dictionaries({"op": st.sampled_from(["=", "<", ">="]), "field": PATHS, "value": VALUES}),
    st.fixed_dictionaries({"op": st.just("in"), "field": PATHS, "values": st.lists(VALUES, max_size=3)}),
    st.fixed_dictionaries({"op": st.just("null"), "field": PATHS}),
    st.fixed_dictionaries({"op": st.just("match"), "text": st.just("x")}),
    st.fixed_dictionaries({"op": st.sampled_from(["=", "<"]), "field": PATHS, "other": PATHS}),
    st.fixed_dictionaries({"op": st.sampled_from(["=", "in"]), "field": PATHS, "plan": st.sampled_from([ONE, MANY])}),
)  # fmt: skip
GROUPS = st.fixed_dictionaries(
    {"field": PATHS}, optional={"bucket": st.sampled_from(["hour", "day"]), "as": PATHS}
)
MEASURES = st.fixed_dictionaries(
    {"fn": st.sampled_from(["count", "sum", "avg", "min", "distinct", "percentile"])},
    optional={"field": PATHS, "q": st.just(0.5), "where": LEAVES, "as": PATHS},
)
PLANS = st.fixed_dictionaries(
    {"from": st.sampled_from(["a.things", "b.people"])},
    optional={
        "joins": st.lists(
            st.fixed_dictionaries(
                {
                    "as": st.sampled_from(["w", "v"]),
                    "to": st.sampled_from(["b.people", "a.things"]),
                    "on": st.tuples(PATHS, PATHS).map(list),
                }
            )
            | st.just(WHO),
            max_size=2,
        ),
        "where": LEAVES,
        "select": st.lists(PATHS, max_size=3),
        "distinct": st.booleans(),
        "group": st.lists(GROUPS, max_size=2),
        "measures": st.lists(MEASURES, max_size=2),
        "having": LEAVES,
        "order": st.lists(st.fixed_dictionaries({"by": PATHS}), max_size=2),
        "compute": st.lists(
            st.fixed_dictionaries(
                {
                    "as": st.sampled_from(["d", "e"]),
                    "op": st.sampled_from(["+", "/"]),
                    "args": st.lists(
                        PATHS | st.just("d") | st.integers(-2, 2), min_size=2, max_size=2
                    ),
                }
            ),
            max_size=2,
        ),
        "show": st.lists(PATHS, max_size=2),
        "per": st.fixed_dictionaries(
            {"by": st.lists(PATHS, min_size=1, max_size=2), "n": st.just(2)}
        ),
        "combine": st.fixed_dictionaries(
            {"op": st.just("union"), "plan": st.sampled_from([ONE, MANY])}
        ),
    },
)


@given(PLANS)
def test_any_plan_has_columns_or_one_of_our_errors(wire: dict[str, Any]) -> None:
    plan = parse_plan(wire)
    try:
        found = check(plan, CATALOGUE)
    except IsothermError as no:
        assert no.code in ("bad-plan", "unknown-field", "unknown-domain", "too-large")
        return
    names = [column.name for column in found]
    assert len(set(names)) == len(names) > 0
    assert check(parse_plan(plan.to_wire()), CATALOGUE) == found
