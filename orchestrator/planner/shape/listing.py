"""Which columns a list shows: those asked for, the records of another collection than the root,
or different values of a field."""

from __future__ import annotations

from typing import Final

from orchestrator.planner.shape.frame import Frame, Item
from orchestrator.planner.shape.heads import person_route, plural

_ASKS_VALUES: Final = (
    r"(?:which|what|different|distinct|unique|all the|all)(?: (?:are|the|our"
    r"|kinds of|types of|different|distinct|unique|all|of))*(?: [VB]\d+)* (?P<f>[FR]\d+)"
)


def listing(frame: Frame) -> None:
    """Choose columns for a plan without measures."""
    if frame.measures or frame.group:
        return
    if _values(frame) or _people(frame) or _others(frame):
        return
    if frame.has("when") and not frame.free("NFR"):
        _when(frame)
        return
    for item in frame.free("FNDBR"):
        _column(frame, item)
    _limit(frame)
    _show_order(frame)


def _show_order(frame: Frame) -> None:
    """What orders the list is shown too, unless the columns were asked for."""
    paths = [o.by for o in frame.order if o.by not in (*frame.spec.display, *frame.select)]
    if paths and not frame.select:
        display = frame.spec.display or tuple(frame.spec.fields)
        frame.select += dict.fromkeys(("id", *display, *paths))


def _limit(frame: Frame) -> None:
    for found in frame.find(
        r"(?:show|list|give|me|get|find|any|first)(?: [a-z]+)*? (?P<z>Z\d+)(?: [VB]\d+)* C\d+"
    ):
        z = frame.item(found["z"])
        value = frame.words[z.first].number
        if frame.limit is None and value is not None and value >= 1:
            frame.limit = min(int(value), 10_000)
            frame.use(z)


def _values(frame: Frame) -> bool:
    """ "which countries do users come from": the different values of one field, not one row per
    record."""
    different = frame.has(r"different|distinct|unique")
    for found in frame.find(_ASKS_VALUES):
        item = frame.item(found["f"])
        if item.place in frame.used or not (plural(item) or different) or frame.order:
            continue
        of_records = frame.has(rf"[FR]{item.place}(?: (?:of|for|from)(?: [a-z]+)*| V\d+)* C\d+")
        others = [i for i in frame.free("FRNDB") if frame.path(i) != frame.path(item)]
        if (of_records or others) and not different:
            return False
        for column in (item, *others):
            _column(frame, column)
        frame.distinct = True
        return True
    return False


def _people(frame: Frame) -> bool:
    """ "who …": the people that the records refer to."""
    words = frame.shape.split()
    if "who" not in words[:2] or any(
        i.letter == "C" and not i.steps and _is_person(frame, i) for i in frame.items
    ):
        return False
    person = person_route(frame)
    if person is None:
        return False
    steps, address, _ = person
    for item in frame.free("R"):
        frame.use(item)
    label = frame.label_of(steps, address)
    frame.select += [p for p in (label, frame.joins.path(steps, "id")) if p]
    frame.distinct = not frame.order
    return True


def _is_person(frame: Frame, item: Item) -> bool:
    return frame.catalogue.collections[item.address].label == "name" and item.address == frame.root


def _others(frame: Frame) -> bool:
    """ "users with failed runs": the subject is not the root; list its different records."""
    subject = next((i for i in frame.items if i.letter == "C"), None)
    if subject is None or not subject.steps or frame.select or frame.order:
        return False
    if frame.has(rf"^(?:[a-z]+ )*V\d+ (?:of|in|at|from|on)(?: [a-z]+)*(?: V\d+)* C{subject.place}"):
        return False  # "owners of enterprise teams": a value names the subject
    if any(i.letter == "C" and not i.steps and i.first < subject.first for i in frame.items):
        return False
    asked = [i for i in frame.free("FNDBR") if i.address == subject.address]
    label = frame.label_of(subject.steps, subject.address)
    paths = [frame.path(i) for i in asked] or [p for p in (label,) if p]
    frame.use(*asked, subject)
    frame.select += [*paths, frame.joins.path(subject.steps, "id")]
    frame.select = list(dict.fromkeys(frame.select))
    frame.distinct = True
    return True


def _when(frame: Frame) -> None:
    near = next(iter(frame.free("D")), None)
    path = frame.path(near) if near else frame.spec.time
    if path is None:
        return
    label = frame.label_of((), frame.root)
    frame.select += [p for p in (label, path) if p]
    if near is not None:
        frame.note(near, f"show {path}")


def _column(frame: Frame, item: Item) -> None:
    if item.place in frame.used:
        return
    of = rf"V\d+ (?:of|in|at|from|for)(?: [a-z]+)*(?: V\d+)* R{item.place}"
    if item.letter == "R" and (item.words.split()[-1] in ("by", "to") or frame.has(of)):
        frame.use(item)  # "sent by agents", "owners of enterprise teams": no column
        return
    path = frame.path(item)
    field = frame.field_of(item)
    if field.to is not None:
        step = next(
            (
                r.steps
                for r in frame.graph.routes(item.address, field.to)
                if len(r.steps) == 1 and r.steps[0].field == path.rpartition(".")[2]
            ),
            None,
        )
        path = (frame.label_of((*item.steps, *step), field.to) if step else None) or path
    if path not in frame.select:
        frame.select.append(path)
    frame.note(item, f"show {path}")
