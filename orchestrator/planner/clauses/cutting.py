# ruff: noqa: E501 - patterns and tables of words read better wide
"""Where a clause ends: the head before the conditions, and what is asked to be shown afterwards."""

from __future__ import annotations

from typing import Final

from orchestrator.planner.clauses.sentence import Clause, Found, is_item
from orchestrator.planner.clauses.trailing import RANKED, UNIT, tail

_CUE: Final = (
    r"(?P<cue>whose|where|who|that|which|with(?! (?:the |their |its |corresponding )*(?:number|count|how many))|without|having|have|has|had|when|but|except|excluding|if|located|named|called"
    r"|not|never|do not|does not|did not|do|does|did|contain|contains|containing|includes|include|including|belong|belongs|belonging|did"
    r"|(?:in|on|at|from|by|for|during|after|before|since|to)(?= (?:the |both |either |a |an |any |C\d+ |@f )*[VQTXSOKU]\d+))"
)
_SHOWS: Final = r"(?:\| )(?:also |then |and |please |the )*(?:with|top|give|show|list|return|find|tell|what|provide|display|i (?:want|need|would like)|report|include)|\|(?= (?:how many|number of|count|sum of|total))"
_TRAIL: Final = (
    r"[,|](?: (?:,|and|with|the|their|its|how|many|(?:(?:on|at|in|from|by|to|for|of) )?which(?: C\d+)?|(?:number|count) of(?: [VC]\d+)+|how many C\d+|when|was|what|seconds|bytes|minutes|average|total|sum|number|numbers|count|counts|only|of|them|as|well|just|give|show"
    r"|figures?|@f|please|it|are|there|is|were|was|each|do|does|did|they|that|those|one|time|date|start|started|begin|end|happen|has|have|been|long|much|who|by whom"
    rf"|(?:in )?(?:{UNIT})))+$"
)
#: "…, how many published ones?"
_ONES: Final = (
    r",(?: (?:and|but|so|then))*(?: how many| number of| count)(?: (?:the|of|such|V\d+|B\d+))*"
    r" (?:ones|them|those|there)(?: are there| are| do we have)?$"
)
#: "…, and who owns them"
_WHO: Final = r"(?:,|and|, and) (?:who|when|where)(?: (?:is|are|was|were|did|has|have|the|their|its))* [FD]\d+(?: (?:them|it|this|that|those|these|each))*$"
#: behind a superlative: "…? team and fee"
_COLUMNS: Final = r"[,|](?: (?:,|and|with|the|their|its|also|too|please|only|just|@f|C\d+))+$"
#: "…, and in what unit"
_OF_WHAT: Final = (
    r"(?:,|and|, and)(?: (?:in|on|at|from|by|for|of|under|over))? (?:which|what) [FNDB]\d+$"
)
#: "teams with their seats"
_THEIRS: Final = (
    r"(?:with|and|including|plus|along with)(?: (?:all|of))* (?:the|their|its|his|her)"
    r"(?: (?:respective|own|current))* [FNDB]\d+(?: (?:,|and|the|their|its|[FNDB]\d+))*$"
)
_COUNTED: Final = frozenset(
    [
        "when",
        "whom",
        "time",
        "date",
        "many",
        "number",
        "numbers",
        "count",
        "counts",
        "figures",
        "average",
        "sum",
        "total",
    ]
)
_COUNT: Final = r"(?P<c>C\d+) counts?$"
_HOW_MANY: Final = r"(?:, )?(?:and|with|incl|including|plus)(?: (?:the|their))? (?:how many|counts?|number|numbers|figures)(?: [a-z]+)*$"


def _columns(body: Clause) -> Found | None:
    found = body.first(_COLUMNS)
    return found if found is not None and body.part(0, found.first).has(RANKED) else None


def cut(clause: Clause) -> tuple[Clause, list[Clause]]:
    """The head, before the first word that opens a condition, and later sentences that ask to show
    something."""
    later: list[Clause] = []
    found = clause.first(_SHOWS)
    end = len(clause.at)
    if found is not None:
        later = [clause.part(found.first + 1, end)]
        end = found.first
    body = clause.part(0, end)
    trail = (
        body.first(_TRAIL)
        or body.first(_WHO)
        or _columns(body)
        or body.first(_OF_WHAT)
        or body.first(_THEIRS)
        or body.first(_ONES)
        or body.first(_HOW_MANY)
        or tail(body)
    )
    if (
        trail is not None
        and trail.first
        and any(is_item(t) for t in body.part(0, trail.first).text.split())
    ):
        more = trail.clause.part(trail.first + 1, trail.last)
        if any(is_item(t) or t in _COUNTED for t in more.text.split()) and not body.part(
            0, trail.first
        ).text.endswith(tuple(",")):
            later = [more, *later]
            body = body.part(0, trail.first)
    seen = False
    for made in body.find(_CUE):
        seen = any(is_item(t) for t in body.part(0, made.first).text.split())
        if seen:
            return body.part(0, made.first), later
    return body, later
