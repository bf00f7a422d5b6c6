"""Slips of the fingers in words of the grammar are mended; words of the data are left alone."""

from __future__ import annotations

import pytest

from orchestrator.planner.lexicon import lexicon_of
from orchestrator.planner.phrasing.misspelt import spelt
from orchestrator.planner.reading import Context, Question
from orchestrator.planner.rules import plan
from orchestrator.planner.words import tokenise
from tests.orchestrator.planner.company import NOW_US, company

CATALOGUE = company()


def mended(text: str) -> str:
    words, _ = spelt(tokenise(text), lexicon_of(CATALOGUE))
    return " ".join(word.text for word in words)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("hwo mny users", "how many users"),
        ("wich users wer active", "which users were active"),
        ("averge duration of sessions", "average duration of sessions"),
        ("medain duration", "median duration"),
        ("percentge of users", "percentage of users"),
    ],
)
def test_slips_in_words_of_the_grammar_are_mended(typed: str, meant: str) -> None:
    assert mended(typed) == meant


@pytest.mark.parametrize(
    "text",
    [
        "the cost of a mast",  # one letter for another makes another word
        "users with three sessions",
        "platforms shared by users",  # an inflection
        "users of Wich",  # a name
        "90th percentile of duration",
    ],
)
def test_words_that_are_no_slips_stay(text: str) -> None:
    assert mended(text) == " ".join(word.text for word in tokenise(text))


def test_a_misspelt_question_gets_the_plan_of_the_question() -> None:
    made, meant = (
        plan(Question(text, NOW_US), CATALOGUE, Context()).readings[0].plan
        for text in ("hwo mny users", "how many users")
    )
    assert made == meant
