"""The literals that a question may mean: what it quotes, counts, names or shares with stored text.

A mention says where it stands and which stored text it would be in which column. Stored text is
reached only through words of the question that equal it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from orchestrator.planner.grammar import FILLER, FUNCTION
from orchestrator.planner.network.schema import Column, Schema
from orchestrator.planner.words import Word, plain, stem

MENTIONS_MAX: Final = 24
_SPAN_WORDS_MAX: Final = 8
_QUOTES: Final = "\"'‘’“”`"
_ORDINALS: Final = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5,
    "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mention:
    """Words `first..last` of the question as a literal; a `few` one stands for a stored text of a
    column that has only few, and for no words. `places`: {column: its text there}."""

    first: int
    last: int
    kind: Literal["quoted", "number", "cell", "name", "few"]
    text: str
    number: int | float | None = None
    places: Mapping[int, str] = field(default_factory=dict)

    def literal(self, column: Column) -> str | int | float | None:
        """What it means in that column; `None` where it cannot be meant."""
        if column.kind == "number":
            return self.number if self.number is not None else _number(self.text)
        if self.kind == "few" and column.number not in self.places:
            return None
        return self.places.get(column.number, self.text)


def mentions_of(
    text: str, words: tuple[Word, ...], schema: Schema, *, few: bool = False
) -> tuple[Mention, ...]:
    """The mentions of a question, in its order. `few`: then those of no words, which only training
    shows; an answer is made of texts that the question names."""
    found: dict[tuple[int, int], Mention] = {}
    inside: list[Mention] = []
    taken: set[int] = set()
    for number, word in enumerate(words):
        if word.kind == "quoted":
            places = _places(tuple(map(stem, plain(word.raw))), schema)
            found[number, number] = Mention(number, number, "quoted", word.raw, None, places)
            inside += _inside(number, word.raw, schema)
            taken.add(number)
        elif _quoted(text, word):
            places = _places((word.stem,), schema)
            found[number, number] = Mention(number, number, "quoted", word.raw, None, places)
            taken.add(number)
        elif word.number is not None or word.text in _ORDINALS:
            value = word.number if word.number is not None else _ORDINALS[word.text]
            places = _places((word.stem,), schema)
            found[number, number] = Mention(number, number, "number", word.raw, value, places)
    for mention in _cells(text, words, schema, taken):
        found.setdefault((mention.first, mention.last), mention)
    for first, last in _named(words, taken):
        raw = text[words[first].start : words[last].end]
        found.setdefault((first, last), Mention(first, last, "name", raw))
    ordered = [found[span] for span in sorted(found)] + inside
    return tuple([*ordered[:MENTIONS_MAX], *(_few(schema) if few else ())][:MENTIONS_MAX])


def _quoted(text: str, word: Word) -> bool:
    """One word between marks that are too odd or too near for a quoted text."""
    around = text[word.start - 1 : word.start], text[word.end : word.end + 1]
    return all(mark and mark in _QUOTES for mark in around)


def _inside(number: int, raw: str, schema: Schema) -> list[Mention]:
    """Stored texts that are a part of a quoted one: a first name, a last name."""
    parts = plain(raw)
    out = []
    for first in range(len(parts)):
        for last in range(first + 1, len(parts) + 1):
            places = _places(tuple(map(stem, parts[first:last])), schema)
            if places and last - first < len(parts):
                text = " ".join(parts[first:last])
                out.append(Mention(number, number, "cell", text, None, places))
    return out


def _places(key: tuple[str, ...], schema: Schema) -> dict[int, str]:
    """{column: text}, the first text of each column that has these words."""
    out: dict[int, str] = {}
    for number, value in schema.texts.get(key, ()):
        out.setdefault(number, value)
    return out


def _cells(
    text: str, words: tuple[Word, ...], schema: Schema, taken: set[int]
) -> Iterator[Mention]:
    """Stored texts in the question: at each word the longest, and any shorter one inside that is
    in other columns."""
    stems = [word.stem for word in words]
    for first in range(len(words)):
        for last in range(min(first + _SPAN_WORDS_MAX, len(words)) - 1, first - 1, -1):
            if taken & set(range(first, last + 1)):
                continue
            places = _places(tuple(stems[first : last + 1]), schema)
            if places and not (first == last and _idle(words[first])):
                raw = text[words[first].start : words[last].end]
                yield Mention(first, last, "cell", raw, words[first].number, places)
                break


def _idle(word: Word) -> bool:
    """A word that serves the sentence: no stored text is meant by it, unless it stands out."""
    return (word.text in FUNCTION or word.text in FILLER) and not word.raw.isupper()


def _named(words: tuple[Word, ...], taken: set[int]) -> Iterator[tuple[int, int]]:
    """Runs of capitalised words and codes, not the one that only begins the sentence."""
    first: int | None = None
    for number in range(len(words) + 1):
        stands = number < len(words) and number not in taken and _stands_out(words[number], number)
        if stands and first is None:
            first = number
        elif not stands and first is not None:
            yield first, number - 1
            first = None


def _stands_out(word: Word, number: int) -> bool:
    if word.kind == "code":
        return True
    if word.kind == "number":
        return False
    upper = word.raw[:1].isupper()
    return upper and (number > 0 or word.raw.isupper()) and word.text not in FUNCTION


def _few(schema: Schema) -> list[Mention]:
    return [
        Mention(-1, -1, "few", value, None, {column.number: value})
        for column in schema.columns
        for value in column.few
        if value
    ]


def _number(text: str) -> int | float | None:
    try:
        value = float(text.replace(",", ""))
    except ValueError:
        return None
    if value != value or abs(value) > 1e18:
        return None
    return int(value) if value.is_integer() else value
