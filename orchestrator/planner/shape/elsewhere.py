"""Plans whose rows are of another than was asked about: "customers with open tickets, how many" by
the tickets. Beside `unheard`, which knows words that have no effect.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from orchestrator.planner.grammar import MORE, SUPERLATIVES
from orchestrator.planner.shape.frame import Frame, Item
from registry.plan import Compare, In, Or

_SUPERS: Final = "|".join(SUPERLATIVES)


def _unranked(frame: Frame) -> bool:
    """ "which agents got the most tickets" by something else than agents, "which plan is Acme on
    and how many seats" by the seats alone."""
    found = next(frame.find(r"^(?:which|what)(?: Z\d+)? (?P<f>[FR]\d+)"), None)
    return found is not None and bool(frame.figures) and frame.item(found["f"]) in frame.free("FR")


def _never_theirs(frame: Frame) -> bool:
    """ "users that never commented on any article" by the articles."""
    whose = r"(?P<c>[CR]\d+) (?:that|who|which|have|has|had) "
    found = next(frame.find(whose + r"(?:[a-z]+ )*E\d+(?: [a-z]+)+ C\d+"), None)
    found = found or next(frame.find(whose + r"(?:[a-z]+ )*never (?:[a-z]+ )*V\d+"), None)
    return found is not None and _of_another(frame.item(found["c"]))


def _of_another(item: Item) -> bool:
    """Whether it is no record of the root that is named."""
    return item.letter == "R" or bool(item.steps)


def _others_counted(frame: Frame) -> bool:
    """ "customers who ever opened a ticket, how many" by the tickets."""
    whose = r"^(?:(?:all|the|our) )*(?P<c>[CVR]\d+) (?:who|that|which|with|whose|having)"
    found = next(frame.find(whose), None)
    counts = any(m.fn == "count" and m.field is None for m in frame.measures)
    if (
        found is None
        or not counts
        or frame.group
        or not frame.has(r"(?:how many|number|count)(?: [a-z]+)*$")
    ):
        return False
    return _of_another(frame.item(found["c"]))


def _not_the_first(frame: Frame) -> bool:
    """ "the second highest fee" by the highest."""
    nth = r"(?:second|third|fourth|fifth|next|[2-5](?:nd|rd|th))"
    said = " ".join(word.text for word in frame.words)
    return frame.limit == 1 and bool(re.search(rf"\b{nth} (?:most|least|{_SUPERS})\b", said))


def _each_alone(frame: Frame) -> bool:
    """ "invoiced over 900 in total" by each invoice alone."""
    total = r"O\d+(?: [NC]\d+)? (?:in total|altogether|all together|in sum)"
    return frame.has(total) and not frame.having


def _unsorted(frame: Frame) -> bool:
    """ "alphabetically" in no order."""
    return frame.has(r"alphabetically|in alphabetical order") and not frame.order


def _none_of_each(frame: Frame) -> bool:
    """ "connections without a failed call: how many" as a list of zeros."""
    zero = any(isinstance(part, Compare) and part.value == 0 for part in frame.having)
    return zero and frame.has(r"^how many|(?:how many|number|count)(?: [a-z]+)*$")


def _cut_in_order(frame: Frame) -> bool:
    """ "…, biggest first" cut off behind the tenth."""
    said = next(frame.find(rf"(?:{'|'.join(SUPERLATIVES)}) first"), None)
    return said is not None and frame.limit is not None


def _either_of_some(frame: Frame) -> bool:
    """ "either fatal, or errors of the worker" as if both were the worker's."""
    if frame.has(r"(?:V|N|F|R)\d+ or (?:(?:have|has|with) )?(?:not|without|never|no)"):
        return not any(isinstance(part, Or) for part in frame.where)
    either = r"V\d+ , or (?:[a-z]+ )*(?P<b>V\d+)(?: [a-z]+| [CFRN]\d+)* (?P<c>V\d+)"
    return any(
        frame.path(frame.item(m["b"])) != frame.path(frame.item(m["c"]))
        and not any(isinstance(part, Or) for part in frame.where)
        for m in frame.find(either)
    )


def _yes_and_no(frame: Frame) -> bool:
    """ "how many yes, how many no" in one number."""
    return frame.has("yesno") and not frame.group


#: each says of a finished frame that it answers another question
def _held_against(frame: Frame) -> bool:
    """ "do pro or free teams have more seats", "higher on the phone or by mail" of both at once."""
    told = {p.field for p in frame.where if isinstance(p, In)}
    turns = rf"{MORE} (?:.* )?(?P<v>V\d+)(?: [CFN]\d+)? or .*V\d+|V\d+ or .*V\d+ .*{MORE}"
    return bool(told - {key.field for key in frame.group}) and frame.has(turns)


ELSEWHERE: Final[tuple[Callable[[Frame], bool], ...]] = (
    _unranked,
    _never_theirs,
    _others_counted,
    _cut_in_order,
    _not_the_first,
    _each_alone,
    _unsorted,
    _none_of_each,
    _either_of_some,
    _yes_and_no,
    _held_against,
)
