# ruff: noqa: E501 - patterns and tables of words read better wide
"""What must not be there: stretches after a negator, and what is left over and must be there."""

from __future__ import annotations

import re
from typing import Final

from orchestrator.planner.clauses.given import Conditions, Placed
from orchestrator.planner.clauses.request import (
    Among,
    AnyOf,
    Column,
    Empty,
    Has,
    No,
    Request,
    Term,
    Test,
    Text,
)
from orchestrator.planner.clauses.sense import MONEY
from orchestrator.planner.clauses.sentence import Clause, Item, is_item
from orchestrator.planner.grammar import NEGATORS
from registry.record import NUMERIC

_NEGATOR: Final = rf"(?:{'|'.join(sorted(NEGATORS))}|other than|apart from|aside from|except for)"
_MORE: Final = (
    r"(?:or|nor|,|and)(?: (?:or|nor|and|by|in|on|at|from|via|through|the|an?|to|for|of|with|about))*"
    r" (?P<v>V\d+)"
)
#: a field that is asked for, before what its records must not be
_ASKED: Final = (
    r"(?:(?:which|in|on|at|from|what|list|show|give|tell|me|us|the|all|our|any|how|many|number|of|count|those|,) )*(?P<f>F\d+)"
    r"(?: (?:that|which|who|with|having|have|has|had|did|do|does|are|is|were|was|ever|we|there|,|D\d+|U\d+))*"
)
_LACKS: Final = re.compile(
    r"(?:without|lacking|missing|no|lacks?)(?: (?:an?|any|the|single))* [FND]\d+"
    r"(?= (?:on|in|at|with|since|during|for|from|by) )"
)
_APART: Final = 4.0  # as far as `apart` says of what no way leads to
_NEVER: Final = frozenset({"never", "nobody", "noone"})
_UNTIL: Final = r"(?: (?!and |or |but |, |\| )[^ ]+)*"


def scopes(given: Conditions) -> None:
    """Each negator reaches to the next conjunction."""
    for found in given.clause.find(rf"{_NEGATOR}{_UNTIL}"):
        words = found.match[0].split()
        if words[0] == "no" and len(words) > 1 and words[1] in ("more", "less", "fewer"):
            continue
        inner = [t for t in words[1:] if is_item(t)]
        if not inner:
            continue
        alone = _LACKS.match(found.match[0])
        if alone is not None:  # "without a starter in May": May is when
            given.negated.append((found.first, found.first + alone[0].count(" ") + 1))
            continue
        given.negated.append((found.first, _onward(given, found.first, found.last)))


def _onward(given: Conditions, first: int, last: int) -> int:
    """Where it ends: "not by web or by phone" denies both."""
    while True:
        more = given.clause.part(last, len(given.clause.at)).first(_MORE)
        before = [m for i in given.clause.part(first, last).items("V") for m in i.of_kind("value")]
        v = more.item("v") if more is not None and not more.first else None
        fields = {(m.address, m.field) for m in before}
        if more is None or v is None:
            return last
        if fields.isdisjoint((m.address, m.field) for m in v.of_kind("value")):
            return last
        last += more.last


def nothing(given: Conditions) -> None:
    """Negated stretches: of another collection there is no such record; else the condition
    does not hold."""
    for first, last in given.negated:
        scope = given.clause.part(first, last)
        inside = [p for p in given.placed if first <= p.first < last]
        for p in inside:
            given.placed.remove(p)
        others = [i for i in scope.items("C") if _another(given, i)]
        term = _of_field(given, first, scope) if inside and not others else None
        if term is not None:
            _among_none(given, term, inside, (first, last))
        elif others:
            tests = tuple(p.condition for p in inside)
            address = given.sense.collection(others[0])
            given.use(*others)
            verbs = scope.items("FD", unused=True)
            given.use(*(i for i in verbs if _between(given, i, others[0])))
            given.add(No(Has(given.request.subject, address, tests)), first, last)
        elif inside:
            _none_holds(given, inside, (first, last))
        else:
            _empty(given, scope, (first, last))


def _another(given: Conditions, item: Item) -> bool:
    address = given.sense.collection(item)
    near = given.sense.apart(address) < _APART  # also what only leads back to the subject
    return address != given.request.subject and near


def _among_none(
    given: Conditions, term: Term, inside: list[Placed], place: tuple[int, int]
) -> None:
    """Values of which no record is such: of a reference, those whom others refer to."""
    first, last = place
    given.use(*given.clause.part(first, last).items("CFD", unused=True))
    given.use(*given.clause.part(0, first).items("DU"))
    column = Column(term)
    rest = Request(term.address, show=[column], where=[p.condition for p in inside])
    target = given.sense.graph.targets.get((term.address, term.field))
    if target is None:
        given.request.distinct = True
        given.add(No(Among(term, rest)), first, last)
        return
    given.add(Among(Term(target), Request(term.address, show=[column])), first, last)
    given.add(No(Among(Term(target), rest)), first, last)


def _none_holds(given: Conditions, inside: list[Placed], place: tuple[int, int]) -> None:
    """Each is denied; "not critical since May" denies no time, "not in May" its two ends."""
    timed = [p.condition for p in inside if given.clause.word(p.first)[:1] == "T"]
    if len(timed) == len(inside) > 1:
        given.add(AnyOf(tuple(No(test) for test in timed)), *place)
        return
    for p in inside:
        kept = p.condition in timed and len(timed) < len(inside)
        kept = kept or _aside(given, p, inside[0])
        given.add(p.condition if kept else No(p.condition), *place)


def _aside(given: Conditions, p: Placed, head: Placed) -> bool:
    """ "excluding failed ones on web-1": of web-1 they are all the same."""
    mine, first = p.condition, head.condition
    if not isinstance(mine, Test) or not isinstance(first, Test) or mine.term == first.term:
        return False
    between = given.clause.part(head.last, p.first).text.split()
    return any(word in ("on", "in", "from", "with", "at", "for", "by", "of") for word in between)


def _empty(given: Conditions, scope: Clause, place: tuple[int, int]) -> None:
    """ "without a rating", "never verified", "nobody launched by hand"."""
    item = next(iter(scope.items("FNDB", unused=True)), None)
    if item is None:
        return
    term = given.sense.term(item, given.clause)
    given.use(item)
    if given.sense.spec(term.address).field(term.field).type == "bool":
        given.add(Test(term, "=", False), *place)
    elif _none_is_zero(given, term, item):
        given.add(AnyOf((Empty(term), Test(term, "=", 0))), *place)
    elif given.belongs(term.address):
        given.add(No(Has(given.request.subject, term.address, (No(Empty(term)),))), *place)
    else:
        given.add(Empty(term), *place)


def _none_is_zero(given: Conditions, term: Term, item: Item) -> bool:
    """Whether none of it is 0: money, and what is counted by its plural."""
    field = given.sense.spec(term.address).field(term.field)
    counts = field.type == "int" and not field.unit and item.words.endswith("s")
    money = field.type in NUMERIC and (field.unit or "").lower() in MONEY
    return (counts or money) and not given.belongs(term.address)


def _of_field(given: Conditions, first: int, scope: Clause) -> Term | None:
    """ "hosts without a fatal line", "services that never logged an error": what is asked for are
    values of a field, and of the records that hold one none is such."""
    found = given.clause.part(0, first).first(_ASKED)
    f = found.item("f") if found is not None and not found.first else None
    if found is None or f is None or found.last != first:
        return None
    term, subject = given.sense.term(f, given.clause), given.request.subject
    own = any(given.sense.collection(i) == subject for i in scope.items("C"))
    if term.address != subject or not (own or scope.word(0) in _NEVER):
        return None
    label = given.sense.label(subject)
    return None if term in (given.sense.key(subject), label) else term


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
        if any(isinstance(c, Has) and c.address == address for c in given.request.where):
            continue  # "who were invoiced more than 900": so they were
        if given.belongs(address):
            given.request.where.append(Has(given.request.subject, address))
            verbs = clause.part(0, clause.index(item)).items("FD", unused=True)[-1:]
            given.use(*(i for i in verbs if _between(given, i, item)))
