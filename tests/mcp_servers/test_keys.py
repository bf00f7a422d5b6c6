"""Keys of many ids at once are what they are one by one; which of them meet is what a set says."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from mcp_servers.segments import KEY_BITS, key_of
from mcp_servers.stores.keys import again, common, is_in, key_column, key_entries, twice
from mcp_servers.stores.parquet import keys_of

texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=70)
#: often the same, often alike in their first bits
numbers = st.one_of(
    st.integers(0, 30), st.integers(2**64 - 30, 2**64 - 1), st.integers(0, 2**64 - 1)
)


@given(st.lists(texts, max_size=60), st.integers(0, 5))
def test_keys_are_those_of_the_ids(ids: list[str], skipped: int) -> None:
    column = pa.array(ids, pa.string()).slice(skipped)
    keys = key_column(column)
    assert keys.to_pylist() == [key_of(id) for id in ids[skipped:]]
    assert key_entries(keys) == keys_of(ids[skipped:])


def test_ids_of_every_length_and_more_than_fit_side_by_side_have_their_keys() -> None:
    ids = ["é" * (n % 40) + "x" * (n % 61) + str(n) for n in range(300)]
    many = [str(n) for n in range(40_000)]
    for some in (ids, many, [*many[:20_000], "y" * 200, *many[:20_000]]):
        assert key_column(pa.array(some)).to_pylist() == [key_of(id) for id in some]


def uint64(values: list[int]) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    return np.array(values, np.uint64)


@given(st.lists(numbers, max_size=80))
def test_what_is_there_twice_is_found_once(values: list[int]) -> None:
    wanted = sorted(value for value, count in Counter(values).items() if count > 1)
    assert twice(uint64(values)).tolist() == wanted
    assert sorted(set(again(np.sort(uint64(values))).tolist())) == wanted


@given(st.lists(numbers, max_size=40), st.lists(st.lists(numbers, max_size=40), max_size=4))
def test_what_two_have_in_common_is_found_where_it_stands(
    wanted: list[int], runs: list[list[int]]
) -> None:
    ordered = [sorted(run) for run in runs]
    found = common(uint64(wanted), [uint64(run) for run in ordered])
    for run, rows in zip(ordered, found, strict=True):
        assert rows.tolist() == [row for row, value in enumerate(run) if value in set(wanted)]
    for run in runs:
        hits = is_in(uint64(run), np.unique(uint64(wanted))).tolist()
        assert hits == [value in set(wanted) for value in run]


@given(st.lists(st.integers(0, 40), max_size=30), st.lists(st.integers(0, 40), max_size=30))
def test_a_row_number_below_a_key_does_not_count(wanted: list[int], keys: list[int]) -> None:
    entries = sorted(key << KEY_BITS | row for row, key in enumerate(keys))
    (rows,) = common(uint64([key << KEY_BITS for key in wanted]), [uint64(entries)], below=KEY_BITS)
    got = [entries[row] & 0xFFFF for row in rows.tolist()]
    assert sorted(got) == [row for row, key in enumerate(keys) if key in set(wanted)]
