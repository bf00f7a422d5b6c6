"""A language model as a planner: its plan, read strictly and checked like any other, beside the
readings of the others.

What it says of itself is no measure: alone, its reading is shown as likely and not as sure. Where
another planner read the question the same way, the two speak for each other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from random import Random
from typing import Final

import structlog

from orchestrator.planner.cascade import merged
from orchestrator.planner.confidence import alike
from orchestrator.planner.describe import describe
from orchestrator.planner.llm.asking import Asking, Predict
from orchestrator.planner.llm.excerpt import excerpt
from orchestrator.planner.llm.faults import NoPlan, Sick
from orchestrator.planner.llm.grounds import Grounds, literals
from orchestrator.planner.llm.message import Message, Refused
from orchestrator.planner.llm.reply import wire
from orchestrator.planner.reading import Context, Further, Question, Reading, Readings, apart
from registry.answer import Understood
from registry.catalog import Catalogue
from registry.check import check
from registry.clock import Clock
from registry.errors import IsothermError
from registry.plan import QueryPlan, parse_plan
from registry.settings import Settings

log: Final = structlog.get_logger("llm")
NAME: Final = "llm"
#: below what is answered without doubt
_ALONE: Final = 0.7
#: the share of another planner's doubt that its agreement leaves
_LEFT: Final = 0.5
_CORRECTIONS: Final = 1
_NOTES: Final = {
    "too-slow": "The language model did not answer in time; ask again later.",
    "no-plan": "The language model gave no plan that fits the data.",
    "none": "The language model finds no answer in the data.",
}
_SICK: Final = "The language model could not be asked; ask again later."


def planner(settings: Settings, clock: Clock, rng: Random) -> Further:
    """The planner of the model that the settings name."""

    def opens() -> Predict:
        # Late: llama-index takes seconds and a hundred megabytes, which nobody else shall pay for.
        from orchestrator.planner.llm.provider import opened

        return opened(settings, clock)

    return Model(Asking(opens, clock, rng, settings.llm_seconds), values=settings.llm_values)


def unheard(question: Question, catalogue: Catalogue, context: Context) -> Readings:
    """A planner that reads nothing, so that the model is heard alone."""
    return Readings(NAME)


@dataclass(frozen=True, slots=True)
class Model:
    """See `reading.Further`. `values`: whether it is told stored values."""

    asking: Asking
    values: bool = True

    async def __call__(
        self, question: Question, catalogue: Catalogue, context: Context, found: Readings
    ) -> Readings:
        try:
            work = partial(self._plan, question, catalogue, context)
            plan, note = await self.asking.within(work), "none"
        except NoPlan:
            plan, note = None, "no-plan"
        except Sick as failure:
            log.warning("llm-not-heard", why=failure.why)
            plan, note = None, failure.why
        if plan is None:
            return _noted(found, _NOTES.get(note, _SICK))
        return joined(found, _reading(plan, question))

    async def _plan(
        self, question: Question, catalogue: Catalogue, context: Context, deadline: float
    ) -> QueryPlan | None:
        """Its plan, checked; `None` where it says that there is none. A plan or reply that does
        not fit is sent back, with the reason, so many times."""
        told = excerpt(question.text, catalogue, values=self.values)
        reads = partial(read, grounds=_grounds(question, context, told.values), catalogue=catalogue)
        message = Message(question, context, told)
        for left in range(_CORRECTIONS, -1, -1):
            data = None
            try:
                data = wire(await self.asking.reply(message, deadline))
                return None if data is None else reads(data)
            except (NoPlan, IsothermError) as bad:
                reason = bad.reason if isinstance(bad, NoPlan) else bad.message
                why = bad.why if isinstance(bad, NoPlan) else bad.code
                log.warning("llm-no-plan", why=why, tries_left=left)
                message = replace(message, refused=Refused(reason, data))
        raise NoPlan("It gave no plan, although it was told why.")


def read(data: object, *, grounds: Grounds, catalogue: Catalogue) -> QueryPlan:
    """The plan, if it is one of this catalogue and made of what was said; else raises."""
    plan = parse_plan(data)
    check(plan, catalogue)
    grounds.check(plan)
    return plan


def _grounds(question: Question, context: Context, values: frozenset[str]) -> Grounds:
    """What was said before counts as far as it is part of the message."""
    if context.plan is None:
        return Grounds((question.text,), values)
    texts = (question.text, context.question or "")
    return Grounds(texts, values.union(literals(context.plan)))


def _reading(plan: QueryPlan, question: Question) -> Reading:
    whole = Understood(question.text, "read by a language model", 0, len(question.text))
    return Reading(plan, _ALONE, describe(plan), (whole,), planner=NAME)


def joined(found: Readings, reading: Reading) -> Readings:
    """Its reading among the others'."""
    same = next((r for r in found.readings if alike(r.plan, reading.plan)), None)
    if same is not None:
        both = replace(
            same,
            confidence=_together(same, reading),
            planner=f"{same.planner or found.planner}+{NAME}",
        )
        others = tuple(r for r in found.readings if r is not same)
        return replace(found, readings=apart((both, *others)), reason=None)
    model = Readings(NAME, (reading,))
    all_ = merged([found, model]) if found.readings else model
    return replace(all_, readings=apart(all_.readings))


def _together(same: Reading, reading: Reading) -> float:
    """How sure two planners are of one plan. A word that the one passed over, the other may have
    passed over too."""
    sure = 1 - (1 - same.confidence) * _LEFT
    return round(min(sure, reading.confidence) if same.not_understood else sure, 4)


def _noted(found: Readings, note: str) -> Readings:
    """The same, and what a refusal says of the model."""
    return replace(found, reason=" ".join(filter(None, (found.reason, note))))
