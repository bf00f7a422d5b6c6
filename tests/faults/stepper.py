"""A blocking work that says where it is, done a step at a time: it runs in a thread, but never while whoever steps
it does, so that the order of everything stays one.
"""

from __future__ import annotations

import contextvars
from collections.abc import Callable
from threading import Semaphore, Thread
from typing import Any


class Stepper:
    """`work` is given what it shall call at each of its steps."""

    def __init__(self, work: Callable[[Callable[[str], None]], Any]) -> None:
        self._go, self._there = Semaphore(0), Semaphore(0)
        self._ends: BaseException | None = None
        self._failed: BaseException | None = None
        self._result: Any = None
        self._done = False
        inside = contextvars.copy_context()
        self._thread = Thread(target=inside.run, args=(self._run, work), daemon=True)
        self._thread.start()

    def advance(self) -> bool:
        """To the next step; whether there is one. Raises what the work raises."""
        self._go.release()
        self._there.acquire()
        if not self._done:
            return True
        self._thread.join()
        if self._failed is not None:
            raise self._failed
        return False

    def end(self, why: BaseException) -> None:
        """The work ends where it is."""
        self._ends = why
        while not self._done:
            self._go.release()
            self._there.acquire()
        self._thread.join()

    @property
    def result(self) -> Any:
        return self._result

    def _run(self, work: Callable[[Callable[[str], None]], Any]) -> None:
        self._go.acquire()
        try:
            if self._ends is None:
                self._result = work(self._at)
        except BaseException as failed:  # handed to whoever steps
            self._failed = failed
        self._done = True
        self._there.release()

    def _at(self, step: str) -> None:
        self._there.release()
        self._go.acquire()
        if self._ends is not None:
            raise self._ends
