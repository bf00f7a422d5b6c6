# ruff: noqa: E501, SIM905 - patterns and tables of words read better wide
"""What there is one row for: "for each team", "per month", "by country"."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from orchestrator.planner.clauses.draft import Draft
from orchestrator.planner.clauses.request import Column, Term, Test
from orchestrator.planner.clauses.sentence import Clause, Found, Item, is_item
from orchestrator.planner.grammar import AGGREGATES
from orchestrator.planner.vocabulary import tells_people
from registry.record import NUMERIC

_EACH: Final = (
    r"(?P<cue>(?:for|in|of|by|at|on|from|to|with|under|across|within)? ?(?:each|every|per|all the different|all different)"
    r"|grouped by|group by|broken down by|split by|by each|by|(?:for|in|of|across|by) (?:all )?(?:the )?(?:different|various))"
    r"(?: (?:the|of|different|distinct|unique|single|type|kind|V\d+))* (?P<own>[CF]\d+ (?=[FNDB]\d+(?! [FNB]\d)))?(?P<g>[CFNDB]\d+(?: (?:,|and|of|and each|and every|,? and the)(?: the)? [CFNDB]\d+)*)"
)
#: beside a superlative, what follows a comma is shown: "the latest ticket per agent: subject"
_EACH_ALONE: Final = _EACH.replace("(?: (?:,|and|of|", "(?: (?:and|of|")
_COUNT: Final = r"how many|how much|number of|numbers of|count(?: of)?|counts of|total number of|amount of|quantity of|how often|how frequently|number"
_PART: Final = r"shares?|percentages?|percent|%|proportion|fraction|rate"
_LISTED: Final = r"(?:(?:the|all|our|number|of|show|me|list) )*(?:[VB]\d+ )*(?:[CMNVB]\d+)(?: (?:,|and|[CMNF]\d+|T\d+|V\d+|O\d+|in|on|at|of|from|the))*"
#: "were never rated by the customer"
_DONE_BY: Final = r"(?:was|were|is|are|be|been|being|got|never|not)(?: [a-z]+)* [NDFVBU]\d+ by (?:the|a|an|our|their) [CF]\d+$"
#: "count yes and no", as `phrasings` puts it
_YES_AND_NO: Final = r"(?:, )?(?:count )?yesno"
_UNITS: Final = frozenset({"hour", "day", "week", "month", "quarter", "year"})


_FOLDS: Final = rf"M\d+|P\d+|{_COUNT}|{_PART}|{'|'.join(AGGREGATES)}"
#: a number of rows is asked for before: "top 2", "the 3 largest"
_SO_MANY: Final = r"(?:top|bottom|first|last|most|least|[a-z]+est) Z\d+|Z\d+(?: V\d+)* (?:most|least|best|worst|[a-z]+est)"
_KIND: Final = frozenset({"kind", "kinds", "type", "types", "sort"})
_SORTED: Final = frozenset({"sorted", "ordered", "ranked", "order", "sort"})
_KINDS: Final = frozenset("number count kinds types names list many total".split())


_OFTEN: Final = r"(?:, )?(?:and )?how (?:many times|often|frequently)(?: each)?(?: \|)?$"


_DID: Final = r"(?:did|do|does|have|has|had) (?:each|every one|they|he|she)(?: one| of them)? (?P<v>[VUDC]\d+)(?= \||$)"


#: "who has sent the most messages": a time's word that says what somebody did
_ACTED: Final = r"(?<=who )(?:(?:has|have|had|did|ever) )*(?P<v>D\d+)(?= (?:(?:the )?(?:most|least|fewest)|O\d+) )"


def verbs(draft: Draft, clause: Clause) -> Clause:
    """ "how many conversations did each open": a verb at the end limits nothing."""
    found = clause.first(_DID) or clause.first(_ACTED)
    if found is None:
        return clause
    draft.use(found.item("v"))
    return found.hear().rest


def yes_and_no(draft: Draft, clause: Clause) -> Clause:
    """ "…, how many yes, how many no": by the only flag that the subject has."""
    found = clause.first(_YES_AND_NO)
    subject = draft.request.subject
    flags = [n for n, f in draft.sense.spec(subject).fields.items() if f.type == "bool"]
    if found is None or len(flags) != 1:
        return clause
    draft.flag = Term(subject, flags[0])
    return found.hear().rest


def often(draft: Draft, clause: Clause) -> Clause:
    """ "…, and how many times?": cut off, and counted in the end."""
    found = clause.first(_OFTEN)
    if found is None or not found.first or draft.rank is not None:
        return clause
    draft.times = True
    return found.hear().rest


def group(draft: Draft, clause: Clause) -> Clause:
    clause = beats(draft, clause)
    folds = clause.has(rf"(?:{_FOLDS}|most|least|fewest|[a-z]+est)")
    alone = clause.has("(?:most|least|fewest|top|bottom|[a-z]+est)")
    for found in clause.find(_EACH_ALONE if alone else _EACH):
        cue = found["cue"].strip()
        if cue == "by" and clause.part(0, found.last).has(_DONE_BY):
            draft.use(*found.items("g"))
            continue
        if _no_group(clause, found, cue):
            continue
        if found["g"][0] != "N" and clause.part(0, found.first).has(_SO_MANY):
            draft.within = _keys(found)
            draft.use(*draft.within, *found.items("own"), *found.items("g"))
            found.hear()
            return clause.without(found.first, found.last)
        if not folds and cue not in ("per", "by", "for each", "for every"):
            continue
        if not folds and not _listed_before(clause, found):
            continue
        aside = clause.word(found.first - 1) == ","
        draft.implied = draft.implied or not folds or aside
        if _unit_price(clause, found):
            draft.over = _keys(found)[0]
            found.hear()
            return group(draft, clause.without(found.first, found.last))  # "…, by channel"
        draft.groups = _keys(found)
        if draft.beat is not None:  # "per month by start": of which time the months are
            draft.groups = [item for item in draft.groups if item.letter != "D"]
        draft.each = cue.endswith(("each", "every", "per"))
        named = (i for i in found.items("g") if i.letter != "D" or draft.beat is None)
        draft.use(*found.items("own"), *named)
        found.hear()
        alone = clause.word(found.last) == "," if found.first == 0 else False
        return clause.without(found.first, found.last + (1 if alone else 0))
    return clause


def _no_group(clause: Clause, found: Found, cue: str) -> bool:
    """ "written by", "sorted by", "the number of different": cues that group nothing here."""
    ranked = r"(?:top|bottom)(?: Z\d+)?(?: V\d+)* [CF]\d+$"
    if cue == "by" and clause.part(0, found.first).has(ranked):
        return True  # "top 5 hosts by alerts"
    before = clause.word(found.first - 1)
    told = clause.part(found.last, len(clause.at)).first(
        r"(?:from|in|on|with|who|that|whose|of)(?: (?:a|an|the|is|are|was|were|not|aren t|isn t))* [VTO]\d+"
    )
    if cue == "by" and found["g"][0] in "CF" and told is not None and not told.first:
        named = clause.sentence.item(found["g"].split()[0])
        if any(tells_people(m.field) for m in named.of_kind("field")):
            clause.sentence.used.add(named.place)
            return True
        if named.of_kind("collection"):
            return True  # "caused by users from France" tells whom, not per whom
    if cue == "by":
        listed = clause.has(rf"(?:{_FOLDS})") or _listed_before(clause, found)
        return not listed or before in _SORTED
    return cue.endswith(("different", "various")) and before in _KINDS


def _listed_before(clause: Clause, found: Found) -> bool:
    if clause.word(found.first - 1) == ",":
        return True
    return bool(re.fullmatch(_LISTED, clause.part(0, found.first).text))


def _unit_price(clause: Clause, found: Found) -> bool:
    """ "revenue per seat": no row per number of seats, but one sum by another."""
    before = clause.part(0, found.first)
    if found["g"][0] in "CF" and before.has("(?:average|mean|avg) (?:number|count) of"):
        return True  # "average number of messages per conversation"
    if found["g"][0] in "CF" and before.has(r"how many C\d+") and clause.has("on average"):
        return True
    sums = before.has(rf"M\d+|N\d+|{'|'.join(AGGREGATES)}")
    return found["cue"] in ("per", "for each", "for every") and found["g"][0] == "N" and sums


def beats(draft: Draft, clause: Clause) -> Clause:
    """ "per month", "daily": one row per calendar bucket."""
    for item in clause.items("K"):
        at = clause.index(item)
        if clause.word(at - 1)[:1] == "O" and not clause.has(rf"(?:{_FOLDS})"):
            draft.use(item)  # "at least 1,000 EUR a month"
            return clause.without(at, at + 1)
        draft.beat = item.payload.bucket or "month"
        draft.use(item)
        draft.sentence.heard.add(clause.at[at])
        return clause.without(at, at + 1)
    return clause


def unit(draft: Draft, clause: Clause) -> None:
    """ "which month had the most": the calendar buckets are ranked."""
    texts = [w.text for w in draft.sentence.words]
    for n, word in enumerate(texts[:-1]):
        behind = texts[n + 2 : n + 3]
        named = word == "the" and behind in (["with"], ["that"], ["when"], ["where"], ["in"])
        asked = (named or word in ("which", "what", "busiest")) and texts[n + 1] in _UNITS
        if asked and draft.rank is not None:
            item = next((i for i in draft.sentence.items if i.first == n + 1), None)
            if item is not None and item.letter in "FNDV":
                return
            draft.beat = texts[n + 1]  # type: ignore[assignment]
            draft.use(item)
            return


_HAVING: Final = (
    r"(?:(?:on|in|which|what|the|all|list|show|how many) )*(?P<u>F\d+|U\d+|(?:hour|day|week|month|quarter|year)s?)(?: T\d+)*"
    r" (?:with|that had|having|had|on which|when)"
)


def units(draft: Draft, clause: Clause) -> None:
    """ "days with more than 10 errors": the calendar buckets that so many records are in."""
    found = clause.first(_HAVING)
    if found is None or found.first or draft.beat is not None:
        return
    item = draft.sentence.item(found["u"]) if is_item(found["u"]) else None
    words = (item.words if item is not None else found["u"]).removesuffix("s")
    if words in _UNITS:
        draft.beat = words  # type: ignore[assignment]
        draft.use(item)
        draft.of_buckets = True


def summed(draft: Draft) -> None:
    """ "months with more than 100 sign-ups": of what a bucket sums up to."""
    request = draft.request
    for test in [c for c in request.where if isinstance(c, Test)]:
        kind = draft.sense.spec(test.term.address).field(test.term.field).type
        if kind in NUMERIC and test.op != "=" and isinstance(test.value, (int, float)):
            request.where.remove(test)
            request.having.append((Column(test.term, "sum"), test.op, test.value))


def bucketed(draft: Draft, *, kept: bool = False) -> None:
    """The buckets of the time of what is counted. `kept`: groups are kept by their count."""
    if draft.beat is None:
        return
    if draft.of_buckets:
        summed(draft)
        kept = kept or bool(draft.request.having)
    request = draft.request
    draft.said_count = any(c.fn for c in request.show)
    numbers = [c for c in request.show if draft.number(c)]
    if not draft.said_count and numbers and len(numbers) == len(request.show):
        request.show = [replace(c, fn="sum") for c in numbers]
    elif not draft.said_count:
        request.show = [Column(Term(request.subject), "count")]
        draft.bare.clear()
    folded = next(c.term.address for c in request.show if c.fn)
    named = [
        i for i in draft.sentence.items if i.letter == "D" and i.place not in draft.sentence.used
    ]
    spec = draft.catalogue.collections[folded]
    if named:
        draft.use(named[0])
        term = draft.sense.term(named[0], kinds="D")
    elif spec.time is not None:
        term = Term(folded, spec.time)
    else:
        draft.wonders.append("no time")
        return
    made = Column(replace(term, bucket=draft.beat))
    column, *_ = request.show
    request.show = [made] if kept and not draft.said_count else [made, *request.show]
    if draft.rank is None:
        request.order.append((made, False))
    else:
        if draft.rank.measure is not None:
            column = draft.measured(draft.rank.measure)
        elif draft.rank.by is not None:
            column = Column(draft.rank.by, draft.rank.fn or "sum")
        elif draft.rank.counted is not None and draft.rank.counted.letter == "C":
            column = Column(Term(draft.sense.collection(draft.rank.counted)), "count")
        request.order.append((column, draft.rank.desc))
        request.limit, draft.rank = draft.rank.limit, None
        if column not in request.show or not draft.said_count:
            request.show = [made]


def per_group(draft: Draft) -> None:
    """ "top 2 cities per country": so many rows of each."""
    request = draft.request
    if not draft.within or not request.order or request.limit is None:
        return
    keys = [Column(group_term(draft, item)) for item in draft.within]
    request.per, request.limit = (tuple(keys), request.limit), None
    request.order = [*((k, False) for k in keys), *request.order]
    request.show = [*(k for k in keys if k not in request.show), *request.show]


def grouped(draft: Draft) -> None:
    request = draft.request
    if not draft.groups:
        return
    summed = draft.implied or draft.sentence.whole.has("how much")
    if summed and request.show and all(draft.number(c) for c in request.show):
        request.show = [replace(c, fn="sum") for c in request.show]
    if (
        draft.implied
        and not any(c.fn for c in request.show)
        and (not request.show or request.show[0] in draft.bare)
    ):
        request.show = [Column(Term(request.subject), "count")]
        draft.bare.clear()
    if not any(c.fn for c in request.show) and draft.rank is None:
        if not request.show:
            request.show = [Column(group_term(draft, i)) for i in draft.groups]
        return
    keys: list[Column] = []
    for item in draft.groups:
        term = group_term(draft, item)
        if item.letter == "C":
            shown = [c for c in draft.plain() if c.term.address == term.address]
            request.keys.append(Term(term.address))
            if not shown:
                keys.append(Column(term))
        elif Column(term) not in request.show:
            keys.append(Column(term))
    request.show = [*keys, *request.show]


def group_term(draft: Draft, item: Item) -> Term:
    if item.letter == "C":
        address = draft.sense.collection(item)
        own = [m for m in item.of_kind("field") if m.address == draft.request.subject]
        if own and not draft.sense.graph.routes(draft.request.subject, address):
            return Term(own[0].address, own[0].field)
        return draft.sense.label(address)
    near = next((c.term.address for c in draft.request.show if c.fn), "")
    term = draft.sense.term(item, draft.sentence.whole, near=near)
    target = draft.graph.targets.get((term.address, term.field))
    if target is None or not draft.sense.described(term.address):
        return term
    label = draft.sense.label(target)
    draft.request.keys.append(term)
    return replace(label, via=term.field)


def _keys(found: Found) -> list[Item]:
    """What is grouped by: "plan of the customer" is the customer's plan alone."""
    tokens = found["g"].split()
    out: list[Item] = []
    for n, word in enumerate(tokens):
        owner = "of" in tokens[max(0, n - 2) : n] and word[:1] in "CF"
        if is_item(word) and owner and out and out[-1].words in _KIND:
            out[-1] = found.clause.sentence.item(word)  # "kind of trigger"
        elif is_item(word) and not (owner and out):
            out.append(found.clause.sentence.item(word))
    return out
