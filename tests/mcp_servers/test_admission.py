"""What stays resident: what is read again, whatever else is read or written meanwhile."""

from __future__ import annotations

from itertools import count
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from mcp_servers.stores.admission import MOVES_PER_READ, Admission

BYTES, ENTRIES = 1_000, 40
KEYS = st.integers(0, 25)
ACTIONS = st.one_of(
    st.tuples(st.just("read"), KEYS, st.integers(1, 120)),
    st.tuples(st.just("write"), KEYS, st.integers(1, 120)),
    st.tuples(st.just("drop"), KEYS, st.just(0)),
    st.tuples(st.just("ask"), KEYS, st.just(0)),
    st.tuples(st.just("move"), KEYS, st.just(0)),
    st.tuples(st.just("clear"), st.just(0), st.just(0)),
)


def reading(held: Admission[int], *keys: int, size: int = 10) -> int:
    """How many of the keys were resident when their turn came."""
    hits = held.hits
    for key in keys:
        if held.read(key) is None:
            held.keep(key, key, size)
    return held.hits - hits


def proven(keys: int, *, room: int) -> Admission[int]:
    """A set that is full, of which so many keys are read again and again."""
    held: Admission[int] = Admission(10 * room, 10 * room)
    others = count(1_000)
    for _ in range(60):
        reading(held, *range(keys), *(next(others) for _ in range(keys)))
    assert len(held) == room
    return held


@given(st.lists(ACTIONS, max_size=300), st.sampled_from([3, ENTRIES]))
def test_the_bounds_hold_and_what_is_found_is_what_was_kept_last(
    actions: list[tuple[str, int, int]], entries: int
) -> None:
    held: Admission[int] = Admission(BYTES, entries)
    model: dict[int, tuple[int, int]] = {}  # value and size kept last
    values, by_hand = count(), 0
    for name, key, size in actions:
        if name == "drop":
            held.drop(key)
            model.pop(key, None)
        elif name == "clear":
            held.clear()
            model.clear()
        elif name == "ask":
            held.is_wanted(key)
        elif name == "move":
            by_hand -= held.moves
            held.move(key)
            by_hand += held.moves
        elif name == "write" or (found := held.read(key)) is None:
            model[key] = next(values), size
            held.keep(key, model[key][0], size, unread=name == "write")
        else:
            assert found == model[key][0]
        assert held.bytes <= BYTES and len(held) <= entries
        assert held.moves - by_hand <= MOVES_PER_READ * (held.hits + held.misses)
    assert all(held.peek(key) == model[key][0] for key in held)
    assert held.bytes == sum(model[key][1] for key in held)
    assert all(size <= BYTES // 10 for _, size in (model[key] for key in held))


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 60)), max_size=300))
def test_the_same_calls_leave_the_same_contents(calls: list[tuple[bool, int]]) -> None:
    one, two = Admission[int](200, 20), Admission[int](200, 20)
    for written, key in calls:
        for held in (one, two):
            if written:
                held.keep(key, key, 10, unread=True)
            else:
                reading(held, key)
        assert list(one) == list(two)


def test_a_scan_of_ten_times_the_room_leaves_what_is_read_again() -> None:
    held = proven(50, room=100)
    reading(held, *range(10_000, 11_000))
    assert reading(held, *range(50)) >= 45


def test_a_flood_of_writes_takes_an_eighth_at_most_from_what_is_read() -> None:
    held = proven(50, room=100)
    before = set(held)
    for key in range(10_000, 11_000):
        held.keep(key, key, 10, unread=True)
    assert len(before & set(held)) >= 87


def test_what_was_just_written_is_resident_while_there_is_room() -> None:
    held: Admission[int] = Admission(1_000, 100)
    for key in range(100):
        held.keep(key, key, 10, unread=True)
    assert reading(held, *range(100)) == 100


def test_a_written_entry_that_was_read_outlives_those_that_were_not() -> None:
    held = proven(50, room=100)
    for key in range(10_000, 10_012):
        held.keep(key, key, 10, unread=True)
    held.read(10_000)
    for key in range(20_000, 20_030):
        held.keep(key, key, 10, unread=True)
    assert held.peek(10_000) is not None and held.peek(10_001) is None


def test_what_is_resident_is_replaced_where_it_is() -> None:
    held = proven(50, room=100)
    for key in range(50):
        held.keep(key, -key, 10, unread=True)
    reading(held, *range(10_000, 11_000))
    found = [held.peek(key) for key in range(50)]
    assert sum(value == -key for key, value in enumerate(found)) >= 45


def test_what_was_moved_by_hand_stays_beside_what_is_read() -> None:
    held = proven(50, room=100)
    for key in range(5_000, 5_030):
        held.keep(key, key, 10)
        held.move(key)
    reading(held, *range(10_000, 11_000))
    assert sum(held.peek(key) is not None for key in range(5_000, 5_030)) >= 27


def test_moves_are_rationed_even_when_everything_that_left_comes_back() -> None:
    held: Admission[int] = Admission(1_000, 100)
    for _ in range(50):
        reading(held, *range(120))
    assert 0 < held.moves <= MOVES_PER_READ * 6_000


def test_the_window_grows_for_bursts_and_gives_way_to_what_is_read_for_good() -> None:
    chance, keys = Random(3), count(1_000)
    held: Admission[int] = Admission(1_000, 100)
    short = [next(keys) for _ in range(60)]
    for _ in range(20_000):  # each key is read about four times, within some 240 reads
        place = chance.randrange(60)
        reading(held, short[place])
        if chance.random() < 0.25:
            short[place] = next(keys)
    before = held.hits
    for _ in range(2_000):
        place = chance.randrange(60)
        reading(held, short[place])
        if chance.random() < 0.25:
            short[place] = next(keys)
    assert held.hits - before >= 1_300
    for _ in range(100):
        reading(held, *range(85), *(next(keys) for _ in range(85)))
    assert reading(held, *range(85)) >= 75


def test_what_is_read_in_masses_is_wanted_when_it_is_read_again() -> None:
    held: Admission[int] = Admission(1_000, 100)
    assert not any(held.is_wanted(key) for key in range(50))
    assert all(held.is_wanted(key) for key in range(50))
    for key in range(50):
        held.keep(key, key, 10)
    assert reading(held, *range(50)) == 50


def test_what_was_forgotten_in_the_middle_takes_no_room() -> None:
    held: Admission[int] = Admission(1_000, 100)
    for turn in range(50):
        reading(held, *range(100 * turn, 100 * turn + 100))
        for key in held:
            held.drop(key)
        assert len(held) == held.bytes == 0
    assert reading(held, *range(100), *range(100)) == 100
