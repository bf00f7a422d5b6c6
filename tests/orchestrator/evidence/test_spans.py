"""Each stretch of a question stands in its place, with what it became."""

from __future__ import annotations

import pytest

from orchestrator.evidence.reading import evidenced, explained
from orchestrator.evidence.spans import placed, unused
from orchestrator.planner.reading import Context, Question, Reading
from orchestrator.planner.rules import plan
from registry.answer import Answer, Understood
from registry.plan import parse_plan
from tests.orchestrator.planner.company import NOW_US, company

CATALOGUE = company()


def read(text: str) -> Reading:
    return explained(
        plan(Question(text, NOW_US), CATALOGUE, Context()).readings[0], text, CATALOGUE
    )


def meanings(text: str) -> dict[str, str]:
    return {u.words: u.meaning for u in read(text).understood}


def test_every_stretch_is_cut_from_the_question_as_typed() -> None:
    text = "  How many FAILED runs,  last week?"
    spans = read(text).understood
    assert [text[u.start : u.end] for u in spans] == [u.words for u in spans]
    assert [u.words for u in spans] == ["How many", "FAILED", "runs", "last week"]


@pytest.mark.parametrize(
    ("question", "words", "meaning"),
    [
        ("how many runs failed", "how many", "runs: how many records"),
        ("which 5 countries have the most users", "most", "ordered by users, highest first"),
        ("which 5 countries have the most users", "5", "the first 5"),
        ("average session duration by device", "average", "avg_duration_s: average duration_s"),
        ("different countries of users", "different", "each value once"),
        ("workflows that have never run", "never", "without any workflow.runs"),
        ("sessions longer than 5 minutes", "longer than 5 minutes", "duration_s is over 300 s"),
    ],
)
def test_words_of_the_grammar_say_what_they_did(question: str, words: str, meaning: str) -> None:
    assert meanings(question)[words] == meaning


def test_a_word_said_twice_is_placed_twice() -> None:
    twice = (Understood("open", "a"), Understood("open", "b"))
    made = placed("open or open", twice, parse_plan({"from": "chat.conversations"}))
    assert [(u.start, u.meaning) for u in made] == [(0, "a"), (8, "b")]


def test_what_came_from_an_earlier_turn_has_no_place() -> None:
    carried = Understood("failed runs", "status is failed", carried=True)
    [made] = placed("failed runs", (carried,), parse_plan({"from": "workflow.runs"}))
    assert (made.start, made.to_wire()["carried"]) == (None, True)


@pytest.mark.parametrize(
    ("question", "words", "left"),
    [
        ("list runs", "runs", ("list",)),
        ("runs that did not fail", "runs", ("not", "fail")),
        ("runs of workflow.runs", "runs", ()),
    ],
)
def test_a_word_that_changed_nothing_is_named(
    question: str, words: str, left: tuple[str, ...]
) -> None:
    at = question.index(words)
    said = (Understood(words, "workflow.runs", at, at + len(words)),)
    assert unused(question, said, (), parse_plan({"from": "workflow.runs"})) == left


def test_a_not_is_no_stray_word_where_the_plan_says_no() -> None:
    made = parse_plan(
        {"from": "workflow.runs", "where": {"op": "!=", "field": "status", "value": "failed"}}
    )
    assert unused("runs that did not", (), (), made) == ()


def test_an_answer_holds_its_sentence_and_its_windows() -> None:
    text = "how many runs took longer than 2 seconds last week"
    wire = evidenced(Answer("answered", ""), read(text), text).to_wire()
    assert wire["label"].startswith("Number of workflow.runs where duration_ms is over 2000 ms")
    assert wire["windows"] == [
        {"field": "started_at", "from": "2026-11-09T00:00:00Z", "before": "2026-11-16T00:00:00Z"}
    ]
