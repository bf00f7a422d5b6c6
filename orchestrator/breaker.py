"""A circuit breaker as a value: after failures in a row, say no at once, not after another wait."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from registry.limits import BREAKER_FAILURES, BREAKER_SECONDS

State = Literal["closed", "open", "half-open"]


@dataclass(slots=True)
class Breaker:
    """`closed`: calls pass. `open`: refused. `half-open`: one probe passes.

    Times in seconds, monotonic.
    """

    failures: int = 0
    opened_at: float = 0.0
    probing: bool = False

    def state(self, now: float) -> State:
        if self.failures < BREAKER_FAILURES:
            return "closed"
        return "half-open" if now - self.opened_at >= BREAKER_SECONDS else "open"

    def admit(self, now: float) -> bool:
        """Whether a call may start now; a half-open breaker admits one probe."""
        state = self.state(now)
        if state == "half-open" and not self.probing:
            self.probing = True
            return True
        return state == "closed"

    def succeeded(self) -> None:
        self.failures = 0
        self.probing = False

    def failed(self, now: float) -> None:
        self.failures += 1
        self.opened_at = now
        self.probing = False

    def abandoned(self) -> None:
        """The caller went away before an outcome: count nothing."""
        self.probing = False

    def wait_ms(self, now: float) -> int:
        """How long until a probe is admitted."""
        return max(0, round((self.opened_at + BREAKER_SECONDS - now) * 1000))
