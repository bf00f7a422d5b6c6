"""A reading as it is shown: its stretches in their places, its numbers with their units."""

from __future__ import annotations

from dataclasses import replace

from orchestrator.evidence.spans import placed, unused
from orchestrator.evidence.units import compared, with_units
from orchestrator.evidence.windows import windows
from orchestrator.planner.reading import Reading
from registry.answer import Answer
from registry.catalog import Catalogue


def explained(reading: Reading, question: str, catalogue: Catalogue) -> Reading:
    """The same reading in words for whoever asked `question`."""
    units = compared(reading.plan, catalogue)
    said = tuple(replace(u, meaning=with_units(u.meaning, units)) for u in reading.understood)
    return replace(
        reading,
        label=with_units(reading.label, units),
        understood=placed(question, said, reading.plan),
    )


def evidenced(answer: Answer, reading: Reading, question: str) -> Answer:
    """The answer with all that shows how its (explained) reading came about."""
    idle = (
        ()
        if reading.language
        else unused(question, reading.understood, reading.not_understood, reading.plan)
    )
    return replace(
        answer,
        label=reading.label,
        understood=reading.understood,
        not_understood=reading.not_understood,
        unused=idle,
        windows=windows(reading.plan),
        confidence=round(reading.confidence, 3),
        planner=reading.planner or None,
        language=reading.language or None,
    )
