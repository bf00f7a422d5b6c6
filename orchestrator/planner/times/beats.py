"""Buckets of time in a question: "per day", "month by month", "on a weekly basis", "over time"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, cast

from orchestrator.planner.times.dates import BIG, MONTH
from orchestrator.planner.times.timewindow import joined, places
from orchestrator.planner.words import Word
from registry.plan import Bucket

_ADVERBS: Final = {
    "hourly": "hour",
    "daily": "day",
    "weekly": "week",
    "monthly": "month",
    "quarterly": "quarter",
    "yearly": "year",
    "annually": "year",
    "annual": "year",
}
_MOVED: Final = (
    "(?:(?:moved|evolved|changed|trended|progressed|varied|fluctuated|developed|looked|gone) )?"
)
_CHANGES: Final = re.compile(r"\b(?:growth|grow|grew|change|increase|decrease|difference)\b")
_BEAT: Final = re.compile(
    rf"\b(?:group(?:ed)? by|broken down by|break down by|split by|per|by|each|every|for each"
    r"|for every|(?<!logged )(?<!signed )in each|of each|every single|each single) "
    rf"(?:calendar )?(?P<u>{BIG})\b"
    rf"(?! of (?:an?|the|this|that|last|next|each|every|\d|{MONTH})\b| by {BIG}\b)"
    rf"|(?<!than )(?<!over )(?<! of )(?<!half )(?<!under )(?<!within )(?<!least )\b"
    r"(?:an?) (?P<u2>hour|day|week|month|year)"
    r"(?= ~|$| ,| (?:on average|in total|altogether|overall|each|how|and|or)\b)"
    rf"|\b{_MOVED}(?P<u3>{BIG}) (?:by|(?P<after>after)) (?P=u3)\b"
    rf"|\b(?:on|at|in)(?: an?)? (?P<u4>{'|'.join(_ADVERBS)}) (?:basis|steps|intervals|buckets)\b"
    rf"|\b(?P<u5>{BIG})(?: wise| level)\b"
    rf"|\b(?:for |in )?each (?:one )?of (?:the|these|those) (?P<u7>{BIG})s\b"
    r"|\b(?:by|into) (?P<u6>hours|days|weeks|months|quarters|years)\b"
    r"|\b(?P<adverb>hourly|daily|weekly|monthly|quarterly|yearly|annually)\b"
    rf"|\b(?:by|per) date\b(?P<date>)|\b{_MOVED}(?:over time|(?:the )?trends?(?: of| in| for)?"
    r"|over the (?:days|weeks|months)|timeline|time series(?: of)?|evolution of)\b"
)


@dataclass(frozen=True, slots=True)
class Beat:
    """Words that ask for one row per calendar bucket. `bucket` `None`: whatever suits ("over
    time").

    `soft`: an adverb such as "daily", which may be a stored value instead.
    """

    first: int
    last: int
    bucket: Bucket | None
    soft: bool = False
    #: the word before the unit, such as "per"
    cue: str = ""


def beats(words: tuple[Word, ...], hidden: frozenset[int]) -> tuple[Beat, ...]:
    """The buckets asked for. `hidden`: places that windows took."""
    text, starts = joined(words, hidden)
    out = []
    for found in _BEAT.finditer(text):
        if found["after"] and _CHANGES.search(text):
            continue  # it is the way from one to the next that is asked for
        unit = found["u"] or found["u2"] or found["u3"] or found["u5"] or found["u7"]
        unit = unit or _ADVERBS.get(found["adverb"] or found["u4"] or "")
        unit = unit or (found["u6"] or "").removesuffix("s") or None
        if unit is None and found["date"] is not None:
            unit = "day"
        first, last = places(starts, *found.span())
        soft, cue = bool(found["adverb"]), words[first].text
        out.append(Beat(first, last, cast("Bucket | None", unit), soft=soft, cue=cue))
    return tuple(out)
