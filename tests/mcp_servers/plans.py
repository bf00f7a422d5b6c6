"""Plans and records to ask them of, drawn at random: a shop's orders, people and teams."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from registry.catalog import Catalogue
from registry.domain import parse_spec
from registry.record import time_text

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


#: values that make a list long
MANY = {"id": [f"x{n}" for n in range(90)], "note": [f"y{n}" for n in range(90)],
        "pieces": list(range(100, 190)), "weight": [n + 0.5 for n in range(100, 190)]}  # fmt: skip


def alike(path: str, other: str) -> bool:
    """Whether fields at these paths can be compared."""
    names = {path.rpartition(".")[2], other.rpartition(".")[2]}
    return len(names) == 1 or names <= NUMBERS or names <= TEXTS


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
        some, more = st.lists(value, max_size=5), MANY.get(name, [])

        def long(values: list[Any]) -> list[Any]:
            return [*values, *more]

        within = st.fixed_dictionaries(
            {"op": st.just("in"), "field": st.just(path), "values": some | some.map(long)}
        )
        kinds = [null, compare, within]
        if others := [p for p in paths if p != path and alike(p, path)]:
            kinds.append(st.fixed_dictionaries({
                "op": st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), "field": st.just(path),
                "other": st.sampled_from(others),
            }))  # fmt: skip
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
    shown = plan["select"] or ["id", *SPEC.collections["orders"].display]
    numbers = [path for path in shown if path.rpartition(".")[2] in NUMBERS]
    draw(arranged(plan, list(shown), numbers, before=False))
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
    exact = [m["as"] for m in measures if m["fn"] in ("count", "distinct")
             or (m["fn"] in ("sum", "min", "max") and m["field"].rpartition(".")[2] in NUMBERS)]  # fmt: skip
    draw(arranged(plan, names, exact, before=sum("bucket" in key for key in keys) == 1))
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


@st.composite
def arranged(
    draw: st.DrawFn, plan: dict[str, Any], names: list[str], numbers: list[str], *, before: bool
) -> None:
    """Give a plan with these columns, some of them exact numbers, computed ones, `show` and `per`."""
    ops = [
        *(["+", "-", "*", "/", "total"] if numbers else []),
        *(["previous"] * 3 if before else []),
    ]
    stored = list(numbers)
    computes: list[dict[str, Any]] = []
    for n in range(draw(st.integers(0, 3)) if ops else 0):
        op, name = draw(st.sampled_from(ops)), f"made {n}"
        if op == "previous":
            args = [draw(st.sampled_from(names))]
        elif op == "total":
            keys = st.lists(st.sampled_from(names), max_size=1)
            args = [draw(st.sampled_from(stored or numbers)), *draw(keys)]
        else:
            parts = st.sampled_from(numbers) | st.sampled_from([0, 2, -3, 100, 1.5])
            args = draw(st.lists(parts, min_size=2, max_size=2))
        computes.append({"as": name, "op": op, "args": args})
        names.append(name)
        if op != "previous" or args[0] in numbers:
            numbers.append(name)
    if computes:
        plan["compute"] = computes
        made = [c["as"] for c in computes if c["as"] in numbers]
        if made and draw(st.booleans()):
            side = {"value": draw(st.sampled_from([0.5, -2.5]))}
            if draw(st.booleans()):
                side = {"other": draw(st.sampled_from(numbers))}
            plan["having"] = {"op": draw(st.sampled_from(["<", ">=", "!="])),
                              "field": draw(st.sampled_from(made)), **side}  # fmt: skip
        if draw(st.booleans()):
            by = {
                "by": draw(st.sampled_from([c["as"] for c in computes])),
                "desc": draw(st.booleans()),
            }
            plan["order"] = [by, *plan.get("order", [])][:3]
    if draw(st.integers(0, 3)) == 0:
        plan["show"] = draw(st.lists(st.sampled_from(names), min_size=1, unique=True))
    if draw(st.integers(0, 3)) == 0:
        by = st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True)
        plan["per"] = {"by": draw(by), "n": draw(st.integers(1, 2))}
