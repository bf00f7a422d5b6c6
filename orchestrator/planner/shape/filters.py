"""Values and flags named in a question: equal, one of several, or not."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from orchestrator.planner.grammar import NEGATORS
from orchestrator.planner.shape.frame import Frame, Item
from orchestrator.planner.shape.moments import told_by
from orchestrator.planner.source import Pick
from registry.domain import FieldSpec
from registry.plan import Compare, In, Not, Predicate

LINK: Final = (
    r"(?:in|from|a|an|on|the|by|of|with|for|be|been|being|are|is|was|were|any|at|using"
    r"|via|to|yet|ever|currently|about|regarding|either|marked|classified|tagged|rated|set)"
)
_EACH: Final = frozenset({"per", "each", "every", "by"})
_NOT_VALUE: Final = (
    rf"(?:{'|'.join(sorted(NEGATORS - {'no', 'never'}))}|other than|apart from|aside from)"
    rf"(?: {LINK}| [CFNRB]\d+(?! (?:on|in|at|with|from|of|by|for) ))*"
    rf" (?P<v>V\d+(?: (?:,|or|and|nor|, or|, and)(?: {LINK})* V\d+)*)"
)


#: of the records themselves: "tickets never closed"
_NEVER_VALUE: Final = r"never(?: (?:been|yet|be|got|get))* (?P<v>V\d+)(?! [CVR]\d)"


def values(frame: Frame) -> None:
    """Values named in the question: equal, one of several, or not."""
    for pattern in (_NOT_VALUE, _NEVER_VALUE):
        for found in frame.find(pattern):
            free = [i for i in frame.all_in(found["v"]) if i.place not in frame.used]
            _bind(frame, free, negative=True)
    for item in frame.free("V"):
        if _tells_when(frame, item):
            frame.note(item, f"when {item.words}")
    _bind(frame, frame.free("V"), negative=False)


def _tells_when(frame: Frame, item: Item) -> bool:
    """ "articles published per year": what has a time of its own is dated by it; how the record
    stands today is not asked."""
    if told_by(frame, item) is None:
        return False
    return any(i.letter == "K" and i.first == item.last for i in frame.items)


def _bind(frame: Frame, items: list[Item], *, negative: bool) -> None:
    by_path: dict[str, list[Item]] = {}
    for item in items:
        _context(frame, item)
        by_path.setdefault(frame.path(item), []).append(item)
    for path, group in by_path.items():
        field = frame.field_of(group[0])
        wires = [value for item in group for value in _alike(item, field)]
        distinct = tuple(dict.fromkeys(wires))
        made: Predicate = (
            In(field=path, values=distinct)
            if len(distinct) > 1
            else Compare(op="=", field=path, value=distinct[0])
        )
        if negative:
            made = (
                Compare(op="!=", field=path, value=distinct[0])
                if len(distinct) == 1
                else Not(arg=made)
            )
        frame.where.append(made)
        if any(a.last == b.first for a, b in pairwise(group)):
            frame.doubt *= 0.6  # "paid late": no record is two things at once
        for item in group:
            assert item.pick is not None
            value = " or ".join(str(v) for v in _alike(item, field))
            sign = "≠" if negative else "="
            frame.note(item, f"{item.address}.{item.pick.meaning.field} {sign} {value}")


def _alike(item: Item, field: FieldSpec) -> tuple[str | bool, ...]:
    assert item.pick is not None
    if field.type == "bool":
        return (wire(item, field),)
    return item.pick.span.alike(item.pick.meaning) or (wire(item, field),)


def wire(item: Item, field: FieldSpec) -> str | bool:
    assert item.pick is not None
    value = item.pick.meaning.value
    return value == "true" if field.type == "bool" else value


def _context(frame: Frame, item: Item) -> None:
    """A field or collection beside a value that only says what kind of value it is; a role
    re-routes the value."""
    assert item.pick is not None
    for other in frame.items:
        if other.pick is None or other.place in frame.used or other.place == item.place:
            continue
        before = other.last <= item.first and item.first - other.last <= 2
        after = other.first == item.last
        same = (other.address, other.pick.meaning.field) == (item.address, item.pick.meaning.field)
        rows = frame.words[other.first - 1].text in _EACH if other.first else False
        if other.letter in "FB" and same and (before or after) and not rows:
            frame.use(other)
        if (
            other.letter == "R"
            and (before or after)
            and other.address == frame.root
            and item.address != frame.root
        ):
            route = frame.graph.through(frame.root, other.pick.meaning.field, item.address)
            if route is not None:
                item.pick = Pick(item.pick.span, item.pick.meaning, route)
                frame.use(other)


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
