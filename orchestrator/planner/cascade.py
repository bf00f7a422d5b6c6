"""The planners, in the order in which a question is put to them.

A planner that is sure ends the asking; otherwise the readings of all stand side by side. What the
rules say of data that nobody described, the network is asked about, too, and all that speaks for
each reading is weighed. Running any is `ask.py`'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Protocol

from orchestrator.planner import choice, rules, verified
from orchestrator.planner.confidence import single
from orchestrator.planner.followup import planner as followup
from orchestrator.planner.followup.cues import fragment
from orchestrator.planner.languages.planner import spoken
from orchestrator.planner.network import planner as network
from orchestrator.planner.network.planner import Opinion
from orchestrator.planner.network.unplanned import beyond
from orchestrator.planner.phrasing.openings import anew
from orchestrator.planner.phrasing.repairs import repaired
from orchestrator.planner.phrasing.scenes import undressed
from orchestrator.planner.reading import Context, Planner, Question, Reading, Readings
from orchestrator.planner.words import tokenise
from registry.catalog import Catalogue
from registry.plan import QueryPlan

#: a reading this likely needs no second planner's opinion
SURE: Final = 0.9
_FRAGMENT: Final = 0.6


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
    own = (found for found in asked if found.planner == best[0].planner)
    winner = next(own, next(found for found in asked if found.readings))
    return replace(winner, readings=tuple(best), reason=None)


def whole(planner: Planner) -> Planner:
    """The planner, never sure of what only goes on from a turn that nobody knows."""

    def plan(question: Question, catalogue: Catalogue, context: Context) -> Readings:
        found = planner(question, catalogue, context)
        if context.plan is not None or not found.readings:
            return found
        plain = " ".join(word.text for word in tokenise(question.text))
        return found.less(_FRAGMENT) if fragment(plain) else found

    return plan


class Second(Protocol):
    """A planner that says what it thinks of another's plans, too."""

    def __call__(
        self,
        question: Question,
        catalogue: Catalogue,
        context: Context,
        plans: Sequence[QueryPlan] = (),
    ) -> Opinion: ...


def described(found: Readings, catalogue: Catalogue) -> bool:
    """Whether somebody described the data that the best reading is of: then its words explain a
    question better than what was learned of other data."""
    return bool(catalogue.collections[found.readings[0].plan.source].display)


def strange(catalogue: Catalogue) -> Catalogue:
    """The domains of which something was not described."""
    known = catalogue.domains.items()
    found = {name for name, spec in known if not all(c.display for c in spec.collections.values())}
    return catalogue if len(found) == len(catalogue.domains) else catalogue.scoped(found)


def _declared(plan: QueryPlan, catalogue: Catalogue) -> bool:
    """Whether a plan computes what the spec has a name for, of which the network never heard."""
    known = catalogue.collections[plan.source].measures
    return any(measure.alias in known for measure in plan.measures)


def seconded(first: Planner, second: Second) -> Planner:
    """The first planner with the second one's opinion, of what it read, too, on data that nobody
    described."""

    def plan(question: Question, catalogue: Catalogue, context: Context) -> Readings:
        found = first(question, catalogue, context)
        # what names nothing that is stored is not guessed at
        if found.final or not found.readings:
            return found
        best = found.readings[0].plan
        if described(found, catalogue) or beyond(best):
            return found
        # it has learned to find its way among tables, and says little of a single one
        if _declared(best, catalogue) or single(best, catalogue):
            return found
        # of the others it would say little that helps, and each costs time
        plans = [reading.plan for reading in found.readings[:1]]
        other = second(question, strange(catalogue), context, plans)
        if not other.found.readings:
            return found
        weighed = choice.weighed(found, other, question.text)
        return replace(found, readings=weighed, reason=None)

    return plan


#: by name, in the order asked; one more planner is one more line here
PLANNERS: Final[dict[str, Planner]] = {
    verified.NAME: verified.plan,
    followup.NAME: followup.plan,
    rules.NAME: rules.plan,
    network.NAME: network.plan,
}
_own, _edits, _rules, _ = PLANNERS.values()
#: what was verified is asked for in its own words, the others in English
default: Final[Planner] = cascade(
    _own,
    spoken(anew(undressed(repaired(cascade(_edits, whole(seconded(_rules, network.opinion))))))),
)
