"""What can be wrong with one message to a language model. Never leaves this package: `asking` turns
it into another try or into a note.
"""

from __future__ import annotations


class Sick(Exception):
    """The provider cannot be asked. `why`: in a word, for the log. `again`: another try may help,
    after `retry_after_s` where the provider said so."""

    def __init__(self, why: str, *, again: bool, retry_after_s: float = 0.0) -> None:
        super().__init__(why)
        self.why = why
        self.again = again
        self.retry_after_s = retry_after_s


class Unasked(Sick):
    """Nobody was asked, which says nothing of the provider."""

    def __init__(self, why: str) -> None:
        super().__init__(why, again=False)


class NoPlan(Exception):
    """It replied, and not with a plan. `reason`: in our words, fit to be sent back. `why`: in a
    word, for the log."""

    def __init__(self, reason: str, why: str = "no-plan") -> None:
        super().__init__(reason)
        self.reason = reason
        self.why = why


class TooMuch(Exception):
    """Its reply has more bytes than may be, or hides how many."""


class TooLate(Exception):
    """Its reply is not there in time."""
