"""What must not be there: stretches after a negator, and what is left over and must be there."""

from __future__ import annotations

from typing import Final

from orchestrator.planner.clauses.given import Conditions
from orchestrator.planner.clauses.request import (
    Among,
    Empty,
    Has,
    No,
    Test,
    Text,
)
from orchestrator.planner.clauses.sentence import Clause, Item, is_item
from orchestrator.planner.grammar import NEGATORS

_NEGATOR: Final = rf"(?:{'|'.join(sorted(NEGATORS))}|other than)"
_UNTIL: Final = r"(?: (?!and |or |but |, |\| )[^ ]+)*"


def scopes(given: Conditions) -> None:
    """Each negator reaches to the next conjunction."""
    for found in given.clause.find(rf"{_NEGATOR}{_UNTIL}"):
        words = found.match[0].split()
        if words[0] == "no" and len(words) > 1 and words[1] in ("more", "less", "fewer"):
            continue
        inner = [t for t in words[1:] if is_item(t)]
        if inner:
            given.negated.append((found.first, found.last))


def nothing(given: Conditions) -> None:
    """Negated stretches: of another collection there is no such record; else the condition
    does not hold."""
    for first, last in given.negated:
        scope = given.clause.part(first, last)
        inside = [p for p in given.placed if first <= p.first < last]
        others = [
            i
            for i in scope.items("C")
            if given.sense.collection(i) != given.request.subject
            and given.sense.reachable(given.sense.collection(i))
        ]
        for p in inside:
            given.placed.remove(p)
        tests = tuple(p.condition for p in inside)
        if others:
            target = others[0]
            given.use(*others)
            given.use(*(i for i in scope.items("FD", unused=True) if _between(given, i, target)))
            given.add(
                No(Has(given.request.subject, given.sense.collection(target), tests)), first, last
            )
        elif tests:
            for test in tests:
                given.add(No(test), first, last)
        else:
            items = scope.items("FNDB", unused=True)
            if items:
                term = given.sense.term(items[0], given.clause)
                kind = given.sense.spec(term.address).field(term.field).type
                given.use(items[0])
                if kind == "bool":
                    given.add(Test(term, "=", False), first, last)
                elif given.belongs(term.address):
                    given.add(No(Has(given.request.subject, term.address)), first, last)
                else:
                    given.add(Empty(term), first, last)


def _between(given: Conditions, item: Item, target: Item) -> bool:
    """Whether a word only says how they go together: "never acknowledged an alert"."""
    address = given.sense.collection(target)
    return any(m.address == address for m in item.of_kind("field"))


def leftover(given: Conditions, clause: Clause, head: Clause) -> None:
    """A collection that only sets the scene must have a record: "dorms that have amenities"."""
    shown = {c.term.address for c in given.request.show} | {
        c.term.address for c, _ in given.request.order
    }
    inhead = {i.place for i in head.items("C")}
    tested = {t.term.address for t in given.request.where if isinstance(t, (Test, Among, Text))}
    for item in clause.items("C", unused=True):
        address = given.sense.collection(item)
        if item.place in inhead:
            continue
        given.use(item)
        if address in shown or address == given.request.subject or address in tested:
            continue
        if given.kept or given.rank is not None:
            continue
        if given.belongs(address):
            given.request.where.append(Has(given.request.subject, address))
