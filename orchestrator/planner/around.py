"""What the words around a span say of it: what only a value is, what a verb is, what is asked for.

Takes spans away or some of their meanings; never makes one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Final

from orchestrator.planner.grammar import ABBREVIATIONS
from orchestrator.planner.spans import Span
from orchestrator.planner.vocabulary import Meaning
from orchestrator.planner.words import Word, plain, stem

_AUXILIARIES: Final = frozenset(
    [
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "being",
        "get",
        "got",
        "gets",
        "has",
        "have",
        "had",
        "do",
        "does",
        "did",
        "not",
        "never",
        "who",
        "whoever",
    ]
)
_OFTEN: Final = frozenset({"how often"})  # asks for a number, where nothing else has one
_NEAR: Final = 0.8  # names a collection or a field of it, and no part of one
_BREAK: Final = re.compile(r"[:;?!()|]|\.\s|\s[-–—]\s")


def breaks(text: str, words: tuple[Word, ...]) -> frozenset[int]:
    """Places of words that nothing before them reaches: a colon, a bracket, a dash stands
    between."""
    gaps = {n: text[words[n - 1].end : words[n].start] for n in range(1, len(words))}
    return frozenset(
        n
        for n, gap in gaps.items()
        if _BREAK.search(gap) and not (gap == ". " and words[n - 1].text in ABBREVIATIONS)
    )


def at_home(spans: tuple[Span, ...], words: tuple[Word, ...]) -> tuple[Span, ...]:
    """The spans without such as stand where a verb does, and only stand for a value of what
    nothing else in the question names: "live" for the articles that are, where it says in which
    city people do."""
    named = {
        m.address
        for span in spans
        if not span.soft
        for m in span.meanings
        if m.weight >= _NEAR and not _paraphrased(m, span)
    }
    spans = tuple(
        s
        for s in spans
        if s.words not in _OFTEN or any(m.address in _collections(spans) for m in s.meanings)
    )
    ends = {span.last for span in spans}
    strange = [
        s
        for s in spans
        if any(_paraphrased(m, s) for m in s.meanings)
        if s.last == s.first + 1
        if s.soft or s.first in ends or (s.first and words[s.first - 1].text in _AUXILIARIES)
    ]
    if len(strange) == len(spans):
        return spans
    kept = (_known(s, named) if s in strange else s for s in spans)
    return tuple(s for s in kept if s.meanings)


def _known(span: Span, named: set[str]) -> Span:
    """The span without states of what is not named."""
    kept = (m for m in span.meanings if m.address in named or not _paraphrased(m, span))
    return replace(span, meanings=tuple(kept))


def _collections(spans: tuple[Span, ...]) -> set[str]:
    """What is named as a collection."""
    return {
        m.address for s in spans for m in s.meanings[:1] if m.kind == "collection" and not s.soft
    }


def nearer(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """The spans, one that may be a field of what is named or a value of what is not as the field:
    "the agent with most tickets" is who answers them."""
    named = _collections(spans)
    return tuple(_of_named(s, named) for s in spans)


def _of_named(span: Span, named: set[str]) -> Span:
    fields = tuple(
        m for m in span.meanings if m.kind == "field" and m.address in named and m.weight >= _NEAR
    )
    values = [m for m in span.meanings if m.kind == "value"]
    if span.soft or not fields or not values or any(m.address in named for m in values):
        return span
    return replace(span, meanings=tuple(m for m in span.meanings if m.kind != "value"))


def _orders(span: Span, words: tuple[Word, ...]) -> bool:
    """ "name the four industries"."""
    after = words[span.last] if span.last < len(words) else None
    told = after is not None and (after.number is not None or after.text in _NAMED)
    return told and all(w.text in _PLEASE for w in words[: span.first])


_NAMED: Final = frozenset({"the", "for", "all", "every", "our", "me", "us", "any", "those", "each"})
_PLEASE: Final = frozenset({"please", "can", "could", "would", "you", "pls", "hey", "hi", "also"})
_TO: Final = frozenset({"in", "on", "at", "to", "by"})


def told_by_verb(span: Span, words: tuple[Word, ...]) -> bool:
    """ "what do we store": a word of another form, which says what is done and names nothing."""
    if span.words in ("name", "search") and _orders(span, words):
        return True
    before = [w.text for w in words[max(0, span.first - 2) : span.first]]
    does = before[:1] in (["do"], ["did"], ["does"]) and before[1:] in (["we"], ["you"], ["they"])
    word = tuple(w.text for w in words[span.first : span.last])
    bound = all(w.text in _TO for w in words[span.first + 1 : span.last])  # "store in"
    return does and bound and all(m.kind == "field" and m.surface != word for m in span.meanings)


_DONE: Final = frozenset(
    ["wrote", "written", "ran", "sent", "made", "did", "left", "gave", "took", "opened", "placed"]
)
_OBJECT: Final = frozenset(
    [
        "a",
        "an",
        "any",
        "the",
        "some",
        "one",
        "single",
        "at",
        "least",
        "more",
        "than",
        "no",
        "not",
        "most",
        "fewest",
        "how",
        "many",
    ]
)


def _denied(verb: Span, words: tuple[Word, ...]) -> bool:
    """ "did not open any ticket" is of no state."""
    before = [w.text for w in words[max(0, verb.first - 2) : verb.first]]
    did = before in (["did", "not"], ["do", "not"], ["does", "not"])
    return did and verb.meanings[0].kind == "value"


def acted(spans: tuple[Span, ...], words: tuple[Word, ...]) -> Iterator[Span]:
    """The spans of verbs that another span is the object of: "wrote a comment" is no message."""
    for place, (verb, what) in enumerate(pairwise(spans)):
        word = words[verb.first].text
        between = {w.text for w in words[verb.last : what.first] if w.number is None}
        done = verb.last == verb.first + 1 and (word in _DONE or word.endswith("ed"))
        done = done or _denied(verb, words)
        told = what
        if what.meanings[0].kind == "value" and place + 2 < len(spans):
            behind = spans[place + 2]  # "filed an urgent request"
            told = behind if behind.first == what.last else what
        named = {m.address for m in told.meanings if m.kind == "collection" and m.weight >= _NEAR}
        if not done or not named or not between <= _OBJECT or verb.last == what.first:
            continue
        kind = verb.meanings[0].kind
        apart = named.isdisjoint(m.address for m in verb.meanings if m.kind == kind)
        apart = apart or _denied(verb, words) or _same_deed(verb, told)
        if verb.meanings[0].kind in ("collection", "value") and apart:
            yield verb


_ENTRIES: Final = frozenset({"entries", "entry", "records", "rows", "lines", "items"})
_PART_OF: Final = frozenset({("in", "the"), ("of", "the"), ("from", "the"), ("in",), ("of",)})
_DONE_TO: Final = frozenset({"on", "to", "in", "about"})
_ONE: Final = frozenset({"a", "an", "any", "some", "one"})


def implied(spans: tuple[Span, ...], words: tuple[Word, ...]) -> Iterator[Span]:
    """The spans that another says as well: who commented did so on an article."""
    for a, b in pairwise(spans):
        kinds = [s.meanings[0].kind for s in (a, b)]
        between = tuple(w.text for w in words[a.last : b.first])
        if kinds != ["collection", "collection"]:
            continue
        done = a.words.endswith("ed") and len(between) == 2
        held = any(m.kind == "field" and m.address == a.meanings[0].address for m in b.meanings)
        if done and held and between[0] in _DONE_TO and between[1] in _ONE:
            yield b


def _same_deed(verb: Span, what: Span) -> bool:
    """ "filed the most documents": the deed is no second name of what it was done to."""
    kinds = {verb.meanings[0].kind, what.meanings[0].kind}
    same = verb.meanings[0].address == what.meanings[0].address
    return kinds == {"collection"} and same and stem(verb.words) != stem(what.words)


_FOR: Final = frozenset({"per", "which", "what", "their", "its", "his", "her"})


def asked_for(spans: tuple[Span, ...], words: tuple[Word, ...]) -> tuple[Span, ...]:
    """The spans, those right behind "per" and "which" as what has values, and not as one of
    them: "per agent" is no side of a talk."""
    after = (*spans[1:], None)
    return tuple(
        _as_field(s) if _for_each(s, words) and not _told_of(s, other) else s
        for s, other in zip(spans, after, strict=False)
    )


def _told_of(span: Span, after: Span | None) -> bool:
    """ "which published article": a value of what is named right behind it."""
    if after is None or after.first != span.last or after.meanings[0].kind != "collection":
        return False
    address = after.meanings[0].address
    return any(m.kind == "value" and m.address == address for m in span.meanings)


def _for_each(span: Span, words: tuple[Word, ...]) -> bool:
    before = [w.text for w in words[max(0, span.first - 2) : span.first]]
    if before[-1:] in (["each"], ["every"]):
        return before[0] in ("for", "of", "in", "by", "per")
    return bool(before) and before[-1] in _FOR


def _as_field(span: Span) -> Span:
    kept = tuple(m for m in span.meanings if m.kind != "value")
    return replace(span, meanings=kept) if any(m.weight >= _NEAR for m in kept) else span


_OR: Final = frozenset({"or", "and", "nor", ",", "vs", "versus"})


def conjoined(spans: tuple[Span, ...], words: tuple[Word, ...]) -> tuple[Span, ...]:
    """The spans, those joined by "or" and the like as values of one field where they may be:
    "billing nor login" names two topics, although logins are a collection, too."""
    out = list(spans)
    for n, (a, b) in enumerate(pairwise(spans)):
        between = words[a.last : b.first]
        if not between or any(w.text not in _OR for w in between):
            continue
        mine, other = (
            {(m.address, m.field) for m in s.meanings if m.kind == "value"} for s in (a, b)
        )
        shared = mine & other
        if shared and not (a.meanings[0].kind == b.meanings[0].kind == "collection"):
            out[n] = _as_value(out[n], shared)
            out[n + 1] = _as_value(out[n + 1], shared)
    return tuple(out)


def _as_value(span: Span, fields: set[tuple[str, str]]) -> Span:
    kept = tuple(m for m in span.meanings if m.kind == "value" and (m.address, m.field) in fields)
    return replace(span, meanings=kept) if kept else span


def _paraphrased(m: Meaning, span: Span) -> bool:
    """Whether words say a value that is called otherwise."""
    if m.kind != "value":
        return False
    called = tuple(map(stem, plain(m.value.replace("_", " "))))
    return span.soft or (bool(m.surface) and called != tuple(map(stem, m.surface)))


def merged(spans: tuple[Span, ...], words: tuple[Word, ...]) -> tuple[Span, ...]:
    """The spans, two that name one thing as one: a "star rating", "entries in the audit trail"."""
    out: list[Span] = []
    for span in spans:
        before = out[-1] if out else None
        shared = _shared_fields(before, span) if before is not None else ()
        if before is not None and shared:
            said = f"{before.words} {span.words}"
            out[-1] = replace(span, first=before.first, meanings=shared, words=said)
        elif before is not None and _of_log(before, span, words):
            out[-1] = replace(span, first=before.first)
        else:
            out.append(span)
    return tuple(out)


def _of_log(a: Span, b: Span, words: tuple[Word, ...]) -> bool:
    """Whether the first says no more than that the second has records."""
    both = a.meanings[0].kind == b.meanings[0].kind == "collection"
    between = tuple(word.text for word in words[a.last : b.first])
    return both and a.words in _ENTRIES and between in _PART_OF


def _shared_fields(a: Span, b: Span) -> tuple[Meaning, ...]:
    """What both name, where both name fields and nothing stands between."""
    kinds = {m.kind for s in (a, b) for m in s.meanings[:1]}
    if a.last != b.first or kinds != {"field"} or a.soft or b.soft or a.words == b.words:
        return ()
    mine = {(m.address, m.field) for m in a.meanings if m.kind == "field"}
    return tuple(m for m in b.meanings if m.kind == "field" and (m.address, m.field) in mine)


__all__ = [
    "acted",
    "asked_for",
    "at_home",
    "breaks",
    "conjoined",
    "implied",
    "merged",
    "nearer",
    "told_by_verb",
]
