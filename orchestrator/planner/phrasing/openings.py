"""What somebody says before the question to say that it is another one: "different topic:", "by the
way,", which carries nothing over from the turn before; or "quick one:", which only greets.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from orchestrator.planner.reading import Context, Planner, Question, Readings
from registry.catalog import Catalogue

_TOPIC: Final = r"(?:topic|subject|question|matter|thing|one|query|note)"
_THANKS: Final = (
    r"(?:(?:ok(?:ay)?|now|and|so|well|great|thanks|thank you|perfect|fine|alright|right|good)"
    r"[\s,.;:!]+)*"
)
_SAID: Final = "|".join(
    (
        r"(?:a |an |the |on a |on an |to a )*(?:completely |totally |quite )?(?:different|new"
        rf"|another|other|next|unrelated|separate|fresh) {_TOPIC}(?: (?:now|then|please))?",
        r"(?:let us |let's |lets )?(?:chang(?:e|ing)|switch(?:ing)?) (?:the |of )?"
        r"(?:topic|subject)s?",
        r"by the way|btw|unrelated(?:ly)?|something (?:else|different)(?: entirely| now)?",
        r"moving on|forget (?:that|it|about that|all that)|never ?mind(?: that)?",
        r"start(?:ing)? over|from scratch|changing tack|on another note|separately",
    )
)
_MARK: Final = r"[:,.;!?\u2013\u2014-]"
_OPENING: Final = re.compile(
    rf"\s*{_THANKS}(?:(?:{_SAID})(?=\s*{_MARK})|(?:btw|by the way)(?=\s))(?:\s|{_MARK})*",
    re.IGNORECASE,
)


_GREETS: Final = "|".join(
    (
        r"(?:hi|hello|hey)(?: (?:there|all|team|everyone))?|quick (?:one|question|check)|quickly",
        rf"(?:just )?(?:one|a)(?: (?:more|quick|last))+ {_TOPIC}|question|fyi",
        r"(?:this is|it is|it's|has to be) for (?:the|my|our) \w+",
        r"(?:i am |i'm )?in a (?:rush|hurry)",
    )
)
_GREETING: Final = re.compile(
    rf"\s*{_THANKS}(?:{_GREETS})\s*[:,;!\u2013\u2014-](?:\s|{_MARK})*", re.IGNORECASE
)


def anew(planner: Planner) -> Planner:
    """The planner, asked without such an opening and without the turn before it."""

    def plan(question: Question, catalogue: Catalogue, context: Context) -> Readings:
        greeted = _without(question, _GREETING)
        fresh = _without(greeted, _OPENING)
        return planner(fresh, catalogue, context if fresh is greeted else Context())

    return plan


def _without(question: Question, opening: re.Pattern[str]) -> Question:
    """The question with blanks for the opening; itself, if it has none or nothing else."""
    found = opening.match(question.text)
    if found is None or not found.end() or found.end() == len(question.text):
        return question
    return replace(question, text=" " * found.end() + question.text[found.end() :])
