"""A value goes from wire to canonical and back unchanged, or it is refused with a reason."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from decimal import Context, Decimal
from typing import Any

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from registry.errors import BadInput, IsothermError, TooLarge
from registry.limits import ID_CHARS_MAX, JSON_DEPTH_MAX, TEXT_BYTES_MAX
from registry.record import (
    INT64_MAX,
    Type,
    TypeName,
    canonical_json,
    check_id,
    decode,
    encode,
    parse,
    row_hash,
)

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
INT64 = st.integers(-INT64_MAX - 1, INT64_MAX)
DOCS = st.recursive(
    st.none() | st.booleans() | INT64 | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)
SCALES = st.integers(0, 9)
#: a wire value of each type in its one right spelling
WIRE: dict[TypeName, st.SearchStrategy[Any]] = {
    "text": TEXTS,
    "int": st.integers(-(2**53), 2**53)
    | st.integers(2**53 + 1, INT64_MAX).map(str)
    | st.integers(-INT64_MAX - 1, -(2**53) - 1).map(str),
    "float": st.floats(allow_nan=False, allow_infinity=False),
    "bool": st.booleans(),
    "date": st.dates().map(str),
    "time": st.datetimes().map(lambda t: t.isoformat() + "Z"),
    "json": DOCS.filter(lambda doc: doc is not None),
    "bytes": st.binary().map(lambda raw: base64.b64encode(raw).decode()),
    "ref": TEXTS.filter(lambda text: 0 < len(text) <= ID_CHARS_MAX),
}


@pytest.mark.parametrize("name", WIRE)
@given(data=st.data())
def test_a_wire_value_comes_back_as_it_went_in(name: TypeName, data: st.DataObject) -> None:
    wire, kind = data.draw(WIRE[name]), Type(name)
    canonical = decode(wire, kind)
    assert encode(canonical, kind) == wire
    assert decode(encode(canonical, kind), kind) == canonical


@pytest.mark.parametrize("name", ["text", "int", "float", "bool", "date", "time", "bytes", "ref"])
@given(data=st.data())
def test_the_text_of_a_wire_value_means_the_same(name: TypeName, data: st.DataObject) -> None:
    wire, kind = data.draw(WIRE[name]), Type(name)
    text = wire if name in ("text", "ref") else str(wire)
    if name == "ref" and text != text.strip():
        return
    assert parse(text, kind) == (decode(wire, kind) if text or name == "text" else None)


@given(DOCS)
def test_json_text_means_what_the_wire_means(doc: Any) -> None:
    assert parse(json.dumps(doc), Type("json")) == decode(doc, Type("json"))


@given(INT64.filter(lambda n: n > -INT64_MAX), SCALES)
def test_a_decimal_is_exact_both_ways(scaled: int, scale: int) -> None:
    kind = Type("decimal", scale)
    text = encode(scaled, kind)
    assert decode(text, kind) == parse(text, kind) == scaled
    assert text == f"{Decimal(scaled).scaleb(-scale):.{scale}f}"


@given(
    st.from_regex(r"[+-]?[0-9]{0,22}(\.[0-9]{0,22})?([eE][+-]?[0-9]{1,2})?", fullmatch=True), SCALES
)
@example("1.2000000000000000000000000000000001", 2)
@example("-0.00", 2)
@example("5e-5", 2)
def test_a_decimal_text_is_the_number_that_decimal_reads_or_refused(text: str, scale: int) -> None:
    try:
        found = decode(text, Type("decimal", scale))
    except BadInput:
        found = None
    if not any(c.isdigit() for c in text.lower().partition("e")[0]):
        assert found is None
        return
    exact = int(Decimal(text).scaleb(120, context=Context(prec=400)))
    whole, rest = divmod(abs(exact), 10 ** (120 - scale))
    if rest or whole > INT64_MAX:
        assert found is None
    else:
        assert found == (whole if exact >= 0 else -whole)


NO_NUMBERS = [True, False, [], {}, [1], {"a": 1}]
REFUSED: list[tuple[TypeName, Any]] = [
    *(("text", wire) for wire in (1, 1.5, *NO_NUMBERS, "a\x00b", "\ud800", "a\udfff")),
    *(("int", wire) for wire in (1.0, 1.5, "5", "5.0", "", *NO_NUMBERS, float("nan"))),
    *(("int", wire) for wire in (2**63, -(2**63) - 1, 10**5_000, str(2**63), "9" * 5_000)),
    *(("int", wire) for wire in ("9007199254740993\n", "٩٠٠٧١٩٩٢٥٤٧٤٠٩٩٣")),
    *(("float", wire) for wire in (float("nan"), float("inf"), float("-inf"), "1.5", *NO_NUMBERS)),
    *(("float", wire) for wire in (2**53 + 1, 10**5_000, -(10**400))),
    *(("decimal", wire) for wire in (1.5, "1.234", "", ".", "-", "1_0", " 1", "1 ", *NO_NUMBERS)),
    *(("decimal", wire) for wire in ("NaN", "sNaN", "Infinity", "1e999999", "1e-999999", "٣")),
    *(("decimal", wire) for wire in ("92233720368547758.08", 10**5_000, "9" * 5_000, "1e17")),
    *(("bool", wire) for wire in (0, 1, 0.0, "true", "yes", [], {})),
    *(("date", wire) for wire in ("2026-1-5", "2026/01/05", "2026-02-29", "", 0, True, [])),
    *(("date", wire) for wire in ("2026-01-05T00:00:00Z", "10000-01-01", "٢٠٢٦-01-01")),
    *(
        ("time", wire)
        for wire in ("noon", "", 0, 1.5, True, [], "2026-01-01T24:00:00Z", "x" * 10**6)
    ),
    *(("bytes", wire) for wire in ("a", "a-_=", "YQ", "YQ==\n", "é", 1, True, [1])),
    *(("ref", wire) for wire in ("", "x" * 201, 1, True, "a\x00", "\ud800", [])),
    *(("json", wire) for wire in (float("nan"), [float("inf")], {"a": "\x00"}, {"\ud800": 1})),
    *(("json", wire) for wire in (2**64, [10**5_000], {1: 2}, {"a": {None: 1}}, {1, 2}, 1j)),
]


@pytest.mark.parametrize(
    ("name", "wire"), REFUSED, ids=[f"{name}-{i}" for i, (name, _) in enumerate(REFUSED)]
)
def test_what_cannot_be_held_is_refused_by_name_and_in_short(name: TypeName, wire: Any) -> None:
    with pytest.raises(BadInput) as no:
        decode(wire, Type(name, 2 if name == "decimal" else 0), where="amount of line 3")
    assert no.value.message.startswith("amount of line 3 ")
    assert len(no.value.message) < 300
    assert no.value.message.isprintable()


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize("name", [*WIRE, "decimal"])
@given(wire=ANY)
def test_whatever_comes_is_a_value_or_one_of_our_errors(name: TypeName, wire: Any) -> None:
    kind = Type(name, 2 if name == "decimal" else 0)
    try:
        canonical = decode(wire, kind)
    except IsothermError:
        return
    assert decode(encode(canonical, kind), kind) == canonical


@pytest.mark.parametrize("name", [*WIRE, "decimal"])
@given(text=st.text(st.characters()) | st.from_regex(r"[-+.eE0-9:/TZ]{0,30}", fullmatch=True))
def test_whatever_a_cell_holds_is_a_value_or_one_of_our_errors(name: TypeName, text: str) -> None:
    kind = Type(name, 2 if name == "decimal" else 0)
    try:
        canonical = parse(text, kind)
    except IsothermError:
        return
    assert decode(encode(canonical, kind), kind) == canonical


@pytest.mark.parametrize("name", [*WIRE, "decimal"])
def test_nothing_stays_nothing(name: TypeName) -> None:
    assert decode(None, Type(name)) is None
    assert encode(None, Type(name)) is None
    if name != "text":
        assert parse("  ", Type(name)) is None


def test_minus_zero_is_zero() -> None:
    for value in (decode(-0.0, Type("float")), parse("-0.0", Type("float"))):
        assert str(value) == "0.0"


@pytest.mark.parametrize("wire", [10**17, -(10**17), 2**53 + 2, 10**22])
def test_a_whole_float_that_a_client_wrote_without_its_point_is_read(wire: int) -> None:
    assert decode(wire, Type("float")) == float(wire)


@pytest.mark.parametrize(
    ("text", "value"), [("yes", 1), ("N", 0), ("TRUE", 1), (" f ", 0), ("1", 1), ("0", 0)]
)
def test_a_cell_may_say_true_and_false_in_usual_words(text: str, value: int) -> None:
    assert parse(text, Type("bool")) == value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("bool", "maybe"),
        ("bool", "on"),
        ("int", "1,000"),
        ("int", "1.0"),
        ("int", "9" * 20),
        ("int", "٣"),
        ("float", "1e400"),
        ("float", "nan"),
        ("float", "inf"),
        ("float", "0x10"),
        ("date", "2026-11-23T08:00:00"),
        ("date", "x" * 10),
        ("json", "{"),
        ("json", "NaN"),
        ("json", "[123456789012345678901234567890]"),
        ("json", "9" * 5000),
        ("json", "[" * 5000),
    ],
)
def test_a_cell_of_another_type_is_refused(name: TypeName, text: str) -> None:
    with pytest.raises(BadInput):
        parse(text, Type(name))


def test_a_date_cell_may_be_a_midnight() -> None:
    assert encode(parse("2026-11-23 00:00:00", Type("date")), Type("date")) == "2026-11-23"
    assert encode(parse("2026/11/3", Type("date")), Type("date")) == "2026-11-03"


@given(DOCS)
def test_canonical_json_is_stable_and_the_same_value(doc: Any) -> None:
    text = canonical_json(doc)
    assert canonical_json(orjson.loads(text)) == text
    assert orjson.loads(text) == doc


@given(st.dictionaries(TEXTS, st.integers(0, 9), min_size=2))
def test_canonical_json_does_not_depend_on_the_order_of_keys(doc: dict[str, int]) -> None:
    assert canonical_json(dict(reversed(doc.items()))) == canonical_json(doc)


def test_json_may_nest_as_deep_as_the_limit_and_no_deeper() -> None:
    deep: Any = 1
    for _ in range(JSON_DEPTH_MAX):
        deep = [deep]
    assert parse(canonical_json(deep), Type("json")) == canonical_json(deep)
    for doc in ([deep], {"a": deep}):
        with pytest.raises(TooLarge, match="nested deeper than"):
            canonical_json(doc)
    with pytest.raises(TooLarge):
        parse("[" * 900 + "]" * 900, Type("json"))


@pytest.mark.parametrize("name", ["text", "json", "bytes"])
def test_a_value_may_have_as_many_bytes_as_the_limit_and_no_more(name: TypeName) -> None:
    raw = b"x" * (TEXT_BYTES_MAX - (2 if name == "json" else 0))
    fits = base64.b64encode(raw).decode() if name == "bytes" else raw.decode()
    assert decode(fits, Type(name)) is not None
    with pytest.raises(TooLarge):
        decode(fits + ("eHh4" if name == "bytes" else "x"), Type(name))


@pytest.mark.parametrize("name", ["text", "json"])
def test_a_bound_on_bytes_counts_bytes_not_characters(name: TypeName) -> None:
    with pytest.raises(TooLarge, match="bytes"):
        decode("東" * (TEXT_BYTES_MAX // 3 + 1), Type(name))


@pytest.mark.parametrize("bad", ["", "x" * (ID_CHARS_MAX + 1), None, 7, "a\x00", "\udc00"])
def test_an_id_is_text_of_a_bounded_length(bad: Any) -> None:
    with pytest.raises(BadInput):
        check_id(bad)


@pytest.mark.parametrize("good", ["a", "x" * ID_CHARS_MAX, "東京/1 2", "../../etc"])
def test_an_id_may_hold_any_characters(good: str) -> None:
    assert check_id(good) == good


def test_a_row_hash_tells_types_apart_and_stays_the_same() -> None:
    assert row_hash(["a", 1, None]) == "fc64438b1d02ead43476828cf1c13e2d"
    assert len({row_hash(cells) for cells in ([1], ["1"], [1.0], [True], [None], [""], [])}) == 7
    assert len(row_hash([])) == 32


def test_time_is_the_microsecond_that_datetime_names() -> None:
    moment = datetime(2026, 11, 23, 8, 0, 0, 1, tzinfo=UTC)
    us = decode("2026-11-23T08:00:00.000001Z", Type("time"))
    assert us == round(moment.timestamp()) * 1_000_000 + 1
