"""A question through the network: arrays, search, sketches, checked plans.

Made once per folder of weights; opening the engine costs more than all the other rooms together, so
only `planner` makes it, on first need.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from weakref import WeakKeyDictionary

from orchestrator.planner.describe import describe
from orchestrator.planner.network.features import Asked, asked
from orchestrator.planner.network.names import NameBook
from orchestrator.planner.network.narrow import narrowed
from orchestrator.planner.network.plans import plan_of
from orchestrator.planner.network.schema import Column, Schema, schema_of
from orchestrator.planner.network.search import STEPS_MAX, Written, search
from orchestrator.planner.network.sessions import Sessions
from orchestrator.planner.network.sketch import Sketch, parts, terms
from orchestrator.planner.network.states import Rules, follows, rules_of
from orchestrator.planner.network.tokens import Unwritable, read, write
from orchestrator.planner.network.unplanned import sketch_of
from orchestrator.planner.reading import Reading
from orchestrator.planner.words import Word
from registry.answer import Understood
from registry.catalog import Catalogue
from registry.plan import QueryPlan

READINGS_MAX: Final = 4
_Spans = dict[tuple[int, int], Understood]


class Engine:
    """The network of one folder of weights."""

    def __init__(self, weights: Path) -> None:
        self._sessions = Sessions(weights)
        self._book = NameBook(self._sessions)
        self._schemas: WeakKeyDictionary[Catalogue, Schema] = WeakKeyDictionary()

    def readings(
        self,
        text: str,
        words: tuple[Word, ...],
        catalogue: Catalogue,
        plans: Sequence[QueryPlan] = (),
    ) -> tuple[tuple[Reading, ...], tuple[float | None, ...]]:
        """Checked readings, the likeliest first; and the log-probability of each of those plans,
        `None` where no sketch says it."""
        schema = narrowed(self._schema(catalogue), words)
        given = asked(text, schema, self._sessions.pieces)
        rules = rules_of(given.items)
        told = [_tokens(plan, schema, given, rules) for plan in plans]
        heard = tuple(dict.fromkeys(tokens for tokens in told if tokens is not None))
        found, likely = search(given, rules, self._sessions, self._book, told=heard)
        of = dict(zip(heard, likely, strict=True))
        said = tuple(None if tokens is None else of[tokens] for tokens in told)
        return tuple(self._planned(found, given, schema, catalogue, words)), said

    def _planned(
        self,
        found: Sequence[Written],
        given: Asked,
        schema: Schema,
        catalogue: Catalogue,
        words: tuple[Word, ...],
    ) -> list[Reading]:
        out: list[Reading] = []
        for written in found:
            sketch = read(written.tokens, given.items)
            made = None if sketch is None else plan_of(sketch, schema, catalogue)
            if sketch is None or made is None or any(made == r.plan for r in out):
                continue
            notes = _notes(sketch, given, words)
            evidence = {"likely": written.likely}
            likely = math.exp(written.likely)
            out.append(Reading(made, likely, describe(made), notes, evidence=evidence))
        return out[:READINGS_MAX]

    def _schema(self, catalogue: Catalogue) -> Schema:
        found = self._schemas.get(catalogue)
        if found is None:
            found = self._schemas[catalogue] = schema_of(catalogue)
        return found


def _tokens(plan: QueryPlan, schema: Schema, given: Asked, rules: Rules) -> tuple[int, ...] | None:
    """A plan as the network would write it."""
    sketch = sketch_of(plan, schema)
    if sketch is None:
        return None
    try:
        tokens = tuple(write(sketch, given.items))
    except Unwritable:
        return None
    return tokens if len(tokens) < STEPS_MAX and follows(tokens, rules) else None


def _notes(sketch: Sketch, given: Asked, words: tuple[Word, ...]) -> tuple[Understood, ...]:
    """The words that name what the sketch uses, and what each became."""
    out: _Spans = {}
    schema = given.items.schema
    for part in parts(sketch):
        for c in (*part.where, *part.having):
            if c.term.column is not None:
                column = schema.columns[c.term.column]
                for value in c.values:
                    _literal(column, f"{column.name} {c.op} {value}", value, given, words, out)
    for part in parts(sketch):
        for term in terms(part):
            if term.column is not None:
                _named(schema.columns[term.column], words, out)
    return tuple(out[span] for span in sorted(out))


def _literal(
    column: Column,
    meaning: str,
    value: str | int | float,
    given: Asked,
    words: tuple[Word, ...],
    out: _Spans,
) -> None:
    for m in given.items.mentions:
        if m.first >= 0 and m.literal(column) == value:
            out.setdefault((m.first, m.last), _note(words, m.first, m.last, meaning))


def _named(column: Column, words: tuple[Word, ...], out: _Spans) -> None:
    taken = {at for first, last in out for at in range(first, last + 1)}
    for at, word in enumerate(words):
        if word.stem in column.stems and at not in taken:
            out[at, at] = _note(words, at, at, column.name)


def _note(words: tuple[Word, ...], first: int, last: int, meaning: str) -> Understood:
    said = " ".join(word.raw for word in words[first : last + 1])
    return Understood(said, meaning, words[first].start, words[last].end)
