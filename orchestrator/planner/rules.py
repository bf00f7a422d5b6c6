"""The rules planner: a question is read in two ways, by its shape under a root and by its clauses,
and what speaks for each reading is weighed. Pure and deterministic; never raises on any text."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from orchestrator.planner.asked import Asked
from orchestrator.planner.bare import bare
from orchestrator.planner.clauses import planner as clauses
from orchestrator.planner.confidence import chosen
from orchestrator.planner.graph import graph_of
from orchestrator.planner.lexicon import lexicon_of
from orchestrator.planner.marks import impossible, marked
from orchestrator.planner.nameless import without_nameless
from orchestrator.planner.phrasing.phrasings import reworded
from orchestrator.planner.reading import Context, Question, Reading, Readings
from orchestrator.planner.refusal import asks_to_write, beyond, near_names
from orchestrator.planner.shape.assemble import CLOSE, assemble
from orchestrator.planner.shown import shown
from orchestrator.planner.source import Needs, candidates, roles
from orchestrator.planner.words import tokenise
from registry.catalog import Catalogue
from registry.limits import QUESTION_CHARS_MAX, QUESTION_WORDS_MAX

NAME: Final = "rules"
READINGS_MAX: Final = 3
_IMPOSSIBLE: Final = 0.4


def plan(question: Question, catalogue: Catalogue, context: Context) -> Readings:
    """Readings of a question, best first. See `reading.Planner`."""
    refused = no_question(question, catalogue)
    if refused is not None:
        return refused
    words = tokenise(question.text)
    if len(words) > QUESTION_WORDS_MAX:
        reason = f"The question has more than {QUESTION_WORDS_MAX} words; ask in fewer."
        return Readings(NAME, reason=reason)
    nothing = bare(words, catalogue) if context.plan is None else ()
    if nothing:
        return Readings(NAME, nothing)
    asked = asked_of(question, catalogue)
    found = chosen(*both(asked, question.text, catalogue), catalogue)
    named = (without_nameless(reading, catalogue) for reading in found)
    readings = tuple(shown(reading, asked.words, catalogue) for reading in named)
    return _offered(readings, catalogue) if readings else _nothing(asked, catalogue)


def asked_of(question: Question, catalogue: Catalogue) -> Asked:
    """The question taken apart, what is said in other words put in the grammar's own."""
    lexicon = lexicon_of(catalogue)
    return Asked(question, reworded(tokenise(question.text), lexicon), lexicon)


def no_question(question: Question, catalogue: Catalogue) -> Readings | None:
    """The refusal of what is no question about data, whatever the data is; `None` for others."""
    if len(question.text) > QUESTION_CHARS_MAX:
        return Readings(
            NAME,
            reason=f"The question is longer than {QUESTION_CHARS_MAX} characters; shorten it.",
            final=True,
        )
    words = tokenise(question.text)
    verb = asks_to_write(words)
    if verb is not None:
        return Readings(
            NAME,
            reason=f"A question can only read, so it cannot {verb} anything; use the ingest or "
            f"write tools.",
            suggestions=near_names(tuple(w.text for w in words[1:6]), catalogue),
            final=True,
        )
    reason = beyond(words)
    if reason is not None:
        return Readings(NAME, reason=reason, suggestions=near_names((), catalogue), final=True)
    return None


def both(
    asked: Asked, text: str, catalogue: Catalogue
) -> tuple[tuple[Reading, ...], Reading | None]:
    """The readings by shape, best first, and the one by clauses, not yet weighed."""
    composed = clauses.read(asked, text, catalogue)
    return (
        tuple(marked(reading, asked, catalogue) for reading in _shaped(asked, catalogue)),
        None if composed is None else marked(composed, asked, catalogue),
    )


def _shaped(asked: Asked, catalogue: Catalogue) -> list[Reading]:
    """The readings under the likeliest roots, best first."""
    graph = graph_of(catalogue)
    needs = Needs(bool(asked.windows), bool(asked.sought))
    found = candidates(asked.present, catalogue, graph, needs)
    readings: list[Reading] = []
    for candidate in found[:READINGS_MAX]:
        behind = found[0].score - candidate.score
        if behind > CLOSE:
            break
        for variant in (candidate, *roles(candidate, catalogue, graph)):
            reading = assemble(asked, variant, catalogue, graph, behind)
            if reading is not None and impossible(reading.plan):
                reading = replace(reading, confidence=min(reading.confidence, _IMPOSSIBLE))
            if reading is not None and all(r.plan != reading.plan for r in readings):
                readings.append(reading)
    return sorted(readings, key=lambda r: -r.confidence)


def _offered(readings: tuple[Reading, ...], catalogue: Catalogue) -> Readings:
    missed = readings[0].not_understood
    hints = near_names(missed, catalogue) if missed else ()
    return Readings(NAME, readings, None, missed, hints)


def _nothing(asked: Asked, catalogue: Catalogue) -> Readings:
    reason = (
        "Nothing in the question names data that is stored here."
        if not asked.spans
        else "The words are known, but no plan answers the question."
    )
    return Readings(NAME, (), reason, asked.unknown, near_names(asked.unknown, catalogue))


__all__ = ["NAME", "asked_of", "both", "no_question", "plan"]
