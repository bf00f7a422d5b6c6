"""Phrases of the vocabulary in a question: the cover of its words by the best spans, misspelt
words corrected last."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from rapidfuzz.distance import OSA

from orchestrator.planner.grammar import (
    ABSENCE,
    AGGREGATES,
    COMPARATIVES,
    EXCLUSION,
    FILLER,
    FUNCTION,
    SUPERLATIVES,
    TIME_WORDS,
)
from orchestrator.planner.inflected import akin, over, same, singular, sounds_alike
from orchestrator.planner.lexicon import Lexicon
from orchestrator.planner.phrasing.english import is_word
from orchestrator.planner.vocabulary import Meaning
from orchestrator.planner.words import Word, fold, plain, stem

_LENGTH_BONUS: Final = 0.08
_SURFACE_BONUS: Final = 0.08
_HYPHENED: Final = 0.25
_SORTING: Final = frozenset({"order", "ordered", "sort", "sorted", "rank", "ranked", "group"})
_OUTRANKED: Final = 0.15  # a stored value beside a word of the schema (P10)
_SHORT: Final = 4
_OWN_NAME: Final = 0.9  # a collection is called so
_COUNTING: Final = frozenset({"number", "numbers", "count", "counts"})

_JOINING: Final = frozenset({"and", "or", ",", "/", "&"})
_SHARED_MAX: Final = 3  # words of the name whose last one is shared


@dataclass(frozen=True, slots=True)
class Span:
    """Words `first` to `last` (exclusive) and everything they may mean, best first. `typo`:
    edits needed."""

    first: int
    last: int
    meanings: tuple[Meaning, ...]
    words: str
    typo: int = 0
    #: a word of the grammar, which names data only where the root itself has such a field
    soft: bool = False

    def alike(self, m: Meaning) -> tuple[str, ...]:
        """The values of one field that the same words stand for: "unpaid" is open or overdue."""
        return tuple(
            other.value
            for other in self.meanings
            if (other.kind, other.address, other.field) == (m.kind, m.address, m.field)
            if other.weight == m.weight and other.surface == m.surface != ()
        )

    @property
    def score(self) -> float:
        words = self.last - self.first
        weight = self.meanings[0].weight - (0.4 if self.soft else 0.0)
        return weight * words + _LENGTH_BONUS * (words - 1) - 0.1 * self.typo


_GRAMMAR: Final = (
    FUNCTION | FILLER | ABSENCE | EXCLUSION | frozenset((*AGGREGATES, *SUPERLATIVES, *COMPARATIVES))
)


def content(word: Word) -> bool:
    """Whether the word must be explained for the question to be understood."""
    return word.kind in ("word", "code") and word.text not in _GRAMMAR


def cover(
    words: tuple[Word, ...],
    lexicon: Lexicon,
    hidden: frozenset[int],
    apart: frozenset[int] = frozenset(),
) -> tuple[Span, ...]:
    """The best non-overlapping spans, left to right. `hidden`: places already explained; `apart`:
    those that no span reaches over."""
    spans = _chosen(words, list(_matches(words, lexicon, hidden, {}, apart)), hidden)
    covered = {place for span in spans for place in range(span.first, span.last)}
    fixes = {
        place: fixed
        for place, word in enumerate(words)
        if place not in covered and place not in hidden and content(word) and word.kind == "word"
        if word.text not in TIME_WORDS and word.number is None
        for fixed in [correct(word.text, lexicon)]
        if fixed
    }
    if fixes:
        spans = _chosen(words, list(_matches(words, lexicon, hidden, fixes, apart)), hidden)
    return _said_once(spans)


def _said_once(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """ "how much was spent", "the money that came in": a measure is named once, by words that name
    nothing else; "how much fuel" is about the fuel."""
    out: list[Span] = []
    for n, span in enumerate(spans):
        best, after = span.meanings[0], spans[n + 1 : n + 2]
        loose = best.kind == "measure" and all(w in _GRAMMAR for w in span.words.split())
        others = (*out, *spans[n + 1 :])
        again = any(other.meanings[0].key == best.key for other in others)
        noun = any(s.first == span.last and s.meanings[0].kind == "field" for s in after)
        if not (loose and (again or noun)):
            out.append(span)
    return tuple(out)


def correct(word: str, lexicon: Lexicon) -> tuple[str, ...]:
    """Known words within one edit (two from eight letters on), schema words before stored ones;
    at most three."""
    if len(word) < 4 or not word.isalpha() or len(word) > 24 or is_word(word):
        return ()
    cutoff = 1 if len(word) < 9 else 2
    found: list[tuple[int, int, bool, str]] = []
    for side, known in enumerate(lexicon.spellings(len(word))):
        for other in known:
            if abs(len(other) - len(word)) <= cutoff and other[0] == word[0]:
                distance = OSA.distance(word, other, score_cutoff=cutoff)
                swapped = len(other) == len(word) <= _SHORT and sorted(other) != sorted(word)
                swapped = swapped and (side > 0 or not sounds_alike(word, other))
                if distance <= cutoff and not swapped:  # another letter makes another word
                    found.append((distance, side, other[-1] != word[-1], other))
    if not found and word.endswith("s"):
        return correct(singular(word), lexicon)
    return tuple(other for *_, other in sorted(found)[:3])


def _matches(
    words: tuple[Word, ...],
    lexicon: Lexicon,
    hidden: frozenset[int],
    fixes: Mapping[int, tuple[str, ...]],
    apart: frozenset[int],
) -> Iterator[Span]:
    longest = lexicon.longest
    for first, word in enumerate(words):
        if first in hidden or word.kind == "mark" or word.glued:
            continue
        yield from _shared(words, first, lexicon, hidden)
        for last in range(first + 1, min(first + longest, len(words)) + 1):
            if last - 1 in hidden or words[last - 1].kind in ("mark",):
                break
            if last - 1 > first and last - 1 in apart:
                break
            run = words[first:last]
            if run[0].kind == "quoted":
                yield from _quoted(run[0], first, lexicon)
                break
            if last < len(words) and words[last].glued:
                continue
            meanings = _meanings(run, lexicon, stated=_stated(words, first))
            counts = _counts(run, words[last:]) and not (
                run[0].text == "numbers" and _numbered(meanings, words[last:], lexicon)
            )
            if meanings and not counts and not _sequence(run, words[:first]):
                soft = (
                    len(run) == 1
                    and run[0].text in _GRAMMAR | TIME_WORDS
                    and not _is_name(meanings)
                )
                yield Span(first, last, meanings, " ".join(w.text for w in run), soft=soft)
            for place in range(first, last):
                for fixed in fixes.get(place, ()):
                    yield from _fixed(run, first, place, fixed, lexicon)


def _shared(
    words: tuple[Word, ...], first: int, lexicon: Lexicon, hidden: frozenset[int]
) -> Iterator[Span]:
    """ "first and last names": a word that names a field by the last word of the one behind it."""
    named = first + 2
    if named >= len(words) or words[first + 1].text not in _JOINING:
        return
    if words[first].text not in _GRAMMAR and _meanings(words[first : named - 1], lexicon):
        return
    for last in range(named + 2, min(named + _SHARED_MAX, len(words)) + 1):
        if last - 1 in hidden or words[last - 1].kind == "mark":
            return
        beside = {m.address for m in _fields(words[named:last], lexicon)}
        found = _fields((words[first], *words[named + 1 : last]), lexicon)
        if kept := tuple(m for m in found if m.address in beside):
            yield Span(first, first + 1, kept, words[first].text)


def _fields(run: tuple[Word, ...], lexicon: Lexicon) -> Iterator[Meaning]:
    return (m for m in _meanings(run, lexicon) if m.kind == "field" and not m.proposed)


def _counts(run: tuple[Word, ...], after: tuple[Word, ...]) -> bool:
    """Whether the words are the "number of" that counts or the "order by" that sorts, and so
    name nothing."""
    if len(run) != 1 or not after:
        return False
    counts = run[0].text in _COUNTING and after[0].text == "of"
    return counts or (run[0].text in _SORTING and after[0].text == "by")


_AHEAD: Final = 6  # words from "numbers of" to what has them


def _numbered(meanings: tuple[Meaning, ...], after: tuple[Word, ...], lexicon: Lexicon) -> bool:
    """Whether "the numbers of all open invoices" are the numbers that invoices have."""
    plural = {m.address for m in meanings if m.kind == "field" and m.surface[-1:] == ("number",)}
    named = {
        m.address
        for word in after[:_AHEAD]
        for m in lexicon.schema.get((word.stem,), ())
        if m.kind == "collection" and m.weight > _OWN_NAME
    }
    return bool(plural & named)


_SEQUENCES: Final = frozenset(
    [
        "alphabetical",
        "alphabetic",
        "ascending",
        "descending",
        "increasing",
        "decreasing",
        "chronological",
        "reverse",
        "lexicographic",
        "lexicographical",
    ]
)


def _sequence(run: tuple[Word, ...], before: tuple[Word, ...]) -> bool:
    """Whether "alphabetical order" says how to sort, whatever orders there are."""
    return [word.text for word in run] == ["order"] and any(
        word.text in _SEQUENCES for word in before[-1:]
    )


def _is_name(meanings: tuple[Meaning, ...]) -> bool:
    """Whether a word of the grammar is the very name of a collection, such as "order"."""
    return any(m.kind == "collection" and m.weight >= 0.95 for m in meanings)


_STATING: Final = frozenset(
    [
        "is",
        "are",
        "was",
        "were",
        "been",
        "be",
        "not",
        "neither",
        "nor",
        "already",
        "got",
        ",",
        "and",
        "or",
    ]
)


def _stated(words: tuple[Word, ...], first: int) -> bool:
    """Whether "done" is a state, and no auxiliary: "tasks that are done", "done tasks"."""
    if words[first].text != "done":
        return False
    before = words[first - 1] if first else None
    after = words[first + 1].text if first + 1 < len(words) else ""
    if before is None or not after:
        return before is None or content(before) or before.text in _STATING
    return before.text in _STATING and after != "by"


def _meanings(
    run: tuple[Word, ...], lexicon: Lexicon, *, stated: bool = False
) -> tuple[Meaning, ...]:
    if len(run) == 1 and run[0].text in FUNCTION and not stated:
        return ()
    stems = tuple([word.stem for word in run])
    texts = tuple([word.text for word in run])
    if not lexicon.holds(texts, stems):
        return ()  # as most are
    found = [
        replace(m, weight=m.weight + _SURFACE_BONUS) if same(m.surface, texts) else m
        for m in lexicon.schema.get(stems, ())
        if m.surface == texts or (akin(m.surface, texts) and not over(m, texts))
    ]
    if found:
        found += [replace(m, weight=m.weight - 0.1) for m in _core(run, lexicon)]
    if len(run) == 1 and run[0].text in _GRAMMAR | TIME_WORDS:
        found = [
            m
            for m in found
            if m.weight >= 0.6
            and (
                run[0].text not in TIME_WORDS or m.surface in (texts, (texts[0].removesuffix("s"),))
            )
        ]
    if not (len(run) == 1 and run[0].kind == "number"):
        # typed as one name: `request_latency`, `users-daily`
        hyphened = len(run) > 1 and all(word.hyphened for word in run[1:])
        glued = hyphened or any(word.glued for word in run)
        held = lexicon.values(texts) if glued else lexicon.values_at(texts, stems)
        held = held or (lexicon.inflected(stems) if hyphened else [])
        near = (m for m in held if not m.surface or akin(m.surface, texts))
        stored = [_spelt(m, run) for m in near]
        if hyphened:
            stored = [replace(m, weight=m.weight + _HYPHENED) for m in stored]
        said = [m for m in found if not m.proposed]
        found = said if said or stored else found
        found += [replace(m, weight=m.weight - _OUTRANKED) for m in stored] if found else stored
    best: dict[tuple[str, str, str, str], Meaning] = {}
    for m in found:
        if m.key not in best or best[m.key].weight < m.weight:
            best[m.key] = m
    return tuple(sorted(best.values(), key=lambda m: (-m.weight, m.key)))


def _core(run: tuple[Word, ...], lexicon: Lexicon) -> list[Meaning]:
    """What "still open" means where only "open" is known."""
    inner = [n for n, word in enumerate(run) if word.text not in FUNCTION]
    if len(run) == 1 or len(inner) != 1 or any(w.text in ABSENCE for w in run):
        return []
    return lexicon.schema.get((run[inner[0]].stem,), [])


def _spelt(meaning: Meaning, run: tuple[Word, ...]) -> Meaning:
    """A name written with its capitals is likelier to be meant as one."""
    exact = meaning.value == " ".join(w.raw for w in run) and not meaning.value.islower()
    return replace(meaning, weight=meaning.weight + _SURFACE_BONUS) if exact else meaning


def _quoted(word: Word, first: int, lexicon: Lexicon) -> Iterator[Span]:
    """Quotes name a value, whatever its words are."""
    key = tuple(fold(part) for part in plain(word.raw))
    found = [replace(m, weight=1.1) for m in lexicon.values(key)]
    found += [
        replace(m, weight=1.1)
        for m in lexicon.schema.get(tuple(map(stem, key)), ())
        if m.kind == "value" and plain(m.value.replace("_", " ")) == key
    ]
    if found:
        yield Span(
            first, first + 1, tuple(sorted(found, key=lambda m: (-m.weight, m.key))), word.raw
        )


def _fixed(
    run: tuple[Word, ...], first: int, place: int, fixed: str, lexicon: Lexicon
) -> Iterator[Span]:
    at = place - first
    word = replace(run[at], text=fixed, stem=stem(fixed))
    meanings = _meanings((*run[:at], word, *run[at + 1 :]), lexicon)
    if meanings:
        edits = OSA.distance(run[at].text, fixed)
        weaker = tuple(replace(m, weight=m.weight - 0.06 * edits) for m in meanings)
        yield Span(first, first + len(run), weaker, " ".join(w.text for w in run), typo=edits)


def _chosen(words: tuple[Word, ...], spans: list[Span], hidden: frozenset[int]) -> tuple[Span, ...]:
    """Weighted interval scheduling; a content word left over costs, so that longer explanations
    win ties."""
    ending: dict[int, list[Span]] = {}
    for span in spans:
        ending.setdefault(span.last, []).append(span)
    best: list[tuple[float, Span | None, int]] = [(0.0, None, 0)]
    for last in range(1, len(words) + 1):
        choice: tuple[float, Span | None, int] = (best[last - 1][0], None, last - 1)
        for span in ending.get(last, ()):
            score = best[span.first][0] + span.score
            if score > choice[0] + 1e-9:
                choice = (score, span, span.first)
        best.append(choice)
    out: list[Span] = []
    at = len(words)
    while at:
        _, chosen, back = best[at]
        if chosen is not None:
            out.append(chosen)
        at = back
    return tuple(reversed(out))


__all__ = ["Span", "content", "correct", "cover"]
