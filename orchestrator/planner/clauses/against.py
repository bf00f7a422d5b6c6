"""Numbers compared with another's: "more users than Germany", "more orders than Acme"."""

from __future__ import annotations

from typing import Final

from orchestrator.planner.clauses.given import Conditions
from orchestrator.planner.clauses.request import Column, Has, Request, Term, Test, computed
from orchestrator.planner.clauses.sentence import Found, Item
from orchestrator.planner.grammar import COMPARATIVES
from orchestrator.planner.vocabulary import Meaning

_MORE: Final = (
    rf"(?P<op>{'|'.join(COMPARATIVES)})(?: (?:of|the|total|V\d+))* (?P<y>[CNM]\d+) than"
    r"(?: (?:the|that|of|in|for|from|does|do))* (?P<v>V\d+)(?: (?:has|have|does|do|did|had))?"
)


def against(given: Conditions) -> None:
    """The other is named by a value: one of what is asked for, or of what names its record."""
    for found in given.clause.find(_MORE):
        y, v = found.item("y"), found.item("v")
        assert y is not None and v is not None
        if not given.free(y) or not given.free(v):
            continue
        group = _asked(given, found, v)
        if group is not None:
            _of_groups(given, found, y, group)
        else:
            _of_records(given, found, y, v)


_AVERAGE: Final = (
    rf"(?P<op>{'|'.join(COMPARATIVES)}) (?P<y>C\d+) than(?: the)? (?:average|mean|usual)"
    r"(?: number)?(?: (?P<e>C\d+))?"
)


def above_average(given: Conditions) -> None:
    """ "users with more sessions than the average user": than there are to each."""
    for found in given.clause.find(_AVERAGE):
        y = found.item("y")
        assert y is not None
        owner, address = given.request.subject, given.sense.collection(y)
        if not given.free(y) or not given.belongs(address):
            continue
        many = Column(Term(address), "count")
        each = computed("/", "average", many, Column(Term(owner), "count"))
        op = COMPARATIVES[found["op"]][0]
        other = Request(address, show=[each])
        given.add(Has(owner, address, (), op, other, many), found.first, found.last)
        given.use(y, found.item("e"))
        found.hear()


def _asked(given: Conditions, found: Found, v: Item) -> tuple[Term, str] | None:
    """The field that is asked for before and holds the value, and the value."""
    for item in given.clause.part(0, found.first).items("FB"):
        held = {(m.address, m.field): m.value for m in v.of_kind("value")}
        subject = given.request.subject
        for m in sorted(item.of_kind("field"), key=lambda m: m.address != subject):
            if (m.address, m.field) in held and given.sense.reachable(m.address):
                return Term(m.address, m.field), held[m.address, m.field]
    return None


def _of_groups(given: Conditions, found: Found, y: Item, group: tuple[Term, str]) -> None:
    """ "countries with more users than Germany": groups whose fold is over that of one group."""
    term, value = group
    column = _number(given, y)
    other = Request(term.address, show=[column])
    other.where = [Test(term, "=", given.sense.wire(term, value))]
    given.use(y, found.item("v"))
    found.hear()
    given.kept.append((column, COMPARATIVES[found["op"]][0], other))


def _number(given: Conditions, y: Item) -> Column:
    if y.letter == "C":
        return Column(Term(given.sense.collection(y)), "count")
    if y.letter == "M":
        return given.sense.measure(y)
    return Column(given.sense.term(y, given.clause, kinds="N"), "sum")


def _of_records(given: Conditions, found: Found, y: Item, v: Item) -> None:
    """ "teams with more seats than Acme": records whose number is over that of one record."""
    before = given.clause.part(0, found.first).items("C")
    owner = given.sense.collection(before[-1]) if before else given.request.subject
    label = given.sense.label(owner)
    value = next((m.value for m in v.of_kind("value") if _names(m, label)), None)
    if value is None:
        return
    op = COMPARATIVES[found["op"]][0]
    named = Test(label, "=", value)
    if y.letter == "N":
        term = given.sense.term(y, given.clause, kinds="N")
        if term.address == owner:
            made = Test(term, op, Request(owner, show=[Column(term)], where=[named], limit=1))
            given.add(made, found.first, found.last)
            given.use(y, v)
            found.hear()
        return
    column = _number(given, y)
    if given.belongs(column.term.address):
        other = Request(column.term.address, show=[column], where=[named])
        address = column.term.address
        given.add(Has(owner, address, (), op, other, column), found.first, found.last)
        given.use(y, v)
        found.hear()


def _names(m: Meaning, label: Term) -> bool:
    return (m.address, m.field) == (label.address, label.field)
