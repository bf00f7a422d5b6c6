"""The rules planner: words, spans, a root, slots, a checked plan. Pure and deterministic; never raises on any text."""

from __future__ import annotations

from typing import Final

from orchestrator.planner.asked import Asked
from orchestrator.planner.assemble import CLOSE, assemble
from orchestrator.planner.graph import graph_of
from orchestrator.planner.lexicon import lexicon_of
from orchestrator.planner.reading import Context, Question, Reading, Readings
from orchestrator.planner.refusal import asks_to_write, near_names
from orchestrator.planner.source import Needs, candidates
from orchestrator.planner.words import tokenise
from registry.catalog import Catalogue
from registry.limits import QUESTION_CHARS_MAX

NAME: Final = "rules"
READINGS_MAX: Final = 3


def plan(question: Question, catalogue: Catalogue, context: Context) -> Readings:
    """Readings of a question, best first. See `reading.Planner`."""
    if len(question.text) > QUESTION_CHARS_MAX:
        return Readings(NAME, reason=f"The question is longer than {QUESTION_CHARS_MAX} characters; shorten it.")  # fmt: skip
    words = tokenise(question.text)
    verb = asks_to_write(words)
    if verb is not None:
        return Readings(
            NAME,
            reason=f"A question can only read, so it cannot {verb} anything; use the ingest or write tools.",
            suggestions=near_names(tuple(w.text for w in words[1:6]), catalogue),
        )
    return _read(Asked(question, words, lexicon_of(catalogue)), catalogue)


def _read(asked: Asked, catalogue: Catalogue) -> Readings:
    graph = graph_of(catalogue)
    unknown = asked.unknown
    found = candidates(
        asked.present, catalogue, graph, Needs(bool(asked.windows), bool(asked.sought))
    )
    if not found:
        return _nothing(asked, catalogue, unknown)
    readings: list[Reading] = []
    for candidate in found[:READINGS_MAX]:
        behind = found[0].score - candidate.score
        if behind > CLOSE:
            break
        reading = assemble(asked, candidate, catalogue, graph, behind)
        if reading is not None and all(r.plan != reading.plan for r in readings):
            readings.append(reading)
    if not readings:
        return _nothing(asked, catalogue, unknown)
    readings.sort(key=lambda r: -r.confidence)
    missed = readings[0].not_understood
    return Readings(
        NAME, tuple(readings), None, missed, near_names(missed, catalogue) if missed else ()
    )


def _nothing(asked: Asked, catalogue: Catalogue, unknown: tuple[str, ...]) -> Readings:
    reason = (
        "Nothing in the question names data that is stored here."
        if not asked.spans
        else "The words are known, but no plan answers the question."
    )
    return Readings(NAME, (), reason, unknown, near_names(unknown, catalogue))


__all__ = ["plan"]
