"""Which turns correct, and what a person's words for a meaning stand for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.planner.correction import Correction, address_of, correction
from orchestrator.planner.meant import meant
from registry.errors import BadInput
from tests.orchestrator.planner.company import company

COMPANY = company()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("by goners I mean closed", Correction("goners", "closed")),
        ("No, by “goners” I meant user.users.status=closed.", Correction("goners", "user.users.status=closed")),
        ("that's wrong, with big fish we mean enterprise", Correction("big fish", "enterprise")),
        ("when I say gone, I mean closed!", Correction("gone", "closed")),
        ("That's wrong, I meant revenue by plan", Correction(question="revenue by plan")),
        ("no I meant last month", Correction(question="last month")),
    ],
)  # fmt: skip
def test_a_turn_that_corrects_says_what(text: str, said: Correction) -> None:
    assert correction(text) == said


@pytest.mark.parametrize(
    "text",
    ["revenue by month", "users by country I", "mean duration by country", "no users", "what do I mean", "which runs were wrong", "I meant well", ""],
)  # fmt: skip
def test_a_turn_that_asks_corrects_nothing(text: str) -> None:
    assert correction(text) is None


@given(st.text(max_size=300))
def test_any_text_is_a_correction_or_none(text: str) -> None:
    correction(text)
    correction(f"by {text} I mean {text}")


@pytest.mark.parametrize(
    ("words", "address"),
    [
        ("teams", "user.teams"),
        ("Blue Harbor", "user.teams.name=Blue Harbor"),
        ("revenue", "archive.invoices.revenue"),
        ("user.users.status=closed", "user.users.status=closed"),
        ("monthly fee", "user.teams.monthly_fee"),
    ],
)
def test_words_stand_for_what_they_name(words: str, address: str) -> None:
    assert address_of(words, COMPANY) == address
    meant(address, COMPANY)


def test_words_that_name_several_things_or_nothing_are_asked_back() -> None:
    with pytest.raises(BadInput, match="say which"):
        address_of("failed", COMPANY)
    with pytest.raises(BadInput, match="names nothing"):
        address_of("flibbertigibbets", COMPANY)
