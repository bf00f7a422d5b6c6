"""A question beside a schema as arrays: pieces, spans, and how each part relates to each other.

The sequence is the question's pieces, then tables, columns and mentions. Relations are numbers
that the encoder learns a weight for; those between schema items are made once per schema.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from orchestrator.planner.network.mentions import Mention, mentions_of
from orchestrator.planner.network.pieces import CLS, SEP, Pieces
from orchestrator.planner.network.schema import KINDS, Column, Schema, TableView
from orchestrator.planner.network.tokens import Items
from orchestrator.planner.words import Word, plain, tokenise

PIECES_MAX: Final = 96
MENTION_KINDS: Final = ("quoted", "number", "cell", "name", "few")
#: question pieces, tables, columns, mentions: the first number of each sort's kinds
QUESTION: Final = 0
TABLE: Final = 1
COLUMN: Final = 2
MENTION: Final = COLUMN + 2 * len(KINDS)
KINDS_MAX: Final = MENTION + len(MENTION_KINDS)
#: relations 0..15 are those of two sorts with nothing more to say
(
    Q_TABLE, Q_TABLE_PART, TABLE_Q, TABLE_Q_PART, Q_COLUMN, Q_COLUMN_PART, COLUMN_Q, COLUMN_Q_PART,
    Q_CELL, CELL_Q, Q_MENTION, MENTION_Q, MENTION_COLUMN, COLUMN_MENTION, FITS, FITTED,
    OF_TABLE, HAS_COLUMN, KEY_OF, HAS_KEY, SIBLING, REFERS, REFERRED, NAMESAKE, NEAR, NEAR_BACK,
    FAR, SELF,
) = range(16, 44)  # fmt: skip
RELATIONS: Final = 48
#: what may be hidden from the encoder while it learns: it must not lean on equal spelling alone
LEXICAL: Final = (Q_TABLE, Q_TABLE_PART, TABLE_Q, TABLE_Q_PART, Q_COLUMN, Q_COLUMN_PART,
                  COLUMN_Q, COLUMN_Q_PART)  # fmt: skip
_IDLE: Final = frozenset(
    (
        "a",
        "an",
        "the",
        "of",
        "in",
        "on",
        "at",
        "for",
        "to",
        "from",
        "with",
        "by",
        "and",
        "or",
        "is",
        "are",
    )
)
_PLAIN: Final = re.compile(r"\w+|[^\w\s]")

Ints = NDArray[np.int64]
Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question's arrays. `pieces` (n); `pool` (mentions, n): each mention's mean over its
    pieces; `relations` (n + items, n + items); `kinds` (n + items)."""

    items: Items
    pieces: Ints
    pool: NDArray[np.float32]
    kinds: Ints
    relations: Bytes


def texts_of(schema: Schema) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """What each table and column is called, and the words it stands among."""
    out: list[tuple[tuple[str, ...], tuple[str, ...]]] = [(t.words, ()) for t in schema.tables]
    out.extend((c.words, schema.tables[c.table].words) for c in schema.columns)
    return out


def named(words: tuple[str, ...], among: tuple[str, ...], pieces: Pieces) -> tuple[list[int], int]:
    """The pieces of a name among others, and how many of them are its own (after the first)."""
    own = [piece for word in words for piece in pieces.of(word)][:16]
    rest = [piece for word in among for piece in pieces.of(word)][:8]
    return [CLS, *own, SEP, *rest, *([SEP] if rest else [])], len(own)


def asked(text: str, schema: Schema, pieces: Pieces, *, few: bool = False) -> Asked:
    """The arrays of a question. `few`: see `mentions_of`."""
    words = tokenise(text)
    mentions = mentions_of(text, words, schema, few=few)
    items = Items(schema, mentions)
    numbers, owner = _pieces(words, pieces)
    stems = [word.stem for word in words]
    by_word = _relations(words, stems, schema, mentions)
    count = len(numbers)
    sites = np.array([*owner, *range(len(words) + 1, len(words) + 1 + items.size)], dtype=np.int64)
    relations = by_word[sites[:, None], sites[None, :]]
    np.fill_diagonal(relations, SELF)
    kinds = np.concatenate([np.zeros(count, dtype=np.int64), _kinds(schema, mentions)])
    return Asked(items, np.array(numbers, dtype=np.int64), _pool(mentions, owner), kinds, relations)


def _pieces(words: tuple[Word, ...], pieces: Pieces) -> tuple[list[int], list[int]]:
    """The pieces, and for each the number of its word plus one (0: a frame of the sequence)."""
    numbers, owner = [CLS], [0]
    for place, word in enumerate(words, 1):
        raw = word.raw if word.kind in ("quoted", "number", "code") else word.text
        for part in _PLAIN.findall(raw.lower()):
            found = pieces.of(part)
            if len(numbers) + len(found) >= PIECES_MAX:
                break
            numbers.extend(found)
            owner.extend([place] * len(found))
    return [*numbers, SEP], [*owner, 0]


def _pool(mentions: tuple[Mention, ...], owner: list[int]) -> NDArray[np.float32]:
    pool = np.zeros((len(mentions), len(owner)), dtype=np.float32)
    for row, mention in enumerate(mentions):
        if mention.kind == "few":
            continue
        own = [n for n, word in enumerate(owner) if mention.first < word <= mention.last + 1]
        if own:
            pool[row, own] = 1 / len(own)
    return pool


def _kinds(schema: Schema, mentions: tuple[Mention, ...]) -> Ints:
    kinds = [TABLE] * len(schema.tables)
    kinds += [COLUMN + 2 * KINDS.index(c.kind) + c.key for c in schema.columns]
    kinds += [MENTION + MENTION_KINDS.index(m.kind) for m in mentions]
    return np.array(kinds, dtype=np.int64)


# -- relations -------------------------------------------------------------------------------------


def _relations(
    words: tuple[Word, ...], stems: list[str], schema: Schema, mentions: tuple[Mention, ...]
) -> Bytes:
    """Relations between words (0 is the frame) and items."""
    tables, columns = len(schema.tables), len(schema.columns)
    w, t, c = len(words) + 1, len(words) + 1 + tables, len(words) + 1 + tables + columns
    size = c + len(mentions)
    sorts = np.repeat(np.arange(4, dtype=np.uint8), (w, tables, columns, len(mentions)))
    out = sorts[:, None] * np.uint8(4) + sorts[None, :]
    out[w:c, w:c] = _between(schema)
    places: dict[str, list[int]] = {}
    for place, stem in enumerate(stems, 1):
        if words[place - 1].text not in _IDLE:
            places.setdefault(stem, []).append(place)
    for table in schema.tables:
        _link(out, w + table.number, table, places, (Q_TABLE, Q_TABLE_PART, TABLE_Q, TABLE_Q_PART))
    for column in schema.columns:
        _link(
            out, t + column.number, column, places,
            (Q_COLUMN, Q_COLUMN_PART, COLUMN_Q, COLUMN_Q_PART),
        )  # fmt: skip
    for number, mention in enumerate(mentions):
        _mention(out, c + number, mention, schema, t)
    assert out.shape == (size, size)
    return out


def _link(
    out: Bytes,
    at: int,
    item: TableView | Column,
    places: dict[str, list[int]],
    relations: tuple[int, int, int, int],
) -> None:
    """Words that an item is called by: all of its words are there, or only some."""
    found = [places[stem] for stem in item.stems if stem in places]
    if not found:
        return
    part = len(found) < len(item.stems)
    here = [place for some in found for place in some]
    out[here, at] = relations[part]
    out[at, here] = relations[2 + part]


def _mention(out: Bytes, at: int, mention: Mention, schema: Schema, columns: int) -> None:
    own = list(range(mention.first + 1, mention.last + 2)) if mention.first >= 0 else []
    out[own, at], out[at, own] = Q_MENTION, MENTION_Q
    if mention.number is not None:
        fitting = [columns + c.number for c in schema.columns if c.kind == "number"]
        out[at, fitting], out[fitting, at] = FITS, FITTED
    cells = [columns + number for number in mention.places]
    out[at, cells], out[cells, at] = MENTION_COLUMN, COLUMN_MENTION
    for place in own:
        free = [cell for cell in cells if out[place, cell] == 2]
        out[place, free], out[free, place] = Q_CELL, CELL_Q


def _between(schema: Schema) -> Bytes:
    """Relations among tables and columns."""
    kept = schema.kept.get("relations")
    if isinstance(kept, np.ndarray):
        return kept
    tables, columns = len(schema.tables), len(schema.columns)
    sorts = np.repeat(np.arange(1, 3, dtype=np.uint8), (tables, columns))
    out = sorts[:, None] * np.uint8(4) + sorts[None, :]
    for table in schema.tables:
        own = [tables + n for n in table.columns]
        out[np.ix_(own, own)] = SIBLING
        out[own, table.number], out[table.number, own] = OF_TABLE, HAS_COLUMN
        if table.key is not None:
            key = tables + table.key
            out[key, table.number], out[table.number, key] = KEY_OF, HAS_KEY
    for (first, second), ways in schema.ways.items():
        best = ways[0]
        refers = best.rank == 0 and schema.columns[best.a].target == second
        out[first, second] = NEAR if refers else NEAR_BACK if best.rank == 0 else FAR
        for way in ways:
            a, b = tables + way.a, tables + way.b
            if way.rank == 0:
                out[a, b] = REFERS if schema.columns[way.a].target == second else REFERRED
            else:
                out[a, b] = NAMESAKE
    schema.kept["relations"] = out
    return out


def few_words(mention: Mention) -> tuple[str, ...]:
    """The words of a mention that is not in the question."""
    return plain(mention.text) or (mention.text.lower() or "none",)
