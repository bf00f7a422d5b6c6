"""The network behind the planners' signature, and the arrays it is given."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.planner.network.features import (
    KINDS_MAX,
    PIECES_MAX,
    Q_COLUMN,
    Q_MENTION,
    Q_TABLE,
    RELATIONS,
    asked,
)
from orchestrator.planner.network.pieces import CLS, SEP, UNKNOWN, Pieces
from orchestrator.planner.network.planner import NAME, heard
from orchestrator.planner.network.schema import schema_of
from orchestrator.planner.reading import Question
from tests.orchestrator.network.shop import shop

SCHEMA = schema_of(shop())
VOCABULARY = ["[PAD]"] * 100 + ["[UNK]", "[CLS]", "[SEP]", "order", "##s", "oslo", "a", "##b"]
PIECES = Pieces(VOCABULARY)


def test_without_weights_it_says_nothing(tmp_path: Path) -> None:
    found = heard(Question("how many orders", 0), shop(), tmp_path).found
    assert (found.planner, found.readings, found.reason) == (NAME, (), None)


@pytest.mark.parametrize(
    ("word", "pieces"),
    [("orders", (103, 104)), ("oslo", (105,)), ("abb", (106, 107, 107)), ("zebra", (UNKNOWN,))],
)
def test_a_word_is_cut_into_its_longest_known_pieces(word: str, pieces: tuple[int, ...]) -> None:
    assert PIECES.of(word) == pieces


def test_a_question_is_framed_and_its_words_know_what_they_name() -> None:
    given_ = asked("orders by status in oslo", SCHEMA, PIECES)
    n = len(given_.pieces)
    assert (given_.pieces[0], given_.pieces[-1]) == (CLS, SEP)
    table = n + 1
    status = n + 3 + next(c.number for c in SCHEMA.columns if c.name == "status")
    mention = n + 3 + len(SCHEMA.columns)
    assert given_.relations[1, table] == Q_TABLE
    assert given_.relations[4, status] == Q_COLUMN
    assert given_.relations[6, mention] == Q_MENTION


@given(st.text(max_size=400))
def test_any_text_gives_arrays_within_bounds(text: str) -> None:
    given_ = asked(text, SCHEMA, PIECES)
    size = len(given_.pieces) + given_.items.size
    assert len(given_.pieces) <= PIECES_MAX + 1
    assert given_.relations.shape == (size, size)
    assert given_.relations.max() < RELATIONS
    assert given_.kinds.shape == (size,)
    assert given_.kinds.max() < KINDS_MAX
    sums = given_.pool.sum(axis=1)
    assert np.all((np.abs(sums - 1) < 1e-5) | (sums == 0))
