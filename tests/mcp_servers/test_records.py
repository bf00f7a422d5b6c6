"""What a record may hold, what its id is, and that it comes back as it went in."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_servers.ports import Row
from mcp_servers.records import Codec, key_id
from registry.domain import CollectionSpec
from registry.errors import BadInput, IsothermError, TooLarge, UnknownField
from registry.limits import ID_CHARS_MAX

FIELDS: dict[str, Any] = {
    "name": {"type": "text", "required": True, "description": "What it is called."},
    "count": {"type": "int"},
    "price": {"type": "decimal"},
    "ratio": {"type": "float"},
    "open": {"type": "bool"},
    "day": {"type": "date"},
    "at": {"type": "time"},
    "more": {"type": "json"},
    "raw": {"type": "bytes"},
    "owner": {"type": "ref", "to": "user.users"},
    "state": {"type": "text", "enum": ["new", "done"]},
}
SPEC = CollectionSpec.model_validate({"fields": FIELDS})
KEYED = CollectionSpec.model_validate({"fields": FIELDS, "key": ["name", "count"]})


def _id(place: int) -> str:
    return f"made-{place}"


def _draft(record: Any, spec: CollectionSpec = SPEC) -> Any:
    return Codec(spec).draft(record, place=0, make_id=_id)


FULL = {
    "id": "a",
    "name": "tea",
    "count": 3,
    "price": "1.50",
    "ratio": 0.25,
    "open": True,
    "day": "2026-11-23",
    "at": "2026-11-23T08:00:00Z",
    "more": {"k": [1, None]},
    "raw": "aGk=",
    "owner": "u1",
    "state": "new",
    "extra": {"else": [1, "two"]},
}


def test_every_type_comes_back_as_it_went_in() -> None:
    codec = Codec(SPEC)
    draft = codec.draft(FULL, place=0, make_id=_id)
    row = Row(draft.id, 4, 9, draft.values, draft.extra)
    assert codec.to_wire(row) == {**FULL, "version": 4, "tier": "warm"}


@given(
    st.fixed_dictionaries(
        {"name": st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"))},
        optional={
            "count": st.integers(-(2**53), 2**53),
            "ratio": st.floats(allow_nan=False, allow_infinity=False).filter(bool),
            "open": st.booleans(),
        },
    )
)
def test_any_values_come_back_as_they_went_in(record: dict[str, Any]) -> None:
    codec = Codec(SPEC)
    draft = codec.draft(record, place=0, make_id=_id)
    out = codec.to_wire(Row(draft.id, 1, 1, draft.values, draft.extra))
    assert {name: out[name] for name in record} == record


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        ({"count": "3"}, BadInput, "records[0].count must be a whole number"),
        ({"state": "nwe"}, BadInput, "records[0].state must be one of new, done; got 'nwe'"),
        ({"name": None}, BadInput, "records[0].name is required: What it is called."),
        ({"nmae": "x"}, UnknownField, "Did you mean 'name'?"),
        ({"version": 2}, UnknownField, "`expected_version` guards an update"),
        ({"extra": [1]}, BadInput, "records[0].extra must be an object"),
        ({"id": ""}, BadInput, "records[0].id must have 1 to"),
        ({"id": 7}, BadInput, "records[0].id must be a string"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(
    change: dict[str, Any], error: type[IsothermError], said: str
) -> None:
    with pytest.raises(error) as refused:
        _draft({**FULL, **change})
    assert said in refused.value.message


@pytest.mark.parametrize("record", ["x", None, 3, [FULL]])
def test_a_record_is_an_object(record: Any) -> None:
    with pytest.raises(BadInput, match="must be an object"):
        _draft(record)


@pytest.mark.promise(6)
def test_a_record_is_bounded_as_a_whole() -> None:
    wide = CollectionSpec.model_validate({"fields": {f"f{n}": {"type": "text"} for n in range(3)}})
    with pytest.raises(TooLarge):
        _draft({f"f{n}": "x" * 400_000 for n in range(3)}, wide)


def test_partial_keeps_the_good_and_counts_the_bad() -> None:
    records = [{"name": "a"}, {"nmae": "b"}, {"name": "c"}, "d"]
    good, bad = Codec(SPEC).drafts(records, _id, partial=True)
    assert [(draft.id, draft.line) for draft in good] == [("made-0", 1), ("made-2", 3)]
    assert [line for line, _ in bad] == [2, 4]
    with pytest.raises(UnknownField):
        Codec(SPEC).drafts(records, _id, partial=False)


# -- ids -----------------------------------------------------------------------------------------


def test_the_key_makes_the_id_and_a_given_one_must_agree() -> None:
    assert _draft({"name": "tea", "count": 3}, KEYED).id == "tea|3"
    assert _draft({"name": "tea", "count": 3, "id": "tea|3"}, KEYED).id == "tea|3"
    with pytest.raises(BadInput, match="its key says"):
        _draft({"name": "tea", "count": 3, "id": "other"}, KEYED)
    with pytest.raises(BadInput, match="part of the key"):
        _draft({"name": "tea"}, KEYED)


KEY_TEXT = st.text(alphabet="a|\\", min_size=1, max_size=6)
PAIR = CollectionSpec.model_validate(
    {"fields": {"a": {"type": "text"}, "b": {"type": "text"}}, "key": ["a", "b"]}
)


@given(KEY_TEXT, KEY_TEXT, KEY_TEXT, KEY_TEXT)
def test_different_keys_have_different_ids(a: str, b: str, c: str, d: str) -> None:
    one, other = key_id(PAIR, {"a": a, "b": b}), key_id(PAIR, {"a": c, "b": d})
    assert (one == other) == ((a, b) == (c, d))


def test_a_long_key_is_hashed_and_stays_the_same() -> None:
    long = {"a": "x" * 500, "b": "y"}
    assert len(key_id(PAIR, long)) <= ID_CHARS_MAX
    assert key_id(PAIR, long) == key_id(PAIR, dict(long))
    assert key_id(PAIR, long) != key_id(PAIR, {**long, "b": "z"})


def test_a_declared_field_called_tier_wins_over_the_rows_own() -> None:
    spec = CollectionSpec.model_validate({"fields": {"tier": {"type": "text"}}})
    assert Codec(spec).to_wire(Row("a", 1, 1, {"tier": "gold"}))["tier"] == "gold"
    assert Codec(spec).to_wire(Row("a", 1, 1, {"tier": None}))["tier"] == "warm"


def test_a_row_from_a_newer_spec_is_noticed() -> None:
    codec = Codec(SPEC)
    assert codec.covers([Row("a", 1, 1, {"name": "x"})])
    assert not codec.covers([Row("a", 1, 1, {"name": "x"}), Row("b", 1, 1, {"newer": 1})])
