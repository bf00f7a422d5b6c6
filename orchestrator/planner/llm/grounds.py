"""Whether a plan says only what was asked or told. Pure.

A text that a model puts into a plan is shown again, by way of the plan, to whoever asked: often
another model. So it has to be a value that the catalogue told, or be spelt by the question; and the
names that it gives to columns are names, not sentences.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from orchestrator.planner.words import fold, plain, stem
from registry.errors import BadPlan, shown
from registry.plan import QueryPlan, every, leaves, literals_of

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,31}")
#: an instant, a date, a number: it can say nothing else
_FIGURE: Final = re.compile(r"[\d.:TZ+-]{1,40}")
#: of a text search, its own grammar
_OPERATORS: Final = frozenset({"or", "and"})


@dataclass(frozen=True)
class Grounds:
    """What was said: the texts of the question (and of the turn that it goes on from), and the
    values told with the catalogue."""

    texts: tuple[str, ...]
    values: frozenset[str] = field(default=frozenset())

    def check(self, plan: QueryPlan) -> None:
        """`BadPlan` names the first text that stands on nothing."""
        for name in (name for each in every(plan) for name in _names(each)):
            if not _NAME.fullmatch(name):
                raise BadPlan(f"{shown(name)} is no name; use up to 32 letters, digits and '_'.")
        for text in literals(plan):
            if not self._said(text):
                raise BadPlan(
                    f"{shown(text)} is neither in the question nor a value of the catalogue; "
                    "use words that one of them has."
                )

    def _said(self, text: str) -> bool:
        if text in self.values or _FIGURE.fullmatch(text):
            return True
        if fold(text) in self._folded:
            return True
        parts = [word for word in plain(text) if word not in _OPERATORS]
        return bool(parts) and all(
            word in self._words or stem(word) in self._words for word in parts
        )

    @cached_property
    def _folded(self) -> str:
        return "\n".join(map(fold, self.texts))

    @cached_property
    def _words(self) -> frozenset[str]:
        words = [word for text in self.texts for word in plain(text)]
        return frozenset((*words, *map(stem, words)))


def _names(plan: QueryPlan) -> Iterator[str]:
    """The names that the plan itself gives."""
    yield from (join.alias for join in plan.joins)
    yield from (compute.alias for compute in plan.compute)
    for parts in (plan.group, plan.measures):
        yield from (part.alias for part in parts if part.alias is not None)


def literals(plan: QueryPlan) -> Iterator[str]:
    """The texts that conditions compare with, those of plans within it too."""
    return (
        value
        for each in every(plan)
        for tree in each.predicates
        for leaf in leaves(tree)
        for value in literals_of(leaf)
        if isinstance(value, str)
    )
