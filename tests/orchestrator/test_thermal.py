"""What cools, what comes back, what stays, and the reason that a person reads."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from orchestrator.thermal import Placement, decide
from registry.limits import FEW_ROWS, ROWS_STORED_MAX
from registry.moment import US_DAY
from registry.thermal import DEFAULTS, Policy
from registry.tier import Tier

NOW = 20_000 * US_DAY
LIVELY, ASLEEP = replace(DEFAULTS[Tier.HOT], min_rows=1), DEFAULTS[Tier.COLD]


def rows(place: str, count: int, ended_days_ago: int | None, **known: Any) -> Placement:
    until = None if ended_days_ago is None else NOW - ended_days_ago * US_DAY
    return Placement(place, place.partition("/")[0], Tier.WARM, count, until, **known)


def segment(place: str, count: int = 5_000, **known: Any) -> Placement:
    return Placement(place, place.partition("/")[0], Tier.COLD, count, NOW, 1_000, **known)


def moves(policy: Policy, *placements: Placement) -> dict[str, Any]:
    return {d.placement.place: d.to for d in decide(placements, policy, NOW)}


def one(policy: Policy, placement: Placement) -> tuple[Tier | None, str]:
    (found,) = decide([placement], policy, NOW)
    return found.to, found.why


# -- age -----------------------------------------------------------------------------------------


def test_rows_of_a_cold_domain_cool_at_once_and_segments_stay() -> None:
    found = moves(
        ASLEEP, rows("a/2024-01", 1, -10), rows("b/none", 1, None), segment("a/2023-01/1")
    )
    assert found == {"a/2024-01": Tier.COLD, "b/none": Tier.COLD, "a/2023-01/1": None}


def test_a_month_cools_when_all_of_it_is_old_enough() -> None:
    assert one(LIVELY, rows("a/2024-01", 1, 89)) == (None, "its month ended 89 days ago (limit 90)")
    assert one(LIVELY, rows("a/2023-12", 1, 90)) == (
        Tier.COLD,
        "its month ended 90 days ago (limit 90)",
    )
    soon = replace(LIVELY, cool_after_days=10)
    assert one(soon, rows("a/2023-12", 1, 10))[0] is Tier.COLD


def test_rows_without_a_time_age_from_their_last_touch() -> None:
    unknown = rows("people/h01", 10, None)
    assert one(LIVELY, unknown) == (None, "it has no time to tell its age by")
    young = replace(unknown, touched_us=NOW - 89 * US_DAY)
    assert one(LIVELY, young) == (None, "it was touched 89 days ago (limit 90)")
    assert one(LIVELY, replace(unknown, touched_us=NOW - 90 * US_DAY))[0] is Tier.COLD


def test_a_small_month_is_not_worth_a_segment_unless_the_domain_is_cold() -> None:
    small, big = rows("a/2023-12", FEW_ROWS - 1, 900), rows("a/2023-12", FEW_ROWS, 900)
    usual = DEFAULTS[Tier.WARM]
    assert one(usual, small) == (None, "fewer than 1,000 rows are not worth a segment")
    assert one(usual, big)[0] is Tier.COLD
    assert one(ASLEEP, small)[0] is Tier.COLD
    full = rows("a/2024-01", ROWS_STORED_MAX, 1)
    found = moves(replace(usual, cool_after_days=2_000), small, full)
    assert found == {"a/2023-12": Tier.COLD, "a/2024-01": None}


def test_a_few_late_rows_wait_beside_the_segment_of_their_month() -> None:
    late = rows("a/2020-01", FEW_ROWS - 1, 1_000)
    assert moves(ASLEEP, late, segment("a/2020-01/3"))["a/2020-01"] is None
    assert moves(ASLEEP, late, segment("a/2020-02/3"))["a/2020-01"] is Tier.COLD
    more = rows("a/2020-01", FEW_ROWS, 1_000)
    assert moves(ASLEEP, more, segment("a/2020-01/3"))["a/2020-01"] is Tier.COLD


# -- size ----------------------------------------------------------------------------------------


def test_past_the_cap_the_oldest_months_go_until_the_rest_fits_and_the_present_one_stays() -> None:
    half = ROWS_STORED_MAX // 2
    found = moves(
        LIVELY,
        rows("a/3", half, -5),
        rows("a/1", half, 40),
        rows("a/2", half, 10),
        rows("b/1", half, 40),
    )
    assert found == {"a/1": Tier.COLD, "a/2": None, "a/3": None, "b/1": None}
    assert moves(LIVELY, rows("a/3", ROWS_STORED_MAX + 1, -5)) == {"a/3": None}


def test_bytes_have_a_cap_too() -> None:
    small = replace(LIVELY, max_bytes=1 << 20)
    big, light = rows("a/1", 10, 20, bytes=1 << 20), rows("a/2", 10, 10, bytes=5)
    assert moves(small, big, light) == {"a/1": Tier.COLD, "a/2": None}
    assert one(small, replace(big, bytes=2 << 20))[1] == "a has more than 1,048,576 bytes as rows"


def test_past_the_cap_what_is_read_goes_last() -> None:
    half = ROWS_STORED_MAX // 2
    read = rows("a/1", half, 40, heat=2.0 * half)
    found = moves(LIVELY, read, rows("a/2", half, 10), rows("a/3", half, 5))
    assert found == {"a/1": None, "a/2": Tier.COLD, "a/3": None}


# -- heat ----------------------------------------------------------------------------------------


def test_rows_that_are_old_but_read_stay_until_they_are_not() -> None:
    old = rows("a/1", 50, 295)
    to, why = one(LIVELY, replace(old, heat=50.0))
    assert (to, why) == (
        None,
        "its month ended 295 days ago (limit 90), but it is read, heat 1 a record (cools below 1)",
    )
    assert one(LIVELY, replace(old, heat=49.9))[0] is Tier.COLD


def test_rows_of_a_cold_domain_stay_only_if_heat_brought_them_back() -> None:
    read = rows("a/1", 10, 5, heat=100.0)
    assert one(ASLEEP, read)[0] is Tier.COLD
    back = replace(read, moved_us=NOW - US_DAY)
    assert one(ASLEEP, back)[0] is None
    assert one(ASLEEP, replace(back, heat=9.0))[0] is Tier.COLD


def test_the_few_hot_records_of_a_segment_come_back_alone() -> None:
    warmest = ((8, 9.0), (2, 4.0), (3, 3.9))
    (found,) = decide([segment("a/1/7", heat=40.0, warmest=warmest)], LIVELY, NOW)
    assert (found.to, found.rows) == (Tier.WARM, (8, 2))
    assert found.why == "2 of its 5,000 records are read often"


def test_a_segment_comes_back_whole_when_that_is_cheaper() -> None:
    half = tuple((n, 4.0) for n in range(5))
    (found,) = decide([segment("a/1/7", 10, heat=20.0, warmest=half)], LIVELY, NOW)
    assert (found.to, found.rows) == (Tier.WARM, ())
    even = segment("a/1/7", 5_000, heat=20_000.0)
    assert one(LIVELY, even) == (Tier.WARM, "it is read often, heat 4 a record (limit 4)")
    lopsided = segment("a/1/7", 5_000, heat=20_000.0, warmest=((1, 15_000.0),))
    (found,) = decide([lopsided], LIVELY, NOW)
    assert found.rows == (1,)


def test_what_comes_back_leaves_room_under_the_cap() -> None:
    present = rows("a/now", int(ROWS_STORED_MAX * 0.8) - 1, -5)
    hot = segment("a/1/7", 10, heat=100.0)
    assert moves(LIVELY, present, hot)["a/1/7"] is None
    alone = replace(hot, warmest=((1, 90.0),))
    (_, found, other) = decide([present, alone, replace(alone, place="a/2/8")], LIVELY, NOW)
    assert found.rows == (1,)
    assert other.to is None and other.why == "it is read often, but a has no room for more rows"


def test_nothing_comes_back_where_the_policy_says_never() -> None:
    never = replace(LIVELY, promote_at=0.0)
    assert one(never, segment("a/1/7", 10, heat=1e9, warmest=((1, 1e9),)))[0] is None
    assert one(never, rows("a/1", 10, 295, heat=1e9))[0] is Tier.COLD


# -- what may not move ---------------------------------------------------------------------------


def test_what_was_moved_stays_for_a_while() -> None:
    back = rows("a/1", 50, 295, moved_us=NOW - US_DAY + 1)
    assert one(LIVELY, back) == (None, "it was moved 23 hours ago (it stays 24)")
    assert one(LIVELY, replace(back, moved_us=NOW - US_DAY))[0] is Tier.COLD
    hot = segment("a/1/7", 10, heat=100.0, moved_us=NOW)
    assert one(LIVELY, hot)[0] is None
    assert one(ASLEEP, hot)[0] is Tier.WARM


def test_pinned_and_held_places_stay() -> None:
    pinned = replace(ASLEEP, pin=("a",))
    assert one(pinned, rows("a/1", 5, 9)) == (None, "a is pinned by the domain's policy")
    assert one(pinned, rows("b/1", 5, 9))[0] is Tier.COLD
    held = segment("b/1/7", 10, heat=100.0, held="case 12")
    assert one(ASLEEP, held) == (None, "it is held: case 12")


places = st.tuples(
    st.sampled_from("ab"),
    st.booleans(),
    st.integers(1, 10**6),
    st.none() | st.integers(-99, 999),
    st.floats(0, 1e7),
    st.lists(st.floats(0, 1e3), max_size=3),
)


@given(st.lists(places), st.sampled_from(Tier))
def test_each_place_gets_one_decision_with_a_reason_and_the_same_again(
    drawn: list[Any], domain: Tier
) -> None:
    known = [
        segment(f"{c}/m/{n}", count, heat=heat, warmest=tuple((n, h) for n, h in enumerate(each)))
        if cold
        else rows(f"{c}/{n}", count, age, heat=heat, touched_us=NOW)
        for n, (c, cold, count, age, heat, each) in enumerate(drawn)
    ]
    found = decide(known, DEFAULTS[domain], NOW)
    assert [d.placement for d in found] == known
    assert all(d.why and d.to is not d.placement.tier for d in found)
    assert decide(known, DEFAULTS[domain], NOW) == found
