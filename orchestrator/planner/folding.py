"""What is computed over the records: groups, calendar buckets, aggregates, named measures, counts, and conditions on groups."""

from __future__ import annotations

import re
from typing import Final, cast

from orchestrator.planner.frame import Frame, Item
from orchestrator.planner.grammar import AGGREGATES
from orchestrator.planner.graph import Steps
from orchestrator.planner.literals import Comparison
from orchestrator.planner.narrowing import measured_field
from orchestrator.planner.words import phrase
from registry.domain import FieldSpec
from registry.plan import (
    Bucket,
    Compare,
    Fn,
    Group,
    In,
    IsNull,
    Measured,
    Predicate,
    conjoin,
    leaves,
)
from registry.record import TEMPORAL

_BY: Final = (
    r"(?P<cue>per|for each|for every|in each|of each|on each|from each|each|every|across(?: all)?|broken down by|break down by|split by"
    r"|grouped by|group by|by each|by every|by|per each)(?: (?:the|a|an|different))* (?P<g>@group(?: (?:,|and|and by|by|per|, and)(?: (?:the|each))? @group)*)"
)
_UNITS: Final = frozenset({"minute", "hour", "day", "week", "month", "quarter", "year"})
_AGG: Final = "(?:" + "|".join(AGGREGATES) + ")"
_FOLD: Final = (
    rf"(?P<a>{_AGG}(?: (?:,|and|or|, and) {_AGG})*)(?: (?:of|for|in|the|all|a|an|their|its|our|value|values|time|amount|number))*"
    r"(?: (?:[VBCRTQX]\d+|of|in|by|'s))*? (?P<n>[NM]\d+)"
)
_COUNT: Final = (
    r"(?:how many|number of|numbers of|count(?: of)?|counts of|# of|quantity of)(?P<d>(?: (?:different|distinct|unique|of|the|our|all|individual|separate|total|such|new))*)"
    r"(?: (?:[VBPOTSX]\d+|,|and|or))* (?P<y>[CNFRDM]\d+)"
)
_CUE: Final = (
    r"(?:how many|number of|numbers of|count|counts|how often|how frequently|amount of|volume of)"
)
_POLAR: Final = frozenset("are is do does did was were have has".split())
_DIFFERENT: Final = frozenset({"different", "distinct", "unique"})


def shares(frame: Frame) -> None:
    """ "what percentage of users are active": those that fit, beside all."""
    if (
        not frame.has(r"(?:percentage|percent|share|proportion|fraction|ratio)(?: of)?")
        or frame.measures
    ):
        return
    told = [p for p in frame.where if not _is_time(frame, p)]
    if not told or frame.group:
        return
    frame.where = [p for p in frame.where if p not in told]
    fitting = Measured(fn="count", where=conjoin(told), **{"as": "fitting"})  # type: ignore[arg-type]
    frame.measures += [fitting, Measured(fn="count", **{"as": "all"})]  # type: ignore[arg-type]
    frame.counted = True
    frame.doubt *= 0.75  # two counts stand for one ratio


def _is_time(frame: Frame, node: Predicate) -> bool:
    names = {frame.spec.time, *(n for n, f in frame.spec.fields.items() if f.type in TEMPORAL)}
    return all(isinstance(leaf, (Compare, IsNull)) and leaf.field in names for leaf in leaves(node))


def contrasts(frame: Frame) -> None:
    """ "compare failed and succeeded runs": one row for each of the values."""
    if (
        frame.measures
        or frame.group
        or not frame.has(r"(?:compare|comparing|comparison|versus|vs)")
    ):
        return
    listed = next((p for p in frame.where if isinstance(p, In)), None)
    if listed is not None:
        frame.group.append(Group(field=listed.field, **{"as": _tail(listed.field)}))  # type: ignore[arg-type]


def unique(frame: Frame, wanted: str) -> str:
    """A column name that no other column of the plan has."""
    taken = {g.name for g in frame.group} | {m.name for m in frame.measures}
    name, n = wanted, 2
    while name in taken:
        name, n = f"{wanted}_{n}", n + 1
    return name


# -- groups ----------------------------------------------------------------------------------------


def groups(frame: Frame) -> None:
    """One row per what follows "per", "by", "for each"."""
    for found in frame.find(_BY):
        if _is_agent(frame, found):
            continue
        for item in frame.all_in(found["g"]):
            if item.place not in frame.used:
                add_group(frame, item)


def _is_agent(frame: Frame, found: re.Match[str]) -> bool:
    """Whether "by …" says who did it or how to sort, not what to group by."""
    if found["cue"] != "by":
        return False
    before = frame.shape[: found.start()].split()
    last = before[-1] if before else ""
    if last in ("sorted", "ordered", "ranked", "order", "sort", "rank"):
        return True
    if "top" in before or re.search(r"\b(?:most|highest|largest|bottom)\b", " ".join(before)):
        return not frame.has(r"(?:per|for each) @group") and any(
            i.letter in "CNM" for i in frame.all_in(found["g"])
        )
    after = frame.shape[found.end() :].split()
    item = frame.all_in(found["g"])[-1]
    clause = bool(after) and after[0] in (
        "on",
        "in",
        "from",
        "with",
        "who",
        "whose",
        "that",
        "named",
        "called",
    )
    named = bool(after) and re.fullmatch(r"[VXQ]\d+", after[0]) is not None
    return item.letter in "CR" and (named or (clause and bool(re.search(r" [VBXQO]\d+", found.string[found.end() :]))))  # fmt: skip


def add_group(frame: Frame, item: Item) -> None:
    """Group by a field, by a bucket word, or by the records of a collection."""
    if item.letter == "U":
        if item.words in _UNITS:
            add_bucket(frame, item, cast("Bucket", item.words))
        return
    unit = next((m["u"] for m in frame.find(rf"D{item.place} (?P<u>U\d+)")), None)
    if unit is not None and frame.item(unit).words in _UNITS:
        add_bucket(frame, frame.item(unit), cast("Bucket", frame.item(unit).words), item)
        return
    assert item.pick is not None
    if item.letter == "C":
        if not item.steps:
            frame.use(item)
            return
        entity(frame, item.steps, item.address, item.address.partition(".")[2])
        frame.note(item, f"by {item.address}")
        return
    field = frame.field_of(item)
    name = item.pick.meaning.field
    if field.to is not None:
        routes = frame.graph.routes(item.address, field.to)
        step = next(
            (r.steps for r in routes if r.steps and r.steps[0].field == name and len(r.steps) == 1),
            None,
        )
        if step is not None:
            entity(frame, (*item.steps, *step), field.to, name)
            frame.note(item, f"by {name}")
            return
    path = frame.path(item)
    bucket: Bucket | None = "day" if item.letter == "D" and field.type == "time" else None
    frame.group.append(Group(field=path, bucket=bucket, **{"as": unique(frame, bucket or name)}))  # type: ignore[arg-type]
    frame.note(item, f"by {path}")


def entity(frame: Frame, steps: Steps, address: str, name: str) -> None:
    """Group by the records of a collection: their label, and their id, because labels may repeat."""
    label = frame.label_of(steps, address)
    ids = frame.joins.path(steps, "id")
    singular = name[:-1] if name.endswith("s") and not name.endswith("ss") else name
    if label is not None and label != ids:
        frame.group.append(Group(field=label, **{"as": unique(frame, singular)}))
        frame.group.append(Group(field=ids, **{"as": unique(frame, f"{singular}_id")}))
    else:
        frame.group.append(Group(field=ids, **{"as": unique(frame, singular)}))


def buckets(frame: Frame) -> None:
    """One row per calendar bucket."""
    for item in frame.free("K"):
        if frame.group and any(g.bucket for g in frame.group):
            frame.use(item)
            continue
        add_bucket(frame, item, item.payload.bucket or _suiting(frame))


def add_bucket(frame: Frame, item: Item, bucket: Bucket, by: Item | None = None) -> None:
    near = by or next((i for i in frame.items if i.letter == "D" and i.address == frame.root), None)
    path = frame.path(near) if near else frame.spec.time
    if path is None:
        return
    kind = frame.field_of(near).type if near else frame.spec.fields[path].type
    if kind == "date" and bucket in ("minute", "hour"):
        return
    if near:
        frame.use(near)
    frame.group.append(Group(field=path, bucket=bucket, **{"as": unique(frame, bucket)}))  # type: ignore[arg-type]
    frame.note(item, f"by {bucket} of {path}")


def _suiting(frame: Frame) -> Bucket:
    """The bucket for "over time": some tens of rows over the window, or over what is stored."""
    facts = frame.catalogue.facts_of(frame.root)
    low, high = facts.time_min_us, facts.time_max_us
    for item in frame.items:
        if item.letter == "T":
            low = item.payload.start_us or low
            high = min(item.payload.end_us or frame.now_us, frame.now_us)
    if low is None or high is None:
        return "month"
    days = (high - low) / 86_400_000_000
    return "hour" if days <= 2 else "day" if days <= 62 else "week" if days <= 200 else "month"


# -- aggregates ------------------------------------------------------------------------------------


def add_measure(
    frame: Frame, fn: Fn, path: str | None, name: str, q: float | None = None
) -> Measured:
    """Add an aggregate under a name of its own."""
    made = Measured(fn=fn, field=path, q=q, **{"as": unique(frame, name)})  # type: ignore[arg-type]
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
            frame, "percentile", path, f"p{item.payload * 100:g}_{_tail(path)}", item.payload
        )
        frame.note(item, f"{item.payload:g} quantile of {path}")
        if target:
            frame.use(target)
    for found in frame.find(_FOLD):
        item = frame.item(found["n"])
        if item.place in frame.used or " number of " in found[0] + " ":
            continue
        for word in re.findall(_AGG, found["a"]):
            _fold(frame, item, AGGREGATES[word])
    _how_much(frame)
    _postfix(frame)
    for item in frame.free("M"):
        _named(frame, item)


def _fold(frame: Frame, item: Item, fn: Fn) -> None:
    assert item.pick is not None
    if item.letter == "M":
        _named(frame, item, None if fn == "sum" else fn)
        return
    path = frame.path(item)
    add_measure(frame, fn, path, f"{fn}_{_tail(path)}")
    frame.note(item, f"{fn} of {path}")


def _named(frame: Frame, item: Item, fn: Fn | None = None) -> None:
    assert item.pick is not None
    name = item.pick.meaning.value
    measure = frame.catalogue.collections[item.address].measures[name]
    path = frame.path(item) if measure.field else None
    chosen = fn if fn and path else measure.fn
    add_measure(frame, chosen, path, name if chosen == measure.fn else f"{chosen}_{name}")
    frame.note(item, f"{name}: {chosen} of {path or frame.root}")


def _how_much(frame: Frame) -> None:
    for found in frame.find(r"how much(?: [a-z]+| [VBCRT]\d+)*? (?P<n>N\d+)"):
        item = frame.item(found["n"])
        if item.place not in frame.used and not frame.measures:
            _fold(frame, item, "sum")


def _postfix(frame: Frame) -> None:
    """ "latency on average", or an aggregate whose number is not said."""
    if frame.measures:
        return
    cue = next((m["a"] for m in frame.find(rf"(?P<a>{_AGG})")), None)
    if cue is None or frame.has(r"total number of") or frame.has(r"(?:in|of) total"):
        return
    fn = AGGREGATES[cue]
    free = frame.free("N")
    if free:
        _fold(frame, free[0], fn)
        return
    if fn == "sum" and frame.has(r"total(?: [VB]\d+)* [CFR]\d+"):
        return
    stems = {"value", "amount"}
    name = measured_field(frame, "") or next((n for n in frame.spec.fields if n in stems), None)
    name = name or (
        measured_field(frame, "length") if frame.has(r"how long|time|duration") else None
    )
    if name is not None:
        frame.doubt *= 0.9
        add_measure(frame, fn, name, f"{fn}_{name}")


def _beside(frame: Frame, item: Item) -> Item | None:
    free = frame.free("N")
    return min(free, key=lambda n: (n.first < item.first, abs(n.first - item.first)), default=None)


def _tail(path: str) -> str:
    return path.rpartition(".")[2]


# -- counts ----------------------------------------------------------------------------------------


def counts(frame: Frame) -> None:
    """ "how many …": records, different records of a referenced collection, different values, or a sum."""
    found = next(frame.find(_COUNT), None)
    if found is not None:
        item = frame.item(found["y"])
        if item.place not in frame.used or item.letter == "C":
            _count(frame, item, bool(_DIFFERENT & set(found["d"].split())))
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
        frame.doubt *= 0.75  # counting the groups themselves: the answer's rows are counted, not given as one number
        return
    if item.letter == "C" and not item.steps:
        count_root(frame)
        frame.use(item)
    elif item.letter == "C":
        path = frame.joins.path(item.steps, "id")
        add_measure(frame, "distinct", path, item.address.partition(".")[2])
        frame.note(item, f"different {item.address}")
    elif item.letter == "N" and not different:
        _fold(frame, item, "sum")
    elif item.letter == "M":
        _named(frame, item)
    else:
        path = frame.path(item)
        add_measure(frame, "distinct", path, f"different_{_tail(path)}")
        frame.note(item, f"different {path}")


def count_root(frame: Frame) -> Measured:
    """Count the records themselves."""
    frame.counted = True
    name = frame.root.partition(".")[2]
    return add_measure(frame, "count", None, name)


def numbers_in_groups(frame: Frame) -> None:
    """ "signups by channel": a number per group is summed, or averaged where sums of it mean nothing."""
    if not frame.group or frame.measures:
        return
    for item in frame.free("N"):
        _fold(frame, item, "sum" if additive(frame.field_of(item), item) else "avg")
        frame.doubt *= 0.92


def additive(field: FieldSpec, item: Item) -> bool:
    """Whether a sum of the field over records means something: money, sizes and counts do, times and ratings do not."""
    assert item.pick is not None
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
    said = {w for text in (item.pick.meaning.field, *field.synonyms) for w in phrase(text)}
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


# -- conditions on groups --------------------------------------------------------------------------

_HAVING: Final = r"(?P<o>O\d+)(?P<d>(?: (?:different|distinct|unique|of|the|such))*)(?P<mods>(?: [VB]\d+)*) (?P<y>[CFR]\d+)"


def conditions(frame: Frame) -> None:
    """ "users with more than 5 sessions": groups kept by their count; "countries with revenue over 100" by a measure."""
    for found in frame.find(_HAVING):
        o, y = frame.item(found["o"]), frame.item(found["y"])
        asked: Comparison = o.payload
        if (
            o.place in frame.used
            or asked.unit
            or (y.letter == "C" and y.address != frame.root and not y.steps)
        ):
            continue
        owner = _grouped_by(frame, y)
        if owner is None and not frame.group:
            continue
        if y.letter == "C" and y.address == frame.root:
            made = count_root(frame)
        else:
            path = frame.joins.path(y.steps, "id") if y.letter == "C" else frame.path(y)
            made = add_measure(frame, "distinct", path, f"different_{_tail(path)}")
        if owner is not None and not frame.group:
            add_group(frame, owner)
        keep(frame, made.name, asked)
        frame.note(o, f"{made.name} {asked.op} {asked.number}")
        frame.use(y)


def _grouped_by(frame: Frame, counted: Item) -> Item | None:
    """The collection or field whose records are counted per group: the first named before."""
    for item in frame.items:
        if item.place == counted.place or item.place in frame.used or item.first > counted.first:
            continue
        if item.letter == "C" and item.steps and item.address != counted.address:
            return item
        if item.letter in "FR":
            return item
    return None


def keep(frame: Frame, name: str, asked: Comparison) -> None:
    """Keep the groups whose measure compares so."""
    if asked.high is not None:
        frame.having += [
            Compare(op=">=", field=name, value=asked.number),
            Compare(op="<=", field=name, value=asked.high),
        ]
    else:
        frame.having.append(Compare(op=asked.op, field=name, value=asked.number))  # type: ignore[arg-type]


def measure_conditions(frame: Frame) -> None:
    """A comparison beside a measure or an aggregated number is a condition on groups."""
    for found in frame.find(
        rf"(?:(?P<m>M\d+)|(?P<a>{_AGG})(?: [a-z]+| [C]\d+)* (?P<n>N\d+))(?: (?:is|was|of|are|were|that|which|has|been))* (?P<o>O\d+)"
    ):
        o = frame.item(found["o"])
        subject = _grouped_by(frame, o)
        if o.place in frame.used or (
            subject is None and not frame.group and frame.items[0].letter not in "F"
        ):
            continue
        if found["m"]:
            _named(frame, frame.item(found["m"]))
        else:
            _fold(frame, frame.item(found["n"]), AGGREGATES[found["a"]])
        if not frame.group and subject is not None:
            add_group(frame, subject)
        if not frame.group:
            continue
        keep(frame, frame.measures[-1].name, o.payload)
        frame.note(o, f"{frame.measures[-1].name} {o.payload.op} {o.payload.number}")
