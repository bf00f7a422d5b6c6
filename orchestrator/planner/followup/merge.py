"""The parts that a turn names, laid over the plan before."""

from __future__ import annotations

import re
from typing import Final

from orchestrator.planner.followup.edits import without_folds
from orchestrator.planner.followup.elsewhere import retimed
from orchestrator.planner.followup.periods import is_bound
from orchestrator.planner.grammar import AGGREGATES
from orchestrator.planner.parts import measured
from orchestrator.planner.shape import folding
from orchestrator.planner.shape.assemble import needed
from orchestrator.planner.shape.frame import Frame
from orchestrator.planner.shape.groups import add_group
from orchestrator.planner.shape.listing import listing
from registry.errors import NotUnderstood
from registry.plan import (
    Compare,
    In,
    IsNull,
    Like,
    Order,
    Predicate,
    QueryPlan,
    Scalar,
    conjuncts,
    leaves,
    split_path,
)

_NUMBERS: Final = frozenset({"sum", "avg", "min", "max", "median", "percentile"})
_MORE: Final = r"(?:and|also|too|as well|additionally|further|split|break|broken)"
_TOO: Final = r"(?:too|also|as well|plus)"
_ANY: Final = (
    r"(?:(?:for|in|across|with|of|from) )?(?:all|any|every|regardless of|whatever)(?: the)?"
    r" (?P<f>[FRBC]\d+)"
)

_MOST: Final = (
    r"(?:which|what|who)(?: (?:is|was|of the|the))*(?: (?P<f>[FRC]\d+))(?: [a-z]+| V\d+){0,3}?"
    r" (?:the )?(?P<way>most|fewest|least)(?: (?:of )?(?:them|those|these|that))?$"
)

_ELSEWHERE: Final = re.compile(
    r"(?:and |ok |now |also )*(?:(?:do )?the same (?:thing )?(?:for|with|of)|same (?:for|with)"
    r"|what about|how about|and|also|for)\b"
)


def respoken(frame: Frame, before: QueryPlan) -> None:
    """Words whose meaning comes from the plan before: "what about priority", "and the median"."""
    if before.group and not frame.group:
        for found in frame.find(r"(?:what|how) about(?: the)? (?P<f>[FRB]\d+)$"):
            add_group(frame, frame.item(found["f"]))  # the other rows of a table by something
    _same_fold(frame, before)
    fold = next((AGGREGATES[word] for word in frame.shape.split() if word in AGGREGATES), None)
    numbers = [m for m in before.measures if m.fn in _NUMBERS and m.field]
    if fold is not None and numbers and not frame.measures:
        path = numbers[0].field or ""
        frame.measures.append(measured(fold, path, f"{fold}_{folding.tail(path)}"))


def _same_fold(frame: Frame, before: QueryPlan) -> None:
    """ "and the costs?" after the total of visitors: the same fold of another number."""
    numbers = [m for m in before.measures if m.fn in _NUMBERS and m.fn != "percentile"]
    items = [item for item in frame.items if item.letter in "NMFBR"]
    named = [item for item in items if item.letter == "N" and item.place not in frame.used]
    if len(before.measures) != 1 or not numbers or before.compute or frame.measures or frame.where:
        return
    if len(named) != 1 or len(items) != 1 or not set(frame.shape.split()).isdisjoint(AGGREGATES):
        return
    if not frame.has(r"(?:and|what about|how about|now|same for|also)(?: the| their| its)* N\d+.*"):
        return
    path = frame.path(named[0])
    frame.note(named[0], path)
    frame.measures.append(measured(numbers[0].fn, path, f"{numbers[0].fn}_{folding.tail(path)}"))


def with_columns(frame: Frame, before: QueryPlan) -> QueryPlan | None:
    """A list with the columns that the turn names as well; `None` where it is no list, or where
    what is named is no column.
    """
    items = [item for item in frame.items if item.letter in "FNDBRC"]
    if before.aggregates or before.distinct or len(items) != len(frame.items) or not items:
        return None
    paths = list(before.select or ("id", *(frame.spec.display or tuple(frame.spec.fields))))
    for item in items:
        label = frame.label_of(item.steps, item.address) if item.letter == "C" else frame.path(item)
        if label is None:
            return None
        frame.note(item, f"show {label}")
        paths.append(label)
    wider = {"select": tuple(dict.fromkeys(paths)), "joins": tuple(frame.joins.joins)}
    made = before.model_copy(update=wider)
    return made.model_copy(update={"joins": needed(made)})


def most_of_them(frame: Frame) -> bool:
    """ "which agent has most of them": groups of the very records, by their number."""
    if frame.measures or frame.group:
        return False
    for found in frame.find(_MOST):
        add_group(frame, frame.item(found["f"]))
        if not frame.group:
            return False
        made = folding.count_root(frame)
        frame.order = [Order(by=made.name, desc=found["way"] == "most")]
        frame.limit, frame.hidden = 1, {made.name}
    return bool(frame.group)


def of_its_records(frame: Frame) -> bool:
    """Whether the turn asks something of the very records: "which workflows are they from", "how
    many users are those"; then it says so in the frame.
    """
    if most_of_them(frame):
        return True
    if frame.measures or frame.group or frame.where:
        return False
    if frame.has(r"how many (?:different )?[CRF]\d+"):
        folding.counts(frame)
        return bool(frame.measures)
    if frame.has(r"(?:which|what|who|when|where)") and frame.free("CFNDBR"):
        listing(frame)
    return bool(frame.select)


def among(frame: Frame, before: QueryPlan) -> QueryPlan:
    """The plan before as the records it is of; the first few stay the first few."""
    if before.aggregates or before.limit is None:
        return without_folds(before)
    if frame.measures:
        raise NotUnderstood("Only a whole list can be counted, and no first few of it.")
    frame.distinct, frame.limit, frame.order = False, before.limit, list(before.order)
    return before


def merge(frame: Frame, before: QueryPlan) -> bool:
    """What the turn does not replace is kept. `False`: the turn says nothing about the plan."""
    _same_clock(frame, before)
    _same_role(frame, before)
    dropped = _dropped(frame, before)
    given = (frame.where, frame.group, frame.measures, frame.limit, frame.order, frame.select)
    if not any(given) and not frame.having and not dropped:
        return False
    if frame.has(_TOO):
        frame.where = [_widened(made, before) for made in frame.where]
    said = {leaf_field(leaf) for made in frame.where for leaf in leaves(made)} | dropped
    opened = {key.field for key in frame.group if key.bucket is None}
    kept = [
        p
        for p in conjuncts(before.where)
        if not _overlaps(p, said) and not (_single(p) and leaf_field(p) in opened)
    ]
    frame.where = [*kept, *frame.where]
    if not frame.group:
        frame.group = list(before.group)
    elif before.group and frame.has(_MORE) and frame.has(r"(?:by|per|for each|each)"):
        own = {key.field for key in frame.group}
        frame.group = [*(k for k in before.group if k.field not in own), *frame.group]
    if not frame.measures:
        frame.measures = list(before.measures)
        frame.compute = list(before.compute)
        frame.hidden = set(_names(before)) - set(before.show) if before.show else set()
        frame.having = [*conjuncts(before.having), *frame.having]
    if before.aggregates and not frame.measures:
        frame.group = []
    if not frame.measures and not frame.group:
        frame.select = frame.select or list(before.select)
        frame.distinct = frame.distinct or before.distinct
    if not frame.measures and frame.group:
        folding.count_root(frame)  # "by country" after a list
    if not frame.order:
        frame.order = [o for o in before.order if _known(o, frame, before)]
    if frame.limit is None and bool(frame.measures or frame.group) == before.aggregates:
        frame.limit = before.limit
    return True


def _single(part: Predicate) -> bool:
    """Whether a field has one value: "for every channel" after one of them asks for the others."""
    return isinstance(part, Compare) and part.op == "=" and part.plan is None


def _widened(made: Predicate, before: QueryPlan) -> Predicate:
    """ "warnings too": one more value beside those that the plan before has for the field."""
    if not isinstance(made, (Compare, In)) or _values(made) is None:
        return made
    for part in conjuncts(before.where):
        old = _values(part) if leaf_field(part) == made.field else None
        if old is not None:
            return In(field=made.field, values=tuple(dict.fromkeys((*old, *(_values(made) or ())))))
    return made


def _values(part: Predicate) -> tuple[Scalar, ...] | None:
    """The values that a field may have; `None`: not told so."""
    if isinstance(part, In) and part.plan is None:
        return part.values
    if isinstance(part, Compare) and part.op == "=" and part.value is not None:
        return (part.value,)
    return None


def _names(plan: QueryPlan) -> list[str]:
    return [*(m.name for m in plan.measures), *(made.alias for made in plan.compute)]


def _dropped(frame: Frame, before: QueryPlan) -> set[str | None]:
    """Fields whose conditions go: "for all countries"."""
    gone: set[str | None] = set()
    held = {leaf_field(leaf) for leaf in leaves(before.where)}
    for found in frame.find(_ANY):
        item = frame.item(found["f"])
        if item.letter != "C" and item.place not in frame.used:
            path = frame.path(item)
            if path in held:
                frame.note(item, f"any {path}")
                gone.add(path)
    return gone


def _same_clock(frame: Frame, before: QueryPlan) -> None:
    """ "and this month?" is about the time that the plan before looked at, unless one is named."""
    ours = {
        p.field
        for made in frame.where
        for p in conjuncts(made)
        if isinstance(p, Compare) and is_bound(p)
    }
    theirs = {p.field for p in conjuncts(before.where) if isinstance(p, Compare) and is_bound(p)}
    if len(ours) != 1 or len(theirs) != 1 or ours == theirs:
        return
    [field] = theirs
    if any(item.letter == "D" for item in frame.items) or field not in frame.spec.fields:
        return
    frame.where = [
        retimed(part, field, frame.spec) if isinstance(part, Compare) and is_bound(part) else part
        for made in frame.where
        for part in conjuncts(made)
    ]


def _same_role(frame: Frame, before: QueryPlan) -> None:
    """ "and Mia Lange?" is who the plan before names so, as the agent, unless another role is."""
    roles = {join.alias: join.to for join in before.joins}
    told = {
        (roles[alias], name): leaf.field
        for leaf in leaves(before.where)
        if isinstance(leaf, Compare) and leaf.op == "=" and leaf.plan is None
        for alias, name in [split_path(leaf.field)]
        if alias in roles
    }
    if any(item.letter == "R" for item in frame.items):
        return
    for n, made in enumerate(frame.where):
        if not isinstance(made, (Compare, In)):
            continue
        alias, name = split_path(made.field)
        target = next((join.to for join in frame.joins.joins if join.alias == alias), "")
        path = told.get((target, name), made.field)
        frame.where[n] = made.model_copy(update={"field": path})


def leaf_field(leaf: object) -> str | None:
    """The field that a leaf of a predicate is about."""
    return leaf.field if isinstance(leaf, (Compare, In, IsNull, Like)) else None


def _overlaps(node: Predicate, said: set[str | None]) -> bool:
    return any(leaf_field(leaf) in said for leaf in leaves(node))


def _known(order: Order, frame: Frame, before: QueryPlan) -> bool:
    names = {g.name for g in frame.group} | {m.name for m in frame.measures}
    names |= {made.alias for made in frame.compute}
    return order.by in names if names else not before.aggregates


def named_elsewhere(plain: str) -> bool:
    """Whether the turn asks the same of something else: "the same for invoices"."""
    return bool(_ELSEWHERE.match(plain))
