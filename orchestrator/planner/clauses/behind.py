"""What is asked to be shown behind the conditions: "…, how many?", "Give me their names." """

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from orchestrator.planner.clauses.asking import ask
from orchestrator.planner.clauses.draft import Draft
from orchestrator.planner.clauses.given import Conditions
from orchestrator.planner.clauses.ranking import Rank
from orchestrator.planner.clauses.request import Column, Term
from orchestrator.planner.clauses.sentence import Clause
from orchestrator.planner.clauses.trailing import of_rank, without_rank

_LEAD: Final = "tell|give|show|report|return|just|only|me|us|the|a|and|i need|i want|what is"
_TAIL: Final = "please|only|of them|of those|of these|is it|are there|were there|there are"
_HOW_MANY: Final = frozenset({"how many", "count", "count them", "number", "total"})


#: "…, and when they ended": of each that is named
_BESIDE: Final = (
    r"^(?:(?:and|also|with|,) )*"
    r"(?:(?:who|when|where)(?! (?:and|,))|they|(?:[a-z]+ )?(?:what|which) @f$)"
    r"|(?:do|does|did|what) they"
)
#: "give the count too": beside what is listed
_TOO: Final = r"(?:too|also|as well)$"
#: "…, how many published ones?"
_SUCH: Final = (
    r"(?:how many|number of|count)(?: the| of| such| V\d+| B\d+)* (?:ones|them|those|there|such)"
    r"(?: are there| are| do we have)?$"
)


def more(draft: Draft, clause: Clause, given: Conditions) -> None:
    """Read what is asked at the end into the request, beside or instead of what the head shows."""
    if draft.rank is not None:
        draft.ranked_alone = _asks_figure(draft, draft.rank, clause)
        clause = _beyond_rank(draft, draft.rank, clause)
        if not clause:
            return
    before, draft.request.show = draft.request.show, []
    if clause.text == "total" and before and all(c in draft.bare for c in before):
        draft.sentence.account(clause.at)  # "invoices with …, total": there is nothing to sum
        draft.request.show = [Column(Term(draft.request.subject), "count")]
        draft.bare.clear()
        return
    ask(draft, clause, later=True)
    shown = draft.request.show
    counted = any(c.fn == "count" for c in shown) and draft.rank is None
    if counted and not draft.groups and before and all(draft.number(c) for c in before):
        draft.request.show = [replace(c, fn="sum") for c in before]  # "sign-ups, how many?"
        return
    if counted and not draft.groups and not given.kept and _counts_alone(draft, clause):
        draft.request.show = [c for c in shown if c.fn == "count"][:1]
        draft.bare.clear()  # "…, how many?": the number and nothing else
        return
    _join(draft, clause, before, counts=counted and not given.kept)


_FIGURE: Final = r"^(?:what|how)(?: [a-z]+| N\d+)*$"


def _asks_figure(draft: Draft, rank: Rank, clause: Clause) -> bool:
    """ "the cheapest invoice: what was the amount?": the number, and not whose it is."""
    head = draft.sentence.whole.has(r"^(?:(?:in|on|at|by|for|from) )?(?:which|who|whose)")
    more = clause.has("and|which|who|when|where|with")
    return rank.limit == 1 and not head and not more and clause.has(_FIGURE)


def _beyond_rank(draft: Draft, rank: Rank, clause: Clause) -> Clause:
    """The clause without what only says that the number is shown which is compared."""
    clause = _unsaid(draft, rank, clause)
    if not clause:
        return clause
    if of_rank(clause, draft.request.subject):
        draft.ranked_too = True
        draft.sentence.account(clause.at)
        return clause.part(0, 0)
    rest = without_rank(clause, rank.by)
    draft.ranked_too = draft.ranked_too or rest is not None
    return rest or clause


def _counts_alone(draft: Draft, clause: Clause) -> bool:
    apart = draft.sentence.tokens[clause.at[0] - 1] in (",", "|")
    return apart and (_asks_how_many(clause) or clause.has(_SUCH))


def _is_name(draft: Draft, term: Term) -> bool:
    """Whether a term names a record: a key does, where somebody said so."""
    label = draft.sense.spec(term.address).label
    return term.field == label or term != draft.sense.key(term.address)


def _join(draft: Draft, clause: Clause, before: list[Column], *, counts: bool) -> None:
    """What is shown now, behind what was shown `before`: without the bare names, unless it is
    asked for beside them."""
    shown = draft.request.show
    told = any(c.fn is None for c in shown) or counts
    lead = draft.sentence.tokens[clause.at[0] - 1] if clause.at else ""
    names = [c for c in draft.bare if _is_name(draft, c.term)]
    first = clause.text.removeprefix("and ").split()[:1]
    theirs = first in (["their"], ["its"], ["his"], ["her"])
    beside = (
        theirs
        or lead in ("with", "plus", "including", "and")
        or clause.word(0) == "with"
        or clause.has(_BESIDE)
        or clause.has(_TOO)
        or clause.has("each")
    )
    beside_them = theirs or (counts and "with" in (lead, clause.word(0)))
    if beside_them and not before:  # "the admins with their cities", "…, with how many"
        names = before = [Column(draft.sense.label(draft.request.subject))]
    told = told and not (names and beside)  # beside the names
    folded = {c.term for c in shown if c.fn}  # "how much is it? the sum of all"
    before = [c for c in before if c.term not in folded or c.fn]
    draft.request.show = [c for c in before if c not in draft.bare or not told]
    draft.bare = [c for c in draft.bare if c not in shown]
    draft.request.show += [c for c in shown if c not in draft.request.show]


def _asks_how_many(clause: Clause) -> bool:
    """ "…, how many?", "Tell me the number." """
    text = re.sub(rf"^(?:(?:{_LEAD}) )+|(?: (?:{_TAIL}))+$", "", clause.text)
    return text in _HOW_MANY


def _unsaid(draft: Draft, rank: Rank, clause: Clause) -> Clause:
    """The clause without what has told the superlative: "biggest teams (seats)"."""
    told = rank.found.clause.at[rank.found.first : rank.found.last]
    rest = replace(clause, at=tuple(n for n in clause.at if n not in told))
    items = rest.items()
    lead = draft.sentence.tokens[rest.at[0] - 1] if rest.at else ""
    aside = len(items) == len(rest.at) == 1 and items[0].letter == "N" and lead == ","
    if aside and draft.sense.term(items[0], rest, kinds="N") == rank.by:
        draft.use(items[0])
        return replace(rest, at=())
    return rest
