"""Values that are held against each other: "do pro or free teams have more seats on average?" has a
row for each of them, "which has more tickets, web or phone" the one that has.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from orchestrator.planner.clauses.draft import Draft
from orchestrator.planner.clauses.request import Among, Column, Request, Term
from orchestrator.planner.grammar import MORE

_OR: Final = r"[VF]\d+(?: [CFN]\d+)? or(?: (?:by|on|in|at|from|with|through|via|more))* V\d+"
_OF_EACH: Final = r"(?:each|both|either|counts?|numbers?|figures?|two|respectively)"


def either(draft: Draft) -> None:
    """One figure for each of the values, where one of them is said to have more."""
    request, whole = draft.request, draft.sentence.whole
    told = [c for c in request.where if isinstance(c, Among) and not isinstance(c.values, Request)]
    more = whole.first(MORE)
    held = whole.first(_OR)
    if more is None or held is None or len(told) != 1 or draft.rank or draft.groups:
        return
    column = Column(told[0].term)
    figures = [c for c in request.show if c != column and c not in draft.bare]
    if len(figures) > 1 or request.keys or request.having or draft.beat is not None:
        return
    figure = figures[0] if figures else _more_of(draft)
    if figure.fn is None:
        if not draft.number(figure):
            return
        figure = replace(figure, fn="avg" if draft.behind == "avg" else "sum")
    more.hear()
    held.hear()
    draft.bare.clear()
    each = whole.first(_OF_EACH)
    if each is None and draft.sentence.tokens[0] in ("which", "what", "who"):
        request.show = [column]
        request.order, request.limit = [(figure, more.match[0] not in _LESS)], 1
        return
    for found in whole.find(_OF_EACH):
        found.hear()
    request.show, request.distinct = [column, figure], False


def _more_of(draft: Draft) -> Column:
    """ "have more seats": the number that stands behind, else the records."""
    found = draft.sentence.whole.first(rf"{MORE} (?P<n>N\d+)")
    if found is None:
        return Column(Term(draft.request.subject), "count")
    return Column(draft.sense.term(found.items("n")[0], kinds="N"))


_LESS: Final = frozenset({"fewer", "less", "lower", "smaller", "shorter", "worse", "faster"})
