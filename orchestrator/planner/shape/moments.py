"""Windows of time become bounds on the field that a word names, else on the event time of the
collection."""

from __future__ import annotations

from typing import Final

from orchestrator.planner.parts import compare
from orchestrator.planner.shape.frame import Frame, Item
from orchestrator.planner.times.timewindow import Window
from orchestrator.planner.words import phrase
from registry.clock import to_datetime
from registry.domain import CollectionSpec, FieldSpec
from registry.moment import date_text, time_text
from registry.plan import And, Compare, Or, Predicate
from registry.record import TEMPORAL

_TWO_ENDS: Final = 0.6  # of two windows of one time, each open somewhere
_US_DAY: Final = 86_400_000_000
_MARKS: Final = frozenset({"at", "on", "in"})  # what a time's name ends with


def windows(frame: Frame) -> None:
    """Windows of time on the field that a word names, else on the event time of the collection."""
    found = frame.free("T")
    if not found:
        return
    name, field = _time_field(frame, found)
    if name is None or field is None:
        _years(frame, found)
        return
    choices = []
    for item in found:
        window: Window = item.payload
        parts = bounds(name, field, window)
        choices.append(parts[0] if len(parts) == 1 else And(args=tuple(parts)))
        frame.note(item, f"{name} {window_text(window)}")
    closed = all(i.payload.start_us is not None and i.payload.end_us is not None for i in found)
    if len(choices) > 1 and closed:
        frame.where.append(Or(args=tuple(choices)))
        frame.doubt *= 0.9
    else:
        frame.where.extend(choices)
        frame.doubt *= _TWO_ENDS if len(choices) > 1 else 1.0


def _years(frame: Frame, found: list[Item]) -> None:
    """ "after 2000" where the only time is a number of years."""
    near = next((i for i in frame.free("N") if "year" in i.words or _is_year(i)), None)
    own = next(
        (n for n, f in frame.spec.fields.items() if f.type == "int" and "year" in n.split("_")),
        None,
    )
    path = frame.path(near) if near is not None else own
    for item in found if path is not None else ():
        window: Window = item.payload
        ends = [None if us is None else to_datetime(us) for us in (window.start_us, window.end_us)]
        if any(end is not None and (end.month, end.day, end.hour) != (1, 1, 0) for end in ends):
            continue
        for op, end in zip((">=", "<"), ends, strict=True):
            if end is not None:
                frame.where.append(compare(op, path or "", end.year))
        frame.note(item, f"{path} {window_text(window)}")
    if near is not None:
        frame.use(near)


def _is_year(item: Item) -> bool:
    return item.pick is not None and "year" in item.pick.meaning.field.split("_")


def told_by(frame: Frame, item: Item) -> str | None:
    """The root's own time of what a value says: `paid_at` for "paid", `closed_at` for "closed"."""
    if item.letter not in "VB" or item.steps or item.address != frame.root:
        return None
    return told_time(frame.spec, item.words)


def told_time(spec: CollectionSpec, words: str) -> str | None:
    """A collection's time field that is called after a value: `paid_at` for "paid"."""
    for name, field in spec.fields.items():
        if field.type in TEMPORAL and phrase(words) in {
            tuple(s for s in phrase(text) if s not in _MARKS) for text in (name, *field.synonyms)
        }:
            return name
    return None


def _time_field(frame: Frame, found: list[Item]) -> tuple[str, FieldSpec] | tuple[None, None]:
    near = [i for i in frame.free("D") if any(0 <= t.first - i.last <= 3 for t in found)]
    near = near or [i for i in frame.free("D") if i.address == frame.root]
    if near:
        frame.use(*near[:1])
        return frame.path(near[0]), frame.field_of(near[0])
    for item in frame.items:
        told = told_by(frame, item)
        if told is not None and any(0 <= t.first - item.last <= 1 for t in found):
            return told, frame.spec.fields[told]
    if frame.spec.time is not None:
        return frame.spec.time, frame.spec.fields[frame.spec.time]
    for item in frame.items:
        spec = frame.catalogue.collections.get(item.address)
        if item.letter == "C" and spec is not None and spec.time is not None:
            frame.doubt *= 0.85
            return frame.joins.path(item.steps, spec.time), spec.fields[spec.time]
    return None, None


def bounds(path: str, field: FieldSpec, window: Window) -> list[Predicate]:
    out: list[Predicate] = []
    if window.start_us is not None:
        out.append(Compare(op=">=", field=path, value=moment(window.start_us, field)))
    if window.end_us is not None:
        out.append(Compare(op="<", field=path, value=moment(window.end_us, field)))
    return out


def moment(us: int, field: FieldSpec) -> str:
    if field.type == "time":
        return time_text(us)
    days, rest = divmod(us, _US_DAY)
    return date_text(days + (1 if rest else 0))


def window_text(window: Window) -> str:
    if window.start_us is None:
        return f"before {time_text(window.end_us or 0)}"
    if window.end_us is None:
        return f"from {time_text(window.start_us)}"
    return f"from {time_text(window.start_us)} to {time_text(window.end_us)}"
