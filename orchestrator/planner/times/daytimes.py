"""Times of day: "6 am", "9:30 pm", "noon", and the parts of a day. A morning ends at noon, an
afternoon at six; an evening is what is left of the day."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final

from orchestrator.planner.times.dates import Pair

#: a time of day as the words of a question have it
HOUR: Final = (
    r"(?:noon|midday|midnight|(?:[01]?\d|2[0-4]):[0-5]\d(?::[0-5]\d)?(?: ?[ap] ?m)?"
    r"|(?:0?\d|1[0-2]) ?[ap] ?m|(?:0?\d|1[0-2]) (?:in the (?:morning|afternoon|evening)|at night)"
    r"|(?:[01]?\d|2[0-4])(?: o clock| oclock| hrs| ?h))(?: utc)?"
)
PART: Final = r"(?:morning|afternoon|evening)"
_PARTS: Final = {"morning": (0, 12), "afternoon": (12, 18), "evening": (18, 24)}
_NAMED: Final = {"noon": 12, "midday": 12, "midnight": 0}
_CLOCK: Final = re.compile(r"(\d{1,2})(?::(\d{2}))?(?::\d{2})?(?: ?(a|p) ?m)?.*")


def time_of_day(text: str, *, closing: bool = False) -> timedelta | None:
    """How long after the day began. `closing`: it ends a stretch, so that midnight is the next."""
    text = text.removesuffix(" utc")
    if text in _NAMED:
        return timedelta(hours=24 if closing and text == "midnight" else _NAMED[text])
    text = re.sub(r" in the morning", " am", text)
    text = re.sub(r" (?:in the (?:afternoon|evening)|at night)", " pm", text)
    found = _CLOCK.fullmatch(text)
    if found is None:
        return None
    hours, minutes = int(found[1]), int(found[2] or 0)
    if found[3]:
        hours = hours % 12 + (12 if found[3] == "p" else 0)
    return timedelta(hours=hours, minutes=minutes) if hours < 24 or not minutes else None


def part_of_day(midnight: datetime, part: str) -> Pair:
    """The morning, afternoon or evening of the day that begins then."""
    first, last = _PARTS[part]
    return midnight + timedelta(hours=first), midnight + timedelta(hours=last)
