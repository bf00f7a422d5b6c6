"""Windows of time and searched texts: which field they limit."""

from __future__ import annotations

import re
from typing import Final, Literal

from orchestrator.planner.clauses.given import Conditions
from orchestrator.planner.clauses.request import (
    Among,
    Term,
    Test,
    Text,
)
from orchestrator.planner.clauses.request import (
    Found as Searched,
)
from orchestrator.planner.clauses.sentence import Item, is_item
from orchestrator.planner.grammar import UNITS
from orchestrator.planner.shape.moments import moment, told_time, window_text
from orchestrator.planner.words import NUMBERS
from registry.clock import to_datetime
from registry.record import NUMERIC, TEMPORAL

#: a number so called may hold years: "year", "founded", "built"
_BY: Final = 3  # words between a number and how long it may be
_OF_YEARS: Final = re.compile(r"\byears?\b|^(?:built|born|begun|\w{2,}ed)$")


def windows(given: Conditions) -> None:
    seen: set[Term] = set()
    for item in given.clause.items("T", unused=True):
        at = given.clause.index(item)
        if took(given, item, at):
            continue
        term = time(given, item, at)
        if term is None:
            continue
        kind = given.sense.spec(term.address).field(term.field)
        window = item.payload
        if term in seen:
            given.wonders.append("two windows")  # of one time: of both at once?
        seen.add(term)
        for op, us in ((">=", window.start_us), ("<", window.end_us)):
            if us is None:
                continue
            value: str | int = moment(us, kind) if kind.type in TEMPORAL else to_datetime(us).year
            given.add(Test(term, op, value), at, at + 1)
        own = term.address == given.request.subject
        path = term.field if own else f"{term.address}.{term.field}"
        given.sense.notes[item.place] = f"{path} {window_text(window)}"
        given.use(item)


_WITHIN: Final = re.compile(
    r"within (?:(?P<one>an?|one)|(?P<n>\d+)|(?P<word>[a-z]+)) (?P<u>[a-z]+)"
)


def took(given: Conditions, item: Item, at: int) -> bool:
    """ "the first answer came within 10 minutes": of a number of seconds, and no time of day."""
    said = _WITHIN.fullmatch(item.words)
    near = [
        i for i in given.clause.part(0, at).items("N", unused=True) if item.first - i.last < _BY
    ]
    if said is None or not near or said["u"].removesuffix("s") not in UNITS:
        return False
    n = 1 if said["one"] else int(said["n"]) if said["n"] else NUMBERS.get(said["word"])
    term = given.sense.term(near[-1], given.clause, kinds="N")
    own = UNITS.get(given.sense.spec(term.address).field(term.field).unit or "")
    asked = UNITS[said["u"].removesuffix("s")]
    if own is None or n is None or own[0] != asked[0]:
        return False
    given.add(Test(term, "<=", round(n * asked[1] / own[1])), at, at + 1)
    given.use(item, near[-1])
    return True


def time(given: Conditions, item: Item, at: int) -> Term | None:
    near = [i for i in given.clause.part(0, at).items("D") if 0 <= item.first - i.last <= 3]
    near += [
        i
        for i in given.clause.part(0, at).items("N")
        if 0 <= item.first - i.last <= 3 and _OF_YEARS.search(i.words)
    ]
    if near:
        given.use(near[-1])
        return given.sense.term(near[-1], given.clause, kinds="D")
    named = told(given, at)
    if named is not None:
        return named
    for address in events(given, at):
        spec = given.sense.spec(address)
        if spec.time is not None:
            return Term(address, spec.time)
        years = [n for n, f in spec.fields.items() if f.type in NUMERIC and "year" in n.split("_")]
        times = [n for n, f in spec.fields.items() if f.type in TEMPORAL]
        if times or years:
            return Term(address, (times or years)[0])
    return None


def told(given: Conditions, at: int) -> Term | None:
    """ "closed last week": the time of what the value before says."""
    before = given.clause.word(at - 1)
    if not is_item(before) or before[0] not in "VB":
        return None
    item = given.clause.sentence.item(before)
    for m in (*item.of_kind("value"), *(item.of_kind("field") if item.letter == "B" else ())):
        name = told_time(given.sense.spec(m.address), item.words)
        if name is not None:
            return Term(m.address, name)
    return None


def events(given: Conditions, at: int) -> list[str]:
    """The collections that a time may be of, the likeliest first: what happens, not to whom."""
    used = [t.term.address for p in given.placed if isinstance(t := p.condition, (Test, Among))]
    near = list(
        dict.fromkeys((*used, given.nearest(at), given.request.subject, *given.sense.named))
    )
    timed = [a for a in near if given.sense.spec(a).time is not None]
    graph = given.sense.graph

    def reach(address: str) -> int:
        return sum(bool(r := graph.routes(address, other)) and not r[0].fans_out for other in near)

    return [*sorted(timed, key=lambda a: -reach(a)), *(a for a in near if a not in timed)]


def _inside(given: Conditions, item: Item, term: Term) -> tuple[Term, bool]:
    """ "mention Hamburg in their text": where it is looked for; and whether in the title alone."""
    found = given.clause.first(rf"S{item.place} in (?:the|their|its|his|her) (?P<f>F\d+)")
    field = found.item("f") if found is not None else None
    if found is None or field is None or not given.free(field):
        return term, False
    given.use(found.hear().item("f"))
    told = given.sense.term(field, given.clause)
    return told, told == given.sense.label(told.address)


def texts(given: Conditions) -> None:
    for item in given.clause.items("S", unused=True):
        at = given.clause.index(item)
        before = given.clause.part(max(0, at - 4), at).items("F")
        titled = False
        term = (
            given.sense.term(before[-1], given.clause)
            if before
            else given.sense.label(given.nearest(at))
        )
        if before:
            given.use(before[-1])
        else:
            term, titled = _inside(given, item, term)
        sought = item.payload
        owner = given.nearest(at)
        if not (before or titled) and sought.mode == "match" and given.sense.spec(owner).searched:
            given.use(item)
            given.add(
                Searched(Term(owner, given.sense.spec(owner).searched[0]), sought.text),
                at,
                at + 1,
            )
            continue
        mode: Literal["contains", "starts", "ends"] = (
            "contains" if sought.mode == "match" else sought.mode
        )
        text = re.sub(
            r"^(?:the )?(?:word|letter|substring|string|phrase|prefix|suffix|text|character)s? ",
            "",
            sought.held,
        ).strip("\"'“”‘’ ")
        if not text or given.sense.spec(term.address).field(term.field).type != "text":
            continue
        given.use(item)
        given.add(Text(term, mode, text), at, at + 1)
