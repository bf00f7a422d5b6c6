"""Codes, quoted texts and bare numbers that stand beside the field or collection that they are a
value of."""

from __future__ import annotations

import re
from typing import Final

from orchestrator.planner.parts import like
from orchestrator.planner.shape.frame import Frame, Item
from registry.plan import Compare

_LAST: Final = frozenset({"surname", "last name", "family name"})
_FIRST: Final = frozenset({"first name", "given name", "forename"})
_CALLED: Final = _LAST | _FIRST | {"called", "named", "name"}


def codes(frame: Frame) -> None:
    """Codes, quoted texts and bare numbers that stand beside the field or collection that they
    are a value of."""
    for found in frame.find(
        r"(?P<f>[FRN]\d+)(?: (?:is|=|equals|equal to|of|was|:|like|the))* (?P<x>[XQZ]\d+)"
    ):
        field, literal = frame.item(found["f"]), frame.item(found["x"])
        if not {field.place, literal.place} & frame.used:
            _equal(frame, field, literal)
    for found in frame.find(
        r"(?P<c>C\d+)(?: (?:with(?= (?:the )?(?:id|number|#|Q\d))|id|number|#|called|named|the"
        r"|is|=))* (?P<x>[XQZ]\d+)"
    ):
        owner, literal = frame.item(found["c"]), frame.item(found["x"])
        if literal.place not in frame.used and (
            literal.letter != "Z" or "id" in found[0].split() or "#" in found[0] or _one(owner)
        ):
            _identified(frame, owner, literal)
    for item in frame.free("X"):
        _shaped(frame, item)
    for found in frame.find(r"(?P<f>F\d+)(?: (?:is|are|of))* (?P<u>U\d+(?: U\d+)*)"):
        _called(frame, frame.item(found["f"]), frame.all_in(found["u"]))


def _called(frame: Frame, named: Item, parts: list[Item]) -> None:
    """ "users called Hughes": part of a name that no value is."""
    words = [frame.words[part.first] for part in parts]
    spec = frame.catalogue.collections[named.address]
    label = named.pick is not None and named.pick.meaning.field == spec.label
    if not label or named.words not in _CALLED or not all(w.raw[:1].isupper() for w in words):
        return
    path, text = frame.path(named), " ".join(word.raw for word in words)
    last, first = named.words in _LAST, named.words in _FIRST
    mode = "ends" if last else "starts" if first else "contains"
    text = f" {text}" if last else f"{text} " if first else text
    frame.where.append(like(mode, path, text))
    frame.use(named, *parts)
    frame.note(parts[0], f"{path} {mode} {text}")


def _one(owner: Item) -> bool:
    """Whether the collection is named in the singular, as in "order 1042"."""
    return not owner.words.endswith("s")


def raw(frame: Frame, item: Item) -> str:
    return frame.words[item.first].raw.strip()


def _equal(frame: Frame, field_item: Item, literal: Item) -> None:
    field = frame.field_of(field_item)
    path = frame.path(field_item)
    value: str | int | float = raw(frame, literal)[:400]
    if field.type in ("int", "float", "decimal"):
        number = frame.words[literal.first].number
        if number is None:
            return
        value = number
    if field.enum is not None and value not in field.enum:
        frame.doubt *= 0.4  # the spec knows of no such value
    frame.where.append(Compare(op="=", field=path, value=value))
    frame.use(field_item)
    frame.note(literal, f"{path} = {value}")


def _identified(frame: Frame, owner: Item, literal: Item) -> None:
    value = raw(frame, literal)
    spec = frame.catalogue.collections[owner.address]
    if literal.letter == "Q" and spec.label is not None:
        path = frame.joins.path(owner.steps, spec.label)
    else:
        path = frame.joins.path(owner.steps, "id")
    frame.where.append(Compare(op="=", field=path, value=value))
    frame.note(literal, f"{path} = {value}")


def _shaped(frame: Frame, item: Item) -> None:
    """An address of mail or network tells its field by its looks."""
    text = raw(frame, item)
    wanted = (
        "email" if "@" in text else "ip" if re.fullmatch(r"\d{1,3}(\.\d{1,3}){3}", text) else None
    )
    addresses = dict.fromkeys(
        [
            frame.root,
            *(i.address for i in frame.items if i.letter == "C"),
            *(r.target for r in frame.catalogue.references if r.source == frame.root),
        ]
    )
    for address in addresses if wanted else ():
        routes = frame.graph.routes(frame.root, address)
        for name, field in frame.catalogue.collections[address].fields.items():
            if field.pii == wanted and routes and not routes[0].fans_out:
                path = frame.joins.path(routes[0].steps, name)
                frame.where.append(Compare(op="=", field=path, value=text))
                frame.note(item, f"{path} = {text}")
                return
