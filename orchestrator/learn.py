"""Turns that correct: what was meant is answered, and remembered for the tenant.

Only who may teach is remembered; anybody else hears who may. Understands no question itself.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from orchestrator.catalogue import LiveCatalogue
from orchestrator.links import Call
from orchestrator.planner.correction import Correction, address_of
from orchestrator.planner.followup.cues import cued
from orchestrator.planner.words import tokenise
from orchestrator.teach import teach
from registry.access import Principal, decide
from registry.answer import Answer
from registry.errors import IsothermError, shown

#: asks a question in the same conversation
Ask = Callable[[str], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Learner:
    """The parts of the trip. `now_us`: what relative times of this turn mean."""

    call: Call
    live: LiveCatalogue
    principal: Principal
    now_us: int

    async def answer(self, said: Correction, before: str | None, ask: Ask) -> Answer:
        """The answer to what was meant. `before`: the question that is put right."""
        if said.word:
            return await self._word(said, before, ask)
        answer = await ask(said.question)
        if before is None or cued(before) or answer.status != "answered":
            return answer  # a turn that went on from others means nothing alone
        if await self._kept({"question": before, "plan": answer.plan}):
            return answer  # what was meant holds for this time only
        return _prefaced(f"Remembered for {shown(before)}.", answer)

    async def _word(self, said: Correction, before: str | None, ask: Ask) -> Answer:
        try:
            means = address_of(said.means, await self.live.fresh(self.principal))
        except IsothermError as unknown:
            return _refused(unknown)
        refusal = await self._kept({"word": said.word, "means": means})
        if refusal is not None:
            return _refused(refusal)
        told = f"Remembered: {shown(said.word)} means {means}."
        if before is None or not _speaks_of(before, said.word):
            return Answer("answered", told)
        return _prefaced(told, await ask(before))

    async def _kept(self, lesson: Mapping[str, Any]) -> IsothermError | None:
        """Teach; why not, where it cannot be kept."""
        try:
            decide(self.principal, "admin", "system")
            await teach(self.call, self.live, self.principal, lesson, self.now_us)
        except IsothermError as refusal:
            return refusal
        return None


def _speaks_of(question: str, word: str) -> bool:
    stems = {found.stem for found in tokenise(question)}
    return all(found.stem in stems for found in tokenise(word))


def _refused(refusal: IsothermError) -> Answer:
    return Answer("refused", refusal.message, reason=refusal.message)


def _prefaced(told: str, answer: Answer) -> Answer:
    return replace(answer, text=f"{told} {answer.text}")
