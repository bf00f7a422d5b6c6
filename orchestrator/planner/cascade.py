"""The planners, in the order in which a question is put to them.

A planner that is sure ends the asking; otherwise the readings of all stand side by side. Choosing
among them, and running any, is `ask.py`'s.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from orchestrator.planner import rules, verified
from orchestrator.planner.followup import planner as followup
from orchestrator.planner.languages.planner import spoken
from orchestrator.planner.network import planner as network
from orchestrator.planner.reading import Context, Planner, Question, Reading, Readings
from registry.catalog import Catalogue

#: a reading this likely needs no second planner's opinion
SURE: Final = 0.9


def cascade(*planners: Planner, sure: float = SURE) -> Planner:
    """One planner made of several."""

    def plan(question: Question, catalogue: Catalogue, context: Context) -> Readings:
        asked: list[Readings] = []
        for planner in planners:
            found = planner(question, catalogue, context)
            asked.append(found)
            if found.final or (found.readings and found.readings[0].confidence >= sure):
                break
        return merged(asked)

    return plan


def merged(asked: list[Readings]) -> Readings:
    """All readings, best first, each plan once; without any, the last reason given."""
    if asked[-1].final:
        return asked[-1]
    best: list[Reading] = []
    signed = [
        reading if reading.planner else replace(reading, planner=found.planner)
        for found in asked
        for reading in found.readings
    ]
    for reading in sorted(signed, key=lambda r: -r.confidence):
        if all(reading.plan != other.plan for other in best):
            best.append(reading)
    if not best:
        return next((found for found in reversed(asked) if found.reason), asked[-1])
    winner = next(f for f in asked if f.planner == best[0].planner)
    return replace(winner, readings=tuple(best), reason=None)


#: by name, in the order asked; one more planner is one more line here
PLANNERS: Final[dict[str, Planner]] = {
    verified.NAME: verified.plan,
    followup.NAME: followup.plan,
    rules.NAME: rules.plan,
    network.NAME: network.plan,
}
_own, *_others = PLANNERS.values()
#: what was verified is asked for in its own words, the others in English
default: Final[Planner] = cascade(_own, spoken(cascade(*_others)))
