"""Arguments made from a tool's JSON schema, then spoiled: unknown keys, wrong types, coercions, huge
and hostile values.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

TEXTS = (
    "", " ", "\0", "a\0b", "\u202eevil\u2066", "e\u0301", "\u00e9", "\u200b\u200d", "\U0001f600" * 50, "\ufeff", "ﷺ" * 100,
    "a" * 6_000, "../../etc/passwd", "file:///etc/passwd", "'; DROP TABLE users; --", '" OR 1=1', "%s%n{0}{x!r}",
    "${HOME}", "<script>", "\r\n\r\nHTTP/1.1 200", "\x1b[31m", "null", "NaN", "1e999", "user.users", "usеr.users",
    "user", "chat.messages", "metrics.points", "messages", "points", "system", "__proto__", "user__put", "system__stage",
    "metrics__delete", "chat__history", "2026-13-45T99:99:99Z", "domain: [", "*", "&a [*a]",
)  # fmt: skip
NUMBERS = (0, -1, 1, 2**31, 2**53, 2**53 + 1, 2**63, 2**64, -(2**63) - 1, 10**300, 0.1, -0.0, 1e308, 5e-324)
OPERATORS = ("=", "!=", "<", "<=", ">", ">=", "in", "null", "contains", "starts", "ends", "match", "and", "or", "not")


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
ADDRESS = st.sampled_from(["user.users", "chat.messages", "metrics.points", "metrics.series", "user.nothing", "users"])
FIELD = st.sampled_from(["id", "name", "at", "value", "series", "user", "text", "country", "extra", "users.name", "nope"])
VALUE = st.one_of(SPOILT, st.sampled_from(["Ann", 5, 1.5, True, "2026-01-01", "2026-01-01T00:00:00Z", ["a", "b"]]))
PREDICATE = st.recursive(
    st.fixed_dictionaries(
        {"op": st.sampled_from(OPERATORS)},
        optional={"field": FIELD, "value": VALUE, "values": st.lists(VALUE, max_size=3), "text": VALUE},
    ),
    lambda inner: st.fixed_dictionaries(
        {"op": st.sampled_from(["and", "or", "not"])},
        optional={"of": st.lists(inner, max_size=3), "args": st.lists(inner, max_size=3), "arg": inner},
    ),
    max_leaves=5,
)
MEASURE = st.fixed_dictionaries(
    {"fn": st.sampled_from(["count", "sum", "avg", "min", "max", "distinct", "median", "nope"])},
    optional={"field": FIELD, "as": st.sampled_from(["n", "", "a b", "x" * 200]), "where": PREDICATE},
)
PLAN = st.fixed_dictionaries(
    {"from": ADDRESS},
    optional={
        "where": PREDICATE,
        "select": st.lists(FIELD, max_size=4),
        "group": st.lists(st.one_of(FIELD, st.fixed_dictionaries({"field": FIELD, "bucket": VALUE})), max_size=2),
        "measures": st.lists(MEASURE, max_size=3),
        "order": st.lists(st.fixed_dictionaries({"by": FIELD}, optional={"desc": st.booleans()}), max_size=2),
        "limit": st.one_of(st.integers(-1, 2_000), SPOILT),
        "joins": st.lists(st.fixed_dictionaries({"to": ADDRESS, "on": FIELD}, optional={"as": FIELD}), max_size=2),
        "having": PREDICATE,
        "distinct": st.booleans(),
        "offset": VALUE,
    },
)
RECORD = st.one_of(
    st.dictionaries(st.one_of(FIELD, st.sampled_from(TEXTS)), VALUE, max_size=5),
    st.fixed_dictionaries({"id": VALUE, "name": VALUE}),
    st.fixed_dictionaries({"series": st.just("s"), "at": VALUE, "value": VALUE}),
)
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
        return st.dictionaries(st.sampled_from(["collection", "ids", "text", "x"]), VALUE, max_size=3)
    if kind == "array":
        return st.lists(fitting(schema.get("items", {})), max_size=3)
    if kind == "integer":
        return st.integers(schema.get("minimum", 0), schema.get("maximum", 100))
    if kind == "boolean":
        return st.booleans()
    return st.one_of(st.sampled_from(TEXTS), st.text(max_size=30)) if kind == "string" else SPOILT


@st.composite
def arguments(draw: st.DrawFn, schema: dict[str, Any]) -> dict[str, Any]:
    """Arguments for a tool, spoilt now and then."""
    required = set(schema.get("required", ()))
    given: dict[str, Any] = {}
    for name, inner in schema.get("properties", {}).items():
        if name in required or draw(st.integers(0, 2)) == 0:
            usual = KNOWN.get(name)
            given[name] = draw(usual if usual is not None and draw(st.booleans()) else fitting(inner))
    match draw(st.integers(0, 5)):
        case 0:
            given[draw(st.sampled_from(TEXTS))] = draw(SPOILT)
        case 1 if given:
            given[draw(st.sampled_from(sorted(given)))] = draw(SPOILT)
        case 2 if given:
            given.pop(draw(st.sampled_from(sorted(given))))
    return given
