"""Asking a language model: a worker thread, tries, a deadline over all of them, one correction.

Never raises for whatever a provider does, and never waits longer than its time. The thread may
outlive the question by a little (it has the same deadline, and a bounded reply); as long as too
many do, nobody is asked.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random
from threading import Lock
from typing import Final, TypeVar

import anyio
import structlog
from anyio.to_thread import run_sync

from orchestrator.breaker import Breaker
from orchestrator.planner.llm.faults import NoPlan, Sick, Unasked
from orchestrator.planner.llm.message import Message
from orchestrator.planner.llm.reply import PlanReply
from registry.clock import Clock
from registry.errors import BadInput
from registry.limits import LLM_CALLS_MAX, LLM_TRIES_MAX

log: Final = structlog.get_logger("llm")
_BACKOFF_SECONDS: Final = (0.4, 1.5)
T = TypeVar("T")

#: a message, and the instant on the clock by which the reply has to be there
Predict = Callable[[Message, float], PlanReply]
Sleep = Callable[[float], Awaitable[None]]


class Seat:
    """One call's place. A thread takes it and leaves it; given up before, it is never taken."""

    def __init__(self, seats: Seats) -> None:
        self._seats = seats
        self._taken = False
        self._left = False

    def take(self) -> bool:
        with self._seats.lock:
            self._taken = not self._left
            return self._taken

    def leave(self, *, unless_taken: bool = False) -> None:
        with self._seats.lock:
            if not self._left and not (unless_taken and self._taken):
                self._left = True
                self._seats.free += 1


@dataclass(slots=True)
class Seats:
    """How many calls there may be at once, those that nobody waits for any more included."""

    free: int = LLM_CALLS_MAX
    lock: Lock = field(default_factory=Lock)

    def reserve(self) -> Seat | None:
        with self.lock:
            if self.free == 0:
                return None
            self.free -= 1
            return Seat(self)


@dataclass(slots=True)
class Asking:
    """Asks by way of `opens()`, which is called once, in a thread, when first needed: opening takes
    its time, which is not the provider's. `seconds`: for a question, all its tries together."""

    opens: Callable[[], Predict]
    clock: Clock
    rng: Random
    seconds: float
    sleep: Sleep = anyio.sleep
    breaker: Breaker = field(default_factory=Breaker)
    seats: Seats = field(default_factory=Seats)
    _predict: Predict | None = None
    _opening: anyio.Lock = field(default_factory=anyio.Lock)

    async def within(self, work: Callable[[float], Awaitable[T]]) -> T:
        """`work(deadline)`; `Sick` where it is not done in time, or nobody can be asked."""
        now = self.clock.monotonic()
        if not self.breaker.admit(now):
            raise Unasked("resting")
        well: bool | None = None
        try:
            await self._open()
            deadline = self.clock.monotonic() + self.seconds
            with anyio.fail_after(self.seconds):
                found = await work(deadline)
            well = True
        except TimeoutError:
            well = False
            raise Sick("too-slow", again=False) from None
        except NoPlan:
            well = True
            raise
        except Sick as failure:
            well = None if isinstance(failure, Unasked) else False
            raise
        finally:
            self._tell(well)
        return found

    def _tell(self, well: bool | None) -> None:
        if well is None:
            self.breaker.abandoned()
        elif well:
            self.breaker.succeeded()
        else:
            self.breaker.failed(self.clock.monotonic())

    async def reply(self, message: Message, deadline: float) -> PlanReply:
        """One reply, by as many tries as it takes and there are; raises `Sick` or `NoPlan`."""
        for backoff in (*_BACKOFF_SECONDS[: LLM_TRIES_MAX - 1], None):
            try:
                return await self._try(message, deadline)
            except Sick as failure:
                log.warning("llm-failed", why=failure.why)
                if not failure.again or backoff is None:
                    raise
                pause = max(backoff * (0.5 + self.rng.random()), failure.retry_after_s)
                if self.clock.monotonic() + pause >= deadline:
                    raise
            await self.sleep(pause)
        raise AssertionError("the last try returns or raises")

    async def _try(self, message: Message, deadline: float) -> PlanReply:
        predict, seat = self._predict, self.seats.reserve()
        assert predict is not None, "`within` opens it"
        if seat is None:
            raise Unasked("busy")

        def call() -> PlanReply:
            if not seat.take():
                raise Unasked("given-up")
            try:
                return predict(message, deadline)
            finally:
                seat.leave()

        try:
            return await run_sync(call, abandon_on_cancel=True)
        finally:
            seat.leave(unless_taken=True)

    async def _open(self) -> None:
        async with self._opening:
            if self._predict is not None:
                return
            try:
                self._predict = await run_sync(self.opens, abandon_on_cancel=True)
            except BadInput as bad:
                log.warning("llm-not-set-up", reason=bad.message)
                raise Sick("not-set-up", again=False) from None
