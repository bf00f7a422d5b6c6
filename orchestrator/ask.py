"""The ask trip: question -> readings -> one plan or a refusal -> route -> domains -> gather ->
`Answer`.

Planners only read; this room chooses among their readings, runs one, asks back when two are close,
and refuses rather than guess. A plan given by the caller takes the same way from `route` on.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Any

import orjson

from orchestrator import conversation
from orchestrator.catalogue import LiveCatalogue
from orchestrator.evidence.reading import evidenced, explained
from orchestrator.evidence.steps import steps
from orchestrator.execute import Outcome, execute
from orchestrator.learn import Learner
from orchestrator.links import Call
from orchestrator.planner import choice
from orchestrator.planner.correction import correction
from orchestrator.planner.lexicon import knows
from orchestrator.planner.reading import (
    Context,
    Further,
    Planner,
    Question,
    Reading,
    Readings,
)
from orchestrator.route import route
from orchestrator.wording import sentence
from registry.access import LOCAL, Principal
from registry.answer import Answer, Choice
from registry.catalog import Catalogue
from registry.clock import Clock
from registry.errors import BadInput, IsothermError, NotFound, TooSlow, Unavailable, shown
from registry.limits import QUESTION_CHARS_MAX, ROWS_MAX
from registry.moment import time_text
from registry.plan import QueryPlan
from registry.record import TIME, decode
from registry.settings import Settings

#: a second reading this close to the first, in confidence, is asked back
_MARGIN = 0.04
_CHOICES_MAX = 4


@dataclass(frozen=True, slots=True)
class AskRequest:
    """The `ask` tool's arguments, see DESIGN's contract. Times are ISO text."""

    question: str
    domains: tuple[str, ...] | None = None
    conversation: str | None = None
    choice: str | None = None
    now: str | None = None
    timezone: str | None = None
    limit: int | None = None
    explain: bool = False


@dataclass(frozen=True, slots=True)
class Asker:
    """The trip's fixed parts."""

    call: Call
    catalogue: LiveCatalogue
    planner: Planner
    clock: Clock
    settings: Settings
    #: asked where the planner is not sure; none: nobody is
    further: Further | None = None

    async def ask(self, request: AskRequest, principal: Principal) -> Answer:
        """Answer a question; what cannot be understood or done comes back as `refused`, with the
        reason. A turn that corrects teaches, and is answered for what was meant.
        """
        said = correction(request.question)
        if said is None or request.choice is not None or request.explain:
            return await self._asked(request, principal)
        question = self._question(request)
        fixed = replace(request, now=time_text(question.now_us))

        async def again(text: str) -> Answer:
            return await self._asked(replace(fixed, question=text), principal)

        before = await conversation.context(self.call, request.conversation, principal)
        learner = Learner(self.call, self.catalogue, principal, question.now_us)
        answer = await learner.answer(said, before.question, again)
        return replace(answer, conversation=answer.conversation or request.conversation)

    async def _asked(self, request: AskRequest, principal: Principal) -> Answer:
        began = self.clock.monotonic()
        question = self._question(request)
        handle = request.conversation
        context = await conversation.context(self.call, handle, principal)
        readings, ms = await self._understand(question, request, context, principal)
        answer = await self._answer(readings, request, principal)
        answer = conversation.unanswerable(answer, question.text, context)
        kept = handle is not None or answer.status in ("answered", "tentative")
        if kept and not request.explain:
            answer = await conversation.remembered(
                self.call, answer, question.text, handle, principal, context
            )
        total = (self.clock.monotonic() - began) * 1000
        return replace(
            answer,
            planner=answer.planner or readings.planner,
            ms={**ms, **answer.ms, "total": total},
        )

    async def warm(self) -> Catalogue:
        """Let the planner make its vocabulary before the first question pays for it; what it is of.

        On the event loop like every question: planners keep what they made, and share it unlocked.
        """
        known = await self.catalogue.fresh(LOCAL)
        for domains in filter(None, (known.domains.keys(), *_held(known))):
            some = known.scoped(domains)
            self.planner(Question("how many", self.clock.now_us()), some, Context())
        return known

    def _question(self, request: AskRequest) -> Question:
        text = request.question
        if not text.strip():
            raise BadInput("The question is empty; ask something about the data.")
        if len(text) > QUESTION_CHARS_MAX:
            raise BadInput(
                f"The question is longer than {QUESTION_CHARS_MAX:,} characters; shorten it."
            )
        if request.timezone not in (None, "UTC"):
            raise BadInput("Only timezone UTC is understood so far; give times in UTC.")
        now = self.clock.now_us() if request.now is None else decode(request.now, TIME, where="now")
        assert isinstance(now, int)
        return Question(text, now)

    async def _understand(
        self, question: Question, request: AskRequest, context: Context, principal: Principal
    ) -> tuple[Readings, dict[str, float]]:
        """Readings, and the milliseconds of the planners and of choosing among them by rows.

        Unknown words get one look at values stored a moment ago.
        """
        seen: Catalogue | None = None
        for force in (False, True):
            known = await self.catalogue.fresh(principal, force=force)
            scope = known.scoped(request.domains) if request.domains else known
            if scope is seen:
                break  # nothing was stored meanwhile
            seen = scope
            began = self.clock.monotonic()
            readings = self._read(question, scope, context)
            ms = {"understand": (self.clock.monotonic() - began) * 1000}
            if readings.readings and not readings.readings[0].not_understood:
                break
        if choice.open_to_rows(readings.readings, scope):
            began = self.clock.monotonic()
            readings = await self._tried(readings, request, principal)
            ms["choose"] = (self.clock.monotonic() - began) * 1000
        if self.further is not None and not self._sure(readings, request):
            began = self.clock.monotonic()
            readings = await self.further(question, scope, context, readings)
            ms["understand"] += (self.clock.monotonic() - began) * 1000
        return readings, ms

    def _read(self, question: Question, scope: Catalogue, context: Context) -> Readings:
        """What the planner makes of it, first of the domains that hold something: words that an
        empty one knows, too, mean what is there. Of all, where a word left over means something to
        an empty one."""
        held, empty = _held(scope)
        if context.plan is not None or not (held and empty):
            return self.planner(question, scope, context)
        found = self.planner(question, scope.scoped(held), context)
        left = [word for reading in found.readings[:1] for word in reading.not_understood]
        if found.final or (found.readings and not knows(scope.scoped(empty), left)):
            return found
        other = self._elsewhere(self.planner(question, scope, context), scope)
        best, rival = (max((r.confidence for r in f.readings), default=0) for f in (found, other))
        return found if best and best >= rival else other

    def _elsewhere(self, found: Readings, scope: Catalogue) -> Readings:
        """What an empty domain says for sure is no sure answer where others hold records."""
        most = round(self.settings.answer_confidence - _MARGIN, 4)

        def doubted(reading: Reading) -> Reading:
            held = any(scope.facts_of(a).rows for a in reading.plan.collections)
            return reading if held else replace(reading, confidence=min(reading.confidence, most))

        return replace(found, readings=tuple(map(doubted, found.readings)))

    def _sure(self, found: Readings, request: AskRequest) -> bool:
        """Whether nobody else need be asked."""
        if found.final:
            return True
        if request.choice is not None and any(
            _choice_id(r.plan) == request.choice for r in found.readings
        ):
            return True
        return bool(found.readings) and self._answers(found.readings[0])

    def _answers(self, reading: Reading) -> bool:
        """Whether it is likely enough to be answered without doubt."""
        return reading.confidence >= self.settings.answer_confidence

    async def _tried(self, found: Readings, request: AskRequest, principal: Principal) -> Readings:
        """The readings weighed again by what their plans bring."""
        brought = [await self._brought(r.plan, request, principal) for r in found.readings]
        return replace(found, readings=choice.ran(found.readings, brought))

    async def _brought(
        self, plan: QueryPlan, request: AskRequest, principal: Principal
    ) -> choice.Brought:
        try:
            answer = await self.run(plan, principal, domains=request.domains)
        except IsothermError:
            return choice.FAILED
        return choice.FAILED if answer.status == "refused" else choice.brought(answer.rows)

    async def _answer(self, found: Readings, request: AskRequest, principal: Principal) -> Answer:
        if request.choice is not None:
            return await self._chosen(found, request, principal)
        if not found.readings:
            return _refusal(found)
        best = found.readings[0]
        if choice.dismissed(best, self.settings.tentative_confidence):
            best = explained(best, request.question, self.catalogue.bare(principal))
            return evidenced(_unsure(found, best), best, request.question)
        close = [r for r in found.readings if r.confidence > best.confidence - _MARGIN]
        if len(close) > 1:
            return _clarify(close[:_CHOICES_MAX], best.confidence)
        status = "answered" if self._answers(best) else "tentative"
        answer = await self._run(best, request, principal, status=status)
        return replace(answer, alternatives=_alternatives(found, best))

    async def _chosen(self, found: Readings, request: AskRequest, principal: Principal) -> Answer:
        for reading in found.readings:
            if _choice_id(reading.plan) == request.choice:
                return await self._run(reading, request, principal, status="answered")
        raise NotFound(
            f"No reading {shown(request.choice)} of this question; ask again without `choice`."
        )

    async def _run(
        self, reading: Reading, request: AskRequest, principal: Principal, *, status: Any
    ) -> Answer:
        plan = reading.plan
        if request.limit is not None and plan.limit is None:
            plan = plan.model_copy(update={"limit": min(request.limit, ROWS_MAX)})
        reading = explained(reading, request.question, self.catalogue.bare(principal))
        answer = await self.run(
            plan,
            principal,
            domains=request.domains,
            label=reading.label,
            explain=request.explain,
        )
        if answer.status == "refused":
            return answer
        return evidenced(replace(answer, status=status), reading, request.question)

    async def run(
        self,
        plan: QueryPlan,
        principal: Principal,
        *,
        domains: tuple[str, ...] | None = None,
        label: str | None = None,
        cursor: str | None = None,
        explain: bool = False,
    ) -> Answer:
        """Run a plan, within these domains. A sick domain makes a `refused` answer that names it; a
        bad plan raises.
        """
        began = self.clock.monotonic()
        known = self.catalogue.bare(principal)
        cut = route(plan, known.scoped(domains) if domains else known)
        routed = self.clock.monotonic()
        wire = plan.to_wire()
        if explain:
            return Answer("answered", label or "", cut.columns, plan=wire, steps=steps(cut))
        try:
            outcome = await execute(cut, self.call, principal=principal, cursor=cursor)
        except (Unavailable, TooSlow) as failure:
            return _sick(failure, plan, wire)
        done = self.clock.monotonic()
        return _answered(
            outcome,
            wire,
            label,
            {"route": (routed - began) * 1000, "execute": (done - routed) * 1000},
        )


def _held(known: Catalogue) -> tuple[set[str], set[str]]:
    """The domains with a record in them, and those without."""
    held = {a.partition(".")[0] for a in known.collections if known.facts_of(a).rows}
    return held, set(known.domains) - held


def _choice_id(plan: QueryPlan) -> str:
    wire = orjson.dumps(plan.to_wire(), option=orjson.OPT_SORT_KEYS)
    return hashlib.blake2b(wire, digest_size=4).hexdigest()


def _answered(
    outcome: Outcome, plan: dict[str, Any], label: str | None, ms: dict[str, float]
) -> Answer:
    return Answer(
        "answered",
        sentence(label, outcome.columns, outcome.rows, cut=outcome.truncated),
        outcome.columns,
        outcome.rows,
        outcome.truncated,
        outcome.cursor,
        plan,
        sources=outcome.sources,
        partial=bool(outcome.missing),
        missing=outcome.missing,
        ms=ms,
    )


def _refusal(found: Readings) -> Answer:
    reason = found.reason or "The question was not understood."
    return Answer(
        "refused",
        reason,
        reason=reason,
        not_understood=found.not_understood,
        suggestions=found.suggestions,
    )


def _unsure(found: Readings, best: Reading) -> Answer:
    words = ", ".join(shown(word) for word in best.not_understood)
    reason = (
        f"Not understood: {words}." if words else "No reading of the question is likely enough."
    )
    reason = " ".join(filter(None, (reason, found.reason)))
    return Answer(
        "refused",
        reason,
        reason=reason,
        confidence=round(best.confidence, 3),
        not_understood=best.not_understood,
        suggestions=(*found.suggestions, f"Nearest reading: {best.label}"),
    )


def _clarify(close: list[Reading], confidence: float) -> Answer:
    choices = tuple(Choice(_choice_id(r.plan), r.label, r.plan.to_wire()) for r in close)
    text = "Which do you mean: " + "; or ".join(choice.label for choice in choices) + "?"
    return Answer("clarify", text, choices=choices, confidence=round(confidence, 3))


def _alternatives(found: Readings, best: Reading) -> tuple[Choice, ...]:
    others = [r for r in found.readings if r is not best][:_CHOICES_MAX]
    return tuple(
        Choice(_choice_id(r.plan), r.label, r.plan.to_wire(), round(r.confidence, 3))
        for r in others
    )


def _sick(failure: IsothermError, plan: QueryPlan, wire: dict[str, Any]) -> Answer:
    return Answer(
        "refused",
        failure.message,
        plan=wire,
        partial=True,
        missing=(failure.domain,) if failure.domain else plan.domains,
        reason=failure.message,
    )
