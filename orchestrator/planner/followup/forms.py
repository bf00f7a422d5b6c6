"""Turns that only make sense after a plan, each a typed edit of it: "how many is that", "the other
way round", "as a percentage", "the month before".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from orchestrator.planner.assemble import needed
from orchestrator.planner.describe import phrases
from orchestrator.planner.followup.periods import UNITS, is_bound, shifted
from orchestrator.planner.parts import measured
from orchestrator.planner.words import NUMBERS
from registry.domain import CollectionSpec
from registry.limits import ROWS_MAX
from registry.plan import (
    And,
    Compare,
    Compute,
    Not,
    Order,
    Predicate,
    QueryPlan,
    conjoin,
    conjuncts,
)

Edit = Callable[["re.Match[str]", QueryPlan, CollectionSpec], QueryPlan | None]
_DOWN: Final = frozenset(
    ("bottom", "smallest", "lowest", "least", "fewest", "worst", "shortest", "cheapest")
)
_N: Final = rf"(?:\d{{1,5}}|{'|'.join(NUMBERS)})"
_BEST: Final = (
    r"(?:top|first|bottom|biggest|largest|highest|greatest|smallest|lowest|best|worst|longest"
    r"|shortest|cheapest|most|least|fewest)"
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


def without_folds(plan: QueryPlan) -> QueryPlan:
    """The records behind a plan: what is folded, ordered and limited falls away."""
    bare = QueryPlan(source=plan.source, joins=plan.joins, where=plan.where)
    return bare.model_copy(update={"joins": needed(bare)})


def _counted(found: re.Match[str], plan: QueryPlan, spec: CollectionSpec) -> QueryPlan | None:
    if plan.combine is not None or (plan.aggregates and plan.limit is not None):
        return None
    if plan.distinct and len(plan.select) == 1:
        made = measured("distinct", plan.select[0], "different")
    else:
        made = measured("count", None, plan.source.partition(".")[2])
    bare = without_folds(plan).model_copy(update={"measures": (made,), "joins": plan.joins})
    return bare.model_copy(update={"joins": needed(bare)})


def _listed(found: re.Match[str], plan: QueryPlan, spec: CollectionSpec) -> QueryPlan | None:
    return without_folds(plan) if plan.aggregates else plan


def _percent(found: re.Match[str], plan: QueryPlan, spec: CollectionSpec) -> QueryPlan | None:
    """Each group of the whole; without groups, those that meet the conditions, of all in the same
    time.
    """
    plain = len(plan.measures) == 1 and plan.measures[0].fn in ("count", "sum")
    if not plain or plan.compute or plan.having is not None:
        return None
    figure = plan.measures[0].name
    if plan.group:
        whole: tuple[Compute, ...] = (Compute(alias="all", op="total", args=(figure,)),)
        return _shared(plan, (*whole, _ratio(figure)), bool(found["share"]))
    told = [part for part in conjuncts(plan.where) if not is_bound(part)]
    if not told or plan.measures[0].fn != "count":
        return None
    fitting = measured("count", None, "fitting", where=conjoin(told))
    parts = {
        "where": conjoin([part for part in conjuncts(plan.where) if is_bound(part)]),
        "measures": (fitting, measured("count", None, "all")),
    }
    return _shared(plan.model_copy(update=parts), (_ratio("fitting"),), bool(found["share"]))


def _ratio(part: str) -> Compute:
    return Compute(alias="share", op="/", args=(part, "all"))


def _shared(plan: QueryPlan, made: tuple[Compute, ...], share: bool) -> QueryPlan:
    """The plan that shows a share instead of what it is made from; of 100, or of one."""
    hundred = Compute(alias="percent", op="*", args=("share", 100))
    name, keys = "share" if share else "percent", [key.name for key in plan.group]
    order = tuple(o if o.by in keys else o.model_copy(update={"by": name}) for o in plan.order)
    compute = made if share else (*made, hundred)
    return plan.model_copy(update={"compute": compute, "show": (*keys, name), "order": order})


def _others(found: re.Match[str], plan: QueryPlan, spec: CollectionSpec) -> QueryPlan | None:
    """What the last condition left out."""
    parts = list(conjuncts(plan.where))
    last = next((n for n in reversed(range(len(parts))) if not is_bound(parts[n])), None)
    if last is None:
        return None
    parts[last] = _denied(parts[last])
    return plan.model_copy(update={"where": conjoin(parts)})


def _denied(part: Predicate) -> Predicate:
    if isinstance(part, Not):
        return part.arg
    if isinstance(part, Compare) and part.op in ("=", "!="):
        return part.model_copy(update={"op": "!=" if part.op == "=" else "="})
    return Not(arg=part)


def _reversed(found: re.Match[str], plan: QueryPlan, spec: CollectionSpec) -> QueryPlan | None:
    orders = tuple(o.model_copy(update={"desc": not o.desc}) for o in plan.order)
    return plan.model_copy(update={"order": orders}) if orders else None


def _directed(found: re.Match[str], plan: QueryPlan, spec: CollectionSpec) -> QueryPlan | None:
    desc = bool(re.search(r"descending|decreasing", found[0]))
    orders = tuple(o.model_copy(update={"desc": desc}) for o in plan.order)
    return plan.model_copy(update={"order": orders}) if orders else None


def _ranked(found: re.Match[str], plan: QueryPlan, spec: CollectionSpec) -> QueryPlan | None:
    """ "top 3", "the two smallest", "only the first 10"."""
    said = found["n"] or found["m"] or "1"
    n = int(said) if said.isdigit() else NUMBERS[said]
    way = found["way"] or found["way2"]
    if not 1 <= n <= ROWS_MAX:
        return None
    order = plan.order
    if plan.aggregates and way not in ("first", None):
        figures = [made.alias for made in plan.compute] or [m.name for m in plan.measures]
        by = next((o.by for o in plan.order if o.by in figures), figures[-1] if figures else None)
        if by is None or not plan.group:
            return None
        order = (Order(by=by, desc=way not in _DOWN),)
    elif not plan.aggregates and not order and way not in ("first", None):
        return None
    return plan.model_copy(update={"order": order, "limit": n})


def _by_time(found: re.Match[str], plan: QueryPlan, spec: CollectionSpec) -> QueryPlan | None:
    beat = next((key.name for key in plan.group if key.bucket), None)
    by = beat if plan.aggregates else spec.time
    newest = bool(re.search(r"newest|latest|recent|descending", found[0]))
    return plan.model_copy(update={"order": (Order(by=by, desc=newest),)}) if by else None


def _by_name(found: re.Match[str], plan: QueryPlan, spec: CollectionSpec) -> QueryPlan | None:
    by = plan.group[0].name if plan.group else None if plan.aggregates else spec.label
    return plan.model_copy(update={"order": (Order(by=by),)}) if by else None


def _by_figure(found: re.Match[str], plan: QueryPlan, spec: CollectionSpec) -> QueryPlan | None:
    figures = [made.alias for made in plan.compute] or [m.name for m in plan.measures]
    if not plan.group or not figures:
        return None
    desc = not re.search(r"ascending|lowest|smallest|fewest", found[0])
    return plan.model_copy(update={"order": (Order(by=figures[-1], desc=desc),)})


def _all(found: re.Match[str], plan: QueryPlan, spec: CollectionSpec) -> QueryPlan | None:
    return plan.model_copy(update={"limit": None, "per": None}) if plan.limit or plan.per else None


def _ever(found: re.Match[str], plan: QueryPlan, spec: CollectionSpec) -> QueryPlan | None:
    kept = [part for part in conjuncts(plan.where) if not _dates(part)]
    if len(kept) == len(conjuncts(plan.where)):
        return None
    return plan.model_copy(update={"where": conjoin(kept)})


def _dates(part: Predicate) -> bool:
    return is_bound(part) or (isinstance(part, And) and all(map(_dates, part.args)))


def _period(found: re.Match[str], plan: QueryPlan, spec: CollectionSpec) -> QueryPlan | None:
    unit = next((u for u in (found["u"], found["u2"], found["u3"]) if u), None)
    after = bool(re.search(r"after|next|following", found[0]))
    return shifted(plan, unit, 1 if after else -1)


def _year_on(found: re.Match[str], plan: QueryPlan, spec: CollectionSpec) -> QueryPlan | None:
    return shifted(plan, found["u"] or "year", -1, whole=False)


def _form(pattern: str, edit: Edit, meaning: str) -> Form:
    return Form(re.compile(rf"(?:^|(?<= ))(?:{pattern})(?= |$)"), edit, meaning)


_ME: Final = r"(?:(?:show|list|give|see|display)(?: me)?|let me see|i want to see)"
_THOSE: Final = r"(?:those|them|these|that|it)"
#: the first that fits is done, then what is left of the words is laid over the plan
FORMS: Final = (
    _form(
        rf"(?:and )?how many(?: rows| records)?(?: of)?(?: (?:is|are|was|were))?(?: {_THOSE}|"
        rf" there| in total| altogether| total)*$|(?:just )?(?:count|total) (?:of )?{_THOSE}$"
        rf"|(?:just )?count {_THOSE}$|how many of {_THOSE}(?= )",
        _counted,
        "counted",
    ),
    _form(
        rf"{_ME} (?:{_THOSE}|the (?:records|rows|details|list))|which(?: ones?)?"
        rf"(?: (?:are|were|is|was) (?:they|{_THOSE}))?$|(?:which|who|what) (?:are|were|is)"
        rf" (?:they|{_THOSE})$|list (?:{_THOSE}|the records|the rows)",
        _listed,
        "the records themselves",
    ),
    _form(
        r"(?:(?:and )?(?:as|in|what is that as|show (?:it|that|them) as) (?:a )?)?"
        r"(?:percentage|percent|pct|%|(?P<share>share|proportion|fraction|ratio))"
        r"(?: of (?:all|the total|total|them all))?$",
        _percent,
        "of all",
    ),
    _form(
        r"(?:in )?(?:the )?(?:reverse|reversed|other way a?round|opposite order)(?: order)?",
        _reversed,
        "the other way round",
    ),
    _form(
        r"(?:(?:sort|order)(?:ed)? )?(?:in )?(?:ascending|descending|increasing|decreasing)"
        r"(?:ly)?(?: order)?$",
        _directed,
        "in that direction",
    ),
    _form(
        r"(?:why )?(?:and )?(?:not )?(?:what about |how about |only |just )?the (?:others?(?! way)"
        r"|rest|remaining(?: ones)?)(?: instead)?",
        _others,
        "what the last condition left out",
    ),
    _form(
        rf"(?:(?:only|just|show|me|limit(?: it)? to) )*(?:the )?(?:(?P<way>{_BEST})"
        rf" (?P<n>{_N})|(?P<m>{_N}) (?P<way2>{_BEST}))(?= |$)(?! (?:of|by)\b)",
        _ranked,
        "the first {limit}",
    ),
    _form(
        r"(?:sort(?:ed)?|order(?:ed)?)(?: (?:it|them|those|these|that|this))? by (?:date|time|when)"
        r"(?: (?:ascending|descending))?|(?:newest|latest|most recent|oldest|earliest) first"
        r"|(?:in )?chronological(?:ly)?(?: order)?",
        _by_time,
        "ordered by time",
    ),
    _form(
        r"alphabetical(?:ly)?(?: order)?|(?:sort(?:ed)?|order(?:ed)?)(?: (?:it|them|those|that))?"
        r" (?:by name|alphabetically)",
        _by_name,
        "ordered by name",
    ),
    _form(
        r"(?:sort(?:ed)?|order(?:ed)?|rank(?:ed)?)(?: (?:it|them|those|that))? by (?:the )?"
        r"(?:number|count|value|amount|total|size|most)(?: (?:ascending|descending))?"
        r"|(?:highest|largest|biggest|lowest|smallest|fewest|most) first",
        _by_figure,
        "ordered by the number",
    ),
    _form(
        rf"(?:{_ME} )?(?:all|everything)(?: of (?:{_THOSE}))?$|without (?:the |a )?limit",
        _all,
        "without a limit",
    ),
    _form(
        r"(?:of |for |over )?all time|ever|overall|(?:in|for) any (?:time|period)",
        _ever,
        "of all time",
    ),
    _form(
        rf"(?:(?:the )?same (?:period|time|{_UNIT}) )?(?:a|the|one|last)"
        rf" (?P<u>{_UNIT}) (?:ago|earlier)"
        r"|(?:the )?same (?:period|time|months?|weeks?|days?|quarter)(?: of)? (?:the )?last year",
        _year_on,
        "{times}",
    ),
    _form(
        rf"(?:in |during |for )?the (?P<u>{_UNIT}) (?:before|prior|after)(?: (?:that|then))?"
        r"(?! yesterday)"
        rf"|(?:in |for )?the (?:(?:previous|prior|next) (?:one|period)|(?:preceding|following)"
        rf" (?:one|period|(?P<u2>{_UNIT})))"
        rf"|(?:and )?(?:before|after) (?:that|then)(?P<u3>)|the one before",
        _period,
        "{times}",
    ),
)
