# ruff: noqa: E501 - patterns and tables of words read better wide
"""Numbers: compared with a literal, with a fold, or counted."""

from __future__ import annotations

from typing import Final

from orchestrator.planner.clauses.given import Conditions
from orchestrator.planner.clauses.ranking import hinted
from orchestrator.planner.clauses.request import (
    Column,
    Condition,
    Has,
    Request,
    Term,
    Test,
    computed,
)
from orchestrator.planner.clauses.sentence import Found, Item, is_item
from orchestrator.planner.describe import predicate
from orchestrator.planner.grammar import AGGREGATES, COMPARATIVES
from orchestrator.planner.literals import Comparison
from orchestrator.planner.parts import compare
from orchestrator.planner.shape.comparing import in_unit, scaled
from registry.record import NUMERIC, TEMPORAL

_AGG: Final = "|".join(AGGREGATES)
_THAN: Final = (
    rf"(?:(?P<f>@f)(?: (?:is|are|was|were|of|that|which|has|have|be|being))* )?(?P<op>(?:{'|'.join(COMPARATIVES)}|above|over|below|under|exceeds?|exceeding)"
    rf")(?: (?P<f2>@f))?(?: (?:per|a|each|every) (?:hour|day|week|month|year)| often| frequently)?(?: than)?(?: or equal to)?(?: (?P<times>twice|double|half|Z\d+ times))?(?: (?:the|that|of|overall|all|their|its))* (?P<agg>{_AGG})(?P<of> V\d+(?: C\d+)?)?(?: (?:of|the|value|values|overall|total|all))*(?: (?P<f3>@f))?(?P<rest>(?: (?:of|for|in|by|among|across|from)(?: (?:the|all|any|every))*(?: (?:V\d+|C\d+))+)?)"
)
_COUNTED: Final = (
    r"(?P<o>O\d+)(?: (?!and|or|in|on|at|for|with|by|that|which|who|,|\|)[a-z]+| U\d+){0,2}(?: V\d+)*"
    r" (?P<y>[CF]\d+)"
)
#: "hosts with", "machines that raised" before so many records
_COUNTED_FOR: Final = (
    r"(?P<f>F\d+) (?:(?:with|having|whose|where)|(?:(?:that|which|who) )?(?:account for|make up)"
    r"|(?:(?:that|which|who) )?(?:(?:have|has|had) )?(?:have|has|had|[DU]\d+))$"
)
_WHOSE: Final = r"(?P<f>F\d+) (?:whose|with|where|that|which|having|have|has|N\d+(?: [a-z]+)? O\d+)"
_WHO: Final = frozenset({"who", "that", "which", "have", "has", "had"})
_TIMES: Final = r"(?P<o>O\d+) (?:times|time|occasions|records|rows|entries)"


def averages(given: Conditions) -> None:
    """ "older than the average age": against a fold of all, or of those named after it."""
    for found in given.clause.find(_THAN):
        named = (found.item(g) for g in ("f", "f2", "f3"))
        items = [i for i in named if i is not None and given.free(i)]
        word = found["op"]
        op, hint = COMPARATIVES.get(
            word, (">" if word in ("above", "over") or word.startswith("exceed") else "<", "")
        )
        if "or equal" in found.match[0]:
            op += "="
        if given.clause.word(found.first - 1) in ("no", "not") or (
            found["f"] and f" no {word}" in found.match[0]
        ):
            op = {">": "<=", "<": ">="}.get(op, op)
        if items:
            term = given.sense.term(items[-1], given.clause, kinds="N")
        else:
            made = hinted(given.sense, given.request.subject, hint, True) if hint else None
            if made is None:
                continue
            term = made[0]
        fold = Column(term, AGGREGATES[found["agg"]])
        factor = _factor(given, found)
        shown = fold if factor == 1 else computed("*", "so_many", fold, factor)
        inner = Request(term.address, show=[shown])
        for item in (*found.items("of"), *found.items("rest")):
            if item.letter == "V":
                held, value = given.sense.value(item, None, near=term.address)
                inner.where.append(Test(held, "=", value))
            given.use(item)
        given.use(*items)
        given.add(Test(term, op, inner), found.first, found.last)
        found.hear()


def _factor(given: Conditions, found: Found) -> int | float:
    """ "twice the average", "3 times the average"."""
    item = next(iter(found.items("times")), None)
    if item is not None:
        given.use(item)
        return given.clause.sentence.words[item.first].number or 1
    return {"twice": 2, "double": 2, "half": 0.5}.get(found["times"], 1)


def folds(given: Conditions) -> None:
    """ "an average gross over 100", "a total of …": a fold per group or per record."""
    for found in given.clause.find(
        rf"(?P<a>{_AGG})(?: (?:of|the|value|amount|C\d+|total))* (?P<f>[ND]\d+)(?: (?:is|are|was|of|that|which|value|has|been|U\d+|T\d+))* (?P<o>O\d+)"
    ):
        o, f = found.item("o"), found.item("f")
        assert o is not None and f is not None
        if not given.free(o) or not given.free(f):
            continue
        term = given.sense.term(f, given.clause, kinds="N")
        column = Column(term, AGGREGATES[found["a"]])
        found.hear()
        given.use(o, f)
        asked: Comparison = o.payload
        field = given.sense.spec(term.address).field(term.field)
        number = scaled(asked.number, asked.unit, field)
        if number is None:
            continue
        if _of_field(given, found):
            given.kept.append((column, asked.op, number))
            given.of_field = True
        elif given.belongs(term.address):
            given.add(
                Has(given.request.subject, term.address, (), asked.op, number, column),
                found.first,
                found.last,
            )
        else:
            given.kept.append((column, asked.op, number))


#: "fewer than 3 comments but at least one"
_AND_SO_MANY: Final = r"(?P<o>O\d+)(?: V\d+)* (?P<y>C\d+) (?:but|and|yet)(?: also)? (?P<more>O\d+)(?= |$)(?! [CFNDV]\d)"


def _twice(given: Conditions) -> None:
    for found in given.clause.find(_AND_SO_MANY):
        o, y, more = found.item("o"), found.item("y"), found.item("more")
        assert o is not None and y is not None and more is not None
        address = given.sense.collection(y)
        free = given.free(o) and given.free(more) and not (o.payload.unit or more.payload.unit)
        if not free or not given.belongs(address):
            continue
        given.use(o, y, more)
        for asked in (o.payload, more.payload):
            made = Has(given.request.subject, address, (), asked.op, asked.number)
            given.add(made, found.first, found.last)
        found.hear()


def counts(given: Conditions) -> None:
    """ "users with more than 5 sessions": how many of another collection, or how many rows."""
    _twice(given)
    for found in given.clause.find(_COUNTED):
        o, y = found.item("o"), found.item("y")
        assert o is not None and y is not None
        asked: Comparison = o.payload
        if not given.free(o) or asked.unit or not given.free(y):
            continue
        before = given.clause.word(found.first - 1)
        if _acts(given, found.first - 1):
            given.use(given.clause.sentence.item(before))
            counted(given, found, asked, y)
            continue
        if (is_item(before) and before[0] in "ND") or (
            before in ("is", "are", "was", "of") and given.clause.word(found.first - 2)[:1] == "N"
        ):
            continue
        counted(given, found, asked, y)
    for found in given.clause.find(r"(?P<o>O\d+)(?: U\d+)? (?P<v>V\d+)(?! [CFNV]\d)"):
        _counted_value(given, found)
    for found in given.clause.find(r"(?:only|exactly|just) (?P<z>Z\d+) (?P<y>C\d+)"):
        z, y = found.item("z"), found.item("y")
        assert z is not None and y is not None
        number = given.clause.sentence.words[z.first].number
        if given.free(z) and given.free(y) and number is not None:
            given.use(z)
            counted(given, found, Comparison(z.first, z.last, "=", number), y)
    for found in given.clause.find(_TIMES):
        o = found.item("o")
        assert o is not None
        if given.free(o) and not _did_so_often(given, found, o):
            found.hear()
            given.use(o)
            given.kept.append((given.request.subject, o.payload.op, o.payload.number))
            given.wonders.append("times")


def _did_so_often(given: Conditions, found: Found, o: Item) -> bool:
    """ "workflows that failed more than 15 times": so many of their runs did."""
    before = given.clause.part(0, found.first).first(r"(?P<v>V\d+)(?: (?:for|again))*$")
    v = before.item("v") if before is not None else None
    if v is None or not given.free(v):
        return _ran_so_often(given, found, o)
    term, value = given.sense.value(v, None)
    if not given.belongs(term.address):
        return False
    tests = (Test(term, "=", value),)
    made = Has(given.request.subject, term.address, tests, o.payload.op, o.payload.number)
    given.use(o, v)
    given.add(made, found.first - 1, found.last)
    found.hear()
    return True


def _ran_so_often(given: Conditions, found: Found, o: Item) -> bool:
    """ "workflows that ran more than 100 times": so many of their runs are there."""
    before = given.clause.part(0, found.first).first(r"(?P<c>C\d+)$")
    c = before.item("c") if before is not None else None
    address = given.sense.collection(c) if c is not None else ""
    if c is None or not given.free(c) or not address or not given.belongs(address):
        return False
    given.use(o, c)
    made = Has(given.request.subject, address, (), o.payload.op, o.payload.number)
    given.add(made, found.first - 1, found.last)
    found.hear()
    return True


def _counted_value(given: Conditions, found: Found) -> None:
    """ "hosts with more than 5 errors": so many records of that kind."""
    o, v = found.item("o"), found.item("v")
    assert o is not None and v is not None
    asked: Comparison = o.payload
    if not (given.free(o) and given.free(v)) or asked.unit or not v.words.endswith("s"):
        return
    term, value = given.sense.value(v, None)
    field = given.sense.spec(term.address).field(term.field)
    subject = given.request.subject
    if field.enum is None and term.address != subject:
        return
    if term.address == subject and given.clause.part(0, found.first).has(r"[FC]\d+"):
        given.use(o, v)
        given.kept.append((subject, asked.op, asked.number))
        given.request.where.append(Test(term, "=", value))
        found.hear()
        return
    if term.address == subject or not given.belongs(term.address):
        return
    given.use(o, v)
    made = Has(subject, term.address, (Test(term, "=", value),), asked.op, asked.number)
    given.add(made, found.first, found.last)
    found.hear()


def _acts(given: Conditions, at: int) -> bool:
    """ "customers who opened 8 or more": a time's word that says what somebody did."""
    before = given.clause.word(at)
    acts = is_item(before) and before[0] in "DU"
    whose = given.clause.word(at - 1)
    return acts and (whose in _WHO or (is_item(whose) and whose[0] in "CF"))


def counted(given: Conditions, found: Found, asked: Comparison, y: Item) -> None:
    counted: str | Term = (
        given.sense.collection(y)
        if y.letter == "C"
        else given.sense.term(y, given.clause, near=given.nearest(found.first))
    )
    address = counted if isinstance(counted, str) else counted.address
    if isinstance(counted, str) and _of_field(given, found):
        given.kept.append((counted, asked.op, asked.number))
        given.of_field = True
        found.hear()
        given.use(found.item("o"), y)
        return
    found.hear()
    given.use(found.item("o"), y)
    mods = [
        given.sense.value(i, None, near=address)
        for i in found.clause.part(found.first, found.last).items("V", unused=True)
    ]
    given.use(*found.clause.part(found.first, found.last).items("V"))
    tests: list[Condition] = [Test(term, "=", value) for term, value in mods]
    number = asked.number
    if address == given.request.subject or not given.belongs(address):
        given.kept.append((counted, asked.op, number))
        given.request.where += tests
        return
    column = Column(counted, "count", distinct=True) if isinstance(counted, Term) else None
    given.add(
        Has(given.request.subject, address, tuple(tests), asked.op, number, column),
        found.first,
        found.last,
    )
    if asked.high is not None:
        given.wonders.append("range of counts")


def _of_field(given: Conditions, found: Found) -> bool:
    """ "providers having over 100 deliveries": it is the field that is counted for, where its
    records are not named after it."""
    before = given.clause.part(0, found.first).first(_COUNTED_FOR)
    item = before.item("f") if before is not None else None
    if item is None:
        return False
    term = given.sense.term(item)
    key, label = given.sense.key(term.address), given.sense.label(term.address)
    return term.field not in (key.field, label.field)


def comparisons(given: Conditions) -> None:
    for item in given.clause.items("O", unused=True):
        asked: Comparison = item.payload
        near = number(given, item)
        if near is not None and asked.unit and not measured(given, near):
            near = None  # "requests over 1 s" are no seconds
        if near is not None:
            term = given.sense.term(near, given.clause, kinds="N")
        else:
            found = guessed(given, item, asked)
            if found is None:
                continue
            term = found
        low: str | float | None = scaled(
            asked.number, asked.unit, given.sense.spec(term.address).field(term.field)
        )
        kind = given.sense.spec(term.address).field(term.field).type
        if low is None or kind not in NUMERIC:
            if kind in TEMPORAL or low is None:
                continue
            low = str(low) if kind == "text" else low
        at = given.clause.index(item)
        first = min(at, given.clause.index(near)) if near is not None else at
        given.use(item, near)
        given.clause.sentence.heard.update(given.clause.at[first : at + 1])
        limits = [(asked.op, low)]
        if asked.high is not None:
            high = scaled(asked.high, asked.unit, given.sense.spec(term.address).field(term.field))
            limits = [(">=", low), ("<=", high or asked.high)]
        told = (predicate(compare(op, term.field, value)) for op, value in limits)
        given.sense.notes[item.place] = " and ".join(told)
        if _summed(given, term, asked, at):
            continue
        for op, value in limits:
            given.add(Test(term, op, value), at, at + 1)


def _summed(given: Conditions, term: Term, asked: Comparison, at: int) -> bool:
    """ "invoiced more than 20,000 in total": the sum of what belongs to a record."""
    found = given.clause.part(at + 1, at + 6).first(
        r"(?P<all>in total|altogether|in sum|overall|on average)"
    )
    grouped = given.clause.first(_WHOSE)
    of_field = grouped is not None and grouped.first < at and term.address == given.request.subject
    if (
        found is None
        or found.first > 1 + _rhythm(given, at)
        or not (of_field or given.belongs(term.address))
    ):
        return False
    given.clause.sentence.heard.update(given.clause.at[at : at + 1 + found.last])
    column = Column(term, "avg" if "average" in found["all"] else "sum")
    if of_field:  # "providers whose deliveries take longer than 2 s on average"
        given.kept.append((column, asked.op, asked.number))
        given.of_field = True
        return True
    made = Has(given.request.subject, term.address, (), asked.op, asked.number, column)
    given.add(made, at, at + 1 + found.last)
    return True


def _rhythm(given: Conditions, at: int) -> int:
    """How many words "a month" takes behind a comparison."""
    after = given.clause.part(at + 1, at + 3)
    return 2 if after.has(r"(?:a|an|per|each|every) (?:hour|day|week|month|quarter|year)") else 0


def measured(given: Conditions, item: Item) -> bool:
    term = given.sense.term(item, given.clause, kinds="N")
    return given.sense.spec(term.address).field(term.field).type in NUMERIC


def number(given: Conditions, item: Item) -> Item | None:
    token = f"{item.letter}{item.place}"
    for pattern in (
        rf"(?P<n>@f)(?: (?:is|was|are|were|of|that|which|the|with|has|been|:|a|an|=|be|either|value|equal|number|score|level|above|not|O\d+|and|or))* {token}",
        rf"{token}(?: (?:of|in|the|for|as|points?|total))* (?P<n>[ND]\d+)",
        rf"(?P<n>[ND]\d+)(?: [a-z]+| [VCDT]\d+){{0,3}} {token}",
    ):
        for found in given.clause.find(pattern):
            near = found.item("n")
            if near is not None and near.letter == "F" and given.clause.has(rf"{token} N\d+"):
                continue  # "channels with more than 200 sign-ups"
            if near is not None and (
                near.place not in given.clause.sentence.used
                or "O" in found.match[0][len(found["n"]) : -len(token)]
            ):
                return near
    return None


def guessed(given: Conditions, item: Item, asked: Comparison) -> Term | None:
    at = given.clause.index(item)
    before = given.clause.part(0, at).items("C")
    address = given.sense.collection(before[-1]) if before else given.request.subject
    for owner in dict.fromkeys((address, given.request.subject)):
        name = in_unit(given.sense.spec(owner), asked.unit, asked.hint)
        if name is not None:
            return Term(owner, name)
    if asked.hint:
        made = hinted(given.sense, address, asked.hint, True, "")
        if made is not None:
            return made[0]
    numbers = given.sense.numbers(address)
    if (
        asked.number > 1000
        and asked.number < 2100
        and (years := [n for n in numbers if "year" in n.split("_")])
    ):
        return Term(address, years[0])
    if len(numbers) == 1:
        given.wonders.append("guessed number")
        return Term(address, numbers[0])
    return None
