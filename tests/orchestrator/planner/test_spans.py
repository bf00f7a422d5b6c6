"""Words of a question and what they name."""

from __future__ import annotations

import pytest

from orchestrator.planner import rules
from orchestrator.planner.lexicon import lexicon_of
from orchestrator.planner.reading import Context, Question
from orchestrator.planner.spans import cover
from orchestrator.planner.words import tokenise
from registry.catalog import Catalogue
from registry.domain import parse_spec
from tests.orchestrator.planner.company import NOW_US

FIELDS = ("first_name", "last_name", "billing_city", "shipping_city", "start_date", "phone")
CLUB = Catalogue(
    [
        parse_spec(
            {
                "domain": "club",
                "collections": {"members": {"fields": {name: {"type": "text"} for name in FIELDS}}},
            }
        )
    ],
    {},
)


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("first and last names of all members", ["first_name", "last_name"]),
        ("the last or first name", ["last_name", "first_name"]),
        ("billing and shipping city of each member", ["billing_city", "shipping_city"]),
        ("phone and start date", ["phone", "start_date"]),
        ("the first and the last name", ["last_name"]),
        ("big and last name", ["last_name"]),
    ],
)
def test_two_names_may_share_their_last_word(text: str, fields: list[str]) -> None:
    spans = cover(tokenise(text), lexicon_of(CLUB), frozenset())
    named = [span.meanings[0] for span in spans if not span.soft]
    assert [m.field for m in named if m.kind == "field"] == fields


def test_what_shares_a_word_is_shown_beside_it() -> None:
    question = Question("list the first and last names of the members", NOW_US)
    best = rules.plan(question, CLUB, Context()).readings[0]
    assert best.plan.select == ("first_name", "last_name")
