"""Questions that ask a number of times for each of several: "who changed policies, and how often",
"which features are used how many times"."""

from __future__ import annotations

from typing import Final

from orchestrator.planner.shape.frame import Frame
from orchestrator.planner.shape.groups import add_group, entity
from orchestrator.planner.shape.heads import person_route

_TIMES: Final = r"(?:how (?:often|frequently|many times|many(?= each))|with (?:counts|numbers))"


def each_asked(frame: Frame) -> None:
    """One row for each of what "which" or "who" asks for, beside how often."""
    if frame.group or not frame.has(_TIMES):
        return
    for found in frame.find(rf"(?:which|what)(?: V\d+)* (?P<g>[FRC]\d+)(?= .*{_TIMES})"):
        item = frame.item(found["g"])
        if item.place not in frame.used and not (item.letter == "C" and not item.steps):
            add_group(frame, item)
            return
    if frame.shape.startswith("who "):
        person = person_route(frame)
        if person is not None:
            entity(frame, *person)
