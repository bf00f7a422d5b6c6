"""A question as tokens, one per meaningful stretch, and its clauses: parts of it that are read
alone.

    names of singers older than 30 in France   ->   names F0 of C1 O2 in V3

Letters: C collection, F N D B a field (other, number, time, boolean), V value, M measure, O
comparison, T window, K bucket, Z number, Q quoted text, X code, S searched text, P percentile, U
a word that nothing explains. `|` ends a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Final

from orchestrator.planner.asked import Asked
from orchestrator.planner.clauses.compounds import Piece, compounds
from orchestrator.planner.grammar import ABBREVIATIONS, SUPERLATIVES, UNITS
from orchestrator.planner.shape.frame import letter_of, loose_letter
from orchestrator.planner.spans import Span
from orchestrator.planner.vocabulary import Meaning
from orchestrator.planner.words import Word
from registry.catalog import Catalogue
from registry.domain import CollectionSpec
from registry.record import NUMERIC

FIELD: Final = "[FNDB]"
_ENDS: Final = re.compile(r"[?!;]|\.\s")
#: what stands behind these is told of what stands before, or asked besides
_ASIDE: Final = re.compile(r"[:(]|\s[-–—]+\s")
#: never the name of data, whatever the schema says
_NEVER: Final = frozenset(
    [
        "list",
        "show",
        "find",
        "give",
        "tell",
        "return",
        "display",
        "how",
        "many",
        "total",
        "average",
        "mean",
        "most",
        "least",
        "fewest",
        "each",
        "every",
        "per",
        "both",
        "all",
        "different",
        "distinct",
        "unique",
        "what",
        "which",
        "who",
        "whose",
        "where",
        "highest",
        "lowest",
        "largest",
        "smallest",
        "maximum",
        "minimum",
        "more",
        "less",
        "fewer",
    ]
)


#: words of superlatives and of asking that the shared grammar does not list
_SAID: Final = frozenset(
    [
        "frequently",
        "commonly",
        "prevalent",
        "famous",
        "usual",
        "usually",
        "outside",
        "inside",
        "whichever",
        "did",
        "kinds",
        "types",
        "names",
        "detail",
        "listed",
        "sorted",
        "ordered",
        "descending",
        "ascending",
        "alphabetical",
        "alphabetic",
        "chronological",
        "lexicographic",
        "lexicographical",
        "increasing",
        "decreasing",
        "order",
        "corresponding",
        "belonging",
        "ids",
        "id",
        "average",
        "averaged",
        "maximum",
        "minimum",
        "mean",
        "sum",
        "total",
        "difference",
        "number",
        "numbers",
        "along",
        "besides",
        "twice",
        "double",
        "half",
        "averages",
        "sums",
        "totals",
        "minus",
    ]
)


#: words of parts and wholes, of more and less
_MEASURING: Final = frozenset({"share", "ratio", "growth", "percent", "percentage", "proportion"})
_IDS: Final = frozenset(
    [
        "id",
        "ids",
        "code",
        "codes",
        "number",
        "numbers",
        "identifier",
        "identifiers",
        "key",
        "keys",
        "no",
    ]
)


@dataclass(frozen=True, slots=True)
class Item:
    """One meaningful stretch: words `first` to `last` (exclusive), and what they may mean."""

    letter: str
    place: int
    first: int
    last: int
    words: str
    span: Span | None = None
    payload: Any = None

    @property
    def meanings(self) -> tuple[Meaning, ...]:
        return self.span.meanings if self.span else ()

    def of_kind(self, *kinds: str) -> tuple[Meaning, ...]:
        return tuple(m for m in self.meanings if m.kind in kinds)


@lru_cache(maxsize=1024)
def _pattern(text: str) -> re.Pattern[str]:
    text = text.replace("@f", r"[FNDB]\d+").replace("@x", r"[CFNDBM]\d+")
    return re.compile(rf"(?:^|(?<= ))(?:{text})(?= |$)")


@dataclass(slots=True)
class Sentence:
    """The whole question. `heard`: places of tokens that some clause has accounted for."""

    words: tuple[Word, ...]
    items: list[Item]
    tokens: list[str]
    heard: set[int] = field(default_factory=set)
    used: set[int] = field(default_factory=set)

    def item(self, token: str) -> Item:
        return self.items[int(token[1:])]

    def account(self, places: Iterable[int]) -> None:
        """The words at these places are accounted for, also those that no vocabulary explains."""
        for place in places:
            self.heard.add(place)
            name = self.tokens[place]
            if is_item(name) and name[0] == "U":
                self.used.add(self.item(name).place)

    @property
    def whole(self) -> Clause:
        return Clause(self, tuple(range(len(self.tokens))))


@dataclass(frozen=True, slots=True)
class Clause:
    """Some of the tokens, in order."""

    sentence: Sentence
    at: tuple[int, ...]

    @property
    def text(self) -> str:
        tokens = self.sentence.tokens
        return " ".join([tokens[n] for n in self.at])

    def __bool__(self) -> bool:
        return bool(self.at)

    def find(self, pattern: str) -> Iterator[Found]:
        """Matches of a pattern; `@f` is any field, `@x` any field or collection."""
        text = self.text
        for made in _pattern(pattern).finditer(text):
            first = text.count(" ", 0, made.start())
            last = first + made[0].count(" ") + 1
            yield Found(self, made, first, last if made[0] else first)

    def first(self, pattern: str) -> Found | None:
        return next(self.find(pattern), None)

    def has(self, pattern: str) -> bool:
        return self.first(pattern) is not None

    def items(self, letters: str = "", *, unused: bool = False) -> list[Item]:
        """The items of these letters (none: any), left to right."""
        found = [
            self.sentence.item(self.sentence.tokens[n])
            for n in self.at
            if is_item(self.sentence.tokens[n])
        ]
        return [
            i
            for i in found
            if (not letters or i.letter in letters)
            and not (unused and i.place in self.sentence.used)
        ]

    def part(self, first: int, last: int) -> Clause:
        return replace(self, at=self.at[first:last])

    def without(self, first: int, last: int) -> Clause:
        return replace(self, at=self.at[:first] + self.at[last:])

    def index(self, item: Item) -> int:
        return next(
            n for n, place in enumerate(self.at) if self.sentence.tokens[place] == token(item)
        )

    def word(self, n: int) -> str:
        return self.sentence.tokens[self.at[n]] if 0 <= n < len(self.at) else ""


@dataclass(frozen=True, slots=True)
class Found:
    """A match in a clause, tokens `first` to `last` (exclusive) of it."""

    clause: Clause
    match: re.Match[str]
    first: int
    last: int

    def __getitem__(self, group: str) -> str:
        return self.match.groupdict().get(group) or ""

    def item(self, group: str) -> Item | None:
        text = self[group]
        return self.clause.sentence.item(text) if text else None

    def items(self, group: str) -> list[Item]:
        return [self.clause.sentence.item(t) for t in self[group].split() if is_item(t)]

    def hear(self) -> Found:
        """Account for the words of the match."""
        self.clause.sentence.account(self.clause.at[self.first : self.last])
        return self

    @property
    def rest(self) -> Clause:
        """The clause without the match."""
        return self.clause.without(self.first, self.last)


def is_item(text: str) -> bool:
    return len(text) > 1 and text[0].isupper() and text[1:].isdigit()


def token(item: Item) -> str:
    return f"{item.letter}{item.place}"


def sentence_of(asked: Asked, text: str, catalogue: Catalogue) -> Sentence:
    """The question as tokens; the same words give the same tokens under every reading."""
    made: list[Piece] = []
    for span in asked.spans:
        if (span.soft and span.words in _NEVER) or _measures(span) or _counts(span, asked, text):
            continue
        if span.soft and _ranks(span, asked):
            continue
        made.append((_letter(span, catalogue), span.first, span.last, span, None))
    for letter, found in (
        ("T", asked.windows),
        ("K", asked.beats),
        ("O", asked.comparisons),
        ("S", asked.sought),
    ):
        made += [(letter, f.first, f.last, None, f) for f in found]
    made += [("P", first, last, None, q) for first, last, q in asked.percentiles]
    made = compounds(made, catalogue)
    covered = {p for _, first, last, _, _ in made for p in range(first, last)}
    for place, word in enumerate(asked.words):
        loose = _loose(word) if place not in covered and place not in asked.hidden else None
        if loose is not None:
            made.append((loose, place, place + 1, None, None))
    made.sort(key=lambda m: m[1])
    items = [
        Item(letter, n, first, last, " ".join(w.text for w in asked.words[first:last]), span, load)
        for n, (letter, first, last, span, load) in enumerate(made)
    ]
    return Sentence(asked.words, items, _tokens(asked.words, items, text))


def _ranks(span: Span, asked: Asked) -> bool:
    """ "the last 10 logins": no verb, whatever lasts."""
    after = asked.words[span.last] if span.last < len(asked.words) else None
    counted = after is not None and after.number is not None
    return counted and span.words in SUPERLATIVES


def _counts(span: Span, asked: Asked, text: str) -> bool:
    """Whether "…, number" at the end asks how many."""
    last = span.last == len(asked.words) and span.words in ("number", "count", "numbers")
    before = [w.text for w in asked.words[: span.first]]
    while before and before[-1] in ("total", "overall", "the", "full"):
        before.pop()
    gap = text[asked.words[len(before) - 1].end : asked.words[len(before)].start] if before else ""
    return last and (before[-1:] == [","] or ":" in gap)


def _measures(span: Span) -> bool:
    """Whether a word that measures only resembles what it is taken for: a "share of" is no link
    shared."""
    return span.words in _MEASURING and all(m.surface != (span.words,) for m in span.meanings)


def _tokens(words: tuple[Word, ...], items: list[Item], text: str) -> list[str]:
    starting = {item.first: item for item in items}
    out: list[str] = []
    place = 0
    while place < len(words):
        gap = text[words[place - 1].end : words[place].start] if place else ""
        if _ENDS.search(gap) and words[place - 1].text not in ABBREVIATIONS:
            out.append("|")
        elif _ASIDE.search(gap):
            out.append(",")
        item = starting.get(place)
        out.append(token(item) if item else words[place].text)
        place = item.last if item else place + 1
    return out


def _loose(word: Word) -> str | None:
    letter = loose_letter(word)
    unit = len(word.text) > 2 and word.text.removesuffix("s") in UNITS
    return None if letter == "U" and (unit or word.text in _SAID) else letter


def _letter(span: Span, catalogue: Catalogue) -> str:
    best = span.meanings[0]
    if best.kind == "field" and _names_record(span, catalogue):
        return "C"
    if best.kind == "field":
        letter = letter_of(catalogue.collections[best.address], best.field)
        return "F" if letter == "R" else letter
    return {"collection": "C", "value": "V", "measure": "M"}[best.kind]


def _names_record(span: Span, catalogue: Catalogue) -> bool:
    """Whether "estimation" is short for `estimation_id`, the key of its own collection."""
    if _IDS & set(span.words.split()):
        return False
    best = span.meanings[0].weight
    return any(
        m.kind == "field"
        and m.weight > best - 0.02
        and catalogue.collections[m.address].key == (m.field,)
        and _IDS & set(m.field.split("_"))
        for m in span.meanings
    )


_MORE: Final = frozenset({"more", "less", "above", "over", "below", "under"})


def _paid(sentence: Sentence, item: Item, own: Meaning, spec: CollectionSpec) -> bool:
    """ "paying at least 1,000": a number of the subject stands before the comparison."""
    at = sentence.tokens.index(token(item))
    after = [t for t in sentence.tokens[at + 1 : at + 3] if t != "us"][:1]
    compared = bool(after) and ((is_item(after[0]) and after[0][0] == "O") or after[0] in _MORE)
    asked = sentence.whole.has("how much|what (?:do|does|did)")
    return (compared or asked) and spec.field(own.field).type in NUMERIC


def relettered(sentence: Sentence, subject: str, catalogue: Catalogue) -> None:
    """A word that names something elsewhere and a field of the subject is the field."""
    spec = catalogue.collections[subject]
    here = set(sentence.tokens)
    for item in list(sentence.items):
        if token(item) not in here:
            continue  # it is of the other side
        best = item.meanings[0] if item.letter in "CVF" and item.meanings else None
        own = [m for m in item.of_kind("field") if m.address == subject]
        if best is None or not own or best.address == subject:
            continue
        number = spec.field(own[0].field).type in NUMERIC
        if item.letter == "F" and not (number and own[0].field not in spec.key):
            continue
        flag = (
            item.letter == "F"
            or spec.field(own[0].field).type == "bool"
            or _paid(sentence, item, own[0], spec)
        )
        if own[0].weight > best.weight - 0.35 and (item.letter == "C" or flag):
            letter = letter_of(spec, own[0].field)
            made = replace(item, letter="F" if letter == "R" else letter)
            sentence.tokens[sentence.tokens.index(token(item))] = token(made)
            sentence.items[item.place] = made
