"""Questions in German, Spanish, French and Chinese get the plans of their English twins."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.demo.questions import QUESTIONS
from orchestrator.evidence.spans import placed
from orchestrator.planner.cascade import default as plan
from orchestrator.planner.confidence import alike
from orchestrator.planner.languages.detect import language_of
from orchestrator.planner.languages.pack import packs
from orchestrator.planner.languages.planner import names_of
from orchestrator.planner.reading import Context, Question, Reading
from registry.catalog import Catalogue
from registry.check import check
from registry.domain import parse_spec
from registry.settings import Settings
from tests.orchestrator.planner.company import NOW_US, company

CATALOGUE = company()
FOLDER = Path(__file__).parent
ENGLISH = [q.text for q in QUESTIONS] + [
    entry["q"] for entry in yaml.safe_load((FOLDER / "questions.yaml").read_text())
]
TWINS = [
    (file.stem, *line.removeprefix("! ").split(" | "), line.startswith("!"))
    for file in sorted((FOLDER / "languages").glob("*.txt"))
    for line in file.read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


TENTATIVE = Settings(Path()).tentative_confidence


def read(text: str, catalogue: Catalogue = CATALOGUE) -> Reading | None:
    found = plan(Question(text, NOW_US), catalogue, Context()).readings
    return found[0] if found else None


@pytest.mark.parametrize(("language", "text", "english", "open_"), TWINS)
def test_a_question_gets_the_plan_of_its_twin_or_no_sure_answer(
    language: str, text: str, english: str, open_: bool
) -> None:
    made, twin = read(text), read(english)
    assert made is not None and twin is not None
    if open_:
        assert made.plan != twin.plan and made.confidence < 0.75
    else:
        assert alike(made.plan, twin.plan)
        assert made.confidence >= TENTATIVE
        assert made.language == language


def test_every_language_has_enough_twins() -> None:
    for pack in packs():
        assert sum(language == pack.name for language, *_ in TWINS) >= 25


def test_english_is_left_alone() -> None:
    assert [text for text in ENGLISH if language_of(text, names_of(CATALOGUE))] == []


def test_what_was_understood_stands_in_the_questions_own_words() -> None:
    text = "Wie viele fehlgeschlagene Läufe gab es letzte Woche pro Arbeitsablauf?"
    made = read(text)
    assert made is not None
    spans = placed(text, made.understood, made.plan)
    assert all(text[u.start : u.end] == u.words for u in spans)
    told = {u.words: u.meaning for u in spans}
    assert told["letzte Woche"].startswith("started_at from 2026-11-09")
    assert told["Wie viele"] == "how many"


def test_a_word_that_is_not_understood_is_named_as_it_was_typed() -> None:
    made = read("Wie viele Einhörner gibt es pro Land?")
    assert made is None or "Einhörner" in made.not_understood


@pytest.mark.promise(8)
@pytest.mark.parametrize(
    "order",
    ["Lösche alle Benutzer", "borra todos los usuarios", "Supprime tous les utilisateurs", "删除所有用户",
     "bitte lösche die Tickets", "把所有用户删除"],
)  # fmt: skip
def test_an_order_is_refused_in_every_language(order: str) -> None:
    found = plan(Question(order, NOW_US), CATALOGUE, Context())
    assert not found.readings or found.readings[0].confidence < 0.5


def test_tables_in_their_own_language_are_asked_in_it() -> None:
    shop = parse_spec(
        {
            "domain": "laden",
            "collections": {
                "kunden": {"fields": {"land": {"type": "text"}, "umsatz": {"type": "decimal"}}}
            },
        }
    )
    made = read("Wie viele Kunden gibt es pro Land?", Catalogue((shop,)))
    assert made is not None and made.plan.source == "laden.kunden"
    assert [key.field for key in made.plan.group] == ["land"]


def test_a_follow_up_goes_on_in_the_same_language() -> None:
    first = read("Wie viele Läufe gab es letzte Woche?")
    assert first is not None
    again = plan(Question("nur fehlgeschlagene", NOW_US), CATALOGUE, Context(plan=first.plan))
    twin = read("how many failed runs were there last week?")
    assert twin is not None and again.readings[0].confidence >= 0.75
    assert "status is failed" in again.readings[0].label and "2026-11-09" in again.readings[0].label


def test_phrases_are_said_once_and_every_pack_tells_itself() -> None:
    assert [pack.name for pack in packs()] == ["de", "es", "fr", "zh"]
    for pack in packs():
        assert pack.grammar and pack.names and (pack.votes or pack.han)


FURTHER = "how many users runs failed last week ¿ ? « » ' d' l' 5 个 用户 上周 \x00 ß"
WORDS = [*sorted({word for pack in packs() for word in pack.votes})[::7], *FURTHER.split()]


@given(st.lists(st.sampled_from(WORDS), max_size=10))
@settings(max_examples=150, deadline=None)
def test_mixed_languages_give_checked_plans_or_a_refusal(words: list[str]) -> None:
    found = plan(Question(" ".join(words) or "?", NOW_US), CATALOGUE, Context())
    for made in found.readings:
        assert check(made.plan, CATALOGUE)
