"""Text that records must hold: in the field named before it, else by full-text search."""

from __future__ import annotations

from orchestrator.planner.literals import Sought
from orchestrator.planner.parts import like
from orchestrator.planner.shape.codes import raw
from orchestrator.planner.shape.frame import Frame, Item
from orchestrator.planner.words import tokenise
from registry.plan import Match


def searches(frame: Frame) -> None:
    """Text that records must hold: in the field named before it, else by full-text search."""
    for item in frame.free("S"):
        asked: Sought = item.payload
        token = f"S{item.place}"
        named = next(
            (
                frame.item(m["f"] or m["g"])
                for m in frame.find(
                    rf"(?P<f>[FR]\d+)(?: (?:that|which|who|whose|to|does|do|the))* {token}"
                    rf"|{token} (?:in (?:the |their |its ))?(?P<g>F\d+)"
                )
            ),
            None,
        )
        if named is not None and _holds_text(frame, named):
            path = frame.path(named)
            op = "contains" if asked.mode == "match" else asked.mode
            text = asked.held
            frame.where.append(like(op, path, text))
            frame.use(named)
            frame.note(item, f"{path} {op} {text}")
        elif asked.mode == "match":
            _match(frame, item, asked)
        elif frame.spec.label is not None:
            frame.where.append(like(asked.mode, frame.spec.label, asked.raw))
            frame.note(item, f"{frame.spec.label} {asked.mode} {asked.raw}")
    for item in frame.free("Q"):
        words = [w.text for w in tokenise(raw(frame, item)) if w.kind != "mark"]
        if words and frame.spec.searched:
            text = '"' + " ".join(words) + '"' if len(words) > 1 else words[0]
            frame.where.append(Match(text=text))
            frame.doubt *= 0.9
            frame.note(item, f"text matches {text}")


def _holds_text(frame: Frame, named: Item) -> bool:
    """Whether the text is looked for in the field before it, and not that "the auth service" says
    whose messages contain it."""
    if named.place in frame.used:
        return False
    field = frame.field_of(named)
    valued = any(
        i.letter == "V"
        and i.last == named.first
        and i.pick is not None
        and (i.address, i.pick.meaning.field)
        == (named.address, named.pick and named.pick.meaning.field)
        for i in frame.items
    )
    return not valued and field.enum is None


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
        value = asked.held
        frame.where.append(like("contains", frame.spec.label, value))
        frame.note(item, f"{frame.spec.label} contains {value}")
