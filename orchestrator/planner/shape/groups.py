"""What the answer has one row for: fields, records of a collection, calendar buckets."""

from __future__ import annotations

import re
from typing import Final, cast

from orchestrator.planner.graph import Steps
from orchestrator.planner.parts import key
from orchestrator.planner.shape.frame import Frame, Item
from orchestrator.planner.shape.moments import told_by
from orchestrator.planner.vocabulary import tells_people
from registry.plan import Bucket, IsNull, Not

_BY: Final = (
    r"(?P<cue>per|for each|for every|in each|of each|on each|from each|each|every|across(?: all)?"
    r"|broken down by|break down by|split by"
    r"|grouped by|group by|by each|by every|by|per each)(?: (?:the|a|an|different))* (?P<g>@group"
    r"(?: (?:,|and|and by|by|per|, and)(?: (?:the|each))? @group)*)"
)
_BESIDE: Final = (
    r"(?P<g>[FRC]\d+(?: (?:,|and|of)(?: the)? [FRC]\d+)*)(?: (?:,|and|with|the|their"
    r"|its|corresponding))+ (?:number|count) of"
)
#: "were never rated by the customer"
_DONE_BY: Final = (
    r"\b(?:was|were|is|are|be|been|being|got|never|not)(?: [a-z]+)* [NDFVBUR]\d+"
    r" by (?:the|a|an|our|their) [CFR]\d+$"
)
_UNITS: Final = frozenset({"minute", "hour", "day", "week", "month", "quarter", "year"})


def unique(frame: Frame, wanted: str) -> str:
    """A column name that no other column of the plan has."""
    taken = {g.name for g in frame.group} | {m.name for m in frame.measures}
    taken |= {made.alias for made in frame.compute}
    name, n = wanted, 2
    while name in taken:
        name, n = f"{wanted}_{n}", n + 1
    return name


def groups(frame: Frame) -> None:
    """One row per what follows "per", "by", "for each"."""
    for found in frame.find(_BY):
        if _is_agent(frame, found):
            continue
        bucketed = any(item.letter == "K" for item in frame.items)
        for item in frame.all_in(found["g"]):
            if bucketed and item.letter == "D":
                continue  # "per month by start": of which time the months are
            if item.place not in frame.used:
                add_group(frame, item)


def listed(frame: Frame) -> None:
    """ "the occupations and the number of players": what stands beside a count in a list is what
    is counted by."""
    if frame.group or frame.measures:
        return
    for found in frame.find(_BESIDE):
        for item in frame.all_in(found["g"]):
            plain = item.letter in "FR" or (item.letter == "C" and item.steps)
            if plain and item.place not in frame.used:
                add_group(frame, item)


def _is_agent(frame: Frame, found: re.Match[str]) -> bool:
    """Whether "by …" says who did it or how to sort, not what to group by."""
    if found["cue"] != "by":
        return False
    if re.search(_DONE_BY, frame.shape[: found.end()]):
        return True
    before = frame.shape[: found.start()].split()
    if {"sorted", "ordered", "ranked", "order", "sort", "rank"} & set(before[-4:]):
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
    field = item.pick.meaning.field if item.pick is not None else ""
    people = item.letter == "F" and tells_people(field)
    return (item.letter in "CR" or people) and (
        named or (clause and bool(re.search(r" [VBXQO]\d+", found.string[found.end() :])))
    )


def add_group(frame: Frame, item: Item) -> None:
    """Group by a field, by a bucket word, or by the records of a collection."""
    if item.letter == "U":
        if item.words in _UNITS:
            add_bucket(frame, item, cast("Bucket", item.words))
        return
    beside = next((m["f"] for m in frame.find(rf"[CR]{item.place} (?P<f>[NDBRF]\d+)")), None)
    if beside is not None and _owns(item, frame.item(beside)):
        frame.use(item)
        add_group(frame, frame.item(beside))
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
    frame.group.append(key(path, unique(frame, bucket or name), bucket))
    frame.note(item, f"by {path}")


def _owns(owner: Item, field_item: Item) -> bool:
    """Whether the field is one of the records that the word before it names: "team industry"."""
    assert owner.pick is not None
    if owner.letter == "C":
        return field_item.steps == owner.steps
    steps = field_item.steps
    return (
        steps[: len(owner.steps)] == owner.steps
        and len(steps) == len(owner.steps) + 1
        and steps[-1].field == owner.pick.meaning.field
    )


def entity(frame: Frame, steps: Steps, address: str, name: str) -> None:
    """Group by the records of a collection: their label, and their id, because labels may
    repeat."""
    label = frame.label_of(steps, address)
    ids = frame.joins.path(steps, "id")
    singular = name[:-1] if name.endswith("s") and not name.endswith("ss") else name
    if label is not None and label != ids:
        frame.group.append(key(label, unique(frame, singular)))
        frame.group.append(key(ids, unique(frame, f"{singular}_id")))
    else:
        frame.group.append(key(ids, unique(frame, singular)))


def buckets(frame: Frame) -> None:
    """One row per calendar bucket."""
    for item in frame.free("K"):
        if frame.group and any(g.bucket for g in frame.group):
            frame.use(item)
            continue
        add_bucket(frame, item, item.payload.bucket or _suiting(frame))


def add_bucket(frame: Frame, item: Item, bucket: Bucket, by: Item | None = None) -> None:
    near = by or next((i for i in frame.items if i.letter == "D" and i.address == frame.root), None)
    told = next(
        (t for i in frame.items if i.last == item.first for t in [told_by(frame, i)] if t), None
    )
    path = frame.path(near) if near else told or frame.spec.time
    if path is None:
        return
    field = frame.field_of(near) if near else frame.spec.fields[path]
    kind = field.type
    if kind == "date" and bucket in ("minute", "hour"):
        return
    if near:
        frame.use(near)
    if not field.required and frame.spec.display:
        frame.where.append(Not(arg=IsNull(field=path)))  # what has no time lies in no bucket
    frame.group.append(key(path, unique(frame, bucket), bucket))
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
