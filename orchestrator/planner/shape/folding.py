"""What is computed over the records: aggregates, percentiles, named measures, counts, shares."""

from __future__ import annotations

import re
from typing import Final

from orchestrator.planner.grammar import AGGREGATES
from orchestrator.planner.parts import computed, key, measured
from orchestrator.planner.shape.comparing import measured_field
from orchestrator.planner.shape.frame import Frame, Item
from orchestrator.planner.shape.groups import add_bucket, unique
from orchestrator.planner.words import phrase
from registry.domain import FieldSpec
from registry.measure import Measure
from registry.plan import (
    Bucket,
    Compare,
    Fn,
    In,
    IsNull,
    Measured,
    Predicate,
    conjoin,
    leaves,
    replaced,
)
from registry.record import TEMPORAL

AGG: Final = "(?:" + "|".join(AGGREGATES) + ")"
_FOLD: Final = (
    rf"(?P<a>{AGG}(?: (?:,|and|or|, and) {AGG})*)(?: (?:of|for|in|the|all|a|an|their|its|our|value"
    rf"|values|time|amount|number))*"
    r"(?: (?:[VBCRTQX]\d+|of|in|by|'s))*? (?P<n>[NM]\d+)"
)
_COUNT: Final = (
    r"(?:how many|number of|numbers of|count(?: of)?|counts of|# of|quantity of)(?P<d>(?: "
    r"(?:different|distinct|unique|of|the|our|all|individual|separate|total|such|new))*)"
    r"(?: (?:[VBPOTSX]\d+|,|and|or))* (?P<y>[CNFRDM]\d+)"
)
_CUE: Final = (
    r"(?:how many|number of|numbers of|count|counts|how often|how frequently|amount of|volume of)"
)
UNIT_WORDS: Final[tuple[Bucket, ...]] = ("day", "week", "month", "quarter", "year")
_LISTING: Final = r"(?:list|show|each|every|which|all|values|highest|lowest|most|least|how many)"
_POLAR: Final = frozenset({"are", "is", "do", "does", "did", "was", "were", "have", "has"})
_DIFFERENT: Final = frozenset({"different", "distinct", "unique"})


def add_measure(
    frame: Frame, fn: Fn, path: str | None, name: str, q: float | None = None
) -> Measured:
    """Add an aggregate under a name of its own."""
    same = next((m for m in frame.measures if (m.fn, m.field, m.q) == (fn, path, q)), None)
    if same is not None and same.where is None:
        return same
    made = measured(fn, path, unique(frame, name), q=q)
    frame.measures.append(made)
    return made


def aggregates(frame: Frame) -> None:
    """Averages, sums, extremes, medians, percentiles and named measures."""
    for item in frame.free("P"):
        target = _beside(frame, item)
        path = frame.path(target) if target else measured_field(frame, "length")
        if path is None:
            continue
        add_measure(
            frame, "percentile", path, f"p{item.payload * 100:g}_{tail(path)}", item.payload
        )
        frame.note(item, f"{item.payload:g} quantile of {path}")
        if target:
            frame.use(target)
    for found in frame.find(_FOLD):
        item = frame.item(found["n"])
        if item.place in frame.used or " number of " in found[0] + " ":
            continue
        for word in re.findall(AGG, found["a"]):
            fold(frame, item, AGGREGATES[word])
    _how_much(frame)
    _postfix(frame)
    for item in frame.free("M"):
        named(frame, item)


def fold(frame: Frame, item: Item, fn: Fn) -> None:
    assert item.pick is not None
    if item.letter == "M":
        named(frame, item, None if fn == "sum" else fn)
        return
    path = frame.path(item)
    add_measure(frame, fn, path, f"{fn}_{tail(path)}")
    frame.note(item, f"{fn} of {path}")


def named(frame: Frame, item: Item, fn: Fn | None = None) -> None:
    """A measure that the spec names; `fn` folds its field in another way than it does itself."""
    assert item.pick is not None
    name = item.pick.meaning.value
    measures = frame.catalogue.collections[item.address].measures
    measure = measures[name]
    if measure.ratio is not None:
        made = rated(frame, item, name, measure.ratio)
    else:
        chosen = fn if fn and measure.field else None
        made = specified(frame, item, measure, f"{chosen}_{name}" if chosen else name, chosen).name
    frame.note(item, f"{made}: {measure.description or measure.fn or 'a ratio'}")


def specified(
    frame: Frame, item: Item, measure: Measure, name: str, fn: Fn | None = None
) -> Measured:
    """Add a measure as its spec says it, under this name; one that is there already serves."""
    path = frame.joins.path(item.steps, measure.field) if measure.field else None
    where = measure.where and replaced(
        measure.where, lambda field: frame.joins.path(item.steps, field)
    )
    if path is None and item.steps:
        path = frame.joins.path(item.steps, "id")
    chosen: Fn | None = fn or measure.fn
    assert chosen is not None, "a ratio has no aggregate of its own"
    made = measured(chosen, path, unique(frame, name), where=where)
    same = next(
        (m for m in frame.measures if m == made.model_copy(update={"alias": m.alias})), None
    )
    if same is None:
        frame.measures.append(made)
    return same or made


def rated(frame: Frame, item: Item, name: str, parts: tuple[Measure | str, Measure | str]) -> str:
    """Add one measure over another; the two are shown only where they were asked for."""
    measures = frame.catalogue.collections[item.address].measures
    before = {made.name for made in frame.measures}
    made = [
        specified(frame, item, measures[part], part)
        if isinstance(part, str)
        else specified(frame, item, part, f"{name}_{side}")
        for part, side in zip(parts, ("part", "whole"), strict=True)
    ]
    frame.hidden.update({one.name for one in made} - before)
    quotient = computed("/", (made[0].name, made[1].name), unique(frame, name))
    frame.compute.append(quotient)
    return quotient.alias


def _how_much(frame: Frame) -> None:
    for found in frame.find(r"how much(?: [a-z]+| [VBCRT]\d+)*? (?P<n>N\d+)"):
        item = frame.item(found["n"])
        if item.place not in frame.used and not frame.measures:
            fold(frame, item, "sum")


def _postfix(frame: Frame) -> None:
    """ "latency on average", or an aggregate whose number is not said."""
    if frame.measures:
        return
    cue = next((m["a"] for m in frame.find(rf"(?P<a>{AGG})")), None)
    if frame.has(rf"{AGG} (?:number|count) of(?: [VB]\d+)* C\d+") and not frame.has("total number"):
        frame.doubt *= 0.4  # an average of counts, which no plan can say
        return
    if cue is None or frame.has(r"total number of") or frame.has(r"(?:in|of) total"):
        return
    fn = AGGREGATES[cue]
    free = frame.free("N")
    if free:
        fold(frame, free[0], fn)
        return
    if fn == "sum" and frame.has(r"total(?: [VB]\d+)* [CFR]\d+"):
        return
    stems = {"value", "amount"}
    name = measured_field(frame, "") or next((n for n in frame.spec.fields if n in stems), None)
    name = name or (
        measured_field(frame, "length") if frame.has(r"how long|time|duration") else None
    )
    if name is not None:
        frame.doubt *= 0.95 if frame.spec.fields[name].required else 0.75
        add_measure(frame, fn, name, f"{fn}_{name}")


def _beside(frame: Frame, item: Item) -> Item | None:
    free = frame.free("N")
    return min(free, key=lambda n: (n.first < item.first, abs(n.first - item.first)), default=None)


def tail(path: str) -> str:
    return path.rpartition(".")[2]


def counts(frame: Frame) -> None:
    """ "how many …": records, different records of a referenced collection, different values, or
    a sum."""
    found = next(frame.find(_COUNT), None)
    if found is not None:
        item = frame.item(found["y"])
        if item.place not in frame.used or item.letter == "C":
            _count(frame, item, bool(_DIFFERENT & set(found["d"].split())))
            return
        if frame.measures:
            return
    asked = frame.shape.split()[:1]
    polar = asked and asked[0] in _POLAR and frame.has(r"any|there")
    if frame.has(_CUE) or (polar and not frame.measures):
        count_root(frame)


def _count(frame: Frame, item: Item, different: bool) -> None:
    frame.counted = True
    if (
        item.letter == "C"
        and item.steps
        and any(g.field == frame.joins.path(item.steps, "id") for g in frame.group)
    ):
        frame.doubt *= 0.75  # the groups are to be counted: the answer lists them
        return
    if item.letter == "C" and not item.steps:
        count_root(frame)
        frame.use(item)
    elif item.letter == "C":
        path = frame.joins.path(item.steps, "id")
        add_measure(frame, "distinct", path, item.address.partition(".")[2])
        frame.note(item, f"different {item.address}")
    elif item.letter == "N" and not different:
        fold(frame, item, "sum")
    elif item.letter == "M":
        named(frame, item)
    else:
        path = frame.path(item)
        add_measure(frame, "distinct", path, f"different_{tail(path)}")
        frame.note(item, f"different {path}")


def count_root(frame: Frame) -> Measured:
    """Count the records themselves."""
    frame.counted = True
    name = frame.root.partition(".")[2]
    return add_measure(frame, "count", None, name)


def numbers_in_groups(frame: Frame) -> None:
    """ "signups by channel": a number per group is summed, or averaged where sums of it mean
    nothing."""
    if not frame.group or frame.measures:
        return
    for item in frame.free("N"):
        fold(frame, item, "sum" if additive(frame.field_of(item), item) else "avg")
        frame.doubt *= 0.92


def additive(field: FieldSpec, item: Item) -> bool:
    """Whether a sum of the field over records means something: money, sizes and counts do, times
    and ratings do not."""
    assert item.pick is not None
    return sums(field, item.pick.meaning.field)


def sums(field: FieldSpec, name: str) -> bool:
    """The same of the field that is called so."""
    if field.type == "float" or (field.unit or "") in (
        "ms",
        "s",
        "us",
        "%",
        "min",
        "h",
        "C",
        "celsius",
    ):
        return False
    said = {w for text in (name, *field.synonyms) for w in phrase(text)}
    return not said & {
        "rate",
        "score",
        "star",
        "age",
        "temperatur",
        "percent",
        "threshold",
        "limit",
        "year",
    }


def shares(frame: Frame) -> None:
    """ "what percentage of users are active": those that fit, beside all."""
    if (
        not frame.has(r"(?:percentage|percent|share|proportion|fraction|ratio)(?: of)?")
        or frame.measures
    ):
        return
    told = [p for p in frame.where if not _is_time(frame, p)]
    if not told:
        return
    frame.where = [p for p in frame.where if p not in told]
    fitting = measured("count", None, "fitting", where=conjoin(told))
    frame.measures += [fitting, measured("count", None, "all")]
    frame.counted = True
    frame.doubt *= 0.75  # two counts stand for one ratio


def _is_time(frame: Frame, node: Predicate) -> bool:
    names = {frame.spec.time, *(n for n, f in frame.spec.fields.items() if f.type in TEMPORAL)}
    return all(isinstance(leaf, (Compare, IsNull)) and leaf.field in names for leaf in leaves(node))


def _flagged(frame: Frame, item: Item) -> bool:
    """Whether the yes or the no of the same field is named beside it."""
    return frame.field_of(item).type == "bool" and any(
        other is not item
        and other.letter in "VB"
        and other.pick is not None
        and frame.path(other) == frame.path(item)
        for other in frame.items
    )


def bare_sums(frame: Frame) -> None:
    """ "what did ads cost in July": one figure over a stretch of time, and not a column of them."""
    letters = {item.letter for item in frame.items}
    numbers = frame.free("N")
    figures = {"N", "T", "V"}
    if frame.has(r"what (?:did|does|do)"):
        figures.add("C")  # "what did labour bring for the jobs of May"
    if len(numbers) != 1 or "T" not in letters or not letters <= figures:
        return
    item = numbers[0]
    bare = not (frame.measures or frame.group or frame.order or frame.limit or frame.select)
    if bare and not frame.has(_LISTING) and additive(frame.field_of(item), item):
        fold(frame, item, "sum")


#: doubt that a plan can show what was asked for, so strong that it is refused
_UNLIKE: Final = 0.4


def contrasts(frame: Frame) -> None:
    """ "compare failed and succeeded runs": one row for each of the values."""
    if frame.group or not frame.has(r"(?:compared?|comparing|comparison|versus|vs)"):
        return
    closed = [i for i in frame.items if i.letter == "T" and i.payload.start_us is not None]
    lengths = [
        i.payload.end_us - i.payload.start_us for i in closed if i.payload.end_us is not None
    ]
    if lengths and max(lengths) > 1.2 * min(lengths):
        frame.doubt *= _UNLIKE  # a day beside a week: one bucket cannot show both
        return
    unit = next((u for i in closed for u in UNIT_WORDS if u in i.words.split()), None)
    if len(closed) > 1 and unit is not None:
        add_bucket(frame, closed[0], unit)
        return
    flag = next((i for i in frame.items if i.letter == "V" and _flagged(frame, i)), None)
    if flag is not None:  # "given vs refused": yes beside no
        path = frame.path(flag)
        frame.where = [p for p in frame.where if not (isinstance(p, Compare) and p.field == path)]
        frame.group.append(key(path, tail(path)))
        return
    listed = next((p for p in frame.where if isinstance(p, In)), None)
    if listed is not None:
        frame.group.append(key(listed.field, tail(listed.field)))
