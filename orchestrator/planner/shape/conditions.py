"""Conditions on groups: "users with more than 5 sessions", "countries with revenue over 100"."""

from __future__ import annotations

from typing import Final

from orchestrator.planner.grammar import AGGREGATES
from orchestrator.planner.literals import Comparison
from orchestrator.planner.parts import compare
from orchestrator.planner.shape.folding import AGG, add_measure, count_root, fold, named, tail
from orchestrator.planner.shape.frame import Frame, Item
from orchestrator.planner.shape.groups import add_group
from registry.plan import Compare

_HAVING: Final = (
    r"(?P<o>O\d+)(?P<d>(?: (?:different|distinct|unique|of|the|such))*)(?P<mods>"
    r"(?: [VB]\d+)*)(?: (?P<y>[CFR]\d+)|(?<=\d)(?= [a-z~]|$))"
)


def conditions(frame: Frame) -> None:
    """ "users with more than 5 sessions": groups kept by their count; "countries with revenue
    over 100" by a measure."""
    for found in frame.find(_HAVING):
        o = frame.item(found["o"])
        if not found["y"] and not found["mods"]:
            continue
        y = frame.item(found["y"] or found["mods"].split()[-1])
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
        if y.letter in "VB" or (y.letter == "C" and y.address == frame.root):
            made = count_root(frame)
        else:
            path = frame.joins.path(y.steps, "id") if y.letter == "C" else frame.path(y)
            made = add_measure(frame, "distinct", path, f"different_{tail(path)}")
        if owner is not None and not frame.group:
            add_group(frame, owner)
        keep(frame, made.name, asked)
        frame.note(o, f"{made.name} {asked.op} {asked.number}")
        if y.letter in "CFR":
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
        frame.having.append(compare(asked.op, name, asked.number))


def measure_conditions(frame: Frame) -> None:
    """A comparison beside a measure or an aggregated number is a condition on groups."""
    for found in frame.find(
        rf"(?:(?P<m>M\d+)|(?P<a>{AGG})(?: [a-z]+| [C]\d+)* (?P<n>N\d+))(?: (?:is|was|of|are|were"
        rf"|that|which|has|been))* (?P<o>O\d+)"
    ):
        o = frame.item(found["o"])
        subject = _grouped_by(frame, o)
        if o.place in frame.used or (
            subject is None and not frame.group and frame.items[0].letter not in "F"
        ):
            continue
        if found["m"]:
            named(frame, frame.item(found["m"]))
        else:
            fold(frame, frame.item(found["n"]), AGGREGATES[found["a"]])
        if not frame.group and subject is not None:
            add_group(frame, subject)
        if not frame.group:
            continue
        name = frame.figures[-1]
        keep(frame, name, o.payload)
        frame.note(o, f"{name} {o.payload.op} {o.payload.number}")
