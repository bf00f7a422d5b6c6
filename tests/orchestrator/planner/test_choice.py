"""Choosing among what two planners read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from orchestrator.planner.cascade import Second, seconded
from orchestrator.planner.choice import (
    FAILED,
    KEPT_MAX,
    Brought,
    brought,
    candidates,
    dismissed,
    open_to_rows,
    ran,
    weighed,
)
from orchestrator.planner.describe import describe
from orchestrator.planner.network.planner import Opinion
from orchestrator.planner.parts import compare, key, measured, query
from orchestrator.planner.reading import Context, Planner, Question, Reading, Readings
from registry.catalog import Catalogue
from registry.plan import QueryPlan
from tests.orchestrator.network.shop import shop
from tests.orchestrator.planner.company import company

TEXT = "how many orders are open"
COUNT = query("shop.orders", measures=(measured("count", None, "count"),))
OPEN = query(
    "shop.orders",
    where=compare("=", "status", "open"),
    measures=(measured("count", None, "n"),),
)
OPEN_TOO = query(
    "shop.orders",
    where=compare("=", "status", "open"),
    measures=(measured("count", None, "orders"),),
)
CITIES = query("shop.cities", select=("name",))


def by_rules(*plans: QueryPlan, sure: float = 0.6) -> Readings:
    made = (Reading(p, sure - 0.1 * n, describe(p), planner="rules") for n, p in enumerate(plans))
    return Readings("rules", tuple(made))


def by_network(*plans: QueryPlan, likely: float = -0.2, told: float | None = None) -> Opinion:
    made = (Reading(p, 0.5, describe(p), evidence={"likely": likely - n})
            for n, p in enumerate(plans))  # fmt: skip
    return Opinion(Readings("network", tuple(made)), (told,) * 3)


def test_a_plan_of_both_stands_once_and_is_likelier_than_of_either() -> None:
    agreed = weighed(by_rules(OPEN), by_network(OPEN_TOO), TEXT)
    assert [r.plan for r in agreed] == [OPEN]
    parted = weighed(by_rules(OPEN), by_network(CITIES), TEXT)
    assert agreed[0].confidence > max(r.confidence for r in parted)


def test_a_plan_that_the_network_thinks_little_of_is_less_likely() -> None:
    def sure(told: float) -> float:
        found = weighed(by_rules(OPEN), by_network(CITIES, told=told), TEXT)
        return next(r.confidence for r in found if r.plan == OPEN)

    assert sure(-0.7) > sure(-7.0)


def test_every_reading_tells_who_made_it() -> None:
    found = weighed(by_rules(OPEN), by_network(CITIES), TEXT)
    assert {r.plan.source: r.planner for r in found} == {
        "shop.orders": "rules",
        "shop.cities": "network",
    }


def test_other_ways_to_read_are_no_meanings_to_ask_back_about() -> None:
    found = weighed(by_rules(OPEN, COUNT), by_network(CITIES, COUNT), TEXT)
    assert len(found) <= KEPT_MAX
    assert all(r.confidence <= max(0.0, found[0].confidence - 0.04) for r in found[1:])


def test_what_brings_nothing_is_less_likely() -> None:
    found = weighed(by_rules(OPEN), by_network(CITIES), TEXT)
    some, none = Brought(1, "[5]"), Brought(0)
    for place in range(2):
        first = [some, some]
        second = [none if n == place else some for n in range(2)]
        before = {r.plan.source: r.confidence for r in ran(found, first)}
        after = {r.plan.source: r.confidence for r in ran(found, second)}
        source = found[place].plan.source
        assert after[source] < before[source]


def test_plans_that_were_not_run_stand_behind_those_that_were() -> None:
    found = weighed(by_rules(OPEN), by_network(CITIES), TEXT)
    again = ran(found, [None, Brought(2, "x")])
    assert again[0].plan == found[1].plan
    assert again[1].confidence < again[0].confidence


def test_a_plan_that_fails_is_weighed_like_any_other() -> None:
    found = weighed(by_rules(OPEN), by_network(CITIES), TEXT)
    assert {r.plan.source for r in ran(found, [FAILED, FAILED])} == {"shop.orders", "shop.cities"}


def test_rows_tell_the_same_in_any_order_of_rows_and_columns() -> None:
    assert brought([[1, "a"], [2, "b"]]) == brought([["b", 2], ["a", 1]])
    assert brought([[1], [2]]) != brought([[1], [1]])
    assert brought([[None]]).blank
    assert not brought([]).blank


def test_what_the_rules_find_likely_enough_is_shown_though_the_network_does_not() -> None:
    def unlikely(sure: float) -> Reading:
        reading = weighed(by_rules(OPEN, sure=sure), by_network(CITIES), TEXT)[0]
        return replace(reading, confidence=0.05)

    assert not dismissed(unlikely(0.5), 0.2)
    assert dismissed(unlikely(0.1), 0.2)
    assert dismissed(replace(by_rules(OPEN).readings[0], confidence=0.19), 0.2)
    assert not dismissed(replace(by_rules(OPEN).readings[0], confidence=0.2), 0.2)


def test_only_readings_that_were_weighed_are_open_to_rows() -> None:
    assert not open_to_rows((), shop())
    assert not open_to_rows(by_rules(OPEN).readings, shop())
    assert open_to_rows(weighed(by_rules(OPEN), by_network(CITIES), TEXT), shop())


@given(st.text(max_size=300))
def test_any_text_is_weighed(text: str) -> None:
    found = weighed(by_rules(OPEN, COUNT), by_network(OPEN_TOO, CITIES), text)
    assert all(0 <= r.confidence <= 1 for r in found)
    assert all(a.confidence >= b.confidence for a, b in pairwise(found))
    assert found == weighed(by_rules(OPEN, COUNT), by_network(OPEN_TOO, CITIES), text)


def test_without_readings_of_one_planner_those_of_the_other_are_candidates() -> None:
    assert [r.plan for r in candidates(Readings("rules"), by_network(CITIES), TEXT)] == [CITIES]
    assert [r.plan for r in candidates(by_rules(OPEN), by_network(), TEXT)] == [OPEN]


def says(found: Readings) -> Planner:
    return lambda question, catalogue, context: found


def thinks(opinion: Opinion) -> Second:
    return lambda question, catalogue, context, plans=(): opinion


def test_the_network_is_asked_about_what_nobody_described() -> None:
    both = seconded(says(by_rules(OPEN)), thinks(by_network(CITIES)))
    found = both(Question(TEXT, 0), shop(), Context())
    assert {r.planner for r in found.readings} == {"rules", "network"}


def test_what_somebody_described_the_network_does_not_see() -> None:
    seen: list[set[str]] = []

    def second(
        question: Question,
        catalogue: Catalogue,
        context: Context,
        plans: Sequence[QueryPlan] = (),
    ) -> Opinion:
        seen.append(set(catalogue.domains))
        return by_network(CITIES)

    both = seconded(says(by_rules(OPEN)), second)
    beside = Catalogue([*company().domains.values(), *shop().domains.values()], {})
    both(Question(TEXT, 0), beside, Context())
    assert seen == [{"shop"}]


def test_where_somebody_described_the_data_the_rules_have_the_word() -> None:
    users = query("user.users", measures=(measured("count", None, "count"),))
    first = by_rules(users)
    both = seconded(says(first), thinks(by_network(users)))
    assert both(Question("how many users", 0), company(), Context()) is first


def test_what_names_nothing_that_is_stored_is_not_guessed_at() -> None:
    nothing = Readings("rules", reason="no")
    both = seconded(says(nothing), thinks(by_network(CITIES)))
    assert both(Question("who owns a yacht", 0), shop(), Context()) is nothing


def test_of_questions_that_it_cannot_have_learned_the_network_is_not_asked() -> None:
    since = query("shop.orders", where=compare(">=", "placed_at", "2026-07-01T00:00:00Z"))
    first = by_rules(since)
    both = seconded(says(first), thinks(by_network(CITIES)))
    assert both(Question("orders since July", 0), shop(), Context()) is first


def test_a_plan_that_hears_a_word_is_likelier_than_one_that_does_not() -> None:
    text = "number of orders per status"
    by_status = query(
        "shop.orders", group=(key("status", "status"),), measures=(measured("count", None, "n"),)
    )
    found = candidates(by_rules(by_status), by_network(COUNT), text)
    assert [r.evidence["deaf_each"] for r in found] == [0.0, 1.0]


def test_a_final_word_is_not_weighed() -> None:
    last = Readings("rules", reason="no", final=True)
    both = seconded(says(last), thinks(by_network(CITIES)))
    assert both(Question("delete all", 0), shop(), Context()) is last


def test_a_silent_network_leaves_the_rules_as_they_are() -> None:
    first = by_rules(OPEN, COUNT)
    both = seconded(says(first), thinks(by_network()))
    assert both(Question(TEXT, 0), shop(), Context()) is first
