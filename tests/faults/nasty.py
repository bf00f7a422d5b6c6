"""Arguments made from a tool's JSON schema, then spoiled: unknown keys, wrong types, coercions, huge
and hostile values.
"""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

TEXTS = (
    "", " ", "\0", "a\0b", "\u202eevil\u2066", "e\u0301", "\u00e9", "\u200b\u200d", "\U0001f600" * 50, "\ufeff", "ﷺ" * 100,
    "a" * 6_000, "../../etc/passwd", "file:///etc/passwd", "'; DROP TABLE users; --", '" OR 1=1', "%s%n{0}{x!r}",
    "${HOME}", "<script>", "\r\n\r\nHTTP/1.1 200", "\x1b[31m", "null", "NaN", "1e999", "user.users", "usеr.users",
    "user", "chat.messages", "metrics.points", "messages", "points", "system", "__proto__", "user__put", "system__stage",
    "metrics__delete", "chat__history", "2026-13-45T99:99:99Z", "domain: [", "*", "&a [*a]",
)  # fmt: skip
NUMBERS = (
    0,
    -1,
    1,
    2**31,
    2**53,
    2**53 + 1,
    2**63,
    2**64,
    -(2**63) - 1,
    10**300,
    0.1,
    -0.0,
    1e308,
    5e-324,
)
OPERATORS = (
    "=",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    "in",
    "null",
    "contains",
    "starts",
    "ends",
    "match",
    "and",
    "or",
    "not",
)


def deep(levels: int) -> Any:
    value: Any = 1
    for level in range(levels):
        value = [value] if level % 2 else {"a": value}
    return value


SPOILT = st.one_of(
    st.sampled_from(TEXTS), st.sampled_from(NUMBERS), st.none(), st.booleans(), st.just([]), st.just({}),
    st.sampled_from([deep(10), deep(40), deep(90), ["x"] * 1_100, {str(n): n for n in range(500)}]),
    st.text(max_size=20), st.sampled_from(["1", "true", "yes", "[]", "{}", "5.0"]),
)  # fmt: skip
#: per collection: fields to filter, group and measure by
FIELDS = {
    "user.users": ["id", "name", "country", "plan", "signed_up_at", "team", "extra"],
    "chat.messages": ["id", "text", "sent_at", "conversation", "author"],
    "metrics.points": ["id", "series", "at", "value", "host"],
    "metrics.series": ["id", "name", "alert_above", "kind"],
    "metrics.alerts": ["id", "title", "raised_at", "duration_s", "severity"],
}
ADDRESS = st.one_of(
    st.sampled_from(sorted(FIELDS)), st.sampled_from(["user.nothing", "users", "nope.users"])
)
FIELD = st.sampled_from(
    [
        "nope",
        "j.id",
        "users.name",
        "extra",
        *sorted({f for fields in FIELDS.values() for f in fields}),
    ]
)
VALUE = st.one_of(
    SPOILT,
    st.sampled_from(
        ["Ann", 5, 1.5, True, "2026-01-01", "2026-01-01T00:00:00Z", "9007199254740993"]
    ),
)
WORDS = st.one_of(
    st.sampled_from(
        [
            "cpu",
            "a b",
            '"a b"',
            "a*",
            "a OR b",
            '"',
            "*",
            "OR",
            "NEAR(a b)",
            "a -b",
            "(",
            "\u202e",
            "\0",
            "%",
            "_",
        ]
    ),
    st.text(min_size=1, max_size=20),
)


def predicates(field: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    made = st.fixed_dictionaries
    scalar = VALUE.filter(lambda v: isinstance(v, str | int | float | bool))
    leaf = st.one_of(
        made({"op": st.sampled_from(OPERATORS[:6]), "field": field, "value": scalar}),
        made({"op": st.just("in"), "field": field, "values": st.lists(scalar, max_size=4)}),
        made({"op": st.just("null"), "field": field}),
        made(
            {"op": st.sampled_from(["contains", "starts", "ends"]), "field": field, "value": WORDS}
        ),
        made({"op": st.just("match"), "text": WORDS}),
    )
    both = made(
        {"op": st.sampled_from(["and", "or"]), "args": st.lists(leaf, min_size=1, max_size=3)}
    )
    branch = st.one_of(leaf, both, made({"op": st.just("not"), "arg": st.one_of(leaf, both)}))
    all_of = made(
        {"op": st.sampled_from(["and", "or"]), "args": st.lists(branch, min_size=1, max_size=3)}
    )
    return st.one_of(leaf, branch, all_of)


@st.composite
def plans(draw: st.DrawFn) -> dict[str, Any]:
    """Well-formed plans; whether they fit the catalogue is left to chance."""
    address = draw(ADDRESS)
    own = FIELDS.get(address, ["id"])
    field = st.one_of(st.sampled_from(own), st.sampled_from(own), FIELD)
    where = predicates(field)
    plan: dict[str, Any] = {"from": address}
    if draw(st.booleans()):
        plan["where"] = draw(where)
    if draw(st.integers(0, 3)) == 0:
        join = {"as": "j", "to": draw(ADDRESS), "on": [draw(field), "id"]}
        plan["joins"] = [{**join, "kind": draw(st.sampled_from(["inner", "left", "anti"]))}]
    if draw(st.booleans()):
        fn = st.sampled_from(["count", "sum", "avg", "min", "max", "distinct", "median"])
        plan["measures"] = [{"fn": draw(fn), "field": draw(field), "as": "m"}, {"fn": "count"}]
        if draw(st.booleans()):
            plan["measures"][1]["where"] = draw(where)
        if draw(st.booleans()):
            plan["group"] = [{"field": draw(field)}]
        if draw(st.booleans()):
            bucket = draw(st.sampled_from(["minute", "day", "week", "quarter", "year"]))
            plan.setdefault("group", []).append({"field": draw(field), "bucket": bucket, "as": "b"})
        if draw(st.integers(0, 3)) == 0:
            plan["having"] = {"op": ">", "field": "m", "value": draw(VALUE)}
        plan["order"] = [{"by": "m", "desc": draw(st.booleans())}]
    else:
        plan["select"] = draw(st.lists(field, max_size=3))
        plan["distinct"] = draw(st.booleans())
        plan["order"] = [{"by": draw(field)}]
    return plan if draw(st.booleans()) else {**plan, "limit": draw(st.integers(1, 1_000))}


PLAN = plans()
RECORD = st.one_of(
    st.dictionaries(st.one_of(FIELD, st.sampled_from(TEXTS)), VALUE, max_size=5),
    st.fixed_dictionaries({"id": st.sampled_from(["a", "b", *TEXTS[:12]]), "name": st.sampled_from(TEXTS)}, optional={"country": VALUE, "extra": VALUE}),
    st.fixed_dictionaries(
        {"series": st.sampled_from(TEXTS), "at": st.sampled_from(["2026-01-01T00:00:00Z", "1969-12-31", "9999-12-31T23:59:59Z"]),
         "value": st.one_of(st.floats(allow_nan=False, allow_infinity=False), VALUE)},
        optional={"id": st.sampled_from(["a", "b"])},
    ),
)  # fmt: skip
#: what arguments of these names usually hold, so that some calls get past the first check
KNOWN: dict[str, st.SearchStrategy[Any]] = {
    "plan": PLAN,
    "collection": st.one_of(ADDRESS, st.sampled_from(["users", "messages", "points", "series"])),
    "into": ADDRESS,
    "records": st.lists(RECORD, max_size=4),
    "ids": st.lists(st.one_of(st.sampled_from(["a", "b", "u1"]), st.sampled_from(TEXTS)), max_size=3),
    "question": st.one_of(
        st.sampled_from(["how many users?", "users per country last week", "average value per day in March",
                         "delete all users", "show 5 messages with \u202e", "top 3 users by messages", "why?"]),
        st.text(max_size=60), SPOILT,
    ),
    "text": st.one_of(st.sampled_from(["a,b\n1,2\n", '[{"a":1}]', '{"a":', "a;b\n", "\ufeffx\ty\n1\t2"]), SPOILT),
    "name": st.sampled_from(
        ["user", "plan", "user.users", "user__put", "user__get", "chat__search", "metrics__stats", "user__load",
         "system__stage", "nope__get", "user__nope", "user__", "__", "user__describe", "user__query"]
    ),
    "now": st.sampled_from(["2026-01-01T00:00:00Z", "yesterday", "0000-00-00", "9999-12-31T23:59:59Z"]),
    "timezone": st.sampled_from(["UTC", "Europe/Berlin", "../../etc/passwd", "Mars/Base", "/etc/localtime"]),
    "arguments": st.one_of(
        st.fixed_dictionaries({"collection": st.sampled_from(["users", "messages"]), "records": st.lists(RECORD, max_size=2)}),
        st.fixed_dictionaries({"plan": PLAN}),
        st.fixed_dictionaries({"yaml": st.sampled_from(["domain: x", "a: &a [*a]", "domain: user\ncollections: {}", "!!python/x 1"])}),
        st.fixed_dictionaries({"name": st.sampled_from(["user", "chat", "nope", "../x"])}),
        st.dictionaries(st.sampled_from(["collection", "ids", "text", "x"]), VALUE, max_size=3),
    ),
    "mapping": st.dictionaries(FIELD, VALUE, max_size=3),
}  # fmt: skip


def fitting(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values that fit a JSON schema, roughly: bounds are left to chance."""
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "anyOf" in schema:
        return st.one_of([fitting(option) for option in schema["anyOf"]])
    kind = schema.get("type")
    if kind == "object":
        return st.dictionaries(
            st.sampled_from(["collection", "ids", "text", "x"]), VALUE, max_size=3
        )
    if kind == "array":
        return st.lists(fitting(schema.get("items", {})), max_size=3)
    if kind == "integer":
        return st.integers(schema.get("minimum", 0), schema.get("maximum", 100))
    if kind == "boolean":
        return st.booleans()
    return st.one_of(st.sampled_from(TEXTS), st.text(max_size=30)) if kind == "string" else SPOILT


@st.composite
def arguments(draw: st.DrawFn, schema: dict[str, Any]) -> dict[str, Any]:
    """Arguments for a tool; every third time one place in them is spoilt, however deep."""
    required = set(schema.get("required", ()))
    given: dict[str, Any] = {}
    for name, inner in schema.get("properties", {}).items():
        if name in required or draw(st.integers(0, 7)) == 0:
            usual = KNOWN.get(name)
            given[name] = draw(
                usual if usual is not None and draw(st.integers(0, 5)) else fitting(inner)
            )
    if draw(st.integers(0, 2)) == 0:
        given = copy.deepcopy(given)  # what was drawn may be shared
        _spoil(draw, given)
    return given


def _spoil(draw: st.DrawFn, given: dict[str, Any]) -> None:
    place: Any = given
    while place and draw(st.integers(0, 2)):
        key = draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
        if not isinstance(place[key], dict | list):
            break
        place = place[key]
    keys = sorted(place) if isinstance(place, dict) else list(range(len(place)))
    if isinstance(place, dict) and (not keys or draw(st.integers(0, 2)) == 0):
        place[draw(st.sampled_from(TEXTS))] = draw(SPOILT)
    elif keys and draw(st.integers(0, 3)) == 0:
        del place[draw(st.sampled_from(keys))]
    elif keys:
        place[draw(st.sampled_from(keys))] = draw(SPOILT)
