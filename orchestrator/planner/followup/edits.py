"""Edits of a plan that a few words ask for: counted, listed, ranked, turned, moved in time. Each
takes what was said and gives the plan after, or `None` where it cannot be done to that plan.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from orchestrator.planner.followup.periods import is_bound, shifted
from orchestrator.planner.grammar import HINT_UNITS, UNITS
from orchestrator.planner.parts import measured
from orchestrator.planner.shape.assemble import needed
from orchestrator.planner.words import NUMBERS, phrase
from registry.domain import CollectionSpec
from registry.limits import ROWS_MAX
from registry.plan import (
    And,
    Compare,
    Compute,
    Group,
    Not,
    Order,
    Predicate,
    QueryPlan,
    conjoin,
    conjuncts,
)
from registry.record import NUMERIC

Edit = Callable[["re.Match[str]", QueryPlan, CollectionSpec], QueryPlan | None]
OPS: Final = {
    "more than": ">", "over": ">", "above": ">", "at least": ">=", "less than": "<",
    "fewer than": "<", "under": "<", "below": "<", "at most": "<=",
}  # fmt: skip
_DOWN: Final = frozenset(
    ["bottom", "smallest", "lowest", "least", "fewest", "worst", "shortest", "cheapest", "fastest"]
)


def _falls(way: str | None) -> bool:
    """Whether the smallest come first: "least expensive" as "least"."""
    return (way or "").partition(" ")[0] in _DOWN


def without_folds(plan: QueryPlan) -> QueryPlan:
    """The records behind a plan: what is folded, ordered and limited falls away."""
    bare = QueryPlan(source=plan.source, joins=plan.joins, where=plan.where)
    return bare.model_copy(update={"joins": needed(bare)})


def counted(found: re.Match[str], plan: QueryPlan, spec: CollectionSpec) -> QueryPlan | None:
    if plan.combine is not None or (plan.aggregates and plan.limit is not None):
        figure = [m.name for m in plan.measures] if not plan.compute else []
        hidden = len(figure) == 1 and plan.show and figure[0] not in plan.show
        return plan.model_copy(update={"show": tuple(figure)}) if hidden else None
    if plan.distinct and len(plan.select) == 1:
        made = measured("distinct", plan.select[0], "different")
    else:
        made = measured("count", None, plan.source.partition(".")[2])
    bare = without_folds(plan).model_copy(update={"measures": (made,), "joins": plan.joins})
    return bare.model_copy(update={"joins": needed(bare)})


def summed(found: re.Match[str], plan: QueryPlan, spec: CollectionSpec) -> QueryPlan | None:
    """ "what do they add up to": the one number of the records that is worth a sum, money first."""
    if plan.combine is not None or plan.group or plan.limit is not None or len(plan.measures) > 1:
        return None
    told = [m.field for m in plan.measures if m.field and m.fn != "distinct"]
    names = told or _worth(spec, found["how"])
    if len(names) != 1:
        return None
    bare = without_folds(plan).model_copy(update={"joins": plan.joins})
    made = bare.model_copy(update={"measures": (measured("sum", names[0], f"sum_{names[0]}"),)})
    return made.model_copy(update={"joins": needed(made)})


def _worth(spec: CollectionSpec, how: str | None) -> list[str]:
    """The numbers in money, or else with a unit, or else all of them but the keys; `how` big or
    long, those of that."""
    numbers = {n: f for n, f in spec.fields.items() if f.type in NUMERIC and n not in spec.key}
    units = {n: f.unit.lower() for n, f in numbers.items() if f.unit}
    if how is not None:
        kind = "length" if how == "long" else "size"
        return [n for n, unit in units.items() if unit in HINT_UNITS[kind]]
    money = [n for n, unit in units.items() if unit in HINT_UNITS["price"]]
    return money or list(units) or list(numbers)


def converted(found: re.Match[str], plan: QueryPlan, spec: CollectionSpec) -> QueryPlan | None:
    """ "in minutes": the one fold of a number with a unit, told in another."""
    folds = [m for m in plan.measures if m.field in spec.fields and m.fn != "distinct"]
    if len(folds) != 1 or len(plan.measures) != 1 or plan.compute:
        return None
    own = UNITS.get((spec.fields[folds[0].field or ""].unit or "").lower())
    asked = UNITS.get(found["u"]) or UNITS.get(found["u"].removesuffix("s"))
    if own is None or asked is None or own[0] != asked[0]:
        return None
    op, factor = ("/", asked[1] / own[1]) if own[1] <= asked[1] else ("*", own[1] / asked[1])
    whole = round(factor) if abs(factor - round(factor)) < 1e-9 * factor else factor
    made = Compute(alias="converted", op=op, args=(folds[0].name, whole))  # type: ignore[arg-type]
    order = tuple(
        o.model_copy(update={"by": "converted"}) if o.by == folds[0].name else o for o in plan.order
    )
    show = (*(key.name for key in plan.group), "converted")
    return plan.model_copy(update={"compute": (made,), "show": show, "order": order})


def each(found: re.Match[str], plan: QueryPlan, spec: CollectionSpec) -> QueryPlan | None:
    """ "and how many each?" of the different values of a field."""
    if not plan.distinct or len(plan.select) != 1 or plan.limit is not None:
        return None
    path = plan.select[0]
    owner, _, name = path.rpartition(".")
    keys = [Group(field=path, alias=owner.rpartition(".")[2] or name)]
    if owner and any(join.alias == owner and join.on[1] == "id" for join in plan.joins):
        keys.append(Group(field=owner, alias=f"{keys[0].name}_id"))  # namesakes are kept apart
    many = measured("count", None, plan.source.partition(".")[2])
    shown = (keys[0].name, many.name) if len(keys) > 1 else ()
    parts = {
        "group": tuple(keys), "measures": (many,), "show": shown,
        "order": (Order(by=many.name, desc=True),),
    }  # fmt: skip
    return without_folds(plan).model_copy(update={**parts, "joins": plan.joins})


def listed(found: re.Match[str], plan: QueryPlan, spec: CollectionSpec) -> QueryPlan | None:
    return without_folds(plan) if plan.aggregates else plan


def percent(found: re.Match[str], plan: QueryPlan, spec: CollectionSpec) -> QueryPlan | None:
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
    fitting = measured("count", None, "fitting", where=told[-1])  # what was said last
    parts = {
        "where": conjoin([part for part in conjuncts(plan.where) if part is not told[-1]]),
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


def others(found: re.Match[str], plan: QueryPlan, spec: CollectionSpec) -> QueryPlan | None:
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


def turned(found: re.Match[str], plan: QueryPlan, spec: CollectionSpec) -> QueryPlan | None:
    orders = tuple(o.model_copy(update={"desc": not o.desc}) for o in plan.order)
    return plan.model_copy(update={"order": orders}) if orders else None


def directed(found: re.Match[str], plan: QueryPlan, spec: CollectionSpec) -> QueryPlan | None:
    desc = bool(re.search(r"descending|decreasing", found[0]))
    orders = tuple(o.model_copy(update={"desc": desc}) for o in plan.order)
    return plan.model_copy(update={"order": orders}) if orders else None


def ranked(found: re.Match[str], plan: QueryPlan, spec: CollectionSpec) -> QueryPlan | None:
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
        order = (Order(by=by, desc=not _falls(way)),)
    elif not plan.aggregates and not order and way not in ("first", None):
        return None
    return plan.model_copy(update={"order": order, "limit": n})


def held(found: re.Match[str], plan: QueryPlan, spec: CollectionSpec) -> QueryPlan | None:
    """ "only those with more than 10": of groups, by their number."""
    figures = [made.alias for made in plan.compute] or [m.name for m in plan.measures]
    if not plan.group or not figures:
        return None
    op, n = OPS[found["op"]], float(found["n"])
    figure = Compare(op=op, field=figures[-1], value=int(n) if n == int(n) else n)  # type: ignore[arg-type]
    return plan.model_copy(update={"having": conjoin([*conjuncts(plan.having), figure])})


def extreme(found: re.Match[str], plan: QueryPlan, spec: CollectionSpec) -> QueryPlan | None:
    """ "which one had the most", "and the fewest?"."""
    figures = [made.alias for made in plan.compute] or [m.name for m in plan.measures]
    if not plan.group or not figures:
        return None
    if found["noun"] and phrase(found["noun"]) not in {phrase(key.name) for key in plan.group}:
        return None  # it asks about something else than the groups
    order = (Order(by=figures[-1], desc=not _falls(found["way"])),)
    limit = (plan.limit or 1) if found["and"] else 1
    return plan.model_copy(update={"order": order, "limit": limit})


def by_time(found: re.Match[str], plan: QueryPlan, spec: CollectionSpec) -> QueryPlan | None:
    beat = next((key.name for key in plan.group if key.bucket), None)
    by = beat if plan.aggregates else spec.time
    newest = bool(re.search(r"newest|latest|recent|descending", found[0]))
    return plan.model_copy(update={"order": (Order(by=by, desc=newest),)}) if by else None


def dated(found: re.Match[str], plan: QueryPlan, spec: CollectionSpec) -> QueryPlan | None:
    """ "and the oldest 5?" of a list."""
    if plan.aggregates or spec.time is None:
        return None
    said = found["n"] or found["m"] or ""
    n = (int(said) if said.isdigit() else NUMBERS[said]) if said else plan.limit or 1
    order = (Order(by=spec.time, desc=found["way"] not in ("oldest", "earliest")),)
    return plan.model_copy(update={"order": order, "limit": n}) if 1 <= n <= ROWS_MAX else None


def by_name(found: re.Match[str], plan: QueryPlan, spec: CollectionSpec) -> QueryPlan | None:
    by = plan.group[0].name if plan.group else None if plan.aggregates else spec.label
    return plan.model_copy(update={"order": (Order(by=by),)}) if by else None


def by_figure(found: re.Match[str], plan: QueryPlan, spec: CollectionSpec) -> QueryPlan | None:
    figures = [made.alias for made in plan.compute] or [m.name for m in plan.measures]
    if not plan.group or not figures:
        return None
    desc = not re.search(r"ascending|lowest|smallest|fewest|shortest|fastest|least", found[0])
    return plan.model_copy(update={"order": (Order(by=figures[-1], desc=desc),)})


def unlimited(found: re.Match[str], plan: QueryPlan, spec: CollectionSpec) -> QueryPlan | None:
    return plan.model_copy(update={"limit": None, "per": None}) if plan.limit or plan.per else None


def ever(found: re.Match[str], plan: QueryPlan, spec: CollectionSpec) -> QueryPlan | None:
    kept = [part for part in conjuncts(plan.where) if not _dates(part)]
    if len(kept) == len(conjuncts(plan.where)):
        return None
    return plan.model_copy(update={"where": conjoin(kept)})


def _dates(part: Predicate) -> bool:
    return is_bound(part) or (isinstance(part, And) and all(map(_dates, part.args)))


def period(found: re.Match[str], plan: QueryPlan, spec: CollectionSpec) -> QueryPlan | None:
    unit = next((u for u in (found["u"], found["u2"], found["u3"]) if u), None)
    after = bool(re.search(r"after|next|following", found[0]))
    return shifted(plan, unit, 1 if after else -1)


def year_on(found: re.Match[str], plan: QueryPlan, spec: CollectionSpec) -> QueryPlan | None:
    return shifted(plan, found["u"] or "year", -1, whole=False)
