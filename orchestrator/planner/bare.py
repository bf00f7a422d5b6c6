"""Questions that name nothing of the data: "how many?", "what was our busiest day?". Of the only
collection there is they are a question; of several they are asked back about.
"""

from __future__ import annotations

import re
from typing import Final, cast

from orchestrator.planner.describe import describe
from orchestrator.planner.parts import measured
from orchestrator.planner.reading import Reading
from orchestrator.planner.refusal import fullest
from orchestrator.planner.words import Word
from registry.catalog import Catalogue
from registry.plan import Bucket, Group, Order, QueryPlan

_COUNT: Final = re.compile(
    r"(?:and )?(?:how many(?: (?:are|do we have|have we got|is|were)(?: there)?| in total)*"
    r"|(?:give me |tell me )?(?:the |a )?(?:total )?(?:number|count)(?: of (?:them|all))?)"
)
_BUSIEST: Final = re.compile(
    r"(?:(?:which|what)(?: \w+){0,2} )?(?:the |our )*(?:(?:busiest|quietest|slowest|most active)"
    r" (?P<u>hour|day|week|month|quarter|year)|(?P<u2>hour|day|week|month|quarter|year) (?:was|is)"
    r" (?:the )?(?:busiest|quietest|slowest|most active))"
)
_UNSURE: Final = 0.5
_CHOICES: Final = 4


def bare(words: tuple[Word, ...], catalogue: Catalogue) -> tuple[Reading, ...]:
    """The readings of such a question, each as likely as the others; none of any other one."""
    text = " ".join(word.text for word in words)
    busiest = _BUSIEST.fullmatch(text)
    if busiest is None and not _COUNT.fullmatch(text):
        return ()
    found = fullest(catalogue)[:_CHOICES]
    plans = [_plan(address, busiest, catalogue) for address in found]
    return tuple(Reading(p, _UNSURE, describe(p)) for p in plans if p is not None)


def _plan(address: str, busiest: re.Match[str] | None, catalogue: Catalogue) -> QueryPlan | None:
    name = address.partition(".")[2]
    counted = (measured("count", None, name),)
    if busiest is None:
        return QueryPlan.model_validate({"from": address, "measures": counted})
    time = catalogue.collections[address].time
    if time is None:
        return None
    unit = cast("Bucket", busiest["u"] or busiest["u2"])
    order = Order(by=name, desc=not re.search("quietest|slowest", busiest[0]))
    return QueryPlan.model_validate(
        {
            "from": address, "measures": counted, "show": (unit,), "limit": 1, "order": (order,),
            "group": (Group(field=time, bucket=unit, alias=unit),),
        }
    )  # fmt: skip


__all__ = ["bare"]
