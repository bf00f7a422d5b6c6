"""Numbers compared with: which field they limit, and in which unit."""

from __future__ import annotations

from orchestrator.planner.describe import predicate
from orchestrator.planner.grammar import HINT_UNITS, HINTS, UNITS
from orchestrator.planner.literals import Comparison
from orchestrator.planner.parts import compare
from orchestrator.planner.shape.frame import Frame, Item
from orchestrator.planner.words import phrase
from registry.domain import CollectionSpec, FieldSpec
from registry.plan import And, Compare, Predicate


def comparisons(frame: Frame) -> None:
    """Numbers compared with: the field stands beside, or the comparative or the unit gives it
    away."""
    for item in frame.free("O"):
        asked: Comparison = item.payload
        near = _near_number(frame, item)
        field_item = near or None
        path, field = _target(frame, asked, field_item)
        if path is None or field is None:
            continue
        made = _compared(path, field, asked)
        if made is None:
            continue
        frame.where.append(made)
        frame.note(item, predicate(made))
        if field_item is not None:
            frame.use(field_item)


def _near_number(frame: Frame, item: Item) -> Item | None:
    token = f"{item.letter}{item.place}"
    for pattern in (
        rf"(?P<n>N\d+)(?: (?:is|was|are|were|of|that|which|the|with|has|been|:|a|an|=|V\d+"
        rf"|B\d+))* {token}",
        rf"{token}(?: (?:of|in|the|for|as))* (?P<n>N\d+)",
        rf"(?P<n>N\d+)(?: [a-z]+| [VCDT]\d+){{0,4}} {token}",
    ):
        for found in frame.find(pattern):
            near = frame.item(found["n"])
            if near.place not in frame.used:
                return near
    return None


def _target(
    frame: Frame, asked: Comparison, near: Item | None
) -> tuple[str, FieldSpec] | tuple[None, None]:
    if near is not None:
        return frame.path(near), frame.field_of(near)
    name = measured_field(frame, asked.hint, asked.unit)
    if name is None:
        return None, None
    frame.doubt *= 0.93
    return name, frame.spec.fields[name]


def measured_field(frame: Frame, hint: str, unit: str | None = None) -> str | None:
    """The root's numeric field that a hint ("longer": length) or a unit points at, else its only
    numeric field."""
    numeric = {n: f for n, f in frame.spec.fields.items() if f.type in ("int", "float", "decimal")}
    dimension = UNITS[unit][0] if unit else None
    fitting = [n for n, f in numeric.items() if dimension and _dimension(f.unit) == dimension]
    if fitting:
        return fitting[0]
    if hint:
        units = HINT_UNITS.get(hint, frozenset())
        by_unit = [n for n, f in numeric.items() if (f.unit or "").lower() in units]
        if by_unit:
            return by_unit[0]
        stems = HINTS.get(hint, frozenset())
        for name, field in numeric.items():
            said = {word for text in (name, *field.synonyms) for word in phrase(text)}
            if said & stems:
                return name
        return None
    return next(iter(numeric)) if len(numeric) == 1 else None


def in_unit(spec: CollectionSpec, unit: str | None, hint: str = "") -> str | None:
    """The only number of a collection that is told in the unit's dimension; of several, the one
    that the hint means."""
    dimension = UNITS[unit][0] if unit else None
    if dimension is None or dimension == "share":
        return None
    fitting = {n: f for n, f in spec.fields.items() if _dimension(f.unit) == dimension}
    stems = HINTS.get(hint, frozenset())
    meant = [
        name
        for name, field in fitting.items()
        if {w for text in (name, *field.synonyms) for w in phrase(text)} & stems
    ]
    return next(iter(meant or fitting), None) if len(fitting) == 1 or meant else None


def _dimension(unit: str | None) -> str | None:
    low = (unit or "").lower()
    found = UNITS.get(low) or UNITS.get(low.removesuffix("s"))
    return found[0] if found else None


def scaled(number: float, unit: str | None, field: FieldSpec) -> int | float | None:
    """A number with a unit in the field's own unit; `None` where the two do not go together."""
    if unit is None or unit == "%":
        return number
    own = UNITS.get((field.unit or "").lower()) or UNITS.get(
        (field.unit or "").lower().removesuffix("s")
    )
    asked = UNITS[unit]
    if own is None:
        return number if field.unit is None and asked[0] not in ("time", "data") else None
    if own[0] != asked[0]:
        return None
    value = number * asked[1] / own[1]
    return round(value) if abs(value - round(value)) < 1e-9 * max(1.0, abs(value)) else value


def _compared(path: str, field: FieldSpec, asked: Comparison) -> Predicate | None:
    low = scaled(asked.number, asked.unit, field)
    if low is None:
        return None
    if asked.high is None:
        return compare(asked.op, path, low)
    high = scaled(asked.high, asked.unit, field)
    if high is None:
        return None
    bounds = (Compare(op=">=", field=path, value=low), Compare(op="<=", field=path, value=high))
    return And(args=bounds)
