"""The network as a planner: sketches of a question, checked as plans, with how likely each is.

Without weights beside it, or without the engine that runs them, it says nothing. Deterministic: one
thread, no sampling.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

from orchestrator.planner.describe import describe
from orchestrator.planner.network.features import Asked, asked
from orchestrator.planner.network.narrow import narrowed
from orchestrator.planner.network.plans import plan_of
from orchestrator.planner.network.schema import Schema, schema_of
from orchestrator.planner.network.sketch import Sketch, parts, terms
from orchestrator.planner.network.tokens import read
from orchestrator.planner.reading import Context, Question, Reading, Readings
from orchestrator.planner.words import Word, tokenise
from registry.answer import Understood
from registry.catalog import Catalogue
from registry.limits import QUESTION_CHARS_MAX

if TYPE_CHECKING:
    from orchestrator.planner.network.names import NameBook
    from orchestrator.planner.network.sessions import Sessions

NAME: Final = "network"
WEIGHTS: Final = Path(__file__).parent / "weights"
READINGS_MAX: Final = 3
_QUESTION_WORDS_MAX: Final = 80
_schemas: WeakKeyDictionary[Catalogue, Schema] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class _Network:
    sessions: Sessions
    book: NameBook


@cache
def _loaded(folder: Path) -> _Network | None:
    """The network of a folder, loaded once; `None` where there is none to load."""
    if not (folder / "step.onnx").is_file() or find_spec("onnxruntime") is None:
        return None
    # The engine is opened on first need: it costs more than all the other rooms together.
    from orchestrator.planner.network.names import NameBook
    from orchestrator.planner.network.sessions import Sessions

    sessions = Sessions(folder)
    return _Network(sessions, NameBook(sessions))


def _schema(catalogue: Catalogue) -> Schema:
    found = _schemas.get(catalogue)
    if found is None:
        found = _schemas[catalogue] = schema_of(catalogue)
    return found


def plan(question: Question, catalogue: Catalogue, context: Context) -> Readings:
    """Readings of a question, best first. See `reading.Planner`."""
    return planned(question, catalogue, WEIGHTS)


def planned(question: Question, catalogue: Catalogue, weights: Path) -> Readings:
    """The same with the weights of a folder."""
    network = _loaded(weights)
    words = () if len(question.text) > QUESTION_CHARS_MAX else tokenise(question.text)
    if network is None or not 0 < len(words) <= _QUESTION_WORDS_MAX or not catalogue.collections:
        return Readings(NAME)
    from orchestrator.planner.network.search import search

    schema = narrowed(_schema(catalogue), words)
    given = asked(question.text, schema, network.sessions.pieces)
    readings: list[Reading] = []
    for written in search(given, network.sessions, network.book):
        sketch = read(written.tokens, given.items)
        made = None if sketch is None else plan_of(sketch, given.items.schema, catalogue)
        if sketch is None or made is None or any(made == r.plan for r in readings):
            continue
        notes = _notes(sketch, given, words)
        readings.append(Reading(made, math.exp(written.likely), describe(made), notes))
    return Readings(NAME, tuple(readings[:READINGS_MAX]))


def _notes(sketch: Sketch, given: Asked, words: tuple[Word, ...]) -> tuple[Understood, ...]:
    """The words that name what the sketch uses, and what each became."""
    schema, mentions = given.items.schema, given.items.mentions
    out: dict[tuple[int, int], Understood] = {}
    for part in parts(sketch):
        for c in (*part.where, *part.having):
            column = c.term.column
            for value in c.values:
                for m in mentions:
                    if m.first < 0 or column is None:
                        continue
                    if m.literal(schema.columns[column]) == value:
                        meaning = f"{schema.columns[column].name} {c.op} {value}"
                        out.setdefault((m.first, m.last), _note(words, m.first, m.last, meaning))
        for term in terms(part):
            if term.column is None:
                continue
            stems = schema.columns[term.column].stems
            for at, word in enumerate(words):
                if word.stem in stems and (at, at) not in out:
                    out[at, at] = _note(words, at, at, schema.columns[term.column].name)
    return tuple(out[span] for span in sorted(out))


def _note(words: tuple[Word, ...], first: int, last: int, meaning: str) -> Understood:
    said = " ".join(word.raw for word in words[first : last + 1])
    return Understood(said, meaning, words[first].start, words[last].end)
