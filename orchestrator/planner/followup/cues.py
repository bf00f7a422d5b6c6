"""Whether a question goes on from the one before. Data and one decision."""

from __future__ import annotations

import re
from typing import Final

from orchestrator.planner.asked import Asked

_CUE: Final = re.compile(
    r"\s*(?:and|what about|how about|only|just|now|but|same|the same|also|ok|okay|then|by|per|in"
    r"|for|from|without|with|not|why not|excluding|except|instead|sort|sorted|order|ordered|top"
    r"|bottom|limit|group|grouped|those|of those|of these|of them|them|show (?:me )?(?:them|those"
    r"|these)|list (?:them|those|these)|make it|break|split|the (?:other|rest|first|top|bottom|two"
    r"|three|four|five|\d+|day|week|month|quarter|year|one|ones|biggest|largest|same)|as|which"
    r" ones?|who (?:are|were) (?:they|those)|reverse)\b",
    re.IGNORECASE,
)
_COLUMNS: Final = re.compile(
    r"(?:(?:and|but|please|now) )*(?:also (?:show|list|give|with)|and show"
    r"|(?:with|and) (?:their|its)|(?:show|list|give)(?: me)? (?:also|their|its))\b"
)
#: what somebody says before they say it again
_LEAD: Final = re.compile(
    r"\s*(?:(?:no|nope|sorry|actually|oh|hm+|well|rather|i mean|i meant|i wanted"
    r"|(?:as )?(?:compared|in comparison) (?:to|with) (?:that|this|it))\b[\s,.:;!]*)+",
    re.IGNORECASE,
)
_HEAD: Final = re.compile(
    r"(?:and |ok |okay |now |so |then |but |also |please |can you |could you )*(?:how (?:many|much"
    r"|long|often|old|big)|what(?! about)|which|who|whose|when|where|list|show|give|find|get|count"
    r"|tell|display|number of|average|total|is there|are there|do we|did we|does|has|have)\b"
)
_ASKS: Final = re.compile(
    r"\b(?:how (?:many|much)|what (?:is|are|was|were)|number of|which|who|list|show)\b"
)
_NARROWS: Final = re.compile(r"\b(?:only|just|also|instead|again)\b")
#: words that stand for what an earlier turn named
_POINTS: Final = re.compile(
    r"\b(?:of (?:those|these|them|that|his|hers|theirs)|those|these|them|they|the same|instead"
    r"|(?:is|are|was|were) (?:that|those|these|they)|(?:the |which |\w+ )ones?|the others?|the rest"
    r"|before that|after that|like that)\b"
)
#: the same, and nothing in the question itself can be what they stand for
_POINTS_OUT: Final = re.compile(
    r"\b(?:(?:is|are|was|were|do|did|does|have|has|had) (?:they|those|these)"
    r"|of (?:those|these|them|his|hers|theirs)|the same|instead)\b"
    r"|^(?:and )?(?:(?:in|on|from|for|by|to|of) )?(?:which|what) \w+(?: \w+)?$"
    r"|\b(?:is|was) that$|^(?:who|when|where|which \w+) (?:\w+ ){1,2}(?:them|those|these|it)$"
)
#: what a follow-up says otherwise than a question; never shorter than what it becomes
_SAYINGS: Final = tuple(
    (re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE), said)
    for pattern, said in (
        (
            r"(?:remove|drop|lift|lose|clear|without|forget|ignore|skip)(?: the| that)? "
            r"(?=(?!the |that )(?:\w+ )"
            r"(?:filter|condition|restriction|limit|constraint|criteri(?:on|a))\b)",
            "any ",
        ),
        (
            r"(?:remove|drop|lift|lose|clear|without|forget|ignore)(?: the)? (?:filter|condition"
            r"|restriction) (?:on|for|by)(?: the)?",
            "any",
        ),
        (r"(?:filter|condition|restriction|constraint|criterion)(?=[\s?.!]*$)", ""),
        (
            r"regardless of(?: the)?|irrespective of(?: the)?|no matter (?:the|which|what)"
            r"|independent(?:ly)? of(?: the)?|whatever(?: the)?|disregard(?:ing)?(?: the)?",
            "any",
        ),
        (
            r"exclude|excluding|leave out|leaving out|filter out|take out|not counting"
            r"|not including|other than",
            "without",
        ),
        (r"(?:drop|omit|skip|ignore|minus)(?= )", "not"),
        (r"as well", "also"),
        (r"(?:let us |let's )?(?:(?:go|switch|come|get) )?back to", "now"),
        (
            r"(?:,? ?(?:for|in|over|during|with) )?(?:the |that )?same (?:period|time ?frame|time"
            r" ?span|window|day|week|month|quarter|year|filters?|dates?)(?=[\s?.!]*$)",
            "",
        ),
        (r"(?:instead|rather) than|in place of", "not"),
        (r"(?:change|switch|swap) (?:that|it|this|the \w+) (?:to|for)|make (?:that|it)", "now"),
        (
            r"(?:limit|restrict|narrow|confine|reduce|filter)(?: (?:it|that|this|them|those))?"
            r"(?: down)? (?:to|by|for)(?: only| just)?(?= )",
            "only",
        ),
        (
            r"(?:(?:on|in|from|via|at|for|through|to|by) )?(?:which|what) (?P<x>\w+(?: \w+)?)"
            r"\W{1,3}(?:with|plus|and)(?: the| their)? (?:numbers|counts|figures|how many)"
            r"(?: of)?(?: each)?(?=[\s?.!]*$)",
            r"by \g<x>",
        ),
        (
            r"(?P<v>set|took|looked|put|shut|turned|filled|backed|brought) "
            r"(?P<o>them|those|these|it) (?P<p>up|down|off|on|out|over|in)",
            r"\g<v> \g<p> \g<o>",
        ),
        (r"further|down", ""),
    )
)
#: what nothing in the question itself can be meant by, and no question begins with
_FRAGMENT: Final = re.compile(
    r"^(?:and|what about|how about|same|the same|only|just|but|instead|now)\b"
    r"(?! (?:then )?(?:how|what|which|who|list|show|give|find|count|the number|the total)\b)"
    r"|\b(?:of (?:those|these|them|his|hers|theirs)|instead)$"
    r"|^(?:(?:and|but) )?(?:how many|which|what share|list|show)(?: ones)? of"
    r" (?:those|these|them|his|hers|her|theirs|their)\b"
)
_CONTRASTS: Final = re.compile(r"\b(?:compar\w+|versus|vs|difference|change|growth)\b")
_EACH: Final = frozenset({"per", "by", "each", "every"})
_WORDS_MAX: Final = 12
_NAMED: Final = 0.9


def cued(text: str) -> bool:
    """Whether it begins as only a question after another does."""
    return bool(_CUE.match(text)) and len(text.split()) <= _WORDS_MAX


def fragment(plain: str) -> bool:
    """Whether it means nothing without the turn before: "and in May?", "how many of them"."""
    return bool(_FRAGMENT.search(plain))


def without_lead(text: str) -> str:
    """The text with "sorry," as blanks, and words of the same length for what planners do not
    know: each keeps its place.
    """
    found = _LEAD.match(text)
    if found is not None and found.end() < len(text):
        text = " " * found.end() + text[found.end() :]
    for pattern, said in _SAYINGS:
        text = pattern.sub(lambda m, said=said: m.expand(said).ljust(len(m[0])), text)  # type: ignore[misc]
    return text


def adds_columns(plain: str) -> bool:
    """Whether it asks to see more of the same records: "also show the team", "and their email"."""
    return bool(_COLUMNS.match(plain))


def points_back(plain: str) -> bool:
    """Whether a word stands for what was said before."""
    return bool(_POINTS.search(plain))


def contrasts(plain: str) -> bool:
    """Whether it sets the plan before against another, which no edit of it can."""
    return bool(_CONTRASTS.search(plain))


def asks(plain: str) -> bool:
    """Whether it has a question's own head: "how many", "which", "list"."""
    return bool(_HEAD.match(plain))


def subjects(asked: Asked) -> tuple[str, ...]:
    """The collections that it names, or names a measure of; not those that it groups by."""
    return tuple(
        span.meanings[0].address
        for span in asked.present
        if span.meanings[0].kind in ("collection", "measure")
        and span.meanings[0].weight >= _NAMED
        and not span.soft
        and not (span.first and asked.words[span.first - 1].text in _EACH)
    )


def stands(asked: Asked, text: str, source: str) -> bool:
    """Whether the question means something alone, and so has nothing to do with the plan before."""
    plain = " ".join(word.text for word in asked.words)
    named = set(subjects(asked))
    if not named or _POINTS_OUT.search(plain) or adds_columns(plain):
        return False
    same = named <= {source} and (points_back(plain) or bool(_NARROWS.search(plain)))
    if _ASKS.search(plain) or asks(plain):
        return not same
    return not cued(text) and not points_back(plain)
