"""Which records are meant: values, flags, comparisons, absence, windows of time and searched text become the plan's `where`."""

from __future__ import annotations

import re
from typing import Final

from orchestrator.planner.frame import Frame, Item
from orchestrator.planner.grammar import HINT_UNITS, HINTS, UNITS
from orchestrator.planner.literals import Comparison, Sought
from orchestrator.planner.source import Pick
from orchestrator.planner.timewindow import Window
from orchestrator.planner.words import phrase, tokenise
from registry.domain import FieldSpec
from registry.plan import And, Compare, In, IsNull, Like, Match, Measured, Not, Or, Predicate
from registry.record import date_text, time_text

_LINK: Final = r"(?:in|from|a|an|on|the|by|of|with|for|be|been|being|are|is|was|were|any|at|using|via|to|yet|ever|currently)"
_NOT_VALUE: Final = (
    rf"(?:not|except|excluding|other than|but not|neither|nor|non|apart from|besides|without)(?: {_LINK}| [CFNRB]\d+)*"
    rf" (?P<v>V\d+(?: (?:,|or|and|nor|, or|, and)(?: {_LINK})* V\d+)*)"
)
_NO: Final = r"(?:without|with no|no|missing|lacking|lacks|lack|have no|has no|had no|not have|not having|never|not|not been|never been)"
_US_DAY: Final = 86_400_000_000


# -- values ----------------------------------------------------------------------------------------


def values(frame: Frame) -> None:
    """Values named in the question: equal, one of several, or not."""
    for found in frame.find(_NOT_VALUE):
        _bind(
            frame, [i for i in frame.all_in(found["v"]) if i.place not in frame.used], negative=True
        )
    _bind(frame, frame.free("V"), negative=False)


def _bind(frame: Frame, items: list[Item], *, negative: bool) -> None:
    by_path: dict[str, list[Item]] = {}
    for item in items:
        _context(frame, item)
        by_path.setdefault(frame.path(item), []).append(item)
    for path, group in by_path.items():
        field = frame.field_of(group[0])
        wires = [_wire(item, field) for item in group]
        distinct = tuple(dict.fromkeys(wires))
        made: Predicate = In(field=path, values=distinct) if len(distinct) > 1 else Compare(op="=", field=path, value=distinct[0])  # fmt: skip
        if negative:
            made = Compare(op="!=", field=path, value=distinct[0]) if len(distinct) == 1 else Not(arg=made)  # fmt: skip
        frame.where.append(made)
        for item, wire in zip(group, wires, strict=True):
            assert item.pick is not None
            sign = "≠" if negative else "="
            frame.note(item, f"{item.address}.{item.pick.meaning.field} {sign} {wire}")


def _wire(item: Item, field: FieldSpec) -> str | bool:
    assert item.pick is not None
    value = item.pick.meaning.value
    return value == "true" if field.type == "bool" else value


def _context(frame: Frame, item: Item) -> None:
    """A field or collection beside a value that only says what kind of value it is; a role re-routes the value."""
    assert item.pick is not None
    for other in frame.items:
        if other.pick is None or other.place in frame.used or other.place == item.place:
            continue
        before = other.last <= item.first and item.first - other.last <= 2
        after = other.first == item.last
        same = (other.address, other.pick.meaning.field) == (item.address, item.pick.meaning.field)
        if other.letter in "FB" and same and (before or after):
            frame.use(other)
        if (
            other.letter == "R"
            and before
            and other.address == frame.root
            and item.address != frame.root
        ):
            route = frame.graph.through(frame.root, other.pick.meaning.field, item.address)
            if route is not None:
                item.pick = Pick(item.pick.span, item.pick.meaning, route)
                frame.use(other)


# -- flags -----------------------------------------------------------------------------------------


def flags(frame: Frame) -> None:
    """Boolean fields named in the question hold, or with a "not" before them do not."""
    for found in frame.find(r"(?:not|never|non)(?: (?:been|yet|be|is|are|currently))* (?P<b>B\d+)"):
        _flag(frame, frame.item(found["b"]), False)
    for item in frame.free("B"):
        _flag(frame, item, True)


def _flag(frame: Frame, item: Item, value: bool) -> None:
    if item.place not in frame.used:
        path = frame.path(item)
        frame.where.append(Compare(op="=", field=path, value=value))
        frame.note(item, f"{path} = {str(value).lower()}")


# -- comparisons -----------------------------------------------------------------------------------


def comparisons(frame: Frame) -> None:
    """Numbers compared with: the field stands beside, or the comparative or the unit gives it away."""
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
        frame.note(item, f"{path} {asked.op} {asked.number}" + (f" and {asked.high}" if asked.high is not None else ""))  # fmt: skip
        if field_item is not None:
            frame.use(field_item)


def _near_number(frame: Frame, item: Item) -> Item | None:
    token = f"{item.letter}{item.place}"
    for pattern in (
        rf"(?P<n>N\d+)(?: (?:is|was|are|were|of|that|which|the|with|has|been|:|a|an|=|V\d+|B\d+))* {token}",
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
    """The root's numeric field that a hint ("longer": length) or a unit points at, else its only numeric field."""
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


def _dimension(unit: str | None) -> str | None:
    low = (unit or "").lower()
    found = UNITS.get(low) or UNITS.get(low.removesuffix("s"))
    return found[0] if found else None


def _scaled(number: float, unit: str | None, field: FieldSpec) -> int | float | None:
    """A number with a unit in the field's own unit; `None` where the two do not go together."""
    if unit is None or unit == "%":
        return number
    own = UNITS.get((field.unit or "").lower()) or UNITS.get((field.unit or "").lower().removesuffix("s"))  # fmt: skip
    asked = UNITS[unit]
    if own is None:
        return number if field.unit is None and asked[0] not in ("time", "data") else None
    if own[0] != asked[0]:
        return None
    value = number * asked[1] / own[1]
    return round(value) if abs(value - round(value)) < 1e-9 * max(1.0, abs(value)) else value


def _compared(path: str, field: FieldSpec, asked: Comparison) -> Predicate | None:
    low = _scaled(asked.number, asked.unit, field)
    if low is None:
        return None
    if asked.high is None:
        return Compare(op=asked.op, field=path, value=low)  # type: ignore[arg-type]
    high = _scaled(asked.high, asked.unit, field)
    if high is None:
        return None
    bounds = (Compare(op=">=", field=path, value=low), Compare(op="<=", field=path, value=high))
    return And(args=bounds)


# -- ids, codes, quotes ----------------------------------------------------------------------------


def literals(frame: Frame) -> None:
    """Codes, quoted texts and bare numbers that stand beside the field or collection that they are a value of."""
    for found in frame.find(
        r"(?P<f>[FRN]\d+)(?: (?:is|=|equals|equal to|of|was|:|like|the))* (?P<x>[XQZ]\d+)"
    ):
        field, literal = frame.item(found["f"]), frame.item(found["x"])
        if not {field.place, literal.place} & frame.used:
            _equal(frame, field, literal)
    for found in frame.find(
        r"(?P<c>C\d+)(?: (?:with|id|number|#|called|named|the|is|=))* (?P<x>[XQZ]\d+)"
    ):
        owner, literal = frame.item(found["c"]), frame.item(found["x"])
        if literal.place not in frame.used and (
            literal.letter != "Z" or "id" in found[0].split() or "#" in found[0]
        ):
            _identified(frame, owner, literal)
    for item in frame.free("X"):
        _shaped(frame, item)


def _raw(frame: Frame, item: Item) -> str:
    return frame.words[item.first].raw.strip()


def _equal(frame: Frame, field_item: Item, literal: Item) -> None:
    field = frame.field_of(field_item)
    path = frame.path(field_item)
    value: str | int | float = _raw(frame, literal)[:400]
    if literal.letter in "QX" and value.startswith('"'):
        value = value.strip('"')
    if field.type in ("int", "float", "decimal"):
        number = frame.words[literal.first].number
        if number is None:
            return
        value = number
    if field.enum is not None and value not in field.enum:
        frame.doubt *= 0.6
    frame.where.append(Compare(op="=", field=path, value=value))
    frame.use(field_item)
    frame.note(literal, f"{path} = {value}")


def _identified(frame: Frame, owner: Item, literal: Item) -> None:
    value = _raw(frame, literal)
    spec = frame.catalogue.collections[owner.address]
    if literal.letter == "Q" and spec.label is not None:
        path = frame.joins.path(owner.steps, spec.label)
    else:
        path = frame.joins.path(owner.steps, "id")
    frame.where.append(Compare(op="=", field=path, value=value))
    frame.note(literal, f"{path} = {value}")


def _shaped(frame: Frame, item: Item) -> None:
    """An address of mail or network tells its field by its looks."""
    text = _raw(frame, item)
    wanted = (
        "email" if "@" in text else "ip" if re.fullmatch(r"\d{1,3}(\.\d{1,3}){3}", text) else None
    )
    addresses = dict.fromkeys([frame.root, *(i.address for i in frame.items if i.letter == "C"), *(r.target for r in frame.catalogue.references if r.source == frame.root)])  # fmt: skip
    for address in addresses if wanted else ():
        routes = frame.graph.routes(frame.root, address)
        for name, field in frame.catalogue.collections[address].fields.items():
            if field.pii == wanted and routes and not routes[0].fans_out:
                path = frame.joins.path(routes[0].steps, name)
                frame.where.append(Compare(op="=", field=path, value=text))
                frame.note(item, f"{path} = {text}")
                return


# -- absence ---------------------------------------------------------------------------------------


def nulls(frame: Frame) -> None:
    """ "without email", "never logged in" (a field), "with a rating"."""
    for found in frame.find(
        rf"{_NO}(?: (?:an?|any|the|been|yet|known|set|having|ever))* (?P<f>[NDRF]\d+)"
    ):
        item = frame.item(found["f"])
        if item.place in frame.used or frame.has(rf"[NDRF]{item.place}(?: {_LINK})* [VO]\d+"):
            continue
        after = frame.has(rf"D{item.place} T\d+")
        if not after:
            path = frame.path(item)
            frame.where.append(IsNull(field=path))
            frame.note(item, f"{path} is empty")
    for found in frame.find(
        r"(?:with|has|have|having)(?: (?:an?|any))+ (?P<f>[NDRF]\d+)(?! [VOXQZ]\d+| (?:of|in|is|above|over) )"
    ):
        item = frame.item(found["f"])
        if item.place not in frame.used:
            path = frame.path(item)
            frame.where.append(Not(arg=IsNull(field=path)))
            frame.note(item, f"{path} is not empty")


def absent(frame: Frame) -> bool:
    """Collections that must have no record for each one asked for; `False` where the plan cannot say it."""
    for item in frame.free("E"):
        assert item.pick is not None
        if len(item.steps) != 1:
            return False
        step = item.steps[0]
        conditions = [
            i for i in frame.free("VT") if i.payload == "absent" or i.place in item.payload
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
                parts += _bounds(f"{alias}.{spec.time}", spec.fields[spec.time], condition.payload)
            elif condition.pick is not None:
                value = _wire(condition, spec.fields[condition.pick.meaning.field])
                parts.append(
                    Compare(op="=", field=f"{alias}.{condition.pick.meaning.field}", value=value)
                )
            frame.note(condition, f"counted in {item.address}")
        name = item.address.partition(".")[2]
        where = parts[0] if len(parts) == 1 else And(args=tuple(parts))
        frame.measures.append(
            Measured(fn="count", field=f"{alias}.id", where=where, **{"as": name})
        )  # type: ignore[arg-type]
        frame.having.append(Compare(op="=", field=name, value=0))
        frame.note(item, f"no {item.address} that fits")
    return True


# -- time ------------------------------------------------------------------------------------------


def windows(frame: Frame) -> None:
    """Windows of time on the field that a word names, else on the event time of the collection."""
    found = frame.free("T")
    if not found:
        return
    name, field = _time_field(frame, found)
    if name is None or field is None:
        return
    choices = []
    for item in found:
        window: Window = item.payload
        parts = _bounds(name, field, window)
        choices.append(parts[0] if len(parts) == 1 else And(args=tuple(parts)))
        frame.note(item, f"{name} {_window_text(window)}")
    closed = all(i.payload.start_us is not None and i.payload.end_us is not None for i in found)
    if len(choices) > 1 and closed:
        frame.where.append(Or(args=tuple(choices)))
        frame.doubt *= 0.9
    else:
        frame.where.extend(choices)


def _time_field(frame: Frame, found: list[Item]) -> tuple[str, FieldSpec] | tuple[None, None]:
    near = [i for i in frame.free("D") if any(0 <= t.first - i.last <= 3 for t in found)]
    near = near or [i for i in frame.free("D") if i.address == frame.root]
    if near:
        frame.use(*near[:1])
        return frame.path(near[0]), frame.field_of(near[0])
    if frame.spec.time is not None:
        return frame.spec.time, frame.spec.fields[frame.spec.time]
    for item in frame.items:
        spec = frame.catalogue.collections.get(item.address)
        if item.letter == "C" and spec is not None and spec.time is not None:
            frame.doubt *= 0.85
            return frame.joins.path(item.steps, spec.time), spec.fields[spec.time]
    return None, None


def _bounds(path: str, field: FieldSpec, window: Window) -> list[Predicate]:
    out: list[Predicate] = []
    if window.start_us is not None:
        out.append(Compare(op=">=", field=path, value=_moment(window.start_us, field, up=True)))
    if window.end_us is not None:
        out.append(Compare(op="<", field=path, value=_moment(window.end_us, field, up=True)))
    return out


def _moment(us: int, field: FieldSpec, *, up: bool) -> str:
    if field.type == "time":
        return time_text(us)
    days, rest = divmod(us, _US_DAY)
    return date_text(days + (1 if rest and up else 0))


def _window_text(window: Window) -> str:
    if window.start_us is None:
        return f"before {time_text(window.end_us or 0)}"
    if window.end_us is None:
        return f"from {time_text(window.start_us)}"
    return f"from {time_text(window.start_us)} to {time_text(window.end_us)}"


# -- text ------------------------------------------------------------------------------------------


def searches(frame: Frame) -> None:
    """Text that records must hold: in the field named before it, else by full-text search."""
    for item in frame.free("S"):
        asked: Sought = item.payload
        token = f"S{item.place}"
        named = next((frame.item(m["f"]) for m in frame.find(rf"(?P<f>[FR]\d+)(?: (?:that|which|who|whose|to|does|do|the))* {token}")), None)  # fmt: skip
        if named is not None and named.place not in frame.used:
            path = frame.path(named)
            op = "contains" if asked.mode == "match" else asked.mode
            text = asked.raw
            frame.where.append(Like(op=op, field=path, value=text))  # type: ignore[arg-type]
            frame.use(named)
            frame.note(item, f"{path} {op} {text}")
        elif asked.mode == "match":
            _match(frame, item, asked)
        elif frame.spec.label is not None:
            frame.where.append(Like(op=asked.mode, field=frame.spec.label, value=asked.raw))  # type: ignore[arg-type]
            frame.note(item, f"{frame.spec.label} {asked.mode} {asked.raw}")
    for item in frame.free("Q"):
        words = [w.text for w in tokenise(_raw(frame, item)) if w.kind != "mark"]
        if words and frame.spec.searched:
            text = '"' + " ".join(words) + '"' if len(words) > 1 else words[0]
            frame.where.append(Match(text=text))
            frame.doubt *= 0.9
            frame.note(item, f"text matches {text}")


def _match(frame: Frame, item: Item, asked: Sought) -> None:
    if frame.spec.searched:
        frame.where.append(Match(text=asked.text))
        frame.note(item, f"text matches {asked.text}")
        return
    for other in frame.items:
        spec = frame.catalogue.collections.get(other.address)
        if other.letter == "C" and spec is not None and spec.searched and other.steps:
            alias = frame.joins.path(other.steps, spec.searched[0]).rpartition(".")[0]
            frame.where.append(Match(text=asked.text, alias=alias))
            frame.note(item, f"text of {other.address} matches {asked.text}")
            return
    text = [n for n, f in frame.spec.fields.items() if f.type == "text" and f.enum is None]
    if frame.spec.label in text:
        frame.doubt *= 0.8
        value = asked.raw
        frame.where.append(Like(op="contains", field=frame.spec.label, value=value))
        frame.note(item, f"{frame.spec.label} contains {value}")
