"""Sketches as sequences of small numbers, the form the network writes them in, and back.

A number below `GRAMMAR` is a word of the grammar; `GRAMMAR + n` points at the n-th item of the
question: its tables first, then its columns, then its mentions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, cast

from orchestrator.planner.network.mentions import Mention
from orchestrator.planner.network.schema import Schema
from orchestrator.planner.network.sketch import (
    Aggregate,
    Bucket,
    Condition,
    Link,
    Literal_,
    Op,
    Order,
    Sketch,
    Table,
    Term,
)

GRAMMAR: Final = 64
_WORDS: Final = (
    "start", "end", "on", "select", "distinct", "where", "group", "having", "asc", "desc",
    "first", "limit", "union", "intersect", "except", "rows", "all",
    "count", "different", "sum", "avg", "min", "max",
    "=", "!=", "<", "<=", ">", ">=", "between", "contains", "starts", "ends", "lacks",
    "in", "not in", "null", "not null", "open", "and", "or", "either",
    "zero", "one", "two", "day", "week", "month", "quarter", "year",
)  # fmt: skip
#: the numbers of the grammar's words
WORD: Final = {word: number for number, word in enumerate(_WORDS)}
NAME: Final = dict(enumerate(_WORDS))
START: Final = WORD["start"]
END: Final = WORD["end"]
FOLDS: Final[dict[str, Aggregate]] = {
    "count": "count", "different": "distinct", "sum": "sum", "avg": "avg", "min": "min",
    "max": "max",
}  # fmt: skip
_FOLD_WORDS: Final = {fold: word for word, fold in FOLDS.items()}
COMPARES: Final = ("=", "!=", "<", "<=", ">", ">=")
TEXTUAL: Final = ("contains", "starts", "ends", "lacks")
CONSTANTS: Final = {"zero": 0, "one": 1, "two": 2}
BUCKETS: Final[tuple[Bucket, ...]] = ("day", "week", "month", "quarter", "year")
SETS: Final = ("union", "intersect", "except")


class Unwritable(Exception):
    """The sketch needs a literal that the question does not mention."""


@dataclass(frozen=True, slots=True)
class Items:
    """What a question's sketches may point at."""

    schema: Schema
    mentions: tuple[Mention, ...]

    @property
    def size(self) -> int:
        return len(self.schema.tables) + len(self.schema.columns) + len(self.mentions)

    def table(self, number: int) -> int:
        return GRAMMAR + number

    def column(self, number: int) -> int:
        return GRAMMAR + len(self.schema.tables) + number

    def mention(self, number: int) -> int:
        return GRAMMAR + len(self.schema.tables) + len(self.schema.columns) + number

    def kind(self, token: int) -> tuple[Literal["word", "table", "column", "mention"], int]:
        """What a token is, and its number among those."""
        if token < GRAMMAR:
            return "word", token
        number = token - GRAMMAR
        tables, columns = len(self.schema.tables), len(self.schema.columns)
        if number < tables:
            return "table", number
        if number < tables + columns:
            return "column", number - tables
        return "mention", number - tables - columns


# -- writing ---------------------------------------------------------------------------------------


def write(sketch: Sketch, items: Items) -> list[int]:
    """The tokens of a sketch, `end` last; `Unwritable` where a literal has no mention."""
    return [*_sketch(sketch, items), END]


def _sketch(s: Sketch, items: Items) -> Iterator[int]:
    for table in s.tables:
        yield items.table(table.table)
        if table.on is not None:
            yield from (WORD["on"], items.column(table.on[0]), items.column(table.on[1]))
    yield WORD["distinct" if s.distinct else "select"]
    if not s.select:
        yield WORD["all"]
    for term in s.select:
        yield from _term(term, items)
    yield from _conditions("where", s.where, items)
    if s.group:
        yield WORD["group"]
        for term in s.group:
            yield from _term(term, items)
    yield from _conditions("having", s.having, items)
    for order in s.order:
        yield WORD["desc" if order.desc else "asc"]
        yield from _term(order.term, items)
    if s.limit == 1:
        yield WORD["first"]
    elif s.limit is not None:
        yield from (WORD["limit"], _literal(s.limit, None, items))
    if s.combine is not None:
        yield WORD[s.combine[0]]
        yield from _sketch(s.combine[1], items)


def _term(term: Term, items: Items) -> Iterator[int]:
    if term.column is None:
        yield WORD["rows"]
        return
    if term.aggregate is not None:
        yield WORD[_FOLD_WORDS[term.aggregate]]
    if term.bucket is not None:
        yield WORD[term.bucket]
    yield items.column(term.column)


def _conditions(word: str, conditions: tuple[Condition, ...], items: Items) -> Iterator[int]:
    for number, c in enumerate(conditions):
        yield WORD[c.link if number else word]
        yield from _term(c.term, items)
        yield WORD[c.op]
        counts = c.term.aggregate in ("count", "distinct")
        column = None if counts else c.term.column
        for value in c.values:
            yield _literal(value, column, items, textual=c.op in TEXTUAL)
        if c.other is not None:
            yield items.column(c.other)
        if c.inner is not None:
            if c.op in COMPARES:
                yield WORD["open"]
            yield from _sketch(c.inner, items)
            yield END


def _literal(value: Literal_, column: int | None, items: Items, *, textual: bool = False) -> int:
    for number, mention in enumerate(items.mentions):
        if meant(mention, column, items.schema, textual=textual) == value:
            return items.mention(number)
    loose = str(value).casefold().strip()
    for number, mention in enumerate(items.mentions):
        given = meant(mention, column, items.schema, textual=textual)
        if given is not None and str(given).casefold() == loose:
            return items.mention(number)
    for word, constant in CONSTANTS.items():
        if value == constant:
            return WORD[word]
    raise Unwritable(str(value))


def meant(
    mention: Mention, column: int | None, schema: Schema, *, textual: bool = False
) -> Literal_ | None:
    """The literal that a mention is beside that column; no column: a count."""
    if column is None:
        return mention.number
    return mention.text if textual else mention.literal(schema.columns[column])


# -- reading ---------------------------------------------------------------------------------------


def read(tokens: Sequence[int], items: Items) -> Sketch | None:
    """The sketch of tokens that `states` allowed; `None` where a mention means nothing beside its
    column."""
    reader = _Reader(tokens, items)
    try:
        return reader.sketch()
    except Unwritable:
        return None


class _Reader:
    def __init__(self, tokens: Sequence[int], items: Items) -> None:
        self._tokens = tokens
        self._items = items
        self._at = 0

    def _peek(self) -> str | None:
        """The next word of the grammar; `None` for a pointer."""
        return NAME.get(self._tokens[self._at])

    def _take(self) -> int:
        self._at += 1
        return self._tokens[self._at - 1]

    def _word(self, *words: str) -> str | None:
        """The next word where it is one of these."""
        word = self._peek()
        if word is None or word not in words:
            return None
        self._at += 1
        return word

    def _pointer(self) -> int:
        return self._items.kind(self._take())[1]

    def sketch(self) -> Sketch:
        tables = []
        while self._peek() is None:
            table = Table(self._pointer())
            if self._word("on"):
                table = replace(table, on=(self._pointer(), self._pointer()))
            tables.append(table)
        distinct = self._word("select", "distinct") == "distinct"
        select = () if self._word("all") else self._terms()
        where = self._conditions("where")
        group = self._terms() if self._word("group") else ()
        having = self._conditions("having")
        order = []
        while word := self._word("asc", "desc"):
            order.append(Order(self._term(), word == "desc"))
        limit = self._limit()
        op = self._word(*SETS)
        if op is None:
            self._word("end")
            return Sketch(
                tuple(tables), select, distinct, where, group, having, tuple(order), limit
            )
        other = self.sketch()
        set_ = cast(Literal["union", "intersect", "except"], op)
        return Sketch(
            tuple(tables), select, distinct, where, group, having, tuple(order), limit,
            (set_, other),
        )  # fmt: skip

    def _limit(self) -> int | None:
        if self._word("first"):
            return 1
        if not self._word("limit"):
            return None
        value = self._literal(None)
        if not isinstance(value, int) or value < 1:
            raise Unwritable(str(value))
        return value

    def _terms(self) -> tuple[Term, ...]:
        out = [self._term()]
        while self._peek() is None or self._peek() in ("rows", *FOLDS, *BUCKETS):
            out.append(self._term())
        return tuple(out)

    def _term(self) -> Term:
        if self._word("rows"):
            return Term(None, "count")
        fold = self._word(*FOLDS)
        bucket = cast("Bucket | None", self._word(*BUCKETS))
        return Term(self._pointer(), FOLDS[fold] if fold else None, bucket)

    def _conditions(self, word: str) -> tuple[Condition, ...]:
        out: list[Condition] = []
        link: str | None = "and" if self._word(word) else None
        while link is not None:
            out.append(self._condition(cast(Link, link)))
            link = self._word("and", "or", "either")
        return tuple(out)

    def _condition(self, link: Link) -> Condition:
        term = self._term()
        op = cast(Op, NAME[self._take()])
        made = Condition(term, op, link=link)
        if op in ("null", "not null"):
            return made
        if op in ("in", "not in") or self._word("open"):
            return replace(made, inner=self.sketch())
        column = None if term.aggregate in ("count", "distinct") else term.column
        if op == "between":
            return replace(made, values=(self._literal(column), self._literal(column)))
        if self._peek() is None and self._items.kind(self._tokens[self._at])[0] == "column":
            return replace(made, other=self._pointer())
        return replace(made, values=(self._literal(column, textual=op in TEXTUAL),))

    def _literal(self, column: int | None, *, textual: bool = False) -> Literal_:
        word = self._word(*CONSTANTS)
        if word is not None:
            return CONSTANTS[word]
        mention = self._items.mentions[self._pointer()]
        value = meant(mention, column, self._items.schema, textual=textual)
        if value is None:
            raise Unwritable(mention.text)
        return value
