"""A question read clause by clause under one subject: order, grouping, superlative, conditions,
and last what is shown. Whatever no clause accounts for is counted, not guessed.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from orchestrator.planner.clauses.absences import leftover
from orchestrator.planner.clauses.amounts import amount, amounts, flows, in_units
from orchestrator.planner.clauses.asking import ask
from orchestrator.planner.clauses.behind import more
from orchestrator.planner.clauses.conditions import read as read_conditions
from orchestrator.planner.clauses.cutting import cut
from orchestrator.planner.clauses.draft import Draft
from orchestrator.planner.clauses.either import either
from orchestrator.planner.clauses.extremes import extremes, spread
from orchestrator.planner.clauses.given import Conditions
from orchestrator.planner.clauses.grouping import (
    bucketed,
    group,
    grouped,
    often,
    per_group,
    unit,
    units,
    verbs,
    yes_and_no,
)
from orchestrator.planner.clauses.ordering import order, ordered
from orchestrator.planner.clauses.pace import changes, pace
from orchestrator.planner.clauses.ranked import person, ranked
from orchestrator.planner.clauses.ranking import rank_of
from orchestrator.planner.clauses.request import Among, Column, Has, Request, Term, Test
from orchestrator.planner.clauses.sentence import Clause
from orchestrator.planner.clauses.shares import shares


def read(draft: Draft) -> Request:
    """The request of a question; clauses are read from the surest to the loosest."""
    rest = yes_and_no(draft, order(draft, verbs(draft, pace(draft))))
    rest = group(draft, often(draft, rest))
    draft.rank = rank_of(rest, draft.sense)
    rest = amount(draft, rest)
    head, after = cut(rest)
    unit(draft, rest)
    units(draft, rest)
    given = Conditions(draft.sense, draft.request, rest, draft.rank)
    _superlative(draft, head)
    if draft.rank is not None and draft.each and draft.rank.limit == 1 and draft.beat is None:
        draft.within, draft.groups = draft.groups, []  # "for each team, the latest ticket"
    read_conditions(given)
    draft.doubts = given.wonders
    ask(draft, head)
    for clause in after:
        more(draft, clause, given)
    amounts(draft)
    unsaid(draft)
    spread(draft, rest)
    leftover(given, rest, head)
    shares(draft, rest, given)
    assemble(draft, given)
    if draft.request.combine is not None:
        _, other = draft.request.combine
        other.show, other.distinct = list(draft.request.show), draft.request.distinct
    return draft.request


def _superlative(draft: Draft, head: Clause) -> None:
    """Its words are accounted for: it asks for an extreme, or it orders."""
    rank = draft.rank
    if rank is None:
        return
    found = extremes(draft, head, rank)
    if found:
        draft.rank = None
        draft.request.show += found
        return
    rank.found.hear()
    inside = rank.found.clause.part(rank.found.first, rank.found.last)
    for item in inside.items("FNDBC"):
        if item is not rank.named and (item.letter != "C" or rank.counted is item):
            draft.use(item)


_IN_TOTAL: Final = r"(?:in total|in all|altogether|all together)"


_NTH: Final = re.compile(r"\b(?:second|third|fourth|2nd|3rd|4th) (?:most|least|\w+est)\b")
_COUNTS: Final = r"(?:how many|(?:number|count) of)"
_ANOTHER: Final = rf"(?:and|plus|as well as) (?:the )?{_COUNTS}"


def unsaid(draft: Draft) -> None:
    """ "how many and what are they worth", "how much data": a number that is asked for beside
    another, or alone, and is not shown."""
    whole, shown = draft.sentence.whole, draft.request.show
    said = " ".join(word.text for word in draft.sentence.words)
    if draft.rank is not None and _NTH.search(said):
        draft.wonders += ["not the first"] * 2
    if whole.has(r"how many (?:and|,)") and not any(c.fn == "count" for c in shown):
        draft.wonders.append("how many")
    cues = len(list(whole.find(_COUNTS))) - len(draft.request.having)
    if whole.has(_ANOTHER) and cues > max(1, sum(c.fn == "count" for c in shown)):
        draft.wonders.append("another count")
    if whole.has(r"how much") and not any(c.fn or draft.number(c) for c in shown):
        draft.wonders.append("how much")


def of_others(draft: Draft) -> None:
    """ "customers who wrote to us, by month": of what they did, or of the customers?"""
    nested = (c for c in draft.request.where if isinstance(c, (Has, Among)))
    others = any(isinstance(c, Has) or isinstance(c.values, Request) for c in nested)
    if draft.beat is not None and others:
        draft.wonders.append("whose time")


def assemble(draft: Draft, given: Conditions) -> None:
    request = draft.request
    if draft.flag is not None:
        request.show = [Column(draft.flag), Column(Term(request.subject), "count")]
    if draft.times:
        counted_too(draft)
    either(draft)
    bucketed(draft, kept=bool(given.kept))
    of_others(draft)
    changes(draft)
    grouped(draft)
    for made in given.kept:
        kept(draft, *made, records=not given.of_field)
    counted(draft)
    if draft.rank is not None:
        ranked(draft, draft.rank)
        too = request.order[-1][0] if draft.ranked_too and request.order else None
        if too is not None and too.fn is None and draft.ranked_alone:
            request.show = [too]
        request.show += [too] if too is not None and too not in request.show else []
        per_group(draft)
    flows(draft, draft.sentence.whole)
    in_units(draft, given.clause)
    if all(c in draft.bare for c in request.show) and draft.rank is None:
        total = draft.sentence.whole.first(_IN_TOTAL)
        summed = any(isinstance(c, Has) and c.column is not None for c in request.where)
        if total is not None and not summed:  # "yoga bookings in total"
            total.hear()
            request.show, draft.bare = [Column(Term(request.subject), "count")], []
    asks_who = draft.sentence.tokens[0] == "who" and draft.rank is None
    if asks_who and not request.show and (doer := person(draft)) is not None:
        request.show.append(doer)  # "who booked yoga in March"
        request.distinct = True
    if not request.show:
        draft.bare.append(Column(draft.sense.label(request.subject)))
        request.show.append(draft.bare[-1])
    figure(draft)
    of_one(draft)
    instants(draft)
    mixed(draft)
    ordered(draft)
    referred(draft)
    once(draft)
    whole(draft)


def of_one(draft: Draft) -> None:
    """ "which plan is Acme on and how many seats": beside what one record is told by, its numbers
    are no sums."""
    request, sense = draft.request, draft.sense
    one = {
        test.term.address
        for test in request.where
        if isinstance(test, Test) and test.op == "="
        if test.term in (sense.key(test.term.address), sense.label(test.term.address))
    }
    plain = any(c not in draft.bare for c in draft.plain())
    if not plain or draft.groups or request.keys or request.order:
        return
    request.show = [
        replace(c, fn=None)
        if c.fn == "sum" and c.term.address in one and not (c.made or c.tests or c.measure)
        else c
        for c in request.show
    ]


def figure(draft: Draft) -> None:
    """ "what did labour bring in May", "hours worked in May": one figure over a stretch of time,
    and no column of them."""
    request, whole = draft.request, draft.sentence.whole
    asked = whole.first(r"(?:what (?:did|does|do)|how much)") or whole.first(r"N\d+ [UD]\d+")
    if asked is None or len(request.show) != 1 or not whole.items("T") or draft.rank is not None:
        return
    column = request.show[0]
    if draft.number(column) and not (request.keys or draft.groups or request.order):
        asked.hear()
        request.show = [replace(column, fn="sum")]


def instants(draft: Draft) -> None:
    """ "which customers opened the most tickets": what is counted is not shown by the instant."""
    request = draft.request
    folded = any(c.fn for c in (*request.show, *(c for c, _ in request.order)))
    left = [c for c in request.show if c.fn or c.term.bucket or not _instant(draft, c)]
    if folded and any(c.fn is None for c in left):
        request.show = left


def _instant(draft: Draft, column: Column) -> bool:
    spec = draft.catalogue.collections[column.term.address]
    return bool(spec.display) and spec.field(column.term.field).type == "time"


_VALUES: Final = r"^(?:(?:which|what|list|show|me|give|all|the|our|are|different) )+(?P<f>F\d+)"


def once(draft: Draft) -> None:
    """ "which providers do we integrate with": values that many records share, each once."""
    request, found = draft.request, draft.sentence.whole.first(_VALUES)
    item = found.item("f") if found is not None else None
    alone = len(request.show) == 1 and not (request.keys or request.order or request.limit)
    if item is None or not alone or draft.sentence.whole.has("each|every|per"):
        return
    if not item.words.endswith("s") or item.words.endswith(("ss", "us")):
        return
    column, sense = request.show[0], draft.sense
    own = (sense.key(column.term.address), sense.label(column.term.address))
    named = {(m.address, m.field) for m in item.of_kind("field")}
    if column.fn is None and column.term not in own and sense.described(column.term.address):
        request.distinct |= (column.term.address, column.term.field) in named


def whole(draft: Draft) -> None:
    """Records that nobody asked columns of are shown as their collection says."""
    request = draft.request
    alone = len(request.show) == 1 and request.show[0] in draft.bare
    address = request.show[0].term.address
    folded = request.keys or request.having or any(c.fn for c, _ in request.order)
    if alone and not folded and draft.sense.described(address):
        request.subject, request.show, request.distinct = address, [], False


def kept(
    draft: Draft,
    counted: str | Term | Column,
    op: str,
    number: int | float | Request,
    *,
    records: bool = True,
) -> None:
    """ "cities with more than 3 users": groups kept by their count."""
    request = draft.request
    doer = person(draft) if all(c in draft.bare for c in request.show) else None
    if doer is not None and doer.term.address != request.subject:
        request.show, draft.bare = [doer], []  # "who has more than 5 open tasks"
        request.keys.append(Term(request.subject, doer.term.via))
    if not request.show:
        request.show.append(Column(draft.sense.label(request.subject)))
    entity = draft.entity()
    if isinstance(counted, str):
        counted = Term(counted)
    column = counted if isinstance(counted, Column) else Column(counted, "count", distinct=True)
    if column.term.address != entity and records:
        draft.group_records(entity)
    request.having.append((column, op, number))


def referred(draft: Draft) -> None:
    """One whom a record refers to is told by a name, where somebody said what names it."""
    request = draft.request
    for n, column in enumerate(request.show):
        target = draft.graph.targets.get((column.term.address, column.term.field))
        if column.fn or target is None or not draft.sense.described(target):
            continue
        label = draft.sense.label(target)
        if label == draft.sense.key(target) or Column(label) in request.show:
            continue
        if request.keys or any(c.fn for c in (*request.show, *(o for o, _ in request.order))):
            request.keys.append(column.term)
        request.show[n] = Column(replace(label, via=column.term.field))


def counted_too(draft: Draft) -> None:
    """ "who changed it, and how many times": the records of each."""
    request = draft.request
    plain = [c for c in draft.plain() if c not in draft.bare]
    if not plain and "who" in draft.sentence.tokens[:2]:
        plain = [c for c in [person(draft)] if c is not None]
    if plain:
        request.show = [*plain, Column(Term(request.subject), "count")]
        # namesakes are kept apart
        request.keys += [Term(request.subject, c.term.via) for c in plain if c.term.via]
        draft.bare.clear()


def counted(draft: Draft) -> None:
    """ "articles with at least 15 comments: title and number of comments": what is shown is what
    is compared."""
    request = draft.request
    shown = {c.term.address: c for c in request.show if c.fn == "count" and not c.tests}
    made = [c for c in request.where if isinstance(c, Has) and c.address in shown and not c.tests]
    for has in made:
        request.where.remove(has)
        if has.op and has.column is None and not isinstance(has.number, Request):
            request.having.append((shown[has.address], has.op, has.number))
    if not made:
        counted_such(draft)


def counted_such(draft: Draft) -> None:
    """ "workflows that failed at least 12 times, with the number of failures": of those that are
    compared, and not of the workflows."""
    request = draft.request
    kept = [c for c in request.where if isinstance(c, Has) and c.op and c.column is None]
    counts = [c for c in request.show if c == Column(Term(request.subject), "count")]
    if len(kept) != 1 or len(counts) != 1 or isinstance(kept[0].number, Request):
        return
    if not draft.plain():
        return
    column = Column(Term(kept[0].address), "count", tests=kept[0].tests)
    request.where.remove(kept[0])
    request.show[request.show.index(counts[0])] = column
    request.having.append((column, kept[0].op, kept[0].number))
    draft.group_records(request.subject)


def mixed(draft: Draft) -> None:
    """Plain columns beside folds are what is grouped by."""
    request = draft.request
    folds = [c for c in (*request.show, *(o for o, _ in request.order)) if c.fn]
    plain = draft.plain()
    if folds and plain and not request.keys and not draft.groups and draft.rank is None:
        entity = plain[0].term.address
        if any(c.term.address != entity for c in folds):
            draft.group_records(entity)
