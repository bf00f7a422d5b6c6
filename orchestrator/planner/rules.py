"""The rules planner: words, spans, a root, slots, a checked plan. Pure and deterministic; never raises on any text."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from orchestrator.planner import folding, narrowing
from orchestrator.planner.describe import describe
from orchestrator.planner.frame import Frame, Item, letter_of
from orchestrator.planner.grammar import ADJECTIVES
from orchestrator.planner.graph import Graph, Joins, graph_of
from orchestrator.planner.lexicon import Lexicon, lexicon_of
from orchestrator.planner.listing import listing
from orchestrator.planner.literals import Comparison, Sought, comparisons, percentiles, sought
from orchestrator.planner.ranking import ranking
from orchestrator.planner.reading import Context, Question, Reading, Readings
from orchestrator.planner.refusal import asks_to_write, near_names
from orchestrator.planner.source import Candidate, Needs, Pick, candidates
from orchestrator.planner.spans import Span, content, cover
from orchestrator.planner.timewindow import Beat, Window, beats, windows
from orchestrator.planner.words import Word, tokenise
from registry.catalog import Catalogue
from registry.check import check
from registry.errors import IsothermError
from registry.limits import QUESTION_CHARS_MAX
from registry.plan import Order, QueryPlan, conjoin, conjuncts

NAME: Final = "rules"
READINGS_MAX: Final = 3
_CLOSE: Final = 0.3  # a root this much worse than the best may still be meant
_NEGATORS: Final = frozenset(
    {"without", "no", "never", "not", "lacking", "missing", "lack", "lacks"}
)


def plan(question: Question, catalogue: Catalogue, context: Context) -> Readings:
    """Readings of a question, best first. See `reading.Planner`."""
    if len(question.text) > QUESTION_CHARS_MAX:
        return Readings(NAME, reason=f"The question is longer than {QUESTION_CHARS_MAX} characters; shorten it.")  # fmt: skip
    words = tokenise(question.text)
    verb = asks_to_write(words)
    if verb is not None:
        return Readings(
            NAME,
            reason=f"A question can only read, so it cannot {verb} anything; use the ingest or write tools.",
            suggestions=near_names(tuple(w.text for w in words[1:6]), catalogue),
        )
    return _read(_Asked.of(question, words, catalogue), catalogue)


class _Asked:
    """A question taken apart, before any root is chosen."""

    def __init__(self, question: Question, words: tuple[Word, ...], lexicon: Lexicon) -> None:
        self.now_us = question.now_us
        self.words = words
        self.windows = windows(words, question.now_us, question.timezone)
        hidden = _places(self.windows)
        self.beats = tuple(b for b in beats(words, hidden) if not b.soft or not _is_value(words, b, lexicon))  # fmt: skip
        hidden |= _places(self.beats)
        self.comparisons = comparisons(words, hidden)
        hidden |= _places(self.comparisons)
        self.percentiles = percentiles(words, hidden)
        hidden |= {p for first, last, _ in self.percentiles for p in range(first, last)}
        self.sought = tuple(
            s for s in sought(question.text, words, hidden) if not _names_value(words, s, lexicon)
        )
        hidden |= _places(self.sought)
        hidden |= {p for p in range(1, len(words)) if _is_degree(words[p - 1], words[p], lexicon)}
        self.hidden = frozenset(hidden)
        self.spans = cover(words, lexicon, self.hidden)
        self.absent = _absent(words, self.spans, lexicon)

    @classmethod
    def of(cls, question: Question, words: tuple[Word, ...], catalogue: Catalogue) -> _Asked:
        return cls(question, words, lexicon_of(catalogue))


def _places(found: tuple[Window, ...] | tuple[Beat, ...] | tuple[Comparison, ...] | tuple[Sought, ...]) -> frozenset[int]:  # fmt: skip
    return frozenset(place for item in found for place in range(item.first, item.last))


def _is_degree(before: Word, word: Word, lexicon: Lexicon) -> bool:
    """Whether "most active" is a degree here, although "active" alone is a value."""
    if before.text not in ("most", "least") or word.text not in ADJECTIVES:
        return False
    found = lexicon.schema.get((word.stem,), ())
    return all(m.kind == "value" for m in found)


def _is_value(words: tuple[Word, ...], beat: Beat, lexicon: Lexicon) -> bool:
    """Whether an adverb such as "daily" stands before a noun that has it as a value."""
    found = lexicon.schema.get((words[beat.first].stem,), ())
    values = {m.address for m in found if m.kind == "value"}
    near = words[beat.last : beat.last + 2]
    return any(m.address in values and m.weight > 0.9 for w in near for m in lexicon.schema.get((w.stem,), ()) if m.kind == "collection")  # fmt: skip


def _names_value(words: tuple[Word, ...], found: Sought, lexicon: Lexicon) -> bool:
    """Whether "about billing" names a declared value of the very collection before it, rather than text."""
    if found.cue not in ("about", "regarding") or found.exact:
        return False
    if found.first == 0 or not (
        content(words[found.first - 1]) or words[found.first - 1].number is not None
    ):
        return True
    start = found.first + len(found.cue.split())
    stems = tuple(w.stem for w in words[start : found.last] if w.text != "the")
    head = {m.address for w in words[max(0, found.first - 2) : found.first] for m in lexicon.schema.get((w.stem,), ()) if m.kind == "collection" and m.weight > 0.9}  # fmt: skip
    return any(m.kind == "value" and m.address in head for m in lexicon.schema.get(stems, ()))


def _absent(words: tuple[Word, ...], spans: tuple[Span, ...], lexicon: Lexicon) -> dict[int, Span]:
    """Spans of collections that a negator says there are none of, by their place among the spans."""
    out: dict[int, Span] = {}
    heads = [s for s in spans if s.meanings[0].kind == "collection"]
    for place, span in enumerate(spans):
        negator = next((n for n in range(span.first - 1, max(-1, span.first - 6), -1) if words[n].text in _NEGATORS), None)  # fmt: skip
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


def _read(asked: _Asked, catalogue: Catalogue) -> Readings:
    graph = graph_of(catalogue)
    unknown = _unknown(asked)
    positive = tuple(s for n, s in enumerate(asked.spans) if n not in asked.absent and not _qualifies(asked, n))  # fmt: skip
    found = candidates(positive, catalogue, graph, Needs(bool(asked.windows), bool(asked.sought)))
    if not found:
        return _nothing(asked, catalogue, unknown)
    readings: list[Reading] = []
    for candidate in found[:READINGS_MAX]:
        behind = found[0].score - candidate.score
        if behind > _CLOSE:
            break
        reading = _reading(asked, candidate, catalogue, graph, behind)
        if reading is not None and all(r.plan != reading.plan for r in readings):
            readings.append(reading)
    if not readings:
        return _nothing(asked, catalogue, unknown)
    readings.sort(key=lambda r: -r.confidence)
    missed = readings[0].not_understood
    return Readings(
        NAME, tuple(readings), None, missed, near_names(missed, catalogue) if missed else ()
    )


def _qualifies(asked: _Asked, place: int) -> bool:
    """Whether the span stands between a negator and what is absent: "without failed runs", "never sent a message"."""
    after = asked.absent.get(place + 1)
    return after is not None and any(
        asked.words[n].text in _NEGATORS
        for n in range(max(0, asked.spans[place].first - 3), asked.spans[place].first)
    )


def _unknown(asked: _Asked) -> tuple[str, ...]:
    covered = {p for s in asked.spans for p in range(s.first, s.last)} | asked.hidden
    return tuple(w.raw for n, w in enumerate(asked.words) if n not in covered and content(w))


def _nothing(asked: _Asked, catalogue: Catalogue, unknown: tuple[str, ...]) -> Readings:
    reason = (
        "Nothing in the question names data that is stored here."
        if not asked.spans
        else "The words are known, but no plan answers the question."
    )
    return Readings(NAME, (), reason, unknown, near_names(unknown, catalogue))


# -- one reading -----------------------------------------------------------------------------------


def _items(
    asked: _Asked, candidate: Candidate, catalogue: Catalogue, graph: Graph
) -> list[Item] | None:
    """Everything meaningful in the question, left to right."""
    made: list[tuple[str, int, int, Pick | None, object]] = []
    chosen = {pick.span.first: pick for pick in candidate.picks}
    for place, span in enumerate(asked.spans):
        if place in asked.absent:
            pick = _absent_pick(span, candidate.root, catalogue, graph)
            if pick is None:
                return None
            made.append(("E", span.first, span.last, pick, ()))
        elif _qualifies(asked, place):
            noun = asked.absent[place + 1].meanings[0].address
            routes = graph.routes(candidate.root, noun)
            value = next((m for m in span.meanings if m.address == noun), None)
            if value is not None and value.kind != "value":
                made.append(("W", span.first, span.last, None, None))  # "never sent a message"
                continue
            if value is None or not routes:
                return None
            made.append(("V", span.first, span.last, Pick(span, value, routes[0]), "absent"))
        elif span.first in chosen:
            pick = chosen[span.first]
            made.append((_letter(pick, catalogue), span.first, span.last, pick, None))
    made += [("T", w.first, w.last, None, w) for w in asked.windows]
    made += [("K", b.first, b.last, None, b) for b in asked.beats]
    made += [("O", c.first, c.last, None, c) for c in asked.comparisons]
    made += [("P", first, last, None, q) for first, last, q in asked.percentiles]
    made += [("S", s.first, s.last, None, s) for s in asked.sought]
    covered = {p for _, first, last, _, _ in made for p in range(first, last)}
    for place, word in enumerate(asked.words):
        if place not in covered and place not in asked.hidden:
            letter = _loose_letter(word)
            if letter:
                made.append((letter, place, place + 1, None, None))
    made.sort(key=lambda m: m[1])
    return [
        Item(letter, n, first, last, " ".join(w.text if w.kind != "quoted" else w.raw for w in asked.words[first:last]), pick, payload)
        for n, (letter, first, last, pick, payload) in enumerate(made)
    ]  # fmt: skip


def _loose_letter(word: Word) -> str | None:
    if word.kind == "quoted":
        return "Q"
    if word.kind == "number" or (word.number is not None and word.text not in ("one", "zero")):
        return "Z"
    if word.kind == "code":
        return "X"
    return "U" if content(word) else None


def _letter(pick: Pick, catalogue: Catalogue) -> str:
    kind = pick.meaning.kind
    if kind == "field":
        return letter_of(catalogue.collections[pick.meaning.address].field(pick.meaning.field))
    return {"collection": "C", "value": "V", "measure": "M"}[kind]


def _absent_pick(span: Span, root: str, catalogue: Catalogue, graph: Graph) -> Pick | None:
    for meaning in span.meanings:
        if meaning.kind != "collection":
            continue
        routes = [r for r in graph.routes(root, meaning.address) if len(r.steps) == 1]
        if routes:
            return Pick(span, meaning, routes[0])
    return None


_SLOTS: Final[tuple[Callable[[Frame], None], ...]] = (
    narrowing.searches,
    folding.conditions,
    folding.measure_conditions,
    narrowing.literals,
    narrowing.comparisons,
    narrowing.nulls,
    narrowing.values,
    narrowing.windows,
    folding.groups,
    folding.buckets,
    folding.aggregates,
    ranking,
)


def _reading(
    asked: _Asked, candidate: Candidate, catalogue: Catalogue, graph: Graph, behind: float
) -> Reading | None:
    items = _items(asked, candidate, catalogue, graph)
    if items is None:
        return None
    frame = Frame(candidate.root, catalogue, graph, asked.words, asked.now_us, items, Joins(catalogue, candidate.root))  # fmt: skip
    frame.reshape()
    for item in items:
        if item.letter == "E":
            after = [i for i in items if i.first >= item.last and i.letter == "T"]
            item.payload = {i.place for i in after}
    if not narrowing.absent(frame):
        return None
    for slot in _SLOTS:
        slot(frame)
    _finish(frame)
    made = _plan(frame)
    if made is None:
        return None
    missed = _missed(frame)
    return Reading(
        made,
        _confidence(frame, candidate, behind, missed),
        describe(made),
        tuple(frame.notes),
        missed,
    )


def _finish(frame: Frame) -> None:
    narrowing.flags(frame)
    folding.shares(frame)
    folding.contrasts(frame)
    if not frame.measures or frame.has(r"how many|number of|count"):
        _counted(frame)
    folding.numbers_in_groups(frame)
    if frame.group and not frame.measures:
        folding.count_root(frame)
    listing(frame)
    if frame.group and frame.measures and not frame.order:
        beat = next((g for g in frame.group if g.bucket), None)
        frame.order.append(
            Order(by=beat.name) if beat else Order(by=frame.measures[0].name, desc=True)
        )
    for item in frame.free("C"):
        frame.use(item)


def _counted(frame: Frame) -> None:
    if frame.having and not frame.counted and frame.measures:
        frame.doubt *= 0.75 if frame.has(r"how many|number of") else 1.0
    elif not frame.counted and not frame.order:
        folding.counts(frame)


def _plan(frame: Frame) -> QueryPlan | None:
    try:
        made = QueryPlan(
            **{"from": frame.root},  # type: ignore[arg-type]
            joins=tuple(frame.joins.joins),
            where=conjoin([part for made in frame.where for part in conjuncts(made)]),
            select=() if frame.measures or frame.group else tuple(frame.select),
            distinct=frame.distinct and not (frame.measures or frame.group),
            group=tuple(frame.group),
            measures=tuple(frame.measures),
            having=conjoin(frame.having),
            order=tuple(frame.order),
            limit=frame.limit,
        )
        check(made, frame.catalogue)
    except (IsothermError, ValueError):
        return None
    return made


def _missed(frame: Frame) -> tuple[str, ...]:
    """Words that no part of the plan accounts for."""
    return tuple(i.words for i in frame.free("UXQOTSPEVM") if not re.fullmatch(r"\W*", i.words))


def _confidence(
    frame: Frame, candidate: Candidate, behind: float, missed: tuple[str, ...]
) -> float:
    sure = 0.97 * frame.doubt * (1.0 - min(behind, _CLOSE))
    sure *= 0.94 ** sum(p.span.typo for p in candidate.picks)
    sure *= 0.98 ** len(frame.joins.joins)
    sure *= 0.9 ** len(frame.free("NZ"))
    sure *= 0.5 ** len(candidate.lost)
    if any(p.route.fans_out for p in candidate.picks):
        summed = any(m.fn in ("sum", "avg", "count") for m in frame.measures)
        sure *= 0.4 if summed else 0.6
    if missed:
        sure *= 0.4 ** min(len(missed), 3)
    return round(min(sure, 1.0), 4)


__all__ = ["plan"]
