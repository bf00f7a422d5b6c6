"""Training examples as arrays, and batches of them."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from orchestrator.planner.network.features import (
    LEXICAL,
    TABLE,
    Asked,
    asked,
    few_words,
    named,
    texts_of,
)
from orchestrator.planner.network.pieces import Pieces
from orchestrator.planner.network.schema import Schema
from orchestrator.planner.network.sketch import Sketch
from orchestrator.planner.network.states import Rules, begin
from orchestrator.planner.network.tokens import GRAMMAR, START, Unwritable, write
from orchestrator.training.model import LENGTH_MAX, WIDTH, Batch, Lower

_AT_ONCE: Final = 256
_SPAN: Final = 40  # batches sorted by length together
Name = tuple[tuple[str, ...], tuple[str, ...]]


class NameBook:
    """What the lower layers say of each name, worked out once."""

    def __init__(self, lower: Lower, pieces: Pieces) -> None:
        self._lower = lower
        self._pieces = pieces
        self._kept: dict[Name, NDArray[np.float16]] = {}

    def of(self, names: Sequence[Name]) -> NDArray[np.float16]:
        """(names, W)."""
        new = [name for name in dict.fromkeys(names) if name not in self._kept]
        for first in range(0, len(new), _AT_ONCE):
            self._read(new[first : first + _AT_ONCE])
        return np.stack([self._kept[name] for name in names])

    def _read(self, names: Sequence[Name]) -> None:
        cut = [named(words, among, self._pieces) for words, among in names]
        width = max(len(numbers) for numbers, _ in cut)
        numbers = torch.zeros(len(cut), width, dtype=torch.long)
        mask = torch.zeros(len(cut), width, dtype=torch.bool)
        for row, (given, _) in enumerate(cut):
            numbers[row, : len(given)] = torch.tensor(given)
            mask[row, : len(given)] = True
        self._lower.eval()
        with torch.no_grad():
            out = self._lower(self._lower.embedded(numbers), mask)
        for row, (name, (_, own)) in enumerate(zip(names, cut, strict=True)):
            self._kept[name] = out[row, 1 : 1 + own].float().mean(0).numpy().astype(np.float16)


@dataclass(frozen=True, slots=True)
class Prepared:
    """One example. `names` (items, W) by row of the book; `allowed` (T, GRAMMAR + items) packed."""

    asked: Asked
    names: tuple[Name, ...]
    tokens: tuple[int, ...]
    allowed: NDArray[np.uint8]

    @property
    def length(self) -> int:
        return len(self.asked.kinds)

    @property
    def size(self) -> int:
        return len(self.names)


def prepare(
    text: str, schema: Schema, sketch: Sketch, pieces: Pieces, *, length_max: int = 260
) -> Prepared | None:
    """The arrays of an example; `None` where its question does not mention a literal or it is too
    long."""
    given = asked(text, schema, pieces, few=True)
    try:
        tokens = write(sketch, given.items)
    except Unwritable:
        return None
    allowed = masks(tokens, given)
    if allowed is None or len(tokens) >= LENGTH_MAX or len(given.kinds) > length_max:
        return None
    return Prepared(given, item_names(given), tuple(tokens), np.packbits(allowed, axis=1))


def item_names(given: Asked) -> tuple[Name, ...]:
    schema = given.items.schema
    few = [(few_words(m), ()) if m.kind == "few" else ((), ()) for m in given.items.mentions]
    return (*texts_of(schema), *few)


def masks(tokens: Sequence[int], given: Asked) -> NDArray[np.bool_] | None:
    """What was allowed at each token; `None` where one of them was not."""
    rules, stack, out = Rules(given.items), begin(), []
    for token in tokens:
        mask = rules.allowed(stack)
        if not mask[token]:
            return None
        out.append(mask)
        stack = rules.step(stack, token)
    return np.stack(out)


def batches(data: Sequence[Prepared], size: int, seed: int) -> Iterator[list[Prepared]]:
    """The data once, in batches of about equal lengths, in an order that the seed fixes."""
    rng = random.Random(seed)  # noqa: S311 - an order, not a secret
    order = list(range(len(data)))
    rng.shuffle(order)
    made: list[list[Prepared]] = []
    for first in range(0, len(order), size * _SPAN):
        near = sorted(order[first : first + size * _SPAN], key=lambda n: data[n].length)
        made += [[data[n] for n in near[at : at + size]] for at in range(0, len(near), size)]
    rng.shuffle(made)
    yield from made


def thinned(r: Prepared, rng: random.Random, chance: float) -> Prepared:
    """The same with some tables and columns left out that its sketch does not need."""
    if rng.random() >= chance:
        return r
    schema, items = r.asked.items.schema, r.asked.items
    used = {t - GRAMMAR for t in r.tokens if t >= GRAMMAR}
    tables, columns = len(schema.tables), len(schema.columns)
    kept_tables = {
        t.number
        for t in schema.tables
        if t.number in used or any(tables + c in used for c in t.columns) or rng.random() < 0.5
    }
    keep = [t for t in range(tables) if t in kept_tables]
    keep += [
        tables + c.number
        for c in schema.columns
        if c.table in kept_tables and (tables + c.number in used or rng.random() < 0.85)
    ]
    keep += range(tables + columns, items.size)
    if len(keep) == items.size:
        return r
    return _only(r, np.array(keep))


def _only(r: Prepared, keep: NDArray[np.int64]) -> Prepared:
    a = r.asked
    n = len(a.pieces)
    place = {int(old): new for new, old in enumerate(keep)}
    sites = np.concatenate([np.arange(n), n + keep])
    allowed = np.unpackbits(r.allowed, axis=1, count=GRAMMAR + a.items.size)
    columns = np.concatenate([np.arange(GRAMMAR), GRAMMAR + keep])
    tokens = tuple(t if t < GRAMMAR else GRAMMAR + place[t - GRAMMAR] for t in r.tokens)
    return Prepared(
        replace(a, kinds=a.kinds[sites], relations=a.relations[np.ix_(sites, sites)]),
        tuple(r.names[k] for k in keep),
        tokens,
        np.packbits(allowed[:, columns], axis=1),
    )


def collate(
    rows: Sequence[Prepared],
    book: NameBook,
    *,
    hide: float = 0.0,
    thin: float = 0.0,
    rng: random.Random,
) -> Batch:
    """A batch. `hide`: the share of items whose likeness in spelling is hidden; `thin`: the share
    of examples that lose some of their schema."""
    if thin:
        rows = [thinned(r, rng, thin) for r in rows]
    n = max(len(r.asked.pieces) for r in rows)
    items = max(r.size for r in rows)
    steps = max(len(r.tokens) for r in rows)
    count, length = len(rows), n + items
    pieces, piece_mask = np.zeros((count, n), np.int64), np.zeros((count, n), np.bool_)
    names = np.zeros((count, length, WIDTH), np.float32)
    pool = np.zeros((count, length, n), np.float32)
    kinds, mask = np.zeros((count, length), np.int64), np.zeros((count, length), np.bool_)
    relations = np.zeros((count, length, length), np.int64)
    tokens, targets = np.zeros((count, steps), np.int64), np.full((count, steps), -100)
    allowed = np.zeros((count, steps, GRAMMAR + items), np.bool_)
    allowed[:, :, 0] = True
    for row, r in enumerate(rows):
        a = r.asked
        own, size = len(a.pieces), r.size
        sites = np.concatenate([np.arange(own), n + np.arange(size)])
        pieces[row, :own], piece_mask[row, :own] = a.pieces, True
        kinds[row, sites], mask[row, sites] = a.kinds, True
        relations[row][np.ix_(sites, sites)] = hidden(a.relations, own, hide, rng)
        mentions = size - len(a.items.mentions)
        pool[row, n + mentions : n + size, :own] = a.pool
        _fill(names[row, n:], r.names, book)
        t = len(r.tokens)
        tokens[row, :t] = [START, *r.tokens[:-1]]
        targets[row, :t] = r.tokens
        width = GRAMMAR + size
        allowed[row, :t, :width] = np.unpackbits(r.allowed, axis=1, count=width)
        allowed[row, :t, 0] = False
    spots = np.broadcast_to(n + np.arange(items), (count, items)).copy()
    return Batch(
        *map(torch.from_numpy, (pieces, piece_mask, names, pool, kinds, relations, mask, spots,
                                tokens, targets, allowed))
    )  # fmt: skip


def _fill(out: NDArray[np.float32], names: Sequence[Name], book: NameBook) -> None:
    rows = [n for n, (words, _) in enumerate(names) if words]
    out[rows] = book.of([names[n] for n in rows])


def hidden(
    relations: NDArray[np.uint8], pieces: int, share: float, rng: random.Random
) -> NDArray[np.uint8]:
    """With some items' likeness in spelling taken away."""
    if not share:
        return relations
    out = relations.copy()
    for at in range(pieces, len(out)):
        if rng.random() < share:
            sort = TABLE if out[at, 0] in (4,) else 2
            column, row = out[:pieces, at], out[at, :pieces]
            column[np.isin(column, LEXICAL)] = sort
            row[np.isin(row, LEXICAL)] = sort * 4
    return out
