"""The yardsticks of the hot tier's benchmark, and the hot tier beside them: hits are no matter of
time, so they are asserted."""

from __future__ import annotations

from functools import cache
from itertools import product
from random import Random

import pytest

from benchmarks.hot import SEED, ours
from benchmarks.policies import belady, lru, s3_fifo
from benchmarks.traces import HERE, MADE, recorded
from mcp_servers.stores.admission import MOVES_PER_READ


def best(trace: tuple[int, ...], capacity: int, kept: frozenset[int] = frozenset()) -> int:
    """The most hits that are possible, by trying everything."""
    if not trace:
        return 0
    key, rest = trace[0], trace[1:]
    if key in kept:
        return 1 + best(rest, capacity, kept)
    ways = [kept]
    if len(kept) < capacity:
        ways.append(kept | {key})
    ways += [kept - {leaving} | {key} for leaving in kept]
    return max(best(rest, capacity, way) for way in ways)


def test_beladys_hits_are_the_most_that_are_possible() -> None:
    for trace in product(range(3), repeat=6):
        assert belady(trace, 2).hits == best(trace, 2)
    chance = Random(1)
    for _ in range(30):
        made = tuple(chance.choices(range(5), k=9))
        assert belady(made, 3).hits == best(made, 3)


def test_lru_hits_what_was_read_within_as_many_keys_as_it_keeps() -> None:
    trace = Random(2).choices(range(40), weights=range(1, 41), k=2_000)
    near = 0
    for place, key in enumerate(trace):
        before = trace[:place][::-1]
        near += key in before and len(set(before[: before.index(key)])) < 10
    assert lru(trace, 10).hits == near


@cache
def cut() -> tuple[int, ...]:
    (found,) = (keys for name, keys in recorded(HERE) if name == "web12-30k")
    return tuple(found)


@pytest.mark.parametrize(
    ("capacity", "lru_hits", "s3_hits"), [(75, 9_460, 9_184), (750, 16_902, 17_870)]
)
def test_lru_and_s3_fifo_hit_as_often_as_libcachesim_says(
    capacity: int, lru_hits: int, s3_hits: int
) -> None:
    assert lru(cut(), capacity).hits == lru_hits
    assert s3_fifo(cut(), capacity).hits == s3_hits


@pytest.mark.parametrize("part", [0.01, 0.1])
def test_on_a_recorded_trace_the_hot_tier_hits_as_s3_fifo_does_with_few_moves(part: float) -> None:
    capacity = int(len(set(cut())) * part)
    found = ours(cut(), capacity)
    assert found.hit_ratio >= s3_fifo(cut(), capacity).hit_ratio - 0.01
    assert found.moves_per_1000 <= 1000 * MOVES_PER_READ < 60


@pytest.mark.parametrize("kind", MADE)
def test_on_every_kind_of_made_trace_the_hot_tier_hits_as_s3_fifo_does(kind: str) -> None:
    trace = MADE[kind](Random(SEED), 60_000)
    capacity = len(set(trace)) // 10
    found = ours(trace, capacity)
    assert found.hit_ratio >= s3_fifo(trace, capacity).hit_ratio - 0.01
    assert found.moves_per_1000 <= 60
