"""A domain file is read as plain values and nothing more; whatever is wrong is named."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from registry.document import load_yaml
from registry.domain import (
    BUILTIN,
    RESERVED_DOMAINS,
    check_domain_name,
    dump_spec,
    load_spec,
    parse_spec,
)
from registry.errors import BadInput, IsothermError, TooLarge, UnknownDomain, UnknownField
from registry.limits import FIELDS_MAX, SPEC_BYTES_MAX
from registry.settings import configs_dir

FIELD: dict[str, Any] = {"type": "text"}


def data(**collection: Any) -> dict[str, Any]:
    return {"domain": "shop", "collections": {"orders": {"fields": {"a": FIELD}, **collection}}}


def refusal(spec: Any) -> str:
    with pytest.raises(BadInput) as no:
        parse_spec(spec, name="shop.yaml")
    assert no.value.message.startswith("shop.yaml: ")
    assert len(no.value.message) < 500
    assert no.value.message.isprintable()
    return no.value.message


# -- YAML as a stranger writes it ---------------------------------------------------------------


LAUGHS = "a: &a [x, x]\n" + "".join(
    f"{b}: &{b} [*{a}, *{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)
HOSTILE = {
    "an alias bomb": (LAUGHS, "line 2: YAML aliases"),
    "one alias": ("a: &x 1\nb: *x", "line 2: YAML aliases"),
    "an alias to itself": ("a: &x [*x]", "line 1: YAML aliases"),
    "a merge key": ("a: 1\n<<: {b: 2}", "line 2: YAML merge keys"),
    "a duplicate key": ("a: 1\nb: 2\na: 3", "line 3: 'a' is given twice"),
    "a duplicate key below": ("x:\n  - {k: 1, k: 2}", "line 2: 'k' is given twice"),
    "a key of another type": ("? [a]\n: 1", "line 1: a key must be text"),
    "a mapping as a key": ("? {a: 1}\n: 1", "line 1: a key must be text"),
    "a call": ("a: !!python/object/apply:os.system [exit 3]", "line 1: YAML tags"),
    "an import": ("a:\n  b: !!python/name:os.system", "line 2: YAML tags"),
    "a new object": ("!!python/object/new:os.system [x]", "line 1: YAML tags"),
    "a binary": ("a: !!binary aGk=", "line 1: YAML tags"),
    "a set": ("a: !!set {x}", "line 1: YAML tags"),
    "a cast": ("a: !!int '5'", "line 1: YAML tags"),
    "a tag of one's own": ("a: !mine 1", "line 1: YAML tags"),
    "two documents": ("a: 1\n---\nb: 2", "line 2: a file holds one document"),
    "deep lists": ("a: " + "[" * 100_000, "line 1: nested deeper than"),
    "deep mappings": ("{a: " * 50_000, "line 1: nested deeper than"),
    "deep blocks": ("- " * 50_000 + "x", "line 1: nested deeper than"),
    "deep keys": ("? " * 50_000 + "x", "line 1: "),
    "a bracket left open": ("a: 1\nb: [", "line 3: did not find"),
    "a tab": ("a:\n\tb: 1", "line 2: "),
    "a number of many digits": ("a: " + "9" * 5_000, "line 1: a number of thousands of digits"),
    "a control character": ("a: \x07", "is not text in UTF-8"),
    "no UTF-8": (b"a: \xff\xfe", "is not text in UTF-8"),
    "a surrogate": ("a: \ud800", "is not text in UTF-8"),
}


@pytest.mark.promise(6)
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_yaml_is_refused_with_its_line(name: str) -> None:
    text, message = HOSTILE[name]
    with pytest.raises(BadInput) as no:
        load_yaml(text, name="x.yaml")
    assert no.value.message.startswith("x.yaml")
    assert message in no.value.message
    assert len(no.value.message) < 300


@pytest.mark.promise(6)
@pytest.mark.parametrize("text", ["x" * 5_000_000, b"[" * 5_000_000, "a: 1\n" * 1_000_000])
def test_five_megabytes_are_refused_unread(text: str | bytes, tmp_path: Path) -> None:
    with pytest.raises(TooLarge, match="256 KiB"):
        load_yaml(text)
    path = tmp_path / "big.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(TooLarge, match=r"big.yaml is larger"):
        load_spec(path)


@given(st.text(st.characters(), max_size=200) | st.text("[]{}:,-?&*!|>'\"#% \n\tab1<", max_size=60))
def test_any_text_is_values_or_one_of_our_errors(text: str) -> None:
    try:
        load_yaml(text)
    except IsothermError:
        return


#: PyYAML folds these line breaks away as it writes
QUIET = st.text(st.characters(exclude_characters="\x85\u2028\u2029", exclude_categories=["Cs"]))
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**18), 10**18) | QUIET
    | st.sampled_from(["yes", "no", "on", "off", "null", "~", "", "true", "1", "-0", "1.5", "0x1f"])
    | st.sampled_from(["2026-01-01", "12:30:00", "1_000", ".5", "1e3", "<<", "=", "*a", "&a", "!b"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(QUIET, inner),
    max_leaves=15,
)  # fmt: skip


@given(PLAIN)
def test_what_safe_dump_writes_is_read_back_the_same(value: Any) -> None:
    text = yaml.safe_dump(value, allow_unicode=True, sort_keys=False)
    assert load_yaml(text) == value


@pytest.mark.parametrize(
    "text", ["no", "yes", "on", "off", "Null", "TRUE", "2026-01-01", "12:30", "007", "1_000", "+1", "0x1f", ".5", "5.", "1e3", ".inf", ".nan", "<", "=", "'1'", '"true"']
)  # fmt: skip
def test_what_does_not_read_as_json_is_text(text: str) -> None:
    assert load_yaml(f"[{text}]") == [text.strip("'\"")]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("-5", -5),
        ("1.5", 1.5),
        ("1.5e+3", 1500.0),
        ("true", True),
        ("~", None),
        ("", None),
    ],
)
def test_what_reads_as_json_is_its_value(text: str, value: object) -> None:
    assert load_yaml(f"a: {text}") == {"a": value}


def test_keys_are_text_as_written() -> None:
    assert load_yaml("{1: a, true: b, null: c, 2026-01-01: d}") == {
        "1": "a",
        "true": "b",
        "null": "c",
        "2026-01-01": "d",
    }


# -- specs --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", BUILTIN)
def test_a_dumped_domain_file_reads_back_equal(name: str, tmp_path: Path) -> None:
    spec = load_spec(configs_dir() / "domains" / f"{name}.yaml")
    path = tmp_path / f"{name}.yaml"
    path.write_text(dump_spec(spec), encoding="utf-8")
    assert load_spec(path) == spec
    assert parse_spec(spec.model_dump(mode="json")) == spec


WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@given(WORDS, st.lists(WORDS, max_size=3), st.lists(WORDS, min_size=1, max_size=5, unique=True))
def test_any_words_survive_the_file(title: str, synonyms: list[str], enum: list[str]) -> None:
    field = {"type": "text", "enum": enum, "words": {enum[0]: synonyms}, "unit": title}
    spec = parse_spec(
        {
            "domain": "shop",
            "title": title,
            "synonyms": synonyms,
            "collections": {"orders": {"description": title, "fields": {"a": field}}},
        }
    )
    assert parse_spec(load_yaml(dump_spec(spec))) == spec


WRONG: dict[str, tuple[Any, str]] = {
    "no mapping": ([], "a domain file is a mapping"),
    "no domain": ({"collections": {}}, "domain: Field required"),
    "no collections": ({"domain": "shop", "collections": {}}, "1 to 200 collections"),
    "no fields": (data(fields={}), "collections.orders: a collection has 1 to"),
    "unknown key": (data(feilds={}), "collections.orders.feilds: there is no such key"),
    "unknown field key": (
        data(fields={"a": {"type": "text", "requierd": True}}),
        "collections.orders.fields.a.requierd: there is no such key",
    ),
    "unknown type": (data(fields={"a": {"type": "string"}}), "fields.a.type: should be 'text', 'int'"),
    "enum of booleans": (
        data(fields={"a": {"type": "text", "enum": [True, False]}}),
        "fields.a.enum.0: should be text; quote it",
    ),
    "enum of numbers": (
        data(fields={"a": {"type": "text", "enum": ["1", 2]}}),
        "fields.a.enum.1: should be text; quote it",
    ),
    "enum twice": (data(fields={"a": {"type": "text", "enum": ["x", "x"]}}), "names each value once"),
    "enum empty": (data(fields={"a": {"type": "text", "enum": []}}), "an enum is a list of 1 to"),
    "enum of a number field": (data(fields={"a": {"type": "int", "enum": ["1"]}}), "on a text field"),
    "words beyond the enum": (
        data(fields={"a": {"type": "text", "enum": ["x"], "words": {"x" * 999: ["y"]}}}),
        "`words` names values that the enum lacks",
    ),
    "words of a number": (
        data(fields={"a": {"type": "int", "words": {"1": ["one"]}}}),
        "`words` is for fields of text, and for yes and no",
    ),
    "text as a list": (data(synonyms="purchases"), "collections.orders.synonyms: should be a valid tuple"),
    "required as text": (data(fields={"a": {"type": "text", "required": "yes"}}), "a valid boolean"),
    "scale as text": (data(fields={"a": {"type": "decimal", "scale": "2"}}), "a.scale: should be"),
    "scale too large": (data(fields={"a": {"type": "decimal", "scale": 10}}), "less than or equal to 9"),
    "search of a number": (data(fields={"a": {"type": "int", "search": True}}), "for text fields"),
    "ref to nothing": (data(fields={"a": {"type": "ref"}}), "goes with `type: ref`"),
    "to without ref": (data(fields={"a": {"type": "text", "to": "a.b"}}), "goes with `type: ref`"),
    "ref to a word": (data(fields={"a": {"type": "ref", "to": "user"}}), "not an address"),
    "ref to a field": (data(fields={"a": {"type": "ref", "to": "a.b.c"}}), "not an address"),
    "reserved field": (data(fields={"id": FIELD}), "'id' is part of every record"),
    "field name": (data(fields={"First Name": FIELD}), "field 'First Name': a name is lower-case"),
    "field name of SQL": (data(fields={'a"; drop': FIELD}), "a name is lower-case"),
    "long field name": (data(fields={"a" * 65: FIELD}), "a name is lower-case"),
    "number as field": (data(fields={1: FIELD}), "a key should be text; quote it"),
    "unknown key field": (data(key="b"), "'b' is named but is not a field"),
    "unknown label": (data(label="b"), "'b' is named but is not a field"),
    "unknown display": (data(display=["a", "b"]), "'b' is named but is not a field"),
    "key of floats": (data(fields={"a": {"type": "float"}}, key="a"), "a `key` is `id`, or fields"),
    "key of id and more": (data(key=["id", "a"]), "a `key` is `id`, or fields"),
    "time of text": (data(time="a"), "`time: a` must be a time or date field"),
    "time of id": (data(time="id"), "`time: id` must be a time or date field"),
    "sum of text": (data(measures={"m": {"fn": "sum", "field": "a"}}), "sum needs a numeric `field`"),
    "sum of id": (data(measures={"m": {"fn": "sum", "field": "id"}}), "sum needs a numeric `field`"),
    "sum of nothing": (data(measures={"m": {"fn": "sum"}}), "sum needs a `field`"),
    "max of nothing": (data(measures={"m": {"fn": "max"}}), "max needs a `field`"),
    "measure of no field": (data(measures={"m": {"fn": "max", "field": "b"}}), "No field 'b'"),
    "measure of neither kind": (data(measures={"m": {}}), "either `fn` or `ratio"),
    "measure of both kinds": (
        data(measures={"m": {"fn": "count", "ratio": ["m", "m"]}}),
        "either `fn` or `ratio",
    ),
    "ratio with a condition": (
        data(measures={"m": {"ratio": ["m", "m"], "where": {"op": "null", "field": "a"}}}),
        "a `ratio` has no `field` and no `where`",
    ),
    "ratio of ratios": (
        data(measures={"n": {"fn": "count"}, "m": {"ratio": ["m", "n"]}}),
        "measure 'm': a `ratio` is of measures that have an `fn`; by name: n",
    ),
    "condition on no field": (
        data(measures={"m": {"fn": "count", "where": {"op": "=", "field": "b", "value": "x"}}}),
        "measure 'm': No field 'b'",
    ),
    "condition on a value that does not fit": (
        data(
            fields={"a": {"type": "int"}},
            measures={"m": {"fn": "count", "where": {"op": "=", "field": "a", "value": "x"}}},
        ),
        "measure 'm': ",
    ),
    "condition on a value that never is": (
        data(
            fields={"a": {"type": "text", "enum": ["x"]}},
            measures={"m": {"fn": "count", "where": {"op": "=", "field": "a", "value": "y"}}},
        ),
        "'a' is never 'y'; it is x",
    ),
    "condition on a plan": (
        data(
            measures={
                "m": {"fn": "count", "where": {"op": "in", "field": "a", "plan": {"from": "b.c"}}}
            }
        ),
        "`where` compares fields of the collection with values",
    ),
    "unknown aggregate": (data(measures={"m": {"fn": "mode"}}), "measures.m.fn: should be 'count'"),
    "no retention": (data(retention_days=0), "greater than or equal to 1"),
    "unknown tier": ({**data(), "tier": "tepid"}, "tier: should be 'hot', 'warm' or 'cold'"),
    "reserved domain": ({**data(), "domain": "system"}, "'system' is a reserved name"),
    "device of Windows": ({**data(), "domain": "con"}, "'con' is a reserved name"),
    "domain as a path": ({**data(), "domain": "../x"}, "'../x': a name is at most 24"),
    "domain of 25": ({**data(), "domain": "a" * 25}, "a name is at most 24"),
    "collection name": (
        {"domain": "shop", "collections": {"Orders": {"fields": {"a": FIELD}}}},
        "collection 'Orders': a name is lower-case",
    ),
    "a key of a megabyte": ({**data(), "x" * 10**6: 1}, "there is no such key"),
    "a key that hides": ({**data(), "x\u202e\x1b": 1}, r"x\u202e\x1b: there is no such key"),
    "a surrogate": ({**data(), "title": "\ud800"}, "it holds what JSON cannot say"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_spec_is_refused_with_the_path_and_the_reason(name: str) -> None:
    spec, message = WRONG[name]
    assert message in refusal(spec)


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from(["text", "ref", "id", "a", "a.b", "sum", "count", "time"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["domain", "collections", "fields", "key", "time", "label", "display", "a"])
        | st.sampled_from(["measures", "fn", "field", "type", "to", "enum", "words", "scale", "tier"]),
        inner,
        max_size=4,
    ),
    max_leaves=20,
)  # fmt: skip


@given(JUNK, JUNK, JUNK)
def test_any_values_are_a_spec_or_bad_input(fields: Any, measures: Any, rest: Any) -> None:
    made = data(fields=fields, measures=measures)
    if isinstance(rest, dict):
        made["collections"]["orders"] |= rest
    for candidate in (made, rest):
        try:
            spec = parse_spec(candidate)
        except BadInput:
            continue
        assert parse_spec(load_yaml(dump_spec(spec))) == spec


def test_a_person_may_write_yes_and_no_in_an_enum() -> None:
    text = "domain: shop\ncollections: {orders: {fields: {a: {type: text, enum: [yes, no, on]}}}}"
    spec = parse_spec(load_yaml(text))
    assert spec.collections["orders"].fields["a"].enum == ("yes", "no", "on")
    assert parse_spec(load_yaml(dump_spec(spec))) == spec


def test_a_file_that_cannot_be_read_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        load_spec(tmp_path / "none.yaml")
    with pytest.raises(BadInput, match="cannot be read"):
        load_spec(tmp_path)


def test_a_spec_as_large_as_a_file_may_be_is_read() -> None:
    fields = {
        f"field_{i}": {"type": "text", "description": "words " * 10} for i in range(FIELDS_MAX)
    }
    spec = parse_spec(data(fields=fields))
    text = dump_spec(spec)
    assert len(text) < SPEC_BYTES_MAX
    assert parse_spec(load_yaml(text)) == spec


def test_names_find_their_collections_and_fields() -> None:
    spec = parse_spec(data())
    orders = spec.collection("orders")
    assert spec.collection("shop.orders") is orders
    assert [address for address, _ in spec.addresses()] == ["shop.orders"]
    assert orders.field("version").type == "int"
    with pytest.raises(UnknownDomain, match=r"No collection 'x' in shop; there are orders\."):
        spec.collection("x")
    with pytest.raises(UnknownField, match=r"No field 'b'; the fields are a\."):
        orders.field("b")


@given(st.from_regex(r"[a-z_0-9]{1,26}", fullmatch=True))
def test_a_domain_name_is_safe_as_file_table_and_scheme(name: str) -> None:
    try:
        check_domain_name(name)
    except ValueError:
        return
    assert re.fullmatch(r"[a-z][a-z0-9_]{0,23}", name)
    assert name not in RESERVED_DOMAINS
    assert not name.endswith("_")
    assert "__" not in name


def person(**collection: Any) -> Any:
    fields = {
        "who": {"type": "ref", "to": "user.users"},
        "helper": {"type": "ref", "to": "user.users"},
        "email": FIELD,
        "height": {"type": "float"},
    }
    return parse_spec(data(**{"fields": fields, **collection})).collections["orders"]


def test_references_to_people_say_whose_a_record_is_unless_a_subject_is_named() -> None:
    assert (person().subjects, person().mentions) == (("who", "helper"), ())
    named = person(subject="who")
    assert (named.subjects, named.mentions) == (("who",), ("helper",))
    assert person(subject=["id", "email"]).subjects == ("id", "email")
    nobodys = person(subject=[])
    assert (nobodys.subjects, nobodys.mentions) == ((), ("who", "helper"))


@pytest.mark.parametrize(("subject", "said"), [("nobody", "not a field"), ("height", "must be")])
def test_a_subject_is_a_field_that_can_name_a_person(subject: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        person(subject=subject)


def test_a_measures_condition_survives_its_file(tmp_path: Path) -> None:
    where = {"op": "not", "arg": {"op": "in", "field": "a", "values": ["x", "y"]}}
    made = data(measures={"m": {"fn": "count", "where": where}, "r": {"ratio": ["m", "m"]}})
    path = tmp_path / "shop.yaml"
    path.write_text(dump_spec(parse_spec(made)), encoding="utf-8")
    assert load_spec(path) == parse_spec(made)
    assert parse_spec(parse_spec(made).model_dump(mode="json")) == parse_spec(made)
