"""Conditions as they are found, and where their words stand."""

from __future__ import annotations

from dataclasses import dataclass, field

from orchestrator.planner.clauses.ranking import Rank
from orchestrator.planner.clauses.request import (
    Column,
    Condition,
    Request,
    Term,
)
from orchestrator.planner.clauses.sense import Sense
from orchestrator.planner.clauses.sentence import Clause, Item, is_item


@dataclass(slots=True)
class Placed:
    """A condition and where its tokens stand in the clause."""

    condition: Condition
    first: int
    last: int


@dataclass(slots=True)
class Conditions:
    """Reads the conditions of a clause into the request. `kept`: groups kept by their count."""

    sense: Sense
    request: Request
    clause: Clause
    rank: Rank | None
    placed: list[Placed] = field(default_factory=list)
    kept: list[tuple[str | Term | Column, str, int | float | Request]] = field(default_factory=list)
    #: what is kept are groups of a field, whatever records it is of
    of_field: bool = False
    wonders: list[str] = field(default_factory=list)
    negated: list[tuple[int, int]] = field(default_factory=list)

    def use(self, *items: Item | None) -> None:
        self.clause.sentence.used.update(i.place for i in items if i is not None)

    def free(self, item: Item | None) -> bool:
        return item is not None and item.place not in self.clause.sentence.used

    def scope(self, at: int) -> tuple[int, int] | None:
        return next((s for s in self.negated if s[0] <= at < s[1]), None)

    def add(self, condition: Condition, first: int, last: int) -> None:
        self.placed.append(Placed(condition, first, last))
        self.clause.sentence.heard.update(self.clause.at[first:last])

    def belongs(self, address: str) -> bool:
        """Whether a record of the subject may have several of the other collection."""
        routes = self.sense.graph.routes(self.request.subject, address)
        return bool(routes) and routes[0].fans_out

    def nearest(self, at: int) -> str:
        """The collection named nearest before, or right after."""
        after = self.clause.word(at + 1)
        if after[:1] == "C" and is_item(after):
            return self.sense.collection(self.clause.sentence.item(after))
        before = self.clause.part(0, at).items("C")
        return self.sense.collection(before[-1]) if before else self.request.subject
