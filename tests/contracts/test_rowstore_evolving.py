"""The contract of `RowStore`, a spec that changes: every adapter of rows keeps it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from mcp_servers.ports import Draft
from registry import limits
from registry.domain import parse_spec
from registry.errors import Conflict, UnknownDomain
from registry.plan import parse_plan
from tests.contracts.rowstores import House, house, ids_of, lived, put, spec

# -- evolving ------------------------------------------------------------------------------------


@lived
async def test_a_new_field_takes_its_values_out_of_extra_where_they_fit(house: House) -> None:
    store = house.open()
    extras = ['{"age":41,"z":1}', '{"age":"old"}', '{"age":7}', None]
    await put(store, *(Draft(f"{n}", {"n": n}, extra) for n, extra in enumerate(extras)))
    await store.evolve(spec(age={"type": "int", "index": True}))
    rows = store.get("t", "notes", ["0", "1", "2", "3"])
    assert [(r.values.get("age"), r.extra) for r in rows] == [
        (41, '{"z":1}'),
        (None, '{"age":"old"}'),
        (7, None),
        (None, None),
    ]
    assert await ids_of(store, {"op": ">", "field": "age", "value": 10}) == ["0"]
    store = await house.again(store, spec(age={"type": "int", "index": True}))
    assert len(store.get("t", "notes", ["0"])) == 1


@lived
async def test_a_new_collection_and_new_searched_fields_work_at_once(house: House) -> None:
    store = house.open()
    await put(store, Draft("a", {"title": "sun", "kind": "a"}))
    grown = spec(more={"type": "text", "search": True}, body={"type": "text"})
    data = grown.model_dump(mode="json", exclude_defaults=True)
    data["collections"]["extra_things"] = {"fields": {"x": {"type": "int"}}}
    await store.evolve(parse_spec(data))
    await store.write("t", "extra_things", [Draft("1", {"x": 1})], on_conflict="update")
    await put(store, Draft("b", {"more": "moon", "body": "sun"}))
    assert await ids_of(store, {"op": "match", "text": "sun"}) == ["a"]
    assert await ids_of(store, {"op": "match", "text": "moon"}) == ["b"]


CHANGES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("a field is removed", {"n": 1}, {"n": None}),
    ("a type changes", {"n": 1}, {"n": {"type": "text"}}),
    ("a scale changes", {"price": 100}, {"price": {"type": "decimal", "scale": 3}}),
    ("an enum loses a stored value", {"kind": "b"}, {"kind": {"type": "text", "enum": ["a"]}}),
    (
        "a text gets an enum it does not fit",
        {"title": "x"},
        {"title": {"type": "text", "enum": ["a"]}},
    ),
    (
        "a text becomes a ref and is no id",
        {"title": "x" * 300},
        {"title": {"type": "ref", "to": "club.people"}},
    ),
]


@pytest.mark.parametrize(
    ("values", "change"), [c[1:] for c in CHANGES], ids=[c[0] for c in CHANGES]
)
def test_a_change_that_would_lose_data_is_refused_and_one_of_empty_fields_is_not(
    tmp_path: Path, values: dict[str, Any], change: dict[str, Any]
) -> None:
    async def go() -> None:
        async with house(tmp_path) as home:
            store = home.open()
            await put(store, Draft("a", values))
            with pytest.raises(Conflict, match="cannot change"):
                await store.evolve(spec(**change))
            assert dict(store.get("t", "notes", ["a"])[0].values) == values
            with pytest.raises(Conflict, match="cannot change"):
                home.open(spec(**change))
            await store.delete("t", "notes", ["a"])
            await store.evolve(spec(**change))
            await put(store, Draft("b", {"x": 1.5}))
            assert await ids_of(store) == ["b"]

    asyncio.run(go())


@lived
async def test_a_collection_is_removed_only_when_it_is_empty(house: House) -> None:
    store = house.open()
    await store.write("t", "people", [Draft("p", {"name": "x"})], on_conflict="update")
    data = spec().model_dump(mode="json", exclude_defaults=True)
    del data["collections"]["people"]
    with pytest.raises(Conflict, match="people"):
        await store.evolve(parse_spec(data))
    await store.delete("t", "people", ["p"])
    await store.evolve(parse_spec(data))
    with pytest.raises(UnknownDomain):
        store.get("t", "people", ["p"])
    await store.evolve(spec())
    assert store.get("t", "people", ["p"]) == []


@lived
async def test_a_key_changes_only_while_there_are_no_records(house: House) -> None:
    store = house.open()
    data = spec().model_dump(mode="json", exclude_defaults=True)
    data["collections"]["people"]["key"] = ["name"]
    await store.write("t", "people", [Draft("p", {"name": "x"})], on_conflict="update")
    with pytest.raises(Conflict, match="key"):
        await store.evolve(parse_spec(data))
    await store.delete("t", "people", ["p"])
    await store.evolve(parse_spec(data))


@lived
async def test_texts_and_refs_turn_into_each_other(house: House) -> None:
    store = house.open()
    await put(store, Draft("a", {"friend": "p", "title": "word"}))
    await store.evolve(spec(friend={"type": "text"}, title={"type": "ref", "to": "club.people"}))
    assert dict(store.get("t", "notes", ["a"])[0].values) == {"friend": "p", "title": "word"}


@lived
async def test_two_stores_on_one_file_follow_each_others_spec(house: House) -> None:
    one, two = house.open(), house.open()
    await one.evolve(spec(age={"type": "int"}, body={"type": "text"}))
    await put(one, Draft("a", {"age": 3, "title": "sun"}))
    assert dict(two.get("t", "notes", ["a"])[0].values) == {"age": 3, "title": "sun"}
    await put(two, Draft("b", {"title": "sun"}))
    assert await ids_of(two, {"op": "match", "text": "sun"}) == ["a", "b"]
    assert await ids_of(one, {"op": "match", "text": "sun"}) == ["a", "b"]


@lived
async def test_a_collection_of_as_many_fields_as_a_spec_may_have_works(house: House) -> None:
    wide = {f"f{n}": {"type": "int"} for n in range(limits.FIELDS_MAX)}
    data = {"domain": "club", "collections": {"notes": {"fields": wide}}}
    store = house.open(parse_spec(data))
    values = {f"f{n}": n for n in range(limits.FIELDS_MAX)}
    await put(store, Draft("a", values))
    await put(store, Draft("a", {**values, "f0": 7}))
    assert dict(store.get("t", "notes", ["a"])[0].values) == {**values, "f0": 7}
    everything = parse_plan({"from": "club.notes"})
    assert (await store.query("t", everything)).rows[0][:3] == ["a", 7, 1]
