"""What cools, what stays, and the reason that a person reads."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from orchestrator.thermal import FEW_ROWS, ROWS_MAX, Placement, decide
from registry.moment import US_DAY
from registry.tier import Tier

NOW = 20_000 * US_DAY


def rows(place: str, count: int, ended_days_ago: int | None) -> Placement:
    until = None if ended_days_ago is None else NOW - ended_days_ago * US_DAY
    return Placement(place, place.partition("/")[0], Tier.WARM, count, until)


def segment(place: str) -> Placement:
    return Placement(place, place.partition("/")[0], Tier.COLD, 5_000, NOW, 1_000)


def moves(domain: Tier, *placements: Placement) -> dict[str, Any]:
    return {d.placement.place: d.to for d in decide(placements, domain, NOW)}


def test_rows_of_a_cold_domain_cool_at_once_and_segments_stay() -> None:
    found = moves(
        Tier.COLD, rows("a/2024-01", 1, -10), rows("b/none", 1, None), segment("a/2023-01/1")
    )
    assert found == {"a/2024-01": Tier.COLD, "b/none": Tier.COLD, "a/2023-01/1": None}


def test_a_month_cools_when_all_of_it_is_old_enough() -> None:
    (young, old) = decide([rows("a/2024-01", 1, 89), rows("a/2023-12", 1, 90)], Tier.WARM, NOW)
    assert (young.to, young.why) == (None, "its month ended 89 days ago (limit 90)")
    assert (old.to, old.why) == (Tier.COLD, "its month ended 90 days ago (limit 90)")


def test_rows_without_a_time_stay_until_there_is_something_to_tell_their_age_by() -> None:
    (one,) = decide([rows("people/h01", 10, None)], Tier.WARM, NOW)
    assert (one.to, one.why) == (None, "it has no time to tell its age by")


def test_a_few_late_rows_wait_beside_the_segment_of_their_month() -> None:
    late = rows("a/2020-01", FEW_ROWS - 1, 1_000)
    assert moves(Tier.COLD, late, segment("a/2020-01/3"))["a/2020-01"] is None
    assert moves(Tier.COLD, late, segment("a/2020-02/3"))["a/2020-01"] is Tier.COLD
    more = rows("a/2020-01", FEW_ROWS, 1_000)
    assert moves(Tier.COLD, more, segment("a/2020-01/3"))["a/2020-01"] is Tier.COLD


def test_past_the_cap_the_oldest_months_go_until_the_rest_fits_and_the_present_one_stays() -> None:
    half = ROWS_MAX // 2
    found = moves(
        Tier.HOT,
        rows("a/3", half, -5),
        rows("a/1", half, 40),
        rows("a/2", half, 10),
        rows("b/1", half, 40),
    )
    assert found == {"a/1": Tier.COLD, "a/2": None, "a/3": None, "b/1": None}
    assert moves(Tier.HOT, rows("a/3", ROWS_MAX + 1, -5)) == {"a/3": None}


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(1, 10**6), st.none() | st.integers(-99, 999))),
       st.sampled_from(Tier))  # fmt: skip
def test_each_place_gets_one_decision_with_a_reason_and_the_same_again(
    drawn: list[tuple[str, int, int | None]], domain: Tier
) -> None:
    known = [rows(f"{c}/{n}", count, age) for n, (c, count, age) in enumerate(drawn)]
    found = decide(known, domain, NOW)
    assert [d.placement for d in found] == known
    assert all(d.why and d.to in (None, Tier.COLD) for d in found)
    assert decide(known, domain, NOW) == found
