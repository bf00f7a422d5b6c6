# ruff: noqa: E501 - patterns and tables of words read better wide
"""In what order: "sorted by age", "in descending order of the number of users"."""

from __future__ import annotations

from typing import Final

from orchestrator.planner.clauses.draft import Draft
from orchestrator.planner.clauses.ranking import hinted
from orchestrator.planner.clauses.request import Column, Term
from orchestrator.planner.clauses.sentence import Clause, Found, Item, is_item
from orchestrator.planner.clauses.supers import RANKED
from orchestrator.planner.grammar import AGGREGATES, SUPERLATIVES

_DESC: Final = (
    "descending",
    "desc",
    "decreasing",
    "reverse",
    "highest",
    "largest",
    "most",
    "latest",
    "newest",
    "descendingly",
)
_DIRECTION: Final = (
    r"(?:ascending|descending|asc|desc|increasing|decreasing|alphabetical|alphabetic|alphabetically"
    r"|lexicographic|lexicographical|chronological|reverse|descendingly)"
)
_BY: Final = r"(?: (?:by|of|on|in|from|to|according|based|their|the|its|each|total|number|count|and|then|,|terms|first|ascending|descending|asc|desc|increasing|decreasing|alphabetical|alphabetic|lexicographic|reverse|order|with|respect|average|mean|sum|maximum|minimum|highest|lowest|largest|smallest|oldest|youngest|most|least|recent|date|@x))*"
_SORTS: Final = (
    rf"(?:\| |, |and |then )*(?:please )?(?:(?:show|list|give|return|with) )?(?:the )?(?:(?:result|results|list|names?|them|it|these|those) )?"
    rf"(?:are |is |be )?(?:sorted|ordered|order|sort|rank|ranked|ordering|sorting|arranged|arrange|listed|list)"
    rf"(?: (?:them|it|all|the|results?|names?|list|@x|alphabetically|descending|ascending|chronologically))*(?P<by> (?:by|in|from|according|based|on|alphabetically){_BY})"
)
_IN_ORDER: Final = rf"(?:, |and )?(?:in|with|by)(?: (?:the|an?))?(?: {_DIRECTION})+ (?:order|ordering)?(?P<by>(?: (?:of|by|according|based|on){_BY})?)"
_ALPHA: Final = (
    r"(?:, |and )?(?:alphabetically|in alphabetical order)(?P<by>(?: by(?: the| their)* @f)?)"
)
#: "by category, highest first"
_FIRST: Final = rf"(?:, |and )?(?:(?:with|in|from) )?(?:the )?(?:most )?(?P<sup>{'|'.join(SUPERLATIVES)})(?: (?:ones?|values?|figures?|numbers?))? first(?= \||$)"


def order(draft: Draft, clause: Clause) -> Clause:
    if clause.has(RANKED):
        return clause
    for found in clause.find(_FIRST):
        draft.orders = [([found["sup"]], SUPERLATIVES[found["sup"]][0])]
        return found.hear().rest
    for pattern in (_SORTS, _IN_ORDER, _ALPHA):
        for found in clause.find(pattern):
            by = found["by"]
            if (
                pattern == _SORTS
                and not any(is_item(t) for t in found.match[0].split())
                and not any(w in by for w in ("order", "alphabet", "descending", "ascending"))
            ):
                continue
            found.hear()
            desc = (
                any(w in found.match[0].split() for w in _DESC)
                or "from high" in found.match[0]
                or "from most" in found.match[0]
            )
            if "ascending" in found.match[0].split() or "increasing" in found.match[0].split():
                desc = False
            draft.orders = _ordering(found, by, desc)
            after = clause.part(found.last, len(clause.at))
            tail = after.first(rf"{_DIRECTION}(?: order)?")
            rest = found.rest
            if tail is not None and tail.first <= 1:
                tail.hear()
                if tail.match[0].split()[0] in _DESC:
                    draft.orders = [(terms, True) for terms, _ in draft.orders]
                start = found.first + tail.first
                rest = rest.without(start, start + tail.last - tail.first)
            return rest
    return clause


def ordered(draft: Draft) -> None:
    request = draft.request
    for terms, desc in draft.orders:
        for made in terms:
            column = order_column(draft, made, terms)
            if column is not None and all(o != column for o, _ in request.order):
                if column.fn and not any(c.fn for c in request.show) and not request.keys:
                    entity = draft.entity()
                    if column.term.address != entity:
                        draft.group_records(entity)
                request.order.append((column, desc))
    if draft.orders and not request.order and request.show:
        request.order.append(_unnamed(draft, *draft.orders[0]))


def _unnamed(draft: Draft, terms: list[Item | str], desc: bool) -> tuple[Column, bool]:
    """What an order goes by that names nothing: the number shown; of a list, what "newest" or
    "largest" measures."""
    show = draft.request.show
    number = next((column for column in show if column.fn), None)
    word = next((t for t in terms if isinstance(t, str) and t in SUPERLATIVES), None)
    if number is None and word is not None:
        what = SUPERLATIVES[word][1]
        made = hinted(draft.sense, draft.request.subject, what, desc, word)
        if made is not None:
            return Column(made[0]), made[1]
    return number or show[0], desc


def order_column(draft: Draft, made: Item | str, terms: list[Item | str]) -> Column | None:
    request = draft.request
    if isinstance(made, str):
        if made == "count":
            item = next((t for t in terms if not isinstance(t, str)), None)
            shown = next((c for c in request.show if c.fn == "count"), None)
            if item is not None and item.letter == "C":
                draft.use(item)
                return shown or Column(Term(draft.sense.collection(item)), "count")
            if item is not None and item.letter in "ND":
                return None
            return shown or Column(Term(request.subject), "count")
        return None
    if made.place in draft.sentence.used and made.letter == "C":
        return None
    draft.use(made)
    if made.letter == "C":
        if "count" in terms or any(
            c.term.address == draft.sense.collection(made) for c in request.show
        ):
            return None
        return Column(draft.sense.label(draft.sense.collection(made)))
    fold = next((AGGREGATES[t] for t in terms if isinstance(t, str) and t in AGGREGATES), None)
    near = next((c.term.address for c in request.show), "")
    term = draft.sense.term(made, None, near=near)
    shown = next(
        (c for c in request.show if c.term == term and (fold is None or c.fn == fold)), None
    )
    if shown is not None:
        return shown
    grouped = any(c.fn for c in request.show) or request.keys
    if "count" in terms and made.letter == "F":
        return Column(term, "count", distinct=True)
    return Column(
        term,
        fold
        or (
            "max"
            if grouped
            and made.letter in "ND"
            and Column(term) not in request.show
            and any(c.fn for c in request.show)
            else None
        ),
    )


def _ordering(found: Found, by: str, desc: bool) -> list[tuple[list[Item | str], bool]]:
    terms: list[Item | str] = []
    words = by.split()
    for n, word in enumerate(words):
        if is_item(word):
            terms.append(found.clause.sentence.item(word))
        elif word in ("number", "count"):
            terms.append("count")
        elif word in AGGREGATES and n + 1 < len(words):
            terms.append(word)
    return [(terms, desc)]
