"""The contract of `RowStore`, values and search: every adapter of rows keeps it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mcp_servers.ports import Draft
from registry.plan import parse_plan
from registry.record import decode, encode
from tests.contracts.rowstores import House, house, ids_of, lived, put, spec

# -- values --------------------------------------------------------------------------------------

TEXT = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=40)
WIRE = {
    "title": TEXT,
    "n": st.integers(-(2**53), 2**53) | st.integers(2**53 + 1, 2**63 - 1).map(str),
    "x": st.floats(allow_nan=False, allow_infinity=False),
    "price": st.integers(-(10**15), 10**15).map(lambda n: f"{n // 100}.{n % 100:02}"),
    "on": st.booleans(),
    "day": st.dates().map(lambda d: d.isoformat()),
    "at": st.datetimes().map(lambda d: d.isoformat() + "Z"),
    "doc": st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
        max_leaves=6,
    ).filter(lambda v: v is not None),
    "raw": st.binary(max_size=40).map(
        lambda b: encode(b, spec().collections["notes"].fields["raw"].kind)
    ),
    "friend": TEXT.filter(bool),
    "kind": st.sampled_from(["a", "b"]),
}


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(st.fixed_dictionaries({}, optional=WIRE), min_size=1, max_size=8), TEXT.filter(bool)
)
def test_every_value_of_every_type_comes_back_as_it_went_in(
    tmp_path_factory: pytest.TempPathFactory, records: list[dict[str, Any]], id: str
) -> None:
    fields = spec().collections["notes"].fields

    async def go() -> None:
        async with house(tmp_path_factory.mktemp("values")) as home:
            store = home.open()
            drafts = [
                Draft(f"{id}{n}", {k: decode(v, fields[k].kind) for k, v in record.items()})
                for n, record in enumerate(records)
            ]
            await put(store, *drafts)
            for row, draft in zip(
                store.get("t", "notes", [d.id for d in drafts]), drafts, strict=True
            ):
                assert dict(row.values) == dict(draft.values)
            names = list(WIRE)
            page = await store.query(
                "t", parse_plan({"from": "club.notes", "select": ["id", *names]})
            )
            by_id = {row[0]: row[1:] for row in page.rows}
            for draft in drafts:
                kinds = [(draft.values.get(name), fields[name].kind) for name in names]
                assert by_id[draft.id] == [None if v is None else encode(v, k) for v, k in kinds]

    asyncio.run(go())


# -- search --------------------------------------------------------------------------------------


@lived
async def test_search_knows_words_alternatives_phrases_and_prefixes(house: House) -> None:
    store = house.open()
    texts = {
        "a": "The quick brown fox",
        "b": "quick silver",
        "c": "Über den brown Fluss",
        "d": "NOT AND",
    }
    await put(
        store, *(Draft(k, {"title": v} if k < "c" else {"body": v}) for k, v in texts.items())
    )
    expected = {
        "quick": "ab", "QUICK brown": "a", "brown OR silver": "abc", '"quick brown"': "a", '"brown quick"': "",
        "qui*": "ab", "uber": "c", "über": "c", "fluß": "", "not": "d", "quick AND fox": "a", "OR": "", "* - !": "",
        "quick (fox": "a", 'quick "fox': "a", "title:quick": "", "brown fox OR silver": "ab", "f_title : quick": "",
    }  # fmt: skip
    for text, found in expected.items():
        assert "".join(await ids_of(store, {"op": "match", "text": text})) == found, text


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1, max_size=60) | st.sampled_from(
    ["OR", "AND", "NOT", "NEAR(", "NEAR/2", '"', "*", "^", ":", "-", "{", "}", "+", "(", ")", "a", "''"]
), min_size=1, max_size=20).map(" ".join).map(lambda s: s[:500]))  # fmt: skip
def test_no_text_is_a_syntax_error_of_the_search(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    async def go() -> None:
        async with house(tmp_path_factory.getbasetemp() / "fuzz") as home:
            store = home.open()
            await put(
                store,
                Draft(
                    "a",
                    {
                        "title": "a b c",
                        "body": text.encode("utf-8", "ignore").decode().replace("\x00", ""),
                    },
                ),
            )
            assert set(await ids_of(store, {"op": "match", "text": text})) <= {"a"}

    asyncio.run(go())
