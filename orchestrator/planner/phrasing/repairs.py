"""What somebody puts right in the same breath: "tickets of last week, no, last month". Of two parts
of one sort the later holds; what was taken back is blanked, so that each word keeps its place. A
part and what explains it in brackets are two of one sort, too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from orchestrator.planner.asked import Asked
from orchestrator.planner.followup.cues import asks
from orchestrator.planner.grammar import AGGREGATES, COMPARATIVES, SUPERLATIVES
from orchestrator.planner.lexicon import Lexicon, lexicon_of
from orchestrator.planner.reading import Context, Planner, Question, Readings
from orchestrator.planner.spans import content
from orchestrator.planner.times.dates import DAY, MONTH, YEAR
from orchestrator.planner.words import Word, tokenise
from registry.catalog import Catalogue

_MARK: Final = r"[\s,.;:!?()\u2013\u2014\u2026-]"
_SURELY: Final = (
    r"sorry|oops|whoops|(?:no )?wait|hang on|hold on|(?:scratch|strike|forget) that|correction"
    r"|i mean|i meant|i mean to say|i meant to say|or rather|or better|my mistake|my bad"
)
_FURTHER: Final = (
    r"(?:make (?:that|it)|let us say|let's say|say|rather|better|actually|no|not that|i mean"
    r"|i meant|sorry)\b"
)
#: behind a mark anything may take back what stood before; without one only what says so
_CUE: Final = re.compile(
    rf"(?:(?<=\w)\s*[,.;:!?()\u2013\u2014\u2026-]{_MARK}*(?:(?:oh|ah|uh|um|err?|hm+|well){_MARK}+)*"
    rf"(?:{_SURELY}|actually(?=\s*,| make| i )|make that|rather|no(?:pe)?(?=\s*[^\w\s]|\s+(?:last"
    r"|this|in|on|from|yesterday|today)\b))"
    rf"|(?<=\w)\s+(?:{_SURELY}))\b(?:{_MARK}+{_FURTHER})*{_MARK}*"
    rf"|(?<=\w)\s*(?:\.\.+|\u2026)(?:{_MARK}*{_FURTHER})?{_MARK}*(?=\w)",
    re.IGNORECASE,
)
#: dots alone may be no more than a pause
_PAUSE: Final = re.compile(r"[\s.\u2026]+")
_GLOSS: Final = re.compile(r"\s*\((?P<said>[^()]{1,60})\)")
_TOGETHER: Final = re.compile(
    r"(?:over |across |for )?all (?:the |our )?\w+(?: \w+)? (?:added |summed |put |taken )?"
    r"(?:up|together|combined)",
    re.IGNORECASE,
)
_DATED: Final = re.compile(
    rf"\d+(?:st|nd|rd|th)?|[\d/.:-]+|{MONTH}|{DAY}|{YEAR}|to|until|till|through|and|the|of"
)
_UNSURE: Final = 0.5
_RETRACED_MAX: Final = 5  # words
_PREPOSITIONS: Final = frozenset(
    ["in", "on", "at", "from", "for", "of", "since", "during", "until", "before", "after", "by"]
)
_KINDS: Final = {"collection": "C", "measure": "N", "field": "F", "value": "V"}


@dataclass(frozen=True, slots=True)
class _Part:
    """Words `first` to `last` (exclusive) of one sort, such as a window; `said`: the fields that
    have such a value."""

    sort: str
    first: int
    last: int
    said: frozenset[tuple[str, str]] = frozenset()

    def like(self, other: _Part) -> bool:
        return bool(self.said & other.said) if self.sort == "V" else self.sort == other.sort


def repaired(planner: Planner) -> Planner:
    """The planner, asked for what was meant in the end. What cannot be told is no sure answer."""

    def plan(question: Question, catalogue: Catalogue, context: Context) -> Readings:
        question = _glossed(question, lexicon_of(catalogue))
        found = _CUE.search(question.text)
        if found is None or not found.start() or found.end() == len(question.text):
            return planner(question, catalogue, context)
        meant = _repaired(question, found, lexicon_of(catalogue))
        made = planner(meant or question, catalogue, context)
        surely = meant is not None or _PAUSE.fullmatch(found[0])
        return made if surely else made.less(_UNSURE)

    return plan


def _glossed(question: Question, lexicon: Lexicon) -> Question:
    """ "articles started (created) in May", "this week (5 to 9 May)": of a part and what explains
    it in brackets the plainer one; "(all copies together)" explains nothing."""
    found = _GLOSS.search(question.text)
    if found is None or not found.start():
        return question
    if _TOGETHER.fullmatch(found["said"]):
        return _blanked(question, found.start(), found.end())
    head, inside = question.text[: found.start()], found["said"]
    before = Asked(replace(question, text=head), tokenise(head), lexicon)
    after = Asked(replace(question, text=inside), tokenise(inside), lexicon)
    old, new = _parts(before)[-1:], _parts(after)
    if not old or not after.words or old[0].last != len(before.words):
        return question
    if old[0].sort == "T" and all(_DATED.fullmatch(word.text) for word in after.words):
        return _blanked(question, found.start(), found.end())
    same = len(new) == 1 and old[0].like(new[0])
    if not same or (new[0].first, new[0].last) != (0, len(after.words)):
        return question
    start, end = before.words[old[0].first].start, before.words[-1].end
    return _blanked(question, start, end)


def _repaired(question: Question, found: re.Match[str], lexicon: Lexicon) -> Question | None:
    """The question as it was meant; `None` where nothing is taken back."""
    head, tail = question.text[: found.start()], question.text[found.end() :]
    before = Asked(replace(question, text=head), tokenise(head), lexicon)
    after = Asked(replace(question, text=tail), tokenise(tail), lexicon)
    if asks(" ".join(word.text for word in after.words)) and any(
        part.sort in "CNFV" for part in _parts(after)
    ):
        return _blanked(question, 0, found.end())
    stretch = _retraced(before.words, after.words) or _taken_back(before, after)
    if stretch is None:
        return None
    start, end = before.words[stretch[0]].start, before.words[stretch[1] - 1].end
    return _blanked(_blanked(question, start, end), found.start(), found.end())


def _retraced(before: tuple[Word, ...], after: tuple[Word, ...]) -> tuple[int, int] | None:
    """ "from May, sorry, from June", "over 5, no, 10 seconds": the words from the one that is said
    again."""
    first, last = after[0] if after else None, len(before)
    if first is None or not before:
        return None
    if first.number is not None and before[-1].number is not None:
        return last - 1, last
    again = next((n for n in range(last - 1, -1, -1) if before[n].text == first.text), None)
    return (again, last) if again is not None and last - again <= _RETRACED_MAX else None


def _taken_back(before: Asked, after: Asked) -> tuple[int, int] | None:
    """The last part that is of the sort of the first one behind."""
    new = _parts(after)
    if not new or any(content(word) for word in after.words[: new[0].first]):
        return None
    old = _parts(before)
    wrong = next((part for part in reversed(old) if part.like(new[0])), None)
    if wrong is None and (new[0].sort, new[0].first) == ("C", 0) and content(before.words[-1]):
        ends = bool(old) and old[-1].last == len(before.words)  # "emails... sorry, messages"
        return old[-1].first if ends else len(before.words) - 1, len(before.words)
    if wrong is None or (wrong.sort not in "TV" and wrong.last != len(before.words)):
        return None
    first = wrong.first
    led = bool(after.words) and after.words[0].text in _PREPOSITIONS
    if wrong.sort == "T" and before.words[first].text in _PREPOSITIONS and not led:
        first += 1
    elif led and first and before.words[first - 1].text in _PREPOSITIONS:
        first -= 1
    return first, wrong.last


def _parts(asked: Asked) -> list[_Part]:
    """The parts of a question that may be taken back, left to right."""
    out = [_Part("T", w.first, w.last) for w in asked.windows]
    out += [_Part("K", b.first, b.last) for b in asked.beats]
    out += [_Part("O", c.first, c.last) for c in asked.comparisons]
    for span in asked.spans:
        best = span.meanings[0]
        told = frozenset((m.address, m.field) for m in span.meanings if m.kind == "value")
        out.append(_Part(_KINDS[best.kind], span.first, span.last, told))
    taken = {place for part in out for place in range(part.first, part.last)}
    for place, word in enumerate(asked.words):
        sort = _sort(word)
        if place not in taken and sort:
            out.append(_Part(sort, place, place + 1))
    return sorted(out, key=lambda part: part.first)


def _sort(word: Word) -> str:
    if word.text in AGGREGATES:
        return "fold"
    if word.text in SUPERLATIVES:
        return "end"
    return "number" if word.number is not None and word.text not in COMPARATIVES else ""


def _blanked(question: Question, start: int, end: int) -> Question:
    text = question.text
    return replace(question, text=text[:start] + " " * (end - start) + text[end:])
