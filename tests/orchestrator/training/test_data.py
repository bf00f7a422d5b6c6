"""Where training questions come from, and that databases kept apart stay apart."""

from __future__ import annotations

import lzma
import random
from pathlib import Path

import numpy as np
import orjson

from orchestrator.planner.network.schema import schema_of
from orchestrator.planner.network.sketch import Condition, Sketch, Table, Term
from orchestrator.training import wikisql
from orchestrator.training.inventions import Inventor
from orchestrator.training.quarters import packed, unpacked
from orchestrator.training.transplant import Stock, common_words, renamings, stream, template
from tests.orchestrator.network.shop import shop
from tests.orchestrator.training.zoo import schema

ZOO = schema()
KIND = next(c.number for c in ZOO.columns if c.name == "kind")
WEIGHT = next(c.number for c in ZOO.columns if c.name == "weight")
ANIMALS = 1
HEAVY = "What is the average weight of animals whose kind is bear?"
SKETCH = Sketch(
    (Table(ANIMALS),), (Term(WEIGHT, "avg"),), where=(Condition(Term(KIND), "=", ("bear",)),)
)
COMMON = frozenset(["what", "is", "the", "average", "of", "whose"])


def test_words_asked_of_many_databases_are_common() -> None:
    asked = [(f"db{n}", f"show the thing{n}") for n in range(8)]
    assert common_words(asked) == {"show", "the"}


def test_a_question_is_asked_of_another_schema_with_its_words() -> None:
    made = template(HEAVY, ZOO, SKETCH, COMMON)
    assert made is not None
    catalogue = shop()
    other = schema_of(catalogue)
    stock = Stock([other], [catalogue])
    for text, found, sketch in stream([made], stock, random.Random(1), {}, 20):
        (table,) = sketch.tables
        column = other.columns[sketch.select[0].column or 0]
        assert found is other
        assert column.kind == "number"
        assert column.table == table.table
        assert column.words[-1] in text
        assert str(sketch.where[0].values[0]) in text
        assert "weight" not in text and "bear" not in text


def test_a_question_with_words_of_its_own_database_is_no_template() -> None:
    assert template("Which " + HEAVY[5:], ZOO, SKETCH, COMMON) is None


def test_other_words_are_learned_from_questions_said_twice() -> None:
    pairs = [("show all cities", "show all towns"), ("the cities of", "the towns of")]
    assert renamings(pairs) == {"cities": ["towns", "towns"]}


def test_wikisql_tables_are_rebuilt_from_their_questions(tmp_path: Path) -> None:
    row = {"table": "1", "columns": ["player", "points"], "question": "Who scored over 12 points?",
           "select": "player", "agg": "", "where": [["points", ">", "12"]]}  # fmt: skip
    path = tmp_path / "questions.jsonl.xz"
    path.write_bytes(lzma.compress(orjson.dumps(row)))
    [(text, found, sketch)] = wikisql.questions(wikisql.tables(path), random.Random(0))
    assert text == row["question"]
    points = next(c for c in found.columns if c.name == "points")
    assert points.kind == "number"
    assert sketch.where == (Condition(Term(points.number), ">", (12,)),)


def test_invented_schemas_are_made_of_seen_words_and_refer_to_each_other() -> None:
    told = ["player", "team", "city", "points"]
    rows = [wikisql.WikiTable(told, {"points"}, {c: [f"{c} {n}" for n in range(5)] for c in told[:3]}, [])
            for _ in range(8)]  # fmt: skip
    inventor = Inventor(rows)
    made = [inventor.catalogue(random.Random(seed)) for seed in range(30)]
    assert any(catalogue.references for catalogue in made)
    for catalogue in made:
        for column in schema_of(catalogue).columns:
            assert set(column.words) & {*told, "name", "year", "id"}
    again = inventor.catalogue(random.Random(7))
    assert again.domains == made[7].domains


def test_embeddings_survive_four_bits() -> None:
    words = np.random.default_rng(0).normal(size=(50, 384)).astype(np.float32)
    again = unpacked(*packed(words))
    cosine = (words * again).sum(1) / np.linalg.norm(words, axis=1) / np.linalg.norm(again, axis=1)
    assert cosine.min() > 0.98
