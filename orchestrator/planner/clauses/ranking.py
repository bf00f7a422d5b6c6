"""Superlatives: what the records are ranked by, which way, and how many are kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from orchestrator.planner.clauses.request import Term
from orchestrator.planner.clauses.sense import Sense
from orchestrator.planner.clauses.sentence import Clause, Found, Item, is_item
from orchestrator.planner.clauses.supers import (
    ARE,
    BEST,
    BY_FOLD,
    COMMON,
    DEGREE,
    DID,
    DONE_MOST,
    DOWN,
    LAST,
    MANY,
    MOST,
    NEXT,
    NUMBER,
    PEAK,
    PLAIN,
    RANKED,
    SO_MANY,
    SPENT,
    SUPER,
    TOP,
    TOP_OF,
    TRAILING,
    UP,
)
from orchestrator.planner.grammar import ADJECTIVES, AGGREGATES, HINT_UNITS, HINTS, SUPERLATIVES
from orchestrator.planner.shape.folding import sums
from orchestrator.planner.shape.moments import told_time
from orchestrator.planner.words import phrase
from registry.plan import Fn
from registry.record import NUMERIC, TEMPORAL


@dataclass(frozen=True, slots=True)
class Rank:
    """`by` a term (folded by `fn`), or the number of `counted` (`None`: of what suits)."""

    desc: bool
    found: Found
    by: Term | None = None
    fn: Fn | None = None
    counted: Item | None = None
    measure: Item | None = None
    #: the ranked thing itself was named after the superlative: "the most common city"
    named: Item | None = None
    limit: int = 1
    sure: bool = True
    #: "the most seats", and not the highest number of them
    most: bool = False


def rank_of(clause: Clause, sense: Sense) -> Rank | None:
    """The superlative of a clause, if there is one."""
    for rule in _RULES:
        found = rule(clause, sense)
        if found is not None:
            return found
    return None


def _limit(found: Found) -> int:
    item = found.item("z") or found.item("z2") or found.item("n")
    if item is None:
        before = found.clause.word(found.first - 1)
        if before[:1] == "Z":
            found.clause.sentence.heard.add(found.clause.at[found.first - 1])
            item = found.clause.sentence.item(before)
    if item is None:
        asked = found.clause.first(SO_MANY) or found.clause.first(r"\| (?:the )?top (?P<z>Z\d+)")
        item = (asked.item("z") or asked.item("z2")) if asked is not None else None
    if item is None:
        further = found.clause.first(NEXT)
        if further is None or further.item("z") is None:
            return 1
        return 1 + _number(further.hear(), further.item("z"))
    return _number(found, item)


def _number(found: Found, item: Item | None) -> int:
    if item is None:
        return 1
    found.clause.sentence.used.add(item.place)
    number = found.clause.sentence.words[item.first].number
    return max(1, min(int(number or 1), 10_000))


def _many(clause: Clause, sense: Sense) -> Rank | None:
    for found in clause.find(MANY):
        y = found.item("y")
        assert y is not None
        named = _popular(clause, found, y)
        if named is not None:
            return Rank(found["way"] == "most", found, named=named, limit=_limit(found))
        desc = not found["way"].startswith(("least", "fewest", *DOWN.split("|")))
        if y.letter == "M":
            return Rank(desc, found, measure=y, limit=_limit(found))
        if y.letter == "N" and not found["way"].endswith(tuple(NUMBER.split("|"))):
            term = sense.term(y, clause, kinds="N")
            most = found["way"] in ("most", "least", "fewest")
            fn: Fn | None = "sum" if most and _several(sense, sense.subject, term) else None
            return Rank(desc, found, by=term, fn=fn, limit=_limit(found), most=most)
        if y.letter == "N" and sense.term(y, clause).field not in sense.spec(sense.subject).key:
            return Rank(desc, found, by=sense.term(y, clause, kinds="N"), limit=_limit(found))
        return Rank(desc, found, counted=y, limit=_limit(found))
    return None


def _several(sense: Sense, owner: str, by: Term) -> bool:
    """Whether one record of the owner has several of the numbers."""
    routes = sense.graph.routes(owner, by.address)
    return bool(routes) and routes[0].fans_out


def _popular(clause: Clause, found: Found, y: Item) -> Item | None:
    """ "most popular page", where only articles have a popularity: the page that is there most."""
    after = clause.word(found.last)
    if y.letter != "N" or y.words not in ADJECTIVES or not is_item(after) or after[0] not in "CF":
        return None
    item = clause.sentence.item(after)
    near = {m.address for m in y.meanings} & {m.address for m in item.meanings}
    return item if not near else None


def _most(clause: Clause, sense: Sense) -> Rank | None:
    """ "the most errors": the most records of that kind."""
    for found in clause.find(MOST):
        return Rank(found["way"] == "most", found, limit=_limit(found))
    return None


def _did(clause: Clause, sense: Sense) -> Rank | None:
    """ "who did the most in the audit log"."""
    for found in clause.find(DID):
        return Rank(found["way"] == "most", found, limit=_limit(found))
    return None


def _first_of_order(clause: Clause, sense: Sense) -> Rank | None:
    """ "rank the providers by number of connections, best four"."""
    found = clause.first(RANKED)
    if found is None:
        return None
    y, g = found.item("y"), found.item("g")
    assert y is not None
    desc = found["sup"] not in ("worst", "bottom", "last", "lowest", "smallest")
    if y.letter == "N" and not found["many"]:
        by = sense.term(y, clause, kinds="N")
        return Rank(desc, found, by=by, named=g, limit=_limit(found))
    return Rank(desc, found, counted=y, named=g, limit=_limit(found))


def _best(clause: Clause, sense: Sense) -> Rank | None:
    """ "best paying industries (sum of fees)"."""
    for found in clause.find(BEST):
        y = found.item("y")
        assert y is not None
        clause.sentence.used.update(
            i.place for i in clause.part(found.first, found.last).items("V")
        )
        fn = AGGREGATES[found["agg"]]
        by = sense.term(y, clause, kinds="N")
        desc = found["sup"] not in ("worst", "lowest")
        return Rank(desc, found, by=by, fn=fn, named=found.item("g"), limit=_limit(found))
    return None


def _by_fold(clause: Clause, sense: Sense) -> Rank | None:
    """ "most expensive plan by average fee"."""
    for found in clause.find(BY_FOLD):
        y = found.item("y")
        assert y is not None
        word = found["sup"].split()[0]
        desc = word == "top" or (word in SUPERLATIVES and SUPERLATIVES[word][0])
        by, fn = sense.term(y, clause, kinds="N"), AGGREGATES[found["agg"]]
        return Rank(desc, found, by=by, fn=fn, named=found.item("g"), limit=_limit(found))
    return None


def _are(clause: Clause, sense: Sense) -> Rank | None:
    """ "whose copies are largest on average"."""
    for found in clause.find(ARE.replace("@s", PLAIN)):
        y = found.item("y")
        assert y is not None
        desc, what = SUPERLATIVES[found["sup"]]
        made = hinted(sense, sense.collection(y), what, desc, found["sup"])
        if made is not None:
            fn = _folded(found["agg"])
            return Rank(made[1], found, by=made[0], fn=fn, limit=_limit(found))
    return None


def _folded(agg: str) -> Fn | None:
    """The fold of "on average" or "in total"."""
    return None if not agg else "avg" if "average" in agg else "sum"


def _top_of(clause: Clause, sense: Sense) -> Rank | None:
    """ "the top 5 cities": those with the most records."""
    for found in clause.find(TOP_OF):
        return Rank(found["sup"] == "top", found, named=found.item("g"), limit=_limit(found))
    return None


def _common(clause: Clause, sense: Sense) -> Rank | None:
    for found in clause.find(COMMON):
        return Rank(found["way"] == "most", found, named=found.item("y"), limit=_limit(found))
    return None


def _degree(clause: Clause, sense: Sense) -> Rank | None:
    for found in clause.find(DEGREE):
        what = ADJECTIVES[found["adj"]]
        desc = (found["way"] == "most") != what.startswith("-")
        y = found.item("y")
        if y is not None and y.letter in "ND":
            return Rank(desc, found, by=sense.term(y, clause), limit=_limit(found))
        address = sense.collection(y) if y is not None and y.letter == "C" else sense.subject
        made = hinted(sense, address, what.lstrip("-"), desc)
        if made is not None:
            return Rank(made[1], found, by=made[0], limit=_limit(found), named=y)
        return Rank(desc, found, named=y, limit=_limit(found), sure=False)
    return None


def _top(clause: Clause, sense: Sense) -> Rank | None:
    for found in clause.find(TOP):
        y = found.item("y")
        assert y is not None
        desc = found["sup"] in ("last", "best") or found["sup"] in UP.split("|")
        if y.letter == "C" and found["sup"] == "worst":
            desc = True  # "worst 3 workflows by failures"
        if y.letter in "ND":
            by, g = sense.term(y, clause), found.item("g")
            owner = sense.collection(g) if g is not None and g.letter == "C" else by.address
            fn: Fn | None = "sum" if _several(sense, owner, by) else None
            if g is not None and g.letter == "F" and _shared(sense, sense.term(g, clause), by):
                fn = "sum" if sums(sense.spec(by.address).field(by.field), by.field) else "avg"
            return Rank(desc, found, by=by, fn=fn, named=g, limit=_limit(found))
        if y.letter == "M":
            return Rank(desc, found, measure=y, named=found.item("g"), limit=_limit(found))
        if y.letter == "C" or "most" in found.match[0] or "number" in found.match[0]:
            return Rank(desc, found, counted=y, named=found.item("g"), limit=_limit(found))
    return None


def _shared(sense: Sense, term: Term, by: Term) -> bool:
    """Whether many records that have the number have one value of the term."""
    own = (sense.key(term.address), sense.label(term.address))
    kind = sense.spec(term.address).field(term.field).type
    return term.address == by.address and term not in own and kind in ("text", "ref")


def _topped(clause: Clause, sense: Sense) -> Rank | None:
    """ "the top 3 prominence", "top 5 ratings"."""
    for found in clause.find(
        r"(?P<sup>top|bottom) (?P<z>Z\d+)(?: (?:highest|largest|most|lowest))? (?P<y>[ND]\d+)"
    ):
        y = found.item("y")
        assert y is not None
        return Rank(
            found["sup"] == "top", found, by=sense.term(y, clause, kinds="N"), limit=_limit(found)
        )
    return None


def _trailing(clause: Clause, sense: Sense) -> Rank | None:
    for found in clause.find(TRAILING):
        y = found.item("y")
        assert y is not None
        if y.letter in "ND":
            desc, by = _descends(found["sup"]), sense.term(y, clause)
            return Rank(desc, found, by=by, fn=_folded(found["agg"]), limit=_limit(found))
    return None


def _peak(clause: Clause, sense: Sense) -> Rank | None:
    for found in clause.find(PEAK):
        y = found.item("y")
        assert y is not None
        return Rank(_descends(found["sup"]), found, by=sense.term(y, clause, kinds="N"), limit=1)
    return None


def _descends(word: str) -> bool:
    if word in SUPERLATIVES:
        return SUPERLATIVES[word][0]
    return word in ("maximum", "max", "peak")


def _super(clause: Clause, sense: Sense) -> Rank | None:
    for found in clause.find(SUPER):
        desc, what = SUPERLATIVES[found["sup"]]
        y = found.item("y")
        fn = AGGREGATES[found["agg"].strip()] if found["agg"] else None
        if y is not None and y.letter == "M":
            return Rank(desc, found, measure=y, limit=_limit(found))
        priced = y is not None and y.letter == "D" and what not in ("", "time")
        if y is not None and y.letter in "FND" and not (what and y.letter == "F") and not priced:
            kinds = "D" if what == "time" and y.letter == "D" else "N"
            return Rank(
                _turned(found["sup"], y, desc),
                found,
                by=sense.term(y, clause, kinds=kinds),
                fn=fn,
                limit=_limit(found),
            )
        address = sense.collection(y) if y is not None and y.letter == "C" else sense.subject
        if y is not None and y.letter == "F":
            address = sense.term(y, clause).address
        if y is not None and y.letter == "D" and what != "time":
            y = None  # "cheapest paid teams": it is no time that is compared
        made = _told(clause, sense, desc) if what == "time" else None
        made = made or hinted(sense, address, what, desc, found["sup"])
        if made is not None:
            return Rank(made[1], found, by=made[0], fn=fn, named=y, limit=_limit(found))
        money = sense.money(address) if what in ("", "size") else None
        if money is not None and y is not None and y.letter == "C":
            return Rank(desc, found, by=money, fn=fn, named=y, limit=_limit(found))
        if what in ("", "size", "count"):
            return Rank(desc, found, named=y, limit=_limit(found), sure=what == "count")
    return None


def _told(clause: Clause, sense: Sense, desc: bool) -> tuple[Term, bool] | None:
    """ "paid latest": the time of what a value of the subject says."""
    for item in clause.items("V"):
        if any(m.address == sense.subject for m in item.of_kind("value")):
            name = told_time(sense.spec(sense.subject), item.words)
            if name is not None:
                return Term(sense.subject, name), desc
    return None


def _firsts(clause: Clause, sense: Sense) -> Rank | None:
    """ "the last 5 messages", "the first order": by the time of the records."""
    for found in clause.find(
        r"(?P<sup>first|last)(?: (?P<z>Z\d+))?(?: ever)?(?: V\d+)* (?P<y>C\d+)"
        r"|(?P<last>first|last) (?P<n>Z\d+)(?: V\d+)+(?! [FNDB]\d)"
    ):
        y = found.item("y")
        address = sense.subject if y is None else sense.collection(y)
        spec = sense.spec(address)
        if spec.time is not None:
            term = Term(address, spec.time)
            desc = (found["sup"] or found["last"]) == "last"
            return Rank(desc, found, by=term, named=y, limit=_limit(found))
    return None


def _turned(word: str, y: Item, desc: bool) -> bool:
    """The youngest age is the least one."""
    return not desc if word in ("youngest", "oldest") and y.letter == "N" else desc


def _spent(clause: Clause, sense: Sense) -> Rank | None:
    """ "which employee spent the most"."""
    for found in clause.find(SPENT):
        return Rank(found["way"] == "most", found, measure=found.item("y"), limit=_limit(found))
    return None


def _done_most(clause: Clause, sense: Sense) -> Rank | None:
    """ "teams that were invoiced the most": by the money of what was done to them, or by how often
    it was."""
    for found in clause.find(DONE_MOST):
        c = found.item("c")
        assert c is not None
        desc, address = found["way"] == "most", sense.collection(c)
        by = sense.money(address)
        if by is None or not _several(sense, sense.subject, by):
            return Rank(desc, found, counted=c, limit=_limit(found))
        return Rank(desc, found, by=by, fn="sum", limit=_limit(found))
    return None


def _last(clause: Clause, sense: Sense) -> Rank | None:
    for found in clause.find(LAST):
        return Rank(found["way"] == "most", found, sure=False)
    return None


_RULES: Final = (
    _first_of_order,
    _best,
    _by_fold,
    _are,
    _did,
    _done_most,
    _spent,
    _many,
    _most,
    _common,
    _degree,
    _top,
    _topped,
    _trailing,
    _peak,
    _super,
    _firsts,
    _top_of,
    _last,
)


def hinted(
    sense: Sense, address: str, what: str, desc: bool, word: str = ""
) -> tuple[Term, bool] | None:
    """The field of a collection that a superlative measures, and which way it then goes."""
    spec = sense.spec(address)
    if what in ("time", "age"):
        age = next(
            (n for n, f in spec.fields.items() if f.type in NUMERIC and "age" in phrase(n)), None
        )
        if age is not None and word in ("youngest", "oldest", "older", "younger", ""):
            return Term(address, age), not desc
        dates = [n for n, f in spec.fields.items() if f.type in TEMPORAL]
        if word in ("youngest", "oldest"):
            born = [n for n in dates if {"birth", "born", "dob"} & set(n.split("_"))]
            dates = born or dates
        name = spec.time if spec.time in dates else next(iter(dates), None)
        years = [n for n, f in spec.fields.items() if f.type in NUMERIC and "year" in phrase(n)]
        name = name or next(iter(years), None)
        return (Term(address, name), desc) if name else None
    stems = HINTS.get(what)
    if not stems:
        return None
    for name, field in spec.fields.items():
        if field.type in NUMERIC and name not in spec.key:
            said = {w for text in (name, *field.synonyms) for w in phrase(text)}
            if said & stems:
                return Term(address, name), desc
    units = HINT_UNITS.get(what, frozenset())
    told = [n for n, f in spec.fields.items() if (f.unit or "").lower() in units]
    return (Term(address, told[0]), desc) if len(told) == 1 else None
