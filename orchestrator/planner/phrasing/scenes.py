"""Sentences that only set the scene: "We had an outage on Monday. How many errors were there?" What
is asked stands alone; of the scene only the time is taken, where the question is about that.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from orchestrator.planner.grammar import ABBREVIATIONS
from orchestrator.planner.reading import Context, Planner, Question, Readings
from orchestrator.planner.times.timewindow import Window, windows
from orchestrator.planner.words import tokenise
from registry.catalog import Catalogue

_SHORT: Final = "".join(rf"(?<!\b{word})" for word in sorted(ABBREVIATIONS))
_END: Final = re.compile(rf"(?<=[^\W\d_]{{3}}){_SHORT}[.!]+\s+(?=[^\W\d_])")
_SUBJECT: Final = (
    r"(?:(?:ok|okay|so|hi|hello|well|and|but|yesterday|today),? )?"
    r"(?:i|i'm|i've|i'll|i'd|im|we|we're|we've|we'll|it|it's|this|there|they|someone|somebody"
    r"|something|people|everyone|nobody|my|our|the|some|a|an)\b"
)
_VERB: Final = (
    r"(?:was|were|is|are|am|had|has|have|'m|'re|needs?|wants?|comes?|meets?|got|went|asks?|thinks?"
    r"|complains?|wonders?|says?|said|told|heard|saw|made|did|do|spent|lost|grew|rose|fell|sent|sold"
    r"|ran|came|paid|broke|began|hit|gave|took|kept|felt)"
)
_PLAIN: Final = r"(?:(?! (?:who|which|that|whose) )[^.!?])*"
#: "opened" and "running" are verbs only behind who does it
_STATEMENT: Final = re.compile(
    rf"\s*(?:{_SUBJECT}{_PLAIN}\b(?:{_VERB}|\w{{3,}}(?:ed|ing))|{_PLAIN}\b{_VERB})\b[^.!?]*",
    re.IGNORECASE,
)
#: a scene and the question behind it in one sentence: "there was an outage on Monday, how many …"
_BESIDE: Final = re.compile(
    r"\s*(?:i|i'm|i am|we|we're|there|my \w+|our \w+) (?:was|were|is|are|am|had|have|has|need|got"
    r"|want|\w+ed|\w+ing)\b(?:(?! and | or )[^,;:?!.])*(?:,|;|:| -| \u2013| \u2014)\s*"
    r"(?:so |and |but |now )*(?=(?:how (?:many|much|long)|what|which|who|list|show)\b)",
    re.IGNORECASE,
)
_HEAD: Final = re.compile(
    r"\s*(?:so |and |but |now |then |please |can you |could you )*(?:how|what|which|who|whose|when"
    r"|where|list|show|give|find|get|count|tell|display|number of|average|total|is|are|do|did|does"
    r"|has|have|was|were)\b",
    re.IGNORECASE,
)
#: words for what the scene named: without it the question is another one
_POINTS: Final = re.compile(
    r"\b(?:there|they|them|their|those|these|it|its|he|she|him|her|his|hers|that|this one|the same"
    r"|then|affected|said)\b(?! (?:is|are|was|were|any|week|month|quarter|year|day)\b)",
    re.IGNORECASE,
)
_PAST: Final = re.compile(
    r"\b(?:did|was|were|had|\w{3,}ed|got|went|said|told|heard|saw|made|spent|lost|grew|rose|fell|sent"
    r"|sold|ran|came|paid|broke|began|hit|gave|took|felt)\b",
    re.IGNORECASE,
)
_AFTERWARDS: Final = re.compile(
    r"(?<=[.?!])\s+(?:(?:i|we)(?:'m|'d)?(?: just| only| really)? (?:need|want|am|are|would like"
    r"|have to|must|think)\b|it(?:'s| is) for|this is for|my \w+ (?:wants|needs|asked|is asking)"
    r"|thanks?\b|thank you|cheers|sorry)(?P<rest>[^?]*)$",
    re.IGNORECASE,
)
_UNSURE: Final = 0.5
_NARROWS: Final = re.compile(
    r"\b(?:only|just|except|without|not|by|per|those|them|sorted|number|list|count|names?)\b|\d",
    re.IGNORECASE,
)


def undressed(planner: Planner) -> Planner:
    """The planner, asked without such sentences before and behind the question. Where the question
    is about what the scene names, no answer is sure."""

    def plan(question: Question, catalogue: Catalogue, context: Context) -> Readings:
        plain = _without_reason(question)
        start = _asked_from(plain.text)
        if not start:
            return planner(plain, catalogue, context)
        alone = _without_scene(plain, start)
        made = planner(alone or plain, catalogue, context)
        return made if alone is not None else made.less(_UNSURE)

    return plan


def _without_reason(question: Question) -> Question:
    """ "How many users are there? I need it for the board." """
    found = _AFTERWARDS.search(question.text)
    if found is None or _NARROWS.search(found["rest"]):
        return question
    return replace(question, text=question.text[: found.start()])


def _without_scene(question: Question, start: int) -> Question | None:
    """The question that begins at `start`, with the time of the scene before it; `None` where the
    scene says more of what is asked for."""
    text = question.text
    if _POINTS.search(text, start):
        return None
    told = windows(tokenise(text[:start]), question.now_us, question.timezone)
    past = [w for w in told if w.start_us is not None and w.start_us < question.now_us]
    kept = " " * start
    own = windows(tokenise(text[start:]), question.now_us, question.timezone)
    if past and not own and _PAST.search(text[:start]) and _PAST.search(text, start):
        kept = _only(past[0], text[:start])
    return replace(question, text=kept + text[start:]) if len(past) < 2 else None


def _asked_from(text: str) -> int:
    """Where the question behind a scene begins; 0 where there is none."""
    beside = _BESIDE.match(text)
    if beside is not None:
        return beside.end()
    ends = [found.end() for found in _END.finditer(text)]
    if not ends or not _HEAD.match(text, ends[-1]):
        return 0
    told = [text[a:b] for a, b in zip([0, *ends], ends, strict=False)]
    return ends[-1] if all(_STATEMENT.match(s) and not _HEAD.match(s) for s in told) else 0


def _only(window: Window, scene: str) -> str:
    """The words of a window, blanks for the rest."""
    words = tokenise(scene)[window.first : window.last]
    first, last = words[0].start, words[-1].end
    return " " * first + scene[first:last] + " " * (len(scene) - last)
