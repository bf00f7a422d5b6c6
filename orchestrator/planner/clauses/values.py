# ruff: noqa: E501 - patterns and tables of words read better wide
"""Values and literals that are named: which field they are of."""

from __future__ import annotations

from typing import Final

from orchestrator.planner.clauses.given import Conditions
from orchestrator.planner.clauses.request import (
    Among,
    Empty,
    No,
    Term,
    Test,
    Text,
)
from orchestrator.planner.clauses.sentence import Found, Item, Sentence, is_item
from registry.plan.model import Scalar
from registry.record import NUMERIC

_BESIDE: Final = r"(?: (?:is|are|was|were|of|named|called|as|in|on|at|:|=|equal|equals|to|the|a|an|either|both|not|like|with|being|name|titled|has|have|by|from|either|code|value|no|neither))*"


_WITH: Final = r"(?:with|have|has|having|had|got|gave|given|of)"
#: "with 5 stars", "got 1 or 2 stars as rating"
_SO_MANY: Final = (
    rf"{_WITH}(?: (?:only|just|either|a))* (?P<x>Z\d+(?: (?:or|and|,|or even)+ Z\d+)*) (?P<f>N\d+)"
    r"(?P<as> as(?: (?:a|the|their))? N\d+)?"
)


def literals(given: Conditions) -> None:
    """Quoted texts, codes and bare numbers beside the field or collection they are a value of."""
    for found in given.clause.find(rf"(?P<f>@x){_BESIDE} (?P<x>[QXZ]\d+)"):
        f, x = found.item("f"), found.item("x")
        assert f is not None and x is not None
        if (
            f.letter == "M"
            or not given.free(x)
            or (f.letter == "C" and x.letter == "Z" and not numbered(given, found, f))
        ):
            continue
        if given.rank is not None and x.place in given.clause.sentence.used:
            continue
        if f.letter == "C" and x.letter == "X" and " with X" in found.match[0]:
            continue  # "logins with 2fa" are no login that is called so
        term = (
            given.sense.label(given.sense.collection(f))
            if f.letter == "C" and x.letter == "Q"
            else given.sense.term(f, given.clause)
            if f.letter != "C"
            else given.sense.key(given.sense.collection(f))
        )
        if f.letter == "C":
            given.use(x)
        else:
            given.use(x, f)
        given.add(Test(term, "=", literal(given, term, x)), found.last - 1, found.last)
        found.hear()
        or_else(given, found, term)
    _inside(given)
    _so_many(given)
    _loose(given)


def _inside(given: Conditions) -> None:
    """ "without "budget" in the title": a text that a field contains."""
    for found in given.clause.find(r"(?P<x>Q\d+) in (?:the|their|its|his|her) (?P<f>@f)"):
        f, x = found.item("f"), found.item("x")
        assert f is not None and x is not None
        if given.free(x) and given.free(f):
            term = given.sense.term(f, given.clause)
            given.use(x, f)
            text = Text(term, "contains", str(literal(given, term, x)))
            given.add(text, found.first, found.last)


def _so_many(given: Conditions) -> None:
    """ "with 5 stars", "that got 1 or 2 stars as rating"."""
    for found in given.clause.find(_SO_MANY):
        f, numbers = found.item("f"), found.items("x")
        assert f is not None
        if given.free(f) and all(map(given.free, numbers)):
            term = given.sense.term(f, given.clause, kinds="N")
            given.use(f, *numbers, *found.items("as"))
            told = tuple(literal(given, term, x) for x in numbers)
            test = Among(term, told) if len(told) > 1 else Test(term, "=", told[0])
            given.add(test, found.first, found.last)


def _loose(given: Conditions) -> None:
    """What is quoted beside nothing: a name, or a part of it."""
    for item in given.clause.items("Q", unused=True):
        if full_name(given, item):
            continue
        label = given.sense.label(given.request.subject)
        at = given.clause.index(item)
        given.use(item)
        kind = given.sense.spec(label.address).field(label.field).type
        if given.clause.word(at - 1) in ("with", "containing", "having") and kind == "text":
            text = Text(label, "contains", str(literal(given, label, item)))
            given.add(text, at - 1, at + 1)
            continue
        given.wonders.append("loose text")
        given.add(Test(label, "=", literal(given, label, item)), at, at + 1)


def or_else(given: Conditions, found: Found, term: Term) -> None:
    """ "age 35 or 36"."""
    at = found.last
    while (
        given.clause.word(at) == "or"
        and given.clause.word(at + 1)[:1] in "QXZ"
        and is_item(given.clause.word(at + 1))
    ):
        item = given.clause.sentence.item(given.clause.word(at + 1))
        given.use(item)
        given.add(Test(term, "=", literal(given, term, item)), at + 1, at + 2)
        at += 2


def numbered(given: Conditions, found: Found, owner: Item) -> bool:
    """ "room 111", "course 301": the singular, and the number right after it."""
    return found.last - found.first == 2 and not owner.words.endswith("s")


def full_name(given: Conditions, item: Item) -> bool:
    """A quoted "Katsuhiro Ueno" where first and last names are kept apart."""
    parts = given.clause.sentence.words[item.first].raw.split()
    for address in dict.fromkeys(
        (
            given.nearest(given.clause.index(item)),
            given.request.subject,
            *given.sense.named,
            *given.sense.catalogue.collections,
        )
    ):
        first, last = given.sense.full_name(address)
        if first and last and len(parts) == 2 and given.sense.reachable(address):
            at = given.clause.index(item)
            given.use(item)
            given.add(Test(Term(address, first), "=", parts[0]), at, at + 1)
            given.add(Test(Term(address, last), "=", parts[1]), at, at + 1)
            return True
    return False


def literal(given: Conditions, term: Term, item: Item) -> str | int | float:
    word = given.clause.sentence.words[item.first]
    kind = given.sense.spec(term.address).field(term.field).type
    if kind in NUMERIC and word.number is not None:
        return word.number
    if kind == "ref" and word.number is not None:
        return str(word.number)
    return word.raw.strip()[:400]


def values(given: Conditions) -> None:
    """Values named in the question, one or one of several."""
    for item in given.clause.items("V", unused=True):
        at = given.clause.index(item)
        if referred(given, item, at):
            continue
        near_by = beside(given, item)
        held = (
            given.sense.term(near_by, given.clause)
            if near_by is not None and near_by.letter != "C"
            else None
        )
        near = given.nearest(at)
        if held is not None and not any(
            (m.address, m.field) == (held.address, held.field) for m in item.of_kind("value")
        ):
            same = [
                m
                for m in item.of_kind("value")
                if near_by is not None
                and any(b.field == m.field and b.address == m.address for b in near_by.meanings)
            ]
            held = Term(same[0].address, same[0].field) if same else None
            if held is None:
                near_by = None
        term, value = given.sense.value(item, held, near=near, owner=_owner(given, at + 1))
        first = at
        if near_by is not None and near_by.letter != "C" and held == term:
            if not shown(given, near_by):
                given.use(near_by)
            first = min(at, given.clause.index(near_by))
        given.use(item)
        given.clause.sentence.heard.update(given.clause.at[first : at + 1])
        several = alike(item, term, value)
        told = Among(term, several) if len(several) > 1 else Test(term, "=", value)
        given.add(told, at, at + 1)


def _owner(given: Conditions, at: int) -> str:
    """ "German teams": whose value it is that stands right before."""
    after = given.clause.word(at)
    if not is_item(after) or after[0] not in "CF":
        return ""
    item = given.clause.sentence.item(after)
    if after[0] == "C":
        return given.sense.collection(item)
    found = (m for m in item.of_kind("field") if m.address == given.request.subject)
    targets = given.sense.graph.targets
    return next((targets.get((m.address, m.field), "") for m in found), "")


def alike(item: Item, term: Term, value: Scalar) -> tuple[str, ...]:
    """The values that the words stand for, where they stand for several."""
    found = (m for m in item.of_kind("value") if (m.address, m.field) == (term.address, term.field))
    best = next((m for m in found if m.value == value), None)
    return item.span.alike(best) if best is not None and item.span is not None else ()


_REFERS: Final = r"(?:is|are|was|were|by|of|to|the|named|called|:|=)"


def referred(given: Conditions, item: Item, at: int) -> bool:
    """ "written by Mia Koch": the reference beside a name is to the one who is called so."""
    before = given.clause.part(max(0, at - 3), at).first(rf"(?P<f>F\d+)(?: {_REFERS})*$")
    near_by = before.item("f") if before is not None else None
    if near_by is None or not given.free(near_by):
        return False
    targets = given.sense.graph.targets
    for m in near_by.of_kind("field"):
        for v in item.of_kind("value"):
            owned = m.address in (given.request.subject, *given.sense.named)
            if owned and targets.get((m.address, m.field)) == v.address != given.request.subject:
                given.use(near_by, item)
                term = Term(v.address, v.field, via=m.field)
                given.sense.notes[item.place] = f"{m.address}.{m.field} = {v.value}"
                given.add(Test(term, "=", given.sense.wire(term, v.value)), at, at + 1)
                return True
    return False


def shown(given: Conditions, item: Item) -> bool:
    """Whether the field opens the question, and so is asked for."""
    at = given.clause.index(item)
    return not any(is_item(t) for t in given.clause.part(0, at).text.split()) and given.clause.word(
        at + 1
    ) in ("of", "for")


def beside(given: Conditions, item: Item) -> Item | None:
    token = f"V{item.place}"
    for pattern in (
        rf"(?P<f>@f){_BESIDE}(?: V\d+(?: ,)?(?: or| and|,| nor)*(?: the| is| a| from| in)*)* {token}",
        rf"{token} (?P<f>@f)",
    ):
        for found in given.clause.find(pattern):
            f = found.item("f")
            if f is not None and any(
                (m.address, m.field) == (v.address, v.field)
                for m in f.meanings
                for v in item.of_kind("value")
            ):
                return f
    return None


def flags(given: Conditions) -> None:
    """ "that are verified", "enabled workflows": a flag that is named holds."""
    for item in given.clause.items("B", unused=True):
        at = given.clause.index(item)
        before = {given.clause.word(at - n) for n in (1, 2)}
        after = given.clause.word(at + 1)
        if (
            before
            & {
                "is",
                "are",
                "was",
                "were",
                "be",
                "been",
                "that",
                "which",
                "who",
                "not",
                "still",
                "currently",
                "never",
                "many",
            }
            or (after[:1] == "C" and is_item(after))
            or named_by_flag(given.clause.sentence, item)
        ):
            term = given.sense.term(item, given.clause)
            if given.sense.spec(term.address).field(term.field).type == "bool":
                given.use(item)
                given.add(Test(term, "=", True), at, at + 1)


def named_by_flag(sentence: Sentence, item: Item) -> bool:
    """ "no shows per teacher": the records, by what is true of them."""
    return item.words.endswith("s") and not sentence.whole.items("C")


_DONE: Final = (
    r"(?:has|have|had|was|were|got|is|are)(?: (?:been|ever|already|actually|since))* (?P<f>D\d+)"
    r"(?! (?:T\d+|K\d+|V\d+|by|in|on|at|before|after|since|during|last|per|between))"
)


def done(given: Conditions) -> None:
    """ "how many applicants were hired": those of which it is known when."""
    for found in given.clause.find(_DONE):
        item = found.item("f")
        if given.free(item) and item is not None and not given.clause.has("when|what|not|never|no"):
            term = given.sense.term(item, given.clause, kinds="D")
            field = given.sense.spec(term.address).field(term.field)
            if term.address == given.request.subject and not field.required:
                given.use(item)
                given.add(No(Empty(term)), found.first, found.last)
                found.hear()


def present(given: Conditions) -> None:
    """ "users with a referrer": the field has a value."""
    for found in given.clause.find(
        r"(?:(?:with|has|have|having|had)(?: (?:a|an|any|some))+|(?:those|ones|only)(?: (?:that|which|who))? (?:with|having|have)) (?P<f>[FDN]\d+)(?! (?:of|in|is|like|[VOQXZST]\d+))"
    ):
        item = found.item("f")
        if given.free(item) and item is not None and given.scope(found.first) is None:
            term = given.sense.term(item, given.clause)
            if not given.belongs(term.address):
                given.use(item)
                given.add(No(Empty(term)), found.first, found.last)
