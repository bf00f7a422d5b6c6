# ruff: noqa: E501 - patterns and tables of words read better wide
"""Which collection each word means, given the others: the field beside a collection's name is
that collection's, the rest lie as near the subject as they can.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from orchestrator.planner.clauses.request import Column, Term
from orchestrator.planner.clauses.sentence import Clause, Item, Sentence
from orchestrator.planner.grammar import HINT_UNITS
from orchestrator.planner.graph import UNREACHABLE, Graph
from orchestrator.planner.vocabulary import Meaning
from orchestrator.planner.words import phrase
from registry.catalog import Catalogue
from registry.domain import CollectionSpec
from registry.plan.model import Scalar
from registry.record import NUMERIC, TEMPORAL

MONEY: Final = HINT_UNITS["price"]
_OWNED: Final = 0.6
_OF: Final = 0.5
_SUBJECT: Final = 0.3
_NAMED: Final = 0.25
_FAR: Final = 0.2
_FARTHER: Final = 0.6
_HOP: Final = 0.25  # more than one reference away
_LIST: Final = (
    r"(?: (?:,|and|or|the|their|its|as|well|also|all|@f|C\d+|'s|both|each|different|distinct))*"
)
_OF_WHAT: Final = (
    r" (?:of|for|in|from|on|at|by|to)(?: (?:the|all|each|every|any|those|these|that|a|an|both|different"
    r"|distinct|our|top|Z\d+|V\d+|most|least|[a-z]+est))* (?P<c>C\d+)"
)


_FIRST: Final = re.compile(r"(?:^|_)(?:first_?name|fname|forename|given_name)$")
_LAST: Final = re.compile(r"(?:^|_)(?:last_?name|lname|surname|family_name)$")


@dataclass(slots=True)
class Sense:
    """Meanings under one subject. `doubt`: how often a second meaning was as near."""

    sentence: Sentence
    catalogue: Catalogue
    graph: Graph
    subject: str
    named: tuple[str, ...]
    close: int = 0
    #: place of an item -> what it became
    notes: dict[int, str] = field(default_factory=dict)

    def spec(self, address: str) -> CollectionSpec:
        return self.catalogue.collections[address]

    # -- meanings ------------------------------------------------------------------------------

    def collection(self, item: Item) -> str:
        """The collection that an item names, the nearest to the subject of equals."""
        found = (
            item.of_kind("collection")
            or tuple(m for m in item.of_kind("field") if self.spec(m.address).key == (m.field,))
            or item.meanings
        )
        best = max(found, key=lambda m: m.weight - 0.05 * self.apart(m.address)).address
        self.notes[item.place] = best
        return best

    def term(
        self, item: Item, clause: Clause | None = None, *, near: str = "", kinds: str = ""
    ) -> Term:
        """The field that an item names. `kinds`: "N" numbers or "D" times first."""
        owner, of = self._owner(item, clause)
        found = [m for m in item.meanings if m.kind == "field"]
        if not found:
            return self.key(self.collection(item))
        best = self._best(
            [(m, self._fit(m, owner, of, near) + self._kind(m, kinds)) for m in found]
        )
        self.notes[item.place] = f"{best.address}.{best.field}"
        return self.own(Term(best.address, best.field))

    def value(
        self, item: Item, beside: Term | None, *, near: str = "", owner: str = ""
    ) -> tuple[Term, Scalar]:
        """The field that holds a value, and the value as a plan has it."""
        found = item.of_kind("value")
        declared = [m for m in found if self._declared(m)]
        nearest = min(self.apart(m.address) for m in found)
        if declared and min(self.apart(m.address) for m in declared) > nearest + _FARTHER:
            declared = []
        own = [m for m in found if m.address in (self.subject, *self.named)]
        away = min((self.apart(m.address) for m in declared), default=0.0)
        if own and away > _HOP and not any(m in own for m in declared):
            declared = own  # a Slack connection, and no talk over Slack
        scored = []
        for m in declared or found:  # what the spec says outranks what is stored
            score = self._fit(m, owner, "", near)
            if beside is not None:
                score += 1.0 if (m.address, m.field) == (beside.address, beside.field) else 0.0
                score += 0.4 if m.address == beside.address else 0.0
            scored.append((m, score))
        best = self._best(scored)
        self.notes[item.place] = f"{best.address}.{best.field} = {best.value}"
        return Term(best.address, best.field), self.wire(Term(best.address, best.field), best.value)

    def measure(self, item: Item) -> Column:
        """The fold that an item names."""
        m = max(item.of_kind("measure"), key=lambda m: m.weight - 0.05 * self.apart(m.address))
        spec = self.spec(m.address).measures[m.value]
        return Column(Term(m.address, m.field or "id"), spec.fn or "sum", measure=m.value)

    def _declared(self, m: Meaning) -> bool:
        field = self.spec(m.address).field(m.field)
        return field.type == "bool" or field.enum is not None or m.value in field.words

    def wire(self, term: Term, value: str) -> Scalar:
        kind = self.spec(term.address).field(term.field).type
        return value == "true" if kind == "bool" else value

    def _best(self, scored: list[tuple[Meaning, float]]) -> Meaning:
        scored.sort(key=lambda s: (-s[1], s[0].key))
        if len(scored) > 1 and scored[0][1] - scored[1][1] < 0.02:
            self.close += 1
        return scored[0][0]

    def _fit(self, m: Meaning, owner: str, of: str, near: str) -> float:
        score = m.weight - _FAR * self.apart(m.address)
        score += _OWNED if m.address == owner else 0.0
        score += _OF if m.address == of else 0.0
        score += _SUBJECT if m.address == (near or self.subject) else 0.0
        score += _NAMED if m.address in self.named else 0.0
        if m.kind == "field" and self.spec(m.address).key == (m.field,):
            score += 0.12  # an id is at home where it is the key
        return score

    def _kind(self, m: Meaning, kinds: str) -> float:
        wanted = {"N": NUMERIC, "D": TEMPORAL}.get(kinds)
        kind = self.spec(m.address).field(m.field).type
        return 0.3 if wanted and kind in wanted and m.field not in self.spec(m.address).key else 0.0

    def _owner(self, item: Item, clause: Clause | None) -> tuple[str, str]:
        """(the collection named right before, the one that follows after "of")."""
        items = self.sentence.items
        before = items[item.place - 1] if item.place else None
        owner = ""
        beside = f"{before.letter}{before.place} {item.letter}{item.place}" if before else ""
        if before is not None and before.letter == "C" and self.sentence.whole.has(beside):
            owner = self.collection(before)
        of = ""
        scope = clause or self.sentence.whole
        found = scope.first(rf"{item.letter}{item.place}{_LIST}{_OF_WHAT}")
        if found is not None:
            of = self.collection(found.item("c"))  # type: ignore[arg-type]
        return owner, of

    # -- collections ---------------------------------------------------------------------------

    def apart(self, address: str) -> float:
        """How far a collection is from the subject, in either direction."""
        return min(
            self.graph.cost(self.subject, address), self.graph.cost(address, self.subject), 4.0
        )

    def reachable(self, address: str) -> bool:
        return self.graph.cost(self.subject, address) < UNREACHABLE

    def own(self, term: Term) -> Term:
        """The declared key where the record's id was meant: it has the key's type."""
        key = self.spec(term.address).key
        return Term(term.address, key[0]) if term.field == "id" and len(key) == 1 else term

    def key(self, address: str) -> Term:
        return self.own(Term(address))

    def label(self, address: str) -> Term:
        """What names a record of a collection to a person; its id where nothing does."""
        spec = self.spec(address)
        if spec.label is not None:
            return Term(address, spec.label)
        called = address.partition(".")[2]
        texts = [n for n, f in spec.fields.items() if f.type == "text"]
        named = next((n for n in texts if phrase(n) == phrase(called)), None) or next(
            (n for n in texts if "name" in n.split("_")), None
        )
        return Term(address, named) if named else self.key(address)

    def full_name(self, address: str) -> tuple[str | None, str | None]:
        """The fields of a person's first and last name, where they are kept apart."""
        names = self.spec(address).fields
        first = next((n for n in names if _FIRST.search(n)), None)
        last = next((n for n in names if _LAST.search(n)), None)
        return first, last

    def money(self, address: str) -> Term | None:
        """The only amount of money that is told of a record."""
        fields = self.spec(address).fields.items()
        found = [n for n, f in fields if f.type in NUMERIC and (f.unit or "").lower() in MONEY]
        return Term(address, found[0]) if len(found) == 1 else None

    def described(self, address: str) -> bool:
        """Whether somebody said what to show of a collection: then records are shown whole."""
        return bool(self.spec(address).display)

    def numbers(self, address: str) -> list[str]:
        return [
            n
            for n, f in self.spec(address).fields.items()
            if f.type in NUMERIC and n not in self.spec(address).key
        ]


def subject_of(sentence: Sentence, head: Clause) -> list[str]:
    """The likeliest subjects, best first: the first collection named, else the one that has most
    of what is named."""
    people = _counted_value(sentence.whole)
    if people:
        return [people]
    for scope in (head, sentence.whole):
        items = scope.items("C")
        addresses = {
            m.address
            for i in sentence.items
            if i.letter == "C"
            for m in i.of_kind("collection")[:1]
        }
        first = next(
            (i for i in items if not _field_of_other(i, addresses)), next(iter(items), None)
        )
        if first is not None:
            named = first.of_kind("collection") or first.of_kind("field")
            found = sorted(named, key=lambda m: -m.weight)
            return list(dict.fromkeys(m.address for m in found if m.weight > found[0].weight - 0.2))
    total: dict[str, float] = {}
    for item in sentence.items:
        best: dict[str, float] = {}
        for m in item.meanings:
            best[m.address] = max(best.get(m.address, 0.0), m.weight)
        for address, weight in best.items():
            total[address] = total.get(address, 0.0) + weight
    return sorted(total, key=lambda a: -total[a])[:2]


def _counted_value(whole: Clause) -> str:
    """ "how many guests are with teams in Italy": what one value names in the plural is counted,
    whatever else is named behind it."""
    found = whole.first(
        r"(?:how many|number of|count|which|names of)(?: (?:of|the|all|our|different|distinct))* (?P<v>V\d+)(?! [CVFNDB]\d)"
    )
    item = found.item("v") if found is not None else None
    if item is None or not whole.items("C") or item.words[-1:] != "s":
        return ""
    if found is not None and whole.part(0, found.first).items("C"):
        return ""  # "workflows …, with the number of failures"
    held = [m for m in item.of_kind("value") if m.value[-1:] != "s"]
    named = {m.address for i in whole.items("C") for m in i.of_kind("collection")[:1]}
    if not held or any(m.address in named for m in held):
        return ""
    return max(held, key=lambda m: m.weight).address


def _field_of_other(item: Item, named: set[str]) -> bool:
    """Whether "emails of users" names a field of another collection that is named too."""
    own = item.of_kind("collection")
    return any(
        m.weight > 0.6 and m.address in named and own and m.address != own[0].address
        for m in item.of_kind("field")
    )
