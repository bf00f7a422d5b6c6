"""What must not be there: empty fields, and collections with no record for each one asked for."""

from __future__ import annotations

from typing import Final

from orchestrator.planner.grammar import ABSENCE, HINT_UNITS
from orchestrator.planner.parts import measured
from orchestrator.planner.shape.filters import LINK, wire
from orchestrator.planner.shape.frame import Frame, Item
from orchestrator.planner.shape.groups import entity
from orchestrator.planner.shape.heads import plural
from orchestrator.planner.shape.moments import bounds
from registry.plan import And, Compare, IsNull, Not, Or, Predicate

_NO: Final = (
    rf"(?:{'|'.join(sorted(ABSENCE))}|with no|have no|has no|had no|not have|not having|not been"
    r"|never been)"
)
_OUT: Final = (
    r"(?:leav(?:e|ing) out|skip(?:ping)?|ignor(?:e|ing)|exclud(?:e|ing)|except(?: for)?|but not"
    r"|drop)"
    r"(?: (?:those|the ones|ones|all|any|[CU]\d+))?"
)


def nulls(frame: Frame) -> None:
    """ "without email", "never logged in" (a field), "with a rating"."""
    for found in frame.find(
        rf"(?P<out>{_OUT} )?{_NO}(?: (?:an?|any|the|been|yet|known|set|having|ever))* "
        r"(?P<f>[NDRF]\d+)"
    ):
        item = frame.item(found["f"])
        if item.place in frame.used or frame.has(rf"[NDRF]{item.place}(?: {LINK})* [VO]\d+"):
            continue
        after = frame.has(rf"D{item.place} T\d+")
        if not after:
            path = frame.path(item)
            empty: Predicate = IsNull(field=path)
            if _is_count(frame, item):
                empty = Or(args=(empty, Compare(op="=", field=path, value=0)))
            left_out = bool(found["out"])
            frame.where.append(Not(arg=empty) if left_out else empty)
            frame.note(item, f"{path} is {'not ' if left_out else ''}empty")
    for found in frame.find(
        r"(?:with|has|have|having)(?: (?:an?|any))+ (?P<f>[NDRF]\d+)(?! [VOXQZ]\d+| (?:of|in|is"
        r"|above|over) )"
    ):
        item = frame.item(found["f"])
        if item.place not in frame.used:
            path = frame.path(item)
            frame.where.append(Not(arg=IsNull(field=path)))
            frame.note(item, f"{path} is not empty")
    _referring(frame)
    _counted(frame)


def _referring(frame: Frame) -> None:
    """ "documents that have a team attached": the reference is set."""
    for found in frame.find(r"(?:with|has|have|having)(?: (?:an?|any))(?: [VU]\d+)? (?P<c>C\d+)"):
        item = frame.item(found["c"])
        one = len(item.steps) == 1 and not item.steps[0].reverse
        if (
            not one
            or item.place in frame.used
            or frame.has(rf"C{item.place}(?: {LINK})* [VOXQT]\d+")
        ):
            continue
        if any(i.letter == "V" and i.address == item.address for i in frame.items):
            continue
        path = frame.joins.path(item.steps, "id")
        frame.where.append(Not(arg=IsNull(field=path)))
        frame.note(item, f"{path} is not empty")


def _counted(frame: Frame) -> None:
    """ "messages with attachments": more than none of them."""
    for found in frame.find(r"(?:with|has|have|having)(?: (?:any|some))? (?P<f>N\d+)(?= [a-z,]|$)"):
        _some(frame, frame.item(found["f"]))
    for item in frame.free("N"):
        if item.words.startswith("with "):
            _some(frame, item)


def _some(frame: Frame, item: Item) -> None:
    if item.place not in frame.used and _is_count(frame, item):
        path = frame.path(item)
        frame.where.append(Compare(op=">", field=path, value=0))
        frame.note(item, f"{path} > 0")


def _is_count(frame: Frame, item: Item) -> bool:
    """A field of money, or one that counts things by their plural, such as `attachments`: none of
    them is 0."""
    field = frame.field_of(item)
    money = (field.unit or "").lower() in HINT_UNITS["price"]
    counts = field.type == "int" and not field.unit and plural(item)
    return item.letter == "N" and (counts or money)


def absent(frame: Frame) -> bool:
    """Collections that must have no record for each one asked for; `False` where the plan cannot
    say it."""
    for item in frame.free("E"):
        assert item.pick is not None
        if len(item.steps) != 1:
            return False
        step = item.steps[0]
        conditions = [
            i
            for i in frame.free("VT")
            if (i.payload == "absent" and i.address == item.address)
            or (i.letter == "T" and i.first >= item.last)
        ]
        if not conditions:
            frame.joins.without(step)
            frame.note(item, f"no {item.address}")
            continue
        alias = frame.joins.left(step)
        spec = frame.catalogue.collections[item.address]
        parts: list[Predicate] = []
        for condition in conditions:
            if condition.letter == "T":
                if spec.time is None:
                    return False
                parts += bounds(f"{alias}.{spec.time}", spec.fields[spec.time], condition.payload)
            elif condition.pick is not None:
                value = wire(condition, spec.fields[condition.pick.meaning.field])
                parts.append(
                    Compare(op="=", field=f"{alias}.{condition.pick.meaning.field}", value=value)
                )
            frame.note(condition, f"counted in {item.address}")
        name = item.address.partition(".")[2]
        where = parts[0] if len(parts) == 1 else And(args=tuple(parts))
        frame.measures.append(measured("count", f"{alias}.id", name, where=where))
        entity(frame, (), frame.root, frame.root.partition(".")[2])
        frame.having.append(Compare(op="=", field=name, value=0))
        frame.note(item, f"no {item.address} that fits")
    return True
