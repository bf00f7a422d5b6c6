"""A question taken apart before any root is chosen: windows, buckets, comparisons, searched
text, spans, and what must be absent."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cached_property
from itertools import pairwise
from typing import Final

from orchestrator.planner.around import (
    acted,
    asked_for,
    at_home,
    breaks,
    conjoined,
    implied,
    merged,
    nearer,
    told_by_verb,
)
from orchestrator.planner.grammar import ABSENCE, ADJECTIVES, AGGREGATES, HINTS, SUPERLATIVES, UNITS
from orchestrator.planner.lexicon import Lexicon
from orchestrator.planner.literals import Comparison, Sought, comparisons, percentiles, sought
from orchestrator.planner.phrasing.asides import (
    arrivals,
    counted,
    deeds,
    denied,
    ever_done,
    without_definitions,
    written_out,
)
from orchestrator.planner.phrasing.misspelt import spelt
from orchestrator.planner.phrasing.phrasal import without_phrasal
from orchestrator.planner.reading import Question
from orchestrator.planner.shorthand import expanded
from orchestrator.planner.spans import Span, content, cover
from orchestrator.planner.strays import without_strays
from orchestrator.planner.times.beats import Beat, beats
from orchestrator.planner.times.timewindow import Window, windows
from orchestrator.planner.vocabulary import Meaning
from orchestrator.planner.words import IRREGULAR, Word, stem

_NAME_WORDS: Final = 2
_AGE: Final = 14  # of so many years are people, and no records
#: what may stand behind a unit that only says how to tell the figure
_BEHIND_UNIT: Final = frozenset(
    [
        "per",
        "by",
        "for",
        "of",
        "this",
        "last",
        "since",
        "over",
        "from",
        "on",
        "in",
        "during",
        "between",
        "and",
        ",",
        "each",
        "yesterday",
        "today",
    ]
)
_ASIDE: Final = frozenset(
    {("leaving", "out"), ("leave", "out"), ("left", "out"), ("left", "by"), ("i", "e"), ("e", "g")}
)
_LEFT: Final = frozenset({"without", "empty", "blank"})
#: words that a negator may stand before what qualifies the absent: "not had a single failed"
_NEGATED: Final = 5
_ARTICLES: Final = frozenset({"a", "an", "the"})
_SHORT_UNITS: Final = frozenset({"ms", "kb", "mb", "gb", "tb", "eur", "usd", "gbp", "chf"})


class Asked:
    """The parts of a question that hold under every root. `hidden`: places of words that no
    vocabulary may claim."""

    def __init__(self, question: Question, words: tuple[Word, ...], lexicon: Lexicon) -> None:
        self.now_us = question.now_us
        words, self.mended = spelt(
            denied(without_definitions(written_out(words)), lexicon), lexicon
        )
        words = counted(words, lexicon)
        self.words = words
        self.windows = tuple(
            _without_particle(window, words, lexicon)
            for window in windows(words, question.now_us, question.timezone)
            if not _is_amount(window, words)
        )
        hidden = _places(self.windows)
        found = beats(words, hidden)
        self.beats = tuple(b for b in found if not b.soft or not _is_value(words, b, lexicon))
        hidden |= _places(self.beats)
        self.comparisons = comparisons(words, hidden)
        hidden |= _places(self.comparisons)
        self.percentiles = percentiles(words, hidden)
        hidden |= {p for first, last, _ in self.percentiles for p in range(first, last)}
        texts = sought(question.text, words, hidden)
        self.sought = tuple(s for s in texts if not _names_value(words, s, lexicon))[:1]
        hidden |= _places(self.sought)
        hidden |= {p for p in range(1, len(words)) if _is_degree(words[p - 1], words[p], lexicon)}
        hidden |= _in_units(words, lexicon) | _left_out(words) | deeds(words)
        hidden |= ever_done(words, lexicon)
        hidden |= arrivals(words, lexicon)
        self.hidden = hidden
        spans = cover(words, lexicon, hidden, breaks(question.text, words))
        verbs = {*acted(spans, words), *implied(spans, words)}
        verbs |= {s for s in spans if told_by_verb(s, words)}
        self.hidden |= {p for s in verbs for p in range(s.first, s.last)}
        spans = tuple(s for s in spans if s not in verbs)
        spans = expanded(spans, words, lexicon)
        spans = without_phrasal(at_home(nearer(spans), words), words)
        spans = merged(asked_for(conjoined(spans, words), words), words)
        self.spans = without_strays(spans, words, lexicon)
        kept = {s.first for s in self.spans}
        self.hidden |= {p for s in spans if s.first not in kept for p in range(s.first, s.last)}
        told = tuple(b for b in self.beats if _of_field(b, self.spans))
        self.beats = tuple(b for b in self.beats if b not in told)
        self.hidden |= _places(told)
        self.absent = _absent(words, self.spans)

    def qualifies(self, place: int) -> bool:
        """Whether the span stands between a negator and what is absent: "without failed runs"."""
        after = self.absent.get(place + 1)
        start = self.spans[place].first
        return after is not None and any(
            self.words[n].text in ABSENCE for n in range(max(0, start - _NEGATED), start)
        )

    @property
    def present(self) -> tuple[Span, ...]:
        """The spans that the root must reach."""
        return tuple(
            span
            for place, span in enumerate(self.spans)
            if place not in self.absent and not self.qualifies(place)
        )

    @cached_property
    def covered(self) -> frozenset[int]:
        """Places of the words that something explains."""
        return self.hidden.union(p for s in self.spans for p in range(s.first, s.last))

    @property
    def unknown(self) -> tuple[str, ...]:
        """Content words that nothing explains, as typed."""
        return tuple(
            w.raw
            for n, w in enumerate(self.words)
            if n not in self.covered and content(w) and w.number is None
        )


def _of_field(beat: Beat, spans: tuple[Span, ...]) -> bool:
    """Whether "per month" only says what the field does that is named: a monthly fee."""
    return (beat.cue in ("per", "a", "an", "each", "every") or beat.soft) and any(
        m.kind == "field" and beat.bucket is not None and f"{beat.bucket}ly" in m.field.split("_")
        for span in spans
        if span.words not in IRREGULAR  # what was paid is counted by month
        for m in span.meanings
    )


def _places(
    found: tuple[Window, ...] | tuple[Beat, ...] | tuple[Comparison, ...] | tuple[Sought, ...],
) -> frozenset[int]:
    return frozenset(place for item in found for place in range(item.first, item.last))


def _is_amount(window: Window, words: tuple[Word, ...]) -> bool:
    """Whether "over 2,000 EUR" was taken for a year, an age for the time of a record."""
    aged = re.fullmatch(r"(?:older|younger) than (\d+) years?", window.words)
    if aged is not None and int(aged[1]) >= _AGE:
        return True  # of a person, and not of a record
    last = words[window.last - 1]
    after = words[window.last].text if window.last < len(words) else ""
    return last.number is not None and (_in_table(after) or "," in last.raw)


def _without_particle(window: Window, words: tuple[Word, ...], lexicon: Lexicon) -> Window:
    """ "logged in this month" names logins, so the window is "this month"."""
    first = window.first
    if not first or words[first].text not in ("in", "on", "up", "at"):
        return window
    phrasal = (words[first - 1].stem, words[first].stem) in lexicon.schema
    return replace(window, first=first + 1) if phrasal and window.last > first + 1 else window


def _in_units(words: tuple[Word, ...], lexicon: Lexicon) -> frozenset[int]:
    """Places of "in minutes" and the like: a wish about the unit, which every answer names
    anyway."""
    return frozenset(
        place
        for n, word in enumerate(words[1:], 1)
        if words[n - 1].text in ("in", ",")
        or (n + 1 == len(words) and word.text in _SHORT_UNITS and _apart(words, n))
        if (word.stem,) not in lexicon.schema or _measured(words[: n - 1])
        if _in_table(word.text)
        if n + 1 == len(words)
        or (_is_unit(word.text) and words[n - 1].text == "in" and words[n + 1].text in _BEHIND_UNIT)
        for place in ((n - 1, n) if words[n - 1].text in ("in", ",") else (n,))
    )


def _apart(words: tuple[Word, ...], n: int) -> bool:
    """ "…to load? ms": a unit that belongs to no word before it."""
    return words[n].start > words[n - 1].end + 1 and words[n - 1].number is None


def _measured(words: tuple[Word, ...]) -> bool:
    """Whether something is said to last or to be folded, so that "in minutes" are no minutes of a
    meeting."""
    lasts = {*HINTS["length"], *HINTS["size"]} - {"big", "larg"}
    return any(
        word.stem in lasts
        or word.text in AGGREGATES
        or SUPERLATIVES.get(word.text, (True, ""))[1] in ("length", "size")
        for word in words
    )


def _left_out(words: tuple[Word, ...]) -> frozenset[int]:
    """Places of "leaving out", "left by" and "left without", which are no leaving."""
    pairs = list(enumerate(pairwise(word.text for word in words)))
    whole = frozenset(place for n, pair in pairs if pair in _ASIDE for place in (n, n + 1))
    return whole | frozenset(
        n + (pair[0] == "even")
        for n, pair in pairs
        if (pair[0] == "left" and pair[1] in _LEFT) or pair == ("even", "once")
    )


def _in_table(text: str) -> bool:
    return text in UNITS or text.removesuffix("s") in UNITS


def _is_unit(text: str) -> bool:
    return text in _SHORT_UNITS or (text.removesuffix("s") in UNITS and len(text) > 3)


def _is_degree(before: Word, word: Word, lexicon: Lexicon) -> bool:
    """Whether "most active" is a degree here, although "active" alone is a value."""
    if before.text not in ("most", "least") or word.text not in ADJECTIVES:
        return False
    found = lexicon.schema.get((word.stem,), ())
    return all(m.kind in ("value", "collection") for m in found if m.surface == (word.text,))


def _is_value(words: tuple[Word, ...], beat: Beat, lexicon: Lexicon) -> bool:
    """Whether an adverb such as "daily" is part of a name, or stands beside a noun that has it
    as a value."""
    stems = tuple(w.stem for w in words[beat.first : beat.first + 4])
    if any(stems[:n] in lexicon.schema for n in range(2, len(stems) + 1)):
        return True
    if any(
        lexicon.values(tuple(w.text for w in words[start : beat.last]))
        for start in range(max(0, beat.first - _NAME_WORDS), beat.first)
    ):
        return True  # "users-daily"
    found = lexicon.schema.get((words[beat.first].stem,), ())
    values = {m.address for m in found if m.kind == "value"}
    noun = words[beat.last : beat.last + 1]
    named = {m.address for w in noun for m in lexicon.schema.get((w.stem,), ()) if _names(m)}
    if {a.partition(".")[0] for a in named} & {a.partition(".")[0] for a in values}:
        return True  # "weekly backups" are those of the weekly jobs
    near = words[max(0, beat.first - 4) : beat.last + 2]
    return any(
        m.address in values and m.weight > 0.9
        for w in near
        for m in lexicon.schema.get((w.stem,), ())
        if m.kind == "collection"
    )


def _names(m: Meaning) -> bool:
    return m.kind == "collection" and m.weight > 0.9


def _names_value(words: tuple[Word, ...], found: Sought, lexicon: Lexicon) -> bool:
    """Whether "about billing" names a declared value of the very collection before it, rather
    than text."""
    if found.cue in ("because of", "due to", "owing to"):
        texts = [w.text for w in words[found.first : found.last] if w.text not in _ARTICLES]
        told = tuple(map(stem, texts[2:]))
        return any(m.kind == "value" for m in lexicon.schema.get(told, ()))
    if found.cue not in ("about", "regarding", "concerning") or found.exact:
        return False
    texts = [w.text for w in words[found.first : found.last]]
    if found.cue == "concerning" and lexicon.values(tuple(texts[1:])):
        return True
    at = found.first - 1
    while at > 0 and words[at].text in ("is", "are", "was", "were"):
        at -= 1
    if at < 0 or not (content(words[at]) or words[at].number is not None):
        return True
    start = found.first + len(found.cue.split())
    stems = tuple(w.stem for w in words[start : found.last] if w.text != "the")
    head = {
        m.address
        for w in words[max(0, at - 1) : found.first]
        for m in lexicon.schema.get((w.stem,), ())
        if m.kind == "collection" and m.weight > 0.9
    }
    return any(m.kind == "value" and m.address in head for m in lexicon.schema.get(stems, ()))


def _absent(words: tuple[Word, ...], spans: tuple[Span, ...]) -> dict[int, Span]:
    """Spans of collections that a negator says there are none of, by their place among the
    spans."""
    out: dict[int, Span] = {}
    heads = [s for s in spans if s.meanings[0].kind == "collection"]
    for place, span in enumerate(spans):
        negator = next(
            (
                n
                for n in range(span.first - 1, max(-1, span.first - 6), -1)
                if words[n].text in ABSENCE
            ),
            None,
        )
        head = next((h for h in heads if h.last <= (negator if negator is not None else -1)), None)
        owned = head is not None and any(
            m.kind in ("field", "value") and m.address == head.meanings[0].address
            for m in span.meanings
        )
        between = words[negator + 1 : span.first] if negator is not None else ()
        if head is None or owned or span.meanings[0].kind != "collection" or negator is None:
            continue
        if any(
            w.text in ("in", "from", "on", "at", "by", "per", "who", "that", "which")
            for w in between
        ):
            continue
        if any(
            m.address == head.meanings[0].address for m in span.meanings if m.kind == "collection"
        ):
            continue
        out[place] = span
    return out
