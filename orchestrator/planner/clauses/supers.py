# ruff: noqa: E501 - patterns and tables of words read better wide
"""How superlatives are said: "the 3 most expensive teams", "which took longest on average". Patterns
of tokens only; `ranking` says what each means.
"""

from __future__ import annotations

from typing import Final

from orchestrator.planner.grammar import ADJECTIVES, AGGREGATES, SUPERLATIVES

PLAIN: Final = "|".join(
    w
    for w in SUPERLATIVES
    if w not in ("most", "least", "fewest", "top", "bottom", "first", "last")
)
UP: Final = "highest|largest|greatest|biggest|maximum|max|top"
DOWN: Final = "smallest|lowest|minimum|min"
NUMBER: Final = "number|numbers|count|amount|quantity"
MANY: Final = (
    rf"(?:(?P<z>Z\d+) )?(?P<way>most|least|fewest|(?:{UP}|{DOWN}|most|least|fewest)(?: total)?"
    rf" (?:{NUMBER}))(?: (?:of|the|new|different|distinct|unique|total|Z\d+))*(?: V\d+)*"
    r"(?: C\d+(?= N))? (?P<y>@x)"
)
MOST: Final = r"(?:(?P<z>Z\d+) )?(?P<way>most|least|fewest) (?P<v>V\d+)(?! [CFNDB]\d+)"
DID: Final = r"who (?:did|does|has|had|made)(?: the)? (?P<way>most|least)(?= (?:in|of|on|at|for) )"
DONE_MOST: Final = (
    r"(?:was|were|been|got|be|have|has) (?P<c>C\d+)(?: the)? (?P<way>most|least)"
    r"(?: (?:overall|in total|altogether|of all|money))*(?= ,| \||$)"
)
SPENT: Final = r"(?P<y>M\d+)(?: the)? (?P<way>most|least)(?! [CFNDBM]\d+)"
NEXT: Final = r"(?:and|then|followed by) (?:the )?(?:next|following|U\d+) (?P<z>Z\d+)"
BEST: Final = (
    r"(?:(?P<z>Z\d+) )?(?P<sup>best|worst|highest|lowest|top)(?: (?P<z2>Z\d+))? (?:V\d+|U\d+|paying|earning"
    r"|selling|performing) (?P<g>[CF]\d+)(?: ,)?(?: by)? (?P<agg>sum|total|average)(?: of)?(?: the)? (?P<y>N\d+)"
)
BY_FOLD: Final = (
    rf"(?P<sup>{PLAIN}|top|bottom|(?:most|least) (?:{'|'.join(ADJECTIVES)}))(?: (?P<z>Z\d+))? (?P<g>[CF]\d+)"
    rf"(?: ,)? by(?: the| their)* (?P<agg>{'|'.join(AGGREGATES)})(?: of)?(?: the)? (?P<y>N\d+)"
)
TOP_OF: Final = r"(?P<sup>top|bottom) (?P<z>Z\d+)(?: (?:most|of|the))* (?P<g>F\d+)"
ARE: Final = (
    r"(?P<y>C\d+) (?:is|are|was|were|take|takes|took|have|has)(?: the)? (?P<sup>@s)"
    r" (?P<agg>on average|in total|overall|altogether)"
)
COMMON: Final = (
    r"(?P<way>most|least)(?: (?P<z>Z\d+))? (?P<adj>common|popular|frequent|frequently|often|commonly"
    r"|used|usual|prevalent|active|famous)(?: (?:used|appearing|occurring|chosen|visited|ordered))?"
    r"(?: (?P<y>@x))?"
)
DEGREE: Final = (
    r"(?P<way>most|least)(?: (?P<z>Z\d+))? (?P<adj>" + "|".join(ADJECTIVES) + r")(?: (?P<y>@x))?"
)
SUPER: Final = (
    rf"(?:(?P<z>Z\d+) )?(?P<sup>{PLAIN})(?! and (?:the )?(?:{PLAIN}) )(?: (?P<z2>Z\d+))?(?P<agg> (?:average|total|mean|median|avg"
    r"|combined))?(?: (?:of|the|value|values|amount))*(?: V\d+)*(?: (?P<y>@x))?"
)
PEAK: Final = (
    r"(?:with|has|have|having|had|whose|of|that|which|who)(?: (?:a|an|the|is|are))*"
    r" (?P<sup>maximum|minimum|max|min|peak|top) (?P<y>@f)"
)
TRAILING: Final = (
    rf"(?P<y>@f)(?: (?:is|are|was|were|at|in|the|its|being))* (?P<sup>{PLAIN}|most|least|maximum|minimum)"
    r"(?P<agg> on average| in total| overall| altogether)?(?! @x)"
)
TOP: Final = (
    rf"(?P<sup>top|bottom|first|last|(?:best|worst)(?= Z\d+)|(?:{UP}|{DOWN}|best|worst)(?= (?:Z\d+ )?[CF]\d+ by ))(?: (?P<z>Z\d+))?(?: (?:most|of|the|V\d+))* (?P<g>@x)"
    r"(?: (?:by|with|in|on|based|terms|ranked|sorted|order|of|the|their|most|highest|total|number))*(?: V\d+)*"
    r" (?P<y>@x)"
)
SO_MANY: Final = (
    r"(?:(?:which|what|the|top|show|show me|list|give|name|find) (?P<z>Z\d+)(?: V\d+)*(?= [CFNMV]\d+)"
    r"|^(?P<z2>Z\d+)(?: V\d+)* [CF]\d+(?= (?:with|by|that|which|who|whose|having|in) ))"
)
RANKED: Final = (
    r"(?:rank|order|sort) (?:(?:the|all|our|us) )*(?P<g>[CF]\d+) by (?:(?:the|their|its|total) )*"
    r"(?P<many>(?:number|count|amount) of )?(?P<y>@x)(?: ,)?(?: (?:and|,|show|give|keep|only|just|me|the|list|return))*"
    r" (?P<sup>best|top|first|highest|biggest|worst|bottom|last|lowest|smallest) (?P<z>Z\d+)"
)
LAST: Final = r"(?:the )?(?P<way>most|least)(?: (?:often|frequently|times))?(?= \||$)"
