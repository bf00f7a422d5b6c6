"""The search over the shipped weights: what is told and what is found are weighed alike."""

from __future__ import annotations

import pytest

from orchestrator.planner.network.features import Asked, asked
from orchestrator.planner.network.names import NameBook
from orchestrator.planner.network.planner import WEIGHTS
from orchestrator.planner.network.schema import schema_of
from orchestrator.planner.network.search import BEAM, STEPS_MAX, search
from orchestrator.planner.network.sessions import Sessions
from orchestrator.planner.network.states import follows, rules_of
from tests.orchestrator.network.shop import shop

SCHEMA = schema_of(shop())
SESSIONS = Sessions(WEIGHTS)
BOOK = NameBook(SESSIONS)
ASKED = (
    "how many orders are shipped",
    "names and ages of customers from Oslo",
    "average age of customers in each city",
    "customers who never placed an order",
    "the 3 oldest customers",
)
#: eight bits say the same a little differently beside other tokens
NOISE = 0.35


def given_of(text: str) -> Asked:
    return asked(text, SCHEMA, SESSIONS.pieces)


@pytest.mark.parametrize("text", ASKED)
def test_a_sketch_is_as_likely_told_as_found(text: str) -> None:
    given = given_of(text)
    rules = rules_of(given.items)
    found, none = search(given, rules, SESSIONS, BOOK)
    again, said = search(given, rules, SESSIONS, BOOK, told=[w.tokens for w in found])
    assert none == []
    assert said == pytest.approx([w.likely for w in found], abs=NOISE)
    assert again[0].tokens == found[0].tokens


@pytest.mark.parametrize("text", ASKED)
def test_what_is_found_is_whole_allowed_and_in_order(text: str) -> None:
    given = given_of(text)
    rules = rules_of(given.items)
    found, _ = search(given, rules, SESSIONS, BOOK)
    likely = [w.likely for w in found]
    assert likely == sorted(likely, reverse=True)
    assert likely[0] <= 0
    assert len({w.tokens for w in found}) == len(found) <= BEAM
    assert all(follows(w.tokens, rules) and len(w.tokens) <= STEPS_MAX for w in found)


def test_sketches_that_are_told_are_weighed_each_for_itself() -> None:
    given = given_of("how many orders are shipped")
    rules = rules_of(given.items)
    other, _ = search(given_of("names and ages of customers from Oslo"), rules, SESSIONS, BOOK)
    found, _ = search(given, rules, SESSIONS, BOOK)
    told = [found[0].tokens, other[0].tokens]
    assert all(follows(tokens, rules) for tokens in told)
    _, (right, wrong) = search(given, rules, SESSIONS, BOOK, told=told)
    assert right > wrong + 2


def test_rules_are_kept_for_questions_with_as_many_mentions() -> None:
    one, other, more = (
        rules_of(given_of(text).items)
        for text in ("customers from Oslo", "customers from Bergen", "the 3 oldest from Oslo")
    )
    assert one is other
    assert one is not more
