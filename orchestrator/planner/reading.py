"""The nouns of planning, shared by every planner."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from registry.answer import Understood
from registry.catalog import Catalogue
from registry.plan import QueryPlan


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked. `now_us`: the instant that relative times mean, µs since 1970 UTC."""

    text: str
    now_us: int
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Context:
    """The last turn that got a plan, if the question follows one. `unsure`: it was not sure, or
    turns came between that got none."""

    plan: QueryPlan | None = None
    question: str | None = None
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """One checked plan, how sure the planner is (0 to 1) and what each word became."""

    plan: QueryPlan
    confidence: float
    label: str
    understood: tuple[Understood, ...] = ()
    not_understood: tuple[str, ...] = ()
    #: who made it, where several planners were asked
    planner: str = ""
    #: of the question, where it is not English
    language: str = ""
    #: what the confidence was made of: name -> count
    evidence: Mapping[str, float] = field(default_factory=dict, compare=False)


#: two ways to read are no two meanings to ask back about: the second stands this far behind
BEHIND: Final = 0.05


def apart(readings: Iterable[Reading]) -> tuple[Reading, ...]:
    """The likeliest first, and every other clearly behind it."""
    ranked = sorted(readings, key=lambda r: -r.confidence)
    most = max(0.0, round(ranked[0].confidence - BEHIND, 4)) if ranked else 0.0
    rest = (replace(r, confidence=min(r.confidence, most)) for r in ranked[1:])
    return (*ranked[:1], *rest)


@dataclass(frozen=True, slots=True)
class Readings:
    """Best first. Empty: the question was not understood, and `reason` says why in one sentence;
    beside readings that are too unlikely, it says what else there is to say. `final`: nobody else
    need look, as with a wish to write.
    """

    planner: str
    readings: tuple[Reading, ...] = ()
    reason: str | None = None
    not_understood: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()
    final: bool = False

    def less(self, left: float) -> Readings:
        """The same, each reading only so much as likely."""
        made = (replace(r, confidence=round(r.confidence * left, 4)) for r in self.readings)
        return replace(self, readings=tuple(made))


class Further(Protocol):
    """Asked where no planner is sure: `found`, with what somebody slower says of the question.
    Never raises whatever that somebody does; takes as long as it may."""

    async def __call__(
        self, question: Question, catalogue: Catalogue, context: Context, found: Readings
    ) -> Readings: ...


class Planner(Protocol):
    """Pure: equal arguments give equal readings; never raises on any text."""

    def __call__(self, question: Question, catalogue: Catalogue, context: Context) -> Readings: ...
