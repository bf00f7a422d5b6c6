"""Turns that only make sense after a plan, each a way to say an edit of it: "how many is that",
"the other way round", "as a percentage", "the month before".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from orchestrator.planner.describe import phrases
from orchestrator.planner.followup import edits
from orchestrator.planner.followup.edits import OPS, Edit
from orchestrator.planner.followup.periods import UNITS, is_bound
from orchestrator.planner.words import NUMBERS
from registry.plan import QueryPlan, conjuncts

_N: Final = rf"(?:\d{{1,5}}|{'|'.join(NUMBERS)})"
_BEST: Final = (
    r"(?:top|first|bottom|biggest|largest|highest|greatest|smallest|lowest|best|worst|longest"
    r"|shortest|cheapest|(?:most|least) (?:expensive|common|frequent|popular|active|used|costly)"
    r"|most|least|fewest|priciest|busiest|heaviest|slowest|fastest)"
)
_EXTREME: Final = (
    "(?:highest|largest|biggest|longest|slowest|greatest|worst|best|lowest|smallest|fewest"
    "|shortest|fastest|most|least)"
)
_UNIT: Final = f"(?:{'|'.join(UNITS)})"


@dataclass(frozen=True, slots=True)
class Form:
    """A way to say an edit. `meaning`: what it became, in words that may name what it made."""

    pattern: re.Pattern[str]
    edit: Edit
    meaning: str

    def said(self, made: QueryPlan) -> str:
        times = phrases(tuple(part for part in conjuncts(made.where) if is_bound(part)))
        return self.meaning.format(limit=made.limit, times=" and ".join(times))


def _form(pattern: str, edit: Edit, meaning: str) -> Form:
    return Form(re.compile(rf"(?:^|(?<= ))(?:{pattern})(?= |$)"), edit, meaning)


_ME: Final = r"(?:(?:show|list|give|see|display)(?: me)?|let me see|i want to see)"
_PRONOUN: Final = "(?:they|them|those|these|that|it|this)"
_THOSE: Final = r"(?:those|them|these|that|it)"
_SUMS: Final = (
    r"(?:add up|adds up|amount|amounts|come|comes|sum up|sum|total|total up) to"
    r"|total|sum up|worth|cost|make|bring in"
)
_ALL: Final = r"(?:in total|altogether|all together|together|in sum|all in all|overall)"
#: the first that fits is done, then what is left of the words is laid over the plan
FORMS: Final = (
    _form(
        r"(?:and )?(?:with )?(?:how many|(?:the )?(?:number|count))(?: (?:of|for|per|by|in|from))?"
        r" (?:each|every)(?: one| of (?:them|those|these))?$",
        edits.each,
        "counted for each",
    ),
    _form(
        rf"(?:and )?how many(?: rows| records)?(?: of)?(?: (?:is|are|was|were))?(?: {_THOSE}|"
        rf" there| in total| altogether| total)*$|(?:just )?(?:count|total) (?:of )?{_THOSE}$"
        rf"|(?:just )?count {_THOSE}$|(?:and )?how many of (?:{_THOSE}|which|his|hers|theirs)(?= )"
        r"|of (?:which|those|these|them|that) how many(?: (?:are|were|is|was|have|had|came))?(?= )",
        edits.counted,
        "counted",
    ),
    _form(
        rf"(?:and )?(?:what|how much) (?:do|does|did|is|are|was|were) (?:all )?(?:of )?{_PRONOUN}"
        rf"(?: all)? (?:{_SUMS})(?: {_ALL})?$|(?:and )?how much (?:money )?(?:is|are|was|were)"
        rf" {_PRONOUN}(?: all)?(?: worth)?(?: {_ALL})?$"
        rf"|(?:sum|add|total) {_THOSE} up$|sum (?:of )?{_THOSE}$"
        rf"|(?:and )?how (?P<how>big|large|long) (?:is|are|was|were) {_PRONOUN}(?: all)? {_ALL}$"
        r"|(?:and )?(?:the )?(?:total|sum|grand total)$"
        r"|(?:and )?(?:what is|what are|what s|give me|show)? ?(?:the|their|its) (?:combined|total"
        rf"|sum|grand total)(?: (?:value|worth|sum|amount))?(?: of {_THOSE})?$",
        edits.summed,
        "summed up",
    ),
    _form(
        rf"{_ME} (?:{_THOSE}|the (?:records|rows|details|list))|which(?: ones?)?"
        rf"(?: (?:are|were|is|was) (?:they|{_THOSE}))?$|(?:which|who|what) (?:are|were|is)"
        rf" (?:they|{_THOSE})$|list (?:{_THOSE}|the records|the rows)",
        edits.listed,
        "the records themselves",
    ),
    _form(
        r"(?:(?:and )?(?:as|in|what is that as|show (?:it|that|them) as) (?:a )?)?"
        r"(?:percentage|percent|pct|%|(?P<share>share|proportion|fraction|ratio))"
        r"(?: of (?:all|the total|total|them all))?$",
        edits.percent,
        "of all",
    ),
    _form(
        r"(?:(?:and|now|please|the same|same|show|it|that|them) )*in (?P<u>[a-z]+)(?: please)?$",
        edits.converted,
        "in another unit",
    ),
    _form(
        r"(?:in )?(?:the )?(?:reverse|reversed|other way a?round|opposite order)(?: order)?",
        edits.turned,
        "the other way round",
    ),
    _form(
        r"(?:(?:sort|order)(?:ed)? )?(?:in )?(?:ascending|descending|increasing|decreasing)"
        r"(?:ly)?(?: order)?$",
        edits.directed,
        "in that direction",
    ),
    _form(
        rf"(?:(?:only|just) )?(?:(?:those|the ones|the groups) )?(?:with )?(?P<op>{'|'.join(OPS)})"
        r" (?P<n>\d{1,12}(?:\.\d{1,6})?)$",
        edits.held,
        "of a number so large",
    ),
    _form(
        rf"(?:(?P<and>(?:and|what about|how about) )(?:the )?|(?:which|who|what)"
        rf"(?: ones?| of (?:them|those|these)| (?P<noun>\w+))? (?:had|has|have|is|was|were|are"
        rf"|got) (?:the )?)(?P<way>{_BEST})(?: ones?)?$",
        edits.extreme,
        "the first {limit}",
    ),
    _form(
        r"(?:why )?(?:and )?(?:not )?(?:what about |how about |only |just )?the (?:others?(?! way)"
        r"|rest|remaining(?: ones)?)(?: instead)?",
        edits.others,
        "what the last condition left out",
    ),
    _form(
        rf"(?:(?:and|now|what about|how about|show|me|only|just) )*(?:the )?(?:(?P<m>{_N}) )?"
        rf"(?P<way>oldest|newest|latest|earliest|most recent)(?: (?P<n>{_N}))?(?: ones?)?"
        r"(?: instead)?$",
        edits.dated,
        "the first {limit} in time",
    ),
    _form(
        rf"(?:(?:only|just|show|me|limit(?: it)? to) )*(?:the )?(?:(?P<way>{_BEST})"
        rf" (?P<n>{_N})|(?P<m>{_N}) (?P<way2>{_BEST}))(?= |$)(?! (?:of|by)\b)",
        edits.ranked,
        "the first {limit}",
    ),
    _form(
        r"(?:sort(?:ed)?|order(?:ed)?)(?: (?:it|them|those|these|that|this))? by (?:date|time|when)"
        r"(?: (?:ascending|descending))?|(?:newest|latest|most recent|oldest|earliest) first"
        r"|(?:in )?chronological(?:ly)?(?: order)?",
        edits.by_time,
        "ordered by time",
    ),
    _form(
        r"alphabetical(?:ly)?(?: order)?|(?:sort(?:ed)?|order(?:ed)?)(?: (?:it|them|those|that))?"
        r" (?:by name|alphabetically)",
        edits.by_name,
        "ordered by name",
    ),
    _form(
        r"(?:sort(?:ed)?|order(?:ed)?|rank(?:ed)?)(?: (?:it|them|those|that))? by (?:the )?"
        r"(?:number|count|value|amount|total|size|most)(?: (?:ascending|descending))?"
        rf"|{_EXTREME} first",
        edits.by_figure,
        "ordered by the number",
    ),
    _form(
        rf"(?:{_ME} )?(?:all|everything)(?: of (?:{_THOSE}))?$|without (?:the |a )?limit",
        edits.unlimited,
        "without a limit",
    ),
    _form(
        r"(?:of |for |over )?all time|ever|overall|(?:in|for) any (?:time|period)",
        edits.ever,
        "of all time",
    ),
    _form(
        rf"(?:(?:the )?same (?:period|time|{_UNIT}) )?(?:a|the|one|last)"
        rf" (?P<u>{_UNIT}) (?:ago|earlier)"
        r"|(?:the )?same (?:period|time|months?|weeks?|days?|quarter)(?: of)? (?:the )?last year",
        edits.year_on,
        "{times}",
    ),
    _form(
        rf"(?:in |during |for )?the (?P<u>{_UNIT}) (?:before|prior|after)(?: (?:that|then))?"
        r"(?! yesterday)"
        rf"|(?:in |for )?the (?:(?:previous|prior|next) (?:one|period)|(?:preceding|following)"
        rf" (?:one|period|(?P<u2>{_UNIT})))"
        rf"|(?:and )?(?:before|after) (?:that|then)(?P<u3>)|the one before",
        edits.period,
        "{times}",
    ),
)
